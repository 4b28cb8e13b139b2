import type { TextKey } from "./keys"

/** Why a payment stands under attention; each has a reason and what to do in `i18n`. */
export const attentionCodes = [
  "amount_mismatch",
  "qr_mismatch",
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

export const attentionText = (code: string | null | undefined): { reason: TextKey; todo: TextKey } =>
  isKnown(code)
    ? { reason: `attention.reason.${code}`, todo: `attention.todo.${code}` }
    : { reason: "attention.title", todo: "attention.todo.other" }
