import { readdirSync } from "node:fs"
import path from "node:path"

import type { Database } from "./database"

/** Where Medusa notes the migrations of all its modules. */
const table = "mikro_orm_migrations"

/** This package's migrations that the database has not had yet. */
export async function pendingMigrations(database: Pick<Database, "query">): Promise<string[]> {
  const done = await applied(database)
  return migrations().filter((name) => !done.has(name))
}

/** Whether the first of them was applied: without it there is nothing to work on. */
export async function hasLedger(database: Pick<Database, "query">): Promise<boolean> {
  return hasTable(database, "gateway_payment")
}

async function applied(database: Pick<Database, "query">): Promise<Set<string>> {
  if (!(await hasTable(database, table))) return new Set()
  const ours = migrations()
  const rows = await database.query<{ name: string }>(
    `select name from ${table} where name in (${ours.map(() => "?").join(", ")})`,
    ours,
  )
  return new Set(rows.map((row) => row.name))
}

async function hasTable(database: Pick<Database, "query">, name: string): Promise<boolean> {
  const [found] = await database.query<{ name: string | null }>("select to_regclass(?)::text as name", [name])
  return found?.name != null
}

const migrations = (): string[] =>
  readdirSync(path.join(__dirname, "../../migrations")).flatMap(
    (file) => /^(Migration\d+)\.(js|ts)$/.exec(file)?.[1] ?? [],
  )
