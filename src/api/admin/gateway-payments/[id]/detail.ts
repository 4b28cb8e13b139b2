import type { GatewayPayments } from "../../../../services/host"
import type { GatewayPayment } from "../../../../services/settlement"
import { capabilitiesView, notificationView, operationView, paymentView } from "../../../views"

/** A gateway payment with all that was done and heard about it. */
export async function detail(plugin: GatewayPayments, id: string) {
  const payment = await plugin.payment(id)
  const [operations, notifications] = await Promise.all([
    plugin.ledger.operations.ofPayment(id),
    plugin.ledger.notifications.ofPayment(id),
  ])
  return {
    ...paymentView(payment),
    ...capabilities(plugin, payment),
    operations: operations.map((operation) => operationView(operation, payment)),
    notifications: notifications.map(notificationView),
  }
}

/** Left out where the payment's provider is no longer configured: nobody knows then. */
function capabilities(plugin: GatewayPayments, payment: GatewayPayment) {
  const facts = plugin.provider(payment.providerId)?.gateway.channelFacts(payment.channel ?? undefined)
  return facts ? { capabilities: capabilitiesView(facts) } : {}
}
