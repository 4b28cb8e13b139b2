import { z } from "zod"

import { gatewayPayments } from "../../../../services/host"
import { reconcileAll, second } from "../../../../services/settlement"
import { moment, parsed, route, storable } from "../../../problems"
import { comparedView } from "../../../views"

const date = z.union([z.iso.date().transform((text) => new Date(text)), moment])

const request = z.strictObject({
  dry_run: z.boolean().default(false),
  /** Payments made since then, and before: absent, those that are not settled for good or were made lately. */
  created_from: date.optional(),
  created_to: date.optional(),
  /** Only these: what a person has seen, and wants to be put right. */
  gateway_payment_ids: z.array(storable(64).min(1)).min(1).max(1_000).optional(),
})

export const POST = route(async (req, res) => {
  const { dry_run, created_from, created_to, gateway_payment_ids: ids } = parsed(request, req.body)
  const plugin = gatewayPayments(req.scope)
  const range = { ids, from: created_from, to: created_to }
  const found = await reconcileAll(plugin.reconcileDeps(), dry_run, 50 * second, range)
  const differing = [...new Set(found.changes.map((change) => change.gateway_payment_id))]
  const payments = (await plugin.ledger.payments.ofIds(differing)).map((payment) => {
    const changes = found.changes.filter((change) => change.gateway_payment_id === payment.id)
    return comparedView(payment, changes, plugin.provider(payment.providerId)?.deps.policy)
  })
  res.json({ dry_run, ...found, payments })
})
