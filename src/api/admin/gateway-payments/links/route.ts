import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"

import { PaymentProblem } from "../../../../core"
import {
  canSendLinks,
  gatewayPayments,
  linkOfCollection,
  payableOf,
  sendLink,
  shopName,
} from "../../../../services/host"
import { parsed, route } from "../../../problems"
import { linksQuery, linksRequest } from "../../../requests"
import { payableView, payLinkView } from "../../../views"

/** What an admin sees of the links of an order before making another one. */
const mostShown = 10

export const GET = route(async (req, res) => {
  const { order_id: orderId } = parsed(linksQuery, req.query)
  const plugin = gatewayPayments(req.scope)
  const { collectionIds, payable } = await payableOf(req.scope, plugin, orderId)
  const links = await plugin.ledger.payLinks.madeFor(collectionIds, mostShown)
  res.json({
    payable: payable ? payableView(payable) : null,
    can_send: await canSendLinks(req.scope, plugin),
    links: links.map(payLinkView),
  })
})

export const POST = route(async (req, res) => {
  const { order_id: orderId, send } = parsed(linksRequest, req.body)
  const plugin = gatewayPayments(req.scope)
  const { payable } = await payableOf(req.scope, plugin, orderId)
  if (!payable) throw nothingOwed()
  const madeBy = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  const asked = { collectionId: payable.collectionId, orderId, origin: "admin" as const, madeBy }
  const made = await linkOfCollection(req.scope, plugin, asked)
  if (!("link" in made)) throw nothingOwed()
  const shop = send ? await shopName(req.scope) : ""
  const notSent = send ? await sendLink(req.scope, plugin, made, { ...payable, shop }) : undefined
  res.json({
    url: made.url,
    link: payLinkView((await plugin.ledger.payLinks.get(made.link.id)) ?? made.link),
    sent: send && notSent === undefined,
    not_sent: notSent ?? null,
  })
})

const nothingOwed = () =>
  new PaymentProblem(
    "not_allowed",
    "nothing_owed",
    "This order has nothing to pay at the moment. No link was made; reload the page.",
  )
