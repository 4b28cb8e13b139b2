import { PaymentProblem } from "../../core"
import { LeaseLost } from "../ledger"
import type { GatewayPayment, Lease, Operation, PaymentKey } from "../ledger"
import { requireReach } from "./accounts/account"
import type { Deps } from "./deps"
import { required } from "./required"
import { leaseMs } from "./schedule"

const waitMs = 200
const patience = 40

/**
 * Runs `work` while no other process touches the same gateway payment: not a second click, not the job, not another
 * instance. `work` gets the payment as it is now, its operations, and a ledger whose writes fail once the lease is lost. A
 * dead process loses the lease after `leaseMs`. No database transaction is open meanwhile. A payment of another account
 * than the entry has now is not worked at: `account_changed`.
 */
export async function withLease<T, D extends Deps>(
  of: string | PaymentKey,
  deps: D,
  work: (payment: GatewayPayment, deps: D, operations: Operation[]) => Promise<T>,
): Promise<T> {
  let key = typeof of === "string" ? { id: of } : of
  for (let tries = 0; tries < patience; tries++) {
    const lease = await deps.ledger.leases.take(key, leaseMs)
    if (lease) return underLease(lease, deps, work)
    if (!("id" in key)) key = { id: required(await deps.ledger.payments.of(key)).id }
    await deps.wait(waitMs)
  }
  throw busy(
    "Another operation on this payment is in progress. Nothing was sent for this one; try again in a moment.",
  )
}

async function underLease<T, D extends Deps>(
  lease: Lease,
  deps: D,
  work: (payment: GatewayPayment, deps: D, operations: Operation[]) => Promise<T>,
): Promise<T> {
  try {
    const held = { ...deps, ledger: deps.ledger.under(lease) }
    return await work(await requireReach(lease.payment, held), held, lease.operations)
  } catch (error) {
    if (error instanceof LeaseLost) throw takenOver()
    throw error
  } finally {
    await deps.ledger.leases.release(lease)
  }
}

const takenOver = () =>
  busy(
    "Another operation on this payment took over while this one waited. Nothing more was sent for this one; look at the payment again in a moment.",
  )

/** Another process is at the payment, and this one did nothing to it. */
export const isBusy = (error: unknown): boolean => error instanceof PaymentProblem && error.code === "busy"

const busy = (message: string) => new PaymentProblem("conflict", "busy", message)
