import { z } from "zod"

import { daysAfter, feeRate, gatewayNames, PaymentProblem, toMajor } from "../core"
import type { PayoutDay } from "../core"
import type { GatewayPayments } from "../services/host"
import { readPayoutBooks } from "../services/settlement"
import type { PayoutBooks } from "../services/settlement"
import { storable } from "./problems"

const day = z.iso.date()

/** A quarter. */
const mostDays = 92

export const payoutRange = z
  .object({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "is not before from" })
  .refine(({ from, to }) => daysAfter(from, mostDays) >= to, {
    path: ["to"],
    message: `is at most ${mostDays} days after from`,
  })

export const payoutAccount = z.object({ gateway: z.enum(gatewayNames), account: storable(128).min(1) })

/** The books of every account over these days. */
export async function booksOf(
  plugin: GatewayPayments,
  range: { from: string; to: string },
): Promise<PayoutBooks[]> {
  const plan = plugin.options.payoutBooks
  if (!plan) return []
  const books: PayoutBooks[] = []
  for (const deps of await plugin.payoutAccounts()) books.push(await readPayoutBooks(deps, plan, range))
  return books
}

/** One configured account with such books. */
export async function requireAccount(
  plugin: GatewayPayments,
  { gateway, account }: z.output<typeof payoutAccount>,
) {
  const found = (await plugin.payoutAccounts()).find(
    (one) => one.gateway.name === gateway && one.gateway.account === account,
  )
  if (found) return found
  throw new PaymentProblem(
    "not_found",
    "provider_unknown",
    "No configured payment provider has this account, or the option payoutBooks is not set. No money is affected; check the configuration.",
  )
}

export const payoutDayView = (books: PayoutBooks, one: PayoutDay) => {
  const major = (minor: bigint) => toMajor(minor, one.digits)
  return {
    ...{ gateway: books.gateway, account: books.account, channel: one.channel || null },
    ...{ currency_code: one.currency, from: one.begin, to: one.end },
    ...{ paid: major(one.paid), returned: major(one.returned) },
    ...{
      settled: one.settled === null ? null : major(one.settled),
      fee: major(one.fee),
      vat: major(one.vat),
    },
    ...{ settles_on: one.settlesOn, transferred: major(one.transferred), transferred_on: one.transferredOn },
    ...{ state: one.state, difference: major(one.difference), missing: major(one.missing) },
    ...{ explained: one.isExplained, open: one.isOpen },
  }
}

export const payoutBooksView = (books: PayoutBooks) => ({
  ...{ gateway: books.gateway, account: books.account, time_zone: books.timeZone },
  progress: {
    ...{ asked: books.progress.asked, answered: books.progress.answered, failed: books.progress.failed },
    ...{ last_answer_at: books.progress.lastAnswerAt, why: books.progress.why, code: books.progress.code },
  },
  statements: books.statements,
  days: books.days.map((one) => payoutDayView(books, one)),
  channels: channelsOf(books),
})

/** What each channel came to over the days, and what of it the gateway kept. */
function channelsOf(books: PayoutBooks) {
  const keyOf = ({ channel, currency, digits }: Pick<PayoutDay, "channel" | "currency" | "digits">) =>
    JSON.stringify([channel, currency, digits])
  return [...new Set(books.days.map(keyOf))].sort().map((key) => {
    const days = books.days.filter((one) => keyOf(one) === key)
    const sum = (of: (one: PayoutDay) => bigint | null) =>
      days.reduce((all, one) => all + (of(one) ?? 0n), 0n)
    const [channel, currency, digits] = JSON.parse(key) as [string, string, number]
    const [settled, fee, vat] = [sum((one) => one.settled), sum((one) => one.fee), sum((one) => one.vat)]
    const cutOff = books.cutOffs.find((one) => keyOf(one) === key)
    return {
      ...{
        gateway: books.gateway,
        account: books.account,
        channel: channel || null,
        currency_code: currency,
      },
      ...{ settled: toMajor(settled, digits), fee: toMajor(fee, digits), vat: toMajor(vat, digits) },
      transferred: toMajor(
        sum((one) => one.transferred),
        digits,
      ),
      fee_percent: feeRate(fee, settled),
      fee_percent_with_vat: feeRate(fee + vat, settled),
      cut_off: cutOff ? { from: cutOff.from, to: cutOff.to, days: cutOff.days } : null,
    }
  })
}
