import { pendingMigrations, type Database } from "../../services/ledger"
import { codeOf, onDatabase, type ShopDatabase } from "../database"
import { ok, skipped, wrong, type Finding, type Result } from "./finding"

/** What the shop's database says: which migrations it has not seen, and what it knows of the accounts. Only reads. */
export async function* checkDatabase(
  { url, schema }: Partial<ShopDatabase>,
  directory: string,
  accounts: (database: Database) => Promise<Finding[]>,
): AsyncGenerator<Finding> {
  if (!url) {
    yield migrationsAre(skipped("No DATABASE_URL: the tables were not looked for."))
    return
  }
  try {
    const findings = await onDatabase({ url, schema }, directory, async (database) => {
      const migrated = judged(await pendingMigrations(database))
      const known = migrated.verdict === "ok" ? await accounts(database) : []
      return [migrationsAre(migrated), ...known]
    })
    yield* (
      findings ?? [
        migrationsAre(skipped("The package pg is not installed here: the tables were not looked for.")),
      ]
    )
  } catch (error) {
    yield migrationsAre(wrong(`The database could not be asked (${codeOf(error)}): check DATABASE_URL.`))
  }
}

const migrationsAre = (result: Result): Finding => ({ about: "database", check: "migrations", ...result })

function judged(pending: readonly string[]): Result {
  if (!pending.length) return ok("All tables are there, and no migration is pending.")
  const [first = "", ...others] = pending
  const more = others.length > 0 ? ` and ${others.length} more` : ""
  return wrong(`Pending: ${first}${more}. Run: npx medusa db:migrate`)
}
