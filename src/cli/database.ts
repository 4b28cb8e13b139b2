import { createRequire } from "node:module"
import path from "node:path"

import type { Database } from "../services/ledger"

interface PgClient {
  connect(): Promise<unknown>
  query(sql: string, values: unknown[]): Promise<{ rows: unknown[] }>
  end(): Promise<unknown>
}
type Pg = { Client: new (options: { connectionString: string; connectionTimeoutMillis: number }) => PgClient }

/** Where the shop's tables are. Medusa keeps them in `public`, or in the schema of its `databaseSchema`. */
export interface ShopDatabase {
  url: string
  schema?: string | undefined
}

/**
 * Runs `work` on the shop's database, by the pg that the shop has; `undefined` where it has none. What goes wrong with the database is
 * thrown as it is: its words may hold the address, and with it the password.
 */
export async function onDatabase<T>(
  { url, schema }: ShopDatabase,
  directory: string,
  work: (database: Database) => Promise<T>,
): Promise<T | undefined> {
  const pg = pgOf(directory)
  if (!pg) return undefined
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    if (schema) await client.query("select set_config('search_path', $1, false)", [quoted(schema)])
    return await work(fromPg(client))
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Names that are not lower-case words need it. */
const quoted = (schema: string): string => `"${schema.replaceAll('"', '""')}"`

/** The ledger writes `?` where PostgreSQL's own client counts. */
const fromPg = (client: PgClient): Database => ({
  query: async <Row>(sql: string, bindings: readonly unknown[] = []) => {
    let count = 0
    const { rows } = await client.query(
      sql.replace(/\?/g, () => `$${++count}`),
      [...bindings],
    )
    return rows as Row[]
  },
  transaction: () => Promise.reject(new Error("Nothing is written here that needs a transaction.")),
})

/** Only the code: a driver's message may hold the address, and with it the password. */
export const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown }
  return typeof code === "string" ? code.slice(0, 32) : "no code"
}

/** The shop's pg, or the one of the Medusa it has installed. */
function pgOf(directory: string): Pg | undefined {
  const shop = createRequire(path.join(directory, "package.json"))
  for (const owner of [undefined, "@medusajs/framework/package.json", "@medusajs/medusa/package.json"]) {
    try {
      const require = owner === undefined ? shop : createRequire(shop.resolve(owner))
      return require("pg") as Pg
    } catch {
      // Not there: the next one.
    }
  }
  return undefined
}
