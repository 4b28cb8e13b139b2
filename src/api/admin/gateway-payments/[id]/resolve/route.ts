import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"
import { z } from "zod"

import { gatewayPayments } from "../../../../../services/host"
import { resolveByHand } from "../../../../../services/settlement"
import { parsed, route, storable } from "../../../../problems"
import { detail } from "../detail"

const resolution = z.strictObject({
  action: z.enum(["refund", "record_refund", "dismiss"]),
  amount: z
    .union([z.number(), z.string()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,15}(\.\d{1,4})?$/, "is not an amount in major units"))
    .optional(),
  note: storable(1000).min(1, "is needed: say what was decided and why"),
})

export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.payment(String(req.params.id))
  const by = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  const decided = parsed(resolution, req.body)
  await plugin.atOrderOf(payment, async (orderId) => {
    if (decided.action !== "dismiss") await plugin.refuseBesideChange(orderId, decided.amount)
    await resolveByHand(payment, { ...decided, by }, plugin.depsOfPayment(payment))
  })
  res.json({ gateway_payment: await detail(plugin, payment.id) })
})
