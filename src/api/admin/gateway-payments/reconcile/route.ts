import { z } from "zod"

import { gatewayPayments } from "../../../../services/host"
import { reconcileAll, second } from "../../../../services/settlement"
import { parsed, route } from "../../../problems"

const request = z.strictObject({ dry_run: z.boolean().default(false) })

export const POST = route(async (req, res) => {
  const { dry_run } = parsed(request, req.body)
  const plugin = gatewayPayments(req.scope)
  const { changes, complete } = await reconcileAll(plugin.reconcileDeps(), dry_run, 50 * second)
  res.json({ dry_run, changes, complete })
})
