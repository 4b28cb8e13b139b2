import type { Total } from "../api/schema"

/** What one channel took and returned in the time that is shown. */
export interface ChannelTotal {
  gateway: Total["gateway"]
  channel: string | null
  currency: string
  payments: number
  taken: number
  refunds: number
  returned: number
}

/** One currency's days, each with what was left of what came in. */
export interface CurrencyDays {
  currency: string
  days: { day: string; taken: number; returned: number }[]
}

/** Sums of amounts that have at most three decimals, as every currency has. */
const sum = (values: readonly number[]): number =>
  values.reduce((total, one) => total + Math.round(one * 1000), 0) / 1000

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return [...groups.values()]
}

/** By gateway, channel and currency; what took most comes first. */
export function byChannel(totals: readonly Total[]): ChannelTotal[] {
  return grouped(totals, (one) => [one.gateway, one.channel, one.currency_code].join())
    .flatMap(([first, ...rest]) => {
      if (!first) return []
      const all = [first, ...rest]
      return {
        gateway: first.gateway,
        channel: first.channel,
        currency: first.currency_code,
        payments: sum(all.map((one) => one.payments)),
        taken: sum(all.map((one) => one.taken)),
        refunds: sum(all.map((one) => one.refunds)),
        returned: sum(all.map((one) => one.returned)),
      }
    })
    .sort((one, other) => one.currency.localeCompare(other.currency) || other.taken - one.taken)
}

/** Every day of the time that is shown, also those on which nothing came in. `days`: `2026-11-27`, in order. */
export function byDay(totals: readonly Total[], days: readonly string[]): CurrencyDays[] {
  return grouped(totals, (one) => one.currency_code)
    .map((all) => ({
      currency: all[0]?.currency_code ?? "",
      days: days.map((day) => {
        const those = all.filter((one) => one.day === day)
        return {
          day,
          taken: sum(those.map((one) => one.taken)),
          returned: sum(those.map((one) => one.returned)),
        }
      }),
    }))
    .sort((one, other) => one.currency.localeCompare(other.currency))
}

/** The last days up to today, where the person is: their names, when the first begins, and when the last one ends. */
export function lastDays(count: number, now: Date): { days: string[]; from: string; to: string } {
  const at = (offset: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset)
  const name = (day: Date) =>
    [day.getFullYear(), day.getMonth() + 1, day.getDate()]
      .map((part) => String(part).padStart(2, "0"))
      .join("-")
  return {
    days: Array.from({ length: count }, (_, index) => name(at(index - count + 1))),
    from: at(1 - count).toISOString(),
    to: at(1).toISOString(),
  }
}
