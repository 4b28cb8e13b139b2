import { gatewayPayments } from "../../../../services/host"
import { reconcileAll, second } from "../../../../services/settlement"
import { parsed, route } from "../../../problems"
import { reconcileRequest } from "../../../requests"
import { comparedView } from "../../../views"

export const POST = route(async (req, res) => {
  const { dry_run, created_from, created_to, gateway_payment_ids: ids } = parsed(reconcileRequest, req.body)
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
