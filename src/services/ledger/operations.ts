import { holdsMoney, isUnclear, ulid } from "../../core"
import type { OperationKind, OperationState } from "../../core"
import type { AccountKey, FactName } from "./account-facts"
import type { Clock } from "./clock"
import type { Database } from "./database"
import type { WayBack } from "./decisions"
import { LeaseLost, fenceOf, stillHeld } from "./fence"
import type { Lease } from "./fence"

/** One intent that can change something at the gateway. `amount` in minor units; null for open and close. */
export interface Operation {
  id: string
  paymentId: string
  kind: OperationKind
  /** The merchant number it carries for life. */
  number: string
  /** The gateway's number for it: `refundOrderId`, `cancelOrderId`, `ksher_refund_no`. */
  gatewayNo: string | null
  amount: number | null
  /** What Medusa's refund row for it says, in major units: with fractions of a minor unit, which no gateway takes. */
  medusaAmount: string | null
  state: OperationState
  /** The Medusa refund row it is carried out for; changes hands when Medusa deletes the row and asks again (H1). */
  refundId: string | null
  /** Not sent by this plugin: made in the gateway's own console, or returned by other means. */
  outside: boolean
  /** Where a person recorded it: how the money went back. */
  byHand: WayBack | null
  /** The gateway's names for the money that a person recorded as returned in its console. Empty: not described yet. */
  describedBy: string[]
  /** The decision by hand that made it. */
  decisionId: string | null
  /**
   * Entered in Medusa's books by settlement: whoever had asked for it was told only that its outcome was unknown, and may
   * ask again although Medusa holds it by now.
   */
  untold: boolean
  /** It was entered so, and somebody who asked for the same has been told: whether another who asked knew, is not said by that. */
  told: boolean
  reason: string | null
  /** The gateway's code for what sending it came to, and what was said of that. */
  code: string | null
  message: string | null
  /** What the last question about it came to: another fact than what sending it did. */
  asked: Asked | null
  attempts: number
  /** When a payout was sent last, also where it waits again; null: it was not, or it is none, and was sent when it was written. */
  sentAt: Date | null
  createdAt: Date
  updatedAt: Date
  settledAt: Date | null
}

export interface Asked {
  at: Date
  outcome: OperationState
  code: string | null
  message: string | null
}

export interface NewOperation {
  kind: OperationKind
  number?: string
  amount?: number
  medusaAmount?: string | null
  refundId?: string | null
  decisionId?: string | null
}

export interface OperationEnd {
  state: OperationState
  gatewayNo?: string | undefined
  reason?: string | undefined
  code?: string | undefined
  message?: string | undefined
  /** How a person returned the money who says of it what became of it. */
  byHand?: WayBack | undefined
}

export class Operations {
  /** With a lease, what is written checks that it still holds; the end of an operation is a fact, whoever learns it. */
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly held?: Lease,
  ) {}

  /** Write before send (guarantee 1): returns when the row is committed. Its id after the prefix is the merchant number. */
  async intend(paymentId: string, operation: NewOperation): Promise<Operation> {
    const written = await this.write(paymentId, operation)
    if (!written) throw new LeaseLost(paymentId)
    return written
  }

  /** As `intend`; `undefined`, and nothing is written, where this is known of the account. */
  async intendUnless(
    known: AccountKey & { fact: FactName },
    paymentId: string,
    operation: NewOperation,
  ): Promise<Operation | undefined> {
    const { providerId, account, fact } = known
    const unless = `not exists (select 1 from gateway_account_fact where provider_id = ? and account = ? and fact = ?
      and (expires_at is null or expires_at > ?))`
    // Where another process has taken over, nothing is written either: whoever writes next finds out.
    return this.write(paymentId, operation, {
      sql: `where ${unless}`,
      bindings: [providerId, account, fact, this.clock.now()],
    })
  }

  private async write(
    paymentId: string,
    operation: NewOperation,
    where: { sql: string; bindings: unknown[] } = { sql: "", bindings: [] },
  ): Promise<Operation | undefined> {
    const now = this.clock.now()
    const suffix = ulid(now.getTime())
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      // Beside another in doubt it is not written: whoever comes second has nothing to send.
      `${fence.with} insert into gateway_operation (id, gateway_payment_id, kind, number, amount, medusa_amount, state, refund_id,
         decision_id, created_at, updated_at)
       select ?::text, ?::text, ?::text, ?::text, ?::bigint, ?::text, 'sent', ?::text, ?::text, ?::timestamptz, ?::timestamptz
         ${this.held ? "from held" : ""}
       ${where.sql} on conflict do nothing returning *`,
      [
        ...[...fence.bindings, `gpop_${suffix}`, paymentId, operation.kind, operation.number ?? suffix],
        ...[operation.amount ?? null, operation.medusaAmount ?? null, operation.refundId ?? null],
        ...[operation.decisionId ?? null, now, now, ...where.bindings],
      ],
    )
    return rows[0] && toOperation(rows[0])
  }

  /**
   * Counts another attempt before it is sent. How the one before was answered says nothing about this one, should its process die.
   * `undefined`: it has ended meanwhile, and is not sent again.
   */
  async again(id: string): Promise<Operation | undefined> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation set attempts = attempts + 1, reason = null, code = null, updated_at = ?
       where id = ? and state in ('sent', 'unknown', 'pending') ${fence.and} returning *`,
      [...fence.bindings, now, id],
    )
    return this.written(rows[0])
  }

  /** Stores what an attempt came to. An ended operation keeps its end: a late answer changes nothing (`undefined`). */
  async conclude(id: string, end: OperationEnd): Promise<Operation | undefined> {
    const now = this.clock.now()
    const settled = !isUnclear(end.state) && end.state !== "pending"
    const rows = await this.database.query<OperationRow>(
      `update gateway_operation set state = ?, gateway_no = coalesce(?, gateway_no), ${reasonOfEnd}, code = ?, message = ?,
         by_hand = coalesce(?, by_hand), asked_at = case when kind = 'payout' and ?::text = 'unknown' then null else asked_at end,
         settled_at = ?, updated_at = ?
       where id = ? and state in ('sent', 'unknown', 'pending') and not (state = 'pending' and ? in ('sent', 'unknown'))
       returning *`,
      [
        end.state,
        end.gatewayNo ?? null,
        ...[end.reason ?? null, end.state],
        end.code ?? null,
        end.message ?? null,
        end.byHand ?? null,
        end.state,
        settled ? now : null,
        now,
        id,
        end.state,
      ],
    )
    return rows[0] && toOperation(rows[0])
  }

  /**
   * Stores what asking about an operation came to. What sending it came to stays beside it. An answer that says nothing sure
   * changes no state, and an ended operation keeps its end (`undefined`).
   */
  async learn(id: string, said: OperationEnd): Promise<Operation | undefined> {
    const now = this.clock.now()
    const unsure = isUnclear(said.state)
    const ended = !unsure && said.state !== "pending"
    const rows = await this.database.query<OperationRow>(
      `update gateway_operation set asked_at = ?, asked_outcome = ?, asked_code = ?, asked_message = ?, gateway_no = coalesce(?, gateway_no),
         ${unsure ? "state = case when state = 'sent' then 'unknown' else state end" : `state = ?, ${reasonOfEnd}, settled_at = ?`}, updated_at = ?
       where id = ? and state in ('sent', 'unknown', 'pending') returning *`,
      [
        ...[now, said.state, said.code ?? null, said.message ?? null, said.gatewayNo ?? null],
        ...(unsure ? [] : [said.state, said.reason ?? null, said.state, ended ? now : null]),
        ...[now, id],
      ],
    )
    return rows[0] && toOperation(rows[0])
  }

  /** The gateway says that it was done after all: what had called it refused, an answer or a person, was wrong. */
  async overturn(id: string, gatewayNo: string | undefined): Promise<Operation | undefined> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation set state = 'succeeded', gateway_no = coalesce(?, gateway_no), reason = null, code = null,
         message = null, settled_at = ?, updated_at = ?
       where id = ? and state in ('refused', 'not_sent') ${fence.and} returning *`,
      [...fence.bindings, gatewayNo ?? null, now, now, id],
    )
    return this.written(rows[0])
  }

  /**
   * A refund or reversal that counts as refused was taken by the gateway after all, as who sent it learns late: without a lease, since another
   * has had the payment meanwhile. That its first end was wrong is kept. The payment is looked at soon, should the process die now.
   */
  async wentBack(
    id: string,
    state: "succeeded" | "pending",
    gatewayNo: string | undefined,
  ): Promise<Operation | undefined> {
    const now = this.clock.now()
    const rows = await this.database.query<OperationRow>(
      `with ${paymentHeld},
       found as (select id, gateway_payment_id from gateway_operation where id = ? and kind in ('refund', 'cancel')
           and state in ('refused', 'not_sent') and gateway_payment_id in (select id from payment) for update),
       woken as (${wake("select gateway_payment_id from found")})
       update gateway_operation set state = ?, gateway_no = coalesce(?, gateway_no), reason = '${afterAll}', code = null, message = null,
         settled_at = ?, updated_at = ?
       where id in (select id from found) returning *`,
      [id, id, now, now, state, gatewayNo ?? null, state === "succeeded" ? now : null, now],
    )
    return rows[0] && toOperation(rows[0])
  }

  /** Hands an operation to another Medusa refund row: of somebody who asks and is told by that, or of settlement's own. */
  async assign(
    id: string,
    row: { refundId: string; medusaAmount: string | null },
    untold = false,
  ): Promise<void> {
    await this.set(id, "refund_id = ?, medusa_amount = ?, untold = ?", [
      row.refundId,
      row.medusaAmount,
      untold,
    ])
  }

  /** Books a refund of Medusa's of which nothing is left for the gateway: less than its smallest unit, on the whole. */
  async recordNothing(
    paymentId: string,
    record: { refundId: string; medusaAmount: string; message: string },
  ): Promise<Operation> {
    const now = this.clock.now()
    const suffix = ulid(now.getTime())
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} insert into gateway_operation (id, gateway_payment_id, kind, number, amount, medusa_amount, state, refund_id,
         attempts, message, created_at, updated_at, settled_at)
       select ?::text, ?::text, 'refund', ?::text, 0, ?::text, 'succeeded', ?::text, 0, ?::text, ?::timestamptz, ?::timestamptz,
         ?::timestamptz ${this.held ? "from held" : ""} returning *`,
      [
        ...[...fence.bindings, `gpop_${suffix}`, paymentId, suffix, record.medusaAmount, record.refundId],
        ...[record.message, now, now, now],
      ],
    )
    if (!rows[0]) throw new LeaseLost(paymentId)
    return toOperation(rows[0])
  }

  /**
   * A refund to an account that the shopper still has to name: accepted, and owed from then on. Written with the row that waits for the
   * account; nothing is sent by that.
   */
  async intendPayout(
    paymentId: string,
    payout: Pick<NewOperation, "refundId" | "medusaAmount" | "decisionId"> & { amount: number },
  ): Promise<Operation> {
    const now = this.clock.now()
    const suffix = ulid(now.getTime())
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with ? `${fence.with},` : "with"} made as (
         insert into gateway_operation (id, gateway_payment_id, kind, number, amount, medusa_amount, state, refund_id, decision_id, attempts,
           created_at, updated_at)
         select ?::text, ?::text, 'payout', ?::text, ?::bigint, ?::text, 'pending', ?::text, ?::text, 0, ?::timestamptz, ?::timestamptz
           ${this.held ? "from held" : ""} returning *),
       waiting as (insert into gateway_shopper_payout (operation_id, gateway_payment_id, created_at, updated_at)
         select id, gateway_payment_id, created_at, created_at from made)
       select * from made`,
      [
        ...[
          ...fence.bindings,
          `gpop_${suffix}`,
          paymentId,
          suffix,
          payout.amount,
          payout.medusaAmount ?? null,
        ],
        ...[payout.refundId ?? null, payout.decisionId ?? null, now, now],
      ],
    )
    if (!rows[0]) throw new LeaseLost(paymentId)
    return toOperation(rows[0])
  }

  /**
   * Write before send: of a payout that waits for this very account. `undefined`: it waits no more, or for another one, and is not sent.
   * `readAt`: of the operation as it was read. Who waits for another's write sees only its own row anew, and that says it.
   */
  async sendPayout(id: string, sealed: string, readAt: Date): Promise<Operation | undefined> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation set state = 'sent', attempts = attempts + 1, reason = null, asked_at = null,
         sent_at = ?, updated_at = ?
       where id = ? and kind = 'payout' and state = 'pending' and reason = 'given' and updated_at = ?
         and exists (select 1 from gateway_shopper_payout where operation_id = gateway_operation.id and sealed = ?)
         ${fence.and} returning *`,
      [...fence.bindings, now, now, id, readAt, sealed],
    )
    return this.written(rows[0])
  }

  /** Nothing came of the first attempt, and its account is as good as before: it waits again. When it was sent stays known, to ask late. */
  async unsendPayout(id: string, code: string, message: string): Promise<void> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation set state = 'pending', attempts = 0, reason = 'given', code = ?, message = ?,
         asked_at = null, asked_outcome = null, asked_code = null, asked_message = null, updated_at = ?
       where id = ? and kind = 'payout' and state in ('sent', 'unknown') and attempts = 1 ${fence.and} returning *`,
      [...fence.bindings, code, message, now, id],
    )
    await this.written(rows[0])
  }

  /**
   * Money that went out went out, whoever learns it and whatever was written of it since: an end as refused was wrong, and that is kept. A
   * payout that was made for the same refund meanwhile ends with it, unsent; where Medusa holds none, one of the amount that was made since, and
   * one of more than is left beside it. Where a person had returned the money another way, that becomes
   * a return of its own. Where an end was wrong, the payment is looked at soon, should the process die now.
   */
  async paidOut(id: string, gatewayNo: string | undefined, asked: boolean): Promise<Operation | undefined> {
    const now = this.clock.now()
    const rows = await this.database.query<OperationRow>(
      `with ${paymentHeld},
       found as (select * from gateway_operation where id = ? and kind = 'payout' and (state in ('pending', 'sent', 'unknown', 'refused', 'not_sent')
           or (state = 'succeeded' and reason = 'by_hand' and by_hand = 'other' and attempts = 0 and sent_at is not null))
           and gateway_payment_id in (select id from payment) for update),
       moved as (insert into gateway_operation (id, gateway_payment_id, kind, number, amount, medusa_amount, state, outside, attempts, message,
           by_hand, described_by, refund_id, decision_id, untold, told, created_at, updated_at, settled_at)
         select ?::text, gateway_payment_id, 'refund', 'by-hand-' || number, amount, medusa_amount, 'succeeded', true, 0, message,
           by_hand, described_by, refund_id, decision_id, untold, told, ?::timestamptz, ?::timestamptz, settled_at
         from found where state = 'succeeded' returning 1),
       woken as (${wake("select gateway_payment_id from found where state in ('refused', 'not_sent', 'succeeded')")}),
       later as (select other.id from gateway_operation other join found on other.gateway_payment_id = found.gateway_payment_id
         where other.kind = 'payout' and other.id <> found.id and other.state = 'pending' and found.state in ('refused', 'not_sent')
           and case when found.refund_id is not null then other.refund_id = found.refund_id and other.created_at >= found.created_at
             else other.refund_id is null and (other.amount = found.amount and other.created_at >= found.settled_at
               or other.amount > (select paid_amount from gateway_payment where id = found.gateway_payment_id) - found.amount
                 - (select coalesce(sum(amount), 0) from gateway_operation beside where beside.gateway_payment_id = found.gateway_payment_id
                     and beside.id not in (found.id, other.id) and beside.kind in ('refund', 'cancel', 'payout')
                     and beside.state in ('pending', 'sent', 'unknown', 'succeeded'))) end for update of other),
       ended as (update gateway_operation set state = 'not_sent', reason = '${paidBefore}', code = null, message = ?, settled_at = ?,
           updated_at = ? where id in (select id from later) returning 1)
       update gateway_operation set state = 'succeeded', gateway_no = coalesce(?, gateway_no), code = null, message = null,
         reason = case when state in ('refused', 'not_sent', 'succeeded') then '${afterAll}' end, by_hand = null, described_by = '{}',
         asked_at = case when ? then ?::timestamptz else asked_at end, asked_outcome = case when ? then 'succeeded' else asked_outcome end,
         asked_code = case when ? then null else asked_code end, asked_message = case when ? then null else asked_message end,
         settled_at = ?, updated_at = ?
       where id in (select id from found) returning *`,
      [
        ...[id, id, `gpop_${ulid(now.getTime())}`, now, now, now, now],
        ...[paidBeforeWords, now, now],
        ...[gatewayNo ?? null, asked, now, asked, asked, asked, now, now],
      ],
    )
    return rows[0] && toOperation(rows[0])
  }

  /** Somebody who asked for the same has been told of it. */
  async told(id: string): Promise<void> {
    await this.set(id, "untold = false, told = true", [])
  }

  private async set(id: string, assignments: string, values: unknown[]): Promise<void> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation set ${assignments}, updated_at = ? where id = ? ${fence.and} returning *`,
      [...fence.bindings, ...values, now, id],
    )
    await this.written(rows[0])
  }

  /** Books a refund or reversal that was made outside Medusa and this plugin, once per number. */
  async recordOutside(
    paymentId: string,
    record: {
      kind: "refund" | "cancel"
      number: string
      gatewayNo?: string | undefined
      amount: number
      message?: string
      byHand?: WayBack
      refundId?: string | null
      /** Medusa's own number of that row, with the fraction that it keeps. */
      medusaAmount?: string | null
      decisionId?: string
    },
  ): Promise<Operation | undefined> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} insert into gateway_operation (id, gateway_payment_id, kind, number, gateway_no, amount, state, outside, attempts,
         message, by_hand, refund_id, medusa_amount, decision_id, created_at, updated_at, settled_at)
       select ?::text, ?::text, ?::text, ?::text, ?::text, ?::bigint, 'succeeded', true, 0, ?::text, ?::text, ?::text, ?::text, ?::text,
         ?::timestamptz, ?::timestamptz, ?::timestamptz ${this.held ? "from held" : ""}
       on conflict (gateway_payment_id, kind, number) do nothing returning *`,
      [
        ...[...fence.bindings, `gpop_${ulid(now.getTime())}`, paymentId, record.kind, record.number],
        ...[record.gatewayNo ?? null, record.amount, record.message ?? null, record.byHand ?? null],
        ...[record.refundId ?? null, record.medusaAmount ?? null, record.decisionId ?? null, now, now, now],
      ],
    )
    return this.written(rows[0])
  }

  /** Nothing was written: because of what the row is, or because another process has the payment. */
  private async written(row: OperationRow | undefined): Promise<Operation | undefined> {
    if (row) return toOperation(row)
    await stillHeld(this.database, this.held)
    return undefined
  }

  /** The gateway describes, by these names, money that a person recorded as returned in its console: it counts once. */
  async describe(
    id: string,
    by: { names: readonly string[]; gatewayNo?: string | undefined },
  ): Promise<void> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation set by_hand = 'console', described_by = described_by || ?::text[],
         gateway_no = coalesce(gateway_no, ?), updated_at = ?
       where id = ? ${fence.and} returning *`,
      [...fence.bindings, [...by.names], by.gatewayNo ?? null, now, id],
    )
    await this.written(rows[0])
  }

  /** A person has recorded what the gateway had told of, as one or as parts of one; `row`: of a refund that Medusa holds. All or nothing. */
  async describeTold(
    decisionId: string,
    told: readonly { id: string; number: string; row?: { refundId: string; medusaAmount: string } }[],
  ): Promise<void> {
    const now = this.clock.now()
    const fence = fenceOf(this.held, now)
    const rows = await this.database.query<OperationRow>(
      `${fence.with} update gateway_operation one set by_hand = 'console', described_by = described_by || array[part.name],
         decision_id = coalesce(decision_id, ?), refund_id = coalesce(part.row_id, refund_id),
         medusa_amount = coalesce(part.row_amount, medusa_amount), updated_at = ?
       from unnest(?::text[], ?::text[], ?::text[], ?::text[]) as part (id, name, row_id, row_amount)
       where one.id = part.id ${fence.and} returning one.*`,
      [
        ...[...fence.bindings, decisionId, now],
        ...[told.map(({ id }) => id), told.map(({ number }) => number)],
        ...[told.map(({ row }) => row?.refundId ?? null), told.map(({ row }) => row?.medusaAmount ?? null)],
      ],
    )
    await this.written(rows[0])
  }

  async ofPayment(paymentId: string): Promise<Operation[]> {
    const rows = await this.database.query<OperationRow>(
      `select * from gateway_operation where gateway_payment_id = ? order by created_at, id`,
      [paymentId],
    )
    return rows.map(toOperation)
  }

  /** Of these payments, what the gateway has not confirmed. */
  async unclearOf(paymentIds: readonly string[]): Promise<Map<string, Unclear[]>> {
    const found = new Map<string, Unclear[]>()
    if (!paymentIds.length) return found
    const rows = await this.database.query<Unclear & { gateway_payment_id: string }>(
      `select gateway_payment_id, kind, state from gateway_operation
       where gateway_payment_id in (${paymentIds.map(() => "?").join(", ")}) and state in ('sent', 'unknown')`,
      paymentIds,
    )
    for (const { gateway_payment_id: id, kind, state } of rows)
      found.set(id, [...(found.get(id) ?? []), { kind, state }])
    return found
  }

  /** Of these Medusa refund rows, those some operation was made for. */
  async refundIdsKnown(refundIds: readonly string[]): Promise<Set<string>> {
    if (!refundIds.length) return new Set()
    const rows = await this.database.query<{ refund_id: string }>(
      `select distinct refund_id from gateway_operation where refund_id in (${refundIds.map(() => "?").join(", ")})`,
      refundIds,
    )
    return new Set(rows.map((row) => row.refund_id))
  }
}

export type Unclear = Pick<Operation, "kind" | "state">

/** Has payments looked at now. Takes the moment, twice. */
const wake = (ids: string): string =>
  `update gateway_payment set wakes = wakes + 1, next_check_at = least(next_check_at, ?::timestamptz), updated_at = ?
     where id in (${ids}) returning 1`

/** The payment of an operation, locked before it, as every fenced write does. Takes the operation's id. */
const paymentHeld = `payment as (select id from gateway_payment
         where id = (select gateway_payment_id from gateway_operation where id = ?) for update)`

/** The reason of a return that had counted as not made, and that the gateway did after all. */
export const afterAll = "after_all"

/** An end says why, and that an earlier one was wrong is kept while money goes back. Takes the reason and the state. */
const reasonOfEnd = `reason = coalesce(?::text, case when reason = '${afterAll}' and ?::text in ('succeeded', 'pending') then reason end)`

/** The reason of a payout that was not sent because the one before it had gone through. */
export const paidBefore = "paid_before"
export const paidBeforeWords = "The payout before it went through after all: it was not sent."

/** A payout that was sent, waited again, and that a person then recorded as returned another way. */
export const wasReturnedAnotherWay = ({
  kind,
  state,
  reason,
  byHand,
  attempts,
  sentAt,
}: Operation): boolean =>
  kind === "payout" &&
  state === "succeeded" &&
  reason === "by_hand" &&
  byHand === "other" &&
  attempts === 0 &&
  sentAt !== null

/** It went back, although it had counted as not made. */
const wentAfterAll = ({ state, reason }: Operation): boolean => state === "succeeded" && reason === afterAll

/**
 * Made while the first counted as not made, of the same amount or for the same refund of Medusa's: in its place, as far as anybody can tell.
 * What is asked for once that is known is another wish.
 */
const isInPlaceOf = (first: Operation, operation: Operation): boolean =>
  operation.id !== first.id &&
  operation.createdAt >= first.createdAt &&
  (first.settledAt === null || operation.createdAt <= first.settledAt) &&
  (operation.amount === first.amount ||
    (operation.refundId !== null && operation.refundId === first.refundId))

/** What it was made in the place of has gone back, or will: it is not wanted as well. */
export const isMet = (operation: Operation, operations: readonly Operation[]): boolean =>
  returns(operations).some((one) => one.reason === afterAll && isDone(one) && isInPlaceOf(one, operation))

/** Returns that had counted as not made, and went back beside one that was made in their place. */
export const returnedTwice = (operations: readonly Operation[]): Operation[] => {
  const gone = returns(operations).filter(({ state }) => state === "succeeded")
  return gone.filter((one) => wentAfterAll(one) && gone.some((other) => isInPlaceOf(one, other)))
}

/** It went back after all, and Medusa's row for it is carried by another that has: it is entered by itself. */
export const hasLostRow = (operation: Operation, operations: readonly Operation[]): boolean =>
  wentAfterAll(operation) &&
  operation.refundId !== null &&
  returns(operations).some(
    (other) =>
      other.id !== operation.id &&
      other.state === "succeeded" &&
      other.refundId === operation.refundId &&
      (!wentAfterAll(other) || other.id > operation.id),
  )

/** Operations that return money, in the order they were made. */
export const returns = (operations: readonly Operation[]): Operation[] =>
  operations.filter(({ kind }) => kind === "refund" || kind === "cancel" || kind === "payout")

/** Its money went back, or the gateway has accepted it. */
export const isDone = ({ state }: Operation): boolean => state === "succeeded" || state === "pending"

/** It reversed its payment, as happens once. */
export const isReversal = ({ kind, state }: Operation): boolean => kind === "cancel" && state === "succeeded"

/** Since when the gateway may know of it. */
export const sentSince = ({ sentAt, createdAt }: Pick<Operation, "sentAt" | "createdAt">): Date =>
  sentAt ?? createdAt

/** Its end is not known: in doubt, or accepted and not finished. */
export const isUnsettled = ({ state }: Operation): boolean => isUnclear(state) || state === "pending"

/** Sent, and without an end that is known. What waits for the shopper has not been sent. */
export const isUnfinished = (operation: Operation): boolean =>
  isUnsettled(operation) && !isWaitingPayout(operation)

/** Minor units that have gone back for certain. */
export const returnedAmount = (operations: readonly Operation[]): number =>
  returns(operations)
    .filter((operation) => operation.state === "succeeded")
    .reduce((sum, operation) => sum + (operation.amount ?? 0), 0)

/**
 * Minor units that have gone back of the gateway's order: without what a person returned by other means, and what was paid out. A payout
 * that a person ended because its money went back in the console is of the order.
 */
export const returnedAtGateway = (operations: readonly Operation[]): number =>
  returnedAmount(operations.filter(isOfOrder))

/** Its money is of the gateway's order. */
export const isOfOrder = ({ byHand, kind }: Operation): boolean =>
  byHand === "console" || (byHand !== "other" && kind !== "payout")

/** A refund whose account the shopper has yet to name, or that is not sent yet for another reason. */
export const isWaitingPayout = ({ kind, state }: Pick<Operation, "kind" | "state">): boolean =>
  kind === "payout" && state === "pending"

/**
 * A refund that a person decided here, and of which Medusa holds no row yet: Medusa books it once the shopper has named an account. What
 * Medusa asked for itself has a row from the start.
 */
const waitsUnbooked = (operation: Operation): boolean =>
  isWaitingPayout(operation) && operation.refundId === null && operation.decisionId !== null

/** The shopper has not answered: it is in nobody's books, and can be taken back. */
export const isUnanswered = (operation: Operation): boolean =>
  waitsUnbooked(operation) && operation.reason !== "given"

/** The shopper has named an account: Medusa books it before anything is sent. */
export const isToBeBooked = (operation: Operation): boolean =>
  waitsUnbooked(operation) && operation.reason === "given"

/** A person recorded it as returned in the gateway's console, and the gateway has not described it yet. */
export const awaitsDescription = ({ byHand, describedBy }: Operation): boolean =>
  byHand === "console" && describedBy.length === 0

/** Minor units that have gone back, are going, or may have gone: what a new refund must not count on. */
export const committedAmount = (operations: readonly Operation[]): number =>
  returns(operations)
    .filter((operation) => holdsMoney(operation.state))
    .reduce((sum, operation) => sum + (operation.amount ?? 0), 0)

interface OperationRow {
  id: string
  gateway_payment_id: string
  kind: OperationKind
  number: string
  gateway_no: string | null
  amount: string | null
  medusa_amount: string | null
  state: OperationState
  refund_id: string | null
  outside: boolean
  by_hand: WayBack | null
  described_by: string[]
  decision_id: string | null
  untold: boolean
  told: boolean
  reason: string | null
  code: string | null
  message: string | null
  asked_at: Date | null
  asked_outcome: OperationState | null
  asked_code: string | null
  asked_message: string | null
  attempts: number
  sent_at: Date | null
  created_at: Date
  updated_at: Date
  settled_at: Date | null
}

type Moment = "asked_at" | "sent_at" | "created_at" | "updated_at" | "settled_at"

/** A row as `json_agg` writes it: numbers as numbers, moments as text. */
export type OperationJson = Omit<OperationRow, "amount" | Moment> & {
  amount: number | null
  asked_at: string | null
  sent_at: string | null
  created_at: string
  updated_at: string
  settled_at: string | null
}

export const operationFromJson = (row: OperationJson): Operation =>
  toOperation({
    ...row,
    amount: row.amount === null ? null : String(row.amount),
    asked_at: row.asked_at === null ? null : new Date(row.asked_at),
    sent_at: row.sent_at === null ? null : new Date(row.sent_at),
    created_at: new Date(row.created_at),
    updated_at: new Date(row.updated_at),
    settled_at: row.settled_at === null ? null : new Date(row.settled_at),
  })

const toOperation = (row: OperationRow): Operation => ({
  id: row.id,
  paymentId: row.gateway_payment_id,
  kind: row.kind,
  number: row.number,
  gatewayNo: row.gateway_no,
  amount: row.amount === null ? null : Number(row.amount),
  medusaAmount: row.medusa_amount,
  state: row.state,
  refundId: row.refund_id,
  outside: row.outside,
  byHand: row.by_hand,
  describedBy: row.described_by,
  decisionId: row.decision_id,
  untold: row.untold,
  told: row.told,
  reason: row.reason,
  code: row.code,
  message: row.message,
  asked: row.asked_at &&
    row.asked_outcome && {
      at: row.asked_at,
      outcome: row.asked_outcome,
      code: row.asked_code,
      message: row.asked_message,
    },
  attempts: row.attempts,
  sentAt: row.sent_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  settledAt: row.settled_at,
})
