import { AsyncLocalStorage } from "node:async_hooks"

import { toMajor } from "../../../core"
import type { State } from "../../../core"
import { standingOf } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import type { Deps, PaymentEvent, SettleDeps } from "../deps"
import { reload } from "../required"

const eventOf: Readonly<Partial<Record<State, PaymentEvent>>> = {
  paid: "paid",
  void: "voided",
  partially_refunded: "refunded",
  refunded: "refunded",
  paid_late: "paid_late",
}

/** Emits the event of a state that was not announced yet. The subscriber that hears it marks Medusa's session. */
export async function emitState(payment: GatewayPayment, deps: Deps): Promise<void> {
  const event = eventOf[payment.state]
  if (event && payment.announced !== standingOf(payment)) await deps.emit(event, payment)
}

/**
 * Mirrors the state into Medusa's session and tells subscribers, and notes that it is done: what dies in between is
 * repeated by the job, so that subscribers hear of every state at least once.
 */
export async function publish(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (payment.announced === standingOf(payment)) return payment
  await marking.run({ id: payment.id, standing: standingOf(payment) }, () => emitState(payment, deps))
  return mirrorToSession(payment, deps)
}

/** Set while a state is told by whoever marks it as well. */
const marking = new AsyncLocalStorage<{ id: string; standing: string }>()

/** Marks what was told, unless whoever told it does that. */
export async function markPublished(payment: GatewayPayment, deps: SettleDeps): Promise<void> {
  const teller = marking.getStore()
  if (teller?.id === payment.id && teller.standing === standingOf(payment)) return
  await mirrorToSession(payment, deps)
}

/** What Medusa's session shows: `void` closes it where nothing was captured on it, refunds leave their amount. */
export async function mirrorToSession(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  await mark(payment, deps)
  let shown = payment
  let now = await deps.ledger.payments.update(payment.id, { announced: standingOf(payment) })
  // It has moved meanwhile, and whoever moved it may have marked it before: what is older must not stay.
  while (standingOf(now) !== standingOf(shown)) {
    await mark(now, deps)
    shown = now
    now = await reload(shown, deps)
  }
  return now
}

const mark = (payment: GatewayPayment, deps: SettleDeps): Promise<unknown> =>
  deps.host.mark(payment.sessionId, {
    gatewayState: payment.state,
    refundedAmount: toMajor(payment.refundedAmount, payment.digits),
    cancel: payment.state === "void" && !payment.capturedAt,
  })
