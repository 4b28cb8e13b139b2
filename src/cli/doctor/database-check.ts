import { readdirSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { z } from "zod"

import { ok, skipped, wrong, type Result } from "./finding"

interface PgClient {
  connect(): Promise<unknown>
  query(sql: string, values: unknown[]): Promise<{ rows: unknown[] }>
  end(): Promise<unknown>
}
type Pg = { Client: new (options: { connectionString: string; connectionTimeoutMillis: number }) => PgClient }

/** Where Medusa notes the migrations of all its modules. */
const migrationTable = "mikro_orm_migrations"

/** Which of this package's migrations the shop's database has not seen. Uses the shop's own PostgreSQL client. */
export async function checkMigrations(databaseUrl: string | undefined, directory: string): Promise<Result> {
  if (!databaseUrl) return skipped("No DATABASE_URL: the tables were not looked for.")
  const pg = pgOf(directory)
  if (!pg) return skipped("The package pg is not installed here: the tables were not looked for.")
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    return judged(await applied(client))
  } catch (error) {
    return wrong(`The database could not be asked (${codeOf(error)}): check DATABASE_URL.`)
  } finally {
    await client.end().catch(() => undefined)
  }
}

const names = z.array(z.object({ name: z.string() }))

async function applied(client: PgClient): Promise<Set<string>> {
  const { rows } = await client.query("select to_regclass($1)::text as name", [migrationTable])
  if (!names.safeParse(rows).success) return new Set()
  const found = await client.query(`select name from ${migrationTable} where name = any($1)`, [migrations()])
  return new Set(names.parse(found.rows).map((row) => row.name))
}

function judged(done: Set<string>): Result {
  const pending = migrations().filter((name) => !done.has(name))
  if (!pending.length) return ok("All tables are there, and no migration is pending.")
  return wrong(`Pending: ${pending.join(", ")}. Run: npx medusa db:migrate`)
}

const migrations = (): string[] =>
  readdirSync(path.join(__dirname, "../../migrations")).flatMap(
    (file) => /^(Migration\d+)\.(js|ts)$/.exec(file)?.[1] ?? [],
  )

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
