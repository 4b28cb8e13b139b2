import { PaymentProblem } from "../../core"
import type { GatewayPayment } from "../ledger"
import type { Deps } from "./deps"

/** Longer than every call a use case makes in a row, so that nobody takes over while the first is still on the line. */
export const leaseMs = 120_000
const waitMs = 200
const patience = 40

/**
 * Runs `work` while nobody else touches the same gateway payment: not a second click, not the job, not another instance.
 * A dead process loses the lease after `leaseMs`. No database transaction is open meanwhile.
 */
export async function withLease<T>(
  paymentId: string,
  deps: Deps,
  work: (payment: GatewayPayment) => Promise<T>,
): Promise<T> {
  for (let tries = 0; tries < patience; tries++) {
    const lease = await deps.ledger.payments.lease(paymentId, leaseMs)
    if (lease) {
      try {
        return await work(lease.payment)
      } finally {
        await deps.ledger.payments.release(lease)
      }
    }
    await deps.wait(waitMs)
  }
  throw new PaymentProblem(
    "conflict",
    "busy",
    "Another operation on this payment is in progress. Nothing was sent for this one; try again in a moment.",
  )
}
