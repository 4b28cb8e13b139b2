import { commonWarnings, filledReturnUrl, whenOpened, type GatewayPolicy } from "../options/shared"
import type { ClientTools } from "../transport"
import { GneteGateway } from "./gateway"
import { readGneteOptions, type SameDayCancel } from "./options"

export { GneteClient, gneteHost } from "./client"
export type {
  GneteClientOptions,
  PayCancelRequest,
  PayOrderNumbers,
  RefundNumbers,
  RefundOrderRequest,
  UnifiedOrderRequest,
} from "./client"
export { GneteGateway } from "./gateway"
export { readGneteNotification } from "./notification"
export {
  gneteOptions,
  readGneteOptions,
  type GneteOptions,
  type GneteOptionsInput,
  type SameDayCancel,
} from "./options"
export type {
  GneteCancel,
  GneteCancelOrder,
  GneteClosed,
  GneteNewOrder,
  GneteOrder,
  GneteRefund,
  GneteRefundOrder,
} from "./schema"
export { signGnete, verifyGnete, type GneteParams } from "./signature"
export { notifyUrl, OptionsError, type GatewayPolicy } from "../options/shared"
export type { Answer, CallEvent, ClientTools } from "../transport"

export interface GneteSetup {
  gateway: GneteGateway
  policy: GatewayPolicy & { sameDayCancel: SameDayCancel }
  /** Sentences for the log at boot: what may work, and may not. */
  warnings: string[]
}

/** Of Gnete's two pages the newer one takes 256 characters. */
const surelyTaken = 128

function lengthWarnings(returnUrl: string | undefined): string[] {
  const { length } = filledReturnUrl(returnUrl ?? "")
  if (length <= surelyTaken) return []
  return [
    `Gnete option "returnUrl" has ${length} characters with the session id filled in: one of Gnete's pages takes ${surelyTaken} only, and payments may not open. A shorter one is safe.`,
  ]
}

/** The Gnete gateway from a provider's options. Throws OptionsError where they cannot be used. */
export function createGneteGateway(input: unknown, tools: ClientTools = {}): GneteSetup {
  const options = readGneteOptions(input)
  const { completion, checkout, unpaidOrder, latePayment, notifyBaseUrl, returnUrl, sameDayCancel } = options
  return {
    gateway: new GneteGateway(options, tools),
    policy: {
      ...{ completion, checkout, unpaidOrder, latePayment, notifyBaseUrl, returnUrl, sameDayCancel },
      open: whenOpened(options),
    },
    warnings: [...commonWarnings("gnete", options.wayCodes, { returnUrl }), ...lengthWarnings(returnUrl)],
  }
}
