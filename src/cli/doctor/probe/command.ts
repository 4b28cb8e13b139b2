import { fsyncSync, openSync, closeSync, writeSync } from "node:fs"
import path from "node:path"

import { formatMoney, money, titleOf } from "../../../core"
import { notifyUrl } from "../../../services/options/shared"
import type { Terminal } from "../../run"
import type { Shop } from "../entries"
import { checkNotificationUrl, type Subject } from "../gateway-checks"
import { findProbe, Journal, type FoundProbe } from "./journal"
import { moneyOf } from "./money"
import type { Hands } from "./perform"
import { entryOf, markOf, otherForms, planOf, readAccount, readSubject, type Wishes } from "./prepare"
import { asMarkdown, reportOf, resultSentences, type Report } from "./report"
import { openStatesOf, pollPayment, runProbe } from "./run"
import { showLink } from "./show"
import type { Plan } from "./steps"

export interface ProbeWishes extends Wishes {
  yes: boolean
  json: boolean
}

const exitCodes: Readonly<Record<Report["result"], number>> = { complete: 0, incomplete: 1, held: 3 }
/** Nothing was tried. */
const nothingTried = 2

/** @returns the exit code. Throws a sentence where nothing could be tried. */
export async function runProbeCommand(shop: Shop, wishes: ProbeWishes, terminal: Terminal): Promise<number> {
  const { directory } = terminal
  const say = wishes.json ? terminal.err : terminal.out
  const subject = readSubject(entryOf(shop, wishes.entry))
  const address = checkNotificationUrl(subject)
  if (address.verdict === "wrong") throw new Error(`${address.text} Nothing was sent.`)
  const found = findProbe(directory, subject.entry.providerId)
  if (found) checkFound(found, subject)
  const journal = await agreedJournal(found, subject, wishes, terminal, say)
  if (!journal) return found && isHeld(found) ? exitCodes.held : nothingTried
  return carryOut(journal, subject, wishes, terminal, say)
}

/** Where the person wants it. Without anybody to ask, not even a question is sent. */
async function agreedJournal(
  found: FoundProbe | undefined,
  subject: Subject,
  wishes: ProbeWishes,
  terminal: Terminal,
  say: Terminal["out"],
): Promise<Journal | undefined> {
  const { directory, now } = terminal
  if (found) for (const line of foundLines(found)) say(line)
  if (!wishes.yes && !terminal.isInteractive) {
    say("Nothing was sent: there is nobody to ask here. Run it in a terminal, or give --yes.")
    return undefined
  }
  if (found)
    return (await isAgreed(wishes, terminal, say)) ? Journal.goOn(directory, found, now()) : undefined
  const plan = planOf(subject, wishes, await readAccount(subject, now()), now())
  for (const line of planLines(plan, subject)) say(line)
  return (await isAgreed(wishes, terminal, say)) ? Journal.begin(directory, plan) : undefined
}

async function carryOut(
  journal: Journal,
  subject: Subject,
  wishes: ProbeWishes,
  terminal: Terminal,
  say: Terminal["out"],
): Promise<number> {
  await runProbe(journal, handsOf(subject, terminal, say), terminal, say)
  const report = reportOf(journal.probe, terminal.now())
  const file = writeReport(terminal.directory, report)
  if (report.result !== "held") journal.remove()
  tell(report, file, wishes, terminal)
  return exitCodes[report.result]
}

/** Another account, or a living process, leaves it alone. */
function checkFound({ plan, owner, file }: FoundProbe, { gateway }: Subject): void {
  if (owner !== undefined)
    throw new Error(
      `Process ${owner} is at a probe of ${plan.providerId}: wait for its end. Where that is no probe, rename ${file} to end in .0.jsonl.`,
    )
  if (plan.accountMark !== markOf(gateway))
    throw new Error(
      `There is an unfinished probe of ${plan.account}, and the entry has another account now: configure that account again, or look its orders up in the gateway's console and move ${file} away.`,
    )
}

function planLines(plan: Plan, { hosts }: Subject): string[] {
  const amount = formatMoney(money(plan.amount, plan.currency), plan.digits)
  const count = plan.refunds ? (plan.reverses ? 2 : 1) : 0
  return [
    `The probe makes real orders at ${titleOf(plan.gateway)}.`,
    `  entry     ${plan.providerId}`,
    `  account   ${plan.account}, at ${hosts.map(({ url }) => new URL(url).host).join(" and ")}`,
    `  channel   ${plan.channel}`,
    `  payments  ${count === 0 ? "none: this channel cannot be refunded" : `${count} of ${amount}, which you pay with your own phone and your own money`}`,
    ...(count === 0 ? [] : [`  refunds   all of it${plan.part === null ? "" : ", in parts"}`]),
    ...(plan.reverses ? ["  cancel    the second payment is cancelled, which may not be undone"] : []),
  ]
}

function foundLines({ plan, probe, file }: FoundProbe): string[] {
  const paid = (["unpaid", "paid", "cancelled"] as const).map((order) => moneyOf(probe, order))
  const sum = paid.reduce((total, one) => total + one.paid - one.returned, 0)
  const held = formatMoney(money(sum, plan.currency), plan.digits)
  return [
    `An unfinished probe of ${plan.providerId}, account ${plan.account}, was found: ${path.basename(file)}.`,
    `As far as it noted, ${held} is held at ${titleOf(plan.gateway)}. It goes on: it asks about its own numbers first, and returns what is held.`,
  ]
}

const isHeld = ({ probe }: FoundProbe): boolean => reportOf(probe, new Date(0)).result === "held"

async function isAgreed({ yes }: ProbeWishes, terminal: Terminal, say: Terminal["out"]): Promise<boolean> {
  if (yes) return true
  const answer = await terminal.ask("Type yes to go on: ")
  if (answer?.trim().toLowerCase() === "yes") return true
  say("Nothing was sent.")
  return false
}

function handsOf(
  { entry, gateway, notifyBaseUrl }: Subject,
  terminal: Terminal,
  say: Terminal["out"],
): Hands {
  return {
    gateway,
    ...otherForms[gateway.name](entry),
    notifyUrl: notifyUrl(notifyBaseUrl, entry.providerId),
    awaitPayment: async (link, ask) => {
      const takeAway = showLink(link, terminal.directory, say)
      try {
        return await pollPayment(link, ask, terminal, openStatesOf(gateway.name))
      } finally {
        takeAway()
      }
    },
  }
}

/** On the disk before the journal goes. */
function writeReport(directory: string, report: Report): string {
  const file = path.join(directory, `ksher-gnete-probe.${report.entry}.md`)
  const opened = openSync(file, "w")
  try {
    writeSync(opened, asMarkdown(report))
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  return file
}

function tell(report: Report, file: string, { json }: ProbeWishes, { out }: Terminal): void {
  if (json) {
    out(JSON.stringify(report, null, 2))
    return
  }
  out("")
  for (const { id, state, value, text } of report.answers)
    out(`${id.padEnd(26)} ${(value ?? state).padEnd(20)} ${text}`)
  out("")
  for (const { toDo } of report.orders) if (toDo !== undefined) out(toDo)
  out(resultSentences[report.result])
  out(`The report is ${file}.`)
}
