import type { MedusaContainer } from "@medusajs/framework/types"

import { gatewayPayments, readDueAccounts } from "../services/host"
import { reconcile, second } from "../services/settlement"

/** Everything that is due: see `docs/operating.md`. Several instances may run it at once. */
export default async function reconcileGatewayPayments(container: MedusaContainer): Promise<void> {
  const plugin = gatewayPayments(container)
  // The boot has said so, once. Where a later migration alone is missing, what needs it fails by itself, and money is settled all the same.
  if (!(await plugin.hasLedger())) return
  const deps = plugin.reconcileDeps()
  await reconcile(deps, {
    // What is claimed and not begun waits for the claim to end where the process dies: a small number, so that few do.
    batch: 16,
    concurrency: 8,
    budgetMs: 50 * second,
  })
  await plugin.tidy()
  await plugin.tellPeople()
  await plugin.reportInTheMorning()
  await readDueAccounts(plugin, deps.log)
  // Last: nothing else waits for a gateway that is asked about payouts.
  await plugin.fetchPayouts()
}

export const config = { name: "reconcile-gateway-payments", schedule: "* * * * *" }
