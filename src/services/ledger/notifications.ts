import { ulid } from "../../core"
import type { NotificationCode } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"
import { dueEntries } from "./due-entries"
import { Together } from "./together"

/** A message from the gateway, without payer fields. */
export interface Notification {
  id: string
  providerId: string
  paymentId: string | null
  about: string | null
  verified: boolean
  reason: string | null
  /** What `reason`, or `message` where it failed, says, for readers of any language. */
  code: NotificationCode | null
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
  | "code"
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

/** Of one payment, as its page shows them. */
const mostUnsigned = 20

export class Notifications {
  private readonly together = new Together(
    (deliveries: readonly NewNotification[]) => this.storeAll(deliveries),
    fits,
  )

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a delivery, unless too many came before it. The same body again only counts: gateways repeat the very same bytes.
   * Resolves when it is written. What comes in meanwhile is written together.
   */
  async store(delivery: NewNotification): Promise<Stored> {
    const written = await this.together.add(delivery)
    if (!written) throw new Error("A notification was neither stored nor refused.")
    const { named: paymentId, copy, copies, ...row } = written
    // Nothing stored is a row of nulls beside the payment.
    if (!row.id) return { paymentId, stored: undefined }
    if (delivery.verified && !row.verified) {
      const fate = paymentId ? delivery.ours : delivery.nobodys
      return { paymentId, stored: await this.acceptLate(row.id, paymentId, fate) }
    }
    const fresh = Number(copy) === 1 && row.deliveries === Number(copies)
    return { paymentId, stored: { notification: toNotification(row), fresh } }
  }

  /** Whose each is, whether somebody floods, and the rows are one statement: the gateway waits for its answer meanwhile. */
  private async storeAll(deliveries: readonly NewNotification[]): Promise<(Written | undefined)[]> {
    const now = this.clock.now()
    const most = Math.max(...deliveries.map(({ bound }) => bound.atMost))
    const rows = await this.database.query<Written & { at: string }>(storing, [
      ...given.map(({ of }) => deliveries.map((delivery) => of(delivery, now))),
      ...[most, most, most, now, now],
    ])
    const byPlace = new Map(rows.map(({ at, ...row }) => [Number(at), row]))
    return deliveries.map((_, at) => byPlace.get(at + 1))
  }

  /** It was refused before, for a key or account that the shop has put right since: to whoever is first it is new. */
  private async acceptLate(
    id: string,
    paymentId: string | null,
    { result, message, nextTryAt }: Fate,
  ): Promise<{ notification: Notification; fresh: boolean }> {
    const accepted = await this.database.query<NotificationRow>(
      `update gateway_notification set verified = true, reason = null, code = null, gateway_payment_id = ?, result = ?, message = ?,
         next_try_at = ?, updated_at = ? where id = ? and not verified returning *`,
      [paymentId, result, message, nextTryAt, this.clock.now(), id],
    )
    const rows = accepted.length
      ? accepted
      : await this.database.query<NotificationRow>("select * from gateway_notification where id = ?", [id])
    return { notification: toNotification(rows[0] as NotificationRow), fresh: accepted.length > 0 }
  }

  /** `from`: only if it was tried so often, and nobody has ended it meanwhile. Says whether it was written. */
  async finish(
    id: string,
    end: {
      result: NotificationResult
      from?: number | undefined
      message?: string | undefined
      code?: NotificationCode | undefined
      nextTryAt?: Date | undefined
      paymentId?: string | undefined
    },
  ): Promise<boolean> {
    const rows = await this.database.query(
      `update gateway_notification set result = ?, message = ?, code = ?, next_try_at = ?, tries = tries + 1,
         gateway_payment_id = coalesce(?, gateway_payment_id), updated_at = ?
       where id = ? and tries = coalesce(?::int, tries) returning id`,
      [
        end.result,
        end.message ?? null,
        end.code ?? null,
        end.nextTryAt ?? null,
        end.paymentId ?? null,
        this.clock.now(),
        id,
        end.from ?? null,
      ],
    )
    return rows.length > 0
  }

  /** Has what is still to be acted on tried then, and does not count this as a try. */
  async postpone(id: string, nextTryAt: Date): Promise<void> {
    await this.database.query(
      `update gateway_notification set next_try_at = ?, updated_at = ? where id = ? and next_try_at is not null`,
      [nextTryAt, this.clock.now(), id],
    )
  }

  /** Has one that failed acted on by the next run of the job. One of a return counts as tried `tries` times at most, and is tried on. */
  async revive(id: string, tries: number): Promise<void> {
    const now = this.clock.now()
    await this.database.query(
      `update gateway_notification set next_try_at = ?, updated_at = ?,
         tries = case when refund_no is null then tries else least(tries, ?) end
       where id = ? and result = 'failed' and (next_try_at is null or next_try_at > ?)`,
      [now, now, tries, id, now],
    )
  }

  /** What has failed `from` times or more of a payment's messages about that return is not tried by itself any more, and counts as tried `to` times. */
  async giveUp(
    paymentId: string,
    refundNo: string | null,
    { from, to }: { from: number; to: number },
  ): Promise<void> {
    await this.database.query(
      `update gateway_notification set next_try_at = null, tries = greatest(tries, ?), updated_at = ?
       where gateway_payment_id = ? and refund_no is not distinct from ?::text and result = 'failed' and tries >= ?`,
      [to, this.clock.now(), paymentId, refundNo, from],
    )
  }

  /** Has the next run of the job act once more on one that verified and names a payment. Says whether there is one. */
  async replay(id: string): Promise<boolean> {
    const now = this.clock.now()
    const rows = await this.database.query(
      `update gateway_notification set next_try_at = ?, updated_at = ?
       where id = ? and verified and gateway_payment_id is not null returning id`,
      [now, now, id],
    )
    return rows.length > 0
  }

  /** Hands out notifications that were stored but not acted on, each to one claimant. */
  async claimDue(limit: number, holdMs: number, providerId?: string): Promise<Notification[]> {
    const now = this.clock.now()
    const rows = await this.database.query<NotificationRow>(
      `update gateway_notification set next_try_at = ?
       where id in (select id from gateway_notification where next_try_at <= ?${providerId === undefined ? "" : " and provider_id = ?"}
                    order by next_try_at limit ? for update skip locked)
       returning *`,
      [new Date(now.getTime() + holdMs), now, ...(providerId === undefined ? [] : [providerId]), limit],
    )
    return rows.map(toNotification)
  }

  /** The provider entries, configured or removed, of which a notification is due. */
  async dueEntries(): Promise<string[]> {
    return dueEntries(this.database, { table: "gateway_notification", due: "next_try_at" }, this.clock.now())
  }

  /** Has notifications about these payments acted on now that failed and are to be tried later. */
  async wakeAll(paymentIds: readonly string[]): Promise<void> {
    const now = this.clock.now()
    await this.database.query(
      `update gateway_notification set next_try_at = ?
       where gateway_payment_id = any(?::text[]) and next_try_at > ? and result = 'failed'`,
      [now, paymentIds, now],
    )
  }

  /** The last ones, oldest first. Of those that nobody has signed there are few: a flood of them hides no genuine one. */
  async ofPayment(paymentId: string, limit = 200): Promise<Notification[]> {
    const rows = await this.database.query<NotificationRow>(
      `select * from (
         (select * from gateway_notification where gateway_payment_id = ? and verified order by created_at desc, id desc limit ?)
         union all
         (select * from gateway_notification where gateway_payment_id = ? and not verified
          order by created_at desc, id desc limit ?)) as heard
       order by created_at, id`,
      [paymentId, limit, paymentId, mostUnsigned],
    )
    return rows.map(toNotification)
  }

  /** The last notification, the last acted on, and counts since `since`, for the provider's status. */
  async summary(
    providerId: string,
    since: Date,
  ): Promise<{ last: Date | null; lastActed: Date | null; count: number; rejected: number }> {
    // Whole slots are counted already; only the piece before the first of them is counted now.
    const whole = new Date(Math.ceil(since.getTime() / slotMs) * slotMs)
    const rows = await this.database.query<{
      last: Date | null
      last_acted: Date | null
      count: string
      rejected: string
    }>(
      `with piece as (
         select count(*) as received, count(*) filter (where not verified) as rejected
         from gateway_notification where provider_id = ? and created_at >= ? and created_at < ?),
       kept as (
         select coalesce(sum(received), 0) as received, coalesce(sum(rejected), 0) as rejected
         from gateway_notification_count where provider_id = ? and slot >= ?)
       select (select created_at from gateway_notification where provider_id = ? order by created_at desc limit 1) as last,
         (select created_at from gateway_notification where provider_id = ? and result = 'acted'
          order by created_at desc limit 1) as last_acted,
         piece.received + kept.received as count, piece.rejected + kept.rejected as rejected
       from piece, kept`,
      [providerId, since, whole, providerId, whole, providerId, providerId],
    )
    const row = rows[0]
    return {
      last: row?.last ?? null,
      lastActed: row?.last_acted ?? null,
      count: Number(row?.count ?? 0),
      rejected: Number(row?.rejected ?? 0),
    }
  }

  /** Makes one row of those of each slot, and forgets the slots before `before`. What another folds meanwhile is left to it. */
  async foldCounts(before: Date): Promise<void> {
    await this.database.query(
      `with fresh as (select distinct provider_id, slot from gateway_notification_count where not folded),
       mine as (
         select one.ctid from gateway_notification_count one join fresh using (provider_id, slot) for update of one skip locked),
       gone as (
         delete from gateway_notification_count where ctid = any(array(select ctid from mine)) returning *),
       past as (
         delete from gateway_notification_count where slot < ? and folded)
       insert into gateway_notification_count (provider_id, slot, received, rejected, folded)
       select provider_id, slot, sum(received), sum(rejected), true from gone where slot >= ? group by provider_id, slot`,
      [before, before],
    )
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

/** As the migration counts them. */
const slotMs = 10 * 60_000

/** A body that comes twice at once is one row, and of one verdict: read as another type it may verify once and once not. */
const mostTogether = 64
const fits = (one: NewNotification, others: readonly NewNotification[]): boolean =>
  others.length < mostTogether &&
  others.every(
    ({ providerId, bodyHash, verified }) =>
      bodyHash !== one.bodyHash || providerId !== one.providerId || verified === one.verified,
  )

/** What the statement is given of each delivery: a column, its type, and where it comes from. */
const given: readonly {
  name: string
  type: string
  of: (delivery: NewNotification, now: Date) => unknown
}[] = [
  { name: "id", type: "text", of: (_, now) => `gnot_${ulid(now.getTime())}` },
  { name: "provider_id", type: "text", of: ({ providerId }) => providerId },
  { name: "body_hash", type: "text", of: ({ bodyHash }) => bodyHash },
  { name: "about", type: "text", of: ({ about }) => about },
  { name: "verified", type: "boolean", of: ({ verified }) => verified },
  { name: "reason", type: "text", of: ({ reason }) => reason },
  { name: "code", type: "text", of: ({ code }) => code },
  { name: "state", type: "text", of: ({ state }) => state },
  { name: "order_no", type: "text", of: ({ orderNo }) => orderNo },
  { name: "gateway_no", type: "text", of: ({ gatewayNo }) => gatewayNo },
  { name: "refund_no", type: "text", of: ({ refundNo }) => refundNo },
  { name: "amount", type: "bigint", of: ({ amount }) => amount },
  { name: "currency_code", type: "text", of: ({ currency }) => currency },
  { name: "number", type: "text", of: ({ names }) => names.number ?? null },
  { name: "named_gateway_no", type: "text", of: ({ names }) => names.gatewayNo ?? null },
  { name: "return_number", type: "text", of: ({ names }) => names.returnNumber ?? null },
  { name: "return_gateway_no", type: "text", of: ({ names }) => names.returnGatewayNo ?? null },
  { name: "ours_result", type: "text", of: ({ ours }) => ours.result },
  { name: "ours_message", type: "text", of: ({ ours }) => ours.message },
  { name: "ours_next_try_at", type: "timestamptz", of: ({ ours }) => ours.nextTryAt },
  { name: "nobodys_result", type: "text", of: ({ nobodys }) => nobodys.result },
  { name: "nobodys_message", type: "text", of: ({ nobodys }) => nobodys.message },
  { name: "nobodys_next_try_at", type: "timestamptz", of: ({ nobodys }) => nobodys.nextTryAt },
  { name: "at_most", type: "integer", of: ({ bound }) => bound.atMost },
  { name: "since", type: "timestamptz", of: ({ bound }) => bound.since },
]

/**
 * `named`: each body once, with the payment that it names; each number is looked up in an index of its own, and of several
 * that fit the first counts. `judged`: how many count against its bound, stored or before it in this batch: of each payment the
 * verified, of each provider entry the rejected, and the verified that name no payment. Rows are written in the order
 * of their bodies, so that two instances that repeat the same ones do not wait for each other.
 */
const storing = `
  with given as (
    select *, row_number() over (partition by provider_id, body_hash order by at) as copy,
      count(*) over (partition by provider_id, body_hash) as copies
    from unnest(${given.map(({ type }) => `?::${type}[]`).join(", ")}) with ordinality
      as given (${given.map(({ name }) => name).join(", ")}, at)),
  named as (
    select given.*, payment.id as payment_id from given left join lateral (
      select found.id from (
        select p.id, case when p.merchant_order_no = given.number then 0 when p.pay_order_no = given.number then 1 else 2 end as rank
        from gateway_payment p
        where (p.merchant_order_no = given.number or p.pay_order_no = given.number or p.gateway_order_no = given.named_gateway_no)
          and p.provider_id = given.provider_id
        union all
        select p.id, case when o.number = given.return_number then 3 else 4 end
        from gateway_operation o join gateway_payment p on p.id = o.gateway_payment_id
        where (o.number = given.return_number or o.gateway_no = given.return_gateway_no)
          and o.kind in ('refund', 'cancel') and p.provider_id = given.provider_id) found
      order by found.rank limit 1) payment on true
    where given.copy = 1),
  judged as (
    select named.*, row_number() over (partition by provider_id, verified, case when verified then payment_id end order by at) - 1
      + (select count(*) from (
          (select 1 from gateway_notification n where not named.verified
             and n.provider_id = named.provider_id and n.created_at >= named.since and not n.verified limit ?)
          union all
          (select 1 from gateway_notification n where named.verified
             and n.gateway_payment_id = named.payment_id and n.created_at >= named.since and n.verified limit ?)
          union all
          (select 1 from gateway_notification n where named.verified and named.payment_id is null
             and n.provider_id = named.provider_id and n.gateway_payment_id is null and n.created_at >= named.since and n.verified
           limit ?)) alike) as before
    from named),
  stored as (
    insert into gateway_notification (id, gateway_payment_id, provider_id, body_hash, about, verified, reason, code, state, order_no,
      gateway_no, refund_no, amount, currency_code, result, message, next_try_at, deliveries, created_at, updated_at)
    select id, payment_id, provider_id, body_hash, about, verified, reason, code, state, order_no, gateway_no, refund_no, amount, currency_code,
      case when payment_id is null then nobodys_result else ours_result end,
      case when payment_id is null then nobodys_message else ours_message end,
      case when payment_id is null then nobodys_next_try_at else ours_next_try_at end,
      copies, ?::timestamptz, ?::timestamptz
    from judged where before < at_most order by provider_id, body_hash
    on conflict (provider_id, body_hash) do update
      set deliveries = gateway_notification.deliveries + excluded.deliveries, updated_at = excluded.updated_at
    returning *)
  select given.at, given.copy, given.copies, named.payment_id as named, stored.*
  from given join named on named.provider_id = given.provider_id and named.body_hash = given.body_hash
    left join stored on stored.provider_id = given.provider_id and stored.body_hash = given.body_hash`

/** A delivery's row, of which copy of how many in the batch it is, and the payment that it names. */
type Written = NotificationRow & { copy: string; copies: string; named: string | null }

interface NotificationRow {
  id: string
  provider_id: string
  gateway_payment_id: string | null
  about: string | null
  verified: boolean
  reason: string | null
  code: NotificationCode | null
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
  code: row.code,
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
