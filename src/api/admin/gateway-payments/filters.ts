import { z } from "zod"

import { gatewayNames, readSearch, states } from "../../../core"
import type { GatewayPayments } from "../../../services/host"
import type { OrdersWanted, PaymentFilters } from "../../../services/settlement"
import { moment, storable } from "../../problems"

const many = <Item extends z.ZodType>(item: Item) =>
  z
    .union([item, z.array(item).max(100)])
    .transform((value): z.output<Item>[] => (Array.isArray(value) ? value : [value]) as z.output<Item>[])

/** What the list, its file and its totals are asked for. */
export const filters = z.object({
  order_id: storable(64).optional(),
  session_id: storable(64).optional(),
  provider_id: storable(128).optional(),
  gateway: z.enum(gatewayNames).optional(),
  channel: many(storable(64)).optional(),
  state: many(z.enum(states)).optional(),
  attention: z.enum(["true", "false"]).optional(),
  created_from: moment.optional(),
  created_to: moment.optional(),
  amount: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,4})?$/, "is a plain decimal in major units")
    .optional(),
  currency_code: z
    .string()
    .regex(/^[a-z]{3}$/i, "is a code of three letters")
    .transform((code) => code.toLowerCase())
    .optional(),
  q: storable(128).optional(),
  order: z.enum(["created_at", "-created_at"]).default("-created_at"),
})
export type Asked = z.output<typeof filters>

/** Looks up in Medusa what the ledger does not hold: who ordered, and what people call an order. */
export async function wanted(asked: Asked, plugin: GatewayPayments): Promise<PaymentFilters> {
  return {
    orders: asked.order_id === undefined ? undefined : await ofOrder(asked.order_id, plugin),
    sessionId: asked.session_id,
    providerId: asked.provider_id,
    gateway: asked.gateway,
    channel: asked.channel,
    state: asked.state,
    attention: asked.attention === undefined ? undefined : asked.attention === "true",
    from: asked.created_from,
    before: asked.created_to,
    amount: asked.amount,
    currency: asked.currency_code,
    order: asked.order,
    also: asked.q ? await searched(asked.q, plugin) : undefined,
  }
}

async function ofOrder(orderId: string, { host }: GatewayPayments): Promise<OrdersWanted> {
  const { collectionIds } = await host.sessionsOfOrder(orderId)
  return { orderIds: [orderId], collectionIds }
}

async function searched(text: string, plugin: GatewayPayments): Promise<PaymentFilters> {
  const search = readSearch(text)
  switch (search.by) {
    case "email":
      return { orders: await plugin.findOrders({ email: search.email }) }
    case "order": {
      const orders = await plugin.findOrders({ displayId: search.displayId })
      return orders.orderIds.length ? { orders } : { amount: search.orAmount }
    }
    case "amount":
      return { amount: search.amount, currency: search.currency }
    case "channel":
      return { channel: search.channels }
    case "number":
      return { number: search.number }
  }
}
