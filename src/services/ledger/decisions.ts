import { ulid } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

export const decisionActions = ["refund", "record_refund", "went_through", "did_not", "dismiss"] as const
export type DecisionAction = (typeof decisionActions)[number]

/** How money went back that this plugin did not send. `other`: by a bank transfer, say, which the gateway never describes. */
export const waysBack = ["console", "other"] as const
export type WayBack = (typeof waysBack)[number]

/** What a person asked for. */
export interface DecisionRequest {
  action: DecisionAction
  /** The operation that `went_through` and `did_not` are about. */
  operationId?: string | undefined
  /** What the person had seen of the payment. */
  version: number
  /** Major units, plain decimal; absent: all that is left, or what the named operation or refund is of. */
  amount?: string | undefined
  note: string
  how?: WayBack | undefined
  /** Medusa's refund row that is meant. */
  refundId?: string | undefined
}

/** The first answer to a decision, given again to whoever repeats it. */
export type DecisionAnswer = { done: unknown } | { problem: { kind: string; code: string; message: string } }

export interface Decision extends DecisionRequest {
  id: string
  paymentId: string
  key: string | null
  /** Of what was asked for, without the version: equal for a repetition. */
  fingerprint: string
  by: string
  /** Null while it is carried out, and where the process died meanwhile. */
  answer: DecisionAnswer | null
  createdAt: Date
  answeredAt: Date | null
}

export type NewDecision = DecisionRequest & Pick<Decision, "paymentId" | "key" | "fingerprint" | "by">

export class Decisions {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Written before anything is done for it, and only where the payment is still what the person saw. That somebody decided is itself
   * something to see: of two decisions about the same version only one begins. `undefined`: nothing was written.
   */
  async begin(decision: NewDecision): Promise<Decision | undefined> {
    const now = this.clock.now()
    const rows = await this.database.query<DecisionRow>(
      `with seen as (
         update gateway_payment set version = version + 1
         where id = ? and version = ? and not exists (select 1 from gateway_decision where key = ?) returning id)
       insert into gateway_decision (id, gateway_payment_id, key, fingerprint, version, action, operation_id, amount, how, refund_id,
         note, decided_by, created_at)
       select ?::text, seen.id, ?::text, ?::text, ?::integer, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::timestamptz from seen
       on conflict do nothing returning *`,
      [
        ...[decision.paymentId, decision.version, decision.key],
        ...[`gdec_${ulid(now.getTime())}`, decision.key, decision.fingerprint, decision.version],
        ...[decision.action, decision.operationId ?? null, decision.amount ?? null, decision.how ?? null],
        ...[decision.refundId ?? null, decision.note, decision.by, now],
      ],
    )
    return rows[0] && toDecision(rows[0])
  }

  /** Keeps the answer. One that was given before stands, and is returned. */
  async answer(id: string, answer: DecisionAnswer): Promise<Decision> {
    const rows = await this.database.query<DecisionRow>(
      `update gateway_decision set answer = ?::jsonb, answered_at = ? where id = ? and answer is null returning *`,
      [JSON.stringify(answer), this.clock.now(), id],
    )
    const row = rows[0] ?? (await this.rows("id = ?", [id]))[0]
    if (!row) throw new Error(`There is no decision ${id} in the ledger.`)
    return toDecision(row)
  }

  async get(id: string): Promise<Decision | undefined> {
    return (await this.rows("id = ?", [id])).map(toDecision)[0]
  }

  async ofKey(key: string): Promise<Decision | undefined> {
    return (await this.rows("key = ?", [key])).map(toDecision)[0]
  }

  /** The newest decision of a person about a payment that asked for the same without a key. */
  async repeatedSince(
    of: Pick<Decision, "paymentId" | "by" | "fingerprint">,
    since: Date,
  ): Promise<Decision | undefined> {
    const rows = await this.rows(
      `gateway_payment_id = ? and decided_by = ? and fingerprint = ? and key is null and created_at > ?
       order by created_at desc, id desc limit 1`,
      [of.paymentId, of.by, of.fingerprint, since],
    )
    return rows.map(toDecision)[0]
  }

  async ofPayment(paymentId: string): Promise<Decision[]> {
    return (await this.rows("gateway_payment_id = ? order by created_at, id", [paymentId])).map(toDecision)
  }

  private rows(where: string, bindings: readonly unknown[]): Promise<DecisionRow[]> {
    return this.database.query<DecisionRow>(`select * from gateway_decision where ${where}`, bindings)
  }
}

interface DecisionRow {
  id: string
  gateway_payment_id: string
  key: string | null
  fingerprint: string
  version: number
  action: DecisionAction
  operation_id: string | null
  amount: string | null
  how: WayBack | null
  refund_id: string | null
  note: string
  decided_by: string
  answer: DecisionAnswer | null
  created_at: Date
  answered_at: Date | null
}

const toDecision = (row: DecisionRow): Decision => ({
  id: row.id,
  paymentId: row.gateway_payment_id,
  key: row.key,
  fingerprint: row.fingerprint,
  version: row.version,
  action: row.action,
  operationId: row.operation_id ?? undefined,
  amount: row.amount ?? undefined,
  how: row.how ?? undefined,
  refundId: row.refund_id ?? undefined,
  note: row.note,
  by: row.decided_by,
  answer: row.answer,
  createdAt: row.created_at,
  answeredAt: row.answered_at,
})
