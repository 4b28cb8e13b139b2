import { buildIfStale } from "../../demo/build"
import { migrate } from "./migrated"
import startDatabase from "./start-database"

/** The suites with a real Medusa need the plugin as a shop has it, built, and a database that Medusa has migrated. */
export default async function build() {
  await Promise.all([startDatabase(), buildIfStale()])
  await migrate(process.env.DATABASE_URL!)
}
