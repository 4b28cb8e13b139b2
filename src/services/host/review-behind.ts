import type { MedusaNextFunction, MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { logLine, reasonOf } from "../observability"
import { gatewayPayments } from "./application"
import { graph } from "./graph"

type Behind = (req: MedusaRequest, res: MedusaResponse, next: MedusaNextFunction) => void

/**
 * Behind a route of Medusa that may end what an open link is for, and that emits no event: once it has answered, the links
 * are looked at. The job finds what fails here.
 */
const behind =
  (look: (req: MedusaRequest) => Promise<unknown>): Behind =>
  (req, res, next) => {
    res.once("finish", () => {
      if (res.statusCode >= 400) return
      const logger = req.scope.resolve(ContainerRegistrationKeys.LOGGER)
      void look(req).catch((error: unknown) => logger.warn(logLine("review_failed", {}, reasonOf(error))))
    })
    next()
  }

/** `entity` as Medusa's query calls it: `order_exchange`, `order_claim`, `return`. */
export const reviewOrderBehind = (entity: string): Behind =>
  behind(async ({ scope, params }) => {
    const [row] = await graph<{ order_id: string }>(scope, entity, ["order_id"], { id: params.id })
    if (row) await gatewayPayments(scope).reviewOrder(row.order_id)
  })

/** A draft order goes by its own id. */
export const reviewDraftBehind: Behind = behind(async ({ scope, params }) =>
  gatewayPayments(scope).reviewOrder(params.id ?? ""),
)

export const reviewCollectionBehind: Behind = behind(async ({ scope, params }) =>
  gatewayPayments(scope).reviewCollection(params.id ?? ""),
)
