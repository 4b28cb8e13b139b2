import { finished } from "node:stream/promises"

import { authenticate, defineMiddlewares } from "@medusajs/framework/http"
import type { MedusaNextFunction, MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

import {
  refundOneByOne,
  reviewCollectionBehind,
  reviewDraftBehind,
  reviewOrderBehind,
} from "../services/host"
import { route } from "./problems"

const oneByOne = (req: MedusaRequest, res: MedusaResponse, next: MedusaNextFunction) =>
  route(async () => {
    const { amount } = (req.body ?? {}) as { amount?: unknown }
    await refundOneByOne(req.scope, { paymentId: String(req.params.id), amount }, async () => {
      // Who went away while it waited may have asked again elsewhere: nothing has been sent, and nothing is.
      if (res.destroyed) return
      next()
      // An admin who has gone away ends it too: there is no other sign that the route is done.
      await finished(res).catch(() => undefined)
    })
  })(req, res)

const reviewed = (matcher: string, behind: typeof reviewCollectionBehind) => ({
  matcher,
  methods: ["POST" as const],
  middlewares: [behind],
})

export default defineMiddlewares({
  routes: [
    { matcher: "/hooks/gateway/:provider_id", methods: ["POST"], bodyParser: false },
    {
      matcher: "/store/orders/:id/cancel",
      methods: ["POST"],
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
    { matcher: "/admin/payments/:id/refund", methods: ["POST"], middlewares: [oneByOne] },
    reviewed("/admin/exchanges/:id/cancel", reviewOrderBehind("order_exchange")),
    reviewed("/admin/claims/:id/cancel", reviewOrderBehind("order_claim")),
    reviewed("/admin/returns/:id/cancel", reviewOrderBehind("return")),
    reviewed("/admin/draft-orders/:id/edit/confirm", reviewDraftBehind),
    { matcher: "/admin/payment-collections/:id", methods: ["DELETE"], middlewares: [reviewCollectionBehind] },
  ],
})
