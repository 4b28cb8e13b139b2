import { holdsMoney } from "../../../core"
import { hasLostRow, isDone, returns } from "../../ledger"
import type { Operation } from "../../ledger"
import type { HostPayment } from "../host"

/** Medusa's refund rows whose money went back, is going, or may have gone. */
export const matchedRows = (operations: readonly Operation[]): ReadonlySet<string | null> =>
  new Set(
    returns(operations)
      .filter((one) => holdsMoney(one.state))
      .map((one) => one.refundId),
  )

/** Medusa's refund rows that nothing carries: their money is still owed. */
export function unmatchedRows(
  booked: HostPayment | undefined,
  operations: readonly Operation[],
): HostPayment["refunds"] {
  const carried = matchedRows(operations)
  return (booked?.refunds ?? []).filter((row) => !carried.has(row.id))
}

/** Returns that are done, and in Medusa's books under one of its rows. */
export function enteredReturns(
  booked: Pick<HostPayment, "refunds"> | undefined,
  operations: readonly Operation[],
): Operation[] {
  const rows = new Set(booked?.refunds.map(({ id }) => id))
  return returns(operations).filter(
    (one) => isDone(one) && rows.has(one.refundId ?? "") && !hasLostRow(one, operations),
  )
}
