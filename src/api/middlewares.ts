import { authenticate, defineMiddlewares } from "@medusajs/framework/http"

export default defineMiddlewares({
  routes: [
    { matcher: "/hooks/gateway/:provider_id", methods: ["POST"], bodyParser: false },
    {
      matcher: "/store/orders/:id/cancel",
      methods: ["POST"],
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
  ],
})
