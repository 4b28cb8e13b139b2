import { daysAfter, localTime } from "../../../core"
import type { GatewayPayment } from "../../ledger"
import type { Deps } from "../deps"

/** Whether a payment may still be reversed: `now` and the gateway's success time lie between the same two cut-offs. */
export function sameDay(payment: GatewayPayment, deps: Deps): boolean {
  const rule = deps.policy.sameDayCancel
  if (!rule?.enabled || !payment.paidAt) return false
  return businessDay(payment.paidAt, rule) === businessDay(deps.clock.now(), rule)
}

/** The date, in `timeZone`, of the business day a moment belongs to: from the cut-off on it is the next one. */
export function businessDay(moment: Date, rule: { cutoff: string; timeZone: string }): string {
  const { day, time } = localTime(moment, rule.timeZone)
  return time >= rule.cutoff ? daysAfter(day, 1) : day
}
