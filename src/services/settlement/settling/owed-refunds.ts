import { PaymentProblem, isUnclear, lessMajor, toMajor } from "../../../core"
import type { Refusal, Sum } from "../../../core"
import { committedAmount, isDone, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { clear, majorSumOf, raise, sumOf } from "../attention"
import { booking } from "../returns/booking"
import { reportPartReturned } from "./capture"
import type { SettleDeps } from "../deps"
import { dismissedAmount, dismissedRest, heldBy, isDismissed } from "../returns/dismissed"
import type { HostOrder, HostPayment } from "../host"
import { reload } from "../required"
import { hasUnmatchedRow } from "../returns/unmatched-rows"
import { withoutRow, refund } from "../refund"
import { minute } from "../schedule"
import { amountInMedusa } from "../returns/rounding"

/** What goes back for Medusa: under its own rows first, then what a cancelled order still holds. */
export async function refundOwed(
  payment: GatewayPayment,
  booked: HostPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  return refundCancelled(await refundUnmatchedRows(payment, booked, deps), booked, order, deps)
}

/** Money that Medusa never booked: late, or paid for an order that was cancelled before. Given back, or held for a person. */
export async function refundUnbooked(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const late = payment.state === "paid_late" || (payment.unwanted !== null && payment.state !== "refunded")
  // A part went back in the gateway's console before Medusa had captured: it captures whole payments only.
  if (payment.state === "partially_refunded" && !payment.unwanted) return reportPartReturned(payment, deps)
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
      { paid: sumOf(payment, payment.paidAmount), unwanted: payment.unwanted ?? "closed" },
      deps,
    )
  const debt = { owed: sumOf(payment, owed), attemptsOf: returns }
  const person = await leaveToPerson(payment, operations, debt, deps)
  if (person) return person
  const amount = owed < left ? owed : "rest"
  return tryRefund(payment, debt, deps, () =>
    refund({ of: { sessionId: payment.sessionId }, amount, refundId: null }, deps),
  )
}

/** What a cancelled order still holds goes back by Medusa's payment module: the workflow refuses cancelled orders. */
async function refundCancelled(
  payment: GatewayPayment,
  booked: HostPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (!order?.canceled) return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const unbooked = await withoutRow(returns(operations).filter(isDone), deps)
  const held = heldBy(booked, unbooked, payment)
  // What Medusa holds a row for counts as given back there, and may not be so at the gateway.
  if (held <= 0)
    return (await hasUnmatchedRow(payment, deps))
      ? payment
      : clear(payment, ["refund_refused", "refund_unsupported"], deps)
  const kept = dismissedRest(payment)
  if (held <= kept) return payment
  // A refusal of a refund that Medusa holds is a case of its own; that of the rest leaves no row.
  const rows = new Set(booked.refunds.map((row) => row.id))
  const back = [
    ...booked.refunds.map((row) => row.amount),
    ...unbooked.map((one) => amountInMedusa(one, payment)),
  ]
  const amount = lessMajor(booked.captured, ...back, toMajor(kept, payment.digits))
  const debt: Debt = {
    owed: majorSumOf(payment, amount),
    attemptsOf: (all) => returns(all).filter((one) => !rows.has(one.refundId ?? "")),
  }
  const person = await leaveToPerson(payment, operations, debt, deps)
  if (person) return person
  return tryRefund(payment, debt, deps, () =>
    booking.run("owed", () => deps.host.refund(booked, order, amount, { note: "The order was cancelled." })),
  )
}

/** What is to go back, and which of a payment's operations are tries to return it. */
interface Debt {
  owed: Sum
  attemptsOf: (operations: readonly Operation[]) => readonly Operation[]
}

/**
 * A channel that cannot refund never will, and one that has refused this often needs a person: nothing more is tried, and the
 * attention stays, or comes back where a person has returned a part.
 */
async function leaveToPerson(
  payment: GatewayPayment,
  operations: readonly Operation[],
  debt: Debt,
  deps: SettleDeps,
): Promise<GatewayPayment | undefined> {
  if (payment.attentionCode === "refund_unsupported") return payment
  const tries = triesOf(operations, debt)
  if (tries.again) return undefined
  if (saysTriedNoMore(payment)) return payment
  return raise(
    payment,
    "refund_refused",
    { why: "too_often", gateway: deps.gateway.name, refusal: lastRefusal(operations, debt), ...tries },
    deps,
  )
}

/** Tried by the back-off of the job: about a day. */
export const mostRefusals = 12

function triesOf(operations: readonly Operation[], { owed, attemptsOf }: Debt) {
  const attempts = attemptsOf(operations).filter(({ state }) => state === "refused").length
  return { attempts, most: mostRefusals, again: attempts < mostRefusals, owed }
}

const saysTriedNoMore = ({ attentionCode, attentionValues }: GatewayPayment): boolean =>
  attentionCode === "refund_refused" &&
  attentionValues !== null &&
  "again" in attentionValues &&
  !attentionValues.again

function lastRefusal(operations: readonly Operation[], { attemptsOf }: Debt): Refusal | null {
  const last = attemptsOf(operations)
    .filter(({ state }) => state === "refused")
    .at(-1)
  return last ? { reason: last.reason, code: last.code, message: last.message ?? "" } : null
}

/** A refusal is a case for a person, and is tried again; anything in doubt is settled by the next run. */
async function tryRefund(
  payment: GatewayPayment,
  debt: Debt,
  deps: SettleDeps,
  give: () => Promise<unknown>,
): Promise<GatewayPayment> {
  try {
    await give()
  } catch (error) {
    const code = error instanceof PaymentProblem ? error.code : codeOf(error)
    const now = await reload(payment, deps)
    if (settlesItself.has(code) || (code === "refund_not_sent" && now.checks < patientChecks)) return now
    if (code === "refund_exceeds" && now.state === "refunded") return now
    const operations = await deps.ledger.operations.ofPayment(payment.id)
    const problem = { code: typeof code === "string" ? code : null, message: (error as Error).message }
    const refusal = code === "refund_refused" ? lastRefusal(operations, debt) : null
    return raise(
      now,
      "refund_refused",
      { why: "tried", problem, refusal, ...triesOf(operations, debt) },
      deps,
    )
  }
  return clear(await reload(payment, deps), ["refund_refused", "refund_unsupported", "late_held"], deps)
}

/** Says so itself, is in doubt and asked about, or waits for somebody else who is at it: nothing for a person yet. */
export const settlesItself: ReadonlySet<unknown> = new Set([
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
async function refundUnmatchedRows(
  payment: GatewayPayment,
  booked: HostPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  let current = payment
  for (const row of booked.refunds) {
    if (isDismissed(current, row.id)) continue
    const debt: Debt = {
      owed: majorSumOf(payment, row.amount),
      attemptsOf: (all) => returns(all).filter(({ refundId }) => refundId === row.id),
    }
    const operations = await deps.ledger.operations.ofPayment(payment.id)
    const mine = debt.attemptsOf(operations)
    if (mine.some((operation) => isUnclear(operation.state) || isDone(operation))) continue
    const since = Math.max(
      row.createdAt.getTime(),
      ...mine.map((operation) => operation.settledAt?.getTime() ?? 0),
    )
    // Medusa deletes the row itself right after a refusal: give the request that made it time to end.
    if (deps.clock.now().getTime() - since < 2 * minute) continue
    const left = await leaveToPerson(current, operations, debt, deps)
    if (left) {
      current = left
      continue
    }
    current = await tryRefund(current, debt, deps, () =>
      refund(
        {
          of: { sessionId: payment.sessionId },
          amount: { major: row.amount },
          refundId: row.id,
          owed: true,
          byItself: true,
        },
        deps,
      ),
    )
  }
  return current
}
