import { isOpen, lessMajor, toMajor, type AccountInfo, type ChannelFacts, type PaymentMethod } from "../core"
import { isGoingBack } from "../services/host"
import type { GatewayPayments, MadeLink, Payable } from "../services/host"
import { canBeTakenBack, isOutOfReach, mostWrongTries, unconfirmedOf } from "../services/settlement"
import type {
  Change,
  Decision,
  GatewayPayment,
  HostPayment,
  Notification,
  Operation,
  Owing,
  Policy,
  ShopperPayout,
  Turnover,
} from "../services/settlement"

/** Major units, as Medusa shows them. */
const major = (minor: number, payment: GatewayPayment): number => Number(toMajor(minor, payment.digits))

/**
 * A gateway payment as the admin reads it. No raw answer, no payer data: the ledger holds none. `unclear`: the operations whose end
 * the gateway has not told.
 */
export const paymentView = (
  payment: GatewayPayment,
  unclear: readonly Pick<Operation, "kind" | "state">[],
) => ({
  id: payment.id,
  session_id: payment.sessionId,
  order_id: payment.orderId,
  provider_id: payment.providerId,
  gateway: payment.gateway,
  channel: payment.channel,
  merchant_order_no: payment.number,
  gateway_order_no: payment.gatewayNo,
  currency_code: payment.currency,
  amount: major(payment.amount, payment),
  paid_amount: major(payment.paidAmount, payment),
  refunded_amount: major(payment.refundedAmount, payment),
  state: payment.state,
  settled_by: payment.settledBy,
  unconfirmed: unconfirmedOf(payment, unclear),
  attention: payment.attention,
  attention_code: payment.attentionCode,
  attention_values: payment.attentionValues,
  version: payment.version,
  expires_at: payment.expiresAt,
  paid_at: payment.paidAt,
  created_at: payment.createdAt,
  updated_at: payment.updatedAt,
})

/** What the channel can return by itself: said before somebody tries. */
export const capabilitiesView = (facts: ChannelFacts, account: AccountInfo | undefined) => ({
  refund: facts.refund,
  partial_refund: facts.partialRefund && account?.partialRefunds !== false,
})

/** What is told of a refund to the shopper's account: the account itself is not. */
const payoutView = (payout: ShopperPayout, operation: Operation, payment: GatewayPayment) => ({
  link_id: payout.link?.id ?? null,
  link_expires_at: payout.link?.expiresAt ?? null,
  link_made_by: payout.link?.madeBy ?? null,
  locked: payout.link !== null && payout.link.wrongTries >= mostWrongTries,
  given: payout.givenAt !== null,
  given_at: payout.givenAt,
  receiver_type: payout.receiverType,
  receiver_last_digits: payout.receiverTail,
  released_at: payout.releasedAt,
  released_by: payout.releasedBy,
  can_take_back: canBeTakenBack(payment, operation),
  fee: payout.fee === null ? null : major(payout.fee, payment),
})

export const operationView = (
  operation: Operation,
  payment: GatewayPayment,
  payout: ShopperPayout | undefined,
) => ({
  id: operation.id,
  kind: operation.kind,
  merchant_no: operation.number,
  gateway_no: operation.gatewayNo,
  amount: operation.amount === null ? null : major(operation.amount, payment),
  state: operation.state,
  outside: operation.outside,
  by_hand: operation.byHand,
  refund_id: operation.refundId,
  decision_id: operation.decisionId,
  reason: operation.reason,
  code: operation.code,
  message: operation.message,
  asked_at: operation.asked?.at ?? null,
  asked_outcome: operation.asked?.outcome ?? null,
  asked_code: operation.asked?.code ?? null,
  asked_message: operation.asked?.message ?? null,
  attempts: operation.attempts,
  payout: payout ? payoutView(payout, operation, payment) : null,
  created_at: operation.createdAt,
  settled_at: operation.settledAt,
})

/** What a person decided, and what was answered. `answer`: `done`, the code of a problem, or null while it is carried out. */
export const decisionView = (decision: Decision) => ({
  id: decision.id,
  action: decision.action,
  operation_id: decision.operationId ?? null,
  amount: decision.amount === undefined ? null : Number(decision.amount),
  how: decision.how ?? null,
  refund_id: decision.refundId ?? null,
  note: decision.note,
  decided_by: decision.by,
  idempotency_key: decision.key,
  answer: answerView(decision),
  created_at: decision.createdAt,
  answered_at: decision.answeredAt,
})

function answerView({ answer }: Decision): string | null {
  if (answer === null) return null
  return "done" in answer ? "done" : answer.problem.code
}

/** What a channel took and returned on a day. */
export const totalView = ({ digits, ...total }: Turnover) => ({
  day: total.day,
  provider_id: total.providerId,
  gateway: total.gateway,
  channel: total.channel,
  currency_code: total.currency,
  payments: total.payments,
  taken: Number(toMajor(total.taken, digits)),
  refunds: total.refunds,
  returned: Number(toMajor(total.returned, digits)),
})

/** What is to go back by itself and has not: how much, how often it was refused, and when it is tried next. */
export const owedView = (owing: Owing | null, payment: GatewayPayment) =>
  owing && {
    amount: major(owing.amount, payment),
    attempts: owing.attempts,
    most_attempts: owing.mostAttempts,
    next_try_at: owing.nextTryAt,
  }

/** What people call a payment whose books differ, and the money that goes back to the payer when they are put right. */
export const comparedView = (
  payment: GatewayPayment,
  changes: readonly Change[],
  policy: Pick<Policy, "latePayment"> | undefined,
) => ({
  id: payment.id,
  order_id: payment.orderId,
  merchant_order_no: payment.number,
  gateway: payment.gateway,
  currency_code: payment.currency,
  // Several differences may be about the same money.
  refund_amount: Math.max(0, ...changes.map((change) => refundOf(change, payment, policy))),
})

function refundOf(
  { code, from, to }: Change,
  payment: GatewayPayment,
  policy: Pick<Policy, "latePayment"> | undefined,
): number {
  const isHeld = policy?.latePayment === "hold"
  switch (code) {
    case "cancelled_order":
      return Number(from)
    case "late":
      return isHeld ? 0 : Number(from)
    case "paid_there":
      return to !== "paid_late" || isHeld ? 0 : major(payment.amount, payment)
    case "refunds":
      // More in Medusa than went back: the rest is still owed. The other way round it is only entered.
      return Number(lessMajor(from, to))
    default:
      return 0
  }
}

/** A refund that Medusa holds and whose money has not gone back. */
export const owedRefundView = (row: HostPayment["refunds"][number]) => ({
  id: row.id,
  amount: Number(row.amount),
  created_at: row.createdAt,
})

export const notificationView = (notification: Notification) => ({
  id: notification.id,
  about: notification.about,
  verified: notification.verified,
  reason: notification.reason,
  code: notification.code,
  state: notification.state,
  result: notification.result,
  message: notification.message,
  deliveries: notification.deliveries,
  created_at: notification.createdAt,
})

/** Enough to draw the QR or redirect, and to poll. Nothing else. */
export const shopperView = async (payment: GatewayPayment, { ledger }: Pick<GatewayPayments, "ledger">) => ({
  session_id: payment.sessionId,
  state: payment.state,
  action: isOpen(payment.state) && !payment.unwanted && !isOutOfReach(payment) ? payment.action : null,
  expires_at: payment.expiresAt,
  returning: await isGoingBack(payment, ledger),
})

/** A way to pay, for a storefront's list. Amounts in major units. */
export const methodView = (method: PaymentMethod) => {
  const inMajor = (minor: number | null) => (minor === null ? null : Number(toMajor(minor, method.digits)))
  return {
    provider_id: method.providerId,
    channel: method.channel,
    kind: method.kind,
    name: method.name,
    available: method.available,
    reason: method.reason,
    minimum: inMajor(method.minimum),
    maximum: inMajor(method.maximum),
    refunds: method.refunds,
    device: method.device,
    instalments: method.instalments,
  }
}

/** A link to the pay page, without its address: that is known when it is made, and never again. */
export const payLinkView = (link: MadeLink["link"]) => ({
  id: link.id,
  payment_collection_id: link.collectionId,
  amount: Number(link.amount),
  currency_code: link.currency,
  made_by: link.madeBy,
  sent_at: link.sentAt,
  expires_at: link.expiresAt,
  created_at: link.createdAt,
})

/** What can be paid of an order by a link. */
export const payableView = ({ collectionId, amount, currency, email }: Payable) => ({
  payment_collection_id: collectionId,
  amount: Number(amount),
  currency_code: currency,
  has_address: email !== null && email !== "",
})
