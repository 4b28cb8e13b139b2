import type { z } from "zod"
import { succeeded, unknown, type NotSent, type Refused, type Succeeded, type Unknown } from "../../core"

/** The outcome of one call, before a gateway's verb gives it meaning. Every Answer is an Outcome. */
export type Answer<T> = Succeeded<T> | Refused | Unknown | NotSent

/** Goes on with a success; anything else stays what it is. */
export const andThen = <A, B>(answer: Answer<A>, next: (value: A) => Answer<B>): Answer<B> =>
  answer.kind === "succeeded" ? next(answer.value) : answer

/** Fields of an answer in the form the documents give them, or `unknown`: the gateway did answer, and may have acted. */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  gateway: string,
): Succeeded<z.output<Schema>> | Unknown {
  const parsed = schema.safeParse(data)
  if (parsed.success) return succeeded(parsed.data)
  const fields = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? "")))].filter(
    (name) => /^\w{1,40}$/.test(name),
  )
  const which = fields.length > 0 ? ` (${fields.slice(0, 5).join(", ")})` : ""
  return unknown("unreadable_answer", `${gateway} answered in a form its documents do not show${which}.`)
}

/**
 * Whether an answer is about what was asked: every expected field that is there must be equal. An answer about another
 * order, refund or account says nothing about this one.
 */
export function about<T extends object>(
  value: T,
  expected: Partial<Record<keyof T, unknown>>,
  gateway: string,
): Answer<T> {
  const wrong = (Object.keys(expected) as (keyof T)[]).find(
    (name) => value[name] !== undefined && expected[name] !== undefined && value[name] !== expected[name],
  )
  if (wrong === undefined) return succeeded(value)
  return unknown(
    "answer_mismatch",
    `${gateway} answered about something else than was asked (${String(wrong)}).`,
  )
}

/** Parameters with a value; neither gateway wants the others. */
export const present = (
  params: Record<string, string | number | undefined>,
): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(params).filter(([, value]) => value !== undefined && value !== ""),
  ) as Record<string, string | number>

/**
 * Whether a shopper's browser may be sent there: https, or http to the very host that was configured as http, which only a
 * simulated gateway is. Nothing that reads as one address and leads to another: no login before the host, no backslash,
 * no character that browsers drop.
 */
export function followable(url: string, gatewayUrl: string): boolean {
  if (!URL.canParse(url) || /[\s\\\p{Cc}\p{Cf}\p{Cs}]/u.test(url)) return false
  const { protocol, username, password, host } = new URL(url)
  if (username !== "" || password !== "") return false
  return (
    protocol === "https:" ||
    (protocol === "http:" && gatewayUrl.startsWith("http://") && host === new URL(gatewayUrl).host)
  )
}

/** A success of the confirming call counts only for what the first call asked; its failures are never "not sent". */
export const afterSending = <T>(answer: Answer<T>): Answer<T> =>
  answer.kind === "not_sent"
    ? unknown(answer.code, `The call was sent; the query that confirms it could not be (${answer.code}).`)
    : answer
