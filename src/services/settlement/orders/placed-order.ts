import type { Ledger } from "../../ledger"
import type { Host } from "../host"

/**
 * Notes which order a gateway payment belongs to, so that it is found by it. Medusa completes a cart with a payment that it
 * has captured and given back before, and books the capture alone with the order: such a one is looked at again.
 */
export async function notePlacedOrder(orderId: string, ledger: Ledger, host: Host): Promise<void> {
  await ledger.payments.noteOrder(orderId, await host.sessionsOfOrder(orderId))
}
