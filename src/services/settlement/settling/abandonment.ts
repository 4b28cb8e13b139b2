import { PaymentProblem } from "../../../core"
import type { Demand, Reserved } from "../../../core"
import { committedAmount } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import type { Deps, SettleDeps } from "../deps"
import { reload } from "../required"
import { after, second } from "../schedule"
import { decideAbandonment, reasonToAbandon } from "./decide-abandonment"
import type { AbandonmentFacts, AbandonmentStep } from "./decide-abandonment"

/** Notes that Medusa gave the payment up: nobody asks for it any more, or its session is gone. From then on money is late. */
export async function noteAbandonment(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  let facts: AbandonmentFacts = {}
  for (;;) {
    const step = decideAbandonment({ payment, now: deps.clock.now(), facts })
    if (step.do === "rest") return payment
    if (step.do === "note") return deps.ledger.payments.update(payment.id, step.patch)
    facts = { ...facts, ...(await read(step, payment, deps)) }
  }
}

async function read(
  step: Exclude<AbandonmentStep, { do: "note" | "rest" }>,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<AbandonmentFacts> {
  switch (step.do) {
    case "read_session":
      return { session: (await deps.host.session(payment.sessionId)) ? "there" : "gone" }
    case "read_order":
      return { order: (await deps.host.orderOf(step.collectionId)) ?? null }
    case "read_demand":
      return { demand: await lookUpOwnDemand(payment, step.collectionId, deps) }
  }
}

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

/** Whether Medusa still asks for an open payment. Changes nothing. */
export async function isWanted(payment: GatewayPayment, deps: Deps): Promise<boolean> {
  if (!payment.collectionId) return true
  const { demand, reserved } = await lookUpOwnDemand(payment, payment.collectionId, deps)
  return reasonToAbandon(payment, demand, reserved) === null
}

/** How often two payments may come in each other's way before one is told to come back. */
const patience = 5

/** Whether Medusa may capture it, and the payment as it is now. */
export interface Reservation {
  payment: GatewayPayment
  reserved: boolean
}

/**
 * Before Medusa is told that a payment is captured: asks once more whether that much is still to be paid, and reserves it, so
 * that another payment, on whatever instance, is not captured for the same. What is not wanted is noted as such, and late. What goes back,
 * or may have gone, is not reserved.
 */
export async function reserve(payment: GatewayPayment, deps: Deps): Promise<Reservation> {
  const { collectionId } = payment
  if (!collectionId) return { payment, reserved: !(await isReturning(payment, deps)) }
  for (let tries = 0; tries < patience; tries++) {
    // One that another has reserved and that was not read keeps the first try from reserving.
    const { demand, reserved } = await (tries === 0
      ? lookUpOwnDemand(payment, collectionId, deps)
      : lookUpDemand(collectionId, deps))
    const why = reasonToAbandon(payment, demand, reserved)
    if (why) {
      const patch = { unwanted: why, dueBy: after(deps, 5 * second) }
      return { payment: await deps.ledger.payments.update(payment.id, patch), reserved: false }
    }
    const known = [...demand.held, ...reserved].map(({ sessionId }) => sessionId)
    const done = await deps.ledger.reservations.reserve(payment.id, kinOf(demand, collectionId), known)
    // Read once more: the reservation may have waited for whoever was beginning a return.
    if (done) return { payment: done, reserved: !(await isReturning(done, deps)) }
    const now = await reload(payment, deps)
    if (now.state !== "paid" || now.unwanted || (await isReturning(now, deps)))
      return { payment: now, reserved: false }
  }
  throw new PaymentProblem(
    "conflict",
    "busy",
    "Another payment of this order is being captured. Nothing was done with this one; it is tried again by itself.",
  )
}

/** Whether something of it has gone back, goes, or may have gone. */
export const isReturning = async ({ id }: GatewayPayment, deps: Pick<Deps, "ledger">): Promise<boolean> =>
  committedAmount(await deps.ledger.operations.ofPayment(id)) > 0
