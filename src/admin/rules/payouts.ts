import type { PayoutChannel, PayoutDay } from "../api/payouts"

export interface Period {
  from: string
  to: string
}

/** So many days up to today, by the calendar of whoever looks. */
export function lastDaysOf(days: number, now: Date): Period {
  const day = (at: Date) =>
    [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-")
  return { from: day(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1)), to: day(now) }
}

/** A clock shows 23 for 23 and for 24 the midnight after it, 0. */
export const clockHour = (hour: number): string => String(hour % 24).padStart(2, "0")

export const openDays = (days: readonly PayoutDay[]): number => days.filter((one) => one.open).length

export const keyOfDay = (one: PayoutDay): string =>
  [one.gateway, one.account, one.channel, one.currency_code, one.from, one.to].join()

export const keyOfChannel = (one: PayoutChannel): string =>
  [one.gateway, one.account, one.channel, one.currency_code].join()
