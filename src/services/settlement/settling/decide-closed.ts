import type { Attention, Outcome } from "../../../core"

/** What follows of what a close came to. */
export type ClosedStep =
  | { do: "call_void" }
  /** It can no longer be closed: the gateway says what it is. */
  | { do: "query" }
  | { do: "raise"; attention: Attention<"qr_stays_open" | "close_failed"> }
  /** It stays open here, due again. */
  | { do: "leave" }

/** What a close has proven about a payment. Pure. */
export function decideClosed(outcome: Outcome<unknown>): ClosedStep {
  if (outcome.kind === "succeeded") return { do: "call_void" }
  if (outcome.kind !== "refused") return { do: "leave" }
  const { reason, code, message } = outcome
  const refusal = { reason, code, message }
  switch (reason) {
    case "absent":
      return { do: "call_void" }
    case "already_paid":
    case "already_closed":
    case "already_refunded":
      return { do: "query" }
    case "not_supported":
      return {
        do: "raise",
        attention: { code: "qr_stays_open", values: { why: "not_supported", refusal } },
      }
    case "in_progress":
      return { do: "leave" }
    default:
      return { do: "raise", attention: { code: "close_failed", values: { why: "refused", refusal } } }
  }
}
