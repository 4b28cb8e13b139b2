import type { IncomingHttpHeaders } from "node:http"
import { z } from "zod"

import type { AskingDevice } from "../../../../core"
import type { PayableFor } from "../../../../services/host"

const id = z.string().regex(/^\w{1,64}$/)
const currencyCode = z.string().regex(/^[A-Za-z]{3}$/)

const asked = z.object({
  cart_id: id.optional(),
  payment_collection_id: id.optional(),
  region_id: id.optional(),
  currency: currencyCode.optional(),
  /** The same, by the name that Medusa's own routes give it. */
  currency_code: currencyCode.optional(),
  amount: z
    .string()
    .regex(/^\d{1,15}(\.\d{1,15})?$/)
    .optional(),
  device: z.enum(["phone", "desktop"]).optional(),
})

const howTo = "Give cart_id, payment_collection_id, or region_id with currency and amount."

/** What the list is asked for; exactly one of the three. */
export const methodsQuery = asked.transform((query, ctx) => {
  const payable = payableOf(query)
  if (payable) return { payable, device: query.device }
  ctx.addIssue({ code: "custom", message: howTo })
  return z.NEVER
})

function payableOf(query: z.output<typeof asked>): PayableFor | undefined {
  const { cart_id: cartId, payment_collection_id: collectionId, region_id: regionId, amount } = query
  if ([cartId, collectionId, regionId].filter((one) => one !== undefined).length !== 1) return undefined
  if (cartId !== undefined) return { cartId }
  if (collectionId !== undefined) return { collectionId }
  const currency = query.currency ?? query.currency_code
  if (regionId === undefined || currency === undefined || amount === undefined) return undefined
  return { regionId, currency, amount }
}

/** What the shopper holds, as the browser says it. A server that asks for a shopper names the device itself. */
export function deviceOf(headers: IncomingHttpHeaders): AskingDevice {
  const hint = headers["sec-ch-ua-mobile"]
  if (hint === "?1" || hint === "?0") return hint === "?1" ? "phone" : "desktop"
  return /Mobi|Android|iPhone|iPad|iPod/i.test(headers["user-agent"] ?? "") ? "phone" : "desktop"
}
