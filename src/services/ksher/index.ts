import type { ClientTools } from "../transport"
import { commonWarnings, whenOpened, type GatewayPolicy, type PayoutOptions } from "../options/shared"
import { factsOf } from "./channels"
import { KsherGateway } from "./gateway"
import { readKsherOptions, type KsherOptions } from "./options"

export { KsherClient, ksherHosts } from "./client"
export type {
  GatewayPayRequest,
  KsherClientOptions,
  NativePayRequest,
  OrderNumbers,
  OrderRefundRequest,
  PayoutRequest,
  RefundQueryRequest,
} from "./client"
export { KsherGateway } from "./gateway"
export { readKsherNotification } from "./notification"
export { ksherOptions, readKsherOptions, type KsherOptions, type KsherOptionsInput } from "./options"
export type {
  KsherClosed,
  KsherGatewayOrder,
  KsherMerchantInfo,
  KsherOrder,
  KsherPaymentPage,
  KsherPayout,
  KsherPayoutBalance,
  KsherPayoutOrder,
  KsherQr,
  KsherRefund,
  KsherRefunds,
} from "./schema"
export {
  parsePrivateKey,
  parsePublicKey,
  publishedKeys,
  signKsherRequest,
  verifyKsherData,
  type KsherParams,
} from "./signature"
export { notifyUrl, OptionsError, type GatewayPolicy } from "../options/shared"
export type { Answer, CallEvent, ClientTools } from "../transport"

export interface KsherSetup {
  gateway: KsherGateway
  policy: GatewayPolicy
  /** Sentences for the log at boot: what will work, but not as a shop may expect. */
  warnings: string[]
}

/** By the table of gateway_pay; Ksher's own examples are longer. */
const surelyTaken = 128

function lengthWarnings({ length }: string): string[] {
  if (length <= surelyTaken) return []
  return [
    `Ksher option "channels" has ${length} characters when joined by commas: one of Ksher's pages takes ${surelyTaken} only, and payments may not open. Ksher's own examples have up to 201.`,
  ]
}

const openQrWarnings = (channels: readonly string[]): string[] =>
  channels
    .filter((channel) => !factsOf(channel).close)
    .map(
      (channel) =>
        `Ksher cannot close an open QR code of ${channel}: after a cancelled order it can still be paid.`,
    )

/** Amounts of the option are in baht. */
function payoutsOf({ payouts }: Pick<KsherOptions, "payouts">): PayoutOptions | undefined {
  if (!payouts?.enabled) return undefined
  const { encryptionKey: keys, maxAmount, release, sendAgain, linkHours } = payouts
  return { keys, release, sendAgain, linkHours, maxAmount: Math.floor(maxAmount * 100 + 1e-6) }
}

/** The Ksher gateway from a provider's options. Throws OptionsError where they cannot be used. */
export function createKsherGateway(input: unknown, tools: ClientTools = {}): KsherSetup {
  const options = readKsherOptions(input)
  const { completion, checkout, unpaidOrder, latePayment, notifyBaseUrl, mode, returnUrl, failUrl } = options
  const channels = options.channels === "auto" ? [] : options.channels
  return {
    gateway: new KsherGateway(options, tools),
    policy: {
      ...{ completion, checkout, unpaidOrder, latePayment, notifyBaseUrl, returnUrl },
      open: whenOpened(options),
      payouts: payoutsOf(options),
    },
    warnings: [
      ...commonWarnings("ksher", channels, { returnUrl, ...(failUrl === returnUrl ? {} : { failUrl }) }),
      ...(mode === "qr" ? openQrWarnings(channels) : lengthWarnings(channels.join(","))),
    ],
  }
}
