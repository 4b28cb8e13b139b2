import { holdsMoney } from "../../core"
import { returns } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import type { SettleDeps } from "./deps"
import type { HostPayment } from "./host"

/** Medusa's refund rows whose money went back, is going, or may have gone. */
export const carriedRows = (operations: readonly Operation[]): ReadonlySet<string | null> =>
  new Set(
    returns(operations)
      .filter((one) => holdsMoney(one.state))
      .map((one) => one.refundId),
  )

/** Medusa's refund rows that nothing carries: their money is still owed. */
export function owedRows(
  booked: HostPayment | undefined,
  operations: readonly Operation[],
): HostPayment["refunds"] {
  const carried = carriedRows(operations)
  return (booked?.refunds ?? []).filter((row) => !carried.has(row.id))
}

/** Whether Medusa holds a refund that the gateway accepted and failed later: it is made again within minutes, not days. */
export async function owedInMedusa(operations: readonly Operation[], deps: SettleDeps): Promise<boolean> {
  const carried = carriedRows(operations)
  const failed = returns(operations).flatMap((one) => (carried.has(one.refundId) ? [] : (one.refundId ?? [])))
  return failed.length > 0 && (await deps.refundsHeld(failed)).size > 0
}

/** Whether Medusa still holds a row that no operation carries. */
export async function uncarried(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const carried = carriedRows(operations)
  const booked = await deps.host.payment(payment.sessionId)
  return booked?.refunds.some((row) => !carried.has(row.id)) ?? false
}
