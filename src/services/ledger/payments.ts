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
import { everyPage, listPayments, placeholders } from "./payment-list"
import type { PageWanted, PaymentFilters, PaymentPage, PaymentRows } from "./payment-list"

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
  /** A return that Medusa could not enter, and that a person has explained: nothing is owed for it. */
  operationId?: string
  /** It is in Medusa's books, and went back beside another for the same refund: a person has seen that. */
  twice?: true
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

/** One whose returned money waits to be entered until a change of its order has ended. */
export interface BesideChange {
  id: string
  orderId: string
}

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
    const { sql, bindings } = insertion(payment, nextCheckAt, now)
    const rows = await this.database.query<PaymentRow>(sql, bindings)
    if (rows[0]) return { payment: toPayment(rows[0]), fresh: true }
    return { payment: await this.earlier(payment.sessionId), fresh: false }
  }

  /**
   * As `create`, with the operation that opens it: both are written, or neither. The operation is missing where the session has a
   * payment already.
   */
  async open(
    payment: NewPayment,
    nextCheckAt: Date,
  ): Promise<{ payment: GatewayPayment; operationId: string | undefined }> {
    const now = this.clock.now()
    const operationId = `gpop_${ulid(now.getTime())}`
    const { sql, bindings } = insertion(payment, nextCheckAt, now)
    const rows = await this.database.query<PaymentRow>(
      `with made as (${sql}),
       sent as (
         insert into gateway_operation (id, gateway_payment_id, kind, number, state, created_at, updated_at)
         select ?::text, id, 'open', merchant_order_no, 'sent', ?::timestamptz, ?::timestamptz from made)
       select * from made`,
      [...bindings, operationId, now, now],
    )
    if (rows[0]) return { payment: toPayment(rows[0]), operationId }
    return { payment: await this.earlier(payment.sessionId), operationId: undefined }
  }

  /**
   * The gateway has opened it: stores that, shows the link, and forgets that the account's payments did not open. `undefined`: the
   * payment has gone on meanwhile, and its link is still to be written.
   */
  async opened(
    { id, providerId, account }: GatewayPayment,
    operation: { id: string; gatewayNo: string | undefined },
    patch: PaymentPatch,
  ): Promise<GatewayPayment | undefined> {
    const now = this.clock.now()
    const from = statesBefore("pending")
    const { assignments, bindings } = assign(patch)
    const fence = this.fence()
    const rows = await this.database.query<PaymentRow>(
      `with done as (
         update gateway_operation set state = 'succeeded', gateway_no = coalesce(?, gateway_no), settled_at = ?, updated_at = ?
         where id = ? and state in ('sent', 'unknown', 'pending')),
       opens as (
         delete from gateway_account_fact where provider_id = ? and account = ? and fact = 'not_opening')
       update gateway_payment set ${["state = 'pending'", "updated_at = ?", ...assignments, ...fence.renewed].join(", ")}
       where id = ? and state in (${placeholders(from)})${fence.and} returning *`,
      [
        ...[operation.gatewayNo ?? null, now, now, operation.id, providerId, account],
        ...[now, ...bindings, ...fence.until, id, ...from, ...fence.token],
      ],
    )
    if (!rows[0]) await stillHeld(this.database, this.held)
    return rows[0] && toPayment(rows[0])
  }

  private async earlier(sessionId: string): Promise<GatewayPayment> {
    const earlier = await this.ofSession(sessionId)
    if (!earlier) throw new Error(`The gateway payment of ${sessionId} could neither be written nor read.`)
    return earlier
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

  /**
   * As `schedule`, for a look that found the payment as it was `seen`. `undefined`, and nothing is written, where anybody has had it,
   * woken it, changed what a person sees of it, given it up or asked for another look since.
   */
  async scheduleUnchanged(
    seen: GatewayPayment,
    wakes: number,
    next: Date | null,
  ): Promise<GatewayPayment | undefined> {
    const now = this.clock.now()
    const rows = await this.database.query<PaymentRow>(
      `update gateway_payment set updated_at = ?, next_check_at = ?
       where id = ? and wakes = ? and lease_token is not distinct from ? and (lease_until is null or lease_until <= ?)
         and version = ? and unwanted is not distinct from ? and next_check_at is not distinct from ?
       returning *`,
      [now, next, seen.id, wakes, seen.turn, now, seen.version, seen.unwanted, seen.nextCheckAt],
    )
    return rows[0] && toPayment(rows[0])
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

  /** Of an order: noted under it, or of one of its collections or sessions. */
  async ofOrder(
    orderId: string,
    { collectionIds, sessionIds }: OfMedusa = nothingOfMedusa,
  ): Promise<GatewayPayment[]> {
    return this.many(
      `order_id = ?${isOneOf("or collection_id", collectionIds)}${isOneOf("or session_id", sessionIds)} order by created_at, id`,
      [orderId, ...collectionIds, ...sessionIds],
    )
  }

  /**
   * Notes which order the payments of these collections and sessions belong to. One of which something went back before is looked
   * at now: Medusa books the capture alone with the order. One that waits to be opened, and was looked at seldom, is looked at soon.
   */
  async noteOrder(orderId: string, { collectionIds, sessionIds }: OfMedusa): Promise<void> {
    if (!collectionIds.length && !sessionIds.length) return
    const now = this.clock.now()
    await this.database.query(
      `update gateway_payment set order_id = ?, updated_at = ?,
         wakes = wakes + case when refunded_amount > 0 or state = 'unopened' then 1 else 0 end,
         next_check_at = case when refunded_amount > 0 then least(next_check_at, ?::timestamptz)
           when state = 'unopened' then least(next_check_at, ?::timestamptz) else next_check_at end
       where order_id is distinct from ? and (false${isOneOf("or collection_id", collectionIds)}${isOneOf("or session_id", sessionIds)})`,
      [orderId, now, now, new Date(now.getTime() + soonMs), orderId, ...collectionIds, ...sessionIds],
    )
  }

  async ofCollection(collectionId: string): Promise<GatewayPayment[]> {
    return this.many("collection_id = ? order by created_at, id", [collectionId])
  }

  async ofIds(ids: readonly string[]): Promise<GatewayPayment[]> {
    if (!ids.length) return []
    return this.many(`id in (${placeholders(ids)}) order by id`, ids)
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

  /** Those that wait for the end of a change of their order and are not due yet, by id after `after`. */
  async besideChange(after: string, limit: number): Promise<BesideChange[]> {
    const rows = await this.database.query<{ id: string; order_id: string }>(
      `select id, order_id from gateway_payment where attention_code = 'order_changing' and order_id is not null
         and (next_check_at is null or next_check_at > ?) and id > ? order by id limit ?`,
      [this.clock.now(), after, limit],
    )
    return rows.map((row) => ({ id: row.id, orderId: row.order_id }))
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
  list(wanted: PageWanted): Promise<PaymentPage> {
    return listPayments(wanted, this.rows)
  }

  /** All of them, page by page, and none counted. */
  everyPage(filters: PaymentFilters): AsyncGenerator<GatewayPayment[]> {
    return everyPage(filters, this.rows)
  }

  private get rows(): PaymentRows {
    return {
      many: (where, bindings) => this.many(where, bindings),
      count: (where, bindings, atMost) => this.count(where, bindings, atMost),
    }
  }

  private async count(where: string, bindings: readonly unknown[], atMost: number): Promise<number> {
    const rows = await this.database.query<{ count: string }>(
      `select count(*) as count from (select 1 from gateway_payment where ${where} order by created_at desc, id desc limit ?) counted`,
      [...bindings, atMost],
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

/** What Medusa links to an order. */
export interface OfMedusa {
  collectionIds: readonly string[]
  sessionIds: readonly string[]
}

/** An order that waits for its payment may be one that is to be ended. */
const soonMs = 60_000

const nothingOfMedusa: OfMedusa = { collectionIds: [], sessionIds: [] }

const isOneOf = (column: string, values: readonly string[]): string =>
  values.length ? ` ${column} in (${placeholders(values)})` : ""

/** A session that has a payment already keeps it: then nothing is written. */
const insertion = (payment: NewPayment, nextCheckAt: Date, now: Date) => ({
  sql: `insert into gateway_payment (id, session_id, collection_id, order_id, asked_amount, medusa_amount, provider_id, gateway,
       account, mode, channel, merchant_order_no, currency_code, digits, amount, state, on_demand, member_id, next_check_at,
       created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (session_id) do nothing returning *`,
  bindings: [
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
})

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
