import { PaymentProblem } from "../../core"
import type { GatewayName } from "../../core"
import type { BegunCancel, GatewayPayment, Ledger, Notification } from "../ledger"
import { logLine, observed, wordsOf } from "../observability"
import { noteRemovedEntry } from "./accounts/account"
import { finishCancel } from "./orders/cancel-journal"
import type { CancelDeps } from "./orders/cancel-journal"
import type { Log, SettleDeps } from "./deps"
import { act, settle } from "./traced"
import { isBusy } from "./lease"
import { notActedOn } from "./notify"
import { runPart } from "./part"
import { wakeUnchanged, wakeUnwanted } from "./orders/review"
import { day, leaseMs, minute } from "./schedule"
import { survey } from "./survey"
import type { Change, Survey } from "./survey"
import { endUnpaidOrder, endsUnpaidAt } from "./orders/unpaid-order"

export interface ReconcileDeps {
  ledger: Ledger
  cancels: CancelDeps
  log: Log
  now: () => Date
  depsOf: (providerId: string) => SettleDeps
  emit: SettleDeps["emit"]
  /** Wakes the session of each of Medusa's refund rows that no operation was made for: left by a kill in between (guarantee 6). */
  eachStrayRefund: (wake: (sessionId: string) => Promise<void>) => Promise<void>
}

export interface ReconcileLimits {
  /** Of what is due, as much is claimed at once. */
  batch: number
  /** So much is done at once for each provider entry. */
  concurrency: number
  /** Nothing new is claimed after this many milliseconds. */
  budgetMs: number
}

export interface ReconcileReport {
  settled: number
  failed: number
  notifications: number
}

/** A claim whose process died comes up again after it, as a payment does that it held. Whoever is slower is found to be at it. */
const holdMs = leaseMs

/**
 * One run of the job: everything that is due, in small batches that any number of instances can share. Settles, closes,
 * gives back and books by `settle`; an error of one payment is logged and leaves the others alone. Each provider entry has
 * workers of its own: a gateway that hangs delays nobody else's payments.
 */
export const reconcile = (deps: ReconcileDeps, limits: ReconcileLimits): Promise<ReconcileReport> =>
  observed("reconcile", {}, () => runOnce(deps, limits))

async function runOnce(deps: ReconcileDeps, limits: ReconcileLimits): Promise<ReconcileReport> {
  const report: ReconcileReport = { settled: 0, failed: 0, notifications: 0 }
  const started = deps.now().getTime()
  await runPart(deps, "strays", () => wakeStrays(deps))
  await runPart(deps, "unwanted", () => wakeUnwanted({ ...deps, host: deps.cancels.host }))
  await runPart(deps, "changes", () => wakeUnchanged({ ledger: deps.ledger, host: deps.cancels.host }))
  const { orders, notifications, payments } = deps.ledger
  const mayClaim = () => deps.now().getTime() - started < limits.budgetMs
  const ofEntry =
    <T>(claim: (entry: string) => Promise<T[]>, work: (one: T) => Promise<void>) =>
    (entry: string) =>
      runPart(deps, "entry", () => drain(limits, mayClaim, () => claim(entry), work))
  const actAll = ofEntry(
    (entry) => notifications.claimDue(limits.batch, holdMs, entry),
    (one) => actOn(one, deps, report),
  )
  const settleAll = ofEntry(
    (entry) => payments.claimDue(limits.batch, holdMs, entry),
    (one) => settleOne(one, deps, report),
  )
  const told = await notifications.dueEntries()
  const looked = await payments.dueEntries()
  const inTurn = async (entry: string) => {
    if (told.includes(entry)) await actAll(entry)
    if (looked.includes(entry)) await settleAll(entry)
  }
  await Promise.all([
    runPart(deps, "cancels", async () => {
      const cancels = await orders.claimDueCancels(limits.batch, minute)
      await eachOf(cancels, limits.concurrency, (one) => finishOne(one, deps))
    }),
    ...[...new Set([...told, ...looked])].map(inTurn),
  ])
  return report
}

async function wakeStrays(deps: ReconcileDeps): Promise<void> {
  await deps.eachStrayRefund(async (sessionId) => {
    const payment = await deps.ledger.payments.ofSession(sessionId)
    if (payment && (!payment.nextCheckAt || payment.nextCheckAt > deps.now()))
      await deps.ledger.payments.wake(payment.id, 0)
  })
}

async function finishOne(cancel: BegunCancel, deps: ReconcileDeps): Promise<void> {
  try {
    await finishCancel(cancel, deps.cancels)
  } catch (error) {
    // Due again when the claim runs out.
    deps.log.error(logLine("cancel_unfinished", { order: cancel.orderId }, wordsOf(error)))
  }
}

async function actOn(
  notification: Notification,
  deps: ReconcileDeps,
  report: ReconcileReport,
): Promise<void> {
  report.notifications++
  await runPart(deps, "notification", async () => {
    try {
      await act(notification, deps.depsOf(notification.providerId))
    } catch (error) {
      const inTime = { clock: { now: deps.now }, random: () => 0 }
      await deps.ledger.notifications.finish(notification.id, notActedOn(notification, error, inTime))
    }
  })
}

async function settleOne(
  payment: GatewayPayment,
  deps: ReconcileDeps,
  report: ReconcileReport,
): Promise<void> {
  try {
    const own = deps.depsOf(payment.providerId)
    const mayEnd = endsUnpaidAt(payment, own.policy) !== null
    // Before it is settled: if the process dies while it ends the order, the payment is due again when the claim runs out.
    const again = mayEnd ? await endUnpaidOrder(payment, deps.cancels) : null
    await settle(payment.id, own, again)
    report.settled++
  } catch (error) {
    report.failed++
    await runPart(deps, "payment", () => noteFailure(payment, error, deps))
  }
}

/**
 * What the payment itself says is logged when it begins to say so, and not at every look. What another process holds is
 * looked at when it is free; anything else is due again when the claim runs out.
 */
async function noteFailure(payment: GatewayPayment, error: unknown, deps: ReconcileDeps): Promise<void> {
  const code = error instanceof PaymentProblem ? error.code : undefined
  if (code === "provider_unknown") return noteRemovedEntry(payment, { ...deps, clock: { now: deps.now } })
  if (code === "account_changed") return
  deps.log.error(logLine("settle_failed", { payment: payment.id }, wordsOf(error)))
  if (isBusy(error)) await deps.ledger.payments.wakeWhenFree(payment.id)
}

/** As many at once as there are workers. Whoever is done takes the next one: nobody waits for the slowest of a batch. */
async function drain<T>(
  { concurrency, batch }: ReconcileLimits,
  mayClaim: () => boolean,
  claim: () => Promise<T[]>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let claimed: T[] = []
  let isDry = false
  let claiming: Promise<void> | undefined
  const claimMore = async () => {
    claimed = mayClaim() ? await claim() : []
    isDry = claimed.length < batch
  }
  const next = async (): Promise<T | undefined> => {
    while (!claimed.length && !isDry) await (claiming ??= claimMore().finally(() => (claiming = undefined)))
    return claimed.shift()
  }
  const worker = async () => {
    for (let item = await next(); item !== undefined; item = await next()) await work(item)
  }
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, worker))
  for (const end of ends) if (end.status === "rejected") throw end.reason
}

/** At most `concurrency` at once, so that a backlog drains without a storm. */
async function eachOf<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
}

/** What was found, and whether every payment in question was looked at within the time. */
export interface Reconciliation {
  changes: Change[]
  complete: boolean
  /** What no call can tell, with how many payments it concerns. */
  not_visible: NotVisible[]
}

/** Parts that were returned in a gateway's console, where neither its query nor a list tells of them. */
export interface NotVisible {
  code: "console_parts"
  gateway: GatewayName
  payments: number
}

/** Which payments are compared: these, or those made in this time, or, without both, what is not settled for good or was made lately. */
export interface Range {
  ids?: readonly string[] | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/**
 * What an admin asks for: payments compared with the gateway and with Medusa; and unless it is a dry run, put right. Read page
 * by page and for a bounded time: a request must end, and the job goes on with what is due.
 */
export const reconcileAll = (
  deps: ReconcileDeps,
  dryRun: boolean,
  budgetMs: number,
  range: Range = {},
): Promise<Reconciliation> =>
  observed(
    "compare",
    {},
    () => compareAll(deps, dryRun, budgetMs, range),
    ({ complete }) => (complete ? "done" : "incomplete"),
  )

async function compareAll(
  deps: ReconcileDeps,
  dryRun: boolean,
  budgetMs: number,
  range: Range,
): Promise<Reconciliation> {
  const changes: Change[] = []
  const blind = new Map<GatewayName, number>()
  const until = deps.now().getTime() + budgetMs
  const report = (complete: boolean): Reconciliation => ({
    changes,
    complete,
    not_visible: [...blind].map(([gateway, payments]) => ({ code: "console_parts", gateway, payments })),
  })
  for await (const page of compared(deps, range)) {
    if (deps.now().getTime() > until || changes.length >= mostChanges) return report(false)
    await eachOf(page, 8, async (payment) => {
      const found = await compareOne(payment, deps, dryRun)
      changes.push(...found.changes)
      if (found.isBlind) blind.set(payment.gateway, (blind.get(payment.gateway) ?? 0) + 1)
    })
  }
  return report(true)
}

async function compareOne(payment: GatewayPayment, deps: ReconcileDeps, dryRun: boolean): Promise<Survey> {
  try {
    const settleDeps = deps.depsOf(payment.providerId)
    const found = await survey(payment, settleDeps)
    if (!dryRun && found.changes.length) await settle(payment.id, settleDeps)
    return found
  } catch (error) {
    // One payment that cannot be settled, or whose provider is no longer configured, must not hide the others.
    const what = wordsOf(error)
    const { id, state } = payment
    const change = { gateway_payment_id: id, code: "not_settled" as const, what, from: state, to: state }
    return { changes: [change], isBlind: false }
  }
}

const mostChanges = 1_000

async function* compared(deps: ReconcileDeps, { ids, from, to }: Range): AsyncGenerator<GatewayPayment[]> {
  const { payments } = deps.ledger
  if (ids) {
    yield await payments.ofIds(ids)
    return
  }
  const lately = new Date(deps.now().getTime() - 30 * day)
  let after = ""
  for (;;) {
    const page =
      from || to
        ? await payments.madeBetween(after, from ?? new Date(0), to ?? deps.now(), 100)
        : await payments.unsettledAfter(after, lately, 100)
    if (!page.length) return
    yield page
    after = page[page.length - 1]?.id ?? ""
  }
}
