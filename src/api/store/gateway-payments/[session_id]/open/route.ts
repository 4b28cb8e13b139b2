import { gatewayPayments, openPayment } from "../../../../../services/host"
import { parsed, route, tellTime } from "../../../../problems"
import { openRequest } from "../../../../requests"
import { shopperView } from "../../../../views"

export const POST = route(async (req, res) => {
  const body = parsed(openRequest, req.body)
  const payment = await openPayment(gatewayPayments(req.scope), String(req.params.session_id), body)
  tellTime(res)
  res.json({ gateway_payment: shopperView(payment) })
})
