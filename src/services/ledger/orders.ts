import { ulid } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

/** Whoever asked for a cancel of an order. */
export type CancelledBy = "admin" | "customer"

export interface OrderLease {
  orderId: string
  token: string
}

/** A cancel of an order that was begun and has not been seen to end. */
export interface BegunCancel {
  orderId: string
  askedBy: CancelledBy
  askedAt: Date
}

/** A refund that Medusa's route has answered. */
export interface AnsweredRefund {
  paymentId: string
  /** Major units, plain decimal. */
  amount: string
  by: string
}

/** Who is at work at an order, in any instance, and which cancels have not ended. */
export class Orders {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Takes the order for `ms`, unless somebody else holds it. A dead process loses it when the time is over. */
  async lease(orderId: string, ms: number): Promise<OrderLease | undefined> {
    const now = this.clock.now()
    const token = ulid(now.getTime())
    const rows = await this.database.query(
      `insert into gateway_order as held (order_id, lease_token, lease_until, created_at, updated_at) values (?, ?, ?, ?, ?)
       on conflict (order_id) do update set lease_token = excluded.lease_token, lease_until = excluded.lease_until, updated_at = excluded.updated_at
       where held.lease_until is null or held.lease_until <= ? returning order_id`,
      [orderId, token, new Date(now.getTime() + ms), now, now, now],
    )
    return rows.length ? { orderId, token } : undefined
  }

  /** False where somebody else has taken it meanwhile. */
  async renew({ orderId, token }: OrderLease, ms: number): Promise<boolean> {
    const until = new Date(this.clock.now().getTime() + ms)
    const rows = await this.database.query(
      `update gateway_order set lease_until = ? where order_id = ? and lease_token = ? and lease_until is not null returning order_id`,
      [until, orderId, token],
    )
    return rows.length > 0
  }

  async release({ orderId, token }: OrderLease): Promise<void> {
    await this.database.query(
      `update gateway_order set lease_until = null where order_id = ? and lease_token = ?`,
      [orderId, token],
    )
  }

  /** Written before Medusa is asked to cancel. One that is there already keeps its time: what it sent belongs to this one. */
  async beginCancel(orderId: string, askedBy: CancelledBy, lookAgainAt: Date): Promise<BegunCancel> {
    const now = this.clock.now()
    const [row] = await this.database.query<CancelRow>(
      `insert into gateway_order as known (order_id, cancel_asked_by, cancel_asked_at, cancel_next_at, created_at, updated_at) values (?, ?, ?, ?, ?, ?)
       on conflict (order_id) do update set cancel_asked_by = coalesce(known.cancel_asked_by, excluded.cancel_asked_by),
         cancel_asked_at = coalesce(known.cancel_asked_at, excluded.cancel_asked_at),
         cancel_next_at = excluded.cancel_next_at, updated_at = excluded.updated_at
       returning order_id, cancel_asked_by, cancel_asked_at`,
      [orderId, askedBy, now, lookAgainAt, now, now],
    )
    if (!row) throw new Error(`The cancel of order ${orderId} could not be written.`)
    return toCancel(row)
  }

  async postponeCancel(orderId: string, lookAgainAt: Date): Promise<void> {
    await this.database.query(
      `update gateway_order set cancel_next_at = ?, updated_at = ? where order_id = ? and cancel_asked_at is not null`,
      [lookAgainAt, this.clock.now(), orderId],
    )
  }

  async endCancel(orderId: string): Promise<void> {
    await this.database.query(
      `update gateway_order set cancel_asked_by = null, cancel_asked_at = null, cancel_next_at = null, updated_at = ? where order_id = ?`,
      [this.clock.now(), orderId],
    )
  }

  async cancelOf(orderId: string): Promise<BegunCancel | undefined> {
    const [row] = await this.database.query<CancelRow>(
      `select order_id, cancel_asked_by, cancel_asked_at from gateway_order where order_id = ? and cancel_asked_at is not null`,
      [orderId],
    )
    return row && toCancel(row)
  }

  /** Hands out cancels that are due, each to one claimant only: one whose claimant died comes up again after `holdMs`. */
  async claimDueCancels(limit: number, holdMs: number): Promise<BegunCancel[]> {
    const now = this.clock.now()
    const rows = await this.database.query<CancelRow>(
      `update gateway_order set cancel_next_at = ?, updated_at = ?
       where order_id in (select order_id from gateway_order where cancel_next_at <= ?
                          order by cancel_next_at limit ? for update skip locked)
       returning order_id, cancel_asked_by, cancel_asked_at`,
      [new Date(now.getTime() + holdMs), now, now, limit],
    )
    return rows.map(toCancel)
  }

  /** Whether the same admin was told less than `ms` ago that the same refund is made. Ask it with the order in hand. */
  async isRepeated(orderId: string, refund: AnsweredRefund, ms: number): Promise<boolean> {
    const since = this.clock.now().getTime() - ms
    const known = await this.recentRefunds(orderId)
    return known.some(
      (one) =>
        one.paymentId === refund.paymentId &&
        one.amount === refund.amount &&
        one.by === refund.by &&
        one.answeredAt > since,
    )
  }

  /** Notes what was answered just now, and forgets what is older than `ms`. */
  async noteAnswered(orderId: string, refund: AnsweredRefund, ms: number): Promise<void> {
    const now = this.clock.now()
    const kept = (await this.recentRefunds(orderId)).filter((one) => one.answeredAt > now.getTime() - ms)
    await this.database.query(
      `update gateway_order set recent_refunds = ?, updated_at = ? where order_id = ?`,
      [JSON.stringify([...kept, { ...refund, answeredAt: now.getTime() }]), now, orderId],
    )
  }

  private async recentRefunds(orderId: string): Promise<(AnsweredRefund & { answeredAt: number })[]> {
    const [row] = await this.database.query<{ recent_refunds: (AnsweredRefund & { answeredAt: number })[] }>(
      `select recent_refunds from gateway_order where order_id = ?`,
      [orderId],
    )
    return row?.recent_refunds ?? []
  }
}

interface CancelRow {
  order_id: string
  cancel_asked_by: CancelledBy
  cancel_asked_at: Date
}

const toCancel = (row: CancelRow): BegunCancel => ({
  orderId: row.order_id,
  askedBy: row.cancel_asked_by,
  askedAt: row.cancel_asked_at,
})
