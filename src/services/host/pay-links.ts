import type { MedusaContainer } from "@medusajs/framework/types"

import { addMajor } from "../../core"
import { systemClock } from "../ledger"
import type { Refusal } from "../pay-page"
import { hour } from "../settlement"
import type { GatewayPayments } from "./application"
import { graph } from "./graph"
import { availableMethods, refusalOf } from "./pay-page"
import { makeLink, type LinkRequest, type MadeLink } from "./make-link"
import { plainDecimal, type Amount } from "./transactions"

interface CollectionRow {
  id: string
  amount: Amount
  currency_code: string
}

/** Why there is no link for a collection. */
export type NoLink = { refused: Refusal | "unknown" }

/** Nobody needs more pages of one collection than this at a time. */
const mostVisits = 20

/**
 * By Medusa's own link, whose ids are no secret: of an order's collection that still wants money. Whoever comes by it sees the amount
 * and can pay it.
 */
export async function linkOfVisit(
  container: MedusaContainer,
  plugin: GatewayPayments,
  ids: { collectionId: string; orderId: string },
): Promise<MadeLink | NoLink> {
  const [link] = await graph<{ order_id: string }>(container, "order_payment_collection", ["order_id"], {
    payment_collection_id: ids.collectionId,
    order_id: ids.orderId,
  })
  if (!link) return { refused: "unknown" }
  const made = await linkOfCollection(container, plugin, { ...ids, origin: "visit" })
  if ("url" in made) await plugin.ledger.payLinks.keepNewest(ids.collectionId, "visit", mostVisits)
  return made
}

/** A link for what a collection asks for, where it still does. */
export async function linkOfCollection(
  container: MedusaContainer,
  plugin: GatewayPayments,
  asked: Pick<LinkRequest, "collectionId" | "orderId" | "origin" | "madeBy">,
): Promise<MadeLink | NoLink> {
  const fields = ["id", "amount", "currency_code"]
  const [row] = await graph<CollectionRow>(container, "payment_collection", fields, {
    id: asked.collectionId,
  })
  if (!row) return { refused: "unknown" }
  const request = { ...asked, amount: plainDecimal(row.amount), currency: row.currency_code.toLowerCase() }
  const { payPage } = plugin.options
  const expiresAt = new Date(systemClock.now().getTime() + hour)
  const refused = await refusalOf(container, plugin, { ...request, expiresAt })
  if (refused) return { refused }
  return makeLink(plugin.ledger, payPage, await backendOf(plugin), request)
}

/** Where shoppers reach the page. */
export async function pageBase(plugin: GatewayPayments): Promise<string> {
  return plugin.options.payPage.url ?? (await backendOf(plugin))
}

/** Where this backend is reached: what the gateways are told of it. */
async function backendOf(plugin: GatewayPayments): Promise<string> {
  const [first] = await plugin.providerIds()
  return (first && plugin.provider(first)?.policy.notifyBaseUrl) ?? ""
}

interface OrderRow {
  email: string | null
  display_id: number | null
  currency_code: string
  payment_collections?: ({ id: string; amount: Amount; currency_code: string } | null)[] | null
}

/** What can be paid of an order by a link, and to whom one would be sent. */
export interface Payable {
  collectionId: string
  amount: string
  currency: string
  email: string | null
  displayId: number | null
}

/** The newest collection of an order that still wants money. */
export async function payableOf(
  container: MedusaContainer,
  plugin: GatewayPayments,
  orderId: string,
): Promise<{ collectionIds: string[]; payable: Payable | undefined }> {
  const fields = [
    ...["email", "display_id", "currency_code"],
    ...["id", "amount", "currency_code"].map((field) => `payment_collections.${field}`),
  ]
  const [order] = await graph<OrderRow>(container, "order", fields, { id: orderId })
  const collections = (order?.payment_collections ?? []).flatMap((one) => one ?? [])
  const newestFirst = collections.sort((one, other) => (one.id < other.id ? 1 : -1))
  const collectionIds = newestFirst.map(({ id }) => id)
  const expiresAt = new Date(systemClock.now().getTime() + hour)
  for (const { id, amount, currency_code } of newestFirst) {
    const currency = currency_code.toLowerCase()
    const terms = { collectionId: id, orderId, amount: plainDecimal(amount), currency, expiresAt }
    if (!order || (await refusalOf(container, plugin, terms))) continue
    // A region without a way to pay of this plugin has no page to lead to.
    if (!(await availableMethods(container, plugin, terms, "phone")).length) continue
    const payable = { collectionId: id, amount: addMajor(terms.amount), currency }
    return { collectionIds, payable: { ...payable, email: order.email, displayId: order.display_id } }
  }
  return { collectionIds, payable: undefined }
}
