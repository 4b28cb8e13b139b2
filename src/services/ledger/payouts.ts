import type { FetchState, FetchStep, GatewayName, MovedInHour, SettlementLine } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

/** An account at a gateway, whichever entries have it. */
export interface PayoutAccount {
  gateway: GatewayName
  account: string
}

export type StatementLine = SettlementLine & { currency: string; digits: number }

/** Of a question: when and how it was answered. */
export interface FetchRow extends FetchState {
  /** Why the last try came to nothing; null: it came to something. */
  code: string | null
  lines: number
}

/** A payment whose money moved at the time: what may stand behind a difference. */
export interface MovedPayment {
  id: string
  orderId: string | null
  number: string
  gatewayNo: string | null
  kind: "paid" | "returned"
  at: Date
  amount: number
  currency: string
  digits: number
}

/** What an import came to. */
export interface Imported {
  added: number
  changed: number
  unchanged: number
}

/** Days as `2026-11-27`, both included, by the clock of `zone`: an offset such as `+07:00`, or a name of the time zone database. */
export interface LocalDays {
  from: string
  to: string
  zone: string
}

const dayMs = 86_400_000

/** What the gateways settled and transferred. None of it is signed: no payment is ever changed by it. */
export class Payouts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Keeps an answer about the days and channel that were asked for. The same answer again changes nothing; a line that is not in it
   * any more stays, and is not counted.
   */
  async keep(
    { gateway, account }: PayoutAccount,
    asked: { from: string; to: string; channel?: string | undefined },
    lines: readonly SettlementLine[],
    { currency, digits }: { currency: string; digits: number },
  ): Promise<void> {
    const now = this.clock.now()
    await this.database.query(
      `with given as (select * from jsonb_to_recordset(?::jsonb) as line (${lineColumns})),
       gone as (
         update gateway_settlement kept set unlisted_at = ?
         where gateway = ? and account = ? and source = 'gateway' and begin_day >= ? and begin_day <= ?
           and (?::text is null or channel = ?) and unlisted_at is null
           and not exists (select 1 from given where given.begin_day = kept.begin_day and given.end_day = kept.end_day
             and given.channel = kept.channel and given.currency_code = kept.currency_code
             and given.reference = kept.reference and given.part = kept.part)
       )
       insert into gateway_settlement as kept (gateway, account, source, ${names}, seen_at)
       select ?, ?, 'gateway', ${names}, ?::timestamptz from given ${otherwiseUpdate}`,
      [
        ...[
          JSON.stringify(rowsOf(lines.map((line) => ({ ...line, currency, digits })))),
          now,
          gateway,
          account,
        ],
        ...[asked.from, asked.to, asked.channel ?? null, asked.channel ?? null, gateway, account, now],
      ],
    )
  }

  /** Keeps the lines of a statement: one that is known is not counted twice, one that differs stands as it came last. */
  async importLines({ gateway, account }: PayoutAccount, lines: readonly StatementLine[]): Promise<Imported> {
    const rows = await this.database.query<{ is_new: boolean }>(
      `with given as (select * from jsonb_to_recordset(?::jsonb) as line (${lineColumns}))
       insert into gateway_settlement as kept (gateway, account, source, ${names}, seen_at)
       select ?, ?, 'statement', ${names}, ?::timestamptz from given ${otherwiseUpdate}
         where kept.unlisted_at is not null or (kept.amount, kept.fee, kept.vat, kept.transferred) is distinct from
           (excluded.amount, excluded.fee, excluded.vat, excluded.transferred)
           or kept.settles_on is distinct from excluded.settles_on
           or kept.transferred_on is distinct from excluded.transferred_on
       returning (xmax = 0) as is_new`,
      [JSON.stringify(rowsOf(lines)), gateway, account, this.clock.now()],
    )
    const added = rows.filter((row) => row.is_new).length
    const changed = rows.length - added
    return { added, changed, unchanged: lines.length - rows.length }
  }

  /** Takes all imported lines of an account out of its books, and returns how many there were. What is imported again is back. */
  async forgetStatements({ gateway, account }: PayoutAccount): Promise<number> {
    const rows = await this.database.query(
      `update gateway_settlement set unlisted_at = ?
       where gateway = ? and account = ? and source = 'statement' and unlisted_at is null returning part`,
      [this.clock.now(), gateway, account],
    )
    return rows.length
  }

  /** What was settled of these days, as the gateway says now. Single payments are added up by day, channel and transfer. */
  async lines(
    { gateway, account }: PayoutAccount,
    days: { from: string; to: string },
  ): Promise<StatementLine[]> {
    const rows = await this.database.query<LineRow>(
      `select begin_day, end_day, channel, currency_code, digits, settles_on, transferred_on,
         sum(amount) as amount, sum(fee) as fee, sum(vat) as vat, sum(transferred) as transferred
       from gateway_settlement where gateway = ? and account = ? and begin_day >= ? and begin_day <= ?
         and unlisted_at is null
       group by begin_day, end_day, channel, currency_code, digits, settles_on, transferred_on, transferred <> 0
       order by begin_day, end_day, channel, currency_code, digits, settles_on, transferred_on, transferred <> 0`,
      [gateway, account, days.from, days.to],
    )
    return rows.map(toLine)
  }

  /** The accounts of which statements were imported, each with the first and last day of them. */
  async statementDays({
    gateway,
    account,
  }: PayoutAccount): Promise<{ from: string; to: string } | undefined> {
    const rows = await this.database.query<{ first: string | null; last: string | null }>(
      `select min(begin_day) as first, max(end_day) as last from gateway_settlement
       where gateway = ? and account = ? and source = 'statement' and unlisted_at is null`,
      [gateway, account],
    )
    const { first = null, last = null } = rows[0] ?? {}
    return first !== null && last !== null ? { from: first, to: last } : undefined
  }

  /** What the ledger holds of the account by local hour: paid when the gateway says so, returned when it was confirmed. */
  async moved({ gateway, account }: PayoutAccount, { from, to, zone }: LocalDays): Promise<MovedInHour[]> {
    const [first, last] = around(from, to)
    const rows = await this.database.query<MovedRow>(
      `select to_char(at, 'YYYY-MM-DD') as day, extract(hour from at)::integer as hour, channel, currency_code, digits,
         sum(paid) as paid, sum(returned) as returned
       from (
         select paid_at at time zone ${zoneOf(zone)} as at, coalesce(channel, '') as channel, currency_code, digits,
           paid_amount as paid, 0 as returned
         from gateway_payment where account = ? and gateway = ? and paid_at >= ? and paid_at < ?
         union all
         select operation.settled_at at time zone ${zoneOf(zone)}, coalesce(payment.channel, ''), currency_code, digits,
           0, coalesce(operation.amount, payment.paid_amount)
         from gateway_operation operation join gateway_payment payment on payment.id = operation.gateway_payment_id
         where ${returnedAt} and payment.account = ? and payment.gateway = ?
       ) moved group by 1, 2, 3, 4, 5 having sum(paid) <> 0 or sum(returned) <> 0 order by 1, 2, 3, 4, 5`,
      [zone, account, gateway, first, last, zone, first, last, account, gateway],
    )
    return rows.map((row) => ({
      ...{
        day: row.day,
        hour: row.hour,
        channel: row.channel,
        currency: row.currency_code,
        digits: row.digits,
      },
      ...{ paid: Number(row.paid), returned: Number(row.returned) },
    }))
  }

  /** The payments whose money moved between two moments of the account's clock (`2026-11-27T23:00`), oldest first. */
  async behind(
    { gateway, account }: PayoutAccount,
    { from, before, zone }: { from: string; before: string; zone: string },
    { channel, currency, limit }: { channel: string | undefined; currency: string; limit: number },
  ): Promise<MovedPayment[]> {
    const [first, last] = around(from.slice(0, 10), before.slice(0, 10))
    const rows = await this.database.query<BehindRow>(
      `select * from (
         select id, order_id, merchant_order_no, gateway_order_no, 'paid' as kind, paid_at as at, paid_amount as amount,
           currency_code, digits, channel
         from gateway_payment where account = ? and gateway = ? and paid_at >= ? and paid_at < ?
         union all
         select payment.id, order_id, merchant_order_no, gateway_order_no, 'returned', operation.settled_at,
           coalesce(operation.amount, payment.paid_amount), currency_code, digits, channel
         from gateway_operation operation join gateway_payment payment on payment.id = operation.gateway_payment_id
         where ${returnedAt} and payment.account = ? and payment.gateway = ?
       ) moved
       where (?::text is null or coalesce(channel, '') = ?) and currency_code = ?
         and (at at time zone ${zoneOf(zone)}) >= ?::timestamp and (at at time zone ${zoneOf(zone)}) < ?::timestamp
       order by at, id, kind limit ?`,
      [
        ...[account, gateway, first, last, first, last, account, gateway],
        ...[channel ?? null, channel ?? null, currency],
        ...[zone, from, zone, before, limit],
      ],
    )
    return rows.map((row) => ({
      ...{
        id: row.id,
        orderId: row.order_id,
        number: row.merchant_order_no,
        gatewayNo: row.gateway_order_no,
      },
      ...{
        kind: row.kind,
        at: row.at,
        amount: Number(row.amount),
        currency: row.currency_code,
        digits: row.digits,
      },
    }))
  }

  /** How far the account was asked about, the newest month first. */
  async fetches({ gateway, account }: PayoutAccount): Promise<FetchRow[]> {
    const rows = await this.database.query<FetchTableRow>(
      `select fetched.*, exists (
         select 1 from gateway_settlement line where line.gateway = fetched.gateway and line.account = fetched.account
           and line.begin_day >= fetched.month || '-01' and line.begin_day <= fetched.month || '-31'
           and (fetched.channel = '' or line.channel = fetched.channel)
           and line.unlisted_at is null and line.transferred_on is null and line.amount - line.fee - line.vat <> 0
       ) as is_open
       from gateway_settlement_fetch fetched where gateway = ? and account = ? order by month desc, channel limit ?`,
      [gateway, account, mostFetches],
    )
    return rows.map((row) => ({
      ...{ month: row.month, channel: row.channel, answeredAt: row.answered_at, triedAt: row.tried_at },
      ...{ failures: row.failures, isOpen: row.is_open, code: row.code, lines: row.lines },
    }))
  }

  /**
   * Takes a question for `ms`, as it was read: false where another process has it or has asked it since. One whose process dies comes
   * up again after that.
   */
  async claim(
    { gateway, account }: PayoutAccount,
    { month, channel }: FetchStep,
    before: FetchState | undefined,
    ms: number,
  ): Promise<boolean> {
    const now = this.clock.now()
    const rows = await this.database.query(
      `insert into gateway_settlement_fetch as fetched (gateway, account, month, channel, tried_at, failures, held_until)
       values (?, ?, ?, ?, ?, 1, ?)
       on conflict (gateway, account, month, channel) do update set held_until = excluded.held_until, tried_at = excluded.tried_at,
         failures = fetched.failures + 1
       where fetched.tried_at = ?::timestamptz and (fetched.held_until is null or fetched.held_until <= ?)
       returning month`,
      [gateway, account, month, channel, now, new Date(now.getTime() + ms), before?.triedAt ?? null, now],
    )
    return rows.length > 0
  }

  /** Notes what a question came to: so many lines, or the code of why it came to nothing. */
  async end(
    { gateway, account }: PayoutAccount,
    { month, channel }: FetchStep,
    end: { lines: number } | { code: string },
  ): Promise<void> {
    const isAnswered = "lines" in end
    await this.database.query(
      `update gateway_settlement_fetch set held_until = null, code = ?,
         answered_at = coalesce(?::timestamptz, answered_at), lines = coalesce(?::integer, lines),
         failures = case when ? then 0 else failures end
       where gateway = ? and account = ? and month = ? and channel = ?`,
      [
        ...[
          isAnswered ? null : end.code,
          isAnswered ? this.clock.now() : null,
          isAnswered ? end.lines : null,
        ],
        ...[isAnswered, gateway, account, month, channel],
      ],
    )
  }

  /** How the columns of the account's statements are read, as it was saved. */
  async mapping({ gateway, account }: PayoutAccount): Promise<unknown> {
    const rows = await this.database.query<{ mapping: unknown }>(
      "select mapping from gateway_statement_mapping where gateway = ? and account = ?",
      [gateway, account],
    )
    return rows[0]?.mapping
  }

  async saveMapping({ gateway, account }: PayoutAccount, mapping: object, by: string | null): Promise<void> {
    await this.database.query(
      `insert into gateway_statement_mapping (gateway, account, mapping, made_by, updated_at) values (?, ?, ?::jsonb, ?, ?)
       on conflict (gateway, account) do update set mapping = excluded.mapping, made_by = excluded.made_by,
         updated_at = excluded.updated_at`,
      [gateway, account, JSON.stringify(mapping), by, this.clock.now()],
    )
  }
}

/** Twenty years of every channel. */
const mostFetches = 5_000

const returnedAt = `operation.kind in ('refund', 'cancel') and operation.state = 'succeeded'
  and operation.by_hand is distinct from 'other' and operation.settled_at >= ? and operation.settled_at < ?`

/** PostgreSQL reads the sign of an offset the other way round, but not that of an interval. */
const zoneOf = (zone: string): string => (/^[+-]/.test(zone) ? "?::interval" : "?::text")

/** No zone is a whole day away from UTC, and a channel's day may end half a day before or after midnight. */
const around = (from: string, to: string): [Date, Date] => [
  new Date(new Date(`${from}T00:00:00Z`).getTime() - 2 * dayMs),
  new Date(new Date(`${to}T00:00:00Z`).getTime() + 3 * dayMs),
]

const lineColumns =
  "begin_day text, end_day text, channel text, currency_code text, digits smallint, reference text, part smallint, amount bigint, fee bigint, vat bigint, settles_on text, transferred bigint, transferred_on text"
const names =
  "begin_day, end_day, channel, currency_code, digits, reference, part, amount, fee, vat, settles_on, transferred, transferred_on"
const otherwiseUpdate = `on conflict (gateway, account, begin_day, end_day, channel, currency_code, reference, part) do update set
  source = excluded.source, digits = excluded.digits, amount = excluded.amount, fee = excluded.fee, vat = excluded.vat,
  settles_on = excluded.settles_on, transferred = excluded.transferred, transferred_on = excluded.transferred_on,
  seen_at = excluded.seen_at, unlisted_at = null`

/** Two lines of one day and channel are two lines: they are told apart by their order. */
function rowsOf(lines: readonly StatementLine[]) {
  const counts = new Map<string, number>()
  return lines.map((line) => {
    const key = JSON.stringify([line.begin, line.end, line.channel, line.currency, line.reference])
    const part = counts.get(key) ?? 0
    counts.set(key, part + 1)
    return {
      ...{ begin_day: line.begin, end_day: line.end, channel: line.channel, reference: line.reference, part },
      ...{
        currency_code: line.currency,
        digits: line.digits,
        amount: line.amount,
        fee: line.fee,
        vat: line.vat,
      },
      ...{ settles_on: line.settlesOn, transferred: line.transferred, transferred_on: line.transferredOn },
    }
  })
}

interface LineRow {
  begin_day: string
  end_day: string
  channel: string
  currency_code: string
  digits: number
  amount: string
  fee: string
  vat: string
  settles_on: string | null
  transferred: string
  transferred_on: string | null
}

const toLine = (row: LineRow): StatementLine => ({
  ...{ begin: row.begin_day, end: row.end_day, channel: row.channel, reference: "" },
  ...{ currency: row.currency_code, digits: row.digits },
  ...{ amount: Number(row.amount), fee: Number(row.fee), vat: Number(row.vat) },
  ...{ settlesOn: row.settles_on, transferred: Number(row.transferred), transferredOn: row.transferred_on },
})

interface MovedRow {
  day: string
  hour: number
  channel: string
  currency_code: string
  digits: number
  paid: string
  returned: string
}

interface BehindRow {
  id: string
  order_id: string | null
  merchant_order_no: string
  gateway_order_no: string | null
  kind: "paid" | "returned"
  at: Date
  amount: string
  currency_code: string
  digits: number
}

interface FetchTableRow {
  month: string
  channel: string
  answered_at: Date | null
  tried_at: Date
  failures: number
  code: string | null
  lines: number
  is_open: boolean
}
