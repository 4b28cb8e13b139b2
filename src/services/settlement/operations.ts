import { holdsMoney, money, refused, sameMoney, unknown } from "../../core"
import type {
  Outcome,
  RefundOrder,
  RefusalReason,
  RefundRecord,
  ReversalRecord,
  Standing,
  Unknown,
} from "../../core"
import { committedAmount, isUnsettled, returnedAmount, returns } from "../ledger"
import type { GatewayPayment, Operation, OperationEnd } from "../ledger"
import { noteNoReversal } from "./account"
import { counted, isReturnedThere, tally } from "./confirm"
import type { Deps } from "./deps"
import { leaseMs } from "./lease"
import { answered, askedMessage, orderRef, problemOf, unhandled } from "./orders"
import { second } from "./schedule"

export type ReturnOutcome = Outcome<RefundRecord | ReversalRecord>

export const refundOrder = (payment: GatewayPayment, operation: Operation, deps: Deps): RefundOrder => ({
  number: operation.number,
  amount: money(operation.amount ?? 0, payment.currency),
  order: orderRef(payment, deps),
  notifyUrl: deps.notifyUrl,
})

/** Whether the channel of the payment gives an amount like this back. */
export function takes(payment: GatewayPayment, amount: number, deps: Deps): boolean {
  const facts = deps.gateway.channelFacts(payment.channel ?? undefined)
  return facts.refund && (amount === payment.paidAmount || facts.partialRefund)
}

/** Sends an operation that returns money, for the first time or again under its own number. */
export async function send(
  payment: GatewayPayment,
  operation: Operation,
  deps: Deps,
): Promise<ReturnOutcome> {
  const outcome = await sendAsItIs(payment, operation, deps)
  if (operation.kind === "cancel" || outcome.kind !== "refused" || !nothingLeft.has(outcome.reason))
    return outcome
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  if (!operations.some(mayHaveReversed)) return outcome
  return unknown(
    outcome.code,
    `${outcome.message} The reversal before it, which the gateway neither did nor refused in so many words, may have gone through.`,
  )
}

/** What a refund hears of an order that has been returned already. */
const nothingLeft: ReadonlySet<RefusalReason> = new Set(["already_refunded", "wrong_state"])

async function sendAsItIs(payment: GatewayPayment, operation: Operation, deps: Deps): Promise<ReturnOutcome> {
  if (operation.kind === "cancel") return deps.gateway.cancel(orderRef(payment, deps), deps.notifyUrl)
  return deps.gateway.refund(refundOrder(payment, operation, deps))
}

/** Stores an outcome; an operation that had ended keeps its end. Money that went back shows in the payment. */
export async function conclude(
  payment: GatewayPayment,
  operation: Operation,
  outcome: ReturnOutcome,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  return afterwards(
    payment,
    operation,
    outcome,
    await deps.ledger.operations.conclude(operation.id, endOf(outcome)),
    deps,
  )
}

/** What was found out about an operation: by asking, or by sending it once more. */
export interface Finding {
  outcome: ReturnOutcome
  by: "asking" | "sending"
}

const byAsking = (outcome: ReturnOutcome): Finding => ({ outcome, by: "asking" })

/** As `conclude`. What a question came to is kept beside what sending came to, never in its place. */
export async function concludeFound(
  payment: GatewayPayment,
  operation: Operation,
  { outcome, by }: Finding,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  if (by === "sending") return conclude(payment, operation, outcome, deps)
  return afterwards(
    payment,
    operation,
    outcome,
    await deps.ledger.operations.learn(operation.id, endOf(outcome)),
    deps,
  )
}

async function afterwards(
  payment: GatewayPayment,
  operation: Operation,
  outcome: ReturnOutcome,
  ended: Operation | undefined,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  if (operation.state === "pending" && outcome.kind === "refused") await deps.emit("refund_failed", payment)
  const counts = !ended || ended.state === "succeeded"
  return { payment: counts ? await tally(payment, deps) : payment, operation: ended ?? operation }
}

/**
 * As `conclude`, for the operation that a lease was taken for: in one statement, which gives the payment back as well. Where
 * anything of it has changed meanwhile, nothing is written by that, and it is concluded as any other.
 */
export async function concludeLast(
  payment: GatewayPayment,
  operations: readonly Operation[],
  operation: Operation,
  outcome: ReturnOutcome,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  const end = endOf(outcome)
  const after = counted(payment, [...operations, { ...operation, state: end.state }]) ?? payment
  const ended =
    after.refundedAmount > payment.paidAmount
      ? undefined
      : await deps.ledger.leases.end(payment, operation, end, after)
  return ended ?? conclude(payment, operation, outcome, deps)
}

const endOf = (outcome: ReturnOutcome): OperationEnd => ({
  state: outcome.kind,
  gatewayNo: gatewayNoOf(outcome),
  ...problemOf(outcome),
})

/** Kept at once, also of what is in doubt: a reversal has no other name. */
function gatewayNoOf(outcome: ReturnOutcome): string | undefined {
  if (outcome.kind === "succeeded" || outcome.kind === "pending") return outcome.value.gatewayNo
  return outcome.kind === "unknown" ? outcome.gatewayNo : undefined
}

/**
 * Finds out what became of an operation in doubt. Asks first; sends again, under the same number, only what the gateway
 * says it does not know. Both gateways take a number once, so that a late first attempt and the second never both count.
 */
export async function resolve(payment: GatewayPayment, operation: Operation, deps: Deps): Promise<Finding> {
  return operation.kind === "cancel"
    ? resolveCancel(payment, operation, deps)
    : resolveRefund(payment, operation, deps)
}

async function resolveRefund(payment: GatewayPayment, operation: Operation, deps: Deps): Promise<Finding> {
  const answer = await deps.gateway.refundQuery(refundOrder(payment, operation, deps))
  if (answer.kind === "succeeded") return byAsking(fromRecord(answer.value, operation))
  if (answer.kind === "pending" || (answer.kind === "refused" && answer.reason === "declined"))
    return byAsking(answer)
  if (answer.kind !== "refused") return byAsking(stillUnknown(answer, deps))
  if (operation.state === "pending" || (answer.reason !== "absent" && answer.reason !== "not_supported"))
    return byAsking(stillUnknown(answer, deps))
  if (answer.reason === "not_supported")
    return (await heldBack(payment, operation, deps)) ?? sendAgain(payment, operation, false, deps)
  return resolveAbsent(payment, operation, deps)
}

/** The gateway knows no refund under this number. */
async function resolveAbsent(payment: GatewayPayment, operation: Operation, deps: Deps): Promise<Finding> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  if (operations.some(({ kind, state }) => kind === "cancel" && state === "succeeded"))
    return byAsking(returnedByReversal)
  const doubtful = operations.find(mayHaveReversed)
  if (doubtful && returnedAmount(operations) === 0 && (await reversedAfterAll(payment, operation, deps))) {
    await deps.ledger.operations.overturn(doubtful.id, undefined)
    // Whoever waits for this one is told that it is safe to ask again, and is then handed the reversal.
    return byAsking(unknown("reversed", "The reversal before it has gone through after all."))
  }
  if (operation.reason === answered) return byAsking(undone(operation))
  return (await heldBack(payment, operation, deps)) ?? sendAgain(payment, operation, true, deps)
}

/**
 * The same questions as before the first attempt: the process may have died between the row and the call, and money may have
 * gone back in the gateway's console since. `undefined`: it may be sent.
 */
async function heldBack(
  payment: GatewayPayment,
  operation: Operation,
  deps: Deps,
): Promise<Finding | undefined> {
  if (!takes(payment, operation.amount ?? 0, deps)) return byAsking(neverSent)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const others = operations.filter(({ id }) => id !== operation.id)
  const left = payment.paidAmount - committedAmount(others)
  const enough = (operation.amount ?? 0) <= left
  if (enough && !(await isReturnedThere(payment, operations, deps))) return undefined
  // An attempt that is still on its way would be known by then.
  const arrived = deps.clock.now().getTime() - operation.updatedAt.getTime() > leaseMs
  const known = await deps.gateway.refundQuery(refundOrder(payment, operation, deps))
  const absent = known.kind === "refused" && known.reason === "absent"
  return byAsking(arrived && absent ? returnedMeanwhile : mayBeReturned)
}

/** What is there is not this refund, and leaves no room for it: asked for again, it is looked at anew. */
const returnedMeanwhile = refused(
  "already_refunded",
  "",
  "Money was returned in the gateway's console meanwhile, and the gateway knows no refund under this number.",
)
const mayBeReturned = unknown(
  "returned_outside",
  "The gateway says that money was returned, and does not say whether by this refund.",
)

/** The gateway had answered with a failure, undocumented, and asked again it shows nothing done: that is a refusal. */
const undone = (operation: Operation): Outcome<never> =>
  refused(
    "undocumented",
    operation.code ?? "",
    operation.message ?? "The gateway answered with a failure it does not document.",
  )

/**
 * A reversal that Gnete answered with a failure nobody documents, or with no such call, and whose order it went on calling paid,
 * as it may in either case.
 */
export const mayHaveReversed = ({ kind, outside, state, reason }: Operation): boolean =>
  kind === "cancel" && !outside && state === "refused" && unproven.has(reason ?? "")

const unproven: ReadonlySet<string> = new Set(["undocumented", "not_supported"] satisfies RefusalReason[])

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

/** The order has been returned whole, and not by this refund. */
async function reversedAfterAll(payment: GatewayPayment, operation: Operation, deps: Deps): Promise<boolean> {
  const standing = await deps.gateway.query(orderRef(payment, deps))
  if (standing.kind !== "succeeded" || !isReturned(payment, standing.value)) return false
  // Asked after the order: one that had arrived in between would be known by now.
  const refund = await deps.gateway.refundQuery(refundOrder(payment, operation, deps))
  return refund.kind === "refused" && refund.reason === "absent"
}

/** All of the payment, in the amount that was asked for. */
const isReturned = (payment: GatewayPayment, { state, returned, amount }: Standing): boolean =>
  (state === "reversed" || (state === "refunded" && returned === "all")) &&
  amount !== undefined &&
  sameMoney(amount, money(payment.amount, payment.currency))

/** Asking told nothing. */
const stillUnknown = (said: Exclude<Outcome<unknown>, { kind: "succeeded" }>, deps: Deps): Unknown =>
  unknown("code" in said ? said.code : "query", askedMessage(said, deps.gateway.name))

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
      return {
        kind: "refused",
        reason: "declined",
        code: "failed",
        message: "The gateway says that the refund failed.",
      }
    case "unclear":
      return unknown(
        "unclear",
        "The gateway has the refund, in a state in which the money may or may not have moved.",
      )
  }
}

/** `pay/cancel` has no merchant number: before the gateway has named the cancel, the order's own state is all there is. */
async function resolveCancel(payment: GatewayPayment, operation: Operation, deps: Deps): Promise<Finding> {
  if (operation.gatewayNo) {
    const asked = await deps.gateway.cancelQuery(orderRef(payment, deps), operation.gatewayNo)
    if (asked.kind !== "unknown" || !asked.unhandled) return byAsking(fromReversal(asked, deps))
  }
  return resolveByOrder(payment, operation, deps)
}

async function resolveByOrder(
  payment: GatewayPayment,
  operation: Operation,
  deps: Deps,
  look: "first" | "second" = "first",
): Promise<Finding> {
  const standing = await deps.gateway.query(orderRef(payment, deps))
  if (standing.kind !== "succeeded") return byAsking(stillUnknown(standing, deps))
  const whole = isReturned(payment, standing.value)
  if (whole && (standing.value.state === "reversed" || (await isOnlyReturn(payment, operation, deps))))
    return byAsking({ kind: "succeeded", value: { gatewayNo: "", state: "succeeded" } })
  if (standing.value.state !== "paid")
    return byAsking(
      unknown(
        standing.value.state,
        `The gateway calls the order ${standing.value.state}: whether the cancel did it is not known.`,
      ),
    )
  // What the gateway has named it has taken in: it may still be at it.
  if (operation.gatewayNo)
    return byAsking(unknown("unfinished", "The gateway has not finished the reversal."))
  if (operation.reason === unhandled) return untaken(payment, operation, look, deps)
  return operation.reason === answered
    ? byAsking(undone(operation))
    : sendAgain(payment, operation, false, deps)
}

/** Long enough for a reversal that was taken in all the same to show in the order. */
const showsWithinMs = second

/** The host takes no such call, and the order is paid: paid once more a moment later, it has not been reversed. */
async function untaken(
  payment: GatewayPayment,
  operation: Operation,
  look: "first" | "second",
  deps: Deps,
): Promise<Finding> {
  if (look === "first") {
    await deps.wait(showsWithinMs)
    return resolveByOrder(payment, operation, deps, "second")
  }
  await noteNoReversal(deps)
  return byAsking(
    refused(
      "not_supported",
      operation.code ?? "",
      "The gateway does not take same-day reversals of this account: refund instead.",
    ),
  )
}

/** "Refunded" may be said of what anything else has returned; of nothing else, it can only be this. */
async function isOnlyReturn(payment: GatewayPayment, { id }: Operation, deps: Deps): Promise<boolean> {
  const others = returns(await deps.ledger.operations.ofPayment(payment.id)).filter((one) => one.id !== id)
  return !others.some(({ state }) => holdsMoney(state))
}

function fromReversal(answer: Outcome<ReversalRecord>, deps: Deps): Outcome<ReversalRecord> {
  const unsure = answer.kind === "not_sent" || (answer.kind === "refused" && answer.reason !== "declined")
  return unsure ? stillUnknown(answer, deps) : answer
}

/**
 * A refusal of a repeated attempt is no proof about the first one: it may be refused *because* the first went through.
 * It stands only for a refund that the gateway had just said it does not know.
 */
async function sendAgain(
  payment: GatewayPayment,
  operation: Operation,
  knownAbsent: boolean,
  deps: Deps,
): Promise<Finding> {
  if (deps.onlyAsks)
    return byAsking(unknown("unfinished", "It is sent again, under its number, when it is tried again."))
  const repeated = await deps.ledger.operations.again(operation.id)
  // Its own process was alive after all, and has stored an end.
  if (!repeated) return byAsking(unknown("ended", "It has ended meanwhile."))
  const outcome = await send(payment, repeated, deps)
  // Of the attempt before it that says nothing.
  if (outcome.kind === "not_sent")
    return byAsking(unknown(outcome.code, `It could not be repeated under its number (${outcome.code}).`))
  if (outcome.kind === "unknown" && outcome.unhandled)
    return resolveByOrder(payment, { ...repeated, reason: unhandled, code: outcome.code }, deps)
  return { outcome: repeatedOutcome(operation, outcome, knownAbsent), by: "sending" }
}

function repeatedOutcome(operation: Operation, outcome: ReturnOutcome, knownAbsent: boolean): ReturnOutcome {
  if (outcome.kind === "unknown" && outcome.answered) return failedAgain(operation, outcome)
  if (outcome.kind !== "refused" || (knownAbsent && !mayBeOurOwnDoing.has(outcome.reason))) return outcome
  return unknown(outcome.code, `A repeated attempt was refused: ${outcome.message}`)
}

/**
 * A failure that the gateway does not document may be about the number being used: that says nothing about an attempt whose
 * answer was lost. Where the first attempt was answered with the very same, it is a refusal.
 */
const failedAgain = (operation: Operation, outcome: Unknown): Outcome<never> =>
  operation.reason === answered && operation.code === outcome.code
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

/** Settles what it can of the operations of a payment that have no end yet, oldest first. Call it inside the lease. */
export async function resolveAll(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<{ payment: GatewayPayment; operations: readonly Operation[] }> {
  // A process may have died after it stored how an operation ended, and before it counted that in the payment.
  let current = returnedAmount(operations) === payment.refundedAmount ? payment : await tally(payment, deps)
  const open = returns(operations).filter(isUnsettled)
  // The job does this for every payment that is due, and most have nothing to settle.
  if (!open.length) return { payment: current, operations }
  for (const operation of open) {
    const found = await resolve(current, operation, deps)
    current = (await concludeFound(current, operation, found, deps)).payment
  }
  return { payment: current, operations: await deps.ledger.operations.ofPayment(payment.id) }
}
