import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { PaymentProblem, accountNotices, migrationsPending, routesMissing } from "../../core"
import type { ConfiguredEntry } from "../../core"
import type { Clock, Ledger } from "../ledger"
import { systemClock } from "../ledger"
import { kindOf, logLine } from "../observability"
import { accountFindings, noteInUse } from "../settlement"
import type { Log, SettleDeps } from "../settlement"
import { readAtStart } from "./accounts"
import { gatewayPayments } from "./application"
import { isRouteMissing } from "./mounted"
import { applicationContainer } from "./order"

/** What of the plugin is needed to look at its accounts. */
export interface Accounts {
  ledger: Pick<Ledger, "facts" | "payments">
  providerIds(): Promise<string[]>
  depsOf(providerId: string): Pick<SettleDeps, "gateway">
}

/**
 * Once all of Medusa is there: says what keeps the plugin from working and what is wrong with the accounts, and notes which ones are
 * in use. Never stops a boot.
 */
export async function atStart(log: Log): Promise<void> {
  try {
    const container = applicationContainer()
    const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
    const plugin = gatewayPayments(container)
    const { projectConfig } = container.resolve(ContainerRegistrationKeys.CONFIG_MODULE)
    if (isRouteMissing({ workerMode: projectConfig.workerMode, command: process.argv[2] }))
      logger.error(logLine("routes_missing", {}, routesMissing))
    const pending = await plugin.pendingMigrations()
    if (pending.length) logger.error(logLine("migrations_pending", {}, migrationsPending(pending.length)))
    if (!(await plugin.hasLedger())) return
    await sayOfAccounts(plugin, logger)
    // A gateway that is slow, or down, delays no boot.
    void readAtStart(plugin, logger)
  } catch (error) {
    log.warn(logLine("accounts_not_read", {}, kindOf(error)))
  }
}

export async function sayOfAccounts(plugin: Accounts, log: Log, clock: Clock = systemClock): Promise<void> {
  const entries = await configured(plugin)
  if (entries) await noteInUse(entries, plugin.ledger)
  const found = await accountFindings(entries ?? [], !entries, { ledger: plugin.ledger, clock })
  // Where Medusa does not say which entries there are, none of them is called removed.
  const notices = accountNotices(entries ? found : { ...found, orphaned: [] })
  for (const { code, providerId, sentence } of notices)
    log.warn(logLine(code, { provider: providerId }, sentence))
}

/** `undefined`: this Medusa does not hand out its providers. */
async function configured(plugin: Accounts): Promise<ConfiguredEntry[] | undefined> {
  try {
    const ids = await plugin.providerIds()
    return ids.map((providerId) => {
      const { name, account } = plugin.depsOf(providerId).gateway
      return { providerId, gateway: name, account }
    })
  } catch (error) {
    if (error instanceof PaymentProblem && error.code === "medusa_unsupported") return undefined
    throw error
  }
}
