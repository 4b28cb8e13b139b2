import { PaymentProblem } from "../../../../../core"
import { gatewayPayments } from "../../../../../services/host"
import { Listeners } from "../../../../live"
import { route, tellTime } from "../../../../problems"
import { shopperView } from "../../../../views"

/** Each costs one look-up every two seconds. Whoever is one too many asks from time to time instead. */
const listeners = new Listeners({ all: 200, each: 10 })

/** Tells a storefront how a payment stands, from the moment it asks, for five minutes at a time. */
export const GET = route(async (req, res) => {
  const sessionId = String(req.params.session_id)
  const plugin = gatewayPayments(req.scope)
  const look = async () => {
    const payment = await plugin.ledger.payments.ofSession(sessionId)
    if (!payment) throw new PaymentProblem("not_found", "payment_unknown", "There is no such payment.")
    return JSON.stringify({ gateway_payment: await shopperView(payment, plugin) })
  }
  await look()
  tellTime(res)
  if (listeners.isFull(sessionId) || req.method === "HEAD") {
    res.status(204).end()
    return
  }
  try {
    await listeners.tell(sessionId, res, { event: "payment", look, onlyChanges: true })
  } catch (error) {
    // What fails once the answer has begun ends it: the storefront asks the other route, which says why.
    if (!res.headersSent) throw error
  }
})
