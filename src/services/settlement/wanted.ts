import type { GatewayPayment } from "../ledger"
import type { SettleDeps } from "./deps"
import { ageOf, minute } from "./schedule"

/** Notes that Medusa gave the payment up: its order was cancelled or its session deleted. From then on money is late. */
export async function stillWanted(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (payment.unwanted) return wantedAfterAll(payment, deps)
  // The process died before the create answer was stored: nobody has the link, and no query returns it.
  if (payment.state === "created" && ageOf(payment, deps) > openPatience)
    return deps.ledger.payments.update(payment.id, { unwanted: "open_lost" })
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  const known =
    order && payment.orderId !== order.id
      ? await deps.ledger.payments.update(payment.id, { orderId: order.id })
      : payment
  if (order?.canceled) return deps.ledger.payments.update(payment.id, { unwanted: "order_canceled" })
  if (payment.capturedAt) return known
  if (await deps.host.session(payment.sessionId)) return known
  return deps.ledger.payments.update(payment.id, { unwanted: "session_deleted" })
}

/** Medusa captured it for an order that stands: that its session is deleted since, as a shop may, takes nothing back. */
async function wantedAfterAll(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (!payment.capturedAt || !payment.collectionId) return payment
  const order = await deps.host.orderOf(payment.collectionId)
  if (!order || order.canceled) return payment
  return deps.ledger.payments.update(payment.id, { unwanted: null, orderId: order.id })
}

/** Longer than a create call takes. */
const openPatience = 10 * minute
