import {
  compareBooks,
  daysAfter,
  daysOfMonth,
  fetchSteps,
  isFetchDue,
  localTime,
  type AccountInfo,
  type CutOff,
  type ChannelKey,
  type FetchStep,
  type Gateway,
  type GatewayName,
  type PayoutDay,
} from "../../../core"
import type { Clock, FetchRow, Ledger, PayoutAccount } from "../../ledger"
import { logLine, wordsOf } from "../../observability"
import type { Log } from "../deps"
import { readMapping } from "./statement"

export interface PayoutDeps {
  gateway: Pick<Gateway, "name" | "account" | "settlements" | "known" | "digits" | "offer">
  ledger: Pick<Ledger, "payouts">
  clock: Clock
  log: Log
}

/** What a shop wants of its payout books. */
export interface PayoutPlan {
  /** The first day that is compared. */
  since: string
  /** Ask for each channel by itself. */
  byChannel: boolean
  /** Days that a transfer may take beyond the day it was promised for. */
  graceDays: number
}

/** How far the gateway was asked. `why`: nothing can be asked at all. */
export interface PayoutProgress {
  asked: number
  answered: number
  failed: number
  lastAnswerAt: Date | null
  why: "account_not_read" | "statements" | null
  /** The code of the last failure. */
  code: string | null
}

export interface PayoutBooks {
  gateway: GatewayName
  account: string
  timeZone: string
  days: PayoutDay[]
  cutOffs: (ChannelKey & CutOff)[]
  progress: PayoutProgress
  /** The first and last day of the statements that were imported. */
  statements: { from: string; to: string } | null
}

/** A claim whose process died comes up again after it; no call lasts as long. */
const holdMs = 120_000
/** Of one account in one run of the job. */
const mostCalls = 3
/** Cut-off hours, and money that waited, are seen from the days before. */
const lookBackDays = 62

export const accountOfBooks = ({ gateway }: Pick<PayoutDeps, "gateway">): PayoutAccount => ({
  gateway: gateway.name,
  account: gateway.account,
})

/** Where merchants of a currency are, for an account that has not said its zone. Ksher documents the first. */
const zones: Readonly<Record<string, string>> = {
  thb: "+07:00",
  myr: "+08:00",
  hkd: "+08:00",
  jpy: "+09:00",
  aed: "+04:00",
}

const settlesIn = (info: AccountInfo | undefined): string | undefined =>
  info?.settlementCurrency ?? info?.currency ?? undefined

export const zoneOfAccount = (info: AccountInfo | undefined): string =>
  info?.timeZone ?? zones[settlesIn(info) ?? ""] ?? "+07:00"

/** The day that a zone's calendar shows; a zone may be an offset, which not every runtime knows as one. */
export function dayIn(moment: Date, zone: string): string {
  const offset = /^([+-])(\d\d):(\d\d)$/.exec(zone)
  if (!offset) return localTime(moment, zone).day
  const minutes = Number(offset[2]) * 60 + Number(offset[3])
  return new Date(moment.getTime() + (offset[1] === "-" ? -1 : 1) * minutes * 60_000)
    .toISOString()
    .slice(0, 10)
}

/**
 * Asks what is due of one account, a few questions in a run. Each is noted before it is asked: where the process dies, it is asked
 * again later. A gateway that does not answer is left alone until the next run. Nothing but these books is changed.
 */
export async function fetchPayouts(deps: PayoutDeps, plan: PayoutPlan): Promise<number> {
  const { gateway, ledger, clock } = deps
  const info = gateway.known?.info
  const currency = settlesIn(info)
  const units = currency === undefined ? undefined : gateway.digits(currency)
  if (!gateway.settlements || currency === undefined || units === undefined || "problem" in units) return 0
  const account = accountOfBooks(deps)
  const today = dayIn(clock.now(), zoneOfAccount(info))
  const known = await ledger.payouts.fetches(account)
  const due = stepsOf(deps, plan, today).filter((step) =>
    isFetchDue(stateOf(known, step), step, clock.now(), today),
  )
  let asked = 0
  for (const step of due) {
    if (asked === mostCalls) break
    if (!(await ledger.payouts.claim(account, step, stateOf(known, step), holdMs))) continue
    asked++
    const days = daysOfMonth(step.month, plan.since, today)
    const wanted = { ...days, channel: step.channel || undefined }
    const answer = await gateway.settlements(wanted)
    if (answer.kind !== "succeeded") {
      await ledger.payouts.end(account, step, { code: answer.kind === "pending" ? "unlisted" : answer.code })
      deps.log.warn(
        logLine("payouts_not_read", { account: account.account, month: step.month }, answer.message),
      )
      break
    }
    await ledger.payouts.keep(account, wanted, answer.value, { currency, digits: units.digits })
    await ledger.payouts.end(account, step, { lines: answer.value.length })
  }
  return asked
}

const stateOf = (known: readonly FetchRow[], { month, channel }: FetchStep): FetchRow | undefined =>
  known.find((one) => one.month === month && one.channel === channel)

function stepsOf({ gateway }: PayoutDeps, { since, byChannel }: PayoutPlan, today: string): FetchStep[] {
  const channels = byChannel ? gateway.offer.channels : []
  return fetchSteps(since, today, channels)
}

/** The books of one account over some days (both included), compared now. */
export async function readPayoutBooks(
  deps: PayoutDeps,
  plan: PayoutPlan,
  range: { from: string; to: string },
): Promise<PayoutBooks> {
  const { gateway, ledger, clock } = deps
  const account = accountOfBooks(deps)
  const info = gateway.known?.info
  const statements = (await ledger.payouts.statementDays(account)) ?? null
  const mapping = readMapping(await ledger.payouts.mapping(account))
  const timeZone = gateway.settlements ? zoneOfAccount(info) : (mapping?.timeZone ?? "Asia/Hong_Kong")
  const today = dayIn(clock.now(), timeZone)
  const known = await ledger.payouts.fetches(account)
  const steps = gateway.settlements ? stepsOf(deps, plan, today) : []
  const read = { from: earlier(range.from), to: range.to }
  const [lines, moved] = await Promise.all([
    // A transfer of a later day may bring what waited.
    ledger.payouts.lines(account, { ...read, to: today > read.to ? today : read.to }),
    ledger.payouts.moved(account, { ...read, zone: timeZone }),
  ])
  const covered = [...answeredMonths(steps, known, plan, timeZone), ...(statements ? [statements] : [])]
  const { days, cutOffs } = compareBooks({ lines, moved, covered, today, graceDays: plan.graceDays })
  return {
    ...{ gateway: gateway.name, account: gateway.account, timeZone, cutOffs, statements },
    days: days.filter(({ begin, end }) => end >= range.from && begin <= range.to),
    progress: progressOf(steps, known, deps),
  }
}

const earlier = (day: string): string => daysAfter(day, -lookBackDays)

/** The months that were answered, up to the day of the answer: of the channel that was asked about, or of all. */
const answeredMonths = (
  steps: readonly FetchStep[],
  known: readonly FetchRow[],
  { since }: PayoutPlan,
  timeZone: string,
): { from: string; to: string; channel: string | undefined }[] =>
  steps.flatMap((step) => {
    const answeredAt = stateOf(known, step)?.answeredAt
    if (!answeredAt) return []
    const days = daysOfMonth(step.month, since, dayIn(answeredAt, timeZone))
    return [{ ...days, channel: step.channel || undefined }]
  })

function progressOf(
  steps: readonly FetchStep[],
  known: readonly FetchRow[],
  { gateway }: PayoutDeps,
): PayoutProgress {
  const states = steps.flatMap((step) => stateOf(known, step) ?? [])
  const answers = states.flatMap(({ answeredAt }) => answeredAt ?? [])
  const failing = states.filter(({ failures, code }) => failures > 0 && code !== null)
  const unread = gateway.settlements && settlesIn(gateway.known?.info) === undefined
  return {
    asked: steps.length,
    answered: answers.length,
    failed: failing.length,
    lastAnswerAt: answers.length ? new Date(Math.max(...answers.map((at) => at.getTime()))) : null,
    why: gateway.settlements ? (unread ? "account_not_read" : null) : "statements",
    code: failing[0]?.code ?? null,
  }
}

/** How many days of the last two months are not explained although there was time for it. */
export async function openPayoutDays(accounts: readonly PayoutDeps[], plan: PayoutPlan): Promise<number> {
  let open = 0
  for (const deps of accounts) {
    const today = dayIn(deps.clock.now(), "+07:00")
    const { days } = await readPayoutBooks(deps, plan, { from: earlier(today), to: today })
    open += days.filter(({ isOpen }) => isOpen).length
  }
  return open
}

/** The accounts of some entries, each once: two entries may have one account. */
export function accountsOf<Entry extends Pick<PayoutDeps, "gateway">>(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>()
  return entries.filter((entry) => {
    const key = JSON.stringify(accountOfBooks(entry))
    return !seen.has(key) && seen.add(key)
  })
}

/** One run for every account, side by side: one that hangs delays no other. */
export async function fetchAllPayouts(accounts: readonly PayoutDeps[], plan: PayoutPlan): Promise<void> {
  await Promise.all(
    accounts.map(async (deps) => {
      try {
        await fetchPayouts(deps, plan)
      } catch (error) {
        deps.log.error(logLine("payouts_not_read", { account: deps.gateway.account }, wordsOf(error)))
      }
    }),
  )
}

/** From when to when the days of a channel run, by the account's clock. Without a learnt hour they end at midnight. */
export function windowOfDays(
  { from, to }: { from: string; to: string },
  cutOff = 24,
): { from: string; before: string } {
  const start = cutOff <= 24 ? daysAfter(from, -1) : from
  const last = cutOff <= 24 ? to : daysAfter(to, 1)
  const hour = String(cutOff <= 24 ? cutOff % 24 : cutOff - 24).padStart(2, "0")
  // 24:00 of a day is 00:00 of the next.
  const next = cutOff === 24 ? 1 : 0
  return { from: `${daysAfter(start, next)}T${hour}:00`, before: `${daysAfter(last, next)}T${hour}:00` }
}
