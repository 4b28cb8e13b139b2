import { PaymentProblem, isUnclear, lessMajor, titleOf, toMajor } from "../../core"
import { committedAmount, isDone, returns } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { clear, raise } from "./attention"
import { booking } from "./booking"
import { notCaptured } from "./capture"
import type { SettleDeps } from "./deps"
import { dismissedAmount, dismissedRest, heldBy, isDismissed } from "./dismissed"
import type { HostOrder, HostPayment } from "./host"
import { fresh } from "./known"
import { uncarried } from "./owed"
import { notBooked, refund, untoldOf } from "./refund"
import { minute } from "./schedule"
import { inMedusa, shareOf } from "./share"

/** What goes back for Medusa: under its own rows first, then what a cancelled order still holds. */
export async function giveBackOwed(
  payment: GatewayPayment,
  booked: HostPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  return giveBackCancelled(await carryOutOwed(payment, booked, deps), booked, order, deps)
}

/** Money that Medusa never booked: late, or paid for an order that was cancelled before. Given back, or held for a person. */
export async function giveBackUnbooked(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const late = payment.state === "paid_late" || (payment.unwanted !== null && payment.state !== "refunded")
  // A part went back in the gateway's console before Medusa had captured: it captures whole payments only.
  if (payment.state === "partially_refunded" && !payment.unwanted)
    return notCaptured(payment, "part of it was returned in the gateway's console", deps)
  if (!late) return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const left = payment.paidAmount - committedAmount(operations)
  if (left <= 0) return clear(payment, ["late_held", "refund_refused", "refund_unsupported"], deps)
  const owed = left - dismissedAmount(payment, operations)
  if (owed <= 0) return payment
  if (deps.policy.latePayment === "hold")
    return raise(
      payment,
      "late_held",
      `${toMajor(payment.paidAmount, payment.digits)} ${payment.currency.toUpperCase()} came in after Medusa had given the payment up (${(payment.unwanted ?? "closed").replace("_", " ")}), and is held as configured. Refund it here, or dismiss.`,
      deps,
    )
  const person = await leftToAPerson(payment, returns(operations), deps)
  if (person) return person
  const amount = owed < left ? owed : "rest"
  return attemptReturn(payment, returns, deps, () =>
    refund({ of: { sessionId: payment.sessionId }, amount, refundId: null }, deps),
  )
}

/** What a cancelled order still holds goes back by Medusa's payment module: the workflow refuses cancelled orders. */
async function giveBackCancelled(
  payment: GatewayPayment,
  booked: HostPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (!order?.canceled) return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const unbooked = await notBooked(returns(operations).filter(isDone), deps)
  const held = heldBy(booked, unbooked, payment)
  // What Medusa holds a row for counts as given back there, and may not be so at the gateway.
  if (held <= 0)
    return (await uncarried(payment, deps))
      ? payment
      : clear(payment, ["refund_refused", "refund_unsupported"], deps)
  const kept = dismissedRest(payment)
  if (held <= kept) return payment
  // A refusal of a refund that Medusa holds is a case of its own; that of the rest leaves no row.
  const rows = new Set(booked.refunds.map((row) => row.id))
  const ofRest = (all: readonly Operation[]) => returns(all).filter((one) => !rows.has(one.refundId ?? ""))
  const person = await leftToAPerson(payment, ofRest(operations), deps)
  if (person) return person
  const back = [...booked.refunds.map((row) => row.amount), ...unbooked.map((one) => inMedusa(one, payment))]
  const amount = lessMajor(booked.captured, ...back, toMajor(kept, payment.digits))
  return attemptReturn(payment, ofRest, deps, () =>
    booking.run("owed", () => deps.host.refund(booked, order, amount, { note: "The order was cancelled." })),
  )
}

/**
 * A channel that cannot refund never will, and one that has refused this often needs a person: nothing more is tried, and the
 * attention stays, or comes back where a person has returned a part. `attempts`: the tries to return what is owed.
 */
async function leftToAPerson(
  payment: GatewayPayment,
  attempts: readonly Operation[],
  deps: SettleDeps,
): Promise<GatewayPayment | undefined> {
  if (payment.attentionCode === "refund_unsupported") return payment
  if (!refusedTooOften(attempts)) return undefined
  if (payment.attentionCode === "refund_refused" && payment.attention?.endsWith(triedNoMore)) return payment
  return raise(
    payment,
    "refund_refused",
    `${titleOf(deps.gateway.name)} has refused to return the money ${mostRefusals} times. ${triedNoMore}`,
    deps,
  )
}

/** Tried by the back-off of the job: about a day. */
export const mostRefusals = 12
const refusedTooOften = (attempts: readonly Operation[]): boolean =>
  attempts.filter((one) => one.state === "refused").length >= mostRefusals

const triedAgain = "The money is still owed to the shopper; it is tried again by itself."
const triedNoMore =
  "The money is still owed to the shopper. It is not tried again by itself: refund it here once the reason is gone, or return it by hand and record it."

/** A refusal is a case for a person, and is tried again; anything in doubt is settled by the next run. */
async function attemptReturn(
  payment: GatewayPayment,
  attemptsOf: (operations: readonly Operation[]) => readonly Operation[],
  deps: SettleDeps,
  give: () => Promise<unknown>,
): Promise<GatewayPayment> {
  try {
    await give()
  } catch (error) {
    const code = error instanceof PaymentProblem ? error.code : codeOf(error)
    const now = await fresh(payment, deps)
    if (quiet.has(code) || (code === "refund_not_sent" && now.checks < patientChecks)) return now
    if (code === "refund_exceeds" && now.state === "refunded") return now
    const last = refusedTooOften(attemptsOf(await deps.ledger.operations.ofPayment(payment.id)))
    return raise(
      now,
      "refund_refused",
      `${(error as Error).message} ${last ? triedNoMore : triedAgain}`,
      deps,
    )
  }
  return clear(await fresh(payment, deps), ["refund_refused", "refund_unsupported", "late_held"], deps)
}

/** Says so itself, is in doubt and asked about, or waits for somebody else who is at it: nothing for a person yet. */
export const quiet: ReadonlySet<unknown> = new Set([
  "refund_unsupported",
  "refund_unknown",
  "refund_in_progress",
  "earlier_refund_booked_first",
  "busy",
  "order_busy",
  "order_changing",
])
/** Of attempts that did not reach the gateway: an hour of them, by the back-off. */
const patientChecks = 6

/** The provider's `MedusaError` carries our code. */
export const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code

/**
 * Refund rows that Medusa holds and that no operation carries: the process died between the row and the operation, or the
 * gateway accepted the refund and failed it later. The money is owed under that very row.
 */
async function carryOutOwed(
  payment: GatewayPayment,
  booked: HostPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  let current = payment
  for (const row of booked.refunds) {
    if (isDismissed(current, row.id)) continue
    const ofRow = (all: readonly Operation[]) => returns(all).filter(({ refundId }) => refundId === row.id)
    const operations = await deps.ledger.operations.ofPayment(payment.id)
    const mine = ofRow(operations)
    if (mine.some((operation) => isUnclear(operation.state) || isDone(operation))) continue
    const since = Math.max(
      row.createdAt.getTime(),
      ...mine.map((operation) => operation.settledAt?.getTime() ?? 0),
    )
    // Medusa deletes the row itself right after a refusal: give the request that made it time to end.
    if (deps.clock.now().getTime() - since < 2 * minute) continue
    const left = await leftToAPerson(current, mine, deps)
    if (left) {
      current = left
      continue
    }
    if (!mine.length && (await maybeTheSame(payment, operations, row.amount, deps))) {
      current = await raise(current, "books_differ", twoForOne(current, row.amount, deps), deps)
      continue
    }
    current = await attemptReturn(current, ofRow, deps, () =>
      refund(
        { of: { sessionId: payment.sessionId }, amount: { major: row.amount }, refundId: row.id, owed: true },
        deps,
      ),
    )
  }
  return current
}

/**
 * Somebody who did not know that his refund had gone through asked for it again, and the process died before he was told. A
 * refund that Medusa does not hold yet is simply this row's.
 */
async function maybeTheSame(
  payment: GatewayPayment,
  operations: readonly Operation[],
  amount: string,
  deps: SettleDeps,
): Promise<boolean> {
  if (!untoldOf(operations, amount, payment)) return false
  const done = returns(operations).filter(isDone)
  const unbooked = await notBooked(done, deps)
  const booked = done.filter((one) => !unbooked.includes(one))
  const share = shareOf(amount, booked, payment)
  return !unbooked.some((one) => one.amount === share)
}

const twoForOne = (payment: GatewayPayment, amount: string, deps: SettleDeps): string =>
  `Medusa holds two refunds of ${amount} ${payment.currency.toUpperCase()}, and ${titleOf(deps.gateway.name)} made one: whoever asked the second time may not have known that the first had gone through. Nothing was sent for the second: refund it here if it is wanted as well, or return it by hand and record it.`
