import type { Ledger } from "../ledger"
import type { Log } from "./deps"
import { runPart } from "./part"
import { day, hour } from "./schedule"

export interface TidyDeps {
  ledger: Ledger
  log: Log
  now: () => Date
  notificationRetentionDays: number
}

/** A card counts a day of notifications, and the clocks of two instances may differ. */
const countedFor = 26 * hour

const keptExpired = 30 * day

/** Of one run: what is over waits for the next one. */
const mostRemoved = 1_000

/** Of one run: a minute of more than any shop sells, and the rest in the next one. */
const mostFolded = 10_000

/** What nobody needs any longer is removed, and what was counted one by one becomes a sum. Money does not depend on it. */
export async function tidy(deps: TidyDeps): Promise<void> {
  const { notifications, payLinks, shopperPayouts, turnovers } = deps.ledger
  const ago = (ms: number) => new Date(deps.now().getTime() - ms)
  await runPart(deps, "prune", () =>
    notifications.prune(ago(deps.notificationRetentionDays * day), mostRemoved),
  )
  // A while longer than they last: who comes too late is told so.
  await runPart(deps, "links", () => payLinks.prune(ago(keptExpired), mostRemoved))
  await runPart(deps, "accounts", () => shopperPayouts.forgetEnded())
  await runPart(deps, "counts", () => notifications.foldCounts(ago(countedFor)))
  await runPart(deps, "totals", () => turnovers.fold(mostFolded))
}
