import { PaymentProblem } from "../../core"

/** How every line of this plugin begins, for whoever filters a log. */
const prefix = "[gateway-payments]"

/** What a line of the log is about. Stable, for alarms and searches; `docs/operating.md` says what each one means. */
export const logCodes = [
  "notify_url",
  "option_warning",
  "wrong_hook",
  "call_unknown",
  "call_not_sent",
  "nonce_mismatch",
  "attention",
  "no_reversal",
  "not_opening",
  "account_changed",
  "entry_removed",
  "medusa_unsupported",
  "accounts_not_read",
  "test_account",
  "channels_missing",
  "notify_url_differs",
  "resolved",
  "books_aligned",
  "review_failed",
  "close_failed",
  "capture_failed",
  "settle_failed",
  "job_failed",
  "lock_not_released",
  "order_lock_missing",
  "order_lease_lost",
  "cancel_unfinished",
  "session_left_to_job",
  "notification_not_stored",
  "notification_failed",
  "event_not_told",
] as const
export type LogCode = (typeof logCodes)[number]

/**
 * A line with a stable code and fields: `[gateway-payments] call_unknown gateway=ksher verb=order_refund code=timeout`.
 * A field that is undefined is left out. Values are cut and kept to one word each, whatever a gateway sent.
 */
export function logLine(
  code: LogCode,
  fields: Readonly<Record<string, string | number | undefined>>,
  sentence?: string,
): string {
  const words = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${oneWord(value)}`],
  )
  return [prefix, code, ...words].join(" ") + (sentence === undefined ? "" : `: ${scrubbed(sentence)}`)
}

const oneWord = (value: string | number): string =>
  String(value)
    .slice(0, 64)
    .replace(/[^\w.:/-]/g, "_")

const longestSentence = 500

/**
 * A sentence may come from an error of anybody's. Keys, secrets and signatures are long runs of letters and digits, and
 * numbers of ours and of the gateways are not.
 */
const scrubbed = (sentence: string): string =>
  sentence
    .replace(/[\x00-\x1f\x7f]+/g, " ")
    .replace(/[A-Za-z0-9+=]{32,}/g, "…")
    .slice(0, longestSentence)

/** What an error says. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : "no reason given"

/** What an error of this plugin says, and of any other its kind: a database's own words quote what was being written. */
export const sentenceOf = (error: unknown): string =>
  error instanceof PaymentProblem ? error.message.slice(0, longestSentence) : kindOf(error)

/** What kind of error it is: `ECONNREFUSED`, `TypeError`. For one whose words may quote what was being written. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given"
  return "code" in error && typeof error.code === "string" ? error.code : error.name
}
