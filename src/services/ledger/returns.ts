import { hasMoney, mayMove, states, ulid } from "../../core"
import type { Irreturnable, State } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"
import { operationFromJson } from "./operations"
import type { Operation, OperationEnd, OperationJson } from "./operations"
import { placeholders, toPayment } from "./payments"
import type { GatewayPayment, Lease, PaymentKey, PaymentRow } from "./payments"

/** What is to go back: minor units, a plain decimal in major units, or all that was paid. */
export type Wanted = number | { major: string } | "rest"

export interface BegunReturn {
  lease: Lease
  operation: Operation
}

/** What is known of a payment, and the refund of it that was begun. */
export interface Beginning {
  payment: GatewayPayment
  /** Those that were there before. */
  operations: Operation[]
  begun: BegunReturn | undefined
}

/**
 * Money that goes back where nothing else is going on: one statement before the gateway is called, and one after. Each
 * does all of its work or none; whoever goes away with nothing begun goes the long way, which looks at everything again.
 */
export class Returns {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads a payment with its operations and, where it holds money, nothing of it has gone back or may have, nobody is at it, and
   * it covers the amount, takes it for `leaseMs` and writes the refund before it is sent (invariant 1). Whether the channel gives
   * back a part is not looked at: `withdraw` a refund that may not be sent. `undefined`: there is no such payment.
   */
  async begin(
    key: PaymentKey,
    wanted: { amount: Wanted; refundId: string | null },
    irreturnable: Irreturnable,
    until: { leaseMs: number; nextCheckAt: Date },
  ): Promise<Beginning | undefined> {
    const now = this.clock.now()
    const lease = { token: ulid(now.getTime()), until: new Date(now.getTime() + until.leaseMs) }
    const suffix = ulid(now.getTime())
    const [where, names] =
      "sessionId" in key
        ? ["session_id = ?", [key.sessionId]]
        : ["merchant_order_no = ? and provider_id = ?", [key.number, key.providerId]]
    const rows = await this.database.query<BeginningRow>(
      // Who waited here for somebody else's turn to end has not seen what that one wrote: the token tells.
      `with seen as (
         select *, coalesce(?::numeric, ?::numeric * power(10::numeric, digits), paid_amount) as wanted from gateway_payment where ${where} limit 1),
       held as (
         update gateway_payment payment set lease_token = ?, lease_until = ?, next_check_at = ?, updated_at = ?
         from seen where payment.id = seen.id and payment.lease_token is not distinct from seen.lease_token
           and (payment.lease_until is null or payment.lease_until <= ?)
           and payment.state in (${placeholders(withMoney)}) and payment.refunded_amount = 0
           and payment.attention_code is distinct from 'outside_unclear'
           and not coalesce(payment.channel = any(?::text[]), ?)
           and seen.wanted = trunc(seen.wanted) and seen.wanted between 1 and payment.paid_amount
           and not exists (select 1 from gateway_operation o where o.gateway_payment_id = seen.id
             and o.kind in ('cancel', 'refund') and o.state not in ('refused', 'not_sent'))
         returning payment.*),
       written as (
         insert into gateway_operation (id, gateway_payment_id, kind, number, amount, state, refund_id, created_at, updated_at)
         select ?::text, held.id, 'refund', ?::text, seen.wanted::bigint, 'sent', ?::text, ?::timestamptz, ?::timestamptz from held, seen
         returning *)
       select payment.*,
         (select coalesce(json_agg(o order by o.created_at, o.id), '[]') from gateway_operation o where o.gateway_payment_id = payment.id) as operations,
         (select row_to_json(written) from written) as written
       from (select payment.* from gateway_payment payment join seen on seen.id = payment.id where not exists (select 1 from held)
             union all select * from held) payment`,
      [
        ...[typeof wanted.amount === "number" ? wanted.amount : null],
        ...[typeof wanted.amount === "object" ? wanted.amount.major : null],
        ...[...names, lease.token, lease.until, until.nextCheckAt, now, now, ...withMoney],
        ...[irreturnable.channels, irreturnable.unnamed],
        ...[`gpop_${suffix}`, suffix, wanted.refundId, now, now],
      ],
    )
    const row = rows[0]
    if (!row) return undefined
    const payment = toPayment(row)
    const operation = row.written ? operationFromJson(row.written) : undefined
    return {
      payment,
      operations: row.operations.map(operationFromJson),
      begun: operation && { lease: { ...lease, payment }, operation },
    }
  }

  /** The same money by the other call: the whole payment is reversed instead of refunded. */
  async reverse({ lease, operation }: BegunReturn): Promise<BegunReturn> {
    await this.database.query(
      `update gateway_operation set kind = 'cancel' where id = ? and state = 'sent'`,
      [operation.id],
    )
    return { lease, operation: { ...operation, kind: "cancel" } }
  }

  /** Takes back what was begun and must not be sent, as if nobody had asked. */
  async withdraw({ lease, operation }: BegunReturn): Promise<void> {
    await this.database.query(
      `with gone as (delete from gateway_operation where id = ? and state = 'sent')
       update gateway_payment set lease_until = null where id = ? and lease_token = ?`,
      [operation.id, lease.payment.id, lease.token],
    )
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

const withMoney = states.filter(hasMoney)

type BeginningRow = PaymentRow & { operations: OperationJson[]; written: OperationJson | null }
