import type { Operation } from "../api/schema"
import type { TextKey } from "./keys"

/*
 * What the server says by a code, as a sentence in the reader's language. `null`: a newer server's code, of which only its English
 * sentence is known.
 */

/** Why a gateway refuses. */
export const reasons = [
  "already_paid",
  "already_closed",
  "already_refunded",
  "wrong_state",
  "absent",
  "in_progress",
  "duplicate",
  "exceeds_balance",
  "insufficient_funds",
  "not_supported",
  "declined",
  "undocumented",
  "credentials",
  "invalid",
] as const

/** Why this plugin refuses, or cannot say. */
export const problems = [
  "amount_invalid",
  "amount_too_small",
  "amount_changed",
  "nothing_owed",
  "currency_unsupported",
  "channel_unknown",
  "session_unknown",
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

const among = <Code extends string>(codes: readonly Code[], code: string | null | undefined) =>
  codes.find((one) => one === code)

export function problemText(code: string | null | undefined): TextKey | null {
  const known = among(problems, code)
  return known ? `problem.${known}` : null
}

/** Neither gateway publishes its codes for an empty balance; they say so by their names. */
const namesBalance = (code: string): boolean =>
  /BALANCE.*NOT_?ENOUGH|INSUFFICIENT|NOT_?ENOUGH.*BALANCE/i.test(code)

/** Why there is no certain answer, by the code of what went wrong on the way. */
const doubts: readonly (readonly [RegExp, TextKey])[] = [
  [/^timeout$/, "doubt.timeout"],
  [/^(E[A-Z]|transport_error)/, "doubt.connection"],
  [/^http_/, "doubt.http"],
  [/^bad_signature$/, "doubt.unsigned"],
  [/^(empty|unreadable)_answer$/, "doubt.unreadable"],
  [/^answer_mismatch$/, "doubt.mismatch"],
  [/^(unlisted|-?\d+|KSHER_\w+)$/, "doubt.unlisted"],
]

export function codeText(code: string | null | undefined): TextKey | null {
  if (!code) return null
  if (namesBalance(code)) return "reason.insufficient_funds"
  const reason = among(reasons, code)
  return reason ? `reason.${reason}` : (doubts.find(([pattern]) => pattern.test(code))?.[1] ?? null)
}

/** Why an operation did not go through, or is in doubt. */
export function operationText(operation: Pick<Operation, "state" | "reason" | "code">): TextKey | null {
  const { state, reason, code } = operation
  if (state !== "refused" && state !== "not_sent" && state !== "unknown") return null
  if (reason === "by_hand") return null
  if (code && namesBalance(code)) return "reason.insufficient_funds"
  return (state === "refused" ? codeText(reason) : null) ?? codeText(code)
}
