import { PaymentProblem } from "../../core"
import type { GatewayPayment } from "../ledger"
import type { Deps } from "./deps"

/** What was looked up of a payment that has to be there. */
export function required<Found>(found: Found | undefined): Found {
  if (found !== undefined) return found
  throw new PaymentProblem(
    "not_found",
    "payment_unknown",
    "No gateway payment belongs to this payment session. Nothing was sent.",
  )
}

/** What is known of it now: whoever was at it meanwhile may have changed it. */
export const reload = async (payment: GatewayPayment, deps: Pick<Deps, "ledger">): Promise<GatewayPayment> =>
  (await deps.ledger.payments.get(payment.id)) ?? payment
