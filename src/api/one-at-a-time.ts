import type {
  AuthenticatedMedusaRequest,
  MedusaNextFunction,
  MedusaRequest,
  MedusaResponse,
} from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import {
  aroundCancel,
  aroundChange,
  aroundRefund,
  gatewayPayments,
  orderOfChange,
  orderOfCollection,
  type GatewayPayments,
  type OrderChanger,
  type RunRoute,
} from "../services/host"
import { logLine, wordsOf } from "../services/observability"
import { route } from "./problems"

type Around = (plugin: GatewayPayments, req: MedusaRequest, run: RunRoute) => Promise<void>

/** Longer than a gateway may take over a refund and what is asked about it. */
const routeEndsWithinMs = 600_000

/** Puts `around` around one of Medusa's routes. */
const before =
  (around: Around) =>
  (req: MedusaRequest, res: MedusaResponse, next: MedusaNextFunction): unknown => {
    let begun = false
    const run: RunRoute = async () => {
      // Who went away while it waited may have asked again elsewhere: nothing has been sent, and nothing is.
      if (res.destroyed) return { status: 499 }
      begun = true
      const ended = untilEnded(res)
      next()
      await ended
      return { status: res.statusCode }
    }
    return route(async () => {
      try {
        await around(gatewayPayments(req.scope), req, run)
      } catch (error) {
        if (!begun) throw error
        // The route has given its own answer.
        req.scope
          .resolve(ContainerRegistrationKeys.LOGGER)
          .error(logLine("order_lease_lost", {}, wordsOf(error)))
      }
    })(req, res)
  }

/**
 * A client that goes away ends nothing: Medusa's workflow goes on, and the order is held until the route calls `end`, which it does
 * on a broken connection as well.
 */
function untilEnded(res: MedusaResponse): Promise<void> {
  return new Promise((resolve) => {
    const longest = setTimeout(resolve, routeEndsWithinMs)
    longest.unref()
    const end = res.end.bind(res) as (...args: unknown[]) => MedusaResponse
    res.end = ((...args: unknown[]) => {
      clearTimeout(longest)
      resolve()
      return end(...args)
    }) as MedusaResponse["end"]
  })
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined)

const ofBody = (req: MedusaRequest) => text((req.body as { order_id?: unknown } | undefined)?.order_id)

const refund: Around = (plugin, req, run) => {
  const { amount } = (req.body ?? {}) as { amount?: unknown }
  const by = (req as Partial<AuthenticatedMedusaRequest>).auth_context?.actor_id ?? ""
  return aroundRefund(plugin, req.scope, { paymentId: String(req.params.id), amount, by }, run)
}
const cancel: Around = (plugin, req, run) => aroundCancel(plugin, String(req.params.id), run)
const changeOfOrder: Around = (plugin, req, run) => aroundChange(plugin, text(req.params.id), run)
const changeInBody: Around = (plugin, req, run) => aroundChange(plugin, ofBody(req), run)
const once = { comesOnce: true } as const
const onceOfOrder: Around = (plugin, req, run) => aroundChange(plugin, text(req.params.id), run, once)
const onceInBody: Around = (plugin, req, run) => aroundChange(plugin, ofBody(req), run, once)
const changeBy =
  (entity: OrderChanger): Around =>
  async (plugin, req, run) =>
    aroundChange(plugin, await orderOfChange(req.scope, entity, String(req.params.id)), run)

const changeOfCollection: Around = async (plugin, req, run) =>
  aroundChange(plugin, await orderOfCollection(req.scope, String(req.params.id)), run)

const guarded = (method: "POST" | "DELETE", matcher: string, around: Around) => ({
  matcher,
  methods: [method],
  middlewares: [before(around)],
})
const post = (matcher: string, around: Around) => guarded("POST", matcher, around)

/**
 * Medusa's routes through which money can leave, those that open a change beside which Medusa could not enter it, and those that
 * begin a new version of the order. The routes of order edits, and the one that marks a parcel as delivered, are not among them: they
 * take Medusa's own lock on the order, which is held here as well.
 */
export const oneAtATime = [
  post("/admin/payments/:id/refund", refund),
  post("/admin/orders/:id/cancel", cancel),
  post("/admin/returns", changeInBody),
  post("/admin/returns/:id/request", changeBy("return")),
  post("/admin/returns/:id/receive", changeBy("return")),
  post("/admin/returns/:id/receive/confirm", changeBy("return")),
  post("/admin/returns/:id/cancel", changeBy("return")),
  post("/admin/exchanges", changeInBody),
  post("/admin/exchanges/:id/request", changeBy("order_exchange")),
  post("/admin/exchanges/:id/cancel", changeBy("order_exchange")),
  post("/admin/claims", changeInBody),
  post("/admin/claims/:id/request", changeBy("order_claim")),
  post("/admin/claims/:id/cancel", changeBy("order_claim")),
  post("/admin/orders/:id/transfer", changeOfOrder),
  post("/admin/orders/:id/credit-lines", changeOfOrder),
  post("/admin/orders/:id/fulfillments", changeOfOrder),
  post("/admin/orders/:id/fulfillments/:fulfillment_id/cancel", changeOfOrder),
  post("/admin/orders/:id/fulfillments/:fulfillment_id/shipments", changeOfOrder),
  // What an admin enters as paid, or no longer asks for, is read while no payment of it is being captured.
  post("/admin/payment-collections/:id/mark-as-paid", changeOfCollection),
  guarded("DELETE", "/admin/payment-collections/:id", changeOfCollection),
  // Whoever knows an order's id may call these: they wait for no turn, so that nobody queues before an admin.
  post("/store/returns", onceInBody),
  post("/store/orders/:id/transfer/request", onceOfOrder),
  post("/store/orders/:id/transfer/accept", onceOfOrder),
]
