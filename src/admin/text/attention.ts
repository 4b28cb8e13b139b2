import type { Operation, PaymentDetail } from "../api/schema"
import { decidableOf } from "../rules/payment"
import type { TextKey } from "./keys"

/** Why a payment stands under attention; each has a reason and what to do in `i18n`. */
export const attentionCodes = [
  "amount_mismatch",
  "contradiction",
  "not_captured",
  "close_failed",
  "qr_stays_open",
  "refund_unknown",
  "refund_refused",
  "refund_unsupported",
  "late_held",
  "outside_unclear",
  "books_differ",
  "unanswered",
  "no_order",
  "account_changed",
  "entry_removed",
  "order_changing",
  "cancel_unfinished",
  "notification_failed",
] as const
type AttentionCode = (typeof attentionCodes)[number]

const isKnown = (code: string | null | undefined): code is AttentionCode =>
  attentionCodes.some((one) => one === code)

const dismissals: Readonly<Record<string, TextKey>> = {
  refund_refused: "resolve.dismissal.decided",
  refund_unsupported: "resolve.dismissal.decided",
  late_held: "resolve.dismissal.decided",
  amount_mismatch: "resolve.dismissal.failed",
  qr_stays_open: "resolve.dismissal.closed",
}

/** What dismissing these decides; dismissing any other takes the notice away, and no more. */
export const dismissalText = (code: string | null | undefined): TextKey | undefined => dismissals[code ?? ""]

interface AttentionText {
  reason: TextKey
  /** What was found; `null`: only the server's own sentence is known. */
  found: TextKey | null
  todo: TextKey
}

export const attentionText = (code: string | null | undefined): AttentionText =>
  isKnown(code)
    ? {
        reason: `attention.reason.${code}`,
        found: `attention.found.${code}`,
        todo: `attention.todo.${code}`,
      }
    : { reason: "attention.title", found: null, todo: "attention.todo.other" }

/** The money and the number that a payment's attention is about. */
export function attentionFacts(payment: PaymentDetail): { amount: number; number: string } {
  const doubt = decidableOf(payment)
  const about = doubt ?? lastRefusal(payment)
  const amount = doubt?.amount ?? payment.owed?.amount ?? about?.amount
  return {
    amount: amount ?? (payment.paid_amount > 0 ? payment.paid_amount : payment.amount),
    number: about?.merchant_no ?? payment.merchant_order_no,
  }
}

export const lastRefusal = ({ operations }: PaymentDetail): Operation | undefined =>
  operations
    .filter(({ kind, state }) => (kind === "refund" || kind === "cancel") && state === "refused")
    .at(-1)
