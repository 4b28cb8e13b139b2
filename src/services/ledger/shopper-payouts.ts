import { ulid } from "../../core"
import type { GatewayName, Receiver } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

/** A link by which the shopper is asked for an account. Of its token only the hash is kept. */
export interface RefundLink {
  id: string
  wrongTries: number
  expiresAt: Date
  madeBy: string | null
}

/** What is known of a payout besides its operation. The account itself is sealed, and gone once the payout has ended. */
export interface ShopperPayout {
  operationId: string
  paymentId: string
  link: RefundLink | null
  /** When the shopper named an account; null: not yet. */
  givenAt: Date | null
  /** Sealed; null: none was named yet, or it has been deleted. */
  sealed: string | null
  receiverType: Receiver["type"] | null
  /** The last four digits. */
  receiverTail: string | null
  releasedAt: Date | null
  releasedBy: string | null
  /** What the gateway took for it, in minor units. */
  fee: number | null
}

/** What somebody has seen of a payout: it is that one, or nothing is done. */
export type SeenPayout = { linkId: string | null; givenAt: Date | null }

/** Minor units of one payment that wait for the shopper. */
export interface WaitingRefunds {
  gateway: GatewayName
  channel: string | null
  currency: string
  digits: number
  amount: number
}

export interface NewRefundLink {
  tokenHash: string
  expiresAt: Date
  madeBy: string | null
}

/** Where money goes that no channel refunds: the only table that holds a shopper's account. */
export class ShopperPayouts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async of(operationId: string): Promise<ShopperPayout | undefined> {
    return this.one("operation_id = ?", operationId)
  }

  async ofToken(tokenHash: string): Promise<ShopperPayout | undefined> {
    return this.one("token_hash = ?", tokenHash)
  }

  async ofPayment(paymentId: string): Promise<ShopperPayout[]> {
    const rows = await this.database.query<Row>(
      "select * from gateway_shopper_payout where gateway_payment_id = ? order by operation_id",
      [paymentId],
    )
    return rows.map(toPayout)
  }

  /** What shoppers have been asked about, or is on its way to them, where no attention tells of the payment: by payment. */
  async waitingUntold(atMost: number): Promise<WaitingRefunds[]> {
    return (
      await this.database.query<Omit<WaitingRefunds, "amount"> & { amount: string }>(
        `select payment.gateway, payment.channel, payment.currency_code as currency, payment.digits, sum(operation.amount) as amount
         from gateway_shopper_payout payout join gateway_operation operation on operation.id = payout.operation_id
           join gateway_payment payment on payment.id = payout.gateway_payment_id
         where (payout.sealed is not null or payout.token_hash is not null) and operation.state = 'pending'
           and payment.attention_code is null
         group by payment.id limit ?`,
        [atMost],
      )
    ).map((row) => ({ ...row, amount: Number(row.amount) }))
  }

  private async one(where: string, value: string): Promise<ShopperPayout | undefined> {
    const rows = await this.database.query<Row>(`select * from gateway_shopper_payout where ${where}`, [
      value,
    ])
    return rows.map(toPayout)[0]
  }

  /**
   * Puts a new link in the place of the one before, which is worth nothing from then on. An account that was named is forgotten: it is
   * asked for anew. `undefined`: the payout is sent, or has ended, or is not as it was seen.
   */
  async relink(
    operationId: string,
    seen: SeenPayout,
    link: NewRefundLink,
  ): Promise<ShopperPayout | undefined> {
    const now = this.clock.now()
    const rows = await this.database.query<Row>(
      // Held first: whoever comes second reads what the first has written.
      `with held as (select id from gateway_operation where id = ? and kind = 'payout' and state = 'pending' for update),
       found as (select operation_id from gateway_shopper_payout where operation_id in (select id from held)
         and link_id is not distinct from ?::text and given_at is not distinct from ?::timestamptz for update),
       op as (update gateway_operation set reason = null, updated_at = ? where id in (select operation_id from found) returning id)
       update gateway_shopper_payout set link_id = ?, token_hash = ?, link_expires_at = ?, link_made_by = ?, wrong_tries = 0,
         sealed = null, receiver_type = null, receiver_tail = null, given_at = null, released_at = null, released_by = null, updated_at = ?
       where operation_id in (select id from op) returning *`,
      [
        ...[operationId, seen.linkId, seen.givenAt, now, `gprl_${ulid(now.getTime())}`],
        ...[link.tokenHash, link.expiresAt, link.madeBy, now],
      ],
    )
    return rows.map(toPayout)[0]
  }

  /** Counts a try before it is looked at: those who try at once are counted too. `false`: there were as many as may be. */
  async countTry(linkId: string, most: number): Promise<boolean> {
    const rows = await this.database.query(
      `update gateway_shopper_payout set wrong_tries = wrong_tries + 1, updated_at = ? where link_id = ? and wrong_tries < ? returning 1`,
      [this.clock.now(), linkId, most],
    )
    return rows.length > 0
  }

  /** It was right after all. */
  async uncountTry(linkId: string): Promise<void> {
    await this.database.query(
      "update gateway_shopper_payout set wrong_tries = wrong_tries - 1 where link_id = ? and wrong_tries > 0",
      [linkId],
    )
  }

  /** Keeps the account that the shopper named, once, and has the payment looked at. `false`: it was named before, or the link is over. */
  async give(
    linkId: string,
    given: { sealed: string; type: Receiver["type"]; tail: string },
  ): Promise<boolean> {
    const now = this.clock.now()
    const rows = await this.database.query(
      `with op as (select operation.id from gateway_operation operation join gateway_shopper_payout payout
           on payout.operation_id = operation.id where payout.link_id = ? and operation.state = 'pending' for update of operation),
       given as (
         update gateway_shopper_payout set sealed = ?, receiver_type = ?, receiver_tail = ?, given_at = ?, updated_at = ?
         where operation_id in (select id from op) and link_id = ? and given_at is null and link_expires_at > ?
         returning operation_id, gateway_payment_id),
       noted as (update gateway_operation set reason = 'given', updated_at = ? where id in (select operation_id from given)),
       woken as (update gateway_payment set wakes = wakes + 1, next_check_at = least(next_check_at, ?::timestamptz), checks = 0
         where id in (select gateway_payment_id from given))
       select 1 from given`,
      [linkId, given.sealed, given.type, given.tail, now, now, linkId, now, now, now],
    )
    return rows.length > 0
  }

  /** An admin lets it go. `false`: the account that was seen is not the one that is named, or it has been sent. */
  async release(operationId: string, seen: SeenPayout, by: string): Promise<boolean> {
    const now = this.clock.now()
    const rows = await this.database.query(
      `with released as (
         update gateway_shopper_payout payout set released_at = coalesce(released_at, ?), released_by = coalesce(released_by, ?), updated_at = ?
         from gateway_operation operation where operation.id = payout.operation_id and payout.operation_id = ? and operation.state = 'pending'
           and payout.given_at is not null and payout.link_id = ? and payout.given_at = ? returning payout.gateway_payment_id),
       -- Looks were far apart while nothing happened: what is sent now is asked about soon.
       woken as (update gateway_payment set wakes = wakes + 1, next_check_at = least(next_check_at, ?::timestamptz), checks = 0
         where id in (select gateway_payment_id from released))
       select 1 from released`,
      [now, by, now, operationId, seen.linkId, seen.givenAt, now],
    )
    return rows.length > 0
  }

  /**
   * Ends a refund that nobody has booked and that the shopper has not answered: its link is worth nothing from then on. `false`: it has
   * been answered, booked, sent or ended, or another link is in its place.
   */
  async takeBack(operationId: string, seenLinkId: string | null, message: string): Promise<boolean> {
    const end = { reason: "taken_back", message }
    return this.endUnanswered([operationId], "link_id is not distinct from ?::text", [seenLinkId], end)
  }

  /** As `takeBack`, of all that a larger refund takes in, whatever links they have: all of them, or none. */
  async takeOver(operationIds: readonly string[], message: string): Promise<boolean> {
    return this.endUnanswered(operationIds, "true", [], { reason: "taken_over", message })
  }

  private async endUnanswered(
    operationIds: readonly string[],
    where: string,
    values: readonly unknown[],
    { reason, message }: { reason: string; message: string },
  ): Promise<boolean> {
    const now = this.clock.now()
    const rows = await this.database.query(
      // Held first, as for a new link: whoever comes second reads what the first has written.
      `with held as (select id from gateway_operation where id = any(?::text[]) and kind = 'payout' and state = 'pending' and attempts = 0
         and refund_id is null and decision_id is not null order by id for update),
       found as (select operation_id from gateway_shopper_payout where operation_id in (select id from held)
         and ${where} and given_at is null order by operation_id for update),
       op as (update gateway_operation set state = 'not_sent', reason = ?, message = ?, settled_at = ?, updated_at = ?
         where id in (select operation_id from found) and (select count(*) from found) = ? returning id)
       update gateway_shopper_payout set token_hash = null, updated_at = ? where operation_id in (select id from op) returning 1`,
      [[...operationIds], ...values, reason, message, now, now, operationIds.length, now],
    )
    return rows.length > 0
  }

  async noteFee(operationId: string, fee: number): Promise<void> {
    await this.database.query(
      "update gateway_shopper_payout set fee = ?, updated_at = ? where operation_id = ?",
      [fee, this.clock.now(), operationId],
    )
  }

  /** Forgets the accounts of payouts that have ended: their last four digits stay. */
  async forgetEnded(): Promise<number> {
    const rows = await this.database.query(
      `update gateway_shopper_payout payout set sealed = null, token_hash = null, updated_at = ?
       from gateway_operation operation where operation.id = payout.operation_id
         and (payout.sealed is not null or payout.token_hash is not null)
         and operation.state in ('succeeded', 'refused', 'not_sent') returning 1`,
      [this.clock.now()],
    )
    return rows.length
  }
}

interface Row {
  operation_id: string
  gateway_payment_id: string
  link_id: string | null
  link_expires_at: Date | null
  link_made_by: string | null
  wrong_tries: number
  sealed: string | null
  receiver_type: Receiver["type"] | null
  receiver_tail: string | null
  given_at: Date | null
  released_at: Date | null
  released_by: string | null
  fee: string | null
}

const toPayout = (row: Row): ShopperPayout => ({
  operationId: row.operation_id,
  paymentId: row.gateway_payment_id,
  link:
    row.link_id !== null && row.link_expires_at !== null
      ? {
          id: row.link_id,
          wrongTries: row.wrong_tries,
          expiresAt: row.link_expires_at,
          madeBy: row.link_made_by,
        }
      : null,
  givenAt: row.given_at,
  sealed: row.sealed,
  receiverType: row.receiver_type,
  receiverTail: row.receiver_tail,
  releasedAt: row.released_at,
  releasedBy: row.released_by,
  fee: row.fee === null ? null : Number(row.fee),
})
