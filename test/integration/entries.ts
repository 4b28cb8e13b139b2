import type { Currency } from "../../demo/shop"
import type { Sandbox } from "../../src/sandbox"

export interface ProviderEntry {
  gateway: "ksher" | "gnete"
  id: string
  options?: Record<string, unknown>
  /** In whose region it is sold. Default: THB at Ksher, HKD at Gnete. */
  currency?: Currency
}

export const standardEntries: ProviderEntry[] = [
  {
    gateway: "ksher",
    id: "th",
    options: { channels: ["promptpay", "truemoney", "card", "airpay", "alipay"] },
  },
  { gateway: "ksher", id: "first", options: { channels: ["truemoney"], completion: "order_first" } },
  { gateway: "ksher", id: "qr", options: { mode: "qr", channels: ["airpay", "promptpay"] } },
  { gateway: "gnete", id: "hk" },
  { gateway: "gnete", id: "first", options: { completion: "order_first" } },
]

/** Half a day away in Hong Kong: at whatever hour a test runs, its payments can be reversed on their own day. */
const farCutoff = new Date(Date.now() + (8 + 12) * 3_600_000).toISOString().slice(11, 16)

/** An entry as medusa-config takes it: what reaches the sandbox's merchants, and what the test asks for besides. */
export function withOptions(
  { gateway, id, options }: ProviderEntry,
  port: number,
  sandbox: Pick<Sandbox, "ksher" | "gnete">,
): ProviderEntry {
  const notifyBaseUrl = `http://localhost:${port}`
  const shared = {
    notifyBaseUrl,
    returnUrl: "http://localhost:8000/back?session={session_id}",
  }
  const { appid, privateKey, publicKeys, gatewayUrl, apiUrl } = sandbox.ksher
  const { mchNo, appId, appSecret, baseUrl } = sandbox.gnete
  const own =
    gateway === "ksher"
      ? {
          appid,
          privateKey,
          publicKeys,
          gatewayUrl,
          apiUrl,
          failUrl: "http://localhost:8000/failed?session={session_id}",
          shopUrl: "http://localhost:8000",
          productName: "Tea",
          channels: ["truemoney"],
        }
      : {
          mchNo,
          appId,
          appSecret,
          baseUrl,
          wayCodes: ["UP_OP", "WX_QR"],
          subject: "Tea",
          body: "Tea",
          sameDayCancel: { enabled: true, cutoff: farCutoff, timeZone: "Asia/Hong_Kong" },
        }
  return { gateway, id, options: { ...shared, ...own, ...options } }
}
