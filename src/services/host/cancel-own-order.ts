import type { MedusaContainer } from "@medusajs/framework/types"
import { MedusaError } from "@medusajs/framework/utils"
import { cancelOrderWorkflow } from "@medusajs/medusa/core-flows"

import { PaymentProblem } from "../../core"
import type { PluginOptions } from "../options/plugin"
import { minute } from "../settlement"
import { graph } from "./graph"

interface OrderRow {
  id: string
  status: string
  customer_id: string | null
  created_at: string | Date
  fulfillments?: { canceled_at: unknown }[] | null
}

export interface CancelledOrder {
  id: string
  status: string
}

/**
 * A shopper cancels the own order; what it holds at a gateway is closed or given back by the `order.canceled` subscriber.
 * Asked again it answers the same. Throws with a message a shop can show.
 */
export async function cancelOwnOrder(
  container: MedusaContainer,
  orderId: string,
  customerId: string,
  rule: PluginOptions["storefrontCancel"],
): Promise<CancelledOrder> {
  if (!rule.enabled)
    throw new MedusaError(MedusaError.Types.NOT_FOUND, "This shop does not offer to cancel orders here.")
  const order = await orderRow(container, orderId)
  if (order.customer_id !== customerId)
    throw new MedusaError(MedusaError.Types.FORBIDDEN, "This order belongs to another customer.")
  if (order.status === "canceled") return { id: order.id, status: order.status }
  refuseIfTooLate(order, rule.withinMinutes)
  const { errors } = await cancelOrderWorkflow(container).run({
    input: { order_id: orderId, no_notification: false },
    throwOnError: false,
  })
  const now = await orderRow(container, orderId)
  if (now.status === "canceled") return { id: now.id, status: now.status }
  throw tooLate(
    messageOf(errors[0]?.error) ?? "The order could not be cancelled. Nothing has changed; please try again.",
  )
}

async function orderRow(container: MedusaContainer, orderId: string): Promise<OrderRow> {
  const missing = new MedusaError(MedusaError.Types.NOT_FOUND, "There is no such order.")
  if (!/^\w{1,64}$/.test(orderId)) throw missing
  const fields = ["id", "status", "customer_id", "created_at", "fulfillments.canceled_at"]
  const [order] = await graph<OrderRow>(container, "order", fields, { id: orderId })
  if (!order) throw missing
  return order
}

function refuseIfTooLate(order: OrderRow, withinMinutes: number | undefined): void {
  if (order.fulfillments?.some((fulfillment) => !fulfillment.canceled_at))
    throw tooLate(
      "This order is being delivered and can no longer be cancelled. Please ask the shop for a return.",
    )
  if (order.status === "completed")
    throw tooLate("This order is completed and can no longer be cancelled. Please ask the shop for a return.")
  if (
    withinMinutes !== undefined &&
    Date.now() - new Date(order.created_at).getTime() > withinMinutes * minute
  )
    throw tooLate(`Orders can be cancelled within ${withinMinutes} minutes. Please ask the shop.`)
}

const tooLate = (message: string) => new PaymentProblem("conflict", "cancel_too_late", message)

const messageOf = (error: unknown): string | undefined => (error as { message?: string } | undefined)?.message
