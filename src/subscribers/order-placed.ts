import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"

import { gatewayPayments } from "../services/host"

/** Notes which order a gateway payment belongs to, so that it is found by it. */
export default async function orderPlaced({
  event,
  container,
}: SubscriberArgs<{ id: string }>): Promise<void> {
  await gatewayPayments(container).noteOrder(event.data.id)
}

export const config: SubscriberConfig = {
  event: "order.placed",
  context: { subscriberId: "gateway-payments-order-placed" },
}
