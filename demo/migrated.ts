import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import path from "node:path"
import { Client } from "pg"

/** The shop's admin, whom every copy of the migrated database knows. */
export const admin = { email: "admin@shop.example", password: "supersecret" }

const root = path.resolve(__dirname, "..")
const prefix = "gateway_payments_migrated_"

/** The name says what the database was made from: another Medusa, or another migration, makes another one. */
export function nameOfMigrated(): string {
  const migrations = readdirSync(path.join(root, "src/migrations")).sort()
  const config = ["medusa-config.js", "migrated-config.js"].map((file) => `test/setup/${file}`)
  const hash = createHash("sha256")
  for (const file of ["package-lock.json", ...config, ...migrations.map((each) => `src/migrations/${each}`)])
    hash.update(readFileSync(path.join(root, file)))
  return `${prefix}${hash.digest("hex").slice(0, 12)}`
}

const folder = path.join(root, ".medusa")

/** Where an embedded server with that database is kept for the next run. */
export const placeOfMigrated = (): string => path.join(folder, nameOfMigrated())

/** Removes what was kept for another Medusa or for other migrations. */
export function forgetOthers(): void {
  for (const each of existsSync(folder) ? readdirSync(folder) : [])
    if (each.startsWith(prefix) && !each.startsWith(nameOfMigrated()))
      rmSync(path.join(folder, each), { recursive: true, force: true })
}

/**
 * Of the tests and of the demo: nobody waits for the disk of a server that was given. What a server forgets when its machine fails is
 * played nowhere.
 */
export async function createDatabase(serverUrl: string, name: string, template = "template1"): Promise<void> {
  await execute(serverUrl, `create database "${name}" template "${template}"`)
  await execute(serverUrl, `alter database "${name}" set synchronous_commit to off`)
}

export async function exists(serverUrl: string, name: string): Promise<boolean> {
  return (await execute(serverUrl, "select from pg_database where datname = $1", [name])) > 0
}

/** Returns how many rows it found. */
export async function execute(serverUrl: string, sql: string, values: unknown[] = []): Promise<number> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows.length
  } finally {
    await client.end()
  }
}
