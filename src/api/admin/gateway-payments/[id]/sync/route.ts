import { gatewayPayments } from "../../../../../services/host"
import { settle } from "../../../../../services/settlement"
import { route } from "../../../../problems"
import { detail } from "../detail"

export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.payment(String(req.params.id))
  await plugin.atOrderOf(payment, () => settle(payment.id, plugin.depsOfPayment(payment)))
  res.json({ gateway_payment: await detail(plugin, payment.id) })
})
