import type { MedusaNextFunction, MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { logLine, wordsOf } from "../observability"
import { gatewayPayments } from "./application"
import { orderOfChange, type OrderChanger } from "./order-routes"

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
      void look(req).catch((error: unknown) => logger.warn(logLine("review_failed", {}, wordsOf(error))))
    })
    next()
  }

export const reviewOrderBehind = (entity: OrderChanger): Behind =>
  behind(async ({ scope, params }) => {
    const orderId = await orderOfChange(scope, entity, params.id ?? "")
    if (orderId) await gatewayPayments(scope).reviewOrder(orderId)
  })

/** A draft order goes by its own id. */
export const reviewDraftBehind: Behind = behind(async ({ scope, params }) =>
  gatewayPayments(scope).reviewOrder(params.id ?? ""),
)

export const reviewCollectionBehind: Behind = behind(async ({ scope, params }) =>
  gatewayPayments(scope).reviewCollection(params.id ?? ""),
)
