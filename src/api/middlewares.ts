import { authenticate, defineMiddlewares } from "@medusajs/framework/http"
import type { MedusaNextFunction, MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

import { refuseHalfRefund } from "../services/host"
import { route } from "./problems"

const beforeRefund = (req: MedusaRequest, res: MedusaResponse, next: MedusaNextFunction) =>
  route(async () => {
    const { amount } = (req.body ?? {}) as { amount?: unknown }
    await refuseHalfRefund(req.scope, String(req.params.id), amount)
    next()
  })(req, res)

export default defineMiddlewares({
  routes: [
    { matcher: "/hooks/gateway/:provider_id", methods: ["POST"], bodyParser: false },
    {
      matcher: "/store/orders/:id/cancel",
      methods: ["POST"],
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
    { matcher: "/admin/payments/:id/refund", methods: ["POST"], middlewares: [beforeRefund] },
  ],
})
