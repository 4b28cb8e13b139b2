export * from "./abandon"
export * from "./account"
export * from "./account-info"
export * from "./attention"
export * from "./authorize"
export * from "./booking"
export * from "./cancelled-order"
export * from "./cancel-journal"
export { owedRows } from "./carried"
export * from "./confirm"
export * from "./decide"
export * from "./deps"
export * from "./enterable"
export * from "./host"
export * from "./known"
export * from "./lease"
export { reportInTheMorning } from "./morning-report"
export * from "./notify"
export { changeWaiting } from "./open-on-demand"
export * from "./order-lease"
export * from "./owing"
export * from "./placed-order"
export * from "./reconcile"
export * from "./refund-asked"
export * from "./review"
export * from "./payout-books"
export * from "./same-day"
export * from "./schedule"
export * from "./settle"
export * from "./statement"
export { Silence } from "./silence"
export * from "./survey"
export * from "./tell"
export { tellPeople } from "./tell-people"
export { allOf } from "./wanted"
export * from "./watch"
// These stand before the same names above: from outside, a use case is observed.
export {
  abandon,
  act,
  authorize,
  cancel,
  letGo,
  open,
  openOnDemand,
  receive,
  resolveByHand,
  settle,
} from "./doors"
export { decisionActions, waysBack } from "../ledger"
export type {
  Cursor,
  Decision,
  GatewayPayment,
  Notification,
  Operation,
  OrdersWanted,
  PaymentFilters,
  Turnover,
} from "../ledger"
