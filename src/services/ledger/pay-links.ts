import { ulid } from "../../core"
import type { Clock } from "./clock"
import type { Database } from "./database"

/** Where a link comes from: a payment session, Medusa's own address, or an admin. */
export type PayLinkOrigin = "session" | "visit" | "admin"

/** A link to the pay page. Its token is known to whoever was given it: here is its hash. */
export interface PayLink {
  id: string
  collectionId: string
  orderId: string | null
  /** The payment session whose `data.action` it is. */
  sessionId: string | null
  /** Major units, plain decimal: it is refused once Medusa asks for another amount. */
  amount: string
  currency: string
  origin: PayLinkOrigin
  /** The admin who made it. */
  madeBy: string | null
  sentAt: Date | null
  expiresAt: Date
  createdAt: Date
}

export type NewPayLink = Omit<PayLink, "id" | "sentAt" | "createdAt"> & { tokenHash: string }

export class PayLinks {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async create(link: NewPayLink): Promise<PayLink> {
    const now = this.clock.now()
    const rows = await this.database.query<PayLinkRow>(
      `insert into gateway_pay_link (id, token_hash, collection_id, order_id, session_id, amount, currency_code, origin, made_by,
         expires_at, created_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning *`,
      [
        ...[`gplink_${ulid(now.getTime())}`, link.tokenHash, link.collectionId, link.orderId, link.sessionId],
        ...[link.amount, link.currency, link.origin, link.madeBy, link.expiresAt, now],
      ],
    )
    return rows.map(toPayLink)[0] as PayLink
  }

  async ofToken(tokenHash: string): Promise<PayLink | undefined> {
    const rows = await this.database.query<PayLinkRow>(
      "select * from gateway_pay_link where token_hash = ?",
      [tokenHash],
    )
    return rows.map(toPayLink)[0]
  }

  async get(id: string): Promise<PayLink | undefined> {
    const rows = await this.database.query<PayLinkRow>("select * from gateway_pay_link where id = ?", [id])
    return rows.map(toPayLink)[0]
  }

  /** Those that admins made for these collections, the newest first. */
  async madeFor(collectionIds: readonly string[], most: number): Promise<PayLink[]> {
    if (!collectionIds.length) return []
    const rows = await this.database.query<PayLinkRow>(
      `select * from gateway_pay_link where collection_id in (${collectionIds.map(() => "?").join(", ")}) and origin = 'admin'
       order by created_at desc, id desc limit ?`,
      [...collectionIds, most],
    )
    return rows.map(toPayLink)
  }

  async noteSent(id: string): Promise<void> {
    await this.database.query("update gateway_pay_link set sent_at = ? where id = ?", [this.clock.now(), id])
  }

  /** Keeps the newest `most` links of an origin that a collection has: nobody fills the table by asking for more. */
  async keepNewest(collectionId: string, origin: PayLinkOrigin, most: number): Promise<void> {
    await this.database.query(
      `delete from gateway_pay_link where id in (
         select id from gateway_pay_link where collection_id = ? and origin = ? order by created_at desc, id desc offset ?)`,
      [collectionId, origin, most],
    )
  }

  /** Forgets links that expired before then, a batch at a time. */
  async prune(before: Date, batch: number): Promise<number> {
    const rows = await this.database.query(
      `delete from gateway_pay_link where id in (select id from gateway_pay_link where expires_at < ? order by expires_at limit ?) returning id`,
      [before, batch],
    )
    return rows.length
  }
}

interface PayLinkRow {
  id: string
  collection_id: string
  order_id: string | null
  session_id: string | null
  amount: string
  currency_code: string
  origin: PayLinkOrigin
  made_by: string | null
  sent_at: Date | null
  expires_at: Date
  created_at: Date
}

const toPayLink = (row: PayLinkRow): PayLink => ({
  id: row.id,
  collectionId: row.collection_id,
  orderId: row.order_id,
  sessionId: row.session_id,
  amount: row.amount,
  currency: row.currency_code,
  origin: row.origin,
  madeBy: row.made_by,
  sentAt: row.sent_at,
  expiresAt: row.expires_at,
  createdAt: row.created_at,
})
