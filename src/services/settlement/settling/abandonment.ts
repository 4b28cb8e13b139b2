import { PaymentProblem, unowed } from "../../../core"
import type { Asking, Demand, Reserved, Unwanted } from "../../../core"
import type { GatewayPayment } from "../../ledger"
import type { Deps, SettleDeps } from "../deps"
import { reload } from "../required"
import { after, ageOf, minute, second } from "../schedule"

/** Notes that Medusa gave the payment up: nobody asks for it any more, or its session is gone. From then on money is late. */
export async function noteAbandonment(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (payment.unwanted) return takeBackAbandonment(payment, deps)
  // The process died before the create answer was stored: nobody has the link, and no query returns it.
  if (payment.state === "created" && ageOf(payment, deps) > openPatience)
    return deps.ledger.payments.update(payment.id, { unwanted: "open_lost" })
  if (payment.capturedAt) return noteOrder(payment, deps)
  if (!payment.collectionId)
    return (await deps.host.session(payment.sessionId))
      ? payment
      : deps.ledger.payments.update(payment.id, { unwanted: "session_deleted" })
  const { demand, reserved } = await lookUpOwnDemand(payment, payment.collectionId, deps)
  const order = demand.order && demand.order.id !== payment.orderId ? { orderId: demand.order.id } : {}
  const why = reasonToAbandon(payment, demand, reserved)
  if (!why && !order.orderId) return payment
  return deps.ledger.payments.update(payment.id, { ...order, ...(why ? { unwanted: why } : {}) })
}

async function noteOrder(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  const noted = order && payment.orderId !== order.id ? { orderId: order.id } : {}
  const canceled = order?.canceled ? { unwanted: "order_canceled" as const } : {}
  if (!noted.orderId && !canceled.unwanted) return payment
  return deps.ledger.payments.update(payment.id, { ...noted, ...canceled })
}

/** Medusa captured it for an order that stands: that its session is deleted since, as a shop may, takes nothing back. */
async function takeBackAbandonment(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (!payment.capturedAt || !payment.collectionId) return payment
  const order = await deps.host.orderOf(payment.collectionId)
  if (!order || order.canceled) return payment
  return deps.ledger.payments.update(payment.id, { unwanted: null, orderId: order.id })
}

/** Longer than a create call takes. */
const openPatience = 10 * minute

/** What Medusa asks for, and the payments that it is being told of and may not have captured. */
export async function lookUpDemand(
  collectionId: string,
  deps: Deps,
): Promise<{ demand: Demand; reserved: readonly Reserved[] }> {
  const demand = await deps.medusa.demandOf(collectionId)
  return { demand, reserved: await deps.ledger.reservations.of(kinOf(demand, collectionId)) }
}

/**
 * As `lookUpDemand`. Where Medusa holds no other session than the payment's own, nothing that is reserved counts against it: a payment
 * whose session is gone is not captured any more.
 */
async function lookUpOwnDemand(
  payment: GatewayPayment,
  collectionId: string,
  deps: Deps,
): Promise<{ demand: Demand; reserved: readonly Reserved[] }> {
  const demand = await deps.medusa.demandOf(collectionId)
  const isAlone = demand.sessionIds.every((id) => id === payment.sessionId)
  return {
    demand,
    reserved: isAlone ? [] : await deps.ledger.reservations.of(kinOf(demand, collectionId)),
  }
}

/** The collections whose payments may be for the same money as this one's. */
export const kinOf = ({ collectionIds }: Demand, collectionId: string): string[] => [
  ...new Set([collectionId, ...collectionIds]),
]

const asking = (payment: GatewayPayment): Asking => ({
  ...payment,
  collectionId: payment.collectionId ?? "",
})

/** Why Medusa does not want the payment any more, as far as was looked up; null where it does. Pure. */
export function reasonToAbandon(
  payment: GatewayPayment,
  demand: Demand,
  reserved: readonly Reserved[],
): Unwanted | null {
  const sessions = new Set(demand.sessionIds)
  // One whose session is gone is not captured any more.
  const coming = reserved.filter(({ sessionId }) => sessions.has(sessionId))
  const why = unowed(asking(payment), demand, coming, payment.digits)
  const held = demand.held.some(({ sessionId }) => sessionId === payment.sessionId)
  // A cart that is changed asks for another amount, and its sessions go: the latter is the reason.
  if (why !== "order_canceled" && !held && !sessions.has(payment.sessionId)) return "session_deleted"
  return why
}

/** Whether Medusa still asks for an open payment. Changes nothing. */
export async function isWanted(payment: GatewayPayment, deps: Deps): Promise<boolean> {
  if (!payment.collectionId) return true
  const { demand, reserved } = await lookUpOwnDemand(payment, payment.collectionId, deps)
  return reasonToAbandon(payment, demand, reserved) === null
}

/** How often two payments may come in each other's way before one is told to come back. */
const patience = 5

/**
 * Before Medusa is told that a payment is captured: asks once more whether that much is still to be paid, and reserves it, so
 * that another payment, on whatever instance, is not captured for the same. What is not wanted is noted as such, and late.
 */
export async function reserve(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  const { collectionId } = payment
  if (!collectionId) return payment
  for (let tries = 0; tries < patience; tries++) {
    // One that another has reserved and that was not read keeps the first try from reserving.
    const { demand, reserved } = await (tries === 0
      ? lookUpOwnDemand(payment, collectionId, deps)
      : lookUpDemand(collectionId, deps))
    const why = reasonToAbandon(payment, demand, reserved)
    if (why)
      return deps.ledger.payments.update(payment.id, {
        unwanted: why,
        dueBy: after(deps, 5 * second),
      })
    const known = [...demand.held, ...reserved].map(({ sessionId }) => sessionId)
    const done = await deps.ledger.reservations.reserve(payment.id, kinOf(demand, collectionId), known)
    if (done) return done
    const now = await reload(payment, deps)
    if (now.state !== "paid" || now.unwanted) return now
  }
  throw new PaymentProblem(
    "conflict",
    "busy",
    "Another payment of this order is being captured. Nothing was done with this one; it is tried again by itself.",
  )
}
