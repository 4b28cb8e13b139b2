import { returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { matchedRows, unmatchedRows } from "./refund-rows"
import type { SettleDeps } from "../deps"
import { isDismissed } from "./dismissed"

/** Whether Medusa holds a refund that the gateway accepted and failed later: it is made again within minutes, not days. */
export async function owesFailedRefund(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<boolean> {
  const carried = matchedRows(operations)
  const failed = returns(operations)
    .flatMap(({ refundId }) => (refundId === null || carried.has(refundId) ? [] : refundId))
    .filter((id) => !isDismissed(payment, id))
  return failed.length > 0 && (await deps.refundsHeld(failed)).size > 0
}

/** Whether Medusa still holds a row that no operation carries, and that nobody has dismissed. */
export async function hasUnmatchedRow(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const booked = await deps.host.payment(payment.sessionId)
  return unmatchedRows(booked, operations).some((row) => !isDismissed(payment, row.id))
}
