import { uncancelled } from "../../../core"
import type { AttentionValues, OrderChange } from "../../../core"
import type { BegunCancel, CancelledBy, GatewayPayment, Ledger, Operation } from "../../ledger"
import { returns } from "../../ledger"
import { logLine, wordsOf } from "../../observability"
import { clear, raise } from "../attention"
import { paymentsOfOrder, settleCancelledOrder } from "./cancelled-order"
import type { SettleDeps } from "../deps"
import type { Host } from "../host"
import { withOrderLease } from "./order-lease"
import type { OrderDeps } from "./order-lease"
import { after, minute, second } from "../schedule"

export interface CancelDeps extends OrderDeps, Pick<SettleDeps, "clock"> {
  ledger: Ledger
  host: Host
  depsOf: (payment: GatewayPayment) => SettleDeps
}

/**
 * Has an order cancelled by `cancel`, written down before it starts: Medusa returns the money first and cancels the order after. If
 * the process dies in between, the job finishes it. Call it with the order in hand.
 */
export async function journalCancel<T>(
  orderId: string,
  askedBy: CancelledBy,
  deps: CancelDeps,
  cancel: () => Promise<T>,
): Promise<T> {
  const begun = await deps.ledger.orders.beginCancel(orderId, askedBy, after(deps, 30 * second))
  try {
    return await cancel()
  } finally {
    await closeJournal(begun, deps)
  }
}

/** What was cancelled, or refused with nothing sent, is over. Anything between the two is left to the job, now. */
async function closeJournal(begun: BegunCancel, deps: CancelDeps): Promise<void> {
  try {
    const standing = await deps.host.orderStanding(begun.orderId)
    if (standing?.canceled || !(await findReturned(begun, deps)).length)
      await deps.ledger.orders.endCancel(begun.orderId)
    else await deps.ledger.orders.postponeCancel(begun.orderId, deps.clock.now())
  } catch (error) {
    // Whoever asked has an answer of his own; the job looks again.
    deps.log.warn(logLine("cancel_unfinished", { order: begun.orderId }, wordsOf(error)))
  }
}

/** The order's payments of which something went back, or may have, since the cancel was asked for. */
async function findReturned(
  { orderId, askedAt }: BegunCancel,
  { ledger, host }: CancelDeps,
): Promise<GatewayPayment[]> {
  const moved = ({ state, createdAt }: Operation) =>
    createdAt >= askedAt && state !== "refused" && state !== "not_sent"
  const found: GatewayPayment[] = []
  for (const payment of await paymentsOfOrder(orderId, ledger, host))
    if (returns(await ledger.operations.ofPayment(payment.id)).some(moved)) found.push(payment)
  return found
}

/**
 * Finishes a cancel that its process did not see to the end. Where money went back and Medusa does not cancel the order, its payments
 * stand under attention until it does: the goods could still be sent.
 */
export async function finishCancel(begun: BegunCancel, deps: CancelDeps): Promise<void> {
  await withOrderLease(begun.orderId, deps, async () => {
    // Whoever held the order until now may have finished it.
    const known = await deps.ledger.orders.cancelOf(begun.orderId)
    if (known) await finishLeased(known, deps)
  })
}

async function finishLeased(begun: BegunCancel, deps: CancelDeps): Promise<void> {
  const { orderId } = begun
  const standing = await deps.host.orderStanding(orderId)
  const returned = await findReturned(begun, deps)
  const problem =
    standing && !standing.canceled ? await cancelAgain(begun, standing.change, returned, deps) : undefined
  if (problem && returned.length) {
    for (const payment of returned) await raise(payment, "cancel_unfinished", problem, deps.depsOf(payment))
    await deps.ledger.orders.postponeCancel(orderId, after(deps, minute))
    return
  }
  if (problem) deps.log.info(logLine("cancel_unfinished", { order: orderId }, uncancelled(problem)))
  else await settleCancelledOrder(orderId, deps.ledger, deps.host, deps.depsOf)
  for (const payment of await paymentsOfOrder(orderId, deps.ledger, deps.host))
    await clear(payment, ["cancel_unfinished"], deps.depsOf(payment))
  await deps.ledger.orders.endCancel(orderId)
}

/** Why Medusa does not cancel it, or `undefined` where it did. */
async function cancelAgain(
  { orderId, askedAt }: BegunCancel,
  change: OrderChange | undefined,
  returned: readonly GatewayPayment[],
  deps: CancelDeps,
): Promise<AttentionValues["cancel_unfinished"] | undefined> {
  if (change) return { why: "change_open", change }
  if (returned.length) await deps.host.creditReturned(orderId, askedAt)
  const { problem } = await deps.host.cancelOrder(orderId)
  return problem === undefined ? undefined : { why: "medusa", problem }
}
