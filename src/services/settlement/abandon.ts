import { PaymentProblem, hasMoney, isUnended } from "../../core"
import type { Unwanted } from "../../core"
import type { GatewayPayment } from "../ledger"
import { logLine, wordsOf } from "../observability"
import type { Deps } from "./deps"
import { withLease } from "./lease"
import { second } from "./schedule"
import { emitState } from "./settling/publish"
import { closeAtGateway } from "./settling/close"

/** Medusa may hold the cart's lock meanwhile, and the shopper waits. */
const budgetMs = 1_500
const soon = 5 * second

/**
 * Notes that Medusa no longer wants a payment, and closes it as well as it can in a moment. What it could not close
 * stays with the ledger, and the job closes it.
 */
export async function abandon(payment: GatewayPayment, why: Unwanted, deps: Deps): Promise<void> {
  await closeInAMoment(await deps.ledger.payments.wake(payment.id, soon, { unwanted: why }), deps)
}

/**
 * Closes a payment whose session Medusa says it deletes. Whether it has is for the job to see: money that is here by now is
 * late where the session is gone, and not where somebody else's session data led here.
 */
export async function closeForDeletedSession(payment: GatewayPayment, deps: Deps): Promise<void> {
  await closeInAMoment(await deps.ledger.payments.wake(payment.id, soon), deps)
}

async function closeInAMoment(payment: GatewayPayment, deps: Deps): Promise<void> {
  if (!isUnended(payment.state)) return
  const closing = closeAndEmit(payment, deps).catch((error: unknown) =>
    deps.log.warn(logLine("close_failed", { payment: payment.id }, wordsOf(error))),
  )
  await Promise.race([closing, deps.wait(budgetMs)])
}

/** The job finds out whether Medusa still wants it: a payment whose session is gone and that no order holds is unwanted. */
export async function wakeSoon(payment: GatewayPayment, deps: Deps): Promise<void> {
  await deps.ledger.payments.wake(payment.id, soon)
}

async function closeAndEmit(payment: GatewayPayment, deps: Deps): Promise<void> {
  await emitState(await withLease(payment.id, deps, (leased, held) => closeAtGateway(leased, held)), deps)
}

/**
 * Closes an unpaid payment for Medusa's `cancelPayment`, or refuses. A paid one is never touched: the host calls this in
 * compensations of orders that are good.
 */
export async function cancel(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  if (hasMoney(payment.state)) throw paidAlready(payment)
  const closed = await withLease(payment.id, deps, (leased, held) => closeAtGateway(leased, held))
  await emitState(closed, deps)
  if (hasMoney(closed.state)) throw paidAlready(closed)
  if (closed.state === "void") return closed
  await deps.ledger.payments.wake(payment.id, soon, { unwanted: "order_canceled" })
  throw new PaymentProblem(
    "not_allowed",
    "not_confirmed",
    `The gateway has not confirmed that payment ${payment.number} is closed. Nothing has been paid so far; closing it is tried again by itself.`,
  )
}

const paidAlready = (payment: GatewayPayment) =>
  new PaymentProblem(
    "not_allowed",
    "paid_cannot_be_cancelled",
    `Payment ${payment.number} has been paid. A cancel never moves money: refund it, or cancel the order, which refunds it.`,
  )
