import { authenticate, defineMiddlewares } from "@medusajs/framework/http"

import { reviewCollectionBehind, reviewDraftBehind, reviewOrderBehind } from "../services/host"
import { oneAtATime } from "./one-at-a-time"
import { permissions } from "./permissions"

const reviewed = (matcher: string, behind: typeof reviewCollectionBehind) => ({
  matcher,
  methods: ["POST" as const],
  middlewares: [behind],
})

export default defineMiddlewares({
  routes: [
    { matcher: "/hooks/gateway/:provider_id", methods: ["POST"], bodyParser: false },
    { matcher: "/admin/gateway-payments/payouts/import", methods: ["POST"], bodyParser: false },
    {
      matcher: "/store/orders/:id/cancel",
      methods: ["POST"],
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
    reviewed("/admin/exchanges/:id/cancel", reviewOrderBehind("order_exchange")),
    reviewed("/admin/claims/:id/cancel", reviewOrderBehind("order_claim")),
    reviewed("/admin/returns/:id/cancel", reviewOrderBehind("return")),
    reviewed("/admin/draft-orders/:id/edit/confirm", reviewDraftBehind),
    { matcher: "/admin/payment-collections/:id", methods: ["DELETE"], middlewares: [reviewCollectionBehind] },
    ...oneAtATime,
    ...permissions,
  ],
})
