import {
  PaymentProblem,
  dismissals,
  formatMoney,
  hasMoney,
  isOpen,
  isUnclear,
  lessMajor,
  money,
  roundToMinor,
  titleOf,
  toMajor,
  toMinor,
} from "../../../core"
import { committedAmount, isDone, isUnfinished, isUnsettled, isWaitingPayout, returns } from "../../ledger"
import type { Decision, DecisionRequest, GatewayPayment, Operation, PaymentPatch } from "../../ledger"
import { isSameAttention, withoutAttention } from "../attention"
import { bookReturns } from "../settling/book-returns"
import { orderIdOf } from "../orders/cancelled-order"
import { isCaptured } from "../settling/decide-capture"
import { enteredReturns, unmatchedRows } from "../returns/refund-rows"
import { foreignReturns, learnUnsaid, recordReturns, tally } from "../settling/confirm"
import type { SettleDeps } from "../deps"
import { dismissedAmount, heldBy, leavingOwed, leftOut } from "../returns/dismissed"
import { refuseUnenterable } from "../orders/enterable"
import type { HostPayment } from "../host"
import { reload } from "../required"
import { withLease } from "../lease"
import type { ReturnOutcome } from "../returns/decide-doubt"
import { conclude, findOutcome, settleOperations } from "../returns/outcomes"
import { refundOrder } from "../order-ref"
import { withoutRow, refund } from "../refund"
import { after, minute, mostReturnTries, mostTries } from "../schedule"
import { shareOf, withFraction } from "../returns/rounding"
import { knowsNothing } from "../shopper-payouts/decide-payout"
import { canClose, closeAtGateway } from "../settling/close"
import { asksShopper } from "../shopper-payouts/carry-payout"

/**
 * Does what a person decided. `seen`: the operations that were there when the decision was written down. Throws a `PaymentProblem` where
 * nothing was done, or where it is in doubt.
 */
export async function carryOut(
  payment: GatewayPayment,
  decision: Decision,
  seen: readonly Operation[],
  deps: SettleDeps,
): Promise<void> {
  switch (decision.action) {
    case "refund":
      await refundByHand(payment, decision, seen, deps)
      return forget(payment, deps)
    case "record_refund":
      await withLease(payment.id, deps, (leased, held, operations) =>
        recordByHand(leased, operations, decision, seen, held),
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

/** Refuses what makes no sense, before it is written down: the person may correct it. Else the operations that are there. */
export async function refuseAtOnce(
  payment: GatewayPayment,
  asked: DecisionRequest,
  deps: SettleDeps,
): Promise<readonly Operation[]> {
  refuseForeignFields(asked)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  await refuseSenseless(payment, asked, operations, deps)
  return operations
}

async function refuseSenseless(
  payment: GatewayPayment,
  asked: DecisionRequest,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<void> {
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
  went_through: ["operationId", "amount", "how"],
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
  if (returns(operations).some(isUnfinished)) return
  if (row && (asked.action === "refund" || asked.amount === undefined)) return
  if (isConsole(asked) && toldOf(operations, asked.amount, payment.digits).length) return
  amountOf(payment, asked, operations)
}

/** Booked by Medusa where it holds a capture, sent at the gateway alone where it never took the money. */
async function refundByHand(
  { id }: GatewayPayment,
  decision: Decision,
  seen: readonly Operation[],
  deps: SettleDeps,
): Promise<void> {
  const payment = await withLease(id, deps, async (leased, held, operations) => {
    const asked = await askFirst(leased, operations, held)
    refuseOvertaken(asked, seen, operations)
    return asked
  })
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
    const left = payment.paidAmount - committedAmount(operations)
    // The job may be returning just that: whoever comes second finds nothing owed.
    const isOwed = amount === left - dismissedAmount(payment, operations)
    const wanted = decision.amount === undefined ? "rest" : isOwed ? "owed" : amount
    await refund({ of, amount: wanted, refundId: null }, deps)
    return
  }
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  // Medusa would be handed a refund that it does not know yet for this one, and nothing would be sent.
  if (!(await bookReturns(payment, order, deps))) throw notEntered(payment)
  const unbooked = await withoutRow(returns(operations).filter(isDone), operations, deps)
  // Until the shopper has named an account it can be taken back: Medusa books it then.
  if (asksShopper(payment, amount, deps) && amount <= heldBy(booked, unbooked, payment)) {
    await refund({ of, amount, refundId: null }, deps)
    return
  }
  const major = withFraction(toMajor(amount, payment.digits), booked, payment)
  await deps.host.refund(booked, order, major, decision)
}

/** Whoever held the payment until now may have returned the very same money, or found out that it has gone back. */
function refuseOvertaken(
  payment: GatewayPayment,
  seen: readonly Operation[],
  now: readonly Operation[],
): void {
  const before = new Set(seen.filter(isDone).map(({ id }) => id))
  const made = returns(now).find((one) => isDone(one) && !before.has(one.id))
  if (!made) return
  throw new PaymentProblem(
    "conflict",
    "changed",
    `In the same moment, ${named(payment, made)} was made or learnt of. Nothing was sent for this one: look at the payment again, and repeat it if it is wanted as well.`,
  )
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
  // What was accepted counted before as well.
  const uncounted = new Set(
    operations.filter((one) => !isDone(one) && one.state !== "pending").map(({ id }) => id),
  )
  const found = made.find((one) => isDone(one) && uncounted.has(one.id))
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
  seen: readonly Operation[],
  deps: SettleDeps,
): Promise<void> {
  refuseOvertaken(leased, seen, before)
  const listed = await recordListed(await askFirst(leased, before, deps), decision, deps)
  const { payment } = listed
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const booked = await deps.host.payment(payment.sessionId)
  const row = meantRow(payment, decision, booked, operations)
  const share = row && shareOfRow(row, payment, booked, operations)
  const asked =
    share !== undefined && decision.amount === undefined
      ? { ...decision, amount: toMajor(share, payment.digits) }
      : decision
  const told = isConsole(decision) ? await toldFor(payment, asked, operations, row, deps) : []
  // It is there, and counts once.
  if (told.length)
    return deps.ledger.operations.describeTold(decision.id, row ? shared(told, row, payment.digits) : told)
  // Whether that is a part of what the person has seen, only that person knows.
  if (listed.isNew) throw justTold(payment, deps)
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
): Promise<{ payment: GatewayPayment; isNew: boolean }> {
  if (!isConsole(decision)) return { payment, isNew: false }
  const before = await deps.ledger.operations.ofPayment(payment.id)
  const { payment: asked, operations } = await learnUnsaid(payment, before, deps)
  const foreign = await foreignReturns(asked, operations, deps)
  const recorded = foreign.length ? await recordReturns(asked, operations, foreign, deps) : asked
  const refused = new Set(before.filter(({ state }) => state === "refused").map(({ id }) => id))
  const now = await deps.ledger.operations.ofPayment(payment.id)
  // One of ours, which is what the person has seen in the console.
  const own = now.find((one) => isDone(one) && refused.has(one.id))
  if (own) throw foundDone(recorded, own, deps)
  if (foreign.length && decision.amount === undefined && decision.refundId === undefined)
    throw justTold(payment, deps)
  const known = new Set(before.map(({ id }) => id))
  return { payment: recorded, isNew: now.some((one) => isListed(one) && !known.has(one.id)) }
}

const justTold = ({ number }: GatewayPayment, deps: SettleDeps) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `${titleOf(deps.gateway.name)} has just told of a return that was not known here, and it has been recorded. Look at payment ${number} again, and record what is missing.`,
  )

/**
 * What the gateway has told of this amount, and no person has recorded: one return, or the latest ones, where that is their sum. Older ones
 * are of another story.
 */
function toldOf(
  operations: readonly Operation[],
  amount: string | undefined,
  digits: number,
): readonly Operation[] {
  if (amount === undefined) return []
  const minor = minorOf(amount, digits)
  const told = operations.filter(isListed)
  const one = told.find((each) => each.amount === minor)
  if (one) return [one]
  const parts = told.map((_, at) => told.slice(at))
  return parts.find((some) => some.reduce((sum, each) => sum + (each.amount ?? 0), 0) === minor) ?? []
}

/** For a refund that Medusa holds, only what it has not entered as another one. What it entered since may be the same money. */
async function toldFor(
  payment: GatewayPayment,
  { amount }: Pick<Decision, "amount">,
  operations: readonly Operation[],
  row: Row | undefined,
  deps: SettleDeps,
): Promise<readonly Operation[]> {
  if (!row) return toldOf(operations, amount, payment.digits)
  const listed = operations.filter(isListed)
  const free = toldOf(await withoutRow(listed, operations, deps), amount, payment.digits)
  if (free.length) return free
  const since = listed.filter(({ createdAt }) => createdAt >= row.createdAt)
  if (toldOf(since, amount, payment.digits).length) throw bookedOtherwise(payment, row.id)
  return []
}

/** The parts of one row of Medusa's add up to it, with its fraction. */
function shared(told: readonly Operation[], row: Row, digits: number) {
  let rest = row.amount
  return told.map(({ id, number, amount }, at) => {
    const medusaAmount = at === told.length - 1 ? rest : toMajor(amount ?? 0, digits)
    rest = lessMajor(rest, medusaAmount)
    return { id, number, row: { refundId: row.id, medusaAmount } }
  })
}

const bookedOtherwise = ({ number }: GatewayPayment, refundId: string) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `What the gateway has told of payment ${number} is in Medusa's books already, under another refund than ${refundId}, which is owed besides. Nothing was recorded. If it is the same money, dismiss what is owed.`,
  )

/** The operation that a person speaks of. Only what returns money and has no end yet can be decided. */
function operationOf(
  payment: GatewayPayment,
  { operationId, amount, action, how }: DecisionRequest,
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
  if (how !== undefined && !isWaitingPayout(operation))
    throw invalid(`how means nothing for the ${named(payment, operation)}, which was sent: leave it out.`)
  // Taken for this refund, what went back in the console would count no more, and the same money could be sent again.
  if (how === undefined && isWaitingPayout(operation) && payment.returnedUnsaid)
    throw invalid(
      `Something of payment ${payment.number} was returned in the gateway's console. Say how the ${named(payment, operation)} was returned: how is console where that was it, and other where you returned it another way. Nothing was recorded.`,
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
  const step = decideWord(wentThrough, said, operation)
  if (step.do === "contradict") {
    await conclude(payment, operation, step.said, deps)
    if (operation.kind === "payout") await deps.ledger.shopperPayouts.forgetEnded()
    throw new PaymentProblem(
      "conflict",
      "changed",
      `${titleOf(deps.gateway.name)} says now that the ${named(payment, operation)} ${step.said.kind === "refused" ? "failed" : "went through"}, and that was recorded. Your decision was not: look at the payment again.`,
    )
  }
  await deps.ledger.operations.conclude(operation.id, {
    state: step.state,
    reason: "by_hand",
    message: decision.note,
    // Of what went back in the console, this payout may be what the gateway tells of later: it counts once.
    byHand: decision.how === "other" ? "other" : undefined,
  })
  if (operation.kind === "payout") await endPayout(payment, operation, decision, deps)
  if (!wentThrough && operation.state === "pending") await deps.emit("refund_failed", payment)
  await tally(payment, deps)
}

/** Its account is forgotten. Where it went back in the console, this explains what the gateway says of the order. */
async function endPayout(
  payment: GatewayPayment,
  operation: Operation,
  { how }: DecisionRequest,
  deps: SettleDeps,
): Promise<void> {
  await deps.ledger.shopperPayouts.forgetEnded()
  if (how !== "console") return
  await deps.ledger.operations.describe(operation.id, { names: [] })
  if (!payment.returnedUnsaid) return
  const stands = payment.attentionCode === "outside_unclear" ? withoutAttention(payment) : {}
  await deps.ledger.payments.update(payment.id, { ...stands, returnedUnsaid: false })
}

type WordStep =
  /** The gateway knows better, and its end is written down. */
  { do: "contradict"; said: Ended } | { do: "conclude"; state: "succeeded" | "refused" }

/**
 * What a person's word about an operation in doubt comes to, beside what the gateway has just said for certain. Of a payout that waits
 * again, it went through another way: that the gateway made it too is another fact. Pure.
 */
export function decideWord(
  wentThrough: boolean,
  said: Ended | undefined,
  operation: Pick<Operation, "kind" | "state">,
): WordStep {
  if (said && (isWaitingPayout(operation) || (said.kind === "succeeded") !== wentThrough))
    return { do: "contradict", said }
  return { do: "conclude", state: wentThrough ? "succeeded" : "refused" }
}

type Ended = Extract<ReturnOutcome, { kind: "succeeded" | "refused" }>

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
  return endOfAnswer((await findOutcome(payment, operation, { ...deps, onlyAsks: true })).outcome)
}

/** A payout cannot be taken back, and none is made for it anew while the gateway may still carry it out. */
async function requireAbsent(
  payment: GatewayPayment,
  operation: Operation,
  { gateway }: SettleDeps,
): Promise<void> {
  const amount = money(operation.amount ?? 0, payment.currency)
  const answer = await gateway.shopperPayouts?.query({ number: operation.number, amount })
  if (answer && knowsNothing(answer)) return
  throw new PaymentProblem(
    "conflict",
    "operation_in_doubt",
    `${titleOf(gateway.name)} has not said that it knows nothing of the ${named(payment, operation)}: it may still go through. Nothing was recorded; ask again in some minutes.`,
  )
}

/** Only a success is an end that Ksher tells of a payout. What waits and was never sent, it cannot know. */
async function askPayout(
  payment: GatewayPayment,
  operation: Operation,
  { gateway }: SettleDeps,
): Promise<Ended | undefined> {
  const wasNeverSent = isWaitingPayout(operation) && operation.sentAt === null
  if (wasNeverSent || !gateway.shopperPayouts) return undefined
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

function endOfAnswer(answer: ReturnOutcome): Ended | undefined {
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

/** A person has looked into them: the same message, tried again, would call that person once more. */
async function endMessages(
  { id, attentionCode, attentionValues: values }: GatewayPayment,
  deps: SettleDeps,
): Promise<void> {
  const { notifications } = deps.ledger
  // Sent again, it is acted on again. Of another return that cannot be acted on, that person was not told here.
  if (attentionCode === "notification_failed" && values && "tries" in values)
    await notifications.giveUp(id, values.number, { from: mostTries, to: mostReturnTries })
  if (attentionCode !== "contradiction") return
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
  await endMessages(payment, deps)
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
  return leavingOwed(payment, operations, isCaptured(booked) ? booked : undefined, order)
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
