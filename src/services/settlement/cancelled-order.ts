import type { GatewayPayment, Ledger } from "../ledger"
import type { Host } from "./host"
import type { SettleDeps } from "./deps"
import { settle } from "./doors"

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
  const settled: GatewayPayment[] = []
  for (const payment of await paymentsOfOrder(orderId, ledger, host)) {
    const deps = depsOf(payment)
    // Noted and due before anything is tried: if the process dies now, the job goes on.
    await ledger.payments.update(payment.id, {
      orderId,
      unwanted: payment.unwanted ?? "order_canceled",
      nextCheckAt: deps.clock.now(),
    })
    settled.push(await settle(payment.id, deps))
  }
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
  const { collectionIds, sessionIds } = await host.sessionsOfOrder(orderId)
  const found = [
    ...(await ledger.payments.ofOrder(orderId, collectionIds)),
    ...(await ledger.payments.ofSessions(sessionIds)),
  ]
  return [...new Map(found.map((payment) => [payment.id, payment])).values()]
}
