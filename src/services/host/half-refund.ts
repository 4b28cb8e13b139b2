import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MathBN } from "@medusajs/framework/utils"

import { PaymentProblem } from "../../core"
import type { Amount } from "./medusa"

interface PaymentRow {
  provider_id: string
  payment_collection_id: string
  amount: Amount
}

interface OrderRow {
  id: string
  status: string
  summary?: { pending_difference?: Amount } | null
}

/**
 * Medusa's refund has the provider give the money back first, and refuses only then an order that is cancelled or has a
 * change open (`createOrderRefundCreditLinesWorkflow`): the admin reads an error, asks again, and it goes back twice. Such a
 * refund is refused here before anything is sent. Two at the same instant still meet in Medusa.
 */
export async function refuseHalfRefund(
  container: MedusaContainer,
  paymentId: string,
  asked: unknown,
): Promise<void> {
  const graph = container.resolve(ContainerRegistrationKeys.QUERY)
  const one = async <Row>(entity: string, fields: string[], filters: object): Promise<Row | undefined> =>
    (await graph.graph({ entity, fields, filters })).data[0] as Row | undefined

  const payment = await one<PaymentRow>("payment", ["provider_id", "payment_collection_id", "amount"], {
    id: paymentId,
  })
  if (!payment || !/^pp_(ksher|gnete)(_|$)/.test(payment.provider_id)) return
  const link = await one<{ order_id: string }>("order_payment_collection", ["order_id"], {
    payment_collection_id: payment.payment_collection_id,
  })
  const order = link && (await one<OrderRow>("order", ["id", "status", "summary"], { id: link.order_id }))
  if (!order || !needsCreditLine(order, typeof asked === "number" ? asked : payment.amount)) return
  if (order.status === "canceled")
    throw new PaymentProblem(
      "conflict",
      "order_canceled",
      "The order is cancelled: what it still holds goes back by itself. Nothing was sent for this request; what is owed beyond that is refunded under Gateway payments.",
    )
  const changing = await one<{ id: string }>("order_change", ["id"], {
    order_id: order.id,
    status: ["pending", "requested"],
  })
  if (changing)
    throw new PaymentProblem(
      "conflict",
      "order_changing",
      "The order has a change open (an edit, a return or an exchange), and Medusa cannot enter a refund beside it. Nothing was sent: confirm or cancel that change, then refund.",
    )
}

/** Medusa writes a credit line for what goes back beyond what the order owes the shopper anyway. */
function needsCreditLine(order: OrderRow, amount: Amount): boolean {
  const owed = MathBN.mult(order.summary?.pending_difference ?? 0, -1)
  return MathBN.gt(amount, MathBN.gt(owed, 0) ? owed : 0)
}
