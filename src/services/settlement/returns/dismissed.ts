import { addMajor, hasMoney, roundToMinor } from "../../../core"
import { committedAmount, isDone, returnedTwice, returns } from "../../ledger"
import type { Dismissed, GatewayPayment, Operation, PaymentPatch } from "../../ledger"
import { matchedRows, unmatchedRows } from "./refund-rows"
import type { HostOrder, HostPayment } from "../host"
import { amountInMedusa, shareOf } from "./rounding"

/*
 * What a person decided that the shop keeps, or returns another way: of that, nothing goes back by itself. It covers what was owed
 * when it was decided, and no refund that is asked for later. A person may still return it by hand.
 */

/** Releases before this one kept no amounts: whatever such a payment holds was dismissed. */
const isWhole = ({ settledBy, state, dismissed }: GatewayPayment): boolean =>
  settledBy === "outside" &&
  hasMoney(state) &&
  state !== "refunded" &&
  dismissed.every(({ operationId }) => operationId !== undefined)

/** Whether a refund of Medusa's is left as it is. */
export const isDismissed = (payment: GatewayPayment, refundId: string): boolean =>
  isWhole(payment) || payment.dismissed.some((one) => one.refundId === refundId)

/** Whether a return that Medusa could not enter is left out of its books. */
export const isLeftOut = (payment: GatewayPayment, operationId: string): boolean =>
  payment.dismissed.some((one) => one.operationId === operationId && !one.twice)

/** What a person dismisses with "it could not be entered in Medusa", or with "it went back twice": that return. Pure. */
export function leftOut(payment: GatewayPayment, operations: readonly Operation[]): Dismissed[] {
  const { attentionCode: code, attentionValues: values } = payment
  if (code !== "books_differ" || values === null || !("number" in values)) return []
  if (isToldTwice(payment)) return seenTwice(payment, operations, values.number)
  const seen = returns(operations).filter(
    ({ number, id }) => number === values.number && !isLeftOut(payment, id),
  )
  return seen.map(({ id }) => ({ refundId: null, amount: 0, operationId: id }))
}

/** What a person was told last is that the same went back twice. */
export const isToldTwice = ({ attentionCode: code, attentionValues: values }: GatewayPayment): boolean =>
  code === "books_differ" && values !== null && "why" in values && values.why === "returned_twice"

/** The one that was told, and no other. */
const seenTwice = (
  payment: GatewayPayment,
  operations: readonly Operation[],
  told: string | null,
): Dismissed[] =>
  unseenTwice(payment, operations)
    .filter(({ number }) => number === told)
    .map(({ id }) => ({ refundId: null, amount: 0, operationId: id, twice: true }))

/** Returns that went back beside another in their place, and that no person has dismissed. */
export const unseenTwice = (payment: GatewayPayment, operations: readonly Operation[]): Operation[] =>
  returnedTwice(operations).filter(
    ({ id }) => !payment.dismissed.some(({ operationId, twice }) => operationId === id && twice),
  )

/** Of the money that Medusa holds no refund for, so much is left where it is, in minor units. */
export const dismissedRest = (payment: GatewayPayment): number =>
  isWhole(payment) ? payment.paidAmount : sum(payment.dismissed.filter(({ refundId }) => refundId === null))

/** All that is left where it is, in minor units; what was returned by hand since is not. */
export function dismissedAmount(payment: GatewayPayment, operations: readonly Operation[]): number {
  if (isWhole(payment)) return payment.paidAmount
  const carried = matchedRows(operations)
  return sum(payment.dismissed.filter(({ refundId }) => refundId === null || !carried.has(refundId)))
}

/** Where Medusa is concerned: its refunds that are left as they are, in minor units. */
export function dismissedRefunds(payment: GatewayPayment, operations: readonly Operation[]): number {
  const carried = matchedRows(operations)
  return sum(payment.dismissed.filter(({ refundId }) => refundId !== null && !carried.has(refundId)))
}

/** What is owed now, as it is written down when a person dismisses it. Pure. */
export function owedNow(
  payment: GatewayPayment,
  operations: readonly Operation[],
  booked: HostPayment | undefined,
  order: HostOrder | undefined,
): Dismissed[] {
  const done = returns(operations).filter(isDone)
  const held = new Set(booked?.refunds.map(({ id }) => id))
  const before = done.filter((one) => held.has(one.refundId ?? ""))
  // Medusa's rows may be fractions: they are rounded as a sum.
  const owed = unmatchedRows(booked, operations)
  const upTo = (count: number) =>
    count ? shareOf(addMajor("0", ...owed.slice(0, count).map((row) => row.amount)), before, payment) : 0
  const rows = owed.map((row, index) => ({ refundId: row.id, amount: upTo(index + 1) - upTo(index) }))
  const rest = booked
    ? order?.canceled
      ? heldBy(
          booked,
          done.filter((one) => !held.has(one.refundId ?? "")),
          payment,
        )
      : 0
    : payment.paidAmount - committedAmount(operations)
  return rest > 0 ? [...rows, { refundId: null, amount: rest }] : rows
}

/** What Medusa has captured and holds no refund for, in minor units. Sums are rounded: Medusa keeps fractions. */
export function heldBy(
  { captured, refunds }: HostPayment,
  unbooked: readonly Operation[],
  payment: GatewayPayment,
): number {
  const back = [...refunds.map((row) => row.amount), ...unbooked.map((one) => amountInMedusa(one, payment))]
  const rounded = (amount: string) => roundToMinor(amount, payment.digits)
  return rounded(captured) - rounded(addMajor("0", ...back))
}

/** What was dismissed before and is owed still is part of what is owed now. */
export const dismissing = (payment: GatewayPayment, owed: readonly Dismissed[]): Dismissed[] => {
  const now = new Set(owed.map(({ refundId }) => refundId))
  const stays = ({ refundId, operationId }: Dismissed) => operationId !== undefined || !now.has(refundId)
  return [...payment.dismissed.filter(stays), ...owed]
}

/** What is written down when a person leaves what is owed now where it is. Pure. */
export function leavingOwed(
  payment: GatewayPayment,
  operations: readonly Operation[],
  booked: HostPayment | undefined,
  order: HostOrder | undefined,
): PaymentPatch {
  const owed = owedNow(payment, operations, booked, order)
  if (!owed.length) return {}
  const dismissed = dismissing(payment, owed)
  const kept = dismissedAmount({ ...payment, dismissed }, operations)
  const isAll = payment.paidAmount - committedAmount(operations) <= kept
  return { dismissed, ...(isAll ? { settledBy: "outside" as const } : {}) }
}

const sum = (dismissed: readonly Dismissed[]): number =>
  dismissed.reduce((all, { amount }) => all + amount, 0)
