import { buildIfStale } from "../../demo/build"
import { prepareDatabases } from "../../scripts/postgres"
import { migrate } from "../../demo/migrate"
import { forgetOthers, nameOfMigrated, placeOfMigrated } from "../../demo/migrated"
import startDatabase from "./start-database"

/** The suites with a real Medusa need the plugin as a shop has it, built, and a database that Medusa has migrated. */
export default async function build() {
  await buildIfStale()
  if (!process.env.DATABASE_URL) {
    forgetOthers()
    await prepareDatabases(placeOfMigrated(), (server) => migrate(server.url()))
  }
  await startDatabase()
  await migrate(process.env.DATABASE_URL!)
  process.env.MIGRATED_DATABASE = nameOfMigrated()
}
