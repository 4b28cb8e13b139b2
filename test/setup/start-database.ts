import { databaseEnv, databaseServer, type DatabaseServer } from "../../scripts/postgres"
import { placeOfMigrated } from "../../demo/migrated"

declare global {
  // Jest hands nothing from its global setup to its global teardown but the global object.
  var gatewayPaymentsDatabase: DatabaseServer | undefined
}

/** One PostgreSQL for all suites; test files find it in the environment, as Medusa does. */
export default async function startDatabase() {
  if (globalThis.gatewayPaymentsDatabase) return
  const server = await databaseServer(process.env, placeOfMigrated())
  globalThis.gatewayPaymentsDatabase = server
  Object.assign(process.env, databaseEnv(server))
}
