import { hashOf, isToken } from "../../../services/pay-page"
import { drawRefundMessage } from "../../../services/refund-page"
import { languageFor, send } from "../../pay/answer"
import { enterRefund, refundPage } from "../answer"

/** The address that a shopper is sent. A mail program that looks at it uses nothing up. */
export const GET = refundPage(async (req, res, plugin) => {
  const token = String(req.params.token)
  const payout = isToken(token) ? await plugin.ledger.shopperPayouts.ofToken(hashOf(token)) : undefined
  if (payout?.link) await enterRefund(req, res, plugin, { ...payout.link, token })
  else send(res, drawRefundMessage(languageFor(req), "unknown"))
})
