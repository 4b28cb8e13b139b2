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
  "migrations_pending",
  "routes_missing",
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
  "unpaid_order_ended",
  "unpaid_order_kept",
  "session_left_to_job",
  "link_not_shown",
  "page_not_opened",
  "page_failed",
  "link_not_sent",
  "payout_not_carried",
  "notification_not_stored",
  "notification_failed",
  "event_not_told",
  "export_failed",
  "alert_not_sent",
  "report_not_sent",
  "report_unread",
  "payouts_not_read",
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
 * A sentence may come from an error of anybody's. It stays one line, read in one direction, and nothing invisible parts what
 * belongs together.
 */
const scrubbed = (sentence: string): string =>
  sentence
    .replace(/\p{Cf}+/gu, "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(pieces, withoutSecrets)
    .slice(0, longestSentence)

/** What base64 and hexadecimal are written in, and what a wrapped key has between its lines, as such or written out. */
const gap = /(?:\s|\\[rn])+/
const pieces = new RegExp(`[\\w+/=-]+(?:${gap.source}[\\w+/=-]+)*`, "g")

/** A key, a secret or a signature: as long as this, wrapped or not. */
const shortestSecret = 32

/** Leaves out what follows one another, is neither a word nor a number of a payment, and is together as long as a secret. */
function withoutSecrets(run: string): string {
  const parts = run.split(new RegExp(`(${gap.source})`))
  const kept: string[] = []
  let odd: string[] = []
  const close = () => {
    const length = odd.reduce((sum, part, at) => sum + (at % 2 ? 0 : part.length), 0)
    if (length >= shortestSecret) kept.push("…", ...(odd.length % 2 ? [] : odd.slice(-1)))
    else kept.push(...odd)
    odd = []
  }
  for (let at = 0; at < parts.length; at += 2) {
    const [part = "", between] = parts.slice(at, at + 2)
    const whole = between === undefined ? [part] : [part, between]
    if (isPlain(part)) {
      close()
      kept.push(...whole)
    } else odd.push(...whole)
  }
  close()
  return kept.join("")
}

/** An address, an id such as `gpay_01J9…`, a code: words and numbers. No secret is made of them. */
const isPlain = (part: string): boolean => part.split(/[/_-]/).every((one) => word.test(one))
const word =
  /^(?:[A-Z]?[a-z]{0,15}\d{0,4}|[A-Z]{0,16}\d{0,4}|[A-Z]{0,4}\d{1,24}|[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9a-f]{24})$/

/** What an error of this plugin says, and of any other its kind: a database's own words quote what was being written. */
export const wordsOf = (error: unknown): string =>
  error instanceof PaymentProblem ? error.message.slice(0, longestSentence) : kindOf(error)

/** What kind of error it is: `ECONNREFUSED`, `TypeError`. For one whose words may quote what was being written. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given"
  return "code" in error && typeof error.code === "string" ? error.code : error.name
}
