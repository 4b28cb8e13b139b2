import type { MedusaContainer } from "@medusajs/framework/types"
import { MathBN, Modules } from "@medusajs/framework/utils"

import { addMajor, lessMajor, type Demand } from "../../core"
import { graph } from "./graph"
import { isOfPayments, plainDecimal, total } from "./transactions"
import type { Amount } from "./transactions"

interface OrderRow {
  id: string
  status: string
  canceled_at: unknown
  total: Amount
  summary?: { pending_difference?: Amount; transaction_total?: Amount } | null
}

interface PaymentRow {
  id: string
  payment_session_id: string
  payment_collection_id: string
  captures?: { id: string; amount: Amount }[]
  refunds?: { id: string; amount: Amount }[]
}

/** What Medusa asks for on a payment collection and its order, and what it holds of that. */
export async function demandOf(container: MedusaContainer, collectionId: string): Promise<Demand> {
  const ofCollection = { payment_collection_id: collectionId }
  const [[cart], [link]] = await Promise.all([
    graph<{ cart_id: string }>(container, "cart_payment_collection", ["cart_id"], ofCollection),
    graph<{ order_id: string }>(container, "order_payment_collection", ["order_id"], ofCollection),
  ])
  const [[collection], [order]] = await Promise.all([
    graph<{ id: string; amount: Amount }>(container, "payment_collection", ["id", "amount"], {
      id: collectionId,
    }),
    link ? graph<OrderRow>(container, "order", orderFields, { id: link.order_id }) : [],
  ])
  const collectionIds = order ? await collectionsOf(container, order.id) : [collectionId]
  const transactions = order
    ? await container
        .resolve(Modules.ORDER)
        .listOrderTransactions(
          { order_id: order.id },
          { select: ["amount", "reference", "reference_id"], take: null as never },
        )
    : []
  const sessions = await graph<{ id: string }>(container, "payment_session", ["id"], {
    payment_collection_id: collectionIds,
  })
  // Read last: whatever the order's books count is among them.
  const payments = await graph<PaymentRow>(container, "payment", paymentFields, {
    payment_collection_id: collectionIds,
  })
  return {
    collection: collection && { id: collection.id, amount: plainDecimal(collection.amount) },
    detached: !cart && !link,
    order: order && toOrder(order),
    collectionIds,
    sessionIds: sessions.map(({ id }) => id),
    held: payments.flatMap((payment) =>
      payment.captures?.length
        ? {
            sessionId: payment.payment_session_id,
            collectionId: payment.payment_collection_id,
            amount: lessMajor(total(payment.captures), total(payment.refunds ?? [])),
          }
        : [],
    ),
    elsewhere: total(transactions.filter((one) => !isOfPayments(one, payments))),
  }
}

/** With the totals, which take off what is on its way back by a return that was asked for. */
const orderFields = ["id", "status", "canceled_at", "total", "summary"]

const paymentFields = [
  "id",
  "payment_session_id",
  "payment_collection_id",
  "captures.id",
  "captures.amount",
  "refunds.id",
  "refunds.amount",
]

async function collectionsOf(container: MedusaContainer, orderId: string): Promise<string[]> {
  const links = await graph<{ payment_collection_id: string }>(
    container,
    "order_payment_collection",
    ["payment_collection_id"],
    { order_id: orderId },
  )
  return links.map((link) => link.payment_collection_id)
}

function toOrder({ id, status, canceled_at, total, summary }: OrderRow): NonNullable<Demand["order"]> {
  const pending = plainDecimal(summary?.pending_difference ?? 0)
  return {
    id,
    canceled: status === "canceled" || canceled_at !== null,
    wanted: addMajor(pending, plainDecimal(summary?.transaction_total ?? 0)),
    total: MathBN.convert(total).toFixed(),
  }
}
