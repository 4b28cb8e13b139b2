import { PaymentProblem } from "../../../../../core"
import { gatewayPayments } from "../../../../../services/host"
import { settle } from "../../../../../services/settlement"
import { parsed, route } from "../../../../problems"
import { syncRequest } from "../../../../requests"
import { detail } from "../detail"

export const POST = route(async (req, res) => {
  const { only_ask, version } = parsed(syncRequest, req.body)
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.payment(String(req.params.id))
  if (version !== undefined && version !== payment.version) throw changed(payment.number)
  const deps = plugin.depsOfPayment(payment)
  await plugin.atOrderOf(payment, () =>
    settle(payment.id, only_ask ? { ...deps, onlyAsks: true as const } : deps),
  )
  res.json({ gateway_payment: await detail(plugin, payment.id) })
})

const changed = (number: string) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `Payment ${number} is no longer what you saw. Nothing was sent: look at it again.`,
  )
