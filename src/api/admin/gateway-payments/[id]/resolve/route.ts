import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"
import { z } from "zod"

import { gatewayPayments } from "../../../../../services/host"
import { decisionActions, decideByHand, waysBack } from "../../../../../services/settlement"
import { parsed, route, storable } from "../../../../problems"
import { detail } from "../detail"

const decision = z.strictObject({
  action: z.enum(decisionActions),
  operation_id: storable(64).min(1).optional(),
  version: z.number().int().min(1),
  amount: z
    .union([z.number(), z.string()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,15}(\.\d{1,4})?$/, "is not an amount in major units"))
    .optional(),
  note: storable(1000).min(1, "is needed: say what was decided and why"),
  how: z.enum(waysBack).optional(),
  refund_id: storable(64).min(1).optional(),
})

const headers = z.object({ "idempotency-key": storable(255).min(1).optional() })

export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.payment(String(req.params.id))
  const { operation_id, refund_id, ...asked } = parsed(decision, req.body)
  const key = parsed(headers, req.headers)["idempotency-key"] ?? null
  const by = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  const deps = plugin.depsOfPayment(payment)
  const decided = { ...asked, operationId: operation_id, refundId: refund_id, by, key }
  const gateway_payment = await plugin.atOrderOf(payment, () =>
    decideByHand(payment, decided, deps, ({ id }) => detail(plugin, id)),
  )
  res.json({ gateway_payment })
})
