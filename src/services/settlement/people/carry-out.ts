import {
  PaymentProblem,
  dismissals,
  formatMoney,
  hasMoney,
  isOpen,
  isUnclear,
  money,
  roundToMinor,
  titleOf,
  toMajor,
  toMinor,
} from "../../../core"
import type { Outcome, RefundRecord, ReversalRecord } from "../../../core"
import { committedAmount, isDone, isUnsettled, isWaitingPayout, returns } from "../../ledger"
import type { Decision, DecisionRequest, GatewayPayment, Operation, PaymentPatch } from "../../ledger"
import { isSameAttention, withoutAttention } from "../attention"
import { bookReturns } from "../settling/book-returns"
import { orderIdOf } from "../orders/cancelled-order"
import { isCaptured } from "../settling/decide-capture"
import { enteredReturns, unmatchedRows } from "../returns/refund-rows"
import { foreignReturns, recordReturns, tally } from "../settling/confirm"
import type { SettleDeps } from "../deps"
import { dismissedAmount, dismissing, leftOut, owedNow } from "../returns/dismissed"
import { refuseUnenterable } from "../orders/enterable"
import type { HostPayment } from "../host"
import { reload } from "../required"
import { withLease } from "../lease"
import { conclude, refundOrder, settleOperations } from "../returns/outcomes"
import { orderRef } from "../order-ref"
import { withoutRow, refund } from "../refund"
import { after, minute } from "../schedule"
import { shareOf, withFraction } from "../returns/rounding"
import { canClose, closeAtGateway } from "../settling/close"

/** Does what a person decided. Throws a `PaymentProblem` where nothing was done, or where it is in doubt. */
export async function carryOut(payment: GatewayPayment, decision: Decision, deps: SettleDeps): Promise<void> {
  switch (decision.action) {
    case "refund":
      await refundByHand(payment, decision, deps)
      return forget(payment, deps)
    case "record_refund":
      await withLease(payment.id, deps, (leased, held, operations) =>
        recordByHand(leased, operations, decision, held),
      )
      return forget(payment, deps)
    case "went_through":
    case "did_not":
      return withLease(payment.id, deps, (leased, held, operations) =>
        endOperation(leased, operations, decision, held),
      )
    case "dismiss":
      return withLease(payment.id, deps, (leased, held) => dismissSeen(payment, leased, held))
  }
}

/** What was decided answers the notice that the person saw. One whose reason still holds is raised again. */
async function forget(seen: GatewayPayment, deps: SettleDeps): Promise<void> {
  const now = await reload(seen, deps)
  if (isSameAttention(seen, now)) await deps.ledger.payments.update(seen.id, withoutAttention(now))
}

/** Refuses what makes no sense, before it is written down: the person may correct it. */
export async function refuseAtOnce(
  payment: GatewayPayment,
  asked: DecisionRequest,
  deps: SettleDeps,
): Promise<void> {
  refuseForeignFields(asked)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  switch (asked.action) {
    case "dismiss":
      if (!payment.attention)
        throw invalid(`Payment ${payment.number} is not under attention: there is nothing to dismiss.`)
      return
    case "went_through":
    case "did_not":
      return void operationOf(payment, asked, operations)
    case "refund":
    case "record_refund":
      if (!hasMoney(payment.state))
        throw invalid(`Payment ${payment.number} is ${payment.state}: there is no money to return.`)
      await refuseAmount(payment, asked, operations, deps)
      await refuseBesideChange(payment, asked, deps)
  }
}

/** What a person returns or records is entered in Medusa too: refused where Medusa could not. */
async function refuseBesideChange(
  payment: GatewayPayment,
  { amount }: DecisionRequest,
  deps: SettleDeps,
): Promise<void> {
  const orderId = await orderIdOf(payment, deps.host)
  const standing = orderId === undefined ? undefined : await deps.host.orderStanding(orderId, amount)
  // For a cancelled order it is entered by the payment module alone, which needs no credit line.
  if (standing && !standing.canceled) refuseUnenterable(standing)
}

const fieldsOf = {
  refund: ["amount", "refundId"],
  record_refund: ["amount", "how", "refundId"],
  went_through: ["operationId", "amount"],
  did_not: ["operationId", "amount"],
  dismiss: [],
} as const satisfies Record<DecisionRequest["action"], readonly (keyof typeof fieldNames)[]>

const fieldNames = {
  operationId: "operation_id",
  amount: "amount",
  how: "how",
  refundId: "refund_id",
} as const

function refuseForeignFields(asked: DecisionRequest): void {
  const allowed: readonly string[] = fieldsOf[asked.action]
  for (const [field, name] of Object.entries(fieldNames))
    if (asked[field as keyof typeof fieldNames] !== undefined && !allowed.includes(field))
      throw invalid(`${name} means nothing for ${asked.action}: leave it out.`)
}

/** What asking the gateway may still free, or what it describes already, is measured when it is carried out. */
async function refuseAmount(
  payment: GatewayPayment,
  asked: DecisionRequest,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<void> {
  const booked = await deps.host.payment(payment.sessionId)
  const row = meantRow(payment, asked, booked, operations)
  if (returns(operations).some(isUnsettled)) return
  if (row && (asked.action === "refund" || asked.amount === undefined)) return
  const amount = asked.amount === undefined ? undefined : minorOf(asked.amount, payment.digits)
  if (isConsole(asked) && operations.some((one) => isListed(one) && one.amount === amount)) return
  amountOf(payment, asked, operations)
}

/** Booked by Medusa where it holds a capture, sent at the gateway alone where it never took the money. */
async function refundByHand(seen: GatewayPayment, decision: Decision, deps: SettleDeps): Promise<void> {
  const payment = await withLease(seen.id, deps, (leased, held, operations) =>
    askFirst(leased, operations, held),
  )
  const booked = await deps.host.payment(payment.sessionId)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const row = meantRow(payment, decision, booked, operations)
  const of = { sessionId: payment.sessionId }
  if (row) {
    await refund({ of, amount: { major: row.amount }, refundId: row.id, owed: true }, deps)
    return
  }
  const amount = amountOf(payment, decision, operations)
  if (!booked || Number(booked.captured) <= 0) {
    await refund({ of, amount: decision.amount === undefined ? "rest" : amount, refundId: null }, deps)
    return
  }
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  // Medusa would be handed a refund that it does not know yet for this one, and nothing would be sent.
  if (!(await bookReturns(payment, order, deps))) throw notEntered(payment)
  const major = withFraction(toMajor(amount, payment.digits), booked, payment)
  await deps.host.refund(booked, order, major, decision)
}

const notEntered = (payment: GatewayPayment) =>
  new PaymentProblem(
    "conflict",
    "earlier_refund_booked_first",
    `An earlier refund of payment ${payment.number} went through and is not in Medusa's books yet. Nothing was sent for this one: look at the payment again in a moment.`,
  )

/**
 * What has no end yet is asked about before more money goes back. What is still in doubt has to be decided first; where it turns out
 * that it went through, the person decides anew. What is accepted and not finished counts as returned.
 */
async function askFirst(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const before = returns(operations).filter(isUnsettled)
  if (!before.length) return payment
  // Money that a person has just returned another way must not go out by a payout that waits.
  const resolved = await settleOperations(payment, operations, { ...deps, onlyAsks: true })
  const made = returns(resolved.operations)
  const doubtful = made.find((one) => isUnclear(one.state))
  if (doubtful) throw inDoubt(resolved.payment, doubtful, deps)
  const found = made.find(
    (one) => isDone(one) && before.some(({ id, state }) => id === one.id && isUnclear(state)),
  )
  if (found) throw foundDone(resolved.payment, found, deps)
  return resolved.payment
}

export const inDoubt = (payment: GatewayPayment, operation: Operation, deps: SettleDeps) =>
  new PaymentProblem(
    "conflict",
    "operation_in_doubt",
    `${titleOf(deps.gateway.name)} has not said whether ${named(payment, operation)} went through. Nothing was sent: ask again later, or look it up in the gateway's console and say of that one whether it went through.`,
  )

const foundDone = (payment: GatewayPayment, operation: Operation, deps: SettleDeps) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `${titleOf(deps.gateway.name)} says now that ${named(payment, operation)} went through. Nothing was sent for this one: look at the payment again, and repeat it if it is wanted as well.`,
  )

const named = (payment: GatewayPayment, { kind, number, amount }: Operation): string =>
  `${kind === "cancel" ? "reversal" : "refund"} ${number} of ${formatMoney(money(amount ?? 0, payment.currency), payment.digits)}`

type Row = HostPayment["refunds"][number]

/**
 * Medusa's refund row that is meant: the named one, or the one that is owed and of this amount. No row that carries money already:
 * it would be paid twice.
 */
function meantRow(
  payment: GatewayPayment,
  { refundId, amount, action }: DecisionRequest,
  booked: HostPayment | undefined,
  operations: readonly Operation[],
): Row | undefined {
  const owed = unmatchedRows(booked, operations)
  const wanted = amount === undefined ? undefined : minorOf(amount, payment.digits)
  const isOf = (row: Row) =>
    wanted === roundToMinor(row.amount, payment.digits) ||
    wanted === shareOfRow(row, payment, booked, operations)
  if (refundId === undefined) {
    // A record that names neither is of all that is left; a refund that names neither pays first what is owed.
    if (wanted === undefined) return action === "refund" ? owed[0] : undefined
    return owed.find(isOf)
  }
  const row = owed.find(({ id }) => id === refundId)
  if (!row)
    throw invalid(
      `Refund ${refundId} is not owed: Medusa holds no such refund of payment ${payment.number}, or its money has gone back or is on its way.`,
    )
  if (wanted !== undefined && !isOf(row))
    throw invalid(`Refund ${refundId} is of ${row.amount}, not of ${String(amount)}: leave the amount out.`)
  return row
}

/** What goes back for an owed row, in minor units: what Medusa has returned before decides about its fraction. */
function shareOfRow(
  row: Row,
  payment: GatewayPayment,
  booked: HostPayment | undefined,
  operations: readonly Operation[],
): number {
  return shareOf(row.amount, enteredReturns(booked, operations), payment)
}

/** Whether the money was returned in the gateway's console. Left out it is: counted twice, nobody would notice. */
const isConsole = ({ action, how }: DecisionRequest): boolean => action === "record_refund" && how !== "other"

/** A return that the gateway told of, and that no person has recorded. */
const isListed = ({ outside, byHand, state }: Operation): boolean =>
  outside && byHand === null && state === "succeeded"

/** Money that was returned without this plugin: in the gateway's console, or by a bank transfer, say. Nothing is sent. */
async function recordByHand(
  leased: GatewayPayment,
  before: readonly Operation[],
  decision: Decision,
  deps: SettleDeps,
): Promise<void> {
  const payment = await recordListed(await askFirst(leased, before, deps), decision, deps)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const booked = await deps.host.payment(payment.sessionId)
  const row = meantRow(payment, decision, booked, operations)
  const share = row && shareOfRow(row, payment, booked, operations)
  const asked =
    share !== undefined && decision.amount === undefined
      ? { ...decision, amount: toMajor(share, payment.digits) }
      : decision
  if (isConsole(decision) && (await describeTold(payment, asked, operations, row, deps))) return
  await deps.ledger.operations.recordOutside(payment.id, {
    kind: "refund",
    number: `by-hand-${decision.id.slice(decision.id.indexOf("_") + 1)}`,
    // Of a row that rounds to nothing, nothing had to go back: that is all there is to say of it.
    amount: share === 0 ? 0 : amountOf(payment, asked, operations),
    message: decision.note,
    byHand: decision.how ?? "console",
    refundId: row?.id ?? null,
    medusaAmount: row?.amount ?? null,
    decisionId: decision.id,
  })
  await tally(payment, deps)
}

/** What the gateway lists of its console counts first: the person may have recorded the very same. */
async function recordListed(
  payment: GatewayPayment,
  decision: Decision,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (!isConsole(decision)) return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const foreign = await foreignReturns(payment, operations, deps)
  if (!foreign.length) return payment
  const recorded = await recordReturns(payment, operations, foreign, deps)
  if (decision.amount === undefined && decision.refundId === undefined)
    throw new PaymentProblem(
      "conflict",
      "changed",
      `${titleOf(deps.gateway.name)} has just told of a return that was not known here, and it has been recorded. Look at payment ${payment.number} again, and record what is missing.`,
    )
  return recorded
}

/** The gateway has told of this money before the person did: it is there, and counts once. */
async function describeTold(
  payment: GatewayPayment,
  { amount, id }: Pick<Decision, "amount" | "id">,
  operations: readonly Operation[],
  row: Row | undefined,
  deps: SettleDeps,
): Promise<boolean> {
  if (amount === undefined) return false
  const minor = minorOf(amount, payment.digits)
  const told = operations.find((one) => isListed(one) && one.amount === minor)
  if (!told) return false
  await deps.ledger.operations.describe(told.id, { names: [told.number], decisionId: id })
  const unbooked = await withoutRow([told], deps)
  if (row && unbooked.length)
    await deps.ledger.operations.assign(told.id, { refundId: row.id, medusaAmount: row.amount })
  return true
}

/** The operation that a person speaks of. Only what returns money and has no end yet can be decided. */
function operationOf(
  payment: GatewayPayment,
  { operationId, amount, action }: DecisionRequest,
  operations: readonly Operation[],
): Operation {
  if (operationId === undefined) throw invalid(`${action} needs operation_id: say which operation is meant.`)
  const operation = operations.find(({ id }) => id === operationId)
  if (!operation) throw invalid(`Payment ${payment.number} has no operation ${operationId}.`)
  if (operation.kind === "open" || operation.kind === "close")
    throw invalid(
      `Operation ${operationId} is a request to ${operation.kind} the payment, and returns no money: the gateway is asked about it by itself.`,
    )
  if (!isUnsettled(operation))
    throw invalid(
      `The ${named(payment, operation)} has ended (${operation.state}): there is nothing to decide about it.`,
    )
  if (isWaitingPayout(operation) && action === "did_not")
    throw invalid(
      `The ${named(payment, operation)} has not been sent: its money is still owed. Send the shopper a link. Or say that it went through, which ends the link, and return it another way then.`,
    )
  if (amount !== undefined && minorOf(amount, payment.digits) !== operation.amount)
    throw invalid(
      `The ${named(payment, operation)} is of that amount, not of ${amount}: leave the amount out.`,
    )
  return operation
}

/** A person has looked an operation in doubt up in the console. The gateway is asked once more: its word counts more. */
async function endOperation(
  payment: GatewayPayment,
  operations: readonly Operation[],
  decision: Decision,
  deps: SettleDeps,
): Promise<void> {
  const operation = operationOf(payment, decision, operations)
  const wentThrough = decision.action === "went_through"
  const said = await askOutcome(payment, operation, deps)
  if (operation.kind === "payout" && !wentThrough) await requireAbsent(payment, operation, deps)
  if (said && (said.kind === "succeeded") !== wentThrough) {
    await conclude(payment, operation, said, deps)
    throw new PaymentProblem(
      "conflict",
      "changed",
      `${titleOf(deps.gateway.name)} says now that the ${named(payment, operation)} ${wentThrough ? "failed" : "went through"}, and that was recorded. Your decision was not: look at the payment again.`,
    )
  }
  await deps.ledger.operations.conclude(operation.id, {
    state: wentThrough ? "succeeded" : "refused",
    reason: "by_hand",
    message: decision.note,
  })
  if (operation.kind === "payout") await deps.ledger.shopperPayouts.forgetEnded()
  if (!wentThrough && operation.state === "pending") await deps.emit("refund_failed", payment)
  await tally(payment, deps)
}

type Ended = Extract<Outcome<RefundRecord | ReversalRecord>, { kind: "succeeded" | "refused" }>

/** How it ended, where the gateway says so for certain. Only asks. */
async function askOutcome(
  payment: GatewayPayment,
  operation: Operation,
  deps: SettleDeps,
): Promise<Ended | undefined> {
  if (operation.kind === "payout") return askPayout(payment, operation, deps)
  if (operation.kind === "refund")
    return endOfAnswer(await deps.gateway.refundQuery(refundOrder(payment, operation, deps)))
  if (!operation.gatewayNo) return undefined
  return endOfAnswer(await deps.gateway.cancelQuery(orderRef(payment, deps), operation.gatewayNo))
}

/** A payout cannot be taken back, and none is made for it anew while the gateway may still carry it out. */
async function requireAbsent(
  payment: GatewayPayment,
  operation: Operation,
  { gateway }: SettleDeps,
): Promise<void> {
  const amount = money(operation.amount ?? 0, payment.currency)
  const answer = await gateway.shopperPayouts?.query({ number: operation.number, amount })
  if (answer?.kind === "refused" && answer.reason === "absent") return
  throw new PaymentProblem(
    "conflict",
    "operation_in_doubt",
    `${titleOf(gateway.name)} has not said that it knows nothing of the ${named(payment, operation)}: it may still go through. Nothing was recorded; ask again in some minutes.`,
  )
}

/** Only a success is an end that Ksher tells of a payout. */
async function askPayout(
  payment: GatewayPayment,
  operation: Operation,
  { gateway }: SettleDeps,
): Promise<Ended | undefined> {
  if (isWaitingPayout(operation) || !gateway.shopperPayouts) return undefined
  const amount = money(operation.amount ?? 0, payment.currency)
  const answer = await gateway.shopperPayouts.query({ number: operation.number, amount })
  if (answer.kind !== "succeeded") return undefined
  const record = {
    number: operation.number,
    amount,
    state: "succeeded" as const,
    gatewayNo: answer.value.gatewayNo,
  }
  return { kind: "succeeded", value: record }
}

function endOfAnswer(answer: Outcome<RefundRecord> | Outcome<ReversalRecord>): Ended | undefined {
  if (answer.kind === "succeeded") return answer.value.state === "succeeded" ? answer : undefined
  return answer.kind === "refused" && answer.reason === "declined" ? answer : undefined
}

/** The reason may have changed while this waited for its turn. */
async function dismissSeen(seen: GatewayPayment, payment: GatewayPayment, deps: SettleDeps): Promise<void> {
  if (!isSameAttention(seen, payment))
    throw new PaymentProblem(
      "conflict",
      "changed",
      `The reason to look at payment ${payment.number} has changed. Nothing was dismissed: look at it again.`,
    )
  await dismiss(payment, deps)
}

/** A person has looked into it: the same message, tried again, would call that person once more. */
async function endContradictions({ id }: GatewayPayment, deps: SettleDeps): Promise<void> {
  const { notifications } = deps.ledger
  const open = (await notifications.ofPayment(id)).filter(
    ({ result, code }) => result === "failed" && code === "paid_not_confirmed",
  )
  for (const notification of open) await notifications.finish(notification.id, { result: "acted" })
}

/**
 * Attention goes. Where a person decided that nothing more is to be done, that is kept; any other reason that still holds
 * raises it again.
 */
async function dismiss(payment: GatewayPayment, deps: SettleDeps): Promise<void> {
  const { payments } = deps.ledger
  const gone = withoutAttention(payment)
  if (payment.attentionCode === "contradiction") await endContradictions(payment, deps)
  switch (payment.attentionCode && dismissals[payment.attentionCode]) {
    case "closed":
      await payments.update(payment.id, gone)
      await payments.move(payment.id, "void", { settledBy: "outside" })
      return
    case "decided":
      await payments.update(payment.id, { ...gone, ...(await dismissedPatch(payment, deps)) })
      return
    case "failed":
      return giveUpMismatch(payment, deps)
    default: {
      const left = leftOut(payment, await deps.ledger.operations.ofPayment(payment.id))
      const dismissed = left.length ? { dismissed: [...payment.dismissed, ...left] } : {}
      await payments.update(payment.id, { ...gone, ...dismissed })
    }
  }
}

/** All that is owed now, and nothing that is asked for later. */
async function dismissedPatch(payment: GatewayPayment, deps: SettleDeps): Promise<PaymentPatch> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const booked = await deps.host.payment(payment.sessionId)
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  const owed = owedNow(payment, operations, isCaptured(booked) ? booked : undefined, order)
  if (!owed.length) return {}
  const dismissed = dismissing(payment, owed)
  const kept = dismissedAmount({ ...payment, dismissed }, operations)
  const isAll = payment.paidAmount - committedAmount(operations) <= kept
  return { dismissed, ...(isAll ? { settledBy: "outside" as const } : {}) }
}

/** It counts as failed, so nobody may pay it any more: it is closed at the gateway first. */
async function giveUpMismatch(payment: GatewayPayment, deps: SettleDeps): Promise<void> {
  const { payments } = deps.ledger
  const gone = withoutAttention(payment)
  const closable = isOpen(payment.state) && canClose(payment, deps)
  const closed = closable ? await closeAtGateway(payment, deps) : payment
  if (closable && isOpen(closed.state) && !(await isOver(payment, deps)))
    throw new PaymentProblem(
      "conflict",
      "close_not_confirmed",
      `${titleOf(deps.gateway.name)} has not confirmed that order ${payment.number} is closed: it may still be paid. Nothing was dismissed: try again in a moment, or close it in the gateway's console first.`,
    )
  await payments.update(payment.id, gone)
  // An open QR code that nobody can close is watched until it has lapsed.
  const nextCheckAt = isOpen(payment.state) && !closable ? after(deps, minute) : null
  if (closed.state !== "void") await payments.move(payment.id, "failed", { nextCheckAt })
}

/** The gateway refused to close it because it has an end already. */
async function isOver(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const last = operations.filter(({ kind }) => kind === "close").at(-1)
  return last?.state === "refused" && over.has(last.reason ?? "")
}

const over: ReadonlySet<string> = new Set(["already_paid", "already_closed", "already_refunded"])

/** What is to go back, in minor units; what is not left is refused. */
function amountOf(
  payment: GatewayPayment,
  asked: Pick<DecisionRequest, "amount">,
  operations: readonly Operation[],
): number {
  const left = payment.paidAmount - committedAmount(operations)
  const amount = asked.amount === undefined ? left : minorOf(asked.amount, payment.digits)
  if (amount > 0 && amount <= left) return amount
  throw invalid(
    `${formatMoney(money(Math.max(left, 0), payment.currency), payment.digits)} is left of payment ${payment.number}; ${asked.amount ?? "nothing"} cannot be returned.`,
  )
}

function minorOf(amount: string, digits: number): number {
  try {
    return toMinor(amount, digits)
  } catch (error) {
    throw invalid((error as Error).message)
  }
}

export const invalid = (message: string) => new PaymentProblem("invalid_data", "resolve_invalid", message)
