import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"

import { gatewayPayments } from "../services/host"
import { asOwnFlow, settleCancelledOrder } from "../services/settlement"

export default async function orderCanceled({
  event,
  container,
}: SubscriberArgs<{ id: string }>): Promise<void> {
  const plugin = gatewayPayments(container)
  await asOwnFlow(() =>
    settleCancelledOrder(event.data.id, plugin.ledger, plugin.host, (payment) =>
      plugin.depsOfPayment(payment),
    ),
  )
}

export const config: SubscriberConfig = {
  event: "order.canceled",
  context: { subscriberId: "gateway-payments-order-canceled" },
}
