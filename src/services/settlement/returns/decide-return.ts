import { hasMoney, holdsMoney, isUnclear, roundToMinor } from "../../../core"
import type { ChannelFacts } from "../../../core"
import { committedAmount, isDone, isUnanswered, isWaitingPayout, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { dismissedAmount, isDismissed, isLeftOut } from "./dismissed"
import { amountInMedusa, shareOf } from "./rounding"
import { channelReturns, unsureRefusals } from "./decide-doubt"

/**
 * What is to go back: minor units, Medusa's own number in major units, all that is left, or what of that nobody has dismissed. The last two
 * are measured under the lease: whoever comes second finds nothing.
 */
export type RefundAmount = number | { major: string } | "rest" | "owed"

/** Who asks for money to go back, and for which. */
export interface ReturnIntent {
  amount: RefundAmount
  /** Medusa's refund row, or null for money that Medusa never booked. */
  refundId: string | null
  /** Nobody has just asked for it: Medusa holds its row, and it is decided that the money is still to go back. */
  owed?: boolean
  /** Nor has a person decided about this very row since: the job carries out what Medusa holds. */
  byItself?: boolean
}

/** What was read or came about since the request began. What is absent was not. */
export interface ReturnFacts {
  /** What was in doubt has been asked about. */
  doubtsAsked?: true
  /** What was returned in the gateway's console has been looked for, and is among the operations; `listed`: in a list of all refunds. */
  returnsLookedFor?: "listed" | "looked"
  /** Refunds that may have gone through although they count as refused have been asked about, and one of them in vain. */
  refusedAsked?: { unanswered: Operation | undefined }
  /** Of the operations that are done: those that Medusa holds no refund row for. */
  notBooked?: readonly Operation[]
  /** The account takes no reversals: none was written. */
  takesNoReversals?: true
}

export interface ReturnPicture {
  payment: GatewayPayment
  operations: readonly Operation[]
  channel: Pick<ChannelFacts, "refund" | "partialRefund" | "refundQuery">
  /** The gateway takes one refund of a payment at a time. */
  oneAtATime: boolean
  /** The payment was made in the business day that it is now, and the shop has its whole refunds reversed. */
  reversible: boolean
  /** The most that is paid out to an account that the shopper names, in minor units; 0: nothing is. */
  mostPaidOut: number
  intent: ReturnIntent
  facts: ReturnFacts
}

/** Why nothing was sent. */
export type Refusal =
  | { code: "payment_not_paid" }
  | { code: "refund_unknown"; operation: Operation }
  | { code: "amount_invalid"; message: string }
  | { code: "earlier_refund_booked_first"; unbooked: readonly Operation[]; booked: "now" | "since" | "owed" }
  | { code: "maybe_the_same"; amount: string }
  | { code: "returned_outside" }
  /** `waiting`: so much of what is not left waits for the shopper, and a larger refund would take it over. */
  | { code: "refund_exceeds"; amount: number; left: number; waiting: number }
  | { code: "refund_in_progress" }
  | { code: "refund_unsupported"; amount: number; wholeOnly: boolean }

/** The one next thing to do for a request. Only `send` moves money, under a new number. */
export type ReturnStep =
  | { do: "ask_about_doubts" }
  | { do: "look_for_returns" }
  | { do: "ask_about_refused"; operations: readonly Operation[] }
  | { do: "read_rows"; done: readonly Operation[] }
  | { do: "hand_over"; operation: Operation; refundId: string; medusaAmount: string | null }
  | { do: "book_nothing"; refundId: string; medusaAmount: string }
  | { do: "send"; kind: "cancel" | "refund"; amount: number }
  | { do: "ask_shopper"; amount: number }
  /** Refunds that nobody has booked and no shopper has answered are part of the one that Medusa asks for now. */
  | { do: "take_over"; operations: readonly Operation[] }
  | { do: "answer"; operation: Operation }
  | { do: "refuse"; refusal: Refusal; tells?: Operation }

/**
 * Whether money goes back for a request, and how: the only door for new returns, whoever asks. In order of precedence: what is in
 * doubt, what went back elsewhere, what went back for this very wish, what is left, and what the channel can do. Pure and total.
 */
export function decideReturn(picture: ReturnPicture): ReturnStep {
  const { payment, operations, intent, facts } = picture
  if (!hasMoney(payment.state)) return refuse({ code: "payment_not_paid" })
  const doubtful = returns(operations).find(({ state }) => isUnclear(state))
  if (doubtful)
    return facts.doubtsAsked
      ? refuse({ code: "refund_unknown", operation: doubtful })
      : { do: "ask_about_doubts" }
  if (!facts.returnsLookedFor) return { do: "look_for_returns" }
  const unsure = refusedUnsure(picture)
  if (unsure) return unsure
  if (intent.refundId !== null && !facts.notBooked)
    return { do: "read_rows", done: returns(operations).filter((one) => isDone(one) || hasFailedLater(one)) }
  const wanted = wantedOf(picture)
  if (typeof wanted !== "number") return refuse(wanted)
  return madeEarlier(picture, wanted) ?? nothingToSend(picture, wanted) ?? sending(picture, wanted)
}

/**
 * No new number goes out beside a refund that may have gone through although it counts as refused. A list would tell; without one, or
 * without its answer, each is asked about. An answer that says nothing sure leaves what a person has said.
 */
function refusedUnsure({ operations, channel, facts }: ReturnPicture): ReturnStep | undefined {
  if (facts.returnsLookedFor === "listed" || !channel.refundQuery) return undefined
  const { refusedAsked } = facts
  if (refusedAsked)
    return refusedAsked.unanswered && refuse({ code: "refund_unknown", operation: refusedAsked.unanswered })
  const unsure = unsureRefusals(operations)
  return unsure.length ? { do: "ask_about_refused", operations: unsure } : undefined
}

const refuse = (refusal: Refusal): ReturnStep => ({ do: "refuse", refusal })

/** What is to go back, in minor units: Medusa's fractions are rounded with those of its other rows. */
function wantedOf({ payment, operations, intent, facts }: ReturnPicture): number | Refusal {
  const { amount } = intent
  const left = payment.paidAmount - committedAmount(operations)
  if (amount === "rest") return left
  if (amount === "owed") return left - dismissedAmount(payment, operations)
  if (typeof amount === "number") return amount
  const unbooked = new Set(facts.notBooked?.map(({ id }) => id))
  const booked = returns(operations).filter((one) => isDone(one) && !unbooked.has(one.id))
  try {
    return shareOf(amount.major, booked, payment)
  } catch (error) {
    return { code: "amount_invalid", message: (error as Error).message }
  }
}

const medusaAmountOf = ({ amount }: ReturnIntent): string | null =>
  typeof amount === "object" ? amount.major : null

/**
 * An earlier operation that succeeded, or was accepted, but that Medusa does not hold a refund row for, is this very
 * intent when the amount is equal. Whether Medusa still holds the row decides, so that a second deliberate refund of
 * the same amount is a second refund.
 */
function madeEarlier(picture: ReturnPicture, wanted: number): ReturnStep | undefined {
  const { payment, operations, intent, facts } = picture
  const { refundId } = intent
  if (refundId === null) return undefined
  const same = returns(operations).find((one) => isDone(one) && one.refundId === refundId)
  if (same) return { do: "answer", operation: same }
  const notBooked = facts.notBooked ?? []
  const gone = notBooked.filter(isDone)
  const unbooked = gone.filter((one) => !isUnanswered(one) && !isLeftOut(payment, one.id))
  const isTwin = (one: Operation) => one.amount === wanted
  // What the shopper has not answered, or a person has left out of Medusa's books, stands in no other refund's way.
  const twin = unbooked.find(isTwin) ?? (unbooked.length ? undefined : gone.find(isTwin))
  const medusaAmount = medusaAmountOf(intent)
  if (twin) return { do: "hand_over", operation: twin, refundId, medusaAmount }
  if (unbooked.length) return refuse({ code: "earlier_refund_booked_first", unbooked, booked: "now" })
  return medusaAmount === null ? undefined : askedTwice(picture, medusaAmount, refundId)
}

/**
 * Somebody who did not know that the refund had gone through asked for it again. A person who asks is told so, once. Of a row that
 * only Medusa speaks for, its process having died, nobody knows whether it is wanted as well.
 */
function askedTwice(picture: ReturnPicture, medusaAmount: string, refundId: string): ReturnStep | undefined {
  const { operations, intent } = picture
  const entered = enteredAs(medusaAmount, picture)
  const wasTried = returns(operations).some((one) => one.refundId === refundId)
  if (intent.byItself && !wasTried && entered.length)
    return refuse({ code: "maybe_the_same", amount: medusaAmount })
  const untold = entered.find((one) => one.untold)
  if (!untold || intent.owed) return undefined
  const booked = isOwedOf(picture)(untold) ? "owed" : "since"
  const refusal = { code: "earlier_refund_booked_first", unbooked: [untold], booked } as const
  return { do: "refuse", refusal, tells: untold }
}

/**
 * Refunds of the amount that settlement has entered in Medusa's books, their asker having been told that the outcome is not known and
 * that it is safe to ask again: they are done, or they failed later, and the job makes them again under the row they were entered as.
 */
function enteredAs(major: string, picture: ReturnPicture): Operation[] {
  const { payment, operations } = picture
  const rounded = (amount: string) => roundToMinor(amount, payment.digits)
  const made = returns(operations)
  const isCarried = ({ id, refundId }: Operation) =>
    made.some((one) => isDone(one) && (one.id === id || (refundId !== null && one.refundId === refundId)))
  const isOwed = isOwedOf(picture)
  return made.filter(
    (one) =>
      (one.untold || one.told) &&
      (isCarried(one) || isOwed(one)) &&
      rounded(amountInMedusa(one, payment)) === rounded(major),
  )
}

/** It was entered in Medusa, and failed at the gateway after it was accepted. */
const hasFailedLater = ({ state, untold, told, refundId }: Operation): boolean =>
  state === "refused" && (untold || told) && refundId !== null

/** Medusa still holds the row it was entered as, and nobody has dismissed that: it is made again without being asked for. */
const isOwedOf =
  ({ payment, operations, facts }: ReturnPicture) =>
  (one: Operation): boolean =>
    hasFailedLater(one) &&
    !facts.notBooked?.some(({ id }) => id === one.id) &&
    !isDismissed(payment, one.refundId ?? "") &&
    !returns(operations).some((other) => isDone(other) && other.refundId === one.refundId)

/** Less than half of the smallest unit, with what Medusa has returned before: it is booked, and nothing is sent. */
function nothingToSend({ intent }: ReturnPicture, wanted: number): ReturnStep | undefined {
  const medusaAmount = medusaAmountOf(intent)
  if (wanted !== 0 || intent.refundId === null || medusaAmount === null) return undefined
  return /^[\d.]*[1-9]/.test(medusaAmount)
    ? { do: "book_nothing", refundId: intent.refundId, medusaAmount }
    : undefined
}

function sending(picture: ReturnPicture, amount: number): ReturnStep {
  const { payment, operations, channel, oneAtATime } = picture
  if (payment.returnedUnsaid) return refuse({ code: "returned_outside" })
  const { left, unanswered, waiting, isLarger } = waitingFor(picture, amount)
  if (isLarger && isPossible(picture, amount)) return { do: "take_over", operations: unanswered }
  if (!isLarger && (amount <= 0 || amount > left))
    return refuse({ code: "refund_exceeds", amount, left, waiting })
  if (oneAtATime && operations.some((one) => one.state === "pending" && !isWaitingPayout(one)))
    return refuse({ code: "refund_in_progress" })
  if (!isPossible(picture, amount))
    return refuse({ code: "refund_unsupported", amount, wholeOnly: channel.refund })
  if (!channel.refund) return { do: "ask_shopper", amount }
  return { do: "send", kind: isReversed(picture, amount) ? "cancel" : "refund", amount }
}

/**
 * How much waits for the shopper, and whether the refund is so large that it has to take that over. A smaller refund may not take it over: a
 * part of what waits would be owed no more.
 */
function waitingFor({ payment, operations, intent }: ReturnPicture, amount: number) {
  const left = payment.paidAmount - committedAmount(operations)
  const unanswered = intent.refundId === null ? [] : operations.filter(isUnanswered)
  const waiting = committedAmount(unanswered)
  const isLarger = waiting > 0 && amount > left && amount >= waiting && amount <= left + waiting
  return { left, unanswered, waiting, isLarger }
}

/** By the channel, or to an account that the shopper names. */
const isPossible = ({ payment, channel, mostPaidOut }: ReturnPicture, amount: number): boolean =>
  channel.refund ? channelReturns(payment, amount, channel) : amount <= mostPaidOut

/** Same day, whole, and not tried before: the gateway reverses the payment. A definite refusal of that falls back on a refund. */
function isReversed({ payment, operations, reversible, facts }: ReturnPicture, amount: number): boolean {
  if (!reversible || facts.takesNoReversals || amount !== payment.paidAmount) return false
  if (operations.some(({ kind, state }) => kind === "cancel" && state === "refused")) return false
  // It returns the whole payment: of what a person calls not made, a part may have gone back.
  if (unsureRefusals(operations).length > 0) return false
  return !returns(operations).some(({ state }) => holdsMoney(state))
}
