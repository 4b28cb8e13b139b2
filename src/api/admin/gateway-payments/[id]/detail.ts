import type { GatewayPayments } from "../../../../services/host"
import { unmatchedRows, owing, type GatewayPayment } from "../../../../services/settlement"
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
  const [operations, notifications, decisions, booked, order] = await Promise.all([
    plugin.ledger.operations.ofPayment(id),
    plugin.ledger.notifications.ofPayment(id),
    plugin.ledger.decisions.ofPayment(id),
    plugin.host.payment(payment.sessionId),
    payment.collectionId ? plugin.host.orderOf(payment.collectionId) : undefined,
  ])
  return {
    ...paymentView(payment, operations),
    ...capabilities(plugin, payment),
    operations: operations.map((operation) => operationView(operation, payment)),
    notifications: notifications.map(notificationView),
    decisions: decisions.map(decisionView),
    owed: owedView(owing(payment, operations, booked, order), payment),
    owed_refunds: unmatchedRows(booked, operations).map(owedRefundView),
  }
}

/** Left out where the payment's provider is no longer configured: nobody knows then. */
function capabilities(plugin: GatewayPayments, payment: GatewayPayment) {
  const gateway = plugin.provider(payment.providerId)?.gateway
  if (!gateway) return {}
  const facts = gateway.channelFacts(payment.channel ?? undefined)
  return { capabilities: capabilitiesView(facts, gateway.known?.info) }
}
