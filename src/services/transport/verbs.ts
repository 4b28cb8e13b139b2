import {
  pending,
  refused,
  refusedHere,
  succeeded,
  unknown,
  type NotSent,
  type Outcome,
  type RefundOrder,
  type Refused,
  type Standing,
} from "../../core"
import { afterSending, type Answer } from "./answer"

/**
 * What became of a close: the query made after it decides, since both gateways' own answers to a close are weak
 * (Ksher's is unsigned, Gnete's may be empty), and a shopper may have paid meanwhile.
 */
export function closedBy(
  gateway: string,
  asked: Answer<unknown>,
  found: Answer<Standing>,
): Outcome<Record<string, never>> {
  if (found.kind !== "succeeded") return afterSending(found)
  const { state } = found.value
  if (state === "closed") return succeeded({})
  if (state === "paid" || state === "refunded" || state === "reversed")
    return refused("already_paid", state, "The shopper has paid: refund instead.")
  if (asked.kind === "unknown") return asked
  if (state === "absent" && asked.kind === "refused" && asked.reason === "absent") return asked
  if (state === "failed" && asked.kind === "refused")
    return refused(
      "already_closed",
      state,
      `The payment has failed at ${gateway} for good; nothing is open to close.`,
    )
  if (state === "absent" || asked.kind === "refused")
    return unknown("contradiction", `${gateway} contradicts itself about the close (${state}).`)
  return pending(`${gateway} accepted the close and has not carried it out yet: it is asked again.`)
}

/** The end of a close that was certainly not taken in; else a query has to say what became of it. */
export const endOfClose = (asked: Answer<unknown>): Refused | NotSent | undefined =>
  asked.kind === "not_sent" || (asked.kind === "refused" && asked.reason !== "already_closed")
    ? asked
    : undefined

/** Why a refund cannot be asked for, before anything is sent. */
export function refundProblem(
  gateway: string,
  longestNumber: number,
  { number, amount, order }: RefundOrder,
): Refused | undefined {
  const invalid = (message: string) => refusedHere("invalid", message)
  if (!isNumber(number, longestNumber))
    return invalid(`A ${gateway} refund number has 1 to ${longestNumber} characters.`)
  if (amount.currency !== order.amount.currency || !Number.isSafeInteger(amount.minor) || amount.minor < 1)
    return invalid("A refund is a positive amount in the currency of the payment.")
  if (amount.minor > order.amount.minor)
    return refusedHere("exceeds_balance", "The refund is larger than the payment.")
  return undefined
}

/** An order or refund number both gateways carry unchanged. */
export const isNumber = (number: string, longest: number): boolean =>
  number.length <= longest && /^[\w.-]+$/.test(number)
