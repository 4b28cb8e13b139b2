import type { Clock } from "./clock"
import type { Database } from "./database"

/**
 * - `in_use`: the entry had the account when a server started, or when a payment was opened
 * - `no_reversal`: the gateway does not take the call that reverses a payment on its day (Gnete's `pay/cancel`)
 * - `not_opening`: payments in a row that did not open, each with the answer in `detail`
 * - `account_info`: what the gateway says that the account may do, as JSON; `seenAt` is when it was last read
 */
export type FactName = "in_use" | "no_reversal" | "not_opening" | "account_info"

/** A provider entry with one of the accounts that it had: what is known holds for both together. */
export interface AccountKey {
  providerId: string
  /** Ksher's appid; Gnete's `mchNo/appId`. */
  account: string
}

export interface AccountFact extends AccountKey {
  fact: FactName
  detail: string | null
  /** How often in a row it was noted with this detail. */
  count: number
  since: Date
  seenAt: Date
  /** From then on it is not believed any more; null: until it is forgotten. */
  expiresAt: Date | null
}

/** What is known of the accounts behind the provider entries, and since when. */
export class AccountFacts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Notes a fact. The same detail again is counted; another detail begins anew. */
  async note(
    { providerId, account }: AccountKey,
    fact: FactName,
    { detail = null, expiresAt = null }: { detail?: string | null; expiresAt?: Date | null } = {},
  ): Promise<AccountFact> {
    const now = this.clock.now()
    const rows = await this.database.query<FactRow>(
      `insert into gateway_account_fact as known (provider_id, account, fact, detail, since, seen_at, expires_at)
       values (?, ?, ?, ?, ?, ?, ?)
       on conflict (provider_id, account, fact) do update set
         count = case when known.detail is not distinct from excluded.detail then known.count + 1 else 1 end,
         since = case when known.detail is not distinct from excluded.detail then known.since else excluded.since end,
         detail = excluded.detail, seen_at = excluded.seen_at, expires_at = excluded.expires_at
       returning *`,
      [providerId, account, fact, detail, now, now, expiresAt],
    )
    if (!rows[0]) throw new Error(`The fact ${fact} of ${providerId} was not written.`)
    return toFact(rows[0])
  }

  async get({ providerId, account }: AccountKey, fact: FactName): Promise<AccountFact | undefined> {
    const rows = await this.database.query<FactRow>(
      `select * from gateway_account_fact where provider_id = ? and account = ? and fact = ?
         and (expires_at is null or expires_at > ?)`,
      [providerId, account, fact, this.clock.now()],
    )
    return rows[0] && toFact(rows[0])
  }

  async forget({ providerId, account }: AccountKey, fact: FactName): Promise<void> {
    await this.database.query(
      `delete from gateway_account_fact where provider_id = ? and account = ? and fact = ?`,
      [providerId, account, fact],
    )
  }

  /** Everything that is known, oldest first: a few rows for each account that the shop has had. */
  async all(): Promise<AccountFact[]> {
    const rows = await this.database.query<FactRow>(
      `select * from gateway_account_fact where expires_at is null or expires_at > ?
       order by since, provider_id, account, fact`,
      [this.clock.now()],
    )
    return rows.map(toFact)
  }
}

interface FactRow {
  provider_id: string
  account: string
  fact: FactName
  detail: string | null
  count: number
  since: Date
  seen_at: Date
  expires_at: Date | null
}

const toFact = (row: FactRow): AccountFact => ({
  providerId: row.provider_id,
  account: row.account,
  fact: row.fact,
  detail: row.detail,
  count: row.count,
  since: row.since,
  seenAt: row.seen_at,
  expiresAt: row.expires_at,
})
