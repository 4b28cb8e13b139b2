import { PaymentProblem, isUnended } from "../../../core"
import type { BesideChange, GatewayPayment, Ledger } from "../../ledger"
import { logLine, wordsOf } from "../../observability"
import type { Deps, Log, SettleDeps } from "../deps"
import { settle } from "../traced"
import type { Host } from "../host"
import { kinOf, isWanted } from "../settling/abandonment"
import { reasonToAbandon } from "../settling/decide-abandonment"

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
  for (const payment of payments.filter(({ state, unwanted }) => isUnended(state) && !unwanted)) {
    try {
      const own = deps.depsOf(payment)
      if (!(await isWanted(payment, own))) await settle(payment.id, own)
    } catch (error) {
      deps.log.warn(logLine("review_failed", { payment: payment.id }, wordsOf(error)))
    }
  }
}

const pageSize = 100

/** What the job's look at all open payments of orders takes. */
export interface UnwantedDeps {
  ledger: Ledger
  log: Log
  host: Pick<Host, "demandsOf">
  depsOf: (providerId: string) => Deps
}

/** What the job's look at payments that wait for the end of a change takes. */
export interface UnchangedDeps {
  ledger: Ledger
  host: Pick<Host, "ordersChanging">
}

/**
 * Every run of the job looks which open payments of orders Medusa still asks for: it says nothing when an exchange or a claim is
 * cancelled. Medusa is asked about a page of them at once, and the gateway about those alone that are not wanted.
 */
export async function wakeUnwanted(deps: UnwantedDeps): Promise<void> {
  await eachPage(
    (after) => deps.ledger.reservations.openOfOrders(after, pageSize),
    (page) => wakeUnwantedOf(page, deps),
  )
}

/**
 * Money that was returned beside an open change is entered once the change has ended. Medusa does not say so of every end: each run
 * of the job looks which of those orders are still being changed.
 */
export async function wakeUnchanged(deps: UnchangedDeps): Promise<void> {
  await eachPage(
    (after) => deps.ledger.payments.besideChange(after, pageSize),
    (page) => wakeUnchangedOf(page, deps),
  )
}

/** Page by page, by id: none is kept. */
async function eachPage<Row extends { id: string }>(
  read: (after: string) => Promise<readonly Row[]>,
  work: (page: readonly Row[]) => Promise<void>,
): Promise<void> {
  for (let after = ""; ;) {
    const page = await read(after)
    if (page.length) await work(page)
    if (page.length < pageSize) return
    after = page.at(-1)?.id ?? ""
  }
}

async function wakeUnchangedOf(page: readonly BesideChange[], deps: UnchangedDeps): Promise<void> {
  const changing = await deps.host.ordersChanging([...new Set(page.map(({ orderId }) => orderId))])
  for (const { id, orderId } of page) if (!changing.has(orderId)) await deps.ledger.payments.wake(id, 0)
}

async function wakeUnwantedOf(page: readonly GatewayPayment[], deps: UnwantedDeps): Promise<void> {
  const ids = page.flatMap(({ collectionId }) => collectionId ?? [])
  const demands = await deps.host.demandsOf([...new Set(ids)])
  const kin = [...demands].flatMap(([id, demand]) => kinOf(demand, id))
  const reserved = await deps.ledger.reservations.of([...new Set(kin)])
  for (const payment of page) {
    const collectionId = payment.collectionId ?? ""
    const demand = demands.get(collectionId)
    if (!demand || !isConfigured(payment, deps)) continue
    const own = new Set(kinOf(demand, collectionId))
    const ofOrder = reserved.filter((one) => own.has(one.collectionId))
    if (reasonToAbandon(payment, demand, ofOrder) !== null) await deps.ledger.payments.wake(payment.id, 0)
  }
}

/** Of a removed entry the payment itself says so, and nothing can be done. */
function isConfigured(payment: GatewayPayment, deps: UnwantedDeps): boolean {
  try {
    deps.depsOf(payment.providerId)
    return true
  } catch (error) {
    if (error instanceof PaymentProblem) return false
    throw error
  }
}
