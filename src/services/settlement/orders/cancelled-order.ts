import type { GatewayPayment, Ledger } from "../../ledger"
import type { Host } from "../host"
import type { SettleDeps } from "../deps"
import { settle } from "../traced"

/**
 * What a cancelled order leaves at the gateways is closed or given back, payment by payment, whatever the host's workflow
 * managed or swallowed (H7), and also where the order never had a Payment row (H9). What fails is due again by itself.
 */
export async function settleCancelledOrder(
  orderId: string,
  ledger: Ledger,
  host: Host,
  depsOf: (payment: GatewayPayment) => SettleDeps,
): Promise<GatewayPayment[]> {
  const payments = await paymentsOfOrder(orderId, ledger, host)
  // All are noted and due before anything is tried: if the process dies now, the job goes on.
  for (const { id, unwanted } of payments)
    await ledger.payments.wake(id, 0, { orderId, unwanted: unwanted ?? "order_canceled" })
  const settled: GatewayPayment[] = []
  const failures: unknown[] = []
  for (const payment of payments)
    try {
      settled.push(await settle(payment.id, depsOf(payment)))
    } catch (error) {
      // The job comes back to it. The others are not to wait for that.
      failures.push(error)
    }
  if (failures.length) throw failures[0]
  return settled
}

/** The order a payment belongs to, as noted here or as Medusa links it. */
export async function orderIdOf(
  { orderId, collectionId }: GatewayPayment,
  host: Pick<Host, "orderOf">,
): Promise<string | undefined> {
  return orderId ?? (collectionId ? (await host.orderOf(collectionId))?.id : undefined)
}

/** The gateway payments of an order, found by what Medusa links to it and by what the ledger noted at open. */
export async function paymentsOfOrder(
  orderId: string,
  ledger: Ledger,
  host: Host,
): Promise<GatewayPayment[]> {
  return ledger.payments.ofOrder(orderId, await host.sessionsOfOrder(orderId))
}
