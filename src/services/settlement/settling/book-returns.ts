import { isUnclear } from "../../../core"
import type { AttentionValues, OrderChange } from "../../../core"
import { committedAmount, isDone, isUnanswered, isWaitingPayout, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { logLine } from "../../observability"
import { clear, majorSumOf, raise, sumOf } from "../attention"
import { booking } from "../returns/booking"
import { matchedRows, enteredReturns } from "../returns/refund-rows"
import type { SettleDeps } from "../deps"
import { isDismissed, isLeftOut, isToldTwice } from "../returns/dismissed"
import { settlesItself } from "./decide-owed"
import { codeOf } from "./owed-refunds"
import type { Alignment, HostOrder, HostPayment } from "../host"
import { reload } from "../required"
import { hasUnmatchedRow } from "../returns/unmatched-rows"
import { refund, withoutRow } from "../refund"
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
    const row = await rowOf(operation, booked, payment, deps)
    // Whoever asks for it is handed this money, and a second row for it would be paid once more.
    if (row?.isUntried) return false
    const amount = amountToEnter(operation, booked, payment)
    if (!row && (await waitsForChange(payment, operation, { order, amount }, deps))) return false
    try {
      const note = noteOf(operation)
      const by = await deciderOf(operation, deps)
      await booking.run({ operationId: operation.id }, () =>
        row ? hand(payment, row.id, row.amount, deps) : deps.host.refund(booked, order, amount, { note, by }),
      )
    } catch (error) {
      if (!(await findUnbooked(payment, deps)).some((one) => one.id === operation.id)) continue
      if (settlesItself(codeOf(error)) || (await hasRowToSend(booked, payment, deps))) return false
      const returned = { number: operation.number, amount: sumOf(payment, operation.amount ?? 0) }
      const problem = (error as Error).message
      await raise(payment, "books_differ", { why: "not_entered", ...returned, problem }, deps)
      return false
    }
  }
  await clearAgreed(await reload(payment, deps), order, deps)
  return true
}

/**
 * That more went back than was paid, or the same twice, is for a person, whatever Medusa's books say of it. What was refused may have gone
 * back another way: it is owed no more, once nothing is in doubt.
 */
async function clearAgreed(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<void> {
  const { attentionCode, refundedAmount, paidAmount } = payment
  const isForPerson = refundedAmount > paidAmount || isToldTwice(payment)
  const mayAgree =
    (attentionCode === "books_differ" && !isForPerson) ||
    // A cancelled order may owe what Medusa holds no row for.
    (attentionCode === "refund_refused" && order?.canceled === false && !(await hasDoubt(payment, deps)))
  if (mayAgree && !(await hasUnmatchedRow(payment, deps))) await clear(payment, [attentionCode], deps)
}

const hasDoubt = async ({ id }: GatewayPayment, deps: SettleDeps): Promise<boolean> =>
  returns(await deps.ledger.operations.ofPayment(id)).some(({ state }) => isUnclear(state))

function noteOf(operation: Operation): string {
  if (operation.outside) return "Refunded in the gateway's own console."
  if (isWaitingPayout(operation)) return `Refund ${operation.number} goes to the shopper's account.`
  return `Refund ${operation.number} went through.`
}

/**
 * Medusa's row of this amount that nothing carries: whoever asked again meanwhile, and whose process died, meant this money (`isUntried`). Or
 * the gateway has refused it, and somebody has returned it in the console.
 */
async function rowOf(
  operation: Operation,
  booked: HostPayment,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<{ id: string; amount: string; isUntried: boolean } | undefined> {
  const operations = returns(await deps.ledger.operations.ofPayment(payment.id))
  const carried = matchedRows(operations)
  const tried = new Set(operations.map(({ refundId }) => refundId))
  const done = enteredReturns(booked, operations)
  const row = booked.refunds.find(
    ({ id, amount }) =>
      !carried.has(id) &&
      (operation.outside || !tried.has(id)) &&
      !isDismissed(payment, id) &&
      shareOf(amount, done, payment) === operation.amount,
  )
  return row && { ...row, isUntried: !tried.has(row.id) }
}

/** Enters a return under a row that Medusa holds already. Nothing is sent. */
const hand = (payment: GatewayPayment, refundId: string, major: string, deps: SettleDeps): Promise<unknown> =>
  refund({ of: { id: payment.id }, amount: { major }, refundId }, deps)

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
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  // What the shopper has not answered may still be taken back.
  const made = returns(operations).filter(
    (one) => isDone(one) && !isLeftOut(payment, one.id) && !isUnanswered(one),
  )
  return withoutRow(made, operations, deps)
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
