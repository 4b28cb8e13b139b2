import { isUnclear, lessMajor, toMajor } from "../../../core"
import type { Attention, AttentionCode, GatewayName, Refusal, Sum } from "../../../core"
import { committedAmount, isDone, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { majorSumOf, sumOf } from "../attention"
import type { HostOrder, HostPayment } from "../host"
import { dismissedAmount, dismissedRest, heldBy, isDismissed } from "../returns/dismissed"
import { unmatchedRows } from "../returns/refund-rows"
import { amountInMedusa } from "../returns/rounding"
import { minute } from "../schedule"
import { isCaptured, notCaptured } from "./decide-capture"

/** What is to go back: for a refund row of Medusa's, or, without one, what is left. */
export interface Debt {
  refundId: string | null
  owed: Sum
}

/** What a try to return it came to; null: it went through, or nothing was wrong with it. */
export type Tried = { code: string | null; message: string } | null

/** What was read or done since the look began. What is absent was not. */
export interface OwedFacts {
  operations?: readonly Operation[]
  /** Of the operations that are done: those that Medusa holds no refund row for. */
  notBooked?: readonly Operation[]
  /** The last try, of which nobody has been told yet. */
  tried?: { debt: Debt; problem: Tried }
  /** Debts that this look has tried, or left to a person. */
  passed?: readonly Debt["refundId"][]
}

export interface OwedPicture {
  payment: GatewayPayment
  booked: HostPayment | undefined
  order: HostOrder | undefined
  gateway: GatewayName
  latePayment: "refund" | "hold"
  /** Whoever looks wants to know, and nothing is to go back. */
  onlyAsks: boolean
  now: Date
  facts: OwedFacts
}

/** The one next thing to do about money that is owed. Each `refund_` asks for a return, which has its own decision whether it is sent. */
export type OwedStep =
  | { do: "read_operations" }
  | { do: "read_rows"; done: readonly Operation[] }
  | { do: "refund_row"; debt: Debt; row: HostPayment["refunds"][number] }
  /** Medusa never booked it: it goes back at the gateway alone. */
  | { do: "refund_late"; debt: Debt }
  /** A cancelled order holds it: Medusa's payment module returns it, since the workflow refuses cancelled orders. */
  | { do: "refund_cancelled"; debt: Debt; amount: string }
  /** Nothing is tried of this debt, or nothing more. */
  | { do: "report"; debt: Debt; raise?: Attention; clears?: readonly AttentionCode[] }
  | { do: "rest"; raise?: Attention; clears?: readonly AttentionCode[] }

/** Tried by the back-off of the job: about a day. */
export const mostRefusals = 12
/** Of attempts that did not reach the gateway: an hour of them, by the back-off. */
const patientChecks = 6
/** Medusa deletes the row itself right after a refusal: the request that made it has that long to end. */
const rowsSettleIn = 2 * minute

/**
 * What of a payment is owed and goes back by itself: under Medusa's own rows first, then what a cancelled order still holds; or, where
 * Medusa never booked it, what is late. Each debt once in a look. Pure and total.
 */
export function decideOwed(picture: OwedPicture): OwedStep {
  const { payment, booked, onlyAsks, facts } = picture
  // How much of it is still there, only a person can find out.
  if (payment.returnedUnsaid || onlyAsks) return rest
  const { operations, tried } = facts
  if (tried) return operations ? reportOf(picture, operations, tried) : { do: "read_operations" }
  if (!isCaptured(booked)) return decideLate(picture)
  if (!operations) return { do: "read_operations" }
  return decideRows(picture, operations, booked) ?? decideCancelled(picture, operations, booked)
}

const rest: OwedStep = { do: "rest" }

/** What a return that came through, or is owed to nobody, does away with. */
const ofDebt = ["refund_refused", "refund_unsupported"] as const

/** Money that Medusa never booked: late, or paid for an order that was cancelled before. Given back, or held for a person. */
function decideLate(picture: OwedPicture): OwedStep {
  const { payment, now, facts, latePayment } = picture
  // A part went back in the gateway's console before Medusa had captured: it captures whole payments only, and a person is told.
  if (payment.state === "partially_refunded" && !payment.unwanted)
    return { do: "rest", ...notCaptured(payment, { why: "part_returned" }, now) }
  const isLate = payment.state === "paid_late" || (payment.unwanted !== null && payment.state !== "refunded")
  if (!isLate || isPassed(picture, null)) return rest
  const { operations } = facts
  if (!operations) return { do: "read_operations" }
  const left = payment.paidAmount - committedAmount(operations)
  if (left <= 0) return { do: "rest", clears: ["late_held", ...ofDebt] }
  const owed = lateOwed(payment, operations)
  if (owed <= 0) return rest
  if (latePayment === "hold") return { do: "rest", raise: held(payment) }
  const debt = { refundId: null, owed: sumOf(payment, owed) }
  return leftToPerson(picture, operations, debt) ?? { do: "refund_late", debt }
}

/** Of money that Medusa never booked. */
const lateOwed = (payment: GatewayPayment, operations: readonly Operation[]): number =>
  payment.paidAmount - committedAmount(operations) - dismissedAmount(payment, operations)

const held = (payment: GatewayPayment): Attention<"late_held"> => ({
  code: "late_held",
  values: { paid: sumOf(payment, payment.paidAmount), unwanted: payment.unwanted ?? "closed" },
})

const isPassed = ({ facts }: OwedPicture, refundId: Debt["refundId"]): boolean =>
  facts.passed?.includes(refundId) ?? false

/**
 * Refund rows that Medusa holds and that no operation carries: the process died between the row and the operation, or the
 * gateway accepted the refund and failed it later. The money is owed under that very row.
 */
function decideRows(
  picture: OwedPicture,
  operations: readonly Operation[],
  booked: HostPayment,
): OwedStep | undefined {
  const { payment, now } = picture
  for (const row of booked.refunds) {
    if (isDismissed(payment, row.id) || isPassed(picture, row.id)) continue
    const mine = returns(operations).filter(({ refundId }) => refundId === row.id)
    if (mine.some((operation) => isUnclear(operation.state) || isDone(operation))) continue
    const since = [row.createdAt, ...mine.map(({ settledAt }) => settledAt ?? new Date(0))]
    if (since.some((at) => now.getTime() - at.getTime() < rowsSettleIn)) continue
    const debt = { refundId: row.id, owed: majorSumOf(payment, row.amount) }
    return leftToPerson(picture, operations, debt) ?? { do: "refund_row", debt, row }
  }
  return undefined
}

/** What a cancelled order still holds. */
function decideCancelled(
  picture: OwedPicture,
  operations: readonly Operation[],
  booked: HostPayment,
): OwedStep {
  const { payment, order, facts } = picture
  if (!order?.canceled || isPassed(picture, null)) return rest
  if (!facts.notBooked) return { do: "read_rows", done: returns(operations).filter(isDone) }
  const holds = heldBy(booked, facts.notBooked, payment)
  // What Medusa holds a row for counts as given back there, and may not be so at the gateway.
  if (holds <= 0)
    return unmatchedRows(booked, operations).some(({ id }) => !isDismissed(payment, id))
      ? rest
      : { do: "rest", clears: ofDebt }
  const kept = dismissedRest(payment)
  if (holds <= kept) return rest
  const back = [
    ...booked.refunds.map((row) => row.amount),
    ...facts.notBooked.map((one) => amountInMedusa(one, payment)),
  ]
  const amount = lessMajor(booked.captured, ...back, toMajor(kept, payment.digits))
  const debt = { refundId: null, owed: majorSumOf(payment, amount) }
  return leftToPerson(picture, operations, debt) ?? { do: "refund_cancelled", debt, amount }
}

/** Which operations are tries to return it. A refusal of a refund that Medusa holds is a case of its own; that of the rest leaves no row. */
function triesOf({ booked }: OwedPicture, operations: readonly Operation[], { refundId }: Debt) {
  const rows = new Set(isCaptured(booked) ? booked.refunds.map(({ id }) => id) : [])
  return returns(operations).filter((one) =>
    refundId === null ? !rows.has(one.refundId ?? "") : one.refundId === refundId,
  )
}

const refusals = (tries: readonly Operation[]): readonly Operation[] =>
  tries.filter(({ state }) => state === "refused")

function countOf(tries: readonly Operation[], { owed }: Debt) {
  const attempts = refusals(tries).length
  return { attempts, most: mostRefusals, again: attempts < mostRefusals, owed }
}

function lastRefusal(tries: readonly Operation[]): Refusal | null {
  const last = refusals(tries).at(-1)
  return last ? { reason: last.reason, code: last.code, message: last.message ?? "" } : null
}

/**
 * A channel that cannot refund never will, and one that has refused this often needs a person: nothing more is tried, and the
 * attention stays, or comes back where a person has returned a part.
 */
function leftToPerson(
  picture: OwedPicture,
  operations: readonly Operation[],
  debt: Debt,
): OwedStep | undefined {
  const { payment, gateway } = picture
  if (payment.attentionCode === "refund_unsupported") return { do: "report", debt }
  const tries = triesOf(picture, operations, debt)
  const count = countOf(tries, debt)
  if (count.again) return undefined
  if (saysTriedNoMore(payment)) return { do: "report", debt }
  const values = { why: "too_often", gateway, refusal: lastRefusal(tries), ...count } as const
  return { do: "report", debt, raise: { code: "refund_refused", values } }
}

const saysTriedNoMore = ({ attentionCode, attentionValues }: GatewayPayment): boolean =>
  attentionCode === "refund_refused" &&
  attentionValues !== null &&
  "again" in attentionValues &&
  !attentionValues.again

/** A refusal is a case for a person, and is tried again; anything in doubt is settled by the next run. */
function reportOf(
  picture: OwedPicture,
  operations: readonly Operation[],
  { debt, problem }: NonNullable<OwedFacts["tried"]>,
): OwedStep {
  const { payment } = picture
  if (!problem) return { do: "report", debt, clears: [...ofDebt, "late_held"] }
  const { code } = problem
  // One that counts as refused is asked about before another goes out: nothing else tells that the gateway does not say.
  const isUnsaid = code === "refund_unknown" && !returns(operations).some(({ state }) => isUnclear(state))
  const isPatient = (code === "refund_not_sent" || isUnsaid) && payment.checks < patientChecks
  // Somebody else has returned it meanwhile.
  const isGone =
    payment.state === "refunded" || (!isCaptured(picture.booked) && lateOwed(payment, operations) <= 0)
  const isReturned = code === "refund_exceeds" && isGone
  if ((settlesItself(code) && !isUnsaid) || isPatient || isReturned) return { do: "report", debt }
  const tries = triesOf(picture, operations, debt)
  const refusal = code === "refund_refused" ? lastRefusal(tries) : null
  const values = { why: "tried", problem, refusal, ...countOf(tries, debt) } as const
  return { do: "report", debt, raise: { code: "refund_refused", values } }
}

/** Says so itself, is in doubt and asked about, or waits for somebody else who is at it: nothing for a person yet. */
export const settlesItself = (code: unknown): boolean => settling.has(code)

const settling: ReadonlySet<unknown> = new Set([
  "refund_unsupported",
  "refund_unknown",
  "refund_in_progress",
  "earlier_refund_booked_first",
  "busy",
  "order_busy",
  "order_changing",
])
