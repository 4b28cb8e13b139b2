import type { State } from "../../../core"
import { standingOf } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import type { Deps, PaymentEvent } from "../deps"

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
