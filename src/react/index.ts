export { GatewayPayments, type GatewayPaymentsProps } from "./context"
export {
  useGatewayPayment,
  type GatewayPayment,
  type GatewaySession,
  type UseGatewayPaymentOptions,
} from "./use-gateway-payment"
export { usePaymentMethods, type PaymentMethodsList } from "./use-payment-methods"
export { PaymentMethods, type PaymentMethodsProps } from "./payment-methods"
export { PayButton, type PayButtonProps } from "./pay-button"
export { PaymentQr, type PaymentQrProps } from "./payment-qr"
export { PaymentStatus, type PaymentStatusProps } from "./payment-status"
export type { CheckAnswer } from "./watch"
export type { MethodsQuery } from "./api"
export type { Action, Step } from "./step"
export type { SomeTexts, Texts } from "./texts"

/** Whether a payment provider is one of this package's: `pp_ksher_…` or `pp_gnete_…`. */
export { isOurs as isGatewayProvider } from "../core/gateways"
