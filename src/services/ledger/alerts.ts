import type { Alert, AttentionCode, GatewayName, UnderAttention, Told } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

/** There is one row for each reason and provider entry. */
const mostTold = 1_000

/** What stands under attention, and what people were told of it. Any number of processes may look: one of them tells. */
export class Alerts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async standing(): Promise<UnderAttention[]> {
    const rows = await this.database.query<AlertRow>(
      `select attention_code as code, provider_id, gateway, count(*) as payments from gateway_payment
       where attention is not null and attention_code is not null
       group by attention_code, provider_id, gateway order by 1, 2`,
    )
    return rows.map(toUnderAttention)
  }

  async told(): Promise<Told[]> {
    const rows = await this.database.query<AlertRow & { told_at: Date | null; held_until: Date | null }>(
      "select * from gateway_alert order by code, provider_id limit ?",
      [mostTold],
    )
    return rows.map((row) => ({ ...toUnderAttention(row), toldAt: row.told_at, heldUntil: row.held_until }))
  }

  /**
   * Takes an alert for `ms`, as it was read: false where another process has it, or has told it since. One whose process dies comes up
   * again after that.
   */
  async hold({ code, providerId, gateway }: Alert, before: Told | undefined, ms: number): Promise<boolean> {
    const now = this.clock.now()
    const until = new Date(now.getTime() + ms)
    const rows = before
      ? await this.database.query(
          `update gateway_alert set held_until = ? where code = ? and provider_id = ?
             and told_at is not distinct from ? and (held_until is null or held_until <= ?) returning code`,
          [until, code, providerId, before.toldAt, now],
        )
      : await this.database.query(
          `insert into gateway_alert (code, provider_id, gateway, payments, held_until) values (?, ?, ?, 0, ?)
           on conflict (code, provider_id) do nothing returning code`,
          [code, providerId, gateway, until],
        )
    return rows.length > 0
  }

  /** Leaves an alert that could not be told alone for `ms`. */
  async leave({ code, providerId }: Alert, ms: number): Promise<void> {
    const until = new Date(this.clock.now().getTime() + ms)
    await this.database.query("update gateway_alert set held_until = ? where code = ? and provider_id = ?", [
      until,
      code,
      providerId,
    ])
  }

  /** People have heard of it. */
  async end({ code, providerId, payments, kind }: Alert): Promise<void> {
    if (kind === "gone")
      await this.database.query("delete from gateway_alert where code = ? and provider_id = ?", [
        code,
        providerId,
      ])
    else
      await this.database.query(
        "update gateway_alert set payments = ?, told_at = ?, held_until = null where code = ? and provider_id = ?",
        [payments, this.clock.now(), code, providerId],
      )
  }
}

interface AlertRow {
  code: AttentionCode
  provider_id: string
  gateway: GatewayName
  payments: string | number
}

const toUnderAttention = (row: AlertRow): UnderAttention => ({
  code: row.code,
  providerId: row.provider_id,
  gateway: row.gateway,
  payments: Number(row.payments),
})
