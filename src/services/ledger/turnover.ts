import type { GatewayName } from "../../core"
import type { Database } from "./database"

/** What one channel took and returned on one day, in minor units. */
export interface Turnover {
  /** `2026-11-27`, in the time zone that was asked for. */
  day: string
  providerId: string
  gateway: GatewayName
  channel: string | null
  currency: string
  digits: number
  payments: number
  taken: number
  refunds: number
  returned: number
}

/** What came in and went back, kept by hour. The database counts it with the sums of each payment: it cannot be forgotten. */
export class Turnovers {
  constructor(private readonly database: Database) {}

  /** By day and channel, oldest day first. `zone` is a name of the time zone database. */
  async byDay(from: Date, before: Date, zone: string): Promise<Turnover[]> {
    const rows = await this.database.query<TurnoverRow>(
      `select to_char(hour at time zone ?, 'YYYY-MM-DD') as day, provider_id, gateway, channel, currency_code, digits,
         sum(payments) as payments, sum(taken) as taken, sum(refunds) as refunds, sum(returned) as returned
       from gateway_turnover where hour >= ? and hour < ?
       group by 1, 2, 3, 4, 5, 6
       having sum(payments) <> 0 or sum(taken) <> 0 or sum(refunds) <> 0 or sum(returned) <> 0
       order by 1, 2, 4, 5, 6`,
      [zone, from, before],
    )
    return rows.map((row) => ({
      day: row.day,
      providerId: row.provider_id,
      gateway: row.gateway,
      channel: row.channel || null,
      currency: row.currency_code,
      digits: row.digits,
      payments: Number(row.payments),
      taken: Number(row.taken),
      refunds: Number(row.refunds),
      returned: Number(row.returned),
    }))
  }

  /** Adds up to `limit` single rows to those of their hours; returns how many. What another process folds meanwhile is left to it. */
  async fold(limit: number): Promise<number> {
    const rows = await this.database.query<{ count: string }>(
      `with mine as (select ctid from gateway_turnover where not folded order by hour limit ? for update skip locked),
       single as (delete from gateway_turnover where ctid = any(array(select ctid from mine)) returning *),
       sums as (
         insert into gateway_turnover as kept
           (hour, provider_id, gateway, channel, currency_code, digits, payments, taken, refunds, returned, folded)
         select hour, provider_id, gateway, channel, currency_code, digits, sum(payments), sum(taken), sum(refunds), sum(returned), true
         from single group by hour, provider_id, gateway, channel, currency_code, digits
         order by hour, provider_id, channel, currency_code, digits
         on conflict (hour, provider_id, channel, currency_code, digits) where folded do update set
           payments = kept.payments + excluded.payments, taken = kept.taken + excluded.taken,
           refunds = kept.refunds + excluded.refunds, returned = kept.returned + excluded.returned)
       select count(*) as count from single`,
      [limit],
    )
    return Number(rows[0]?.count ?? 0)
  }
}

interface TurnoverRow {
  day: string
  provider_id: string
  gateway: GatewayName
  channel: string
  currency_code: string
  digits: number
  payments: string
  taken: string
  refunds: string
  returned: string
}
