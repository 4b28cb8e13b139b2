import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"

import {
  gatewayPayments,
  makeRefundLink,
  releasePayout,
  sendRefundLink,
  takeBackAtOrder,
} from "../../../../../services/host"
import { parsed, route } from "../../../../problems"
import { payoutRequest } from "../../../../requests"
import { detail } from "../detail"

export const POST = route(async (req, res) => {
  const {
    action,
    operation_id: operationId,
    link_id: linkId,
    given_at: givenAt,
    send,
  } = parsed(payoutRequest, req.body)
  const plugin = gatewayPayments(req.scope)
  const payment = await plugin.payment(String(req.params.id))
  const by = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  const sight = { operationId, seen: { linkId, givenAt }, by }
  if (action !== "link") {
    await (action === "release" ? releasePayout : takeBackAtOrder)(plugin, payment, sight)
    res.json({ gateway_payment: await detail(plugin, payment.id), link: null })
    return
  }
  const made = await makeRefundLink(plugin, payment, sight)
  const notSent = send ? await sendRefundLink(req.scope, plugin, payment, made) : undefined
  const link = {
    ...{ url: made.url, expires_at: made.expiresAt },
    ...{ sent: send && notSent === undefined, not_sent: notSent ?? null },
  }
  res.json({ gateway_payment: await detail(plugin, payment.id), link })
})
