import type { Clock, Ledger } from "../ledger"
import { paymentsOfOrder } from "./cancelled-order"
import type { Host } from "./host"

/**
 * Notes which order a gateway payment belongs to, so that it is found by it. Medusa completes a cart with a payment that it
 * has captured and given back before, and books the capture alone with the order: such a one is looked at again.
 */
export async function notePlacedOrder(
  orderId: string,
  ledger: Ledger,
  host: Host,
  clock: Clock,
): Promise<void> {
  for (const payment of await paymentsOfOrder(orderId, ledger, host)) {
    if (payment.orderId === orderId) continue
    const again = payment.refundedAmount > 0 ? { nextCheckAt: clock.now() } : {}
    await ledger.payments.update(payment.id, { orderId, ...again })
  }
}
