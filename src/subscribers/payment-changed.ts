import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"

import { gatewayPayments } from "../services/host"

/** The module's own events: what became of the money is mirrored into Medusa's session. */
export default async function paymentChanged({
  event,
  container,
}: SubscriberArgs<{ id: string }>): Promise<void> {
  await gatewayPayments(container).markById(event.data.id)
}

export const config: SubscriberConfig = {
  event: [
    "gateway_payment.paid",
    "gateway_payment.voided",
    "gateway_payment.refunded",
    "gateway_payment.paid_late",
  ],
  context: { subscriberId: "gateway-payments-changed" },
}
