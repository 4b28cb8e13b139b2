import type { Database } from "../../src/services/ledger"

/** What is used of knex and of the connection under it. */
interface KnexWithClient {
  client: {
    acquireConnection(): Promise<Connection>
    releaseConnection(connection: Connection): Promise<void>
  }
}

interface Connection {
  query(query: { name?: string; text: string; values?: unknown[] }): Promise<{ rows: unknown[] }>
}

/** One PostgreSQL connection whose statements are prepared once: thousands of schedules ask the same few things. */
export interface LedgerConnection extends Database {
  /** Forgets everything that was written. */
  clear(): Promise<void>
  close(): Promise<void>
}

export async function connectLedger(knex: object): Promise<LedgerConnection> {
  const { client } = knex as KnexWithClient
  const connection = await client.acquireConnection()
  const prepared = new Map<string, { name: string; text: string }>()
  const statement = (sql: string) => {
    const known = prepared.get(sql)
    if (known) return known
    let count = 0
    const made = { name: `s${prepared.size}`, text: sql.replace(/\?/g, () => `$${++count}`) }
    prepared.set(sql, made)
    return made
  }
  const database: LedgerConnection = {
    query: async <Row>(sql: string, bindings: readonly unknown[] = []) =>
      inOrder(sql, (await connection.query({ ...statement(sql), values: [...bindings] })).rows) as Row[],
    transaction: () => Promise.reject(new Error("The use cases need no transaction of their own.")),
    clear: async () => {
      await connection.query({
        text: "delete from gateway_shopper_payout; delete from gateway_decision; delete from gateway_notification; delete from gateway_notification_count; delete from gateway_operation; delete from gateway_payment; delete from gateway_account_fact; delete from gateway_order; delete from gateway_turnover; delete from gateway_alert; delete from gateway_report; delete from gateway_pay_link; delete from gateway_settlement; delete from gateway_settlement_fetch; delete from gateway_statement_mapping",
      })
    },
    close: () => client.releaseConnection(connection),
  }
  return database
}

/** Rows of an update, and of a select without an order, come in no certain order; a schedule has to repeat. */
function inOrder(sql: string, rows: unknown[]): unknown[] {
  const ordered = !sql.startsWith("update") && sql.includes("order by")
  if (ordered || rows.length < 2) return rows
  const id = (row: unknown) => (row as { id?: string }).id ?? ""
  return rows.sort((a, b) => (id(a) < id(b) ? -1 : 1))
}
