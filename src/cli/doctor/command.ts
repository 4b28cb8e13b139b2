import { parseArgs } from "node:util"

import { readPluginOptions } from "../../services/options/plugin"
import type { Terminal } from "../run"
import { checkClock } from "./clock-check"
import { pluginEntryMissing, type ConfiguredEntry } from "../../core"
import { checkAccounts } from "./account-checks"
import { checkDatabase } from "./database-check"
import { shopOf, shopOfOptions, type Entry, type Shop } from "./entries"
import { line, note, ok, wrong, type Finding, type Result } from "./finding"
import { checkMedusa } from "./medusa-check"
import { checkAccountInfo, checkNotificationUrl, checkQuery, subjectOf } from "./gateway-checks"

const help = `Checks what a shop has configured, and says what to fix. Changes nothing; no money moves.

  medusa-payment-ksher-gnete doctor                                  reads medusa-config here, as Medusa does
  medusa-payment-ksher-gnete doctor --config path/medusa-config.js   another file
  medusa-payment-ksher-gnete doctor --provider ksher --options ksher.json
                                                                     one gateway, without Medusa

Looks at: options, keys, notification URL, clock, one signed query at each host of the gateway for an order that does
not exist, what the gateway says of the account, and, where DATABASE_URL is set, pending migrations and what the ledger knows of the accounts. Exits with 1 when
something is wrong.`

/** @returns the exit code: 1 where something is wrong. Throws a sentence where nothing could be looked at. */
export async function runDoctorCommand(args: string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: "string" },
      provider: { type: "string" },
      options: { type: "string" },
      help: { type: "boolean", default: false },
    },
  })
  if (values.help) {
    terminal.out(help)
    return 0
  }
  const findings: Finding[] = []
  for await (const finding of examine(shopFrom(values, terminal), terminal)) {
    findings.push(finding)
    terminal.out(line(finding))
  }
  const bad = findings.filter(({ verdict }) => verdict === "wrong").length
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
  if (shop.plugin) yield { about: "plugin", check: "options", ...pluginOptions(shop.plugin.options) }
  else if (shop.isWhole) yield { about: "plugin", check: "entry", ...wrong(pluginEntryMissing) }
  const medusa = shop.isWhole ? checkMedusa(terminal.directory) : undefined
  if (medusa) yield { about: "medusa", check: "version", ...medusa }
  for (const entry of shop.entries) yield* examineEntry(entry, terminal)
  const { env, directory, now } = terminal
  yield* checkDatabase(env.DATABASE_URL ?? shop.databaseUrl, directory, async (database) =>
    shop.isWhole ? checkAccounts(shop.entries.map(configured), database, now) : [],
  )
}

function configured(entry: Entry): ConfiguredEntry {
  const { providerId, gateway } = entry
  const read = attempt(() => subjectOf(entry))
  return { providerId, gateway, account: "value" in read ? read.value.subject.gateway.account : undefined }
}

async function* examineEntry(entry: Entry, { env, now }: Terminal): AsyncGenerator<Finding> {
  const about = entry.providerId
  const read = attempt(() => subjectOf(entry))
  if ("problem" in read) {
    yield { about, check: "options", ...wrong(read.problem) }
    return
  }
  const { subject, warnings } = read.value
  yield { about, check: "options", ...ok("Every option is known and valid.") }
  for (const warning of warnings) yield { about, check: "options", ...note(warning) }
  yield { about, check: "keys", ...subject.keys() }
  const address = attempt(() => checkNotificationUrl(subject))
  yield { about, check: "notifications", ...("problem" in address ? wrong(address.problem) : address.value) }
  yield { about, check: "clock", ...(await checkClock(subject.hosts[0]?.url ?? "", now)) }
  for (const host of subject.hosts)
    yield { about, check: "query", ...(await checkQuery(subject, host, now())) }
  for (const result of await checkAccountInfo(subject, env.NODE_ENV === "production"))
    yield { about, check: "account", ...result }
}

function pluginOptions(options: unknown): Result {
  const read = attempt(() => readPluginOptions(options))
  return "problem" in read ? wrong(read.problem) : ok("Every option is known and valid.")
}

/** What stops the boot is a finding here. */
function attempt<T>(work: () => T): { value: T } | { problem: string } {
  try {
    return { value: work() }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
