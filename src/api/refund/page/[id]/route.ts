import { z } from "zod"

import { receiverTypes } from "../../../../core"
import { openRefund, shopName, takeStep } from "../../../../services/host"
import { proofOf } from "../../../../services/pay-page"
import { drawRefundMessage, drawRefundPage } from "../../../../services/refund-page"
import { isOwnForm, languageFor, send } from "../../../pay/answer"
import { openedRefund, refundPage } from "../../answer"

export const GET = refundPage(async (req, res, plugin) => {
  const language = languageFor(req)
  const opened = await openedRefund(req, plugin)
  if (!opened) {
    send(res, drawRefundMessage(language, "unknown"))
    return
  }
  if (!(await openRefund(plugin, opened.payout))) {
    send(res, drawRefundMessage(language, "over"))
    return
  }
  const view = { step: "who", isWrong: false } as const
  send(res, drawRefundPage({ language, shop: await shopName(req.scope), proof: proofOf(opened.token), view }))
})

const who = z.string().trim().min(1).max(254)
const form = z.discriminatedUnion("step", [
  z.object({ step: z.literal("who"), who }),
  z
    .object({
      step: z.enum(["where", "change", "confirm"]),
      who,
      type: z.enum(receiverTypes),
      number: z.string().max(64),
      bank: z.string().max(3).optional(),
    })
    .transform(({ step, who: name, ...given }) => ({ step, who: name, given })),
])

export const POST = refundPage(async (req, res, plugin) => {
  const language = languageFor(req)
  const opened = await openedRefund(req, plugin)
  if (!opened || !isOwnForm(req, opened.token)) {
    send(res, drawRefundMessage(language, "unknown"))
    return
  }
  const refund = await openRefund(plugin, opened.payout)
  const asked = form.safeParse(req.body)
  const view = refund && asked.success ? await takeStep(req.scope, plugin, refund, asked.data) : undefined
  if (!view) {
    send(res, drawRefundMessage(language, asked.success ? "over" : "problem"))
    return
  }
  send(res, drawRefundPage({ language, shop: await shopName(req.scope), proof: proofOf(opened.token), view }))
})
