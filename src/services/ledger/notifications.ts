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
  | "paymentId"
  | "about"
  | "verified"
  | "reason"
  | "state"
  | "orderNo"
  | "gatewayNo"
  | "refundNo"
  | "amount"
  | "currency"
> & { bodyHash: string; result: NotificationResult; message: string | null; nextTryAt: Date | null }

export class Notifications {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Stores a delivery. The same body again only counts: gateways repeat the very same bytes. */
  async store(notification: NewNotification): Promise<{ notification: Notification; fresh: boolean }> {
    const now = this.clock.now()
    const rows = await this.database.query<NotificationRow>(
      `insert into gateway_notification (id, provider_id, gateway_payment_id, body_hash, about, verified, reason, state,
         order_no, gateway_no, refund_no, amount, currency_code, result, message, next_try_at, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (provider_id, body_hash) do update set deliveries = gateway_notification.deliveries + 1, updated_at = excluded.updated_at
       returning *`,
      [
        `gnot_${ulid(now.getTime())}`,
        notification.providerId,
        notification.paymentId,
        notification.bodyHash,
        notification.about,
        notification.verified,
        notification.reason,
        notification.state,
        notification.orderNo,
        notification.gatewayNo,
        notification.refundNo,
        notification.amount,
        notification.currency,
        notification.result,
        notification.message,
        notification.nextTryAt,
        now,
        now,
      ],
    )
    const row = rows[0] as NotificationRow
    if (notification.verified && !row.verified) return this.acceptLate(row.id, notification)
    return { notification: toNotification(row), fresh: row.deliveries === 1 }
  }

  /** It was refused before, for a key or account that the shop has put right since: to whoever is first it is new. */
  private async acceptLate(
    id: string,
    { paymentId, result, message, nextTryAt }: NewNotification,
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

  /** How many rejected notifications of a provider were stored since `since`: the bound on what a flood may write. */
  async countRejected(providerId: string, since: Date, upTo: number): Promise<number> {
    const rows = await this.database.query<{ count: string }>(
      `select count(*) as count from (select 1 from gateway_notification
         where provider_id = ? and created_at >= ? and not verified limit ?) counted`,
      [providerId, since, upTo],
    )
    return Number(rows[0]?.count ?? 0)
  }

  /** How many different verified ones about a payment (`null`: about none of ours) were stored since `since`. */
  async countVerified(
    providerId: string,
    paymentId: string | null,
    since: Date,
    upTo: number,
  ): Promise<number> {
    const [whose, binding] = paymentId
      ? ["gateway_payment_id = ?", paymentId]
      : ["provider_id = ? and gateway_payment_id is null", providerId]
    const rows = await this.database.query<{ count: string }>(
      `select count(*) as count from (select 1 from gateway_notification
         where ${whose} and created_at >= ? and verified limit ?) counted`,
      [binding, since, upTo],
    )
    return Number(rows[0]?.count ?? 0)
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
