import type { Database } from "./database"
import type { Operation } from "./operations"
import type { GatewayPayment } from "./payments"

/** A payment that one process holds, as it was when the lease was taken. */
export interface Lease {
  payment: GatewayPayment
  operations: Operation[]
  token: string
  until: Date
  ms: number
  /** Given back, with the end of an operation or by `release`. */
  over: boolean
}

/** Another process has taken the payment over since. Nothing was written. */
export class LeaseLost extends Error {
  constructor(paymentId: string) {
    super(`Another process holds ${paymentId}.`)
    this.name = "LeaseLost"
  }
}

/** The part of a statement that checks the lease. */
export interface Fence {
  /** Renews the lease, and finds nothing where another process has it. */
  with: string
  /** For a table that names its payment. */
  and: string
  bindings: unknown[]
}

/**
 * Each write renews the lease of a process, so that another one that takes the payment over at that moment waits, and then
 * sees that it is held.
 */
export const fenceOf = (lease: Lease | undefined, now: Date): Fence =>
  lease
    ? {
        with: `with held as (update gateway_payment set lease_until = ?
                 where id = ? and lease_token = ? and lease_until is not null returning id)`,
        and: "and gateway_payment_id in (select id from held)",
        bindings: [new Date(now.getTime() + lease.ms), lease.payment.id, lease.token],
      }
    : { with: "", and: "", bindings: [] }

/** Throws where another process has taken over. */
export async function stillHeld(database: Database, lease: Lease | undefined): Promise<void> {
  if (!lease) return
  const rows = await database.query(
    `select 1 from gateway_payment where id = ? and lease_token = ? and lease_until is not null`,
    [lease.payment.id, lease.token],
  )
  if (!rows[0]) throw new LeaseLost(lease.payment.id)
}
