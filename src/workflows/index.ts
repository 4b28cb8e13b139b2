/** For other plugins and scripts: each passes the one door that the admin's routes pass, and has a hook before it. */
export { cancelGatewayOrderWorkflow } from "./cancel"
export type { CancelGatewayOrderInput } from "./cancel"
export { decideGatewayPaymentWorkflow } from "./decide"
export type { DecidedGatewayPayment, DecideGatewayPaymentInput } from "./decide"
export { refundGatewayPaymentWorkflow } from "./refund"
export type { RefundGatewayPaymentInput } from "./refund"
