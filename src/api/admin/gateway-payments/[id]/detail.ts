import type { GatewayPayments } from "../../../../services/host"
import { unmatchedRows, owing, paysOut, type GatewayPayment } from "../../../../services/settlement"
import {
  capabilitiesView,
  decisionView,
  notificationView,
  operationView,
  owedRefundView,
  owedView,
  paymentView,
} from "../../../views"

/** A gateway payment with all that was done, heard and decided about it. */
export async function detail(plugin: GatewayPayments, id: string) {
  const payment = await plugin.payment(id)
  const [operations, payouts, notifications, decisions, booked, order] = await Promise.all([
    plugin.ledger.operations.ofPayment(id),
    plugin.ledger.shopperPayouts.ofPayment(id),
    plugin.ledger.notifications.ofPayment(id),
    plugin.ledger.decisions.ofPayment(id),
    plugin.host.payment(payment.sessionId),
    payment.collectionId ? plugin.host.orderOf(payment.collectionId) : undefined,
  ])
  return {
    ...paymentView(payment, operations),
    ...capabilities(plugin, payment),
    operations: operations.map((operation) =>
      operationView(
        operation,
        payment,
        payouts.find(({ operationId }) => operationId === operation.id),
      ),
    ),
    notifications: notifications.map(notificationView),
    decisions: decisions.map(decisionView),
    owed: owedView(owing(payment, operations, booked, order), payment),
    owed_refunds: unmatchedRows(booked, operations).map(owedRefundView),
  }
}

/** Left out where the payment's provider is no longer configured: nobody knows then. */
function capabilities(plugin: GatewayPayments, payment: GatewayPayment) {
  const provider = plugin.provider(payment.providerId)
  if (!provider) return {}
  const { gateway, deps } = provider
  const facts = gateway.channelFacts(payment.channel ?? undefined)
  // Paid out to the shopper's account, any part of it can go back.
  if (!facts.refund && paysOut(payment, deps)) return { capabilities: { refund: true, partial_refund: true } }
  return { capabilities: capabilitiesView(facts, gateway.known?.info) }
}
