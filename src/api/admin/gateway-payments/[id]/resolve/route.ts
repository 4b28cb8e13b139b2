import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"

import { gatewayPayments } from "../../../../../services/host"
import { decideByHand } from "../../../../../services/settlement"
import { parsed, route } from "../../../../problems"
import { resolveHeaders, resolveRequest } from "../../../../requests"
import { detail } from "../detail"

export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.payment(String(req.params.id))
  const { operation_id, refund_id, ...asked } = parsed(resolveRequest, req.body)
  const key = parsed(resolveHeaders, req.headers)["idempotency-key"] ?? null
  const by = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  const deps = plugin.depsOfPayment(payment)
  const decided = { ...asked, operationId: operation_id, refundId: refund_id, by, key }
  const gateway_payment = await plugin.atOrderOf(payment, () =>
    decideByHand(payment, decided, deps, ({ id }) => detail(plugin, id)),
  )
  res.json({ gateway_payment })
})
