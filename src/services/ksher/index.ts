import type { ClientTools } from "../transport"
import type { GatewayPolicy } from "../options/shared"
import { factsOf } from "./channels"
import { KsherGateway } from "./gateway"
import { readKsherOptions } from "./options"

export { KsherClient, ksherHosts } from "./client"
export type {
  GatewayPayRequest,
  KsherClientOptions,
  NativePayRequest,
  OrderNumbers,
  OrderRefundRequest,
  RefundQueryRequest,
} from "./client"
export { KsherGateway } from "./gateway"
export { readKsherNotification } from "./notification"
export { ksherOptions, readKsherOptions, type KsherOptions, type KsherOptionsInput } from "./options"
export type {
  KsherClosed,
  KsherGatewayOrder,
  KsherOrder,
  KsherPaymentPage,
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

/** The Ksher gateway from a provider's options. Throws OptionsError where they cannot be used. */
export function createKsherGateway(input: unknown, tools: ClientTools = {}): KsherSetup {
  const options = readKsherOptions(input)
  const { completion, latePayment, notifyBaseUrl, mode, channels } = options
  const stuck = mode === "qr" ? channels.filter((channel) => !factsOf(channel).close) : []
  return {
    gateway: new KsherGateway(options, tools),
    policy: { completion, latePayment, notifyBaseUrl },
    warnings: stuck.map(
      (channel) =>
        `Ksher cannot close an open QR code of ${channel}: after a cancelled order it can still be paid.`,
    ),
  }
}
