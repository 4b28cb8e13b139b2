import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"

import { gatewayPayments } from "../services/host"

/** Medusa's own word that a payment was refunded: the session shows how much the gateway gave back. */
export default async function paymentRefunded({
  event,
  container,
}: SubscriberArgs<{ id: string }>): Promise<void> {
  await gatewayPayments(container).markByMedusaPayment(event.data.id)
}

export const config: SubscriberConfig = {
  event: "payment.refunded",
  context: { subscriberId: "gateway-payments-refunded" },
}
