import { reportDue, reportLines } from "../../../core"
import type { Report, ReportPlan, Waiting } from "../../../core"
import { isWaitingPayout } from "../../ledger"
import type { Clock, GatewayPayment, Ledger } from "../../ledger"
import { logLine, wordsOf } from "../../observability"
import type { Log } from "../deps"
import type { Host } from "../host"
import { owing } from "../returns/owing"
import { day as oneDay, hour, minute } from "../schedule"

export interface ReportDeps {
  ledger: Pick<Ledger, "reports" | "turnovers" | "payments" | "operations" | "shopperPayouts">
  host: Pick<Host, "payment" | "orderOf">
  clock: Clock
  log: Log
  /** Days of payouts that are not explained; absent where the shop keeps no such books. */
  openPayouts?: (() => Promise<number>) | undefined
  /** Sends a report. Under one key it may be sent again: people see it once. */
  send(report: Report, key: string): Promise<void>
}

/** A process that dies while it sends leaves the report to the job, which sends it again after this. */
const heldFor = 5 * minute
/** A channel that does not work is not tried every minute. */
const leftAlone = hour
/** More than a person reads, and what Medusa is asked about in a moment. */
const mostLookedAt = 1_000

/** Tells people once a day what came in and went back on the day before, and what waits for them. */
export async function reportInTheMorning(deps: ReportDeps, plan: ReportPlan): Promise<void> {
  const { reports } = deps.ledger
  const day = reportDue(deps.clock.now(), await reports.lastDay(), plan)
  if (day === undefined || !(await reports.hold(day, heldFor))) return
  try {
    await deps.send(await reportOf(day, plan.timeZone, deps), `gateway-report:${day}`)
    await reports.end(day)
  } catch (error) {
    await reports.leave(day, leftAlone)
    deps.log.error(logLine("report_not_sent", { day }, wordsOf(error)))
  }
}

async function reportOf(day: string, timeZone: string, deps: ReportDeps): Promise<Report> {
  const midnight = new Date(`${day}T00:00:00Z`).getTime()
  // No zone is a whole day away from UTC.
  const around = await deps.ledger.turnovers.byDay(
    new Date(midnight - oneDay),
    new Date(midnight + 2 * oneDay),
    timeZone,
  )
  const { waiting, isCut, unread } = await lookedAt(day, deps)
  const counted = around.filter((one) => one.day === day)
  return { day, lines: reportLines(counted, waiting), isCut, unread, openPayouts: await openPayouts(deps) }
}

/** The rest of the report is told also where these books cannot be read. */
async function openPayouts(deps: ReportDeps): Promise<number | undefined> {
  try {
    return await deps.openPayouts?.()
  } catch (error) {
    deps.log.error(logLine("payouts_not_read", {}, wordsOf(error)))
    return undefined
  }
}

interface LookedAt {
  waiting: Waiting[]
  isCut: boolean
  unread: number
}

/** What cannot be read of one payment keeps no other out of the report: it is counted, and logged with its reason. */
async function lookedAt(day: string, deps: ReportDeps): Promise<LookedAt> {
  const waiting: Waiting[] = []
  let unread = 0
  for await (const page of deps.ledger.payments.everyPage({ attention: true }))
    for (const payment of page) {
      if (waiting.length + unread >= mostLookedAt) return { waiting, isCut: true, unread }
      try {
        waiting.push(await waitingOf(payment, deps))
      } catch (error) {
        unread += 1
        deps.log.warn(logLine("report_unread", { day, payment: payment.id }, wordsOf(error)))
      }
    }
  // What waits for the shopper is owed, and stands under attention only where somebody has to do something.
  const atMost = mostLookedAt - waiting.length - unread
  const untold = await deps.ledger.shopperPayouts.waitingUntold(atMost + 1)
  for (const one of untold.slice(0, atMost)) waiting.push({ ...one, kind: "owed" })
  return { waiting, isCut: untold.length > atMost, unread }
}

async function waitingOf(payment: GatewayPayment, { ledger, host }: ReportDeps): Promise<Waiting> {
  const { gateway, channel, currency, digits } = payment
  const key = { gateway, channel, currency, digits }
  if (payment.attentionCode === "late_held")
    return { ...key, kind: "late", amount: payment.paidAmount - payment.refundedAmount }
  const [operations, booked, order] = await Promise.all([
    ledger.operations.ofPayment(payment.id),
    host.payment(payment.sessionId),
    payment.collectionId ? host.orderOf(payment.collectionId) : undefined,
  ])
  const due = owing(payment, operations, booked, order)?.amount ?? 0
  const amount = operations.filter(isWaitingPayout).reduce((sum, one) => sum + (one.amount ?? 0), due)
  return { ...key, kind: amount > 0 ? "owed" : "stuck", amount }
}
