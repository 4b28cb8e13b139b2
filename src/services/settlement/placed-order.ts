import type { Ledger } from "../ledger"
import { paymentsOfOrder } from "./cancelled-order"
import type { Host } from "./host"

/**
 * Notes which order a gateway payment belongs to, so that it is found by it. Medusa completes a cart with a payment that it
 * has captured and given back before, and books the capture alone with the order: such a one is looked at again.
 */
export async function notePlacedOrder(orderId: string, ledger: Ledger, host: Host): Promise<void> {
  for (const payment of await paymentsOfOrder(orderId, ledger, host)) {
    if (payment.orderId === orderId) continue
    if (payment.refundedAmount > 0) await ledger.payments.wake(payment.id, 0, { orderId })
    else await ledger.payments.update(payment.id, { orderId })
  }
}
