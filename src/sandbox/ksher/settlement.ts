import type { KsherOrder } from "../books"
import { wallClock } from "../clock"
import type { Envelope } from "../exchange"
import type { World } from "../world"
import { walletEnvelope } from "./answers"
import type { KsherContext } from "./link-calls"
import type { KsherMerchant } from "./merchants"
import { refresh } from "./orders"
import { WalletRefusal } from "./refusal"

/** What becomes of one transfer that would have gone well. */
export interface PlannedTransfer {
  appid: string
  channel: string
  /** The day whose money it is, `YYYY-MM-DD` in the merchant's zone. */
  day: string
  /** So many days after it was promised for. */
  lateDays?: number
  /** So many minor units less than it should be. */
  shortBy?: number
}

/** One line of the answer, and the net amount behind it. */
interface Line {
  channel: string
  day: string
  amount: number
  fee: number
  vat: number
  transferred: number
  transferredOn: string
}

const dayMs = 86_400_000
const later = (day: string, days: number) =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10)
const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

/** A channel with less waits until it has as much. */
const leastTransferred = 10_000

/** Totals by channel and day: the frame is signed, and no line is. */
export function getSettlementInfo({ world, merchant, fields, version }: KsherContext): Envelope {
  const { begin_date: begin = "", end_date: end = "", pay_channel: channel, nonce_str } = fields
  const { settlementRangeDays: longest, settlementAnswers } = world.quirks.ksher
  if (!isDay(begin) || !isDay(end) || end < begin)
    throw new WalletRefusal("KSHER_INVALID_PARAM", "begin_date and end_date must be days in their order")
  if (longest !== null && later(begin, longest) <= end)
    throw new WalletRefusal("KSHER_INVALID_PARAM", `the range is longer than ${longest} days`)
  const lines = settledLines(world, merchant)
    .filter((line) => line.day >= begin && line.day <= end && (!channel || line.channel === channel))
    .map((line) => written(line, merchant))
  const frame = { begin_date: begin, end_date: end, nonce_str }
  const envelope = walletEnvelope(world, frame, version)
  return { ...envelope, data: { ...frame, settlement_data: spoilt(lines, settlementAnswers) } }
}

function written({ channel, day, ...line }: Line, { settlesAfterDays }: KsherMerchant) {
  return {
    begin_date: day,
    commission_fee: line.fee,
    end_date: day,
    pay_channel: channel,
    settlement_amount: line.amount,
    settlement_date: later(day, settlesAfterDays),
    transfer_amount: line.transferred,
    transfer_date: line.transferredOn,
    vat: line.vat,
  }
}

function spoilt(
  lines: ReturnType<typeof written>[],
  how: World["quirks"]["ksher"]["settlementAnswers"],
): unknown {
  switch (how) {
    case "right":
      return lines
    case "no_lines":
      return []
    case "other_days":
      return lines.map((line) => ({ ...line, begin_date: "2001-01-01", end_date: "2001-01-01" }))
    case "no_amounts":
      return lines.map(({ settlement_amount, ...line }) => ({ ...line, amount: settlement_amount }))
  }
}

/** Every day that has ended, of every channel, with the transfers that have been made by now. */
function settledLines(world: World, merchant: KsherMerchant): Line[] {
  const today = wallClock(world.clock.now(), merchant.utcOffset).slice(0, 10)
  const lines = [...takings(world, merchant)]
    .filter(({ day }) => day < today)
    .map((line) => withFees(line, merchant))
    .sort((one, other) => (one.day < other.day ? -1 : 1))
  for (const channel of new Set(lines.map((line) => line.channel)))
    transfer(
      lines.filter((line) => line.channel === channel),
      world,
      merchant,
    )
  return lines
}

function takings(world: World, merchant: KsherMerchant): { channel: string; day: string; amount: number }[] {
  const sums = new Map<string, { channel: string; day: string; amount: number }>()
  const add = (order: KsherOrder, at: number, amount: number) => {
    const day = dayOf(at, merchant)
    const channel = order.channel === "promptpay" ? world.quirks.ksher.promptPayNamed : order.channel
    const sum = sums.get(`${channel} ${day}`) ?? { channel, day, amount: 0 }
    sums.set(`${channel} ${day}`, { ...sum, amount: sum.amount + amount })
  }
  for (const order of world.books.orders) {
    if (order.gateway !== "ksher" || order.account !== merchant.appid || order.paidAt === null) continue
    refresh(world, order)
    add(order, order.paidAt, order.taken)
    for (const refund of order.refunds) {
      if (refund.status === "success") add(order, refund.doneAt ?? refund.createdAt, -refund.amount)
    }
  }
  return [...sums.values()]
}

/** What comes after the cut-off hour belongs to the next day. */
const dayOf = (at: number, { utcOffset, settlementCutOff }: KsherMerchant): string =>
  wallClock(at + (24 - settlementCutOff) * 3_600_000, utcOffset).slice(0, 10)

function withFees(
  { channel, day, amount }: { channel: string; day: string; amount: number },
  merchant: KsherMerchant,
): Line {
  const fee = Math.round((amount * merchant.feePerMille) / 1000)
  return { channel, day, amount, fee, vat: Math.round(fee * 0.07), transferred: 0, transferredOn: "" }
}

/** Each transfer takes with it what waited before. Between 14:00 and 18:00: here at 14:00. */
function transfer(lines: Line[], world: World, merchant: KsherMerchant): void {
  const now = wallClock(world.clock.now(), merchant.utcOffset)
  let waiting: Line[] = []
  for (const line of lines) {
    const planned = world.transfers.find(
      (one) => one.appid === merchant.appid && one.channel === line.channel && one.day === line.day,
    )
    const on = later(line.day, merchant.settlesAfterDays + (planned?.lateDays ?? 0))
    waiting.push(line)
    const due = waiting.reduce((sum, { amount, fee, vat }) => sum + amount - fee - vat, 0)
    if (due < leastTransferred || now < `${on}T14:00`) continue
    for (const one of waiting) one.transferredOn = on
    if (world.quirks.ksher.transferOfWaiting === "each") {
      for (const one of waiting) one.transferred = one.amount - one.fee - one.vat
    } else {
      for (const one of waiting.slice(0, -1)) one.transferredOn = ""
      line.transferred = due
    }
    line.transferred -= planned?.shortBy ?? 0
    waiting = []
  }
}
