export { drawRefundMessage, drawRefundPage, type RefundView } from "./render"
