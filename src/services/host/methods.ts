import type { MedusaContainer } from "@medusajs/framework/types"
import { MedusaError } from "@medusajs/framework/utils"

import { methodsOf } from "../../core"
import type { AskingDevice, PaymentMethod } from "../../core"
import type { GatewayPayments } from "./application"
import { graph } from "./graph"
import { systemClock } from "../ledger"
import { recentInfo } from "../settlement"
import { plainDecimal, type Amount } from "./transactions"

/** What is to be paid for: a cart, a payment collection, or a sum in a region. */
export type PayableFor =
  { cartId: string } | { collectionId: string } | { regionId: string; currency: string; amount: string }

interface RegionRow {
  payment_providers?: ({ id: string } | null)[] | null
}

interface CartRow {
  currency_code: string
  total: Amount
  region?: RegionRow | null
}

interface CollectionRow {
  currency_code: string
  amount: Amount
  cart?: { region?: RegionRow | null } | null
  order?: { region?: RegionRow | null } | null
}

interface Payable {
  region: RegionRow | null | undefined
  currency: string
  amount: string
}

/** Every way to pay that the region offers. One question to Medusa's query; the rest is in memory. */
export async function paymentMethods(
  container: MedusaContainer,
  plugin: Pick<GatewayPayments, "provider">,
  payable: PayableFor,
  device: AskingDevice,
): Promise<PaymentMethod[]> {
  const { region, currency, amount } = await lookUp(container, payable)
  const ids = (region?.payment_providers ?? []).flatMap((provider) => provider?.id ?? [])
  const offerings = [...new Set(ids)].sort().flatMap((providerId) => {
    const gateway = plugin.provider(providerId)?.gateway
    return gateway
      ? [{ providerId, gateway, account: recentInfo(gateway.known, { clock: systemClock }) }]
      : []
  })
  return methodsOf(offerings, { amount, currency: currency.toLowerCase(), device })
}

const offered = "payment_providers.id"

async function lookUp(container: MedusaContainer, payable: PayableFor): Promise<Payable> {
  if ("cartId" in payable) {
    const fields = ["currency_code", "total", `region.${offered}`]
    const [cart] = await graph<CartRow>(container, "cart", fields, { id: payable.cartId })
    if (!cart) throw missing("cart")
    return { region: cart.region, currency: cart.currency_code, amount: plainDecimal(cart.total) }
  }
  if ("collectionId" in payable) {
    const fields = ["currency_code", "amount", `cart.region.${offered}`, `order.region.${offered}`]
    const [row] = await graph<CollectionRow>(container, "payment_collection", fields, {
      id: payable.collectionId,
    })
    if (!row) throw missing("payment collection")
    const region = row.cart?.region ?? row.order?.region
    return { region, currency: row.currency_code, amount: plainDecimal(row.amount) }
  }
  const { regionId, currency, amount } = payable
  const [region] = await graph<RegionRow & { id: string }>(container, "region", ["id", offered], {
    id: regionId,
  })
  if (!region) throw missing("region")
  return { region, currency, amount }
}

const missing = (what: string) => new MedusaError(MedusaError.Types.NOT_FOUND, `There is no such ${what}.`)
