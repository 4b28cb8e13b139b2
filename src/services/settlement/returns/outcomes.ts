import { isUnsettled, returnedAmount, returns } from "../../ledger"
import type { GatewayPayment, Operation, OperationEnd } from "../../ledger"
import { noteNoReversal } from "../accounts/account"
import { counted, learnRefused, lookElsewhere, tally } from "../settling/confirm"
import { clear } from "../attention"
import type { Deps } from "../deps"
import { orderRef, problemOf, refundOrder } from "../order-ref"
import { believedAnswer, decideDoubt } from "./decide-doubt"
import type { DoubtFacts, DoubtPicture, DoubtStep, Finding, ReturnOutcome } from "./decide-doubt"
import { second } from "../schedule"
import { carryPayouts } from "../shopper-payouts/carry-payout"
import { lateToAsk } from "../shopper-payouts/decide-payout"

/** Sends an operation that returns money, for the first time or again under its own number. */
export async function send(
  payment: GatewayPayment,
  operation: Operation,
  operations: readonly Operation[],
  deps: Deps,
): Promise<ReturnOutcome> {
  if (operation.kind === "cancel") return deps.gateway.cancel(orderRef(payment, deps), deps.notifyUrl)
  return believedAnswer(await deps.gateway.refund(refundOrder(payment, operation, deps)), operations)
}

/** Stores an outcome; an operation that had ended keeps its end, unless money goes back all the same. That shows in the payment. */
export async function conclude(
  payment: GatewayPayment,
  operation: Operation,
  outcome: ReturnOutcome,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  return countOutcome(
    payment,
    operation,
    outcome,
    await stored(
      operation,
      outcome,
      await deps.ledger.operations.conclude(operation.id, endOf(outcome)),
      deps,
    ),
    deps,
  )
}

/** As `conclude`. What a question came to is kept beside what sending came to, never in its place. */
export async function concludeFound(
  payment: GatewayPayment,
  operation: Operation,
  { outcome, by }: Finding,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  if (by === "sending") return conclude(payment, operation, outcome, deps)
  return countOutcome(
    payment,
    operation,
    outcome,
    await stored(operation, outcome, await deps.ledger.operations.learn(operation.id, endOf(outcome)), deps),
    deps,
  )
}

/**
 * A process that stood still learns late that money goes back. Whoever had the payment meanwhile, another process or a person, may have
 * called it refused: the gateway's word counts more, and otherwise the same money would be owed once more.
 */
async function stored(
  operation: Operation,
  outcome: ReturnOutcome,
  ended: Operation | undefined,
  deps: Deps,
): Promise<Operation | undefined> {
  if (ended || (outcome.kind !== "succeeded" && outcome.kind !== "pending")) return ended
  return deps.ledger.operations.wentBack(operation.id, outcome.kind, gatewayNoOf(outcome))
}

async function countOutcome(
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
 * Finds out what became of an operation in doubt: `decideDoubt` says what to do next, and this does it, until it is known or cannot
 * be known now. Call it inside the lease. `known`: what was read a moment ago.
 */
export async function findOutcome(
  payment: GatewayPayment,
  operation: Operation,
  deps: Deps,
  known: DoubtFacts = {},
): Promise<Finding> {
  let facts = known
  for (let turn = 0; turn < mostTurns; turn++) {
    const picture = {
      gateway: deps.gateway.name,
      channel: deps.gateway.channelFacts(payment.channel ?? undefined),
      now: deps.clock.now(),
      payment,
      operation,
      facts,
      onlyAsks: deps.onlyAsks ?? false,
    }
    const step = decideDoubt(picture)
    if (step.do === "conclude") return noteFound(step, deps)
    facts = await performDoubt(step, picture, deps)
  }
  throw new Error(`Operation ${operation.id} came to no end within ${mostTurns} turns.`)
}

/** More than any chain of questions takes; the walk over all of them counts. */
export const mostTurns = 16

async function noteFound(step: Extract<DoubtStep, { do: "conclude" }>, deps: Deps): Promise<Finding> {
  if (step.overturns) await deps.ledger.operations.overturn(step.overturns.id, undefined)
  if (step.takesNoReversals) await noteNoReversal(deps)
  return step.finding
}

/** Long enough for a reversal that was taken in all the same to show in the order. */
const showsWithinMs = second

/** Does one step, and gives what is known after it. */
async function performDoubt(
  step: Exclude<DoubtStep, { do: "conclude" }>,
  { payment, operation, facts }: DoubtPicture,
  deps: Deps,
): Promise<DoubtFacts> {
  switch (step.do) {
    case "read_operations":
      return { ...facts, operations: await deps.ledger.operations.ofPayment(payment.id) }
    case "ask_refund":
      return { ...facts, [step.as]: await deps.gateway.refundQuery(refundOrder(payment, operation, deps)) }
    case "ask_reversal": {
      const reversal = await deps.gateway.cancelQuery(orderRef(payment, deps), step.gatewayNo)
      return { ...facts, reversal }
    }
    case "ask_order":
      return { ...facts, order: await deps.gateway.query(orderRef(payment, deps)) }
    case "wait": {
      await deps.wait(showsWithinMs)
      const { order: _seen, ...kept } = facts
      return { ...kept, waited: true }
    }
    case "look_for_returns":
      return { ...facts, ...(await lookElsewhere(payment, step.operations, deps)) }
    case "ask_about_refused": {
      const { unanswered, operations } = await learnRefused(
        payment,
        step.operations,
        facts.operations ?? [],
        deps,
      )
      return { ...facts, operations, refusedAsked: { unanswered } }
    }
    case "send_again": {
      // Whatever was read of the order was read before this.
      const { order: _before, ...kept } = facts
      const repeated = await deps.ledger.operations.again(operation.id)
      if (!repeated) return { ...kept, sent: "ended" }
      const outcome = await send(payment, repeated, facts.operations ?? [], deps)
      return { ...kept, sent: { operation: repeated, outcome, knownAbsent: step.knownAbsent } }
    }
  }
}

/** Settles what it can of the operations of a payment that have no end yet, oldest first. Call it inside the lease. */
export async function settleOperations(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<{ payment: GatewayPayment; operations: readonly Operation[] }> {
  // A process may have died after it stored how an operation ended, and before it counted that in the payment.
  let current = returnedAmount(operations) === payment.refundedAmount ? payment : await tally(payment, deps)
  const open = returns(operations).filter(isUnsettled)
  // The job does this for every payment that is due, and most have nothing to settle.
  const isLate = lateToAsk(operations, deps.clock.now()).length > 0
  if (!open.length && !isLate) return { payment: await clear(current, ["payout_waits"], deps), operations }
  for (const operation of open.filter(({ kind }) => kind !== "payout")) {
    const found = await findOutcome(current, operation, deps)
    current = (await concludeFound(current, operation, found, deps)).payment
  }
  if (isLate || open.some(({ kind }) => kind === "payout")) {
    const carried = await carryPayouts(current, await deps.ledger.operations.ofPayment(payment.id), deps)
    current = carried.ended ? await tally(carried.payment, deps) : carried.payment
  }
  const after = await deps.ledger.operations.ofPayment(payment.id)
  // A question about one may have told of another.
  if (returnedAmount(after) !== current.refundedAmount) current = await tally(current, deps)
  return { payment: current, operations: after }
}
