import { migrationStatements } from "../../scripts/migrations"
import type { Knex } from "../shop"

/** The ledger's tables as the migrations make them, in a database without a Medusa. */
export async function createLedgerTables(knex: Knex): Promise<void> {
  for (const statement of await migrationStatements()) await knex.raw(statement)
}
