import { mayMove, statesBefore, ulid } from "../../core"
import type {
  AttentionCode,
  AttentionValues,
  GatewayName,
  PaymentAction,
  PaymentMode,
  SettledBy,
  State,
  Unwanted,
} from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"
import { dueEntries } from "./due-entries"
import { LeaseLost, stillHeld } from "./fence"
import type { Lease } from "./fence"

/** What is known of one payment at the gateway: one per Medusa payment session, for ever. Amounts in minor units. */
export interface GatewayPayment {
  id: string
  sessionId: string
  collectionId: string | null
  orderId: string | null
  providerId: string
  gateway: GatewayName
  account: string
  mode: PaymentMode
  channel: string | null
  number: string
  gatewayNo: string | null
  payNo: string | null
  currency: string
  digits: number
  amount: number
  paidAmount: number
  refundedAmount: number
  state: State
  settledBy: SettledBy | null
  /** Why Medusa no longer wants it: from then on it is closed, and money that still comes is late. */
  unwanted: Unwanted | null
  /** Why a person must look, and the English sentence of it. */
  attentionCode: AttentionCode | null
  attention: string | null
  /** What the code is about; null also where a release wrote it that kept the sentence alone. */
  attentionValues: AttentionValues[AttentionCode] | null
  /** The attention that stood before nothing could be asked about the payment any more: it comes back. */
  setAside: SetAside | null
  /** Some of it was returned in the gateway's console, and nobody knows how much: until a person says so, no money moves. */
  returnedUnsaid: boolean
  /** What a person decided that nothing is to be done about. */
  dismissed: readonly Dismissed[]
  action: PaymentAction | null
  expiresAt: Date | null
  paidAt: Date | null
  /** When Medusa was seen to hold the capture. */
  capturedAt: Date | null
  /** What its collection asked for when it was opened. */
  askedAmount: number | null
  /** What the shopper chose when it was opened on demand; null: the gateway's page of choice, or opened with its session. */
  askedChannel: string | null
  /** What the gateway is told of the customer when it is opened: a keyed hash, where the shop wants cards to be kept. */
  memberId: string | null
  /** It is opened when the shopper has chosen, and not with its session. */
  onDemand: boolean
  /** When it was begun to be opened; null: it never was, and the gateway knows nothing of it. */
  openedAt: Date | null
  /** State and returned amount that were last told to Medusa's session and to subscribers: `paid:0`. */
  announced: string
  nextCheckAt: Date | null
  checks: number
  /** Counts what a person sees of it: state, amounts, operations, attention and decisions; no look, no lease. */
  version: number
  /** How often a look was asked for from outside of one. */
  wakes: number
  /** Whose turn it was last: changes with every lease. */
  turn: string | null
  createdAt: Date
  updatedAt: Date
}

/** What was owed when a person dismissed it: under one of Medusa's refunds, or (null) without one. Minor units. */
export interface Dismissed {
  refundId: string | null
  amount: number
}

/** `values` is missing where a release wrote it that kept the sentence alone. */
export interface SetAside {
  code: AttentionCode
  sentence: string
  values?: GatewayPayment["attentionValues"]
}

export type NewPayment = Pick<
  GatewayPayment,
  | "sessionId"
  | "collectionId"
  | "providerId"
  | "gateway"
  | "account"
  | "mode"
  | "channel"
  | "number"
  | "currency"
  | "digits"
  | "amount"
> &
  Partial<Pick<GatewayPayment, "orderId" | "askedAmount">> & {
    /** What Medusa asked for, in major units: kept so that no release takes over which stops at fractions of a minor unit. */
    medusaAmount?: string | undefined
    /** It waits for the shopper's choice: nothing is sent yet. */
    waits?: boolean
    memberId?: string | null
  }

/** What a payment that waits to be opened is for now: its cart, or the account, may have changed since. */
export type Prepared = Pick<
  GatewayPayment,
  | "account"
  | "mode"
  | "channel"
  | "askedChannel"
  | "currency"
  | "digits"
  | "amount"
  | "orderId"
  | "askedAmount"
> & { medusaAmount: string }

/** Columns a use case may set together with, or without, a move. State goes through `move` alone. */
export type PaymentPatch = Partial<
  Pick<
    GatewayPayment,
    | "collectionId"
    | "orderId"
    | "mode"
    | "channel"
    | "gatewayNo"
    | "payNo"
    | "paidAmount"
    | "refundedAmount"
    | "settledBy"
    | "unwanted"
    | "attentionCode"
    | "attention"
    | "attentionValues"
    | "setAside"
    | "returnedUnsaid"
    | "dismissed"
    | "action"
    | "expiresAt"
    | "paidAt"
    | "capturedAt"
    | "announced"
    | "nextCheckAt"
    | "checks"
  >
> & {
  /** It is looked at by then; an earlier look stays. */
  dueBy?: Date
}

/** A payment by its id, by its session, or by its merchant number within a provider entry. */
export type PaymentKey = { id: string } | { sessionId: string } | { number: string; providerId: string }

/** What of a payment follows from the operations that have returned money. */
export type Returned = Pick<GatewayPayment, "state" | "refundedAmount" | "settledBy">

const columns: Record<Exclude<keyof PaymentPatch, "dueBy">, string> = {
  collectionId: "collection_id",
  orderId: "order_id",
  mode: "mode",
  channel: "channel",
  gatewayNo: "gateway_order_no",
  payNo: "pay_order_no",
  paidAmount: "paid_amount",
  refundedAmount: "refunded_amount",
  settledBy: "settled_by",
  unwanted: "unwanted",
  attentionCode: "attention_code",
  attention: "attention",
  attentionValues: "attention_values",
  setAside: "set_aside",
  returnedUnsaid: "returned_unsaid",
  dismissed: "dismissed",
  action: "action",
  expiresAt: "expires_at",
  paidAt: "paid_at",
  capturedAt: "captured_at",
  announced: "announced",
  nextCheckAt: "next_check_at",
  checks: "checks",
}

export class Payments {
  /** With a lease, what is written by `update` and `move` checks that it still holds. */
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly held?: Lease,
  ) {}

  /** Writes the payment before anything is sent. A session that has one already keeps it, and gets it back. */
  async create(payment: NewPayment, nextCheckAt: Date): Promise<{ payment: GatewayPayment; fresh: boolean }> {
    const now = this.clock.now()
    const rows = await this.database.query<PaymentRow>(
      `insert into gateway_payment (id, session_id, collection_id, order_id, asked_amount, medusa_amount, provider_id, gateway,
         account, mode, channel, merchant_order_no, currency_code, digits, amount, state, on_demand, member_id, next_check_at, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (session_id) do nothing returning *`,
      [
        `gpay_${ulid(now.getTime())}`,
        payment.sessionId,
        payment.collectionId,
        payment.orderId ?? null,
        payment.askedAmount ?? null,
        payment.medusaAmount ?? null,
        payment.providerId,
        payment.gateway,
        payment.account,
        payment.mode,
        payment.channel,
        payment.number,
        payment.currency,
        payment.digits,
        payment.amount,
        payment.waits ? "unopened" : "created",
        payment.waits ?? false,
        payment.memberId ?? null,
        nextCheckAt,
        now,
        now,
      ],
    )
    if (rows[0]) return { payment: toPayment(rows[0]), fresh: true }
    const earlier = await this.ofSession(payment.sessionId)
    if (!earlier)
      throw new Error(`The gateway payment of ${payment.sessionId} could neither be written nor read.`)
    return { payment: earlier, fresh: false }
  }

  /**
   * Has the payment looked at within `ms`, and notes why. An earlier look stays, and one that is going on does not count as
   * this one.
   */
  async wake(
    id: string,
    ms: number,
    why: Pick<PaymentPatch, "orderId" | "unwanted"> = {},
  ): Promise<GatewayPayment> {
    const { assignments, bindings } = assign(why)
    const now = this.clock.now()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set ${[...assignments, "wakes = wakes + 1", "updated_at = ?"].join(", ")},
         next_check_at = least(next_check_at, ?::timestamptz) where id = ? returning *`,
      [...bindings, now, new Date(now.getTime() + ms), id],
    )
    return toPayment(found(rows[0], id))
  }

  /** Has the payment looked at once whoever holds it gives it back, or loses it. */
  async wakeWhenFree(id: string): Promise<Date> {
    const now = this.clock.now()
    const rows = await this.database.query<{ free: Date }>(
      `update gateway_payment set wakes = wakes + 1, next_check_at = least(next_check_at, greatest(lease_until, ?::timestamptz))
       where id = ? returning greatest(lease_until, ?::timestamptz) as free`,
      [now, id, now],
    )
    return found(rows[0], id).free
  }

  /**
   * Sets when a payment is looked at next, from what a look has `seen` at its end. Where it was woken since `wakes`, or
   * another process has had it since it was seen, an earlier look stays.
   */
  async schedule(seen: GatewayPayment, wakes: number, next: Date | null): Promise<GatewayPayment> {
    const now = this.clock.now()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set updated_at = ?, next_check_at =
         case when wakes = ? and lease_token is not distinct from ? and (lease_until is null or lease_until <= ?)
           then ?::timestamptz else least(next_check_at, ?::timestamptz) end
       where id = ? returning *`,
      [now, wakes, seen.turn, now, next, next, seen.id],
    )
    return toPayment(found(rows[0], seen.id))
  }

  async get(id: string): Promise<GatewayPayment | undefined> {
    return this.one("id = ?", [id])
  }

  async ofSession(sessionId: string): Promise<GatewayPayment | undefined> {
    return this.one("session_id = ?", [sessionId])
  }

  async of(key: PaymentKey): Promise<GatewayPayment | undefined> {
    if ("id" in key) return this.get(key.id)
    return "sessionId" in key ? this.ofSession(key.sessionId) : this.ofNumber(key.providerId, key.number)
  }

  /** By its merchant number, or the number Ksher gives what is paid within a link, within one provider entry. */
  async ofNumber(providerId: string, number: string): Promise<GatewayPayment | undefined> {
    return (
      (await this.one("merchant_order_no = ? and provider_id = ?", [number, providerId])) ??
      this.one("pay_order_no = ? and provider_id = ?", [number, providerId])
    )
  }

  async ofOrder(orderId: string, collectionIds: readonly string[]): Promise<GatewayPayment[]> {
    return this.many(
      `order_id = ?${collectionIds.length ? ` or collection_id in (${placeholders(collectionIds)})` : ""} order by created_at, id`,
      [orderId, ...collectionIds],
    )
  }

  async ofCollection(collectionId: string): Promise<GatewayPayment[]> {
    return this.many("collection_id = ? order by created_at, id", [collectionId])
  }

  async ofIds(ids: readonly string[]): Promise<GatewayPayment[]> {
    if (!ids.length) return []
    return this.many(`id in (${placeholders(ids)}) order by id`, ids)
  }

  async ofSessions(sessionIds: readonly string[]): Promise<GatewayPayment[]> {
    if (!sessionIds.length) return []
    return this.many(`session_id in (${placeholders(sessionIds)})`, sessionIds)
  }

  /** Sets columns without touching the state. */
  async update(id: string, patch: PaymentPatch): Promise<GatewayPayment> {
    const { assignments, bindings } = assign(patch)
    const fence = this.fence()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set ${[...assignments, ...fence.renewed, "updated_at = ?"].join(", ")}
       where id = ?${fence.and} returning *`,
      [...bindings, ...fence.until, this.clock.now(), id, ...fence.token],
    )
    if (!rows[0] && this.held) throw new LeaseLost(id)
    return toPayment(found(rows[0], id))
  }

  /**
   * Compare-and-set on the table of moves. `undefined`: the payment was no longer in a state from which `to` may be
   * reached, and nothing was written.
   */
  async move(id: string, to: State, patch: PaymentPatch = {}): Promise<GatewayPayment | undefined> {
    const from = statesBefore(to)
    if (!from.length) return undefined
    const { assignments, bindings } = assign(patch)
    const fence = this.fence()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set ${["state = ?", "updated_at = ?", ...assignments, ...fence.renewed].join(", ")}
       where id = ? and state in (${placeholders(from)})${fence.and} returning *`,
      [to, this.clock.now(), ...bindings, ...fence.until, id, ...from, ...fence.token],
    )
    if (!rows[0]) await stillHeld(this.database, this.held)
    return rows[0] && toPayment(rows[0])
  }

  /** Begins to open a payment that waits for it, before anything is sent. `undefined`: it does not wait any more. */
  async beginOpening(id: string, now: Prepared, nextCheckAt: Date): Promise<GatewayPayment | undefined> {
    return this.prepare(
      id,
      now,
      ["state = 'created'", "opened_at = ?", "next_check_at = ?"],
      [this.clock.now(), nextCheckAt],
    )
  }

  /** What a payment that waits is for has changed. `undefined`: it does not wait any more. */
  async changeWaiting(id: string, now: Prepared): Promise<GatewayPayment | undefined> {
    return this.prepare(id, now, [], [])
  }

  private async prepare(
    id: string,
    now: Prepared,
    more: readonly string[],
    values: readonly unknown[],
  ): Promise<GatewayPayment | undefined> {
    const fence = this.fence()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set account = ?, mode = ?, channel = ?, asked_channel = ?, currency_code = ?, digits = ?, amount = ?,
         order_id = coalesce(?, order_id), asked_amount = ?, medusa_amount = ?, ${[...more, "updated_at = ?", ...fence.renewed].join(", ")}
       where id = ? and state = 'unopened'${fence.and} returning *`,
      [
        ...[now.account, now.mode, now.channel, now.askedChannel, now.currency, now.digits, now.amount],
        ...[now.orderId, now.askedAmount, now.medusaAmount],
        ...[...values, this.clock.now(), ...fence.until, id, ...fence.token],
      ],
    )
    if (!rows[0]) await stillHeld(this.database, this.held)
    return rows[0] && toPayment(rows[0])
  }

  /**
   * Compare-and-set of what has gone back, on what was read. It needs no lease: operations only add to it, and whoever ends
   * one counts again.
   */
  async countReturned(before: GatewayPayment, after: Returned): Promise<GatewayPayment | undefined> {
    if (after.state !== before.state && !mayMove(before.state, after.state)) return undefined
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set state = ?, refunded_amount = ?, settled_by = ?, checks = 0, updated_at = ?
       where id = ? and state = ? and refunded_amount = ? returning *`,
      [
        ...[after.state, after.refundedAmount, after.settledBy, this.clock.now()],
        ...[before.id, before.state, before.refundedAmount],
      ],
    )
    return rows[0] && toPayment(rows[0])
  }

  private fence() {
    if (!this.held) return { renewed: [], until: [], and: "", token: [] }
    return {
      renewed: ["lease_until = ?"],
      until: [new Date(this.clock.now().getTime() + this.held.ms)],
      and: " and lease_token = ? and lease_until is not null",
      token: [this.held.token],
    }
  }

  /**
   * Hands out up to `limit` payments that are due, oldest first, each to one claimant only: the claim moves its next
   * check `holdMs` away, so that one whose claimant died comes up again. Of one provider entry, or of all.
   */
  async claimDue(limit: number, holdMs: number, providerId?: string): Promise<GatewayPayment[]> {
    const now = this.clock.now()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set next_check_at = ?, checks = checks + 1
       where id in (select id from gateway_payment where next_check_at <= ?${providerId === undefined ? "" : " and provider_id = ?"}
                    order by next_check_at limit ? for update skip locked)
       returning *`,
      [new Date(now.getTime() + holdMs), now, ...(providerId === undefined ? [] : [providerId]), limit],
    )
    return rows.map(toPayment)
  }

  /** The provider entries, configured or removed, of which a payment is due: each is one look into an index or two. */
  async dueEntries(): Promise<string[]> {
    return dueEntries(this.database, { table: "gateway_payment", due: "next_check_at" }, this.clock.now())
  }

  /** Has payments looked at now that are to be looked at later. */
  async wakeAll(ids: readonly string[]): Promise<void> {
    const now = this.clock.now()
    await this.database.query(
      `update gateway_payment set wakes = wakes + 1, next_check_at = ? where id = any(?::text[]) and next_check_at > ?`,
      [now, ids, now],
    )
  }

  /** Payments made since `since` or due for a check, in the order of their ids, after the id `after`. */
  async unsettledAfter(after: string, since: Date, limit: number): Promise<GatewayPayment[]> {
    return this.many(`id > ? and (created_at >= ? or next_check_at is not null) order by id limit ?`, [
      after,
      since,
      limit,
    ])
  }

  /** Payments made in this time, in the order of their ids, after the id `after`. */
  async madeBetween(after: string, from: Date, to: Date, limit: number): Promise<GatewayPayment[]> {
    return this.many(`id > ? and created_at >= ? and created_at < ? order by id limit ?`, [
      after,
      from,
      to,
      limit,
    ])
  }

  /** How many payments of the account wait for an end, or hold money and were made since then. */
  async heldBy(
    { providerId, account }: Pick<GatewayPayment, "providerId" | "account">,
    since: Date,
  ): Promise<{ gateway: GatewayName; payments: number } | undefined> {
    const rows = await this.database.query<{ gateway: GatewayName; payments: string }>(
      `select gateway, count(*) as payments from gateway_payment
       where provider_id = ? and account = ? and ((next_check_at is not null and state <> 'unopened')
         or (state in ('paid', 'partially_refunded', 'paid_late') and created_at >= ?))
       group by gateway`,
      [providerId, account, since],
    )
    return rows[0] && { gateway: rows[0].gateway, payments: Number(rows[0].payments) }
  }

  /** A page, how many there are (all of them, or as far as `countedAtMost` after the start of the page), and its neighbours. */
  async list(filters: PaymentFilters): Promise<PaymentPage> {
    const { where, bindings } = conditions(filters)
    const { limit, offset, cursor } = filters
    const { rows, from } = await this.pageOf(filters, where, bindings)
    const more = rows.length > limit
    const payments = rows.slice(0, limit)
    if (from === "before") payments.reverse()
    const first = payments[0]
    const last = payments.at(-1)
    // A search, an order, a short list of what needs attention: most pages say themselves how many there are.
    const isWhole = !cursor && !more && (last !== undefined || offset === 0)
    return {
      payments,
      count: isWhole ? offset + payments.length : await this.count(where, bindings, offset),
      next: last && (more || from === "before") ? { side: "after", id: last.id } : null,
      previous:
        first && (from === "before" ? more : from === "after" || offset > 0)
          ? { side: "before", id: first.id }
          : null,
    }
  }

  /** One row more than the page has says whether it goes on. Before the second page stands the first, as it is now. */
  private async pageOf(
    filters: PaymentFilters,
    where: string,
    bindings: readonly unknown[],
  ): Promise<{ rows: GatewayPayment[]; from: Cursor["side"] | "start" }> {
    const { limit, offset, cursor } = filters
    const isDown = filters.order?.startsWith("-") !== false
    const inOrder = isDown ? "desc" : "asc"
    if (!cursor) {
      const page = `${where} order by created_at ${inOrder}, id ${inOrder} limit ? offset ?`
      return { rows: await this.many(page, [...bindings, limit + 1, offset]), from: "start" }
    }
    const { side, id } = cursor
    const direction = side === "after" ? inOrder : isDown ? "asc" : "desc"
    const rows = await this.many(
      `${where} and (created_at, id) ${direction === "desc" ? "<" : ">"} ((select created_at from gateway_payment where id = ?), ?)
       order by created_at ${direction}, id ${direction} limit ?`,
      [...bindings, id, id, limit + 1],
    )
    if (side === "after" || rows.length > limit) return { rows, from: side }
    return this.pageOf({ ...filters, cursor: undefined, offset: 0 }, where, bindings)
  }

  private async count(where: string, bindings: readonly unknown[], offset: number): Promise<number> {
    const rows = await this.database.query<{ count: string }>(
      `select count(*) as count from (select 1 from gateway_payment where ${where} order by created_at desc, id desc limit ?) counted`,
      [...bindings, offset + countedAtMost],
    )
    return Number(rows[0]?.count ?? 0)
  }

  private async one(where: string, bindings: readonly unknown[]): Promise<GatewayPayment | undefined> {
    // PostgreSQL takes no NUL in a text: nothing can be stored under it.
    if (bindings.some((one) => typeof one === "string" && one.includes("\0"))) return undefined
    return (await this.many(`${where} limit 1`, bindings))[0]
  }

  private async many(where: string, bindings: readonly unknown[]): Promise<GatewayPayment[]> {
    const rows = await this.database.query<PaymentRow>(
      `select * from gateway_payment where ${where}`,
      bindings,
    )
    return rows.map(toPayment)
  }
}

/**
 * Counting a million rows for a page number is not worth a scan. Counted from the start of the page: who turns page after page
 * until the count is reached sees every payment.
 */
export const countedAtMost = 10_000

export interface PaymentFilters {
  orderId?: string | undefined
  /** The collections of the order: a payment of one of them may not be noted under it yet. */
  collectionIds?: readonly string[] | undefined
  sessionId?: string | undefined
  providerId?: string | undefined
  gateway?: GatewayName | undefined
  state?: readonly State[] | undefined
  attention?: boolean | undefined
  /** One of the numbers, whole. */
  q?: string | undefined
  order?: string | undefined
  limit: number
  offset: number
  /** Where the page begins; `offset` is 0 beside it. However far it is, what comes before is not read. */
  cursor?: Cursor | undefined
}

/** The page after a payment, or the one before it, in the order that is asked for. Payments are never deleted. */
export interface Cursor {
  side: "after" | "before"
  id: string
}

export interface PaymentPage {
  payments: GatewayPayment[]
  count: number
  /** Null where there is no such page. */
  next: Cursor | null
  previous: Cursor | null
}

function conditions(filters: PaymentFilters): { where: string; bindings: unknown[] } {
  const parts: string[] = []
  const bindings: unknown[] = []
  const add = (sql: string, ...values: unknown[]) => {
    parts.push(sql)
    bindings.push(...values)
  }
  const collections = filters.collectionIds ?? []
  if (filters.orderId && collections.length)
    add(`(order_id = ? or collection_id in (${placeholders(collections)}))`, filters.orderId, ...collections)
  else if (filters.orderId) add("order_id = ?", filters.orderId)
  if (filters.sessionId) add("session_id = ?", filters.sessionId)
  if (filters.providerId) add("provider_id = ?", filters.providerId)
  if (filters.gateway) add("gateway = ?", filters.gateway)
  if (filters.state?.length) add(`state in (${placeholders(filters.state)})`, ...filters.state)
  if (filters.attention !== undefined) add(filters.attention ? "attention is not null" : "attention is null")
  if (filters.q)
    // Each arm of the union is one look-up in one index.
    add(
      `id in (select id from gateway_payment where merchant_order_no = ? union select id from gateway_payment where gateway_order_no = ?
        union select id from gateway_payment where pay_order_no = ? union select id from gateway_payment where order_id = ?
        union select id from gateway_payment where session_id = ? union select id from gateway_payment where id = ?
        union select gateway_payment_id from gateway_operation where number = ? union select gateway_payment_id from gateway_operation where gateway_no = ?)`,
      ...Array<string>(8).fill(filters.q),
    )
  return { where: parts.join(" and ") || "true", bindings }
}

function assign(patch: PaymentPatch): { assignments: string[]; bindings: unknown[] } {
  const { dueBy, ...plain } = patch
  const keys = (Object.keys(plain) as (keyof typeof plain)[]).filter((key) => plain[key] !== undefined)
  const values = keys.map((key) => {
    const value = plain[key]
    return asJson.has(key) && value ? JSON.stringify(value) : value
  })
  const assignments = keys.map((key) => `${columns[key]} = ?`)
  if (!dueBy) return { assignments, bindings: values }
  return {
    assignments: [...assignments, "next_check_at = least(next_check_at, ?::timestamptz)"],
    bindings: [...values, dueBy],
  }
}

const asJson: ReadonlySet<keyof PaymentPatch> = new Set([
  "action",
  "attentionValues",
  "setAside",
  "dismissed",
])

export const placeholders = (values: readonly unknown[]): string => values.map(() => "?").join(", ")

const found = <T>(row: T | undefined, id: string): T => {
  if (row === undefined) throw new Error(`There is no row ${id} in the ledger.`)
  return row
}

export interface PaymentRow {
  id: string
  session_id: string
  collection_id: string | null
  order_id: string | null
  provider_id: string
  gateway: GatewayName
  account: string
  mode: PaymentMode
  channel: string | null
  merchant_order_no: string
  gateway_order_no: string | null
  pay_order_no: string | null
  currency_code: string
  digits: number
  amount: string
  paid_amount: string
  refunded_amount: string
  state: State
  settled_by: SettledBy | null
  unwanted: Unwanted | null
  attention_code: AttentionCode | null
  attention: string | null
  attention_values: GatewayPayment["attentionValues"]
  set_aside: SetAside | null
  returned_unsaid: boolean
  dismissed: Dismissed[]
  action: PaymentAction | null
  expires_at: Date | null
  paid_at: Date | null
  captured_at: Date | null
  asked_amount: string | null
  asked_channel: string | null
  on_demand: boolean
  member_id: string | null
  opened_at: Date | null
  announced: string
  next_check_at: Date | null
  checks: number
  version: number
  wakes: number
  lease_token: string | null
  created_at: Date
  updated_at: Date
}

/** PostgreSQL hands out bigint as text; amounts fit a double by the check at the edge (`money`). */
export const toPayment = (row: PaymentRow): GatewayPayment => ({
  id: row.id,
  sessionId: row.session_id,
  collectionId: row.collection_id,
  orderId: row.order_id,
  providerId: row.provider_id,
  gateway: row.gateway,
  account: row.account,
  mode: row.mode,
  channel: row.channel,
  number: row.merchant_order_no,
  gatewayNo: row.gateway_order_no,
  payNo: row.pay_order_no,
  currency: row.currency_code,
  digits: row.digits,
  amount: Number(row.amount),
  paidAmount: Number(row.paid_amount),
  refundedAmount: Number(row.refunded_amount),
  state: row.state,
  settledBy: row.settled_by,
  unwanted: row.unwanted,
  attentionCode: row.attention_code,
  attention: row.attention,
  attentionValues: row.attention_values,
  setAside: row.set_aside,
  returnedUnsaid: row.returned_unsaid,
  dismissed: row.dismissed,
  action: row.action,
  expiresAt: row.expires_at,
  paidAt: row.paid_at,
  capturedAt: row.captured_at,
  askedAmount: row.asked_amount === null ? null : Number(row.asked_amount),
  askedChannel: row.asked_channel,
  memberId: row.member_id,
  onDemand: row.on_demand,
  openedAt: row.opened_at ?? (row.on_demand ? null : row.created_at),
  announced: row.announced,
  nextCheckAt: row.next_check_at,
  checks: row.checks,
  version: row.version,
  wakes: row.wakes,
  turn: row.lease_token,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** Since when the gateway may know of it. */
export const begunAt = ({ openedAt, createdAt }: Pick<GatewayPayment, "openedAt" | "createdAt">): Date =>
  openedAt ?? createdAt

/** What of a payment is told to the world; equal to `announced` when nothing new is to tell. */
export const standingOf = (payment: GatewayPayment): string => `${payment.state}:${payment.refundedAmount}`
