import type { Operation, Payment, PaymentDetail, Resolution, State } from "../api/schema"

const withMoney: readonly State[] = ["paid", "paid_late", "partially_refunded", "refunded"]
const payable: readonly State[] = ["created", "pending"]

export const hasMoney = (payment: Payment): boolean => withMoney.includes(payment.state)

const isReturn = (operation: Operation): boolean => operation.kind === "refund" || operation.kind === "cancel"

const isRunning = (operation: Operation): boolean =>
  operation.state === "sent" || operation.state === "unknown" || operation.state === "pending"

/** It may change by itself in the next moments: worth looking again. */
export const isMoving = (payment: PaymentDetail): boolean =>
  payable.includes(payment.state) || payment.operations.some(isRunning)

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

/** A return that the gateway leaves in doubt: until it is decided, nothing else may touch the money. */
export const doubtOf = (payment: PaymentDetail): Operation | undefined =>
  payment.operations.find((one) => isReturn(one) && isRunning(one))

/** Nobody can ask the gateway about it: whatever a person would decide waits for the entry and its account. */
const isOutOfReach = ({ attention_code: code }: Payment): boolean =>
  code === "account_changed" || code === "entry_removed"

/**
 * What a person may decide about this payment; the server refuses the rest. A return in doubt is decided only once it
 * stands under attention: before, the gateway is still about to answer, and "it did not go through" would be a guess.
 */
export function resolutionsOf(payment: PaymentDetail): Resolution["action"][] {
  if (isOutOfReach(payment)) return []
  const dismiss = payment.attention === null ? [] : ["dismiss" as const]
  if (doubtOf(payment)) return payment.attention === null ? [] : ["record_refund", "refund", ...dismiss]
  if (!hasMoney(payment) || amountLeft(payment) === 0) return dismiss
  const refund = payment.capabilities?.refund === false ? [] : ["refund" as const]
  return [...refund, "record_refund", ...dismiss]
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
  action: Resolution["action"] | null
  amount: string
  note: string
}

export type AmountProblem =
  "amount_missing" | "amount_form" | "amount_decimals" | "amount_range" | "whole_only"

export interface DraftProblems {
  action?: "action_missing"
  amount?: AmountProblem
  note?: "note_missing" | "note_long"
}

const longestNote = 1000

/** What is wrong with what a person entered, field by field; an empty object where nothing is. */
export function problemsOf(draft: ResolutionDraft, payment: PaymentDetail): DraftProblems {
  const problems: DraftProblems = {}
  if (draft.action === null) problems.action = "action_missing"
  const amount = needsAmount(draft, payment) ? amountProblem(draft, payment) : undefined
  if (amount) problems.amount = amount
  const note = draft.note.trim()
  if (!note) problems.note = "note_missing"
  else if (note.length > longestNote) problems.note = "note_long"
  return problems
}

/** A decision about a return in doubt is about its amount, and no other. */
export const needsAmount = ({ action }: ResolutionDraft, payment: PaymentDetail): boolean =>
  (action === "refund" || action === "record_refund") && !doubtOf(payment)

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

/** Where a person starts: the first thing that can be done, for all that is left. What a doubt comes to is not suggested. */
export const firstDraft = (payment: PaymentDetail): ResolutionDraft => ({
  action: doubtOf(payment) ? null : (resolutionsOf(payment)[0] ?? null),
  amount: amountLeft(payment).toFixed(decimalsOf(payment.currency_code)),
  note: "",
})

/** What is sent for a draft without problems. */
export function asResolution(draft: ResolutionDraft, payment: PaymentDetail): Resolution | undefined {
  if (!draft.action) return undefined
  return {
    action: draft.action,
    ...(needsAmount(draft, payment) ? { amount: draft.amount.trim() } : {}),
    note: draft.note.trim(),
  }
}
