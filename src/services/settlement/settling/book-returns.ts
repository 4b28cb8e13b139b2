import type { AttentionValues, OrderChange } from "../../../core"
import { committedAmount, isDone, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { logLine } from "../../observability"
import { clear, majorSumOf, raise, sumOf } from "../attention"
import { booking } from "../returns/booking"
import { matchedRows, enteredReturns } from "../returns/refund-rows"
import type { SettleDeps } from "../deps"
import { isDismissed, isLeftOut } from "../returns/dismissed"
import { codeOf, settlesItself } from "./owed-refunds"
import type { Alignment, HostOrder, HostPayment } from "../host"
import { reload } from "../required"
import { hasUnmatchedRow } from "../returns/unmatched-rows"
import { withoutRow } from "../refund"
import { after, justPaid, minute } from "../schedule"
import { amountInMedusa, shareOf, withFraction } from "../returns/rounding"

/**
 * Refunds that went through and that Medusa does not know: it is asked to refund, and the provider hands it the one that is
 * done. True where nothing is left to enter.
 */
export async function bookReturns(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<boolean> {
  for (const operation of await findUnbooked(payment, deps)) {
    const booked = await deps.host.payment(payment.sessionId)
    if (!booked) return true
    // Medusa captures first and places the order then: a refund entered in between would miss the order's transactions.
    if (!order && justPaid(payment, deps)) return false
    if (await isAskedFor(operation, booked, payment, deps)) return false
    const amount = amountToEnter(operation, booked, payment)
    if (await waitsForChange(payment, operation, { order, amount }, deps)) return false
    try {
      const note = operation.outside
        ? "Refunded in the gateway's own console."
        : `Refund ${operation.number} went through.`
      const by = await deciderOf(operation, deps)
      await booking.run({ operationId: operation.id }, () =>
        deps.host.refund(booked, order, amount, { note, by }),
      )
    } catch (error) {
      if (!(await findUnbooked(payment, deps)).some((one) => one.id === operation.id)) continue
      if (settlesItself.has(codeOf(error)) || (await hasRowToSend(booked, payment, deps))) return false
      const returned = { number: operation.number, amount: sumOf(payment, operation.amount ?? 0) }
      const problem = (error as Error).message
      await raise(payment, "books_differ", { why: "not_entered", ...returned, problem }, deps)
      return false
    }
  }
  const now = await reload(payment, deps)
  if (now.attentionCode === "books_differ" && !(await hasUnmatchedRow(now, deps)))
    await clear(now, ["books_differ"], deps)
  return true
}

/**
 * Medusa holds a row of this amount that was never sent: whoever asked again meanwhile, and whose process died, meant this money.
 * It is handed to that row, and a second row for it would be paid once more.
 */
async function isAskedFor(
  operation: Operation,
  booked: HostPayment,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<boolean> {
  const operations = returns(await deps.ledger.operations.ofPayment(payment.id))
  const tried = new Set(operations.map(({ refundId }) => refundId))
  const done = enteredReturns(booked, operations)
  return booked.refunds.some(
    ({ id, amount }) =>
      !tried.has(id) && !isDismissed(payment, id) && shareOf(amount, done, payment) === operation.amount,
  )
}

/** The admin who decided it by hand, where one did. */
const deciderOf = async ({ decisionId }: Operation, deps: SettleDeps): Promise<string | undefined> =>
  decisionId === null ? undefined : (await deps.ledger.decisions.get(decisionId))?.by

/** How long an admin may take over an edit or a return before he is told that money waits for him to end it. */
const changesTake = 10 * minute

/**
 * Beside an open change Medusa would enter the refund and not its credit line: it is entered once the change has ended. Medusa's
 * payment module alone enters it for a cancelled order, which has none.
 */
async function waitsForChange(
  payment: GatewayPayment,
  operation: Operation,
  { order, amount }: { order: HostOrder | undefined; amount: string },
  deps: SettleDeps,
): Promise<boolean> {
  if (!order || order.canceled) return false
  const standing = await deps.host.orderStanding(order.id, amount)
  if (!standing?.change || !standing.needsCreditLine) return false
  const since = operation.settledAt ?? operation.createdAt
  const refund = { number: operation.number, amount: majorSumOf(payment, amount) }
  await askToEndChange(payment, standing.change, since, refund, deps)
  return true
}

/** An admin who takes long over a change is told that money waits for its end. */
async function askToEndChange(
  payment: GatewayPayment,
  change: OrderChange,
  since: Date,
  refund: Pick<AttentionValues["order_changing"], "number" | "amount">,
  deps: SettleDeps,
): Promise<void> {
  if (since > after(deps, -changesTake)) return
  await raise(payment, "order_changing", { change, ...refund }, deps)
}

/** Medusa's own number where it has asked for it; what was returned without it is whole minor units. */
const amountToEnter = (operation: Operation, booked: HostPayment, payment: GatewayPayment): string =>
  operation.medusaAmount ?? withFraction(amountInMedusa(operation, payment), booked, payment)

async function findUnbooked(payment: GatewayPayment, deps: SettleDeps): Promise<Operation[]> {
  const made = returns(await deps.ledger.operations.ofPayment(payment.id)).filter(isDone)
  return withoutRow(
    made.filter(({ id }) => !isLeftOut(payment, id)),
    deps,
  )
}

/**
 * Medusa holds a row that no operation carries yet, and enough is left for it: it is carried out first, and may well be the
 * one for this money. Where somebody has taken the rest out in the gateway's console, it never will be.
 */
async function hasRowToSend(
  booked: HostPayment,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const left = payment.paidAmount - committedAmount(operations)
  const carried = matchedRows(operations)
  const done = enteredReturns(booked, operations)
  return booked.refunds.some((row) => !carried.has(row.id) && shareOf(row.amount, done, payment) <= left)
}

/**
 * After a kill Medusa may hold a capture or a refund whose amounts, transactions and credit line it never got to write. `waits`
 * where it is looked at again soon: a row is so young that whoever made it may still be writing, or a change is open.
 */
export async function alignBooks(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<Omit<Alignment, "changes">> {
  const booked = await deps.host.payment(payment.sessionId)
  if (!booked) return { waits: false, change: undefined }
  const before = { captures: after(deps, -captureTakes), refunds: after(deps, -refundTakes) }
  const { changes, waits, change } = await deps.host.alignBooks(booked, order, before)
  for (const { what, from, to } of changes)
    deps.log.info(logLine("books_aligned", { session: payment.sessionId, what }, `${from} is now ${to}`))
  if (change)
    await askToEndChange(
      await reload(payment, deps),
      change,
      lastRefund(booked),
      { number: null, amount: null },
      deps,
    )
  return { waits: waits || lastRefund(booked) > before.refunds, change }
}

const lastRefund = ({ refunds }: HostPayment): Date =>
  new Date(Math.max(0, ...refunds.map(({ createdAt }) => createdAt.getTime())))

/** How long Medusa may take to enter a capture among the transactions of its order. */
const captureTakes = minute
/** And a refund: it waits for the gateway meanwhile. */
const refundTakes = 2 * minute
