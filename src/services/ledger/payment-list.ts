import { amountsOf, shortestPrefix } from "../../core"
import type { GatewayName, State } from "../../core"
import type { GatewayPayment } from "./payments"

/** Which payments a list holds. Everything that is given has to hold. */
export interface PaymentFilters {
  /** Of one of these orders, or of one of their collections: a payment may not be noted under its order yet. None of them: none. */
  orders?: OrdersWanted | undefined
  sessionId?: string | undefined
  providerId?: string | undefined
  gateway?: GatewayName | undefined
  channel?: readonly string[] | undefined
  state?: readonly State[] | undefined
  attention?: boolean | undefined
  /** Made from then on, and before then. */
  from?: Date | undefined
  before?: Date | undefined
  /** Major units, plain decimal. */
  amount?: string | undefined
  currency?: string | undefined
  /** One of the numbers: whole, or how one begins. */
  number?: string | undefined
  /** What has to hold as well, its order aside. */
  also?: PaymentFilters | undefined
  order?: string | undefined
}

export interface OrdersWanted {
  orderIds: readonly string[]
  collectionIds: readonly string[]
}

export interface PageWanted extends PaymentFilters {
  limit: number
  offset: number
  /** Where the page begins; `offset` is 0 beside it. However far it is, what comes before is not read. */
  cursor?: Cursor | undefined
}

/** The page after a payment, or the one before it, in the order that is asked for. Payments are never deleted. */
export interface Cursor {
  side: "after" | "before"
  id: string
}

export interface PaymentPage {
  payments: GatewayPayment[]
  count: number
  /** Null where there is no such page. */
  next: Cursor | null
  previous: Cursor | null
}

/**
 * Counting a million rows for a page number is not worth a scan. Counted from the start of the page: who turns page after page
 * until the count is reached sees every payment.
 */
export const countedAtMost = 10_000

/** How the list reaches the table. */
export interface PaymentRows {
  many(where: string, bindings: readonly unknown[]): Promise<GatewayPayment[]>
  /** How many there are; it stops counting at `atMost`. */
  count(where: string, bindings: readonly unknown[], atMost: number): Promise<number>
}

/** A page, how many there are (all of them, or as far as `countedAtMost` after the start of the page), and its neighbours. */
export async function listPayments(wanted: PageWanted, table: PaymentRows): Promise<PaymentPage> {
  const { where, bindings } = conditions(wanted)
  const { limit, offset, cursor } = wanted
  const { rows, from } = await pageOf(wanted, where, bindings, table)
  const more = rows.length > limit
  const payments = rows.slice(0, limit)
  if (from === "before") payments.reverse()
  const first = payments[0]
  const last = payments.at(-1)
  // A search, an order, a short list of what needs attention: most pages say themselves how many there are.
  const isWhole = !cursor && !more && (last !== undefined || offset === 0)
  return {
    payments,
    count: isWhole ? offset + payments.length : await table.count(where, bindings, offset + countedAtMost),
    next: last && (more || from === "before") ? { side: "after", id: last.id } : null,
    previous:
      first && (from === "before" ? more : from === "after" || offset > 0)
        ? { side: "before", id: first.id }
        : null,
  }
}

/** All of them, page by page, and none counted: for whoever reads the whole list and keeps no page. */
export async function* everyPage(
  filters: PaymentFilters,
  table: PaymentRows,
  limit = 500,
): AsyncGenerator<GatewayPayment[]> {
  const { where, bindings } = conditions(filters)
  let cursor: Cursor | undefined
  do {
    const { rows } = await pageOf({ ...filters, limit, offset: 0, cursor }, where, bindings, table)
    const page = rows.slice(0, limit)
    if (page.length) yield page
    const last = page.at(-1)
    cursor = last && rows.length > limit ? { side: "after", id: last.id } : undefined
  } while (cursor)
}

/** One row more than the page has says whether it goes on. Before the second page stands the first, as it is now. */
async function pageOf(
  wanted: PageWanted,
  where: string,
  bindings: readonly unknown[],
  table: PaymentRows,
): Promise<{ rows: GatewayPayment[]; from: Cursor["side"] | "start" }> {
  const { limit, offset, cursor } = wanted
  const isDown = wanted.order?.startsWith("-") !== false
  const inOrder = isDown ? "desc" : "asc"
  if (!cursor) {
    const page = `${where} order by created_at ${inOrder}, id ${inOrder} limit ? offset ?`
    return { rows: await table.many(page, [...bindings, limit + 1, offset]), from: "start" }
  }
  const { side, id } = cursor
  const direction = side === "after" ? inOrder : isDown ? "asc" : "desc"
  const rows = await table.many(
    `${where} and (created_at, id) ${direction === "desc" ? "<" : ">"} ((select created_at from gateway_payment where id = ?), ?)
     order by created_at ${direction}, id ${direction} limit ?`,
    [...bindings, id, id, limit + 1],
  )
  if (side === "after" || rows.length > limit) return { rows, from: side }
  return pageOf({ ...wanted, cursor: undefined, offset: 0 }, where, bindings, table)
}

function conditions(filters: PaymentFilters): { where: string; bindings: unknown[] } {
  const parts: string[] = []
  const bindings: unknown[] = []
  const add = (sql: string, ...values: unknown[]) => {
    parts.push(sql)
    bindings.push(...values)
  }
  const compare = (sql: string, value: unknown) => {
    if (value !== undefined && value !== "") add(sql, value)
  }
  if (filters.orders) addOrders(filters.orders, add)
  compare("session_id = ?", filters.sessionId)
  compare("provider_id = ?", filters.providerId)
  compare("gateway = ?", filters.gateway)
  compare("created_at >= ?", filters.from)
  compare("created_at < ?", filters.before)
  compare("currency_code = ?", filters.currency)
  if (filters.channel?.length) add(`channel in (${placeholders(filters.channel)})`, ...filters.channel)
  if (filters.state?.length) add(`state in (${placeholders(filters.state)})`, ...filters.state)
  if (filters.attention !== undefined) add(filters.attention ? "attention is not null" : "attention is null")
  if (filters.amount !== undefined) addAmount(filters.amount, add)
  if (filters.number) addNumber(filters.number, add)
  if (filters.also) {
    const also = conditions(filters.also)
    add(also.where, ...also.bindings)
  }
  return { where: parts.join(" and ") || "true", bindings }
}

type Add = (sql: string, ...values: unknown[]) => void

function addOrders({ orderIds, collectionIds }: OrdersWanted, add: Add): void {
  const arms = [
    ...(orderIds.length ? [`order_id in (${placeholders(orderIds)})`] : []),
    ...(collectionIds.length ? [`collection_id in (${placeholders(collectionIds)})`] : []),
  ]
  add(arms.length ? `(${arms.join(" or ")})` : "false", ...orderIds, ...collectionIds)
}

/** One amount in major units is another number of minor units with other digits. */
function addAmount(amount: string, add: Add): void {
  const amounts = amountsOf(amount)
  if (!amounts.length) return add("false")
  const minors = amounts.map((one) => one.minor)
  add(
    `amount in (${placeholders(minors)}) and (amount, digits) in (${amounts.map(() => "(?, ?)").join(", ")})`,
    ...minors,
    ...amounts.flatMap((one) => [one.minor, one.digits]),
  )
}

/** Each arm of the union is one look-up in one index. */
function addNumber(number: string, add: Add): void {
  const whole = [
    "select id from gateway_payment where merchant_order_no = ?",
    "select id from gateway_payment where gateway_order_no = ?",
    "select id from gateway_payment where pay_order_no = ?",
    "select id from gateway_payment where order_id = ?",
    "select id from gateway_payment where session_id = ?",
    "select id from gateway_payment where id = ?",
    "select gateway_payment_id from gateway_operation where number = ?",
    "select gateway_payment_id from gateway_operation where gateway_no = ?",
  ]
  const begun = number.length < shortestPrefix ? [] : beginnings
  const prefix = `${literally(number)}%`
  add(
    `id = any(array(${[...whole, ...begun].join(" union ")}))`,
    ...whole.map(() => number),
    ...begun.map(() => prefix),
  )
}

/** A gateway's numbers may all begin alike: the highest are the newest, and so many fill any list that a person reads. */
const newest = (id: string, table: string, column: string) =>
  `(select ${id} from ${table} where ${column} like ? order by ${column} using ~>~ limit ${countedAtMost})`

const beginnings = [
  newest("id", "gateway_payment", "merchant_order_no"),
  newest("id", "gateway_payment", "gateway_order_no"),
  newest("id", "gateway_payment", "pay_order_no"),
  newest("gateway_payment_id", "gateway_operation", "number"),
  newest("gateway_payment_id", "gateway_operation", "gateway_no"),
]

export const placeholders = (values: readonly unknown[]): string => values.map(() => "?").join(", ")

/** A text for SQL's `like`, in which every character stands for itself. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, "\\$&")
