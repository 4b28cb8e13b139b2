import { hasMoney, isUnclear } from "../../../core"
import { committedAmount, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { isCaptured } from "../settling/decide-capture"
import { dismissedAmount, dismissedRest, isDismissed, owedNow } from "./dismissed"
import { mostRefusals } from "../settling/decide-owed"
import type { HostOrder, HostPayment } from "../host"

/** Money that is to go back by itself and has not: what a merchant wants to see before he is surprised. */
export interface Owing {
  /** Minor units. */
  amount: number
  /** How often the gateway has refused it. */
  attempts: number
  /** After so many refusals nothing is tried by itself. */
  mostAttempts: number
  /** When it is tried next; null: a person has to decide. */
  nextTryAt: Date | null
}

/** What a payment owes the shopper now, without what is in doubt or on its way. Pure. */
export function owing(
  payment: GatewayPayment,
  operations: readonly Operation[],
  booked: HostPayment | undefined,
  order: HostOrder | undefined,
): Owing | null {
  if (!hasMoney(payment.state) || payment.attentionCode === "late_held") return null
  const captured = isCaptured(booked) ? booked : undefined
  if (!captured && payment.state !== "paid_late" && payment.unwanted === null) return null
  const owed = owedNow(payment, operations, captured, order).map(({ refundId, amount }) => ({
    refundId,
    amount: refundId === null ? amount - dismissedRest(payment) : amount,
  }))
  const open = owed.filter(
    ({ refundId, amount }) => amount > 0 && (refundId === null || !isDismissed(payment, refundId)),
  )
  // What may have gone back, or is going, is not tried beside that.
  const left = payment.paidAmount - committedAmount(operations) - dismissedAmount(payment, operations)
  const amount = Math.min(
    left,
    open.reduce((sum, one) => sum + one.amount, 0),
  )
  if (amount <= 0) return null
  const attempts = Math.max(...open.map(({ refundId }) => refusalsOf(refundId, operations, booked)))
  const isTried = attempts < mostRefusals && !waitsForAPerson.has(payment.attentionCode ?? "")
  return {
    amount,
    attempts,
    mostAttempts: mostRefusals,
    nextTryAt: isTried ? payment.nextCheckAt : null,
  }
}

const waitsForAPerson: ReadonlySet<string> = new Set([
  "refund_unsupported",
  "outside_unclear",
  "account_changed",
  "entry_removed",
])

/** Of the tries to return what Medusa holds this row for, or holds no row for. */
function refusalsOf(
  refundId: string | null,
  operations: readonly Operation[],
  booked: HostPayment | undefined,
): number {
  const rows = new Set(booked?.refunds.map(({ id }) => id))
  const isOf = (one: Operation) =>
    refundId === null ? !rows.has(one.refundId ?? "") : one.refundId === refundId
  return returns(operations).filter((one) => one.state === "refused" && isOf(one)).length
}

/** What the gateway has not confirmed: a refund or reversal, or the close of an open payment. Pure. */
export function unconfirmedOf(
  payment: Pick<GatewayPayment, "state" | "attentionCode">,
  operations: readonly Pick<Operation, "kind" | "state">[],
): "refund" | "close" | null {
  const unclear = operations.filter(({ state }) => isUnclear(state))
  const isReturn = unclear.some(({ kind }) => kind !== "open" && kind !== "close")
  if (isReturn || payment.attentionCode === "refund_unknown") return "refund"
  const isClose = unclear.some(({ kind }) => kind === "close")
  return (isClose && !hasMoney(payment.state) && payment.state !== "void") ||
    payment.attentionCode === "close_failed"
    ? "close"
    : null
}
