import { PaymentProblem } from "../../core"
import { logLine, wordsOf } from "../observability"
import { sessionData } from "../provider"
import { openOnDemand } from "../settlement"
import type { GatewayPayment } from "../settlement"
import type { GatewayPayments } from "./application"

/** Opens a payment with what the shopper chose, and lets Medusa's session show its link. `body` may choose the channel alone. */
export async function openPayment(
  plugin: GatewayPayments,
  sessionId: string,
  body: Record<string, unknown>,
): Promise<GatewayPayment> {
  const found = await plugin.ledger.payments.ofSession(sessionId)
  if (!found) throw new PaymentProblem("not_found", "payment_unknown", "There is no such payment.")
  const deps = plugin.depsOfPayment(found)
  const channel = plugin.provider(found.providerId)?.channelIn(body)
  const payment = await openOnDemand({ sessionId, channel }, deps)
  try {
    const { action, expires_at, state } = sessionData(payment)
    await deps.host.showLink(sessionId, { action, expires_at, state })
  } catch (error) {
    // The shopper has the link by this answer, and by the route that follows the payment.
    deps.log.warn(logLine("link_not_shown", { payment: payment.id }, wordsOf(error)))
  }
  return payment
}
