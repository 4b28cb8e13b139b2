import { mayMove, ulid } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"
import type { Lease } from "./fence"
import { operationFromJson } from "./operations"
import type { Operation, OperationEnd, OperationJson } from "./operations"
import { toPayment } from "./payments"
import type { GatewayPayment, PaymentKey, PaymentRow, Returned } from "./payments"

/** Who is at a payment: one process at a time, and a dead one not for ever. */
export class Leases {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly held?: Lease,
  ) {}

  /**
   * Takes the payment for `ms`, unless another process holds it, and reads it with its operations. A dead process loses it
   * when the time is over, and the job looks at it then.
   */
  async take(key: PaymentKey, ms: number): Promise<Lease | undefined> {
    const now = this.clock.now()
    const until = new Date(now.getTime() + ms)
    const token = ulid(now.getTime())
    const [where, names] = byKey(key)
    const rows = await this.database.query<PaymentRow & { operations: OperationJson[] }>(
      // A statement that waited while another process had its turn has not seen what that one wrote: the token tells.
      `with seen as (select id, lease_token from gateway_payment where ${where} limit 1),
       held as (
         update gateway_payment payment set lease_token = ?, lease_until = ?,
           next_check_at = least(payment.next_check_at, ?::timestamptz)
         from seen where payment.id = seen.id and payment.lease_token is not distinct from seen.lease_token
           and (payment.lease_until is null or payment.lease_until <= ?)
         returning payment.*)
       select held.*, (select coalesce(json_agg(o order by o.created_at, o.id), '[]')
         from gateway_operation o where o.gateway_payment_id = held.id) as operations from held`,
      [...names, token, until, until, now],
    )
    const row = rows[0]
    if (!row) return undefined
    const operations = row.operations.map(operationFromJson)
    return { payment: toPayment(row), operations, token, until, ms, over: false }
  }

  async release(lease: Lease): Promise<void> {
    if (lease.over) return
    lease.over = true
    await this.database.query(
      // The token stays: it says whose turn it was last, by which a look at the payment is known to be out of date.
      `update gateway_payment set lease_until = null where id = ? and lease_token = ?`,
      [lease.payment.id, lease.token],
    )
  }

  /**
   * Stores how an operation ended and what the payment is by that, and gives the payment back: all in one, or nothing
   * (`undefined`) where any of it has changed meanwhile.
   */
  async end(
    before: GatewayPayment,
    operation: Operation,
    end: OperationEnd,
    after: Returned,
  ): Promise<{ payment: GatewayPayment; operation: Operation } | undefined> {
    const lease = this.held
    if (!lease || lease.over) return undefined
    if (after.state !== before.state && !mayMove(before.state, after.state)) return undefined
    const now = this.clock.now()
    const ended = endedBy(operation, end, now)
    const checks = after.refundedAmount === before.refundedAmount ? before.checks : 0
    const rows = await this.database.query<PaymentRow>(
      // A statement that writes in a "with" writes there whatever the rest finds: the operation waits for the payment.
      `with sent as (
         select gateway_payment_id from gateway_operation where id = ? and state = 'sent' for update),
       given as (
         update gateway_payment payment set state = ?, refunded_amount = ?, settled_by = ?, checks = ?, lease_until = null, updated_at = ?
         from sent where payment.id = sent.gateway_payment_id and lease_token = ? and state = ? and refunded_amount = ?
         returning payment.*),
       ended as (
         update gateway_operation set state = ?, gateway_no = ?, reason = ?, code = ?, message = ?, settled_at = ?, updated_at = ?
         where id = ? and exists (select 1 from given))
       select * from given`,
      [
        ...[operation.id, after.state, after.refundedAmount, after.settledBy, checks, now],
        ...[lease.token, before.state, before.refundedAmount],
        ...[ended.state, ended.gatewayNo, ended.reason, ended.code, ended.message, ended.settledAt],
        ...[now, operation.id],
      ],
    )
    if (!rows[0]) return undefined
    lease.over = true
    return { payment: toPayment(rows[0]), operation: ended }
  }
}

const endedBy = (operation: Operation, end: OperationEnd, now: Date): Operation => ({
  ...operation,
  state: end.state,
  gatewayNo: end.gatewayNo ?? null,
  reason: end.reason ?? null,
  code: end.code ?? null,
  message: end.message ?? null,
  updatedAt: now,
  settledAt: end.state === "pending" ? null : now,
})

function byKey(key: PaymentKey): [where: string, names: string[]] {
  if ("id" in key) return ["id = ?", [key.id]]
  if ("sessionId" in key) return ["session_id = ?", [key.sessionId]]
  return ["merchant_order_no = ? and provider_id = ?", [key.number, key.providerId]]
}
