import { parseArgs } from "node:util"

import { pluginEntryMissing, type ConfiguredEntry, type Gateway } from "../../core"
import { readPluginOptions } from "../../services/options/plugin"
import { OptionsError } from "../../services/options/shared"
import { codeOf } from "../database"
import type { Terminal } from "../run"
import { checkAccounts } from "./account-checks"
import { checkAlerts } from "./alert-checks"
import { checkClock } from "./clock-check"
import { checkDatabase } from "./database-check"
import { shopOf, shopOfOptions, type Entry, type Shop } from "./entries"
import { line, note, ok, wrong, type Finding } from "./finding"
import { checkAccountInfo, checkNotificationUrl, checkQuery, subjectOf } from "./gateway-checks"
import { checkMedusa } from "./medusa-check"
import { checkNotificationRoute } from "./notification-check"
import { checkPayPage } from "./pay-page-check"
import { checkPayouts } from "./payout-checks"
import { findPlaceholders } from "./placeholders"
import { runProbeCommand } from "./probe/command"
import { checkRegions } from "./region-check"
import { checkShop } from "./shop-checks"

const help = `Checks what a shop has configured, and says what to fix. Without --probe it changes nothing, and no money moves.

  medusa-payment-ksher-gnete doctor                                  reads medusa-config here, as Medusa does
  medusa-payment-ksher-gnete doctor --config path/medusa-config.js   another file
  medusa-payment-ksher-gnete doctor --provider ksher --options ksher.json
                                                                     one gateway, without Medusa
  medusa-payment-ksher-gnete doctor --json                           the report as JSON, for a script
  medusa-payment-ksher-gnete doctor --probe                          asks first, then makes real orders of the smallest amount

--probe answers what the gateways' pages leave open (docs/unknowns.md). You pay with your own phone; all of it is refunded. A file of this
folder notes each step before it is sent: after a crash the same command goes on. It writes a report without secrets.
  --entry pp_ksher_th   which entry, where there are several     --channel, --currency, --amount   other than the first and the smallest
  --cancel              Gnete: a second payment, which is cancelled on the same day     --yes   does not ask; --json   the report as JSON
Exits with 0 when all is answered and no money is held, 1 when questions are open, 2 when nothing was tried, 3 when money is held.

Looks at: the plugins entry, options and placeholders, keys, notification URL and whether it answers, clock, one signed query at
each host of the gateway for an order that does not exist, what the gateway says of the account, whether Medusa has a provider for
each channel that alerts go through, what the pay page asks of a proxy's logs, CORS, worker mode, Redis and locking, and, where DATABASE_URL is set, pending migrations, regions and currencies, and what the ledger knows of the accounts.

Exits with 0 when nothing is wrong, 1 when something is, 2 when it could not look. Colours only on a terminal, and not with NO_COLOR.`

/** @returns the exit code: 1 where something is wrong. Throws a sentence where nothing could be looked at. */
export async function runDoctorCommand(args: string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: "string" },
      provider: { type: "string" },
      options: { type: "string" },
      json: { type: "boolean", default: false },
      probe: { type: "boolean", default: false },
      entry: { type: "string" },
      channel: { type: "string" },
      currency: { type: "string" },
      amount: { type: "string" },
      cancel: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  })
  if (values.help) {
    terminal.out(help)
    return 0
  }
  const shop = shopFrom(values, terminal)
  if (values.probe) return runProbeCommand(shop, values, terminal)
  const findings: Finding[] = []
  for await (const finding of examine(shop, terminal)) {
    findings.push(finding)
    if (!values.json) terminal.out(line(finding, terminal.isColoured))
  }
  const bad = findings.filter(({ verdict }) => verdict === "wrong").length
  if (values.json) terminal.out(JSON.stringify({ ok: bad === 0, findings }, null, 2))
  else
    terminal.out(bad ? `\n${bad} of ${findings.length} checks found something to fix.` : "\nNothing to fix.")
  return bad ? 1 : 0
}

interface Chosen {
  config?: string | undefined
  provider?: string | undefined
  options?: string | undefined
}

function shopFrom({ config, provider, options }: Chosen, { directory }: Terminal): Shop {
  if (provider === undefined && options === undefined) return shopOf(directory, config)
  if (provider === undefined || options === undefined || config !== undefined)
    throw new Error("Give --provider and --options together, and without --config.")
  return shopOfOptions(provider, options, directory)
}

async function* examine(shop: Shop, terminal: Terminal): AsyncGenerator<Finding> {
  const { env, directory, now } = terminal
  if (shop.plugin) yield* pluginFindings(shop.plugin.options, shop)
  else if (shop.isWhole) yield { about: "plugin", check: "entry", ...wrong(pluginEntryMissing) }
  const medusa = shop.isWhole ? checkMedusa(directory) : undefined
  if (medusa) yield { about: "medusa", check: "version", ...medusa }
  const workerMode = shop.workerMode ?? env.MEDUSA_WORKER_MODE
  yield* checkShop({ ...shop, workerMode }, env.NODE_ENV === "production")
  for (const entry of shop.entries) yield* examineEntry(entry, shop.isWhole, terminal)
  const entries = shop.entries.map((entry) => ({ ...entry, gateway: gatewayOf(entry) }))
  // Medusa takes the schema from its configuration alone.
  const schema = shop.isWhole ? shop.databaseSchema : env.DATABASE_SCHEMA
  yield* checkDatabase({ url: env.DATABASE_URL ?? shop.databaseUrl, schema }, directory, async (database) =>
    shop.isWhole
      ? [
          ...(await checkRegions(entries, database).catch(regionsNotRead)),
          ...(await checkAccounts(shop.entries.map(configured), database, now)),
        ]
      : [],
  )
}

/** Undefined where the entry's options are not in order. */
function gatewayOf(entry: Entry): Gateway | undefined {
  const read = attempt(() => subjectOf(entry))
  return "value" in read ? read.value.subject.gateway : undefined
}

const configured = (entry: Entry): ConfiguredEntry => ({
  providerId: entry.providerId,
  gateway: entry.gateway,
  account: gatewayOf(entry)?.account,
})

async function* examineEntry(
  entry: Entry,
  isInShop: boolean,
  { env, now }: Terminal,
): AsyncGenerator<Finding> {
  const about = entry.providerId
  const placeholders = findPlaceholders(entry.options)
  for (const result of placeholders) yield { about, check: "options", ...result }
  const read = attempt(() => subjectOf(entry))
  if ("problems" in read) {
    for (const problem of read.problems) yield { about, check: "options", ...wrong(problem) }
    return
  }
  const { subject, warnings } = read.value
  if (placeholders.length) return
  yield { about, check: "options", ...ok("Every option is known and valid.") }
  for (const warning of warnings) yield { about, check: "options", ...note(warning) }
  yield { about, check: "keys", ...subject.keys() }
  const address = attempt(() => checkNotificationUrl(subject))
  const isSound = "value" in address && address.value.verdict === "ok"
  if ("value" in address) yield { about, check: "notifications", ...address.value }
  else for (const problem of address.problems) yield { about, check: "notifications", ...wrong(problem) }
  // Without a configuration, the id of the entry is not known.
  if (isSound && isInShop) yield { about, check: "route", ...(await checkNotificationRoute(subject)) }
  yield { about, check: "clock", ...(await checkClock(subject.hosts[0]?.url ?? "", now)) }
  for (const host of subject.hosts)
    yield { about, check: "query", ...(await checkQuery(subject, host, now())) }
  for (const result of await checkAccountInfo(subject, env.NODE_ENV === "production"))
    yield { about, check: "account", ...result }
  yield* await checkPayouts(about, subject)
}

/** What another Medusa keeps elsewhere hides nothing of the rest. */
const regionsNotRead = (error: unknown): Finding[] => [
  { about: "database", check: "regions", ...note(`Medusa's regions could not be read (${codeOf(error)}).`) },
]

function* pluginFindings(options: unknown, shop: Shop): Generator<Finding> {
  const about = "plugin"
  const read = attempt(() => readPluginOptions(options))
  if ("problems" in read) {
    for (const problem of read.problems) yield { about, check: "options", ...wrong(problem) }
    return
  }
  yield { about, check: "options", ...ok("Every option is known and valid.") }
  for (const result of checkAlerts(read.value.alerts, shop.notificationChannels))
    yield { about, check: "alerts", ...result }
  yield* checkPayPage(shop, read.value)
}

/** What stops the boot is a finding here. */
function attempt<T>(work: () => T): { value: T } | { problems: readonly string[] } {
  try {
    return { value: work() }
  } catch (error) {
    return { problems: error instanceof OptionsError ? error.problems : [(error as Error).message] }
  }
}
