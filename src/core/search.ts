import { channelsNamed } from "./ways"

/** What a person typed into the search of the list, as one of the things it can name. */
export type Search =
  | { by: "email"; email: string }
  /** A short order number; where the shop has none of it, an amount. */
  | { by: "order"; displayId: number; orAmount: string }
  /** Major units, plain decimal; `currency` in small letters where it was typed. */
  | { by: "amount"; amount: string; currency?: string }
  | { by: "channel"; channels: readonly string[] }
  /** A number of the shop's or the gateway's, or how one begins. */
  | { by: "number"; number: string }

/** A shorter beginning would find most of a year's payments: numbers begin with the time. */
export const shortestPrefix = 6

/** Total: whatever names nothing else is looked for among the numbers. */
export function readSearch(text: string): Search {
  const typed = text.trim()
  if (/^[^\s@]+@[^\s@]+$/.test(typed)) return { by: "email", email: typed }
  const order = /^#?(\d{1,9})$/.exec(typed)
  if (order?.[1]) return { by: "order", displayId: Number(order[1]), orAmount: order[1] }
  const amount = amountOf(typed)
  if (amount) return amount
  const channels = channelsNamed(typed)
  return channels.length ? { by: "channel", channels } : { by: "number", number: typed }
}

const amounts = /^(?:([a-z]{3})\s*)?(\d{1,3}(?:,\d{3})+|\d{1,12})(\.\d{1,4})?(?:\s*([a-z]{3}))?$/i

/** `350.50`, `1,200.00`, `THB 350`, `350 thb`. A whole number without a currency is an order's. */
function amountOf(text: string): Search | undefined {
  const [, before, whole, fraction = "", after] = amounts.exec(text) ?? []
  const currency = (before ?? after)?.toLowerCase()
  if (!whole || (before && after) || !(fraction || currency || whole.includes(","))) return undefined
  return { by: "amount", amount: whole.replaceAll(",", "") + fraction, ...(currency ? { currency } : {}) }
}
