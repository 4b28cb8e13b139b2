import { daysAfter } from "./time-zone"

/** Which days are asked about, both included, as `2026-11-27` in the account's zone. */
export interface SettlementsWanted {
  from: string
  to: string
  channel?: string | undefined
}

/** How a statement may write a day, and what may stand between its columns. */
export const statementDates = ["YYYY-MM-DD", "YYYY/MM/DD", "YYYYMMDD", "DD/MM/YYYY", "MM/DD/YYYY"] as const
export const statementDelimiters = [",", ";", "\t"] as const

/** One line of what a gateway settled, from its call or from a statement. Minor units; negative where more went back than came in. */
export interface SettlementLine {
  begin: string
  end: string
  channel: string
  /** The payment that the line is about; empty: a total of the channel. */
  reference: string
  amount: number
  fee: number
  vat: number
  /** When it is to be paid out. */
  settlesOn: string | null
  /** 0 while nothing was transferred. */
  transferred: number
  transferredOn: string | null
}

export interface CurrencyOfLine {
  currency: string
  digits: number
}

/** What came in and went back of one channel in one hour, by the clock of the account. Minor units. */
export interface MovedInHour extends CurrencyOfLine {
  day: string
  /** 0 to 23. */
  hour: number
  channel: string
  paid: number
  returned: number
}

/**
 * The hour at which a channel's day ends, counted from its midnight: 24 is midnight, 23 an hour before, 25 an hour after. Learnt where
 * a payment at another hour would not have fitted; `from` and `to` differ where nothing was sold in between.
 */
export interface CutOff {
  from: number
  to: number
  /** So many days fit by it and by no other hour. */
  days: number
}

/**
 * - `unlisted`: the gateway has not settled the day
 * - `expected`: to be transferred, and not late
 * - `waiting`: less than the gateway transfers at once
 * - `late`: it was to be transferred, and was not
 * - `short`, `more`: another sum was transferred than the lines come to
 * - `transferred`: the sum that the lines come to
 */
export const payoutStates = [
  ...(["unlisted", "expected", "waiting", "late"] as const),
  ...(["short", "more", "transferred"] as const),
]
export type PayoutState = (typeof payoutStates)[number]

/** One day of one channel (some days, where the gateway settles them together), compared. Minor units. */
export interface PayoutDay extends CurrencyOfLine {
  begin: string
  end: string
  channel: string
  paid: bigint
  returned: bigint
  /** null: not settled yet. */
  settled: bigint | null
  fee: bigint
  vat: bigint
  settlesOn: string | null
  transferred: bigint
  transferredOn: string | null
  state: PayoutState
  /** What the ledger holds more than was settled. */
  difference: bigint
  /** What the lines come to more than was transferred, where that stands out. */
  missing: bigint
  /** The ledger and the gateway agree about the day, and its money is where it should be. */
  isExplained: boolean
  /** Not explained although there was time for it. */
  isOpen: boolean
}

export interface Books {
  lines: readonly (SettlementLine & CurrencyOfLine)[]
  moved: readonly MovedInHour[]
  /** The ranges that the gateway was asked about, of one channel or (absent) of all: of other days nothing is said. */
  covered: readonly { from: string; to: string; channel?: string | undefined }[]
  /** The account's calendar now. */
  today: string
  /** Days that a transfer may take beyond the day it was promised for. */
  graceDays: number
}

/** Less is not transferred, but waits. Published for Thailand only; for other currencies nothing waits. */
const leastTransferred: Readonly<Record<string, bigint>> = { thb: 10_000n }

const keyOf = ({ channel, currency, digits }: { channel: string } & CurrencyOfLine): string =>
  JSON.stringify([channel, currency, digits])

/** Every day of an account, compared, and the cut-off hours that its days show, by channel and currency. Pure. */
export function compareBooks(given: Books): { days: PayoutDay[]; cutOffs: (CutOff & ChannelKey)[] } {
  const books = { ...given, ...ofAllChannels(given) }
  const keys = new Set([...books.lines, ...books.moved].map(keyOf))
  const days: PayoutDay[] = []
  const cutOffs: (CutOff & ChannelKey)[] = []
  for (const key of [...keys].sort()) {
    const lines = books.lines.filter((line) => keyOf(line) === key)
    const moved = books.moved.filter((one) => keyOf(one) === key)
    const [channel, currency, digits] = JSON.parse(key) as [string, string, number]
    const known = learnCutOff(lines, moved)
    if (known) cutOffs.push({ channel, currency, digits, ...known })
    days.push(
      ...channelDays({ channel, currency, digits }, { ...books, lines, moved }, known?.to ?? midnight),
    )
  }
  return { days: days.sort(byDay), cutOffs }
}

/** A line that names no channel is of all of them: what is in its currency is compared together, under no channel. */
function ofAllChannels({ lines, moved }: Pick<Books, "lines" | "moved">): Pick<Books, "lines" | "moved"> {
  const together = new Set(lines.filter(({ channel }) => channel === "").map(({ currency }) => currency))
  const joined = <One extends ChannelKey>(one: One): One =>
    together.has(one.currency) ? { ...one, channel: "" } : one
  return { lines: lines.map(joined), moved: moved.map(joined) }
}

export interface ChannelKey extends CurrencyOfLine {
  channel: string
}

const byDay = (one: PayoutDay, other: PayoutDay): number =>
  one.begin === other.begin ? compareText(keyOf(one), keyOf(other)) : compareText(other.begin, one.begin)
const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

const midnight = 24
const cutOffHours = Array.from({ length: 24 }, (_, hour) => hour + 13)

/** The day that an hour belongs to where the channel's day ends at `cutOff`. */
export function dayOf({ day, hour }: { day: string; hour: number }, cutOff: number): string {
  if (cutOff <= midnight) return hour >= cutOff ? daysAfter(day, 1) : day
  return hour < cutOff - midnight ? daysAfter(day, -1) : day
}

/** Fewer may fit by chance. */
const fewestDays = 3

/** The hour at which the days of one channel end, as they show it; `undefined` where they do not. */
export function learnCutOff(
  lines: readonly SettlementLine[],
  moved: readonly MovedInHour[],
): CutOff | undefined {
  const settled = sumBy(
    lines.filter(({ begin, end }) => begin === end),
    ({ begin }) => begin,
    ({ amount }) => BigInt(amount),
  )
  const fitting = cutOffHours.map((hour) => {
    const ours = sumBy(moved, (one) => dayOf(one, hour), takings)
    return {
      hour,
      days: new Set([...settled].filter(([day, sum]) => (ours.get(day) ?? 0n) === sum).map(([day]) => day)),
    }
  })
  // A day that fits by every hour, or by none, tells nothing.
  const telling = [...settled.keys()].filter((day) => {
    const by = fitting.filter(({ days }) => days.has(day)).length
    return by > 0 && by < fitting.length
  })
  const counted = fitting.map(({ hour, days }) => ({
    hour,
    count: telling.filter((day) => days.has(day)).length,
  }))
  const most = Math.max(...counted.map(({ count }) => count))
  const best = counted.filter(({ count }) => count === most).map(({ hour }) => hour)
  const [from = midnight, to = midnight] = [best[0], best.at(-1)]
  const isOneRange = to - from === best.length - 1
  if (most < fewestDays || most * 2 <= telling.length || !isOneRange) return undefined
  return { from, to, days: most }
}

const takings = ({ paid, returned }: MovedInHour): bigint => BigInt(paid) - BigInt(returned)

function sumBy<T>(
  items: readonly T[],
  keyOfItem: (item: T) => string,
  valueOf: (item: T) => bigint,
): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const item of items) sums.set(keyOfItem(item), (sums.get(keyOfItem(item)) ?? 0n) + valueOf(item))
  return sums
}

function channelDays(key: ChannelKey, books: Books, cutOff: number): PayoutDay[] {
  const paid = sumBy(
    books.moved,
    (one) => dayOf(one, cutOff),
    (one) => BigInt(one.paid),
  )
  const returned = sumBy(
    books.moved,
    (one) => dayOf(one, cutOff),
    (one) => BigInt(one.returned),
  )
  const groups = groupsOf(books.lines)
  const settledDays = new Set(groups.flatMap(({ begin, end }) => calendar(begin, end)))
  const covered = books.covered.filter(({ channel }) => channel === undefined || channel === key.channel)
  const own = [...new Set([...paid.keys(), ...returned.keys()])]
    .filter((day) => !settledDays.has(day) && covered.some(({ from, to }) => from <= day && day <= to))
    .map((day) => ({ begin: day, end: day, lines: [] }))
  const standings = standingsOf(groups, { ...books, currency: key.currency })
  return [...groups, ...own].map((group) => {
    const within = (sums: Map<string, bigint>) =>
      calendar(group.begin, group.end).reduce((sum, day) => sum + (sums.get(day) ?? 0n), 0n)
    return judged(
      {
        ...key,
        ...{ begin: group.begin, end: group.end, paid: within(paid), returned: within(returned) },
        ...totalsOf(group),
        ...(standings.get(group) ?? { state: "unlisted" as const, missing: 0n }),
      },
      books,
    )
  })
}

function judged(
  day: Omit<PayoutDay, "difference" | "isExplained" | "isOpen">,
  { today, graceDays }: Books,
): PayoutDay {
  const difference = day.paid - day.returned - (day.settled ?? 0n)
  const isAmiss = ["late", "short", "more"].includes(day.state)
  const isExplained = difference === 0n && !isAmiss
  const hadTime = daysAfter(day.end, graceDays) < today
  return { ...day, difference, isExplained, isOpen: !isExplained && (isAmiss || hadTime) }
}

interface Group {
  begin: string
  end: string
  lines: readonly SettlementLine[]
}

/** A range that is longer than this was not meant: it stands as its first and last day. */
const longestRange = 92

function calendar(begin: string, end: string): string[] {
  const days = [begin]
  for (let day = begin; day < end && days.length < longestRange; days.push(day)) day = daysAfter(day, 1)
  return days
}

function groupsOf(lines: readonly SettlementLine[]): Group[] {
  const groups = new Map<string, SettlementLine[]>()
  for (const line of lines) {
    const key = `${line.begin} ${line.end}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  return [...groups.values()].map((of) => ({ begin: of[0]?.begin ?? "", end: of[0]?.end ?? "", lines: of }))
}

const total = (lines: readonly SettlementLine[], of: (line: SettlementLine) => number): bigint =>
  lines.reduce((sum, line) => sum + BigInt(of(line)), 0n)
const latest = (
  lines: readonly SettlementLine[],
  of: (line: SettlementLine) => string | null,
): string | null =>
  lines.reduce<string | null>((last, line) => ((of(line) ?? "") > (last ?? "") ? of(line) : last), null)

const totalsOf = ({ lines }: Group) => ({
  settled: lines.length ? total(lines, (line) => line.amount) : null,
  fee: total(lines, (line) => line.fee),
  vat: total(lines, (line) => line.vat),
  settlesOn: latest(lines, (line) => line.settlesOn),
  transferred: total(lines, (line) => line.transferred),
  transferredOn: latest(lines, (line) => line.transferredOn),
})

interface Standing {
  state: PayoutState
  missing: bigint
}

interface Owed {
  group: Group
  /** What its lines come to less what was transferred for it. */
  rest: bigint
}

/**
 * Where the money of each day is. A transfer may cover its own day alone, or with it all that waited: whichever sum it comes to exactly.
 * Any other sum stands as short or more until a later transfer makes up for it.
 */
function standingsOf(
  groups: readonly Group[],
  { today, graceDays, currency }: Pick<Books, "today" | "graceDays"> & { currency: string },
): Map<Group, Standing> {
  const standings = new Map<Group, Standing>()
  let open: Owed[] = []
  const rest = () => open.reduce((sum, one) => sum + one.rest, 0n)
  const settle = () => {
    for (const one of open) standings.set(one.group, done)
    open = []
  }
  for (const group of [...groups].sort(byTransfer)) {
    const [sent, kept] = [
      group.lines.filter(wasTransferred),
      group.lines.filter((one) => !wasTransferred(one)),
    ]
    const transferred = total(sent, (line) => line.transferred)
    const owed = netOf(sent) - transferred
    const left = netOf(kept)
    if (!sent.length) open.push({ group, rest: left })
    else if (owed + left === 0n) standings.set(group, done)
    else if (owed + left + rest() === 0n) {
      settle()
      standings.set(group, done)
    } else if (owed === 0n || owed + rest() === 0n) {
      if (owed !== 0n) settle()
      // What is left of the day is still to come.
      open.push({ group, rest: left })
    } else {
      standings.set(group, { state: owed > 0n ? "short" : "more", missing: owed })
      open.push({ group, rest: owed + left })
    }
  }
  const pending = open.filter(({ group }) => !standings.has(group))
  for (const one of pendingStandings(pending, { today, graceDays, currency })) standings.set(...one)
  return standings
}

function pendingStandings(
  pending: readonly Owed[],
  { today, graceDays, currency }: Pick<Books, "today" | "graceDays"> & { currency: string },
): [Group, Standing][] {
  const least = leastTransferred[currency] ?? 1n
  let sum = 0n
  /** When so much had come together that the gateway transfers it; undefined: not yet. */
  let enoughOn: string | undefined
  for (const { group, rest } of pending) {
    sum += rest
    if (sum >= least) enoughOn ??= transferDay(group)
  }
  const waits = sum < least || enoughOn === undefined
  return pending.map(({ group, rest: missing }) => {
    const own = transferDay(group)
    const dueOn = enoughOn !== undefined && enoughOn > own ? enoughOn : own
    const isLate = daysAfter(dueOn, graceDays) < today
    const state = missing === 0n ? "transferred" : waits ? "waiting" : isLate ? "late" : "expected"
    return [group, { state, missing: state === "late" ? missing : 0n }]
  })
}

const done: Standing = { state: "transferred", missing: 0n }

const wasTransferred = ({ transferred, transferredOn }: SettlementLine): boolean =>
  transferredOn !== null || transferred !== 0

const netOf = (lines: readonly SettlementLine[]): bigint =>
  total(lines, ({ amount, fee, vat }) => amount - fee - vat)

/** The day for which its transfer was promised. */
const transferDay = ({ lines, end }: Group): string => latest(lines, (line) => line.settlesOn) ?? end

const byTransfer = (one: Group, other: Group): number => {
  const at = (group: Group) => `${transferDay(group)} ${group.end}`
  return compareText(at(one), at(other))
}

/** What of an amount a fee is, in percent with three decimals, to the nearest; null without an amount. */
export function feeRate(fee: bigint, amount: bigint): string | null {
  if (amount === 0n) return null
  const sign = fee < 0n !== amount < 0n && fee !== 0n ? "-" : ""
  const [size, of] = [fee < 0n ? -fee : fee, amount < 0n ? -amount : amount]
  const thousandths = (size * 200_000n + of) / (of * 2n)
  const figures = String(thousandths).padStart(4, "0")
  return `${sign}${figures.slice(0, -3)}.${figures.slice(-3)}`
}

/** One question of the back-fill: a month, of one channel or (empty) of all. */
export interface FetchStep {
  /** `2026-11` */
  month: string
  channel: string
}

/** What became of a question. */
export interface FetchState extends FetchStep {
  /** null: it was not answered yet. */
  answeredAt: Date | null
  triedAt: Date
  /** Tries in a row without an answer. */
  failures: number
  /** Some of its money was not transferred yet. */
  isOpen: boolean
}

/** Every question from a day on, the newest month first. */
export function fetchSteps(since: string, today: string, channels: readonly string[]): FetchStep[] {
  const steps: FetchStep[] = []
  const asked = channels.length ? channels : [""]
  for (let month = today.slice(0, 7); month >= since.slice(0, 7); month = monthBefore(month))
    steps.push(...asked.map((channel) => ({ month, channel })))
  return steps
}

const monthBefore = (month: string): string => daysAfter(`${month}-01`, -1).slice(0, 7)

/** The days of a month that are asked about: none in the future, none before the books begin. */
export function daysOfMonth(month: string, since: string, today: string): { from: string; to: string } {
  const last = daysAfter(`${daysAfter(`${month}-28`, 4).slice(0, 7)}-01`, -1)
  const first = `${month}-01`
  return { from: first < since ? since : first, to: last > today ? today : last }
}

const minuteMs = 60_000
const again = 360 * minuteMs
/** Transfers come T+n and over holidays: until then a month may change without anything standing open. */
const changesForDays = 45

/** Whether a question is to be asked now: the first time, after a failure with a growing pause, and while its answer may change. */
export function isFetchDue(
  state: FetchState | undefined,
  step: FetchStep,
  now: Date,
  today: string,
): boolean {
  if (!state) return true
  const since = (at: Date) => now.getTime() - at.getTime()
  if (state.failures > 0)
    return since(state.triedAt) >= Math.min(2 ** Math.min(state.failures, 9) * minuteMs, again)
  // Asked before its last day was over, it had not seen all of it.
  const isWhole =
    state.answeredAt !== null &&
    state.answeredAt.toISOString().slice(0, 10) > daysOfMonth(step.month, "", "9999-12-31").to
  const mayChange = state.isOpen || !isWhole || step.month >= daysAfter(today, -changesForDays).slice(0, 7)
  return state.answeredAt === null || (mayChange && since(state.answeredAt) >= again)
}
