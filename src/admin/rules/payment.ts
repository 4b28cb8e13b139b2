import type { Action, Operation, Payment, PaymentDetail, Resolution, State, Way } from "../api/schema"

const withMoney: readonly State[] = ["paid", "paid_late", "partially_refunded", "refunded"]
const payable: readonly State[] = ["created", "pending"]

export const hasMoney = (payment: Payment): boolean => withMoney.includes(payment.state)

const isReturn = (operation: Operation): boolean => operation.kind !== "open" && operation.kind !== "close"

const isUnclear = (operation: Operation): boolean =>
  operation.state === "sent" || operation.state === "unknown"

const isRunning = (operation: Operation): boolean => isUnclear(operation) || operation.state === "pending"

/** It may change by itself in the next moments: worth looking again. */
export const isMoving = (payment: PaymentDetail): boolean =>
  payable.includes(payment.state) || payment.operations.some((one) => isRunning(one) && !isWaitingPayout(one))

const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2

/** Major units from a sum of floats, at the currency's own precision. */
const rounded = (amount: number, currency: string): number => Number(amount.toFixed(decimalsOf(currency)))

/** Major units that are neither returned nor on their way back, nor in doubt. */
export function amountLeft(payment: PaymentDetail): number {
  const gone = payment.operations
    .filter((one) => isReturn(one) && one.state !== "refused" && one.state !== "not_sent")
    .reduce((sum, one) => sum + (one.amount ?? 0), 0)
  return Math.max(0, rounded(payment.paid_amount - gone, payment.currency_code))
}

/** A return that the gateway leaves in doubt: until it is decided, no other money goes back. */
export const doubtOf = (payment: PaymentDetail): Operation | undefined =>
  payment.operations.find((one) => isReturn(one) && isUnclear(one))

/** Nobody can ask the gateway about it: whatever a person would decide waits for the entry and its account. */
const isOutOfReach = ({ attention_code: code }: Payment): boolean =>
  code === "account_changed" || code === "entry_removed"

/**
 * The return that a person may end by what the console shows: once it stands under attention. Before that the gateway is still about
 * to answer, and "it did not go through" would be a guess.
 */
export function decidableOf(payment: PaymentDetail): Operation | undefined {
  if (payment.attention === null) return undefined
  if (payment.attention_code !== "refund_unknown") return doubtOf(payment)
  return payment.operations.find((one) => isReturn(one) && isRunning(one) && !isWaitingPayout(one))
}

/** Not sent yet: the shopper has to name an account, an admin to release it. */
export const isWaitingPayout = ({ kind, state }: Operation): boolean =>
  kind === "payout" && state === "pending"

/** The operation that a decision is about: one in doubt, or one that was returned another way while it waits. */
export const endableOf = (payment: PaymentDetail): Operation | undefined =>
  decidableOf(payment) ?? payment.operations.find(isWaitingPayout)

/** What a person may decide about this payment; the server refuses the rest. */
export function resolutionsOf(payment: PaymentDetail): Action[] {
  if (isOutOfReach(payment)) return []
  const dismiss = payment.attention === null ? [] : ["dismiss" as const]
  const ends = decidableOf(payment) ? (["went_through", "did_not"] as const) : []
  if (doubtOf(payment) !== undefined || ends.length > 0) return [...ends, ...dismiss]
  // A refund that waits for the shopper may be returned another way: it went through then. The rest can be refunded beside it.
  const waiting = payment.operations.some(isWaitingPayout) ? ["went_through" as const] : []
  if (!hasMoney(payment) || (amountLeft(payment) === 0 && payment.owed_refunds.length === 0))
    return [...waiting, ...dismiss]
  const refund = payment.capabilities?.refund === false ? [] : ["refund" as const]
  return [...waiting, ...refund, "record_refund", ...dismiss]
}

/** What a channel cannot do, said before somebody tries; `null` where there is nothing to warn of. */
export function channelLimit(payment: PaymentDetail): "no_refund" | "whole_only" | null {
  const mayOwe = payable.includes(payment.state) || (hasMoney(payment) && payment.state !== "refunded")
  if (!mayOwe || !payment.capabilities) return null
  if (!payment.capabilities.refund) return "no_refund"
  return payment.capabilities.partial_refund ? null : "whole_only"
}

export interface ResolutionDraft {
  /** `null`: not chosen yet. */
  action: Action | null
  /** How the money went back that is recorded; `null`: not chosen yet. */
  how: Way | null
  /** The refund of Medusa's that is meant; `new`: none of those; `null`: not chosen yet. */
  refund: string | null
  amount: string
  note: string
}

export const newRefund = "new"

export type AmountProblem =
  "amount_missing" | "amount_form" | "amount_decimals" | "amount_range" | "whole_only"

export interface DraftProblems {
  action?: "action_missing"
  how?: "how_missing"
  refund?: "refund_missing"
  amount?: AmountProblem
  note?: "note_missing" | "note_long"
}

const longestNote = 1000

/** What is wrong with what a person entered, field by field; an empty object where nothing is. */
export function problemsOf(draft: ResolutionDraft, payment: PaymentDetail): DraftProblems {
  const problems: DraftProblems = {}
  // What the payment has come to since may leave no room for what was chosen.
  if (draft.action === null || !resolutionsOf(payment).includes(draft.action))
    problems.action = "action_missing"
  if (needsHow(draft, payment) && draft.how === null) problems.how = "how_missing"
  if (needsRefund(draft, payment) && !isOffered(draft.refund, payment)) problems.refund = "refund_missing"
  const amount = needsAmount(draft, payment) ? amountProblem(draft, payment) : undefined
  if (amount) problems.amount = amount
  const note = draft.note.trim()
  if (!note) problems.note = "note_missing"
  else if (note.length > longestNote) problems.note = "note_long"
  return problems
}

const isOffered = (refund: string | null, payment: PaymentDetail): boolean =>
  refund === newRefund || owedOf(refund, payment) !== undefined

const owedOf = (refund: string | null, payment: PaymentDetail) =>
  payment.owed_refunds.find(({ id }) => id === refund)

const returnsMoney = ({ action }: ResolutionDraft): boolean =>
  action === "refund" || action === "record_refund"

/** What is recorded went back without this shop; so did a refund that waits for the shopper, and that went through all the same. */
export const needsHow = ({ action }: ResolutionDraft, payment: PaymentDetail): boolean => {
  if (action === "record_refund") return true
  const ended = action === "went_through" ? endableOf(payment) : undefined
  return ended !== undefined && isWaitingPayout(ended)
}

/** Medusa holds refunds whose money is still owed: is it one of these, or another? */
export const needsRefund = (draft: ResolutionDraft, payment: PaymentDetail): boolean =>
  returnsMoney(draft) && payment.owed_refunds.length > 0

/** A decision about what was made already is about its amount, and no other. */
export const needsAmount = (draft: ResolutionDraft, payment: PaymentDetail): boolean =>
  returnsMoney(draft) && (!needsRefund(draft, payment) || draft.refund === newRefund)

function amountProblem(draft: ResolutionDraft, payment: PaymentDetail): AmountProblem | undefined {
  const text = draft.amount.trim()
  if (!text) return "amount_missing"
  const match = /^\d{1,15}(?:\.(\d+))?$/.exec(text)
  if (!match) return "amount_form"
  if ((match[1]?.length ?? 0) > decimalsOf(payment.currency_code)) return "amount_decimals"
  const amount = Number(text)
  if (amount <= 0 || amount > amountLeft(payment)) return "amount_range"
  const partial = amount < payment.paid_amount
  return draft.action === "refund" && partial && payment.capabilities?.partial_refund === false
    ? "whole_only"
    : undefined
}

/** What goes back to the payer, or is booked as returned, by what a person entered; `undefined` where that is not said yet. */
export function amountAtStake(draft: ResolutionDraft, payment: PaymentDetail): number | undefined {
  if (draft.action === "went_through" || draft.action === "did_not")
    return endableOf(payment)?.amount ?? undefined
  if (!returnsMoney(draft)) return undefined
  if (needsAmount(draft, payment)) return amountProblem(draft, payment) ? undefined : Number(draft.amount)
  return owedOf(draft.refund, payment)?.amount
}

/** Money that a person may have sent now, instead of waiting for the next try. */
export const retriable = ({ owed, unconfirmed }: PaymentDetail): boolean =>
  owed !== null && owed.next_try_at !== null && unconfirmed !== "refund"

/** Where a person starts: nothing is chosen, since each choice moves money, books it or ends something. */
export const firstDraft = (payment: PaymentDetail): ResolutionDraft => ({
  action: null,
  how: null,
  refund: null,
  amount: amountLeft(payment).toFixed(decimalsOf(payment.currency_code)),
  note: "",
})

/** What is sent for a draft, as the person saw the payment; `undefined` where something of it is missing or wrong. */
export function asResolution(
  draft: ResolutionDraft,
  payment: PaymentDetail,
  version: number,
): Resolution | undefined {
  if (!draft.action || Object.keys(problemsOf(draft, payment)).length > 0) return undefined
  const ends = draft.action === "went_through" || draft.action === "did_not"
  return {
    action: draft.action,
    version,
    ...(ends ? { operation_id: endableOf(payment)?.id } : {}),
    ...(needsAmount(draft, payment) ? { amount: draft.amount.trim() } : {}),
    ...(needsHow(draft, payment) && draft.how ? { how: draft.how } : {}),
    ...(needsRefund(draft, payment) && draft.refund !== newRefund
      ? { refund_id: draft.refund ?? undefined }
      : {}),
    note: draft.note.trim(),
  }
}

/** How a person saw the payment, and the key under which the decision is sent. */
export interface Sight {
  version: number
  key: string
}

/** For one opened form. Pages without TLS have no `randomUUID`. */
export const sightOf = (payment: PaymentDetail): Sight => ({
  version: payment.version,
  key: Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join(""),
})
