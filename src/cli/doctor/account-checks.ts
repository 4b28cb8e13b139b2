import { accountNotices, type ConfiguredEntry } from "../../core"
import { openLedger, type Database } from "../../services/ledger"
import { accountFindings } from "../../services/settlement"
import { note, ok, wrong, type Finding } from "./finding"

/** What the shop's ledger knows of the accounts of its entries. */
export async function checkAccounts(
  entries: readonly ConfiguredEntry[],
  database: Database,
  now: () => Date,
): Promise<Finding[]> {
  const clock = { now }
  const found = await accountFindings(entries, false, { ledger: openLedger(database, clock), clock })
  const notices = accountNotices(found)
  if (!notices.length)
    return [{ about: "database", check: "accounts", ...ok("Nothing is wrong with an account.") }]
  return notices.map(({ providerId, isUrgent, code, sentence }) => ({
    about: providerId ?? "medusa",
    check: "accounts",
    ...(isUrgent ? wrong : note)(`${code}: ${sentence}`),
  }))
}
