import { readdirSync } from "node:fs"
import path from "node:path"
import { randomBytes } from "node:crypto"
import { Migration } from "@medusajs/framework/mikro-orm/migrations"
import { ModulesSdkUtils } from "@medusajs/framework/utils"
import { withDatabase } from "../../scripts/postgres"

type Knex = ReturnType<typeof ModulesSdkUtils.createPgConnection>

export interface TestDatabase {
  /** Connected as Medusa connects: what its container calls `__pg_connection__`. */
  knex: Knex
  url: string
  drop(): Promise<void>
}

const migrationsFolder = path.resolve(__dirname, "../../src/migrations")

/** A new database, empty but for this package's tables. `name` is for whoever reads the server's log. */
export async function createTestDatabase(name: string): Promise<TestDatabase> {
  const database = await createEmptyDatabase(name)
  for (const statement of await migrationStatements()) await database.knex.raw(statement)
  return database
}

/** A new database without any table, for a Medusa that is to migrate it itself. */
export async function createEmptyDatabase(name: string): Promise<TestDatabase> {
  const server = requiredUrl()
  const database = `${name}_${process.pid}_${randomBytes(4).toString("hex")}`.toLowerCase()
  await execute(server, `create database "${database}"`)

  const url = withDatabase(new URL(server), database)
  const knex = connect(url)
  return {
    knex,
    url,
    drop: async () => {
      await knex.destroy()
      await execute(server, `drop database "${database}" with (force)`)
    },
  }
}

/** Another connection pool to the same database, as a second Medusa instance would have. */
export function connect(url: string): Knex {
  return ModulesSdkUtils.createPgConnection({ clientUrl: url, schema: "public", driverOptions: {} })
}

let statements: Promise<string[]> | undefined

/** The SQL of all migrations, in order. They only collect it, so that no ORM is needed to read it from them. */
function migrationStatements(): Promise<string[]> {
  statements ??= collectStatements()
  return statements
}

async function collectStatements(): Promise<string[]> {
  const files = readdirSync(migrationsFolder).filter((file) => /^Migration\w+\.ts$/.test(file))
  const collected: string[] = []
  for (const file of files.sort()) {
    const module = (await import(path.join(migrationsFolder, file))) as Record<string, unknown>
    for (const exported of Object.values(module)) {
      if (isMigration(exported)) collected.push(...(await statementsOf(exported)))
    }
  }
  return collected
}

type MigrationClass = new (driver: unknown, config: unknown) => Migration

function isMigration(value: unknown): value is MigrationClass {
  return typeof value === "function" && value.prototype instanceof Migration
}

async function statementsOf(migrationClass: MigrationClass): Promise<string[]> {
  const migration = new migrationClass(undefined, undefined)
  await migration.up()
  return migration.getQueries().map((query) => {
    if (typeof query !== "string")
      throw new Error(`${migrationClass.name} holds a query that is not plain SQL.`)
    return query
  })
}

async function execute(url: string, sql: string) {
  const knex = connect(url)
  try {
    await knex.raw(sql)
  } finally {
    await knex.destroy()
  }
}

function requiredUrl(): string {
  const url = process.env.DATABASE_URL
  if (!url) throw new Error("DATABASE_URL is missing: only the simulation and integration projects have one.")
  return url
}
