import { z } from "zod"

import { gatewayPayments } from "../../../../services/host"
import { reconcileAll, second } from "../../../../services/settlement"
import { parsed, route } from "../../../problems"

const date = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => new Date(text))

const request = z.strictObject({
  dry_run: z.boolean().default(false),
  /** Payments made since then, and before: absent, those that are not settled for good or were made lately. */
  created_from: date.optional(),
  created_to: date.optional(),
})

export const POST = route(async (req, res) => {
  const { dry_run, created_from, created_to } = parsed(request, req.body)
  const plugin = gatewayPayments(req.scope)
  const range = { from: created_from, to: created_to }
  const found = await reconcileAll(plugin.reconcileDeps(), dry_run, 50 * second, range)
  res.json({ dry_run, ...found })
})
