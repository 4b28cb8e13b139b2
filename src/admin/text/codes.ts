import { failureCodes, rejectionCodes } from "../../core/notification-codes"
import { namesBalance, refusalReasons } from "../../core/outcome"
import { problemCodes } from "../../core/problem"
import type { Operation } from "../api/schema"
import type { TextKey } from "./keys"

/*
 * What the server says by a code, as a sentence in the reader's language. `null`: a newer server's code, of which only its English
 * sentence is known.
 */

const among = <Code extends string>(codes: readonly Code[], code: string | null | undefined) =>
  codes.find((one) => one === code)

export function problemText(code: string | null | undefined): TextKey | null {
  const known = among(problemCodes, code)
  return known ? `problem.${known}` : null
}

/** Why a notification was not believed, or not acted on. */
export function notificationText(code: string | null | undefined): TextKey | null {
  const own = among(rejectionCodes, code) ?? among(failureCodes, code)
  return own ? `timeline.notification_why.${own}` : problemText(code)
}

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
  const reason = among(refusalReasons, code)
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
