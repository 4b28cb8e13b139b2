import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"

import { gatewayPayments } from "../services/host"

/** Medusa says that what an order asks for has changed: links for what it no longer wants are closed. */
export default async function orderChanged({
  event,
  container,
}: SubscriberArgs<{ order_id: string }>): Promise<void> {
  await gatewayPayments(container).reviewOrder(event.data.order_id)
}

export const config: SubscriberConfig = {
  event: [
    "order-edit.confirmed",
    "order.return_requested",
    "order.return_received",
    "order.exchange_created",
    "order.claim_created",
  ],
  context: { subscriberId: "gateway-payments-order-changed" },
}
