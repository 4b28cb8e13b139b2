import { holdsMoney, money, refused, sameMoney, unknown } from "../../../core"
import type {
  ChannelFacts,
  GatewayName,
  Outcome,
  RefundRecord,
  RefusalReason,
  ReversalRecord,
  Standing,
  Unknown,
} from "../../../core"
import {
  committedAmount,
  isDone,
  isMet,
  isReversal,
  returnedAmount,
  returnedAtGateway,
  returns,
} from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { answeredReason, messageOfAnswer, unhandledReason } from "../order-ref"
import { leaseMs } from "../schedule"

export type ReturnOutcome = Outcome<RefundRecord | ReversalRecord>

/** What was found out about an operation: by asking, or by sending it once more. */
export interface Finding {
  outcome: ReturnOutcome
  by: "asking" | "sending"
}

/** What was read since the look began. What is absent was not read. */
export interface DoubtFacts {
  /** The other operations of the payment, and this one. */
  operations?: readonly Operation[]
  /** The refund, asked by its number: at first, once the order had been read, and once returns had been looked for elsewhere. */
  refund?: Outcome<RefundRecord>
  refundAfterOrder?: Outcome<RefundRecord>
  refundAfterReturns?: Outcome<RefundRecord>
  /** The reversal, asked by the name that the gateway gave it. */
  reversal?: Outcome<ReversalRecord>
  order?: Outcome<Standing>
  /** Whether the gateway says that something went back which nothing here explains. */
  returnedElsewhere?: boolean
  /** The gateway's list has said that: it would have told of what counts as refused as well. */
  isListed?: boolean
  /** Returns that count as refused were asked about, and of which one the gateway was silent. */
  refusedAsked?: { unanswered: Operation | undefined }
  /** What sending it once more came to; `ended`: it had an end by then, and was not sent. */
  sent?: { operation: Operation; outcome: ReturnOutcome; knownAbsent: boolean } | "ended"
  /** The order was read a moment ago, and is read once more. */
  waited?: true
}

export interface DoubtPicture {
  gateway: GatewayName
  channel: Pick<ChannelFacts, "refund" | "partialRefund" | "refundQuery">
  now: Date
  payment: GatewayPayment
  operation: Operation
  facts: DoubtFacts
  /** Whoever looks wants to know, and nothing is to be sent. */
  onlyAsks?: boolean
}

/** The one next thing to do about an operation in doubt. Only `send_again` may move money, under the number that it has. */
export type DoubtStep =
  | { do: "read_operations" }
  | { do: "ask_refund"; as: "refund" | "refundAfterOrder" | "refundAfterReturns" }
  | { do: "ask_reversal"; gatewayNo: string }
  | { do: "ask_order" }
  | { do: "wait" }
  | { do: "look_for_returns"; operations: readonly Operation[] }
  | { do: "ask_about_refused"; operations: readonly Operation[] }
  | { do: "send_again"; knownAbsent: boolean }
  | { do: "conclude"; finding: Finding; overturns?: Operation; takesNoReversals?: true }

/**
 * What to do about an operation in doubt. Asks first; sends again, under the same number, only what the gateway says it does not
 * know. Both gateways take a number once, so that a late first attempt and the second never both count. Pure and total.
 */
export function decideDoubt(picture: DoubtPicture): DoubtStep {
  const { facts, operation } = picture
  if (facts.sent) return afterSending(picture, facts.sent)
  return operation.kind === "cancel" ? decideReversal(picture) : decideRefund(picture)
}

const conclude = (outcome: ReturnOutcome): DoubtStep => ({
  do: "conclude",
  finding: { outcome, by: "asking" },
})

/** Asking told nothing. */
const stillUnknown = (
  said: Exclude<Outcome<unknown>, { kind: "succeeded" }>,
  gateway: GatewayName,
): Unknown => unknown("code" in said ? said.code : "query", messageOfAnswer(said, gateway))

const isAbsent = (answer: Outcome<unknown>): boolean =>
  answer.kind === "refused" && answer.reason === "absent"

function decideRefund(picture: DoubtPicture): DoubtStep {
  const { operation, facts, gateway } = picture
  const answer = facts.refund
  if (!answer) return { do: "ask_refund", as: "refund" }
  if (answer.kind === "succeeded") return conclude(fromRecord(answer.value, operation))
  if (answer.kind === "pending" || (answer.kind === "refused" && answer.reason === "declined"))
    return conclude(answer)
  if (answer.kind !== "refused" || operation.state === "pending")
    return conclude(stillUnknown(answer, gateway))
  if (answer.reason === "absent") return decideAbsent(picture)
  if (answer.reason === "not_supported") return decideRepetition(picture, false)
  return conclude(stillUnknown(answer, gateway))
}

function fromRecord(record: RefundRecord, operation: Operation): Outcome<RefundRecord> {
  if (record.amount.minor !== operation.amount)
    return unknown("amount_mismatch", "The gateway knows this refund number with another amount.")
  switch (record.state) {
    case "succeeded":
      return { kind: "succeeded", value: record }
    case "pending":
      return {
        kind: "pending",
        value: record,
        message: "The gateway has accepted the refund and not finished it.",
      }
    case "failed":
      return refused("declined", "failed", "The gateway says that the refund failed.")
    case "unclear":
      return unknown(
        "unclear",
        "The gateway has the refund, in a state in which the money may or may not have moved.",
      )
  }
}

/** The gateway knows no refund under this number. */
function decideAbsent(picture: DoubtPicture): DoubtStep {
  const { operation, facts } = picture
  const { operations } = facts
  if (!operations) return { do: "read_operations" }
  if (operations.some(isReversal)) return conclude(returnedByReversal)
  const doubtful = operations.find(mayHaveReversed)
  const reversed = doubtful && returnedAmount(operations) === 0 ? decideReversed(picture) : "no"
  if (typeof reversed === "object") return reversed
  if (doubtful && reversed === "yes")
    // Whoever waits for this one is told that it is safe to ask again, and is then handed the reversal.
    return {
      ...concludeUnknown("reversed", "The reversal before it has gone through after all."),
      overturns: doubtful,
    }
  if (operation.reason === answeredReason) return conclude(undone(operation))
  return decideRepetition(picture, true)
}

const concludeUnknown = (code: string, message: string) => ({
  do: "conclude" as const,
  finding: { outcome: unknown(code, message), by: "asking" as const },
})

/** Whether the order has been returned whole, and not by this refund: or what has to be read for that. */
function decideReversed({ payment, facts }: DoubtPicture): "yes" | "no" | DoubtStep {
  if (!facts.order) return { do: "ask_order" }
  if (facts.order.kind !== "succeeded" || !isReturned(payment, facts.order.value)) return "no"
  // Asked after the order: one that had arrived in between would be known by now.
  if (!facts.refundAfterOrder) return { do: "ask_refund", as: "refundAfterOrder" }
  return isAbsent(facts.refundAfterOrder) ? "yes" : "no"
}

/**
 * The same questions as before the first attempt: the process may have died between the row and the call, and money may have
 * gone back in the gateway's console since.
 */
function decideRepetition(picture: DoubtPicture, knownAbsent: boolean): DoubtStep {
  const { payment, operation, facts, channel } = picture
  const amount = operation.amount ?? 0
  if (!channelReturns(payment, amount, channel)) return conclude(neverSent)
  const { operations } = facts
  if (!operations) return { do: "read_operations" }
  const left = payment.paidAmount - committedAmount(operations.filter(({ id }) => id !== operation.id))
  const wasMet = isMet(operation, operations)
  if (amount <= left && !wasMet) {
    if (facts.returnedElsewhere === undefined) return { do: "look_for_returns", operations }
    if (!facts.returnedElsewhere) return sendAgain(picture, operations, knownAbsent)
  }
  if (!facts.refundAfterReturns) return { do: "ask_refund", as: "refundAfterReturns" }
  if (!hasArrived(picture) || !isAbsent(facts.refundAfterReturns)) return conclude(mayBeReturned)
  return conclude(wasMet ? madeBefore : returnedMeanwhile)
}

/** The attempt before this look is not on its way any more: it is known by now, or never will be. */
const hasArrived = ({ now, operation }: DoubtPicture): boolean =>
  now.getTime() - operation.updatedAt.getTime() > leaseMs

/** As before a new number is sent: what counts as refused may have gone through, and this one was made in its place. */
function sendAgain(
  { channel, operation, facts, onlyAsks }: DoubtPicture,
  operations: readonly Operation[],
  knownAbsent: boolean,
): DoubtStep {
  if (onlyAsks)
    return concludeUnknown("unfinished", "It is sent again, under its number, when it is tried again.")
  const unsure = channel.refundQuery && !facts.isListed ? unsureRefusals(othersOf(operation, operations)) : []
  if (!unsure.length) return { do: "send_again", knownAbsent }
  if (!facts.refusedAsked) return { do: "ask_about_refused", operations: unsure }
  return facts.refusedAsked.unanswered ? conclude(silentBefore) : { do: "send_again", knownAbsent }
}

/** Whether the channel of the payment gives an amount like this back. */
export const channelReturns = (
  payment: GatewayPayment,
  amount: number,
  { refund, partialRefund }: Pick<ChannelFacts, "refund" | "partialRefund">,
): boolean => refund && (amount === payment.paidAmount || partialRefund)

/** `pay/cancel` has no merchant number: before the gateway has named the cancel, the order's own state is all there is. */
function decideReversal(picture: DoubtPicture): DoubtStep {
  const { operation, facts, gateway } = picture
  if (operation.gatewayNo !== null) {
    if (!facts.reversal) return { do: "ask_reversal", gatewayNo: operation.gatewayNo }
    if (facts.reversal.kind !== "unknown" || !facts.reversal.unhandled) {
      const said = fromReversal(facts.reversal, gateway)
      return said.kind === "refused" && wasRepeated(operation)
        ? decideOtherName(picture, operation, said)
        : conclude(said)
    }
  }
  return decideByOrder(picture, operation)
}

/** Sent more than once, a reversal may have as many names at the gateway, of which one is known. */
export const wasRepeated = ({ attempts }: Operation): boolean => attempts > 1

/**
 * The name that is known has failed. Whether another one has gone through, the order says: and that none has, only once nothing is on its
 * way any more.
 */
function decideOtherName(
  picture: DoubtPicture,
  operation: Operation,
  failed: Outcome<ReversalRecord>,
): DoubtStep {
  const step = decideByOrder(picture, operation)
  const { order } = picture.facts
  if (order?.kind !== "succeeded" || order.value.state !== "paid") return step
  if (hasArrived(picture)) return conclude(failed)
  return conclude(
    unknown(
      "repeated",
      "One attempt of the reversal failed, and another may still be on its way.",
      operation.gatewayNo ?? undefined,
    ),
  )
}

function fromReversal(answer: Outcome<ReversalRecord>, gateway: GatewayName): Outcome<ReversalRecord> {
  const unsure = answer.kind === "not_sent" || (answer.kind === "refused" && answer.reason !== "declined")
  return unsure ? stillUnknown(answer, gateway) : answer
}

function decideByOrder(picture: DoubtPicture, operation: Operation): DoubtStep {
  const { payment, facts, gateway } = picture
  if (!facts.order) return { do: "ask_order" }
  if (facts.order.kind !== "succeeded") return conclude(stillUnknown(facts.order, gateway))
  const standing = facts.order.value
  if (isReturned(payment, standing)) {
    const done = { kind: "succeeded", value: { gatewayNo: "", state: "succeeded" } } as const
    if (standing.state === "reversed") return conclude(done)
    if (!facts.operations) return { do: "read_operations" }
    const others = othersOf(operation, facts.operations)
    const isExplained = returnedAtGateway(others) >= payment.paidAmount
    if (isExplained && operation.gatewayNo === null && hasArrived(picture)) return conclude(returnedBefore)
    // "Refunded" may be said of what anything else has returned; of nothing else, it can only be this.
    if (!others.some(({ state }) => holdsMoney(state))) return conclude(done)
  }
  if (standing.state !== "paid")
    return concludeUnknown(
      standing.state,
      `The gateway calls the order ${standing.state}: whether the cancel did it is not known.`,
    )
  // What the gateway has named it has taken in: it may still be at it.
  if (operation.gatewayNo !== null)
    return concludeUnknown("unfinished", "The gateway has not finished the reversal.")
  if (operation.reason === unhandledReason) return decideUntaken(picture, operation)
  return operation.reason === answeredReason ? conclude(undone(operation)) : reverseAgain(picture, operation)
}

/**
 * A reversal returns the whole payment: beside what went back meanwhile, that would be more than is left. It has no number by which the
 * gateway could say that the first attempt never arrived, so that a person has to look.
 */
function reverseAgain(picture: DoubtPicture, operation: Operation): DoubtStep {
  const { operations } = picture.facts
  if (!operations) return { do: "read_operations" }
  if (othersOf(operation, operations).some(isDone)) return conclude(mayBeReversed)
  return sendAgain(picture, operations, false)
}

const othersOf = ({ id }: Operation, operations: readonly Operation[]): Operation[] =>
  returns(operations).filter((one) => one.id !== id)

/** The host takes no such call, and the order is paid: paid once more a moment later, it has not been reversed. */
function decideUntaken({ facts }: DoubtPicture, operation: Operation): DoubtStep {
  if (!facts.waited) return { do: "wait" }
  const outcome = refused(
    "not_supported",
    operation.code ?? "",
    "The gateway does not take same-day reversals of this account: refund instead.",
  )
  return { do: "conclude", finding: { outcome, by: "asking" }, takesNoReversals: true }
}

/**
 * A refusal of a repeated attempt is no proof about the first one: it may be refused *because* the first went through, or come before
 * the first has arrived. It stands only for a refund that the gateway had just said it does not know, and that had had the time.
 */
function afterSending(picture: DoubtPicture, sent: NonNullable<DoubtFacts["sent"]>): DoubtStep {
  // Its own process was alive after all, and has stored an end.
  if (sent === "ended") return concludeUnknown("ended", "It has ended meanwhile.")
  const { outcome, knownAbsent } = sent
  // Of the attempt before it that says nothing.
  if (outcome.kind === "not_sent")
    return concludeUnknown(outcome.code, `It could not be repeated under its number (${outcome.code}).`)
  if (outcome.kind === "unknown" && outcome.unhandled)
    return decideByOrder(picture, { ...sent.operation, reason: unhandledReason, code: outcome.code })
  const repeated = repeatedOutcome(picture.operation, outcome, knownAbsent && hasArrived(picture))
  return { do: "conclude", finding: { outcome: repeated, by: "sending" } }
}

function repeatedOutcome(operation: Operation, outcome: ReturnOutcome, isFirst: boolean): ReturnOutcome {
  if (outcome.kind === "unknown" && outcome.answered) return failedAgain(operation, outcome)
  if (outcome.kind !== "refused" || (isFirst && !mayBeOurOwnDoing.has(outcome.reason))) return outcome
  return unknown(outcome.code, `A repeated attempt was refused: ${outcome.message}`)
}

/**
 * A failure that the gateway does not document may be about the number being used: that says nothing about an attempt whose
 * answer was lost. Where the first attempt was answered with the very same, it is a refusal.
 */
const failedAgain = (operation: Operation, outcome: Unknown): Outcome<never> =>
  operation.reason === answeredReason && operation.code === outcome.code
    ? undone(operation)
    : unknown(outcome.code, outcome.message)

/** Refusals that a first attempt, still on its way when the gateway was asked, would itself bring about. */
const mayBeOurOwnDoing: ReadonlySet<RefusalReason> = new Set([
  "duplicate",
  "exceeds_balance",
  "already_refunded",
  "wrong_state",
  "in_progress",
])

/** All of the payment, in the amount that was asked for. */
const isReturned = (payment: GatewayPayment, { state, returned, amount }: Standing): boolean =>
  (state === "reversed" || (state === "refunded" && returned === "all")) &&
  amount !== undefined &&
  sameMoney(amount, money(payment.amount, payment.currency))

/** The gateway had answered with a failure, undocumented, and asked again it shows nothing done: that is a refusal. */
const undone = (operation: Operation): Outcome<never> =>
  refused(
    "undocumented",
    operation.code ?? "",
    operation.message ?? "The gateway answered with a failure it does not document.",
  )

/**
 * A reversal that Gnete answered with a failure nobody documents, or with no such call, or that was sent more than once, and whose order
 * it went on calling paid, as it may in each case.
 */
export const mayHaveReversed = (operation: Operation): boolean =>
  operation.kind === "cancel" &&
  !operation.outside &&
  operation.state === "refused" &&
  (unproven.has(operation.reason ?? "") || wasRepeated(operation))

/**
 * Returns that count as refused without the gateway having said so of the only attempt, or of the number: a person did, or the refusal
 * of a repetition was believed, or a question that found nothing. What a person recorded in their place is known.
 */
export function unsureRefusals(operations: readonly Operation[]): Operation[] {
  const described = new Set(operations.flatMap(({ describedBy }) => describedBy))
  const isDescribed = ({ number, gatewayNo }: Operation): boolean =>
    described.has(number) || (gatewayNo !== null && described.has(gatewayNo))
  return operations.filter((one) => (mayHaveRefunded(one) || isCalledNotMade(one)) && !isDescribed(one))
}

/** A reversal that the gateway had named, and that a person has called not made. It can be asked about by its name. */
const isCalledNotMade = ({ kind, outside, state, reason, gatewayNo }: Operation): boolean =>
  kind === "cancel" && !outside && state === "refused" && reason === "by_hand" && gatewayNo !== null

const mayHaveRefunded = (operation: Operation): boolean =>
  operation.kind === "refund" &&
  !operation.outside &&
  operation.state === "refused" &&
  (unsaid.has(operation.reason ?? "") || (wasRepeated(operation) && operation.reason !== "declined"))

const unsaid: ReadonlySet<string> = new Set(["by_hand", "undocumented"])

/** What a refusal of a refund is worth beside a reversal that may have gone through: that would have left nothing to refund. */
export function believedAnswer<T>(outcome: Outcome<T>, operations: readonly Operation[]): Outcome<T> {
  if (outcome.kind !== "refused" || !nothingLeft.has(outcome.reason)) return outcome
  if (!operations.some(mayHaveReversed)) return outcome
  return unknown(
    outcome.code,
    `${outcome.message} The reversal before it, which the gateway neither did nor refused in so many words, may have gone through.`,
  )
}

/** What a refund hears of an order that has been returned already. */
const nothingLeft: ReadonlySet<RefusalReason> = new Set(["already_refunded", "wrong_state"])

const unproven: ReadonlySet<string> = new Set(["undocumented", "not_supported"] satisfies RefusalReason[])

/** What is there is not this refund, and leaves no room for it: asked for again, it is looked at anew. */
const returnedMeanwhile = refused(
  "already_refunded",
  "",
  "Money was returned in the gateway's console meanwhile, and the gateway knows no refund under this number.",
)
const madeBefore = refused(
  "already_refunded",
  "",
  "The refund before it, in whose place it was made, went through after all, and the gateway knows no refund under this number.",
)
const returnedBefore = refused(
  "already_refunded",
  "",
  "All of the payment went back by what was made before it, and nothing was left to reverse.",
)
const mayBeReversed = unknown(
  "returned_beside",
  "Something of the payment went back meanwhile, and a reversal would return all of it: it is not sent again.",
)
const silentBefore = unknown(
  "earlier_unknown",
  "The gateway did not say whether the return before it went through after all: it is sent again only once that is known.",
)
const mayBeReturned = unknown(
  "returned_outside",
  "The gateway says that money was returned, and does not say whether by this refund.",
)

/** A refund is written before it is known whether it may be sent: the process died in between. */
const neverSent = refused(
  "not_supported",
  "",
  "The channel does not give this amount back, and nothing was sent.",
)

/** A refund beside a reversal that turned out to have gone through must not be sent again. */
const returnedByReversal = refused(
  "already_refunded",
  "",
  "The same-day reversal of the payment has returned all of it, and the gateway knows no refund under this number.",
)
