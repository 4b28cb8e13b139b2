import { Migration20261122000000 } from "../../src/migrations/Migration20261122000000"
import type { Knex } from "../shop"

/** The ledger's tables as the migration makes them, in a database without a Medusa. */
export async function createLedgerTables(knex: Knex): Promise<void> {
  const migration = new Migration20261122000000(undefined as never, undefined as never)
  await migration.up()
  for (const query of migration.getQueries()) {
    if (typeof query !== "string") throw new Error("The migration holds a query that is not plain SQL.")
    await knex.raw(query)
  }
}
