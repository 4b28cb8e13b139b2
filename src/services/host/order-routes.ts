import type { MedusaContainer } from "@medusajs/framework/types"

import { PaymentProblem, isOurs } from "../../core"
import { journalCancel, paymentsOfOrder, refuseHalfCancel, refuseUnenterable, second } from "../settlement"
import type { OrderDeps } from "../settlement"
import type { GatewayPayments } from "./application"
import { graph } from "./graph"
import { plainDecimal, type Amount } from "./transactions"
import { orderOfCollection } from "./order"

/** Runs one of Medusa's routes to its end, and says with which HTTP status it answered. */
export type RunRoute = () => Promise<{ status: number }>

/** How long after the answer an equal refund by the same admin counts as the same click. */
export const repeatedWithinMs = 10 * second

interface PaymentRow {
  provider_id: string
  payment_collection_id: string
  amount: Amount
}

/**
 * Medusa's refund: nothing else moves money of the order meanwhile, nothing is sent that Medusa could not enter, and a second
 * click does not make a second refund. Orders without a payment of this plugin are none of its business.
 */
export async function aroundRefund(
  plugin: GatewayPayments,
  container: MedusaContainer,
  asked: { paymentId: string; amount: unknown; by: string },
  run: RunRoute,
): Promise<void> {
  const fields = ["provider_id", "payment_collection_id", "amount"]
  const [payment] = await graph<PaymentRow>(container, "payment", fields, { id: asked.paymentId })
  const orderId = payment && (await orderOfCollection(container, payment.payment_collection_id))
  if (!payment || !isOurs(payment.provider_id) || !orderId) return aroundChange(plugin, orderId, run)
  const amount = plainDecimal(typeof asked.amount === "number" ? asked.amount : payment.amount)
  const refund = { paymentId: asked.paymentId, amount, by: asked.by }
  const { orders } = plugin.ledger
  await plugin.atOrder(orderId, async () => {
    if (await orders.isRepeated(orderId, refund, repeatedWithinMs)) throw repeated()
    const standing = await plugin.host.orderStanding(orderId, amount)
    if (standing) refuseUnenterable(standing)
    const { status } = await run()
    if (status < 400) await orders.noteAnswered(orderId, refund, repeatedWithinMs)
  })
}

const repeated = () =>
  new PaymentProblem(
    "conflict",
    "refund_repeated",
    "The same refund was made less than ten seconds ago. Nothing was sent for this request: look at the order, and repeat it in a moment if you want to refund the amount once more.",
  )

/** Medusa's cancel: it either cancels the order or sends nothing. */
export async function aroundCancel(plugin: GatewayPayments, orderId: string, run: RunRoute): Promise<void> {
  if (!(await hasOurs(plugin, orderId))) {
    await run()
    return
  }
  await plugin.atOrder(orderId, async () => {
    const standing = await plugin.host.orderStanding(orderId)
    if (standing) refuseHalfCancel(standing)
    await journalCancel(orderId, "admin", plugin.cancelDeps(), run)
  })
}

/** What opens a change of an order, or enters one: not while money of the order moves. */
export async function aroundChange(
  plugin: GatewayPayments,
  orderId: string | undefined,
  run: RunRoute,
  how: Pick<OrderDeps, "comesOnce"> = {},
): Promise<void> {
  const held = orderId !== undefined && (await hasOurs(plugin, orderId)) ? orderId : undefined
  await plugin.atOrder(held, run, how)
}

const hasOurs = async (plugin: GatewayPayments, orderId: string): Promise<boolean> =>
  (await paymentsOfOrder(orderId, plugin.ledger, plugin.host)).length > 0

/** What changes an order, as Medusa's query calls it. */
export type OrderChanger = "return" | "order_exchange" | "order_claim"

/** The order of a return, an exchange or a claim, for Medusa's routes that know only the id of that. */
export async function orderOfChange(
  container: MedusaContainer,
  entity: OrderChanger,
  id: string,
): Promise<string | undefined> {
  const [row] = await graph<{ order_id: string }>(container, entity, ["order_id"], { id })
  return row?.order_id
}
