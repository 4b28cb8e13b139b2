import type { KsherOrder } from "../books"
import type { DeliveryRules } from "../notifier"
import type { World } from "../world"
import { linkData, linkEnvelope, walletData, walletEnvelope, writeJson, type Data } from "./answers"

const [second, minute, hour] = [1000, 60_000, 3_600_000]

/** The first at once, then Ksher's twelve. */
const delays = [
  0,
  1 * second,
  2 * second,
  2 * second,
  10 * second,
  30 * second,
  1 * minute,
  10 * minute,
  1 * hour,
  3 * hour,
  5 * hour,
  8 * hour,
  12 * hour,
]

const rules: DeliveryRules = {
  delays,
  timeoutMs: 20 * second,
  acknowledges: ({ status, body }) => status === 200 && isAcknowledgement(body),
}

/** Ksher looks at the wallet for two hours. */
const watched = 2 * hour

/** Ksher tells of successful payments, and of nothing else. */
export function announcePayment(world: World, order: KsherOrder): void {
  if (!order.notifyUrl) return
  const late = (order.paidAt ?? 0) - order.createdAt > watched
  if (late && world.quirks.ksher.lateWebhook === "none") return
  const message = webhook(world, order)
  world.notifier.announce(order, "payment", { url: order.notifyUrl, ...message }, rules)
}

/** The envelope of the query that belongs to the order, signed, with `overrides` in its data; null takes a field out. */
export function webhook(world: World, order: KsherOrder, overrides: Data = {}) {
  const version = world.quirks.ksher.webhookKey
  const plain =
    order.kind === "link"
      ? linkData(world, order, "SUCCESS")
      : walletData(world, order, "SUCCESS", order.payerNonce)
  const data = Object.fromEntries(
    Object.entries({ ...plain, ...overrides }).filter(([, value]) => value !== null),
  )
  const envelope =
    order.kind === "link"
      ? linkEnvelope(world, data, "操作成功", version)
      : walletEnvelope(world, data, version)
  return { body: writeJson(envelope), contentType: "text/plain;charset=utf-8" }
}

/** `{"result":"SUCCESS","msg":"OK"}`, in any spacing, and nothing else. */
function isAcknowledgement(body: string): boolean {
  try {
    const answer: unknown = JSON.parse(body)
    if (typeof answer !== "object" || answer === null) return false
    const { result, msg, ...more } = answer as Record<string, unknown>
    return result === "SUCCESS" && msg === "OK" && Object.keys(more).length === 0
  } catch {
    return false // "OK", "success", an error page: not the words Ksher waits for
  }
}
