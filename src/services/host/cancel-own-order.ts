import type { MedusaContainer } from "@medusajs/framework/types"
import { MedusaError } from "@medusajs/framework/utils"
import { cancelOrderTransferRequestWorkflow } from "@medusajs/medusa/core-flows"

import { PaymentProblem } from "../../core"
import { logLine } from "../observability"
import { changingForShopper, minute, journalCancel } from "../settlement"
import type { GatewayPayments } from "./application"
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
 * Asked again it answers the same. Throws with a message a shop can show, which names no id.
 */
export async function cancelOwnOrder(
  container: MedusaContainer,
  plugin: GatewayPayments,
  orderId: string,
  customerId: string,
): Promise<CancelledOrder> {
  if (!plugin.options.storefrontCancel.enabled)
    throw new MedusaError(MedusaError.Types.NOT_FOUND, "This shop does not offer to cancel orders here.")
  // Nobody holds up an order that is not theirs.
  const seen = await cancellable(container, plugin, orderId, customerId)
  if (seen.done) return seen.done
  try {
    return await plugin.atOrder(orderId, () => cancelHeld(container, plugin, orderId, customerId))
  } catch (error) {
    throw error instanceof PaymentProblem && error.code === "order_busy" ? busy() : error
  }
}

/** Everything is looked at once more: whoever held the order until now may have cancelled, sent or given it away. */
async function cancelHeld(
  container: MedusaContainer,
  plugin: GatewayPayments,
  orderId: string,
  customerId: string,
): Promise<CancelledOrder> {
  const now = await cancellable(container, plugin, orderId, customerId)
  if (now.done) return now.done
  await takeTransferAway(container, plugin, orderId)
  const deps = plugin.cancelDeps()
  const { problem } = await journalCancel(orderId, "customer", deps, () => plugin.host.cancelOrder(orderId))
  const after = await orderRow(container, orderId)
  if (after.status === "canceled") return { id: after.id, status: after.status }
  deps.log.warn(logLine("cancel_unfinished", { order: orderId }, problem))
  throw new PaymentProblem(
    "conflict",
    "cancel_unfinished",
    "The order could not be cancelled completely. It is tried again automatically; please look at it in a few minutes, or ask the shop.",
  )
}

/**
 * Somebody who asks for the transfer of an order must not be able to keep its owner from cancelling it. Any other change is the
 * shop's.
 */
async function takeTransferAway(
  container: MedusaContainer,
  plugin: GatewayPayments,
  orderId: string,
): Promise<void> {
  const change = (await plugin.host.orderStanding(orderId))?.change
  if (change === undefined) return
  if (change !== "transfer") throw changingForShopper()
  await cancelOrderTransferRequestWorkflow(container).run({
    input: { order_id: orderId, logged_in_user_id: "", actor_type: "user" },
  })
}

async function cancellable(
  container: MedusaContainer,
  plugin: GatewayPayments,
  orderId: string,
  customerId: string,
): Promise<{ done?: CancelledOrder }> {
  const order = await orderRow(container, orderId)
  if (order.customer_id !== customerId)
    throw new MedusaError(MedusaError.Types.FORBIDDEN, "This order belongs to another customer.")
  if (order.status === "canceled") return { done: { id: order.id, status: order.status } }
  refuseIfTooLate(order, plugin.options.storefrontCancel.withinMinutes)
  return {}
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

const busy = () =>
  new PaymentProblem(
    "conflict",
    "order_busy",
    "The shop is working on this order at the moment. Nothing has changed; please try again shortly.",
  )
