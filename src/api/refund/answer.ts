import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { gatewayPayments, pageBase } from "../../services/host"
import type { GatewayPayments } from "../../services/host"
import { logLine, wordsOf } from "../../services/observability"
import { hashOf } from "../../services/pay-page"
import { drawRefundMessage } from "../../services/refund-page"
import { closeUp, languageFor, send, tokenOf } from "../pay/answer"

const cookieName = "gateway_refund"

/** Where the page of a link is. A backend behind a path of the shop's keeps that path. */
function pagePath(base: string, id: string): string {
  const prefix = URL.canParse(base) ? new URL(base).pathname.replace(/\/+$/, "") : ""
  return `${prefix}/refund/page/${id}`
}

/** Answers with a page, or says in the shopper's language that something went wrong. */
export const refundPage =
  (handler: (req: MedusaRequest, res: MedusaResponse, plugin: GatewayPayments) => Promise<unknown>) =>
  async (req: MedusaRequest, res: MedusaResponse): Promise<void> => {
    closeUp(res)
    try {
      await handler(req, res, gatewayPayments(req.scope))
    } catch (error) {
      req.scope.resolve(ContainerRegistrationKeys.LOGGER).error(logLine("page_failed", {}, wordsOf(error)))
      if (res.headersSent) res.end()
      else send(res, drawRefundMessage(languageFor(req), "problem"))
    }
  }

/** Swaps a token for a cookie and goes on to the page: what stands in an address is written to logs and histories. */
export async function enterRefund(
  req: MedusaRequest,
  res: MedusaResponse,
  plugin: GatewayPayments,
  { id, expiresAt, token }: { id: string; expiresAt: Date; token: string },
): Promise<void> {
  const base = await pageBase(plugin)
  const path = pagePath(base, id)
  res.cookie(cookieName, token, {
    path,
    httpOnly: true,
    sameSite: "lax",
    secure: req.secure || base.startsWith("https:"),
    expires: expiresAt,
  })
  res.redirect(303, path)
}

/** The payout whose link this browser has opened, with its token. */
export async function openedRefund(req: MedusaRequest, plugin: GatewayPayments) {
  const token = tokenOf(req, cookieName)
  const payout = token === undefined ? undefined : await plugin.ledger.shopperPayouts.ofToken(hashOf(token))
  return token !== undefined && payout?.link?.id === req.params.id && payout ? { payout, token } : undefined
}
