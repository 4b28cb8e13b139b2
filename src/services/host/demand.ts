import type { MedusaContainer } from "@medusajs/framework/types"
import { MathBN, Modules } from "@medusajs/framework/utils"

import { addMajor, isOurs, lessMajor, type Demand } from "../../core"
import { graph } from "./graph"
import { creditDue, isOfPayments, plainDecimal, total } from "./transactions"
import type { Amount, Entered, Version } from "./transactions"
import { versionsOf } from "./versions"

interface OrderRow {
  id: string
  status: string
  version: number
  canceled_at: unknown
  total: Amount
  summary?: { pending_difference?: Amount; transaction_total?: Amount } | null
}

interface CartLink {
  cart_id: string
  payment_collection_id: string
}

interface OrderLink {
  order_id: string
  payment_collection_id: string
}

interface CollectionRow {
  id: string
  amount: Amount
}

interface SessionRow {
  id: string
  payment_collection_id: string
}

interface MoneyRow {
  id: string
  amount: Amount
  created_at: string | Date
}

interface PaymentRow {
  id: string
  provider_id: string
  payment_session_id: string
  payment_collection_id: string
  captures?: MoneyRow[]
  refunds?: MoneyRow[]
}

/** What Medusa asks for on a payment collection and its order, and what it holds of that. */
export async function demandOf(container: MedusaContainer, collectionId: string): Promise<Demand> {
  const [demand] = (await demandsOf(container, [collectionId])).values()
  if (!demand) throw new Error(`Nothing was looked up of ${collectionId}.`)
  return demand
}

/** As `demandOf`, for many collections in as many look-ups. */
export async function demandsOf(
  container: MedusaContainer,
  ids: readonly string[],
): Promise<Map<string, Demand>> {
  const of = { payment_collection_id: [...ids] }
  const [carts, links, collections] = await Promise.all([
    graph<CartLink>(container, "cart_payment_collection", ["cart_id", "payment_collection_id"], of),
    graph<OrderLink>(container, "order_payment_collection", linkFields, of),
    graph<CollectionRow>(container, "payment_collection", ["id", "amount"], { id: [...ids] }),
  ])
  const orderIds = [...new Set(links.map((link) => link.order_id))]
  const [orders, siblings, transactions] = orderIds.length
    ? await Promise.all([
        graph<OrderRow>(container, "order", orderFields, { id: orderIds }),
        graph<OrderLink>(container, "order_payment_collection", linkFields, { order_id: orderIds }),
        transactionsOf(container, orderIds),
      ])
    : [[], [], []]
  const all = [...new Set([...ids, ...siblings.map((link) => link.payment_collection_id)])]
  const inAll = { payment_collection_id: all }
  const sessions = await graph<SessionRow>(container, "payment_session", sessionFields, inAll)
  // Read last: whatever the order's books count is among them.
  const payments = await graph<PaymentRow>(container, "payment", paymentFields, inAll)
  const refunded = new Set(payments.flatMap((one) => (one.refunds?.length ? one.payment_collection_id : [])))
  const withRefunds = new Set(
    siblings.flatMap((link) => (refunded.has(link.payment_collection_id) ? link.order_id : [])),
  )
  const versions = await versionsOf(
    container,
    orders.filter(({ id }) => withRefunds.has(id)),
  )
  return new Map(
    ids.map((id) => {
      const orderId = links.find((link) => link.payment_collection_id === id)?.order_id
      const order = orders.find((one) => one.id === orderId)
      const collection = collections.find((one) => one.id === id)
      const mine = new Set(
        order
          ? siblings.flatMap((link) => (link.order_id === order.id ? link.payment_collection_id : []))
          : [id],
      )
      const isMine = (row: { payment_collection_id: string }) => mine.has(row.payment_collection_id)
      const own = payments.filter(isMine)
      const entered = transactions.filter((one) => one.order_id === order?.id)
      return [
        id,
        {
          collection: collection && { id, amount: plainDecimal(collection.amount) },
          detached: orderId === undefined && !carts.some((link) => link.payment_collection_id === id),
          order: order && toOrder(order, versions.get(order.id), entered, own),
          collectionIds: [...mine],
          sessionIds: sessions.filter(isMine).map((session) => session.id),
          held: own.flatMap(heldBy),
          elsewhere: total(entered.filter((one) => !isOfPayments(one, own))),
        },
      ]
    }),
  )
}

const heldBy = (payment: PaymentRow): Demand["held"] =>
  payment.captures?.length
    ? [
        {
          sessionId: payment.payment_session_id,
          collectionId: payment.payment_collection_id,
          amount: lessMajor(total(payment.captures), total(payment.refunds ?? [])),
        },
      ]
    : []

const transactionsOf = (container: MedusaContainer, orderIds: string[]) =>
  container
    .resolve(Modules.ORDER)
    .listOrderTransactions(
      { order_id: orderIds },
      { select: ["order_id", "amount", "reference", "reference_id", "version"], take: null as never },
    )

const linkFields = ["order_id", "payment_collection_id"]

const sessionFields = ["id", "payment_collection_id"]

/** With the totals, which take off what is on its way back by a return that was asked for. */
const orderFields = ["id", "status", "version", "canceled_at", "total", "summary"]

const paymentFields = [
  "id",
  "provider_id",
  "payment_session_id",
  "payment_collection_id",
  "captures.id",
  "captures.amount",
  "captures.created_at",
  "refunds.id",
  "refunds.amount",
  "refunds.created_at",
]

/** An order does not want what it asks for only because Medusa has not entered its credit line yet. */
function toOrder(
  order: OrderRow,
  versions: readonly Version[] | undefined,
  transactions: readonly Entered[],
  payments: readonly PaymentRow[],
): NonNullable<Demand["order"]> {
  const { id, status, canceled_at, total, summary } = order
  const pending = plainDecimal(summary?.pending_difference ?? 0)
  const ours = payments.filter(({ provider_id }) => isOurs(provider_id))
  const others = payments.filter(({ provider_id }) => !isOurs(provider_id))
  const due = creditDue(versions ?? [], ours, transactions, others)
  return {
    id,
    canceled: status === "canceled" || canceled_at !== null,
    wanted: lessMajor(addMajor(pending, plainDecimal(summary?.transaction_total ?? 0)), due),
    total: MathBN.convert(total).toFixed(),
  }
}
