import { states } from "../api/schema"
import type { Change } from "../api/schema"
import type { TextKey } from "./keys"

/** What the reconcile report calls a difference, by the words the route answers with. */
const whats: Readonly<Record<string, TextKey>> = {
  "no answer from the gateway": "reconcile.what.no_answer",
  amount: "reconcile.what.amount",
  "paid there, unpaid here": "reconcile.what.paid_there",
  "paid here, not there": "reconcile.what.unpaid_there",
  "refunded there, not here": "reconcile.what.refunded_there",
  "closed there, open here": "reconcile.what.closed_there",
  "failed there, open here": "reconcile.what.failed_there",
  "open there, unwanted here": "reconcile.what.unwanted",
  "captured in Medusa": "reconcile.what.capture",
  "late money to give back": "reconcile.what.late",
  "refunds in Medusa's books": "reconcile.what.refunds",
  "cancelled order still holds": "reconcile.what.cancelled_order",
}

/** The sentence for a difference, or `null` where the route's own words are all there is. */
export function changeText(change: Change): { text: TextKey; number: string } | null {
  const doubt = /^(?:refund|cancel) (\S+) to be asked about$/.exec(change.what)
  if (doubt?.[1]) return { text: "reconcile.what.doubt", number: doubt[1] }
  const refund = /^refund (\S+) there, not here$/.exec(change.what)
  if (refund?.[1]) return { text: "reconcile.what.refund_there", number: refund[1] }
  const text = Object.hasOwn(whats, change.what) ? whats[change.what] : undefined
  return text ? { text, number: "" } : null
}

/** What the gateway calls an order, where the shop has no such state. */
const standings: Readonly<Record<string, TextKey>> = {
  absent: "reconcile.value.absent",
  unpaid: "reconcile.value.unpaid",
  in_progress: "reconcile.value.in_progress",
  closed: "reconcile.value.closed",
  reversed: "reconcile.value.reversed",
  settled: "reconcile.value.settled",
  "an amount it does not say": "reconcile.value.unsaid",
}

/** `from` and `to` are words where they name a state, and amounts otherwise: then `null`. */
export function valueText(value: string): TextKey | null {
  const state = states.find((one) => one === value)
  if (state) return `state.${state}`
  return (Object.hasOwn(standings, value) ? standings[value] : undefined) ?? null
}
