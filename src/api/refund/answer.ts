import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

import type { GatewayPayments } from "../../services/host"
import { hashOf } from "../../services/pay-page"
import { drawRefundMessage } from "../../services/refund-page"
import { pageOr, swapToken, tokenOf } from "../pay/answer"

const cookieName = "gateway_refund"

/** As `page`, in the words of a refund. */
export const refundPage = pageOr((language) => drawRefundMessage(language, "problem"))

/** Opens the page of a refund's link. */
export const enterRefund = (
  req: MedusaRequest,
  res: MedusaResponse,
  plugin: GatewayPayments,
  { id, expiresAt, token }: { id: string; expiresAt: Date; token: string },
): Promise<void> =>
  swapToken(req, res, plugin, { cookie: cookieName, token, page: `/refund/page/${id}`, expires: expiresAt })

/** The payout whose link this browser has opened, with its token. */
export async function openedRefund(req: MedusaRequest, plugin: GatewayPayments) {
  const token = tokenOf(req, cookieName)
  const payout = token === undefined ? undefined : await plugin.ledger.shopperPayouts.ofToken(hashOf(token))
  return token !== undefined && payout?.link?.id === req.params.id && payout ? { payout, token } : undefined
}
