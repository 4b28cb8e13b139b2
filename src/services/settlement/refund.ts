import {
  PaymentProblem,
  formatMoney,
  hasMoney,
  holdsMoney,
  isUnclear,
  money,
  roundToMinor,
  sentenceOf,
  titleOf,
} from "../../core"
import type { AttentionValues, Outcome } from "../../core"
import { LeaseLost, committedAmount, isDone, returns } from "../ledger"
import type { GatewayPayment, Operation, PaymentKey } from "../ledger"
import { accountOf } from "./account"
import { raise, sumOf } from "./attention"
import { booking } from "./booking"
import { learnReturns } from "./confirm"
import { deciding } from "./deciding"
import type { Deps } from "./deps"
import { withLease } from "./lease"
import { conclude, concludeFound, concludeLast, resolve, resolveAll, send, takes } from "./operations"
import type { ReturnOutcome } from "./operations"
import { sameDay } from "./same-day"
import { inMedusa, shareOf } from "./share"

/** What is to go back: minor units, Medusa's own number in major units, or all that is left. */
export type Wanted = number | { major: string } | "rest"

export interface RefundRequest {
  of: PaymentKey
  amount: Wanted
  /** Medusa's refund row, or null for money that Medusa never booked. */
  refundId: string | null
  /** Nobody has just asked for it: Medusa holds its row, and it is decided that the money is still to go back. */
  owed?: boolean
}

/**
 * Credits money back to the payer, exactly once per intent, whoever asks again and under whatever key (invariant 3).
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
      ? enter(payment, operations, reason.operationId, request, held)
      : refundLeased(payment, operations, wanted, held),
  )
}

const medusaAmountOf = ({ amount }: RefundRequest): string | null =>
  typeof amount === "object" ? amount.major : null

/** Hands a refund that has gone through to Medusa's row for it. Never sends: whoever comes second has nothing to enter. */
async function enter(
  payment: GatewayPayment,
  operations: readonly Operation[],
  operationId: string,
  request: RefundRequest,
  deps: Deps,
) {
  const done = operations.filter((one) => one.id === operationId && isDone(one))
  const [operation] = await notBooked(done, deps)
  if (!operation || !request.refundId)
    throw new PaymentProblem(
      "conflict",
      "busy",
      "This refund is in Medusa's books already. Nothing was sent.",
    )
  const row = { refundId: request.refundId, medusaAmount: medusaAmountOf(request) }
  await deps.ledger.operations.assign(operation.id, row, !operation.outside)
  return { payment, operation: { ...operation, ...row } }
}

async function refundLeased(
  payment: GatewayPayment,
  operations: readonly Operation[],
  request: RefundRequest,
  deps: Deps,
) {
  if (!hasMoney(payment.state)) throw notPaid(payment)
  const settled = await settledEarlier(payment, operations, deps)
  const earlier = await learnReturns(settled.payment, settled.operations, deps)
  const done = returns(earlier.operations).filter(isDone)
  const unbooked = request.refundId ? await notBooked(done, deps) : []
  const share = minorOf(request, { ...earlier, booked: done.filter((one) => !unbooked.includes(one)) })
  const earlierOne = await takenOver(earlier, { done, unbooked, share }, request, deps)
  if (earlierOne) return { payment: earlier.payment, operation: earlierOne }
  await tellFirst(earlier.payment, earlier.operations, request, deps)
  const nothing = share === 0 ? await bookNothing(earlier.payment, request, deps) : undefined
  if (nothing) return { payment: earlier.payment, operation: nothing }
  const amount = await allowed(earlier.payment, earlier.operations, share, deps)
  return carryOut(earlier.payment, earlier.operations, amount, request, deps)
}

interface Known {
  payment: GatewayPayment
  operations: readonly Operation[]
}

/** What is to go back for a request, in minor units. `booked`: what went back under Medusa's other rows. */
function minorOf(
  { amount }: RefundRequest,
  { payment, operations, booked }: Known & { booked: readonly Operation[] },
): number {
  if (amount === "rest") return payment.paidAmount - committedAmount(operations)
  if (typeof amount === "number") return amount
  try {
    return shareOf(amount.major, booked, payment)
  } catch (error) {
    throw new PaymentProblem(
      "invalid_data",
      "amount_invalid",
      `${(error as Error).message} Nothing was sent.`,
    )
  }
}

/** Less than half of the smallest unit, with what Medusa has returned before: it is booked, and nothing is sent. */
async function bookNothing(
  payment: GatewayPayment,
  request: RefundRequest,
  deps: Deps,
): Promise<Operation | undefined> {
  const medusaAmount = medusaAmountOf(request)
  if (!request.refundId || medusaAmount === null || !/^[\d.]*[1-9]/.test(medusaAmount)) return undefined
  return deps.ledger.operations.recordNothing(payment.id, {
    refundId: request.refundId,
    medusaAmount,
    message: `${medusaAmount} ${payment.currency.toUpperCase()} in Medusa, less than ${titleOf(deps.gateway.name)} can return: booked, and nothing was sent.`,
  })
}

/** Medusa deletes its refund row when we throw and comes back with a new key (H1): what is in doubt is settled first. */
async function settledEarlier(payment: GatewayPayment, operations: readonly Operation[], deps: Deps) {
  if (!returns(operations).some((operation) => isUnclear(operation.state))) return { payment, operations }
  const resolved = await resolveAll(payment, operations, deps)
  const doubtful = returns(resolved.operations).find((operation) => isUnclear(operation.state))
  if (doubtful) throw unclear(resolved.payment, doubtful, deps)
  return resolved
}

/**
 * An earlier operation that succeeded, or was accepted, but that Medusa does not hold a refund row for, is this very
 * intent when the amount is equal. Whether Medusa still holds the row decides, so that a second deliberate refund of
 * the same amount is a second refund.
 */
async function takenOver(
  { payment, operations }: Known,
  { done, unbooked, share }: { done: readonly Operation[]; unbooked: readonly Operation[]; share: number },
  request: RefundRequest,
  deps: Deps,
): Promise<Operation | undefined> {
  if (!request.refundId) return undefined
  const same = done.find((operation) => operation.refundId === request.refundId)
  if (same) return same
  const twin = unbooked.find((operation) => operation.amount === share)
  if (twin) {
    const row = { refundId: request.refundId, medusaAmount: medusaAmountOf(request) }
    await deps.ledger.operations.assign(twin.id, row)
    return { ...twin, ...row }
  }
  if (unbooked.length)
    throw bookedFirst(payment, unbooked, operations, "is being entered in Medusa's books now")
  return undefined
}

/**
 * Settlement has entered in Medusa's books what somebody was told was unknown, and safe to ask for again. Who asks for the
 * same amount now means that one, or a second one: he is told once, and what he still wants after that is a second one.
 */
async function tellFirst(
  payment: GatewayPayment,
  operations: readonly Operation[],
  request: RefundRequest,
  deps: Deps,
): Promise<void> {
  const asked = medusaAmountOf(request)
  const twin = asked === null ? undefined : untoldOf(operations, asked, payment)
  if (!twin || !request.refundId || request.owed) return
  await deps.ledger.operations.told(twin.id)
  throw bookedFirst(payment, [twin], operations, "has been entered in Medusa's books since")
}

/** A refund of the amount that is done and in Medusa's books, and whose asker does not know of it. */
export function untoldOf(
  operations: readonly Operation[],
  major: string,
  payment: GatewayPayment,
): Operation | undefined {
  const rounded = (amount: string) => roundToMinor(amount, payment.digits)
  return returns(operations).find(
    (one) => one.untold && isDone(one) && rounded(inMedusa(one, payment)) === rounded(major),
  )
}

/** Of these operations, those Medusa holds no refund row for. */
export async function notBooked(done: readonly Operation[], deps: Deps): Promise<Operation[]> {
  if (!done.length) return []
  const held = await deps.refundsHeld(done.flatMap((operation) => operation.refundId ?? []))
  return done.filter((operation) => !operation.refundId || !held.has(operation.refundId))
}

/** What may be sent for the request, in minor units, or a refusal that a person can act on. */
async function allowed(
  payment: GatewayPayment,
  operations: readonly Operation[],
  amount: number,
  deps: Deps,
): Promise<number> {
  if (payment.returnedUnsaid) throw returnedOutside(payment, deps)
  const left = payment.paidAmount - committedAmount(operations)
  if (amount <= 0 || amount > left) throw exceeds(payment, amount, left)
  if (deps.gateway.refundsOneAtATime && operations.some((operation) => operation.state === "pending"))
    throw new PaymentProblem(
      "not_allowed",
      "refund_in_progress",
      "An earlier refund of this payment is still in progress at the gateway, which takes one at a time. Nothing was sent; try again when it has finished.",
    )
  if (takes(payment, amount, deps)) return amount
  const values = unsupported(payment, amount, deps)
  await raise(payment, "refund_unsupported", values, deps)
  const sentence = sentenceOf({ code: "refund_unsupported", values })
  throw new PaymentProblem("not_allowed", "refund_unsupported", sentence)
}

/** What the channel cannot return. */
function unsupported(
  payment: GatewayPayment,
  amount: number,
  { gateway }: Deps,
): AttentionValues["refund_unsupported"] {
  const channel = payment.channel ?? titleOf(gateway.name)
  if (gateway.channelFacts(payment.channel ?? undefined).refund) return { why: "whole_only", channel }
  return { why: "no_refunds", channel, gateway: gateway.name, amount: sumOf(payment, amount) }
}

/** Same day, whole, and not tried before: the gateway reverses the payment instead of refunding it. */
function reverses(
  payment: GatewayPayment,
  operations: readonly Operation[],
  amount: number,
  deps: Deps,
): boolean {
  const untouched = !returns(operations).some((operation) => holdsMoney(operation.state))
  const cancelRefused = operations.some(
    (operation) => operation.kind === "cancel" && operation.state === "refused",
  )
  return untouched && !cancelRefused && amount === payment.paidAmount && sameDay(payment, deps)
}

/** Same day and whole: reversed where the gateway can; a definite refusal of that falls back on a refund. */
async function carryOut(
  payment: GatewayPayment,
  operations: readonly Operation[],
  amount: number,
  request: RefundRequest,
  deps: Deps,
) {
  const { decisionId = null } = deciding.getStore() ?? {}
  const intent = { amount, refundId: request.refundId, medusaAmount: medusaAmountOf(request), decisionId }
  if (reverses(payment, operations, amount, deps)) {
    const known = { ...accountOf(deps), fact: "no_reversal" } as const
    const operation = await deps.ledger.operations.intendUnless(known, payment.id, {
      kind: "cancel",
      ...intent,
    })
    const reversed = operation && (await attempt(payment, operations, operation, deps))
    if (reversed && !fallsBack(reversed)) return answered(reversed, deps)
  }
  const operation = await deps.ledger.operations.intend(payment.id, { kind: "refund", ...intent })
  return answered(await attempt(payment, operations, operation, deps), deps)
}

/** The payment stays held for the refund that follows. */
const fallsBack = ({ operation, outcome }: Pick<Attempted, "operation" | "outcome">): boolean =>
  operation.kind === "cancel" && outcome.kind === "refused"

interface Attempted {
  payment: GatewayPayment
  operation: Operation
  outcome: Outcome<unknown>
}

/** Write, send, and where the answer says nothing sure, ask once before the caller is told so. */
async function attempt(
  payment: GatewayPayment,
  operations: readonly Operation[],
  operation: Operation,
  deps: Deps,
): Promise<Attempted> {
  const outcome = await send(payment, operation, deps)
  if (outcome.kind === "unknown") return askedAbout(payment, operation, outcome, deps)
  const ended = fallsBack({ operation, outcome })
    ? await conclude(payment, operation, outcome, deps)
    : await concludeLast(payment, operations, operation, outcome, deps)
  return { ...ended, outcome }
}

async function askedAbout(
  payment: GatewayPayment,
  operation: Operation,
  outcome: ReturnOutcome,
  deps: Deps,
): Promise<Attempted> {
  const first = await conclude(payment, operation, outcome, deps)
  try {
    const found = await resolve(first.payment, first.operation, deps)
    return { ...(await concludeFound(first.payment, first.operation, found, deps)), outcome: found.outcome }
  } catch (error) {
    // Another process has taken over, and asks: what was sent is in doubt, and nothing else may be said of it.
    if (error instanceof LeaseLost) return { ...first, outcome }
    throw error
  }
}

async function answered({ payment, operation, outcome }: Attempted, deps: Deps) {
  if (outcome.kind === "succeeded" || outcome.kind === "pending") return { payment, operation }
  const sum = formatMoney(money(operation.amount ?? 0, payment.currency), payment.digits)
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

const notPaid = (payment: GatewayPayment) =>
  new PaymentProblem(
    "not_allowed",
    "payment_not_paid",
    `Payment ${payment.number} is ${payment.state}: the gateway has not said that it was paid. Nothing was sent.`,
  )

const returnedOutside = (payment: GatewayPayment, deps: Deps) =>
  new PaymentProblem(
    "not_allowed",
    "returned_outside",
    `${titleOf(deps.gateway.name)} says that something of payment ${payment.number} was returned in its console, and not how much. Nothing was sent: look it up there and record it on the payment first, then refund what is left.`,
  )

const unclear = (payment: GatewayPayment, operation: Operation, deps: Deps) =>
  new PaymentProblem(
    "not_allowed",
    "refund_unknown",
    `${titleOf(deps.gateway.name)} has not said whether refund ${operation.number} of ${formatMoney(money(operation.amount ?? 0, payment.currency), payment.digits)} went through. Nothing is sent twice: try again, or wait, it is being asked about.`,
  )

const exceeds = (payment: GatewayPayment, amount: number, left: number) =>
  new PaymentProblem(
    "not_allowed",
    "refund_exceeds",
    `${formatMoney(money(Math.max(left, 0), payment.currency), payment.digits)} is left of payment ${payment.number}; ${formatMoney(money(amount, payment.currency), payment.digits)} cannot be refunded. Nothing was sent.`,
  )

function bookedFirst(
  payment: GatewayPayment,
  earlier: readonly Operation[],
  operations: readonly Operation[],
  how: string,
): PaymentProblem {
  const sum = earlier.reduce((total, operation) => total + (operation.amount ?? 0), 0)
  const show = (minor: number) => formatMoney(money(minor, payment.currency), payment.digits)
  return new PaymentProblem(
    "conflict",
    "earlier_refund_booked_first",
    `An earlier refund of ${show(sum)} did go through and ${how}; ${show(payment.paidAmount - committedAmount(operations))} is left. Nothing was sent for this one: look at the order again and repeat it if it is still wanted.`,
  )
}
