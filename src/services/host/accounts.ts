import { kindOf, logLine } from "../observability"
import { isDue, minute, hour, readAccount, recallAccount } from "../settlement"
import type { Log, SettleDeps } from "../settlement"
import type { GatewayPayments } from "./application"

export type ReadDeps = Pick<SettleDeps, "providerId" | "gateway" | "notifyUrl" | "ledger" | "clock" | "log">

interface Entries {
  providerIds(): Promise<string[]>
  depsOf(providerId: string): ReadDeps
}

export const inProduction = (): boolean => process.env.NODE_ENV === "production"

/** Reads every account at the gateways once a server has started: nothing waits for it, and nothing fails by it. */
export const readAtStart = (plugin: Entries, log: Log): Promise<void> =>
  ofEach(plugin, log, async (deps) => {
    await recallAccount(deps)
    await readAccount(deps, { production: inProduction() })
  })

/** Reads the accounts that nobody has read for a day. One that gives no answer is asked once an hour by each instance. */
export const readDueAccounts = (plugin: Entries, log: Log): Promise<void> =>
  ofEach(plugin, log, async (deps) => {
    const now = deps.clock.now().getTime()
    if (!isDue(deps.gateway.known, deps) || now - (triedAt.get(deps.gateway) ?? 0) < hour) return
    if (!isDue(await recallAccount(deps), deps)) return
    triedAt.set(deps.gateway, now)
    await readAccount(deps, { production: inProduction(), news: true })
  })

/** Looks the accounts up in the ledger, which another instance may have written: in the background, every few minutes. */
export function refreshMemory(
  plugin: Pick<GatewayPayments, "depsOf">,
  ids: readonly string[],
  log: Log,
): void {
  const due = ids.filter((id) => {
    const { gateway, clock } = plugin.depsOf(id)
    const now = clock.now().getTime()
    if (now - (recalledAt.get(gateway) ?? 0) < 5 * minute) return false
    recalledAt.set(gateway, now)
    return true
  })
  const entries = { providerIds: () => Promise.resolve(due), depsOf: (id: string) => plugin.depsOf(id) }
  if (due.length > 0) void ofEach(entries, log, recallAccount)
}

const triedAt = new WeakMap<object, number>()
const recalledAt = new WeakMap<object, number>()

async function ofEach(plugin: Entries, log: Log, work: (deps: ReadDeps) => Promise<unknown>): Promise<void> {
  try {
    for (const id of await plugin.providerIds()) await work(plugin.depsOf(id))
  } catch (error) {
    log.warn(logLine("accounts_not_read", {}, kindOf(error)))
  }
}
