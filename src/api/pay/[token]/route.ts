import { drawUnknown, hashOf, isToken } from "../../../services/pay-page"
import { enter, languageFor, page, send } from "../answer"

/** The address that a shopper is sent. It may be opened any number of times: a mail program that looks at it uses nothing up. */
export const GET = page(async (req, res, plugin) => {
  const token = String(req.params.token)
  const link = isToken(token) ? await plugin.ledger.payLinks.ofToken(hashOf(token)) : undefined
  if (link) await enter(req, res, plugin, { link, token })
  else send(res, drawUnknown(languageFor(req)))
})
