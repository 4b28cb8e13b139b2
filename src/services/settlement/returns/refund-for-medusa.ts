import type { GatewayPayment } from "../../ledger"
import { enteredAlone } from "./booking"
import type { Deps } from "../deps"
import { refund } from "../traced"
import { refuseUnenterable } from "../orders/enterable"
import { withOrderLease } from "../orders/order-lease"
import { emitState } from "../settling/publish"

/** What Medusa asks of its provider: every workflow, plugin and script comes here. */
export interface AskedRefund {
  number: string
  providerId: string
  /** Major units, plain decimal. */
  amount: string
  /** Medusa's refund row; it has written it before it asks. */
  refundId: string | null
}

/**
 * Refunds for Medusa, unless Medusa could not enter it afterwards. A workflow that runs outside of the plugin's routes holds no
 * order: it waits here for whoever does.
 */
export async function refundForMedusa(asked: AskedRefund, deps: Deps): Promise<GatewayPayment> {
  const orderId = asked.refundId ? await deps.medusa.orderOfRefund(asked.refundId) : undefined
  return withOrderLease(orderId, { ...deps, host: deps.medusa }, async () => {
    // Asked of Medusa's payment module alone, a cancelled order needs no credit line: settlement does so.
    const standing =
      orderId && !enteredAlone.getStore() ? await deps.medusa.orderStanding(orderId, asked.amount) : undefined
    if (standing) refuseUnenterable(standing)
    const { amount, number, providerId, refundId } = asked
    const done = await refund({ of: { number, providerId }, amount: { major: amount }, refundId }, deps)
    await emitState(done.payment, deps)
    return done.payment
  })
}
