import { z } from "zod"

import { pageOf, payBy } from "../../../../services/host"
import { notices } from "../../../../core"
import { drawPage, drawUnknown, proofOf } from "../../../../services/pay-page"
import { deviceOf } from "../../../store/gateway-payments/methods/query"
import { backToPage, isOwnForm, languageFor, openedLink, page, send } from "../../answer"

const query = z.object({
  notice: z.enum(notices).nullable().catch(null),
  /** The shopper has just chosen on this page. */
  chosen: z.literal("1").optional().catch(undefined),
})

export const GET = page(async (req, res, plugin) => {
  const language = languageFor(req)
  const opened = await openedLink(req, plugin)
  if (!opened) {
    send(res, drawUnknown(language))
    return
  }
  const { notice, chosen } = query.parse({ notice: req.query.notice ?? null, chosen: req.query.chosen })
  const content = await pageOf(req.scope, plugin, opened.link, deviceOf(req.headers))
  send(
    res,
    drawPage({ ...content, language, notice, isChosen: chosen === "1", proof: proofOf(opened.token) }),
  )
})

/** `pp_ksher_th truemoney`: the value of the button that was pressed. */
const form = z.object({ method: z.string().regex(/^[\w-]{1,110} [\w,]{1,64}$/) })

export const POST = page(async (req, res, plugin) => {
  const opened = await openedLink(req, plugin)
  if (!opened || !isOwnForm(req, opened.token)) {
    send(res, drawUnknown(languageFor(req)))
    return
  }
  const { link } = opened
  const asked = form.safeParse(req.body)
  const [providerId = "", channel = ""] = asked.success ? asked.data.method.split(" ") : []
  const notice = asked.success
    ? await payBy(req.scope, plugin, link, { providerId, channel }, deviceOf(req.headers))
    : "unavailable"
  await backToPage(res, plugin, link.id, notice)
})
