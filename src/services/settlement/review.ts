import { PaymentProblem, isOpen } from "../../core"
import type { GatewayPayment, Ledger } from "../ledger"
import { logLine, reasonOf } from "../observability"
import type { Deps, Log, SettleDeps } from "./deps"
import { settle } from "./doors"
import { isWanted } from "./wanted"

/** What a look at open payments takes. */
export interface ReviewDeps {
  ledger: Ledger
  log: Log
  depsOf: (payment: GatewayPayment) => SettleDeps
}

/**
 * Closes those of these payments that Medusa does not ask for any more: an edit was undone, an exchange or a claim was cancelled,
 * the order was paid another way. What fails is found again by the job.
 */
export async function review(payments: readonly GatewayPayment[], deps: ReviewDeps): Promise<void> {
  for (const payment of payments.filter(({ state, unwanted }) => isOpen(state) && !unwanted)) {
    try {
      const own = deps.depsOf(payment)
      if (!(await isWanted(payment, own))) await settle(payment.id, own)
    } catch (error) {
      deps.log.warn(logLine("review_failed", { payment: payment.id }, reasonOf(error)))
    }
  }
}

const pageSize = 100

/**
 * Every run of the job looks which open payments of orders Medusa still asks for: it says nothing when an exchange or a claim is
 * cancelled. The gateway is asked about those alone that are not wanted.
 */
export async function wakeUnwanted(deps: {
  ledger: Ledger
  log: Log
  now: () => Date
  depsOf: (providerId: string) => Deps
}): Promise<void> {
  for (let after = ""; ;) {
    const page = await deps.ledger.reservations.openOfOrders(after, pageSize)
    for (const payment of page) await wakeIfUnwanted(payment, deps)
    if (page.length < pageSize) return
    after = page.at(-1)?.id ?? ""
  }
}

async function wakeIfUnwanted(
  payment: GatewayPayment,
  deps: Parameters<typeof wakeUnwanted>[0],
): Promise<void> {
  try {
    if (await isWanted(payment, deps.depsOf(payment.providerId))) return
    await deps.ledger.payments.wake(payment.id, 0)
  } catch (error) {
    // Looked at again in a minute. That its entry or its account is gone, the payment itself says.
    if (!(error instanceof PaymentProblem))
      deps.log.warn(logLine("review_failed", { payment: payment.id }, reasonOf(error)))
  }
}
