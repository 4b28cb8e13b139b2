import type { GatewayPayment } from "../ledger"
import type { Deps } from "./deps"

/** Whether a payment may still be reversed: `now` and the gateway's success time lie between the same two cut-offs. */
export function sameDay(payment: GatewayPayment, deps: Deps): boolean {
  const rule = deps.policy.sameDayCancel
  if (!rule?.enabled || !payment.paidAt) return false
  return businessDay(payment.paidAt, rule) === businessDay(deps.clock.now(), rule)
}

/** The date, in `timeZone`, of the business day a moment belongs to: from the cut-off on it is the next one. */
export function businessDay(moment: Date, rule: { cutoff: string; timeZone: string }): string {
  const local = Object.fromEntries(
    formatter(rule.timeZone)
      .formatToParts(moment)
      .map((part) => [part.type, part.value]),
  )
  const passed = `${local.hour}:${local.minute}` >= rule.cutoff
  // Counted in days of the calendar: where clocks change, a day has 23 or 25 hours.
  const date = Date.UTC(Number(local.year), Number(local.month) - 1, Number(local.day) + (passed ? 1 : 0))
  return new Date(date).toISOString().slice(0, 10)
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  })
  formatters.set(timeZone, made)
  return made
}
