import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"

import { gatewayPayments, cancelOwnOrder } from "../../../../../services/host"
import { route } from "../../../../problems"

export const POST = route(async (req, res) => {
  const customerId = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  const plugin = gatewayPayments(req.scope)
  res.json({ order: await cancelOwnOrder(req.scope, plugin, String(req.params.id), customerId) })
})
