/**
 * An error a person reads: what happened to the money and what to do next. Carries no secret and no payer data.
 * `kind` decides the HTTP answer at Medusa's edge (`MedusaError` types of the same name).
 */
export class PaymentProblem extends Error {
  constructor(
    readonly kind: "invalid_data" | "not_allowed" | "not_found" | "conflict" | "unexpected_state",
    /** Stable, listed in `docs/errors.md`. */
    readonly code: ProblemCode,
    message: string,
  ) {
    super(message)
    this.name = "PaymentProblem"
  }
}

export const problemCodes = [
  "amount_invalid",
  "amount_too_small",
  "amount_changed",
  "nothing_owed",
  "currency_unsupported",
  "channel_unknown",
  "session_unknown",
  "session_over",
  "choice_made",
  "open_refused",
  "open_unknown",
  "open_not_sent",
  "payment_unknown",
  "payment_not_paid",
  "paid_cannot_be_cancelled",
  "refund_exceeds",
  "refund_unsupported",
  "refund_refused",
  "refund_unknown",
  "refund_not_sent",
  "refund_in_progress",
  "returned_outside",
  "earlier_refund_booked_first",
  "busy",
  "not_confirmed",
  "order_canceled",
  "order_changing",
  "order_busy",
  "order_unreadable",
  "refund_repeated",
  "refund_stays_owed",
  "cancel_unfinished",
  "resolve_invalid",
  "changed",
  "key_reused",
  "operation_in_doubt",
  "decision_interrupted",
  "medusa_refused",
  "close_not_confirmed",
  "request_invalid",
  "cancel_too_late",
  "provider_unknown",
  "medusa_unsupported",
  "account_changed",
  "ledger_unavailable",
  "ledger_not_migrated",
] as const
export type ProblemCode = (typeof problemCodes)[number]
