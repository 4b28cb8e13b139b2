import type { Ledger } from "../ledger"
import { paymentsOfOrder } from "./cancelled-order"
import type { Host } from "./host"
import { minute } from "./schedule"

/**
 * Notes which order a gateway payment belongs to, so that it is found by it. Medusa completes a cart with a payment that it
 * has captured and given back before, and books the capture alone with the order: such a one is looked at again.
 */
export async function notePlacedOrder(orderId: string, ledger: Ledger, host: Host): Promise<void> {
  for (const payment of await paymentsOfOrder(orderId, ledger, host)) {
    if (payment.orderId === orderId) continue
    // One that waits to be opened is looked at seldom: from now on it is an order's.
    if (payment.state === "unopened") await ledger.payments.wake(payment.id, minute, { orderId })
    else if (payment.refundedAmount > 0) await ledger.payments.wake(payment.id, 0, { orderId })
    else await ledger.payments.update(payment.id, { orderId })
  }
}
