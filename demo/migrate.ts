import { randomBytes } from "node:crypto"

import { makeApp } from "./app"
import { medusa } from "./processes"
import { withDatabase } from "../scripts/postgres"
import { admin, createDatabase, execute, exists, nameOfMigrated } from "./migrated"

/**
 * Makes the database that the others are copies of, unless this server has it: a copy takes a moment, Medusa's migrations and
 * its command for a user half a minute. On a server that was given it stays, for the next run.
 */
export async function migrate(serverUrl: string): Promise<void> {
  const name = nameOfMigrated()
  if (await exists(serverUrl, name)) return
  const making = `${name}_${randomBytes(4).toString("hex")}`
  await createDatabase(serverUrl, making)
  const app = makeApp("migrated-shop", "test/setup/migrated-config.js")
  const env = {
    DATABASE_URL_OF_SHOP: withDatabase(new URL(serverUrl), making),
    MEDUSA_DISABLE_TELEMETRY: "true",
  }
  try {
    await medusa(["db:migrate"], app, env).ended
    await medusa(["user", "-e", admin.email, "-p", admin.password], app, env).ended
    await execute(serverUrl, `alter database "${making}" rename to "${name}"`)
  } catch (error) {
    await execute(serverUrl, `drop database if exists "${making}" with (force)`)
    // Another run on this server was faster.
    if (!(await exists(serverUrl, name))) throw error
  }
}
