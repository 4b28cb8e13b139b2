import { states } from "../api/schema"
import type { Change, Compared } from "../api/schema"
import type { TextKey } from "./keys"

/** What the reconcile report calls a difference, by the code that the route answers with. */
const texts = {
  no_answer: "reconcile.what.no_answer",
  amount: "reconcile.what.amount",
  paid_there: "reconcile.what.paid_there",
  unpaid_there: "reconcile.what.unpaid_there",
  refunded_there: "reconcile.what.refunded_there",
  refund_there: "reconcile.what.refund_there",
  closed_there: "reconcile.what.closed_there",
  failed_there: "reconcile.what.failed_there",
  unwanted: "reconcile.what.unwanted",
  capture: "reconcile.what.capture",
  late: "reconcile.what.late",
  refunds: "reconcile.what.refunds",
  cancelled_order: "reconcile.what.cancelled_order",
  doubt: "reconcile.what.doubt",
  collection_captured: "reconcile.what.collection_captured",
  collection_refunded: "reconcile.what.collection_refunded",
  order_transactions: "reconcile.what.order_transactions",
  order_outstanding: "reconcile.what.order_outstanding",
  captured_beyond: "reconcile.what.captured_beyond",
  not_settled: "reconcile.what.not_settled",
} as const satisfies Record<string, TextKey>

/** The sentence for a difference, or `null` where the route's own words are all there is. */
export function changeText({ code, number }: Change): { text: TextKey; number: string } | null {
  const text = Object.hasOwn(texts, code) ? texts[code as keyof typeof texts] : undefined
  return text ? { text, number: number ?? "" } : null
}

/** What no settling puts right: a person refunds it, or finds out. */
const leftToAPerson: ReadonlySet<string> = new Set(["captured_beyond", "unpaid_there", "not_settled"])

/** The differences that are put right by running the comparison. */
export const settleable = (changes: readonly Change[]): Change[] =>
  changes.filter(({ code }) => !leftToAPerson.has(code))

/** What goes back to payers, by currency. */
export function refundsOf(
  payments: readonly Compared[],
  ids: readonly string[],
): { currency: string; amount: number }[] {
  const sums = new Map<string, number>()
  for (const { id, currency_code: currency, refund_amount: amount } of payments)
    if (ids.includes(id) && amount > 0) sums.set(currency, (sums.get(currency) ?? 0) + amount)
  return [...sums].map(([currency, amount]) => ({ currency, amount: Number(amount.toFixed(2)) }))
}

/** What the gateway calls an order, where the shop has no such state. */
const standings: Readonly<Record<string, TextKey>> = {
  absent: "reconcile.value.absent",
  unpaid: "reconcile.value.unpaid",
  in_progress: "reconcile.value.in_progress",
  closed: "reconcile.value.closed",
  reversed: "reconcile.value.reversed",
  settled: "reconcile.value.settled",
  unsaid: "reconcile.value.unsaid",
}

/** An amount as the server writes it, or `null`. */
export const amountText = (value: string): number | null =>
  /^-?\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : null

/** `from` and `to` are codes where they name a state, and amounts otherwise: then `null`. */
export function valueText(value: string): TextKey | null {
  const state = states.find((one) => one === value)
  if (state) return `state.${state}`
  return (Object.hasOwn(standings, value) ? standings[value] : undefined) ?? null
}
