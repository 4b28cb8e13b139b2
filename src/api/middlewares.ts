import { finished } from "node:stream/promises"

import { authenticate, defineMiddlewares } from "@medusajs/framework/http"
import type { MedusaNextFunction, MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

import { refundOneByOne } from "../services/host"
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

export default defineMiddlewares({
  routes: [
    { matcher: "/hooks/gateway/:provider_id", methods: ["POST"], bodyParser: false },
    {
      matcher: "/store/orders/:id/cancel",
      methods: ["POST"],
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
    { matcher: "/admin/payments/:id/refund", methods: ["POST"], middlewares: [oneByOne] },
  ],
})
