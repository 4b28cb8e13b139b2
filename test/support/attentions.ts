import {
  attentionCodes,
  payoutWaits,
  type Attention,
  type AttentionCode,
  type AttentionValues,
} from "../../src/core"

const paid = { amount: "120.50", currency: "thb" }
const part = { amount: "40.00", currency: "thb" }
const refusal = { reason: "insufficient_funds", code: "BALANCE_NOT_ENOUGH", message: "Its balance is empty." }
const problem = { code: "refund_refused", message: "Ksher refused it." }
const tries = { attempts: 3, most: 12, owed: paid }

const samples: { [Code in AttentionCode]: AttentionValues[Code][] } = {
  amount_mismatch: [
    { order: "ORDER1", asked: paid, said: part, state: "paid" },
    { order: "ORDER1", asked: paid, said: null, state: "paid" },
  ],
  qr_mismatch: [{ order: "ORDER1", gateway: "ksher", message: "The amount in the code is another." }],
  contradiction: [
    { why: "not_paid_now", order: "ORDER1", state: "closed" },
    { why: "not_paid_now", order: "ORDER1", state: "failed" },
    { why: "not_paid_now", order: "ORDER1", state: "absent" },
    { why: "notified_paid", order: "ORDER1" },
  ],
  not_captured: [
    { why: "cart_open", paid, problem: null },
    { why: "cart_open", paid, problem: "The cart is gone." },
    { why: "part_returned", paid },
  ],
  close_failed: [
    { why: "still_open", gateway: "ksher" },
    { why: "refused", refusal },
  ],
  qr_stays_open: [
    { why: "order_canceled", gateway: "ksher", channel: "promptpay" },
    { why: "order_canceled", gateway: "ksher", channel: null },
    { why: "not_supported", refusal },
  ],
  refund_unknown: [
    { gateway: "gnete", kind: "refund", number: "REFUND1", amount: part, sent: null, asked: null },
    {
      ...{ gateway: "gnete", kind: "cancel", number: "REFUND1", amount: part },
      sent: { code: "timeout", message: "It timed out." },
      asked: { outcome: "unknown", code: "timeout", message: "It timed out again." },
    },
    {
      ...{ gateway: "gnete", kind: "refund", number: "REFUND1", amount: part },
      sent: { code: null, message: "It is accepted." },
      asked: { outcome: "pending", code: null, message: null },
    },
  ],
  refund_refused: [
    { why: "tried", problem, refusal, ...tries, again: true },
    { why: "tried", problem, refusal: null, ...tries, again: false },
    { why: "too_often", gateway: "ksher", refusal, ...tries, again: false },
  ],
  refund_unsupported: [
    { why: "whole_only", channel: "truemoney" },
    { why: "no_refunds", channel: "promptpay", gateway: "ksher", amount: paid },
  ],
  late_held: (
    [
      ...(["order_canceled", "collection_deleted", "amount_changed", "not_owed"] as const),
      ...(["session_deleted", "open_lost", "closed"] as const),
    ] as const
  ).map((unwanted) => ({ paid, unwanted })),
  outside_unclear: [
    { why: "amount_unsaid", order: "ORDER1" },
    { why: "not_confirmed", kind: "refund", number: "REFUND1", amount: part, answer: problem },
    { why: "not_confirmed", kind: "cancel", number: "REFUND1", amount: null, answer: problem },
    { why: "reversed_too", order: "ORDER1", number: "REFUND1" },
  ],
  books_differ: [
    { why: "returned_beyond", order: "ORDER1", returned: paid, paid: part },
    { why: "made_once", gateway: "gnete", amount: part },
    { why: "not_entered", number: "REFUND1", amount: part, problem: "The order is locked." },
    { why: "returned_twice", gateway: "ksher", number: "REFUND1", amount: part },
  ],
  unanswered: [{ order: "ORDER1", message: "It timed out." }],
  no_order: [{ paid }],
  account_changed: [{ provider: "pp_ksher_th", gateway: "ksher", account: "mch1", now: "mch2" }],
  entry_removed: [{ provider: "pp_ksher_th", gateway: "ksher", account: "mch1" }],
  order_changing: (["edit", "return", "exchange", "claim", "transfer", "refund", "change"] as const).flatMap(
    (change) => [
      { change, number: "REFUND1", amount: part },
      { change, number: null, amount: null },
    ],
  ),
  cancel_unfinished: [
    { why: "change_open", change: "return" },
    { why: "medusa", problem: "The order is locked." },
  ],
  notification_failed: [
    { order: "ORDER1", number: null, tries: 8, problem: "It is busy." },
    { order: "ORDER1", number: "REFUND1", tries: 8, problem: "It is busy." },
  ],
  payout_waits: [
    ...payoutWaits.map((why) => ({ why, number: "REFUND1", amount: part, gateway: "ksher" as const })),
    {
      ...{ why: "no_link", number: "REFUND1", amount: part, gateway: "ksher" },
      others: [
        { why: "release", number: "REFUND2", amount: part },
        { why: "no_link", number: "REFUND3", amount: part },
      ],
    },
  ],
}

/** Every reason to call a person, in each of its forms. */
export const attentions: readonly Attention[] = attentionCodes.flatMap((code) =>
  samples[code].map((values) => ({ code, values }) as Attention),
)
