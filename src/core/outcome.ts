/**
 * What became of one attempt at the gateway. A closed union: success only from an explicit, verified success,
 * refusal only from an explicit refusal, everything else is `unknown` (guarantee 2).
 */
export type Outcome<T> = Succeeded<T> | Refused | Pending<T> | Unknown | NotSent

/** The gateway said yes, signed where it signs, and what it said is what was asked. */
export interface Succeeded<T> {
  kind: "succeeded"
  value: T
}

/** The gateway said no in so many words: no money moved because of this attempt. */
export interface Refused {
  kind: "refused"
  reason: RefusalReason
  /** The gateway's own code, for its support. */
  code: string
  /** One sentence for the operator. */
  message: string
}

/** Accepted, not finished: the gateway owes an end to it. */
export interface Pending<T> {
  kind: "pending"
  value: Partial<T>
  message: string
}

/** Nobody can say yet: a timeout, a reset, a 5xx, an unverifiable or unlisted answer. Ask the gateway before anything else. */
export interface Unknown {
  kind: "unknown"
  code: string
  message: string
  /**
   * The gateway did answer, with a failure it does not document. Alone that says nothing; with a query that shows nothing
   * done, it is a refusal.
   */
  answered?: true
  /**
   * The gateway's host says that it takes no such call. Alone that says nothing; with an order that stays as it was, it is a
   * refusal.
   */
  unhandled?: true
  /** No answer of the gateway's own: the network, or a server in front of it. */
  silent?: true
  /** The gateway's number for it, where it named one all the same: the key to asking what became of it. */
  gatewayNo?: string | undefined
}

/** The request never left this machine: nothing can have happened. */
export interface NotSent {
  kind: "not_sent"
  code: string
  message: string
}

export const refusalReasons = [
  "already_paid", // the order has been paid: refund it instead
  "already_closed", // the order was closed before
  "already_refunded", // nothing is left to return
  "wrong_state", // the order is not one for it: never paid, or returned already
  "absent", // the gateway knows no such order, refund or cancel
  "in_progress", // a payment or refund is running: ask again later
  "duplicate", // the merchant number has been used
  "exceeds_balance", // more than what is left of the payment
  "insufficient_funds", // the merchant's balance at the gateway does not cover it: may pass another day
  "not_supported", // this channel cannot do it, ever
  "declined", // the channel said no to this one
  "undocumented", // it answered with a failure it does not document, and asked, it shows nothing done
  "credentials", // account, key or signature is wrong: configuration
  "invalid", // the gateway found the request malformed
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/**
 * Neither gateway publishes its codes for a balance that does not cover a refund; they say so by their names. What is made of it is a
 * sentence, and no outcome.
 */
export const namesBalance = (code: string): boolean =>
  /BALANCE.*NOT_?ENOUGH|INSUFFICIENT|NOT_?ENOUGH.*BALANCE/i.test(code)

export const succeeded = <T>(value: T): Succeeded<T> => ({ kind: "succeeded", value })
export const refused = (reason: RefusalReason, code: string, message: string): Refused => ({
  kind: "refused",
  reason,
  code,
  message,
})
/** The code of what our own rules refuse. */
const ownRules = "not_sent"

/** As `refused`, by our own rules and before anything is sent: the gateway has seen nothing. */
export const refusedHere = (reason: RefusalReason, message: string): Refused =>
  refused(reason, ownRules, message)
export const pending = <T>(message: string, value: Partial<T> = {}): Pending<T> => ({
  kind: "pending",
  value,
  message,
})
export const unknown = (code: string, message: string, gatewayNo?: string): Unknown => ({
  kind: "unknown",
  code,
  message,
  ...(gatewayNo !== undefined && { gatewayNo }),
})
export const answeredUnknown = (code: string, message: string): Unknown => ({
  ...unknown(code, message),
  answered: true,
})
export const unanswered = (code: string, message: string): Unknown => ({
  ...unknown(code, message),
  silent: true,
})
export const notSent = (code: string, message: string): NotSent => ({ kind: "not_sent", code, message })

/** What a gateway answered that did not do what was asked: the same again is the same text. `undefined`: it was not asked, or gave no answer. */
export function answerOf(outcome: Outcome<unknown>): string | undefined {
  switch (outcome.kind) {
    case "refused":
      return outcome.code === ownRules ? undefined : `${outcome.code}:${outcome.reason}`
    case "unknown":
      return outcome.silent ? undefined : outcome.code
    case "succeeded":
    case "pending":
    case "not_sent":
      return undefined
  }
}
