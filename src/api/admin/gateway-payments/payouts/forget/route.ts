import { gatewayPayments } from "../../../../../services/host"
import { payoutAccount, requireAccount } from "../../../../payout-views"
import { parsed, route } from "../../../../problems"

/** Takes what was imported of an account out of its books. No payment changes, and what is imported again is back. */
export const POST = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const account = parsed(payoutAccount, req.body)
  await requireAccount(plugin, account)
  res.json({ removed: await plugin.ledger.payouts.forgetStatements(account) })
})
