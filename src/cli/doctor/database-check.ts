import { createRequire } from "node:module"
import path from "node:path"

import { pendingMigrations, type Database } from "../../services/ledger"
import { ok, skipped, wrong, type Finding, type Result } from "./finding"

interface PgClient {
  connect(): Promise<unknown>
  query(sql: string, values: unknown[]): Promise<{ rows: unknown[] }>
  end(): Promise<unknown>
}
type Pg = { Client: new (options: { connectionString: string; connectionTimeoutMillis: number }) => PgClient }

/** What the shop's database says: which migrations it has not seen, and what it knows of the accounts. Only reads. */
export async function* checkDatabase(
  databaseUrl: string | undefined,
  directory: string,
  accounts: (database: Database) => Promise<Finding[]>,
): AsyncGenerator<Finding> {
  if (!databaseUrl) {
    yield migrationsAre(skipped("No DATABASE_URL: the tables were not looked for."))
    return
  }
  const pg = pgOf(directory)
  if (!pg) {
    yield migrationsAre(skipped("The package pg is not installed here: the tables were not looked for."))
    return
  }
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    const shop = fromPg(client)
    const migrated = judged(await pendingMigrations(shop))
    yield migrationsAre(migrated)
    if (migrated.verdict === "ok") yield* await accounts(shop)
  } catch (error) {
    yield migrationsAre(wrong(`The database could not be asked (${codeOf(error)}): check DATABASE_URL.`))
  } finally {
    await client.end().catch(() => undefined)
  }
}

const migrationsAre = (result: Result): Finding => ({ about: "database", check: "migrations", ...result })

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
  transaction: () => Promise.reject(new Error("Nothing is written here.")),
})

function judged(pending: readonly string[]): Result {
  if (!pending.length) return ok("All tables are there, and no migration is pending.")
  return wrong(`Pending: ${pending.join(", ")}. Run: npx medusa db:migrate`)
}

/** Only the code: a driver's message may hold the address, and with it the password. */
const codeOf = (error: unknown): string => {
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
