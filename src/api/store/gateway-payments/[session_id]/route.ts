import { gatewayPayments } from "../../../../services/host"
import { PaymentProblem } from "../../../../core"
import { route, tellTime } from "../../../problems"
import { shopperView } from "../../../views"

export const GET = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.ledger.payments.ofSession(String(req.params.session_id))
  if (!payment) throw new PaymentProblem("not_found", "payment_unknown", "There is no such payment.")
  tellTime(res)
  res.json({ gateway_payment: await shopperView(payment, plugin) })
})
