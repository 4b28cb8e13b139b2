import { z } from "zod"

import { linkOfVisit } from "../../../services/host"
import { drawRefusal, drawUnknown } from "../../../services/pay-page"
import { enter, languageFor, page, send } from "../../pay/answer"

const id = z.string().regex(/^\w{1,64}$/)
const ids = z.object({ collectionId: id, orderId: id })

/** The path of the link that Medusa's admin copies: `<storefront>/payment-collection/:id?order_id=…`. */
export const GET = page(async (req, res, plugin) => {
  // Whoever only wants to know whether the address answers gets no page of its own, which would end another's.
  if (req.method === "HEAD") {
    res.status(200).end()
    return
  }
  const asked = ids.safeParse({ collectionId: req.params.id, orderId: req.query.order_id })
  const made = asked.success
    ? await linkOfVisit(req.scope, plugin, asked.data)
    : { refused: "unknown" as const }
  const language = languageFor(req)
  if ("link" in made) await enter(req, res, plugin, made)
  else send(res, made.refused === "unknown" ? drawUnknown(language) : drawRefusal(language, made.refused))
})
