/*
 * What other rooms may use of settlement. From outside, a use case is traced.
 */
export {
  abandon,
  act,
  authorize,
  cancel,
  closeForDeletedSession,
  decideByHand,
  open,
  openOnDemand,
  receive,
  settle,
} from "./traced"
export { wakeSoon } from "./abandon"
export { accountFindings, notOpening, noteInUse, requireOwnAccount } from "./accounts/account"
export { isDue, noticesOf, readAccount, recallAccount, recentInfo } from "./accounts/account-info"
export { isOutOfReach } from "./attention"
export type { Authorization } from "./authorize"
export type { Deps, Log, PaymentEvent, Policy, SettleDeps } from "./deps"
export type {
  AlignBefore,
  Alignment,
  BookDifference,
  Host,
  HostOrder,
  HostPayment,
  HostSession,
  OrderLock,
  OrderStanding,
  RefundWhy,
  SessionMark,
  UnpaidOrder,
} from "./host"
export type { Receipt } from "./notify"
export { changeWaiting } from "./open-on-demand"
export { journalCancel } from "./orders/cancel-journal"
export type { CancelDeps } from "./orders/cancel-journal"
export { orderIdOf, paymentsOfOrder, settleCancelledOrder } from "./orders/cancelled-order"
export { changingForShopper, refuseHalfCancel, refuseUnenterable } from "./orders/enterable"
export { asOwnFlow, inTurn, withOrderLease } from "./orders/order-lease"
export type { OrderDeps } from "./orders/order-lease"
export { notePlacedOrder } from "./orders/placed-order"
export { review } from "./orders/review"
export {
  accountsOf,
  fetchAllPayouts,
  openPayoutDays,
  readPayoutBooks,
  windowOfDays,
} from "./payouts/payout-books"
export type { PayoutBooks, PayoutDeps } from "./payouts/payout-books"
export { readMapping, readStatement, statementMapping } from "./payouts/statement"
export type { DecisionAsked } from "./people/decide-by-hand"
export { reportInTheMorning } from "./people/morning-report"
export { tellPeople } from "./people/tell-people"
export { runPart } from "./part"
export { reconcile, reconcileAll } from "./reconcile"
export type { ReconcileDeps } from "./reconcile"
export { required } from "./required"
export { enteredAlone } from "./returns/booking"
export { owing, unconfirmedOf } from "./returns/owing"
export type { Owing } from "./returns/owing"
export { refundForMedusa } from "./returns/refund-for-medusa"
export { unmatchedRows } from "./returns/refund-rows"
export { day, hour, minute, second } from "./schedule"
export { markPublished, mirrorToSession } from "./settling/publish"
export { isReturning, kinOf } from "./settling/abandonment"
export { Silence } from "./settling/silence"
export type { Change } from "./survey"
export { canBeTakenBack, paysOut } from "./shopper-payouts/carry-payout"
export { payoutNotAsSeen, takePayoutBack, waitingPayout } from "./shopper-payouts/take-back"
export type { PayoutSight } from "./shopper-payouts/take-back"
export { tidy } from "./tidy"
export { mostWrongTries } from "./shopper-payouts/decide-payout"
export { seal, unseal } from "./shopper-payouts/seal"
export { decisionActions, waysBack } from "../ledger"
export type {
  Cursor,
  Decision,
  GatewayPayment,
  Notification,
  Operation,
  OrdersWanted,
  PaymentFilters,
  ShopperPayout,
  Turnover,
} from "../ledger"
