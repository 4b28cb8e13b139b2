import { z } from "zod"

import { gatewayPayments, openPayment } from "../../../../../services/host"
import { parsed, route, tellTime } from "../../../../problems"
import { shopperView } from "../../../../views"

/** What a storefront may choose, and nothing else: the channel, by the names that session data has for it. */
const choice = z.object({ channel: z.string().max(64).nullish(), way_code: z.string().max(64).nullish() })

export const POST = route(async (req, res) => {
  const body = parsed(choice, req.body)
  const payment = await openPayment(gatewayPayments(req.scope), String(req.params.session_id), body)
  tellTime(res)
  res.json({ gateway_payment: shopperView(payment) })
})
