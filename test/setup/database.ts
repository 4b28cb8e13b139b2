import { randomBytes } from "node:crypto"
import { ModulesSdkUtils } from "@medusajs/framework/utils"
import { migrationStatements } from "../../scripts/migrations"
import { withDatabase } from "../../scripts/postgres"
import { createDatabase, execute } from "../../demo/migrated"

type Knex = ReturnType<typeof ModulesSdkUtils.createPgConnection>

export interface TestDatabase {
  /** Connected as Medusa connects: what its container calls `__pg_connection__`. */
  knex: Knex
  url: string
  drop(): Promise<void>
}

/** A new database, empty but for this package's tables. `name` is for whoever reads the server's log. */
export async function createTestDatabase(name: string): Promise<TestDatabase> {
  const database = await createEmptyDatabase(name)
  for (const statement of await migrationStatements()) await database.knex.raw(statement)
  return database
}

/** A new database without any table, for a Medusa that is to migrate it itself. */
export const createEmptyDatabase = (name: string): Promise<TestDatabase> => create(name)

/** A new database as Medusa has migrated it, with the shop's admin in it. */
export const copyMigratedDatabase = (name: string): Promise<TestDatabase> =>
  create(name, required("MIGRATED_DATABASE"))

async function create(name: string, template?: string): Promise<TestDatabase> {
  const server = required("DATABASE_URL")
  const database = `${name}_${process.pid}_${randomBytes(4).toString("hex")}`.toLowerCase()
  await createDatabase(server, database, template)

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

/** What the setup of the simulation and integration projects says to their test files. */
function required(name: "DATABASE_URL" | "MIGRATED_DATABASE"): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is missing: not every project has a database.`)
  return value
}
