import type { Clock } from "./clock"
import type { Database } from "./database"

/** Of which day people were told. Any number of processes may look: one of them tells. */
export class Reports {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** `2026-11-27`; null: none was sent yet. */
  async lastDay(): Promise<string | null> {
    const rows = await this.database.query<{ day: string }>(
      "select day from gateway_report where sent_at is not null order by day desc limit 1",
    )
    return rows[0]?.day ?? null
  }

  /** Takes the report of a day for `ms`: false where another process has it, or has sent it. One whose process dies comes up again. */
  async hold(day: string, ms: number): Promise<boolean> {
    const now = this.clock.now()
    const rows = await this.database.query(
      `insert into gateway_report as report (day, held_until) values (?, ?)
       on conflict (day) do update set held_until = excluded.held_until
         where report.sent_at is null and report.held_until <= ? returning day`,
      [day, new Date(now.getTime() + ms), now],
    )
    return rows.length > 0
  }

  /** Leaves a report that could not be sent alone for `ms`. */
  async leave(day: string, ms: number): Promise<void> {
    await this.database.query("update gateway_report set held_until = ? where day = ?", [
      new Date(this.clock.now().getTime() + ms),
      day,
    ])
  }

  /** It was sent. The days before it are of no use any more. */
  async end(day: string): Promise<void> {
    await this.database.query("update gateway_report set sent_at = ? where day = ?", [this.clock.now(), day])
    await this.database.query("delete from gateway_report where day < ?", [day])
  }
}
