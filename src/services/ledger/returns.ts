import { mayMove, ulid } from "../../core"
import type { OperationKind, State } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"
import type { Operation, OperationEnd } from "./operations"
import { toPayment } from "./payments"
import type { GatewayPayment, Lease, PaymentRow, Picture } from "./payments"

export interface NewReturn {
  kind: Extract<OperationKind, "cancel" | "refund">
  amount: number
  refundId: string | null
}

export interface BegunReturn {
  lease: Lease
  operation: Operation
}

/**
 * Money that goes back where nothing else is going on: one statement before the gateway is called, and one after. Each
 * does all of its work or none; whoever gets `undefined` goes the long way, which looks at everything again.
 */
export class Returns {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the payment for `leaseMs` and writes the operation before it is sent (invariant 1), provided that nobody has held
   * the payment since the picture was taken: an operation made since then would not be in it.
   */
  async begin(
    { payment, turn }: Picture,
    intent: NewReturn,
    until: { leaseMs: number; nextCheckAt: Date },
  ): Promise<BegunReturn | undefined> {
    const now = this.clock.now()
    const operation = newReturn(payment.id, intent, now)
    const lease = { token: ulid(now.getTime()), until: new Date(now.getTime() + until.leaseMs) }
    const rows = await this.database.query<PaymentRow>(
      `with held as (
         update gateway_payment set lease_token = ?, lease_until = ?, next_check_at = ?, updated_at = ?
         where id = ? and lease_token is not distinct from ? and (lease_until is null or lease_until <= ?)
           and state = ? and refunded_amount = ? returning *),
       written as (
         insert into gateway_operation (id, gateway_payment_id, kind, number, amount, state, refund_id, created_at, updated_at)
         select ?::text, id, ?::text, ?::text, ?::bigint, 'sent', ?::text, ?::timestamptz, ?::timestamptz from held)
       select * from held`,
      [
        ...[lease.token, lease.until, until.nextCheckAt, now],
        ...[payment.id, turn, now, payment.state, payment.refundedAmount],
        ...[operation.id, operation.kind, operation.number, operation.amount, operation.refundId, now, now],
      ],
    )
    return rows[0] && { lease: { ...lease, payment: toPayment(rows[0]) }, operation }
  }

  /** Stores how it ended and what the payment is by that, and gives the payment back. */
  async end(
    { lease, operation }: BegunReturn,
    end: OperationEnd,
    after: Pick<GatewayPayment, "state" | "refundedAmount" | "settledBy">,
  ): Promise<{ payment: GatewayPayment; operation: Operation } | undefined> {
    const before = lease.payment
    if (after.state !== before.state && !mayMove(before.state, after.state)) return undefined
    const now = this.clock.now()
    const settledAt = end.state === "pending" ? null : now
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
        ...[operation.id, after.state, after.refundedAmount, after.settledBy],
        ...[checksOf(before, after.state), now, lease.token, before.state, before.refundedAmount],
        ...[end.state, end.gatewayNo ?? null, end.reason ?? null, end.code ?? null, end.message ?? null],
        ...[settledAt, now, operation.id],
      ],
    )
    if (!rows[0]) return undefined
    return {
      payment: toPayment(rows[0]),
      operation: {
        ...operation,
        state: end.state,
        gatewayNo: end.gatewayNo ?? null,
        reason: end.reason ?? null,
        code: end.code ?? null,
        message: end.message ?? null,
        updatedAt: now,
        settledAt,
      },
    }
  }
}

/** What has just changed is looked at again soon. */
const checksOf = (before: GatewayPayment, state: State): number =>
  state === before.state ? before.checks : 0

function newReturn(paymentId: string, intent: NewReturn, now: Date): Operation {
  const suffix = ulid(now.getTime())
  return {
    id: `gpop_${suffix}`,
    paymentId,
    kind: intent.kind,
    number: suffix,
    gatewayNo: null,
    amount: intent.amount,
    state: "sent",
    refundId: intent.refundId,
    outside: false,
    untold: false,
    reason: null,
    code: null,
    message: null,
    attempts: 1,
    createdAt: now,
    updatedAt: now,
    settledAt: null,
  }
}
