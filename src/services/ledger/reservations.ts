import type { Reserved } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"
import { placeholders } from "./payment-list"
import { toPayment } from "./payments"
import type { GatewayPayment, PaymentRow } from "./payments"

/**
 * Which payments Medusa is being told of. Two that are paid at the same moment, for a sum that is wanted once, are told apart
 * here: whoever comes second sees the first, on whatever instance.
 */
export class Reservations {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Reserves what is still to be paid for this payment, unless another one has reserved something of it meanwhile: one
   * whose session is not among `known`; or something of it goes back, or may have gone. `undefined`: nothing was written, look again.
   */
  async reserve(
    id: string,
    collectionIds: readonly string[],
    known: readonly string[],
  ): Promise<GatewayPayment | undefined> {
    const unknown = known.length ? `and session_id not in (${placeholders(known)})` : ""
    const rows = await this.database.query<PaymentRow>(
      // The rows are locked in one order, and read as whoever held them before has left them.
      `with kin as materialized (
         select id, session_id, unwanted, coalesce(reserved_at, captured_at) as taken_at
         from gateway_payment where collection_id in (${placeholders(collectionIds)}) order by id for update)
       update gateway_payment set reserved_at = ?
       where id = ? and state = 'paid' and unwanted is null
         and not exists (select 1 from kin where id <> ? and taken_at is not null and unwanted is null ${unknown})
         and not ${returning}
       returning *`,
      [...collectionIds, this.clock.now(), id, id, ...known],
    )
    return rows[0] && toPayment(rows[0])
  }

  /** What is reserved in these collections and still there: nothing, of what goes back and was not captured. */
  async of(collectionIds: readonly string[]): Promise<(Reserved & { id: string })[]> {
    const rows = await this.database.query<Pick<PaymentRow, "id" | "session_id" | "digits"> & Row>(
      `select id, session_id, collection_id, digits,
         case when captured_at is null and reserved_at < ? and ${returning} then 0 else paid_amount - refunded_amount end as held
       from gateway_payment
       where collection_id in (${placeholders(collectionIds)}) and unwanted is null
         and coalesce(reserved_at, captured_at) is not null`,
      [new Date(this.clock.now().getTime() - takingMs), ...collectionIds],
    )
    return rows.map((row) => ({
      id: row.id,
      sessionId: row.session_id,
      collectionId: row.collection_id,
      amount: Number(row.held),
      digits: row.digits,
    }))
  }

  /** Open payments of orders, by id after `after`: what an order wants changes without a word to its payments. */
  async openOfOrders(after: string, limit: number): Promise<GatewayPayment[]> {
    const rows = await this.database.query<PaymentRow>(
      `select * from gateway_payment where ${openOfOrder} and id > ? order by id limit ?`,
      [after, limit],
    )
    return rows.map(toPayment)
  }
}

interface Row {
  collection_id: string
  held: string
}

/** Longer than Medusa takes to write a capture that it was told of. */
const takingMs = 120_000

/** As `committedAmount` says it. */
const returning = `exists (select 1 from gateway_operation going where going.gateway_payment_id = gateway_payment.id
           and going.kind in ('refund', 'cancel', 'payout') and going.amount > 0 and going.state not in ('refused', 'not_sent'))`

/** As the partial index of the migration names them. */
const openOfOrder =
  "order_id is not null and unwanted is null and next_check_at is not null and state in ('created', 'pending', 'failed')"
