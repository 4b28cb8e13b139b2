import { readdirSync } from "node:fs"
import path from "node:path"
import type { Migration } from "@medusajs/framework/mikro-orm/migrations"

const folder = path.resolve(__dirname, "../src/migrations")

type MigrationClass = new (driver: unknown, config: unknown) => Migration

/** One migration of this package, as plain SQL. They only collect it, so that no ORM is needed to read it from them. */
export interface PlainMigration {
  name: string
  up: string[]
  down: string[]
}

let all: Promise<PlainMigration[]> | undefined

/** Every migration of this package, oldest first. */
export function migrations(): Promise<PlainMigration[]> {
  all ??= migrationsIn(folder)
  return all
}

/** The SQL that makes the ledger's tables in an empty database. */
export const migrationStatements = async (): Promise<string[]> => (await migrations()).flatMap(({ up }) => up)

/** Those in the folder of this or another release. */
export async function migrationsIn(folder: string): Promise<PlainMigration[]> {
  const files = readdirSync(folder).filter((file) => /^Migration\w+\.ts$/.test(file))
  const read: PlainMigration[] = []
  for (const file of files.sort()) {
    const module = (await import(path.join(folder, file))) as Record<string, unknown>
    for (const exported of Object.values(module).filter(isMigration))
      read.push({
        name: exported.name,
        up: await statementsOf(exported, "up"),
        down: await statementsOf(exported, "down"),
      })
  }
  return read
}

function isMigration(value: unknown): value is MigrationClass {
  // Not by `instanceof`: another release has its own copy of the class.
  return typeof value === "function" && "getQueries" in (value.prototype as object)
}

async function statementsOf(migrationClass: MigrationClass, way: "up" | "down"): Promise<string[]> {
  const migration = new migrationClass(undefined, undefined)
  await migration[way]()
  return migration.getQueries().map((query) => {
    if (typeof query !== "string")
      throw new Error(`${migrationClass.name} holds a query that is not plain SQL.`)
    return query
  })
}
