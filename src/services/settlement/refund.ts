import { PaymentProblem, formatMoney, money, sentenceOf, titleOf } from "../../core"
import type { AttentionValues, Outcome } from "../../core"
import { LeaseLost, committedAmount, hasLostRow, isDone } from "../ledger"
import type { GatewayPayment, Operation, PaymentKey } from "../ledger"
import { accountOf } from "./accounts/account"
import { majorSumOf, raise, sumOf } from "./attention"
import { booking } from "./returns/booking"
import { learnRefused, learnReturns, listsRefunds } from "./settling/confirm"
import { deciding } from "./people/deciding"
import type { Deps } from "./deps"
import { withLease } from "./lease"
import {
  conclude,
  concludeFound,
  concludeLast,
  mostTurns,
  findOutcome,
  settleOperations,
  send,
} from "./returns/outcomes"
import type { ReturnOutcome } from "./returns/decide-doubt"
import { decideReturn } from "./returns/decide-return"
import type { Refusal, ReturnFacts, ReturnIntent, ReturnPicture, ReturnStep } from "./returns/decide-return"
import { matchedRows } from "./returns/refund-rows"
import { sameDay } from "./returns/same-day"
import { mostPaidOut, paysOut, raiseUnasked } from "./shopper-payouts/carry-payout"

export interface RefundRequest extends ReturnIntent {
  of: PaymentKey
}

/**
 * Credits money back to the payer, exactly once per intent, whoever asks again and under whatever key (guarantee 3).
 * Returns the operation that carries it: `succeeded`, or `pending` (accepted, from then on owed). Throws
 * `PaymentProblem` that says what is known about the money otherwise.
 */
export async function refund(
  request: RefundRequest,
  deps: Deps,
): Promise<{ payment: GatewayPayment; operation: Operation }> {
  const reason = booking.getStore()
  const wanted = reason === "owed" ? { ...request, owed: true } : request
  return withLease(request.of, deps, (payment, held, operations) =>
    typeof reason === "object"
      ? enterBooked(payment, operations, reason.operationId, request, held)
      : refundLeased(payment, operations, wanted, held),
  )
}

/** Hands a refund that has gone through to Medusa's row for it. Never sends: whoever comes second has nothing to enter. */
async function enterBooked(
  payment: GatewayPayment,
  operations: readonly Operation[],
  operationId: string,
  request: RefundRequest,
  deps: Deps,
) {
  const done = operations.filter((one) => one.id === operationId && isDone(one))
  const [operation] = await withoutRow(done, operations, deps)
  if (!operation || !request.refundId)
    throw new PaymentProblem(
      "conflict",
      "busy",
      "This refund is in Medusa's books already. Nothing was sent.",
    )
  const medusaAmount = typeof request.amount === "object" ? request.amount.major : null
  const row = { refundId: request.refundId, medusaAmount }
  if (matchedRows(operations.filter(({ id }) => id !== operationId)).has(row.refundId))
    throw new PaymentProblem(
      "conflict",
      "busy",
      "Another refund of this payment carries this row of Medusa's. Nothing was sent.",
    )
  // A person decided a payout that has no row of Medusa's, and knows of it.
  const isKnown = operation.outside || (operation.kind === "payout" && operation.refundId === null)
  await deps.ledger.operations.assign(operation.id, row, !isKnown)
  return { payment, operation: { ...operation, ...row } }
}

/** What is known of the payment in this run. */
interface Known {
  payment: GatewayPayment
  operations: readonly Operation[]
  facts: ReturnFacts
}

type Returned = Pick<Attempted, "payment" | "operation">

/** `decideReturn` says what to do next, and this does it, until the request is answered. Call it inside the lease. */
async function refundLeased(
  payment: GatewayPayment,
  operations: readonly Operation[],
  intent: ReturnIntent,
  deps: Deps,
): Promise<Returned> {
  let known: Known = { payment, operations, facts: {} }
  for (let turn = 0; turn < mostTurns; turn++) {
    const done = await performReturn(decideReturn(pictureOf(known, intent, deps)), known, intent, deps)
    if ("operation" in done) return done
    known = done
  }
  throw new Error(`A refund of payment ${payment.id} came to no end within ${mostTurns} turns.`)
}

const pictureOf = (
  { payment, operations, facts }: Known,
  intent: ReturnIntent,
  deps: Deps,
): ReturnPicture => ({
  payment,
  operations,
  channel: deps.gateway.channelFacts(payment.channel ?? undefined),
  oneAtATime: deps.gateway.refundsOneAtATime,
  reversible: sameDay(payment, deps),
  mostPaidOut: paysOut(payment, deps) ? mostPaidOut(deps) : 0,
  intent,
  facts,
})

/** Does one step, and gives what is known after it, or the operation that carries the money. */
async function performReturn(
  step: ReturnStep,
  known: Known,
  intent: ReturnIntent,
  deps: Deps,
): Promise<Known | Returned> {
  const { payment, operations, facts } = known
  switch (step.do) {
    case "ask_about_doubts": {
      // Medusa deletes its refund row when we throw and comes back with a new key (H1): what is in doubt is settled first.
      const resolved = await settleOperations(payment, operations, deps)
      return { ...resolved, facts: { ...facts, doubtsAsked: true } }
    }
    case "look_for_returns": {
      const { isSure, ...learned } = await learnReturns(payment, operations, deps)
      const isListed = isSure && listsRefunds(payment, deps)
      return { ...learned, facts: { ...facts, returnsLookedFor: isListed ? "listed" : "looked" } }
    }
    case "ask_about_refused": {
      const { unanswered, ...learned } = await learnRefused(payment, step.operations, operations, deps)
      return { ...learned, facts: { ...facts, refusedAsked: { unanswered } } }
    }
    case "read_rows":
      return { ...known, facts: { ...facts, notBooked: await withoutRow(step.done, operations, deps) } }
    case "hand_over": {
      const row = { refundId: step.refundId, medusaAmount: step.medusaAmount }
      await deps.ledger.operations.assign(step.operation.id, row)
      return { payment, operation: { ...step.operation, ...row } }
    }
    case "book_nothing":
      return { payment, operation: await bookNothing(payment, step, deps) }
    case "ask_shopper":
      return { payment, operation: await askShopper(payment, step.amount, intent, deps) }
    case "take_over":
      return takeOver(step.operations, known, deps)
    case "send":
      return sendNew(step, known, intent, deps)
    case "answer":
      return { payment, operation: step.operation }
    case "refuse":
      if (step.tells) await deps.ledger.operations.told(step.tells.id)
      throw await problemOfRefusal(step.refusal, known, deps)
  }
}

/** Accepted, and owed from now on: it is paid out once the shopper has named an account. */
async function askShopper(
  payment: GatewayPayment,
  amount: number,
  { refundId, amount: asked }: ReturnIntent,
  deps: Deps,
): Promise<Operation> {
  const { decisionId = null } = deciding.getStore() ?? {}
  const medusaAmount = typeof asked === "object" ? asked.major : null
  const operation = await deps.ledger.operations.intendPayout(payment.id, {
    ...{ amount, refundId, medusaAmount, decisionId },
  })
  await raiseUnasked(payment, operation, deps)
  return operation
}

/** Where the shopper has answered one meanwhile, all of them stay: what is to be sent is decided anew. */
async function takeOver(
  unanswered: readonly Operation[],
  { payment, facts: { notBooked: _before, ...facts } }: Known,
  deps: Deps,
): Promise<Known> {
  const message = "A refund that Medusa asked for is in its place: it was not sent."
  const ids = unanswered.map(({ id }) => id)
  await deps.ledger.shopperPayouts.takeOver(ids, message)
  return { payment, operations: await deps.ledger.operations.ofPayment(payment.id), facts }
}

const bookNothing = (
  payment: GatewayPayment,
  { refundId, medusaAmount }: Extract<ReturnStep, { do: "book_nothing" }>,
  deps: Deps,
): Promise<Operation> =>
  deps.ledger.operations.recordNothing(payment.id, {
    refundId,
    medusaAmount,
    message: `${medusaAmount} ${payment.currency.toUpperCase()} in Medusa, less than ${titleOf(deps.gateway.name)} can return: booked, and nothing was sent.`,
  })

/** Written, sent, and where the answer says nothing sure, asked about once. A refused reversal leaves the decision open. */
async function sendNew(
  { kind, amount }: Extract<ReturnStep, { do: "send" }>,
  known: Known,
  { refundId, amount: asked }: ReturnIntent,
  deps: Deps,
): Promise<Known | Returned> {
  const { payment, operations, facts } = known
  const { decisionId = null } = deciding.getStore() ?? {}
  const medusaAmount = typeof asked === "object" ? asked.major : null
  const written = { kind, amount, refundId, medusaAmount, decisionId }
  const operation = await (kind === "cancel"
    ? deps.ledger.operations.intendUnless({ ...accountOf(deps), fact: "no_reversal" }, payment.id, written)
    : deps.ledger.operations.intend(payment.id, written))
  if (!operation) return { ...known, facts: { ...facts, takesNoReversals: true } }
  const attempted = await sendOnce(payment, operations, operation, deps)
  if (fallsBack(attempted))
    return { ...known, payment: attempted.payment, operations: [...operations, attempted.operation] }
  return answerAttempt(attempted, deps)
}

/** The payment stays held for the refund that follows. */
const fallsBack = ({ operation, outcome }: Pick<Attempted, "operation" | "outcome">): boolean =>
  operation.kind === "cancel" && outcome.kind === "refused"

/** Of these operations of the payment, those Medusa holds no refund row for, or only one that is another's by now. */
export async function withoutRow(
  done: readonly Operation[],
  operations: readonly Operation[],
  deps: Deps,
): Promise<Operation[]> {
  if (!done.length) return []
  const held = await deps.refundsHeld(done.flatMap((operation) => operation.refundId ?? []))
  return done.filter((one) => !one.refundId || !held.has(one.refundId) || hasLostRow(one, operations))
}

interface Attempted {
  payment: GatewayPayment
  operation: Operation
  outcome: Outcome<unknown>
}

/** Write, send, and where the answer says nothing sure, ask once before the caller is told so. */
async function sendOnce(
  payment: GatewayPayment,
  operations: readonly Operation[],
  operation: Operation,
  deps: Deps,
): Promise<Attempted> {
  const outcome = await send(payment, operation, operations, deps)
  if (outcome.kind === "unknown") return askOnce(payment, operation, outcome, deps)
  const ended = fallsBack({ operation, outcome })
    ? await conclude(payment, operation, outcome, deps)
    : await concludeLast(payment, operations, operation, outcome, deps)
  return { ...ended, outcome }
}

async function askOnce(
  payment: GatewayPayment,
  operation: Operation,
  outcome: ReturnOutcome,
  deps: Deps,
): Promise<Attempted> {
  const first = await conclude(payment, operation, outcome, deps)
  try {
    const found = await findOutcome(first.payment, first.operation, deps)
    return { ...(await concludeFound(first.payment, first.operation, found, deps)), outcome: found.outcome }
  } catch (error) {
    // Another process has taken over, and asks: what was sent is in doubt, and nothing else may be said of it.
    if (error instanceof LeaseLost) return { ...first, outcome }
    throw error
  }
}

async function answerAttempt({ payment, operation, outcome }: Attempted, deps: Deps) {
  if (outcome.kind === "succeeded" || outcome.kind === "pending") return { payment, operation }
  const sum = shown(operation.amount ?? 0, payment)
  if (outcome.kind === "refused")
    throw new PaymentProblem(
      "not_allowed",
      "refund_refused",
      `${titleOf(deps.gateway.name)} refused the refund of ${sum}: ${outcome.message} No money moved.`,
    )
  if (outcome.kind === "not_sent")
    throw new PaymentProblem(
      "not_allowed",
      "refund_not_sent",
      `The refund of ${sum} did not reach ${titleOf(deps.gateway.name)}: ${outcome.message} No money moved; try again.`,
    )
  throw unclear(payment, operation, deps)
}

/** A refusal in words. A channel that gives nothing back is a case for a person. */
async function problemOfRefusal(refusal: Refusal, known: Known, deps: Deps): Promise<PaymentProblem> {
  const { payment } = known
  switch (refusal.code) {
    case "payment_not_paid":
      return new PaymentProblem(
        "not_allowed",
        refusal.code,
        `Payment ${payment.number} is ${payment.state}: the gateway has not said that it was paid. Nothing was sent.`,
      )
    case "amount_invalid":
      return new PaymentProblem("invalid_data", refusal.code, `${refusal.message} Nothing was sent.`)
    case "refund_unknown":
      return unclear(payment, refusal.operation, deps)
    case "earlier_refund_booked_first":
      return bookedFirst(refusal, known)
    case "maybe_the_same":
      await raise(
        payment,
        "books_differ",
        { why: "made_once", gateway: deps.gateway.name, amount: majorSumOf(payment, refusal.amount) },
        deps,
      )
      return new PaymentProblem(
        "conflict",
        "earlier_refund_booked_first",
        "A refund of the same amount went through before. Nothing was sent for this one.",
      )
    case "returned_outside":
      return new PaymentProblem(
        "not_allowed",
        refusal.code,
        `${titleOf(deps.gateway.name)} says that something of payment ${payment.number} was returned in its console, and not how much. Nothing was sent: look it up there and record it on the payment first, then refund what is left.`,
      )
    case "refund_exceeds":
      return new PaymentProblem(
        "not_allowed",
        refusal.code,
        `${shown(Math.max(refusal.left, 0), payment)} is left of payment ${payment.number}; ${shown(refusal.amount, payment)} cannot be refunded. Nothing was sent.${refusal.waiting > 0 ? ` ${shown(refusal.waiting, payment)} waits for the shopper to name an account: take that back first, or refund it with the rest.` : ""}`,
      )
    case "refund_in_progress":
      return new PaymentProblem(
        "not_allowed",
        refusal.code,
        "An earlier refund of this payment is still in progress at the gateway, which takes one at a time. Nothing was sent; try again when it has finished.",
      )
    case "refund_unsupported": {
      const values = unsupported(refusal, payment, deps)
      await raise(payment, refusal.code, values, deps)
      return new PaymentProblem("not_allowed", refusal.code, sentenceOf({ code: refusal.code, values }))
    }
  }
}

const shown = (minor: number, { currency, digits }: GatewayPayment): string =>
  formatMoney(money(minor, currency), digits)

/** What the channel cannot return. */
function unsupported(
  { amount, wholeOnly }: Extract<Refusal, { code: "refund_unsupported" }>,
  payment: GatewayPayment,
  { gateway }: Deps,
): AttentionValues["refund_unsupported"] {
  const channel = payment.channel ?? titleOf(gateway.name)
  if (wholeOnly) return { why: "whole_only", channel }
  return { why: "no_refunds", channel, gateway: gateway.name, amount: sumOf(payment, amount) }
}

const unclear = (payment: GatewayPayment, operation: Operation, deps: Deps) =>
  new PaymentProblem(
    "not_allowed",
    "refund_unknown",
    `${titleOf(deps.gateway.name)} has not said whether refund ${operation.number} of ${shown(operation.amount ?? 0, payment)} went through. Nothing is sent twice: try again, or wait, it is being asked about.`,
  )

const howBooked = {
  now: "did go through and is being entered in Medusa's books now",
  since: "was accepted and has been entered in Medusa's books since",
  owed: "was accepted, and failed at the gateway later: it is still owed, and made again automatically",
} as const

function bookedFirst(
  { unbooked, booked }: Extract<Refusal, { code: "earlier_refund_booked_first" }>,
  { payment, operations }: Known,
): PaymentProblem {
  const sum = unbooked.reduce((total, operation) => total + (operation.amount ?? 0), 0)
  return new PaymentProblem(
    "conflict",
    "earlier_refund_booked_first",
    `An earlier refund of ${shown(sum, payment)} ${howBooked[booked]}; ${shown(payment.paidAmount - committedAmount(operations), payment)} is left. Nothing was sent for this one: look at the order again and repeat it if it is still wanted.`,
  )
}
