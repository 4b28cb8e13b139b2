import type { AuthenticatedMedusaRequest } from "@medusajs/framework/http"
import { z } from "zod"

import { gatewayPayments } from "../../../../../services/host"
import { readMapping, statementMapping } from "../../../../../services/settlement"
import { payoutAccount, requireAccount } from "../../../../payout-views"
import { parsed, route } from "../../../../problems"

const request = z.strictObject({ ...payoutAccount.shape, mapping: statementMapping })

export const GET = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const asked = parsed(payoutAccount, req.query)
  await requireAccount(plugin, asked)
  res.json({ mapping: readMapping(await plugin.ledger.payouts.mapping(asked)) ?? null })
})

export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const { mapping, ...account } = parsed(request, req.body)
  await requireAccount(plugin, account)
  const by = (req as AuthenticatedMedusaRequest).auth_context.actor_id
  await plugin.ledger.payouts.saveMapping(account, mapping, by)
  res.json({ mapping })
})
