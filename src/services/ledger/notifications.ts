import { ulid } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

/** A message from the gateway, without payer fields. */
export interface Notification {
  id: string
  providerId: string
  paymentId: string | null
  about: string | null
  verified: boolean
  reason: string | null
  state: string | null
  orderNo: string | null
  gatewayNo: string | null
  refundNo: string | null
  amount: number | null
  currency: string | null
  result: NotificationResult
  message: string | null
  deliveries: number
  tries: number
  createdAt: Date
  updatedAt: Date
}

/** `received`: to be acted on. `failed`: acting failed and is tried again by the job until `tries` run out. */
export type NotificationResult = "received" | "acted" | "ignored" | "failed"

export type NewNotification = Pick<
  Notification,
  | "providerId"
  | "about"
  | "verified"
  | "reason"
  | "state"
  | "orderNo"
  | "gatewayNo"
  | "refundNo"
  | "amount"
  | "currency"
> & {
  bodyHash: string
  names: Names
  /** What becomes of it where it names a payment, and where it names none. */
  ours: Fate
  nobodys: Fate
  /** It is not stored where as many were since then: verified ones about the same payment, or rejects of the provider. */
  bound: { atMost: number; since: Date }
}

/** The numbers by which a message may name a payment of its provider entry. Of several the first that fits counts. */
export interface Names {
  number?: string | undefined
  gatewayNo?: string | undefined
  /** Of a refund or reversal: Gnete's notifications of one name no order of ours. */
  returnNumber?: string | undefined
  returnGatewayNo?: string | undefined
}

export interface Fate {
  result: NotificationResult
  message: string | null
  nextTryAt: Date | null
}

export interface Stored {
  /** The payment that it names, stored or not. */
  paymentId: string | null
  /** `undefined`: too many came before it. `fresh`: these bytes are here for the first time. */
  stored: { notification: Notification; fresh: boolean } | undefined
}

export class Notifications {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a delivery, unless too many came before it. The same body again only counts: gateways repeat the very same bytes.
   * Whose it is, whether somebody floods, and the row are one statement: the gateway waits for its answer meanwhile.
   */
  async store(delivery: NewNotification): Promise<Stored> {
    const now = this.clock.now()
    const named = namedPayment(delivery)
    const alike = alikeStored(delivery)
    const { ours, nobodys, bound } = delivery
    const rows = await this.database.query<NotificationRow & { named: string | null }>(
      `with named as (${named.sql}),
       stored as (
         insert into gateway_notification (gateway_payment_id, result, message, next_try_at, id, provider_id, body_hash, about,
           verified, reason, state, order_no, gateway_no, refund_no, amount, currency_code, created_at, updated_at)
         select named.id, case when named.id is null then ?::text else ?::text end,
           case when named.id is null then ?::text else ?::text end,
           case when named.id is null then ?::timestamptz else ?::timestamptz end, ?::text, ?::text, ?::text, ?::text,
           ?::boolean, ?::text, ?::text, ?::text, ?::text, ?::text, ?::bigint, ?::text, ?::timestamptz, ?::timestamptz
         from (select 1) one left join named on true
         where (select count(*) from (${alike.sql}) alike) < ?
         on conflict (provider_id, body_hash) do update set deliveries = gateway_notification.deliveries + 1, updated_at = excluded.updated_at
         returning *)
       select named.id as named, stored.* from (select 1) one left join named on true left join stored on true`,
      [
        ...named.bindings,
        ...[nobodys.result, ours.result, nobodys.message, ours.message, nobodys.nextTryAt, ours.nextTryAt],
        ...[`gnot_${ulid(now.getTime())}`, delivery.providerId, delivery.bodyHash, delivery.about],
        ...[delivery.verified, delivery.reason, delivery.state, delivery.orderNo, delivery.gatewayNo],
        ...[delivery.refundNo, delivery.amount, delivery.currency, now, now],
        ...alike.bindings,
        bound.atMost,
      ],
    )
    const { named: paymentId, ...row } = rows[0] as NotificationRow & { named: string | null }
    // Nothing stored is a row of nulls beside the payment.
    if (!row.id) return { paymentId, stored: undefined }
    if (delivery.verified && !row.verified)
      return { paymentId, stored: await this.acceptLate(row.id, paymentId, paymentId ? ours : nobodys) }
    return { paymentId, stored: { notification: toNotification(row), fresh: row.deliveries === 1 } }
  }

  /** It was refused before, for a key or account that the shop has put right since: to whoever is first it is new. */
  private async acceptLate(
    id: string,
    paymentId: string | null,
    { result, message, nextTryAt }: Fate,
  ): Promise<{ notification: Notification; fresh: boolean }> {
    const accepted = await this.database.query<NotificationRow>(
      `update gateway_notification set verified = true, reason = null, gateway_payment_id = ?, result = ?, message = ?,
         next_try_at = ?, updated_at = ? where id = ? and not verified returning *`,
      [paymentId, result, message, nextTryAt, this.clock.now(), id],
    )
    const rows = accepted.length
      ? accepted
      : await this.database.query<NotificationRow>("select * from gateway_notification where id = ?", [id])
    return { notification: toNotification(rows[0] as NotificationRow), fresh: accepted.length > 0 }
  }

  async finish(
    id: string,
    end: {
      result: NotificationResult
      message?: string | undefined
      nextTryAt?: Date | undefined
      paymentId?: string | undefined
    },
  ): Promise<void> {
    await this.database.query(
      `update gateway_notification set result = ?, message = ?, next_try_at = ?, tries = tries + 1,
         gateway_payment_id = coalesce(?, gateway_payment_id), updated_at = ? where id = ?`,
      [end.result, end.message ?? null, end.nextTryAt ?? null, end.paymentId ?? null, this.clock.now(), id],
    )
  }

  /** Hands out notifications that were stored but not acted on, each to one claimant. */
  async claimDue(limit: number, holdMs: number): Promise<Notification[]> {
    const now = this.clock.now()
    const rows = await this.database.query<NotificationRow>(
      `update gateway_notification set next_try_at = ?
       where id in (select id from gateway_notification where next_try_at <= ? order by next_try_at limit ? for update skip locked)
       returning *`,
      [new Date(now.getTime() + holdMs), now, limit],
    )
    return rows.map(toNotification)
  }

  async ofPayment(paymentId: string, limit = 200): Promise<Notification[]> {
    const rows = await this.database.query<NotificationRow>(
      `select * from gateway_notification where gateway_payment_id = ? order by created_at, id limit ?`,
      [paymentId, limit],
    )
    return rows.map(toNotification)
  }

  /** The last notification, the last acted on, and counts since `since`, for the provider's status. */
  async summary(
    providerId: string,
    since: Date,
  ): Promise<{ last: Date | null; lastActed: Date | null; count: number; rejected: number }> {
    const rows = await this.database.query<{
      last: Date | null
      last_acted: Date | null
      count: string
      rejected: string
    }>(
      `select (select max(created_at) from gateway_notification where provider_id = ?) as last,
         (select created_at from gateway_notification where provider_id = ? and result = 'acted'
          order by created_at desc limit 1) as last_acted,
         count(*) as count, count(*) filter (where not verified) as rejected
       from gateway_notification where provider_id = ? and created_at >= ?`,
      [providerId, providerId, providerId, since],
    )
    const row = rows[0]
    return {
      last: row?.last ?? null,
      lastActed: row?.last_acted ?? null,
      count: Number(row?.count ?? 0),
      rejected: Number(row?.rejected ?? 0),
    }
  }

  /** Deletes up to `limit` notifications older than `before`; returns how many went. */
  async prune(before: Date, limit: number): Promise<number> {
    const rows = await this.database.query<{ id: string }>(
      `delete from gateway_notification where id in
         (select id from gateway_notification where created_at < ? and next_try_at is null order by created_at limit ?) returning id`,
      [before, limit],
    )
    return rows.length
  }
}

interface Sql {
  sql: string
  bindings: unknown[]
}

/** Each number is looked up in an index of its own; without any number there is no payment. */
function namedPayment({ names, providerId }: NewNotification): Sql {
  const parts = [ofItsOwn(names, providerId), ofAReturn(names, providerId)].filter(
    (part) => part !== undefined,
  )
  if (!parts.length) return { sql: "select null::text as id where false", bindings: [] }
  return {
    sql: `select id from (${parts.map(({ sql }) => `(${sql})`).join(" union all ")}) found order by rank limit 1`,
    bindings: parts.flatMap(({ bindings }) => bindings),
  }
}

/** One look-up in three indexes: three of them would cost the planner more than the rest of the statement. */
function ofItsOwn({ number, gatewayNo }: Names, providerId: string): Sql | undefined {
  if (!number && !gatewayNo) return undefined
  return {
    sql: `select id, case when merchant_order_no = ? then 0 when pay_order_no = ? then 1 else 2 end as rank from gateway_payment
          where (merchant_order_no = ? or pay_order_no = ? or gateway_order_no = ?) and provider_id = ?`,
    bindings: [number, number, number, number, gatewayNo, providerId].map((value) => value ?? null),
  }
}

function ofAReturn({ returnNumber, returnGatewayNo }: Names, providerId: string): Sql | undefined {
  if (!returnNumber && !returnGatewayNo) return undefined
  return {
    sql: `select p.id, case when o.number = ? then 3 else 4 end as rank
          from gateway_operation o join gateway_payment p on p.id = o.gateway_payment_id
          where (o.number = ? or o.gateway_no = ?) and o.kind in ('refund', 'cancel') and p.provider_id = ?`,
    bindings: [returnNumber, returnNumber, returnGatewayNo, providerId].map((value) => value ?? null),
  }
}

/** Those that count against the bound: of each payment the verified, of each provider entry the rejected. */
function alikeStored({ providerId, verified, bound: { atMost, since } }: NewNotification): Sql {
  if (!verified)
    return {
      sql: `select 1 from gateway_notification where provider_id = ? and created_at >= ? and not verified limit ?`,
      bindings: [providerId, since, atMost],
    }
  return {
    sql: `(select 1 from gateway_notification where gateway_payment_id = (select id from named)
             and created_at >= ? and verified limit ?)
          union all
          (select 1 from gateway_notification where not exists (select 1 from named)
             and provider_id = ? and gateway_payment_id is null and created_at >= ? and verified limit ?)`,
    bindings: [since, atMost, providerId, since, atMost],
  }
}

interface NotificationRow {
  id: string
  provider_id: string
  gateway_payment_id: string | null
  about: string | null
  verified: boolean
  reason: string | null
  state: string | null
  order_no: string | null
  gateway_no: string | null
  refund_no: string | null
  amount: string | null
  currency_code: string | null
  result: NotificationResult
  message: string | null
  deliveries: number
  tries: number
  created_at: Date
  updated_at: Date
}

const toNotification = (row: NotificationRow): Notification => ({
  id: row.id,
  providerId: row.provider_id,
  paymentId: row.gateway_payment_id,
  about: row.about,
  verified: row.verified,
  reason: row.reason,
  state: row.state,
  orderNo: row.order_no,
  gatewayNo: row.gateway_no,
  refundNo: row.refund_no,
  amount: row.amount === null ? null : Number(row.amount),
  currency: row.currency_code,
  result: row.result,
  message: row.message,
  deliveries: row.deliveries,
  tries: row.tries,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
