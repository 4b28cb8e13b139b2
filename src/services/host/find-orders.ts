import type { MedusaContainer } from "@medusajs/framework/types"

import { literally } from "../ledger"
import type { OrdersWanted } from "../ledger"
import { graph } from "./graph"

/** What people know an order by. */
export type KnownBy = { email: string } | { displayId: number }

/** Of one person's orders so many, the newest: a list that is read. */
const mostOrders = 100

/** Medusa's orders of an e-mail address, in whatever letters it was typed, or of a short number; and their collections. */
export async function findOrders(container: MedusaContainer, by: KnownBy): Promise<OrdersWanted> {
  const orders = await graph<{ id: string; payment_collections?: ({ id: string } | null)[] | null }>(
    container,
    "order",
    ["id", "payment_collections.id"],
    "email" in by ? { email: { $ilike: literally(by.email) } } : { display_id: by.displayId },
    { take: mostOrders, order: { created_at: "DESC" } },
  )
  return {
    orderIds: orders.map((order) => order.id),
    collectionIds: orders.flatMap((order) => order.payment_collections ?? []).flatMap((one) => one?.id ?? []),
  }
}

/** The short numbers of orders, by order id. */
export async function orderNames(
  container: MedusaContainer,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (!ids.length) return new Map()
  const orders = await graph<{ id: string; display_id: number | null }>(
    container,
    "order",
    ["id", "display_id"],
    { id: [...ids] },
  )
  return new Map(orders.flatMap(({ id, display_id }) => (display_id === null ? [] : [[id, display_id]])))
}
