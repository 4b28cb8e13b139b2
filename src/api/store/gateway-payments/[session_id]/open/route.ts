import { gatewayPayments, openPayment } from "../../../../../services/host"
import { parsed, route, tellTime } from "../../../../problems"
import { openRequest } from "../../../../requests"
import { shopperView } from "../../../../views"

export const POST = route(async (req, res) => {
  const body = parsed(openRequest, req.body)
  const plugin = gatewayPayments(req.scope)
  const payment = await openPayment(plugin, String(req.params.session_id), body)
  tellTime(res)
  res.json({ gateway_payment: await shopperView(payment, plugin) })
})
