import { hasMoney, mayMove } from "../../../core"
import type { AttentionCode, Outcome, RefundRecord, ReversalRecord, SettledBy, Standing } from "../../../core"
import {
  awaitsDescription,
  isReversal,
  isUnfinished,
  isWaitingPayout,
  returnedAmount,
  returnedAtGateway,
  returns,
} from "../../ledger"
import type { GatewayPayment, Operation, Returned } from "../../ledger"
import { clear, raise, sumOf } from "../attention"
import type { Deps } from "../deps"
import { reload } from "../required"
import { matchDescriptions, unknownHere } from "../returns/listed"
import type { Listed } from "../returns/listed"
import { unsureRefusals } from "../returns/decide-doubt"
import { messageOfAnswer, orderRef, refundOrder } from "../order-ref"
import { day, sincePaid } from "../schedule"
import { decideStanding } from "./decide-standing"
import type { StandingStep } from "./decide-standing"
import { isLost, noteAnswer } from "./silence"

export interface Confirmation {
  payment: GatewayPayment
  /** `undefined`: the gateway gave no sure answer, and nothing was changed. */
  standing: Standing | undefined
  message?: string
}

/**
 * Asks the gateway what an order is and writes down what that proves. The only way money is believed (guarantee 4):
 * a notification, a return URL and a caller's word are reasons to ask, no more.
 */
export async function confirm(payment: GatewayPayment, deps: Deps): Promise<Confirmation> {
  const answer = await deps.gateway.query(orderRef(payment, deps))
  await noteAnswer(payment.id, answer, deps)
  if (answer.kind !== "succeeded") {
    const message = messageOfAnswer(answer, deps.gateway.name)
    return { payment, standing: undefined, message }
  }
  const answered = await clear(payment, ["unanswered"], deps)
  return { payment: await believe(answered, answer.value, deps), standing: answer.value }
}

/** What a standing proves, applied to the ledger. */
export async function believe(
  payment: GatewayPayment,
  standing: Standing,
  deps: Deps,
): Promise<GatewayPayment> {
  const step = decideStanding(payment, standing, deps.clock.now())
  const known = await write(step, payment, deps)
  if (step.do === "raise") return known
  if (standing.state === "paid") return recordPartReturns(known, deps)
  return returnedStates.has(standing.state) ? recordReturned(known, standing, deps) : known
}

async function write(step: StandingStep, payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  switch (step.do) {
    case "raise":
      return raise(payment, step.attention.code, step.attention.values, deps)
    case "call_paid":
      return clearMoved(await deps.ledger.payments.move(payment.id, step.to, step.patch), step, payment, deps)
    case "end": {
      const patch = step.to === "void" ? { settledBy: await endedBy(payment, deps) } : {}
      const moved = await deps.ledger.payments.move(payment.id, step.to, { ...patch, checks: 0 })
      return clearMoved(moved, step, payment, deps)
    }
    case "note":
      return clear(
        step.patch ? await deps.ledger.payments.update(payment.id, step.patch) : payment,
        step.clears,
        deps,
      )
  }
}

/** Whoever moved it first has settled what stood. */
const clearMoved = async (
  moved: GatewayPayment | undefined,
  { clears }: { clears: readonly AttentionCode[] },
  payment: GatewayPayment,
  deps: Deps,
): Promise<GatewayPayment> => (moved ? clear(moved, clears, deps) : reload(payment, deps))

/** Whether a close of ours ended it. One whose answer was lost, or came when the process had died, has its end by that. */
async function endedBy(payment: GatewayPayment, deps: Deps): Promise<"close" | "outside"> {
  const closes = (await deps.ledger.operations.ofPayment(payment.id)).filter(
    (operation) => operation.kind === "close",
  )
  for (const operation of closes) await deps.ledger.operations.conclude(operation.id, { state: "succeeded" })
  return closes.length ? "close" : "outside"
}

/**
 * Whether Ksher calls an order that was refunded in part REFUND or SUCCESS is not published, so its list is asked for: from a day
 * after the payment on, when the job looks for what was returned in the console.
 */
async function recordPartReturns(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  if (!hasMoney(payment.state) || payment.state === "refunded" || sincePaid(payment, deps) < day)
    return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  if (returns(operations).some(isUnfinished)) return payment
  const known = await learnUnsaid(payment, operations, deps)
  const foreign = await foreignReturns(known.payment, known.operations, deps)
  return recordReturns(known.payment, known.operations, foreign, deps)
}

/** Refunds that Ksher lists as done and this ledger does not hold. None where it does not say. */
export const foreignReturns = async (
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<Listed[]> => (await listForeign(payment, operations, deps)) ?? []

/** `undefined`: it does not say. */
async function listForeign(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<Listed[] | undefined> {
  if (!listsRefunds(payment, deps)) return undefined
  const listed = await deps.gateway.refundsOf(orderRef(payment, deps))
  return listed.kind === "succeeded" ? unknownHere(listed.value, operations) : undefined
}

const returnedStates: ReadonlySet<Standing["state"]> = new Set(["refunded", "reversed"])

/**
 * Neither gateway promises to refuse more than is left: before money goes back, what was returned in its console is looked
 * for. In the list of refunds, and where the gateway gives none, in what it says of the order.
 */
export async function learnReturns(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<Learned> {
  const { channel } = payment
  const { refund, paysOut } = deps.gateway.channelFacts(channel ?? undefined)
  const known = { payment, operations, isSure: true }
  // Nothing will be sent of it.
  if (!refund && !paysOut && !operations.some(isWaitingPayout)) return known
  const { learned, isSure } = listsRefunds(payment, deps)
    ? await learnListed(payment, operations, deps)
    : await learnOfOrder(payment, deps)
  return learned
    ? { payment: learned, operations: await deps.ledger.operations.ofPayment(payment.id), isSure }
    : { ...known, isSure }
}

/** `isSure`: the gateway has said what it knows. */
export interface Learned {
  payment: GatewayPayment
  operations: readonly Operation[]
  isSure: boolean
}

interface Answered {
  learned?: GatewayPayment
  isSure: boolean
}

async function learnListed(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<Answered> {
  const foreign = await listForeign(payment, operations, deps)
  if (!foreign?.length) return { isSure: foreign !== undefined }
  return { learned: await recordReturns(payment, operations, foreign, deps), isSure: true }
}

async function learnOfOrder(payment: GatewayPayment, deps: Deps): Promise<Answered> {
  const answer = await deps.gateway.query(orderRef(payment, deps))
  if (answer.kind !== "succeeded") return { isSure: false }
  const { state, amount } = answer.value
  if (!returnedStates.has(state))
    return { isSure: state === "paid" && (amount === undefined || amount.minor === payment.paidAmount) }
  const learned = await believe(payment, answer.value, deps)
  if (learned.returnedUnsaid || learned.state === "refunded") return { learned, isSure: true }
  // What this shop has returned explains it. Of a channel that only the console returns, there may be more than is known.
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const { refund } = deps.gateway.channelFacts(payment.channel ?? undefined)
  return { learned, isSure: refund && returnedAtGateway(operations) > 0 }
}

/** As `learnRefused`, of all refunds that no list of the gateway's would tell of. */
export const learnUnsaid = async (
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<LearnedRefused> => {
  const { refundQuery } = deps.gateway.channelFacts(payment.channel ?? undefined)
  const unsure = refundQuery && !listsRefunds(payment, deps) ? unsureRefusals(operations) : []
  return learnRefused(payment, unsure, operations, deps)
}

interface LearnedRefused {
  payment: GatewayPayment
  operations: readonly Operation[]
  /** The gateway was silent about this one, and was not asked about those after it. */
  unanswered: Operation | undefined
}

/** Asks about returns that count as refused, each by its number, and counts those that went through, or are on their way, after all. */
export async function learnRefused(
  payment: GatewayPayment,
  unsure: readonly Operation[],
  operations: readonly Operation[],
  deps: Deps,
): Promise<LearnedRefused> {
  const known = { payment, operations }
  for (const one of unsure) {
    // A payment is reversed once.
    if (one.kind === "cancel" && known.operations.some(isReversal)) continue
    const answer = await askRefused(payment, one, deps)
    // A host that takes no such question never will: the order says what became of it.
    if (one.kind === "cancel" && answer.kind === "unknown" && answer.unhandled) continue
    if (isLost(answer)) return { ...known, unanswered: one }
    // What a person has recorded of it would count beside it, until it has an end.
    const isRecorded = one.kind === "cancel" && known.operations.some(awaitsDescription)
    if (answer.kind === "pending" && !isRecorded)
      await deps.ledger.operations.wentBack(one.id, answer.kind, answer.value.gatewayNo)
    else if (answer.kind === "succeeded") known.payment = await countRefused(known, one, answer.value, deps)
    else if (staysRefused(one, answer, deps)) continue
    else return { ...known, unanswered: one }
    known.operations = await deps.ledger.operations.ofPayment(payment.id)
  }
  return { ...known, unanswered: undefined }
}

const askRefused = (
  payment: GatewayPayment,
  one: Operation,
  deps: Deps,
): Promise<Outcome<RefundRecord | ReversalRecord>> =>
  one.kind === "cancel"
    ? deps.gateway.cancelQuery(orderRef(payment, deps), one.gatewayNo ?? "")
    : deps.gateway.refundQuery(refundOrder(payment, one, deps))

async function countRefused(
  { payment, operations }: { payment: GatewayPayment; operations: readonly Operation[] },
  one: Operation,
  record: RefundRecord | ReversalRecord,
  deps: Deps,
): Promise<GatewayPayment> {
  if ("amount" in record) return recordReturns(payment, operations, [{ name: one.number, record }], deps)
  const name = record.gatewayNo || one.number
  if (operations.some(awaitsDescription))
    return (await recordReversed(payment, operations, name, deps)).payment
  await deps.ledger.operations.wentBack(one.id, "succeeded", record.gatewayNo)
  return tally(payment, deps)
}

/**
 * Of a reversal, what a person had recorded is described by it, and the rest is counted beside that. The rest is written first: a process
 * that dies in between leaves the right sum. `isNew`: it was not known.
 */
export async function recordReversed(
  payment: GatewayPayment,
  operations: readonly Operation[],
  gatewayNo: string,
  deps: Deps,
): Promise<{ payment: GatewayPayment; isNew: boolean }> {
  const recorded = operations.filter(awaitsDescription)
  const amount = payment.paidAmount - returnedAtGateway(operations)
  const record = { kind: "cancel" as const, number: gatewayNo, gatewayNo, amount }
  if (amount > 0) await deps.ledger.operations.recordOutside(payment.id, record)
  for (const { id } of recorded) await deps.ledger.operations.describe(id, { names: [gatewayNo] })
  if (amount <= 0) return { payment, isNew: recorded.length > 0 }
  return { payment: await tally(payment, deps), isNew: true }
}

/**
 * Whether it is left at that: the gateway says so, or knows the refund and does not say what became of it, where a person does. One that
 * answers with an error has said nothing.
 */
const staysRefused = (one: Operation, answer: Outcome<unknown>, { gateway }: Deps): boolean =>
  answer.kind === "refused" ||
  (one.reason === "by_hand" &&
    answer.kind === "unknown" &&
    Object.values(gateway.refundCodes ?? {}).includes(answer.code))

/** Whether the gateway says of the order that something of it went back, and nothing here explains it; and whether a list says so. */
export async function lookElsewhere(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<{ returnedElsewhere: boolean; isListed: boolean }> {
  if (listsRefunds(payment, deps)) {
    const foreign = await listForeign(payment, operations, deps)
    return { returnedElsewhere: !!foreign?.length, isListed: foreign !== undefined }
  }
  const answer = await deps.gateway.query(orderRef(payment, deps))
  const isTold = answer.kind === "succeeded" && returnedStates.has(answer.value.state)
  const returnedElsewhere = isTold && (answer.value.returned === "all" || returnedAtGateway(operations) === 0)
  return { returnedElsewhere, isListed: false }
}

export const listsRefunds = (payment: GatewayPayment, deps: Deps): boolean =>
  deps.gateway.listsRefunds && deps.gateway.channelFacts(payment.channel ?? undefined).refundQuery

/**
 * The gateway says money went back. What this ledger did not send was done in the gateway's console: it is recorded, so
 * that Medusa's books can follow. Operations in doubt are settled by their own query first, never from a total.
 */
async function recordReturned(
  payment: GatewayPayment,
  standing: Standing,
  deps: Deps,
): Promise<GatewayPayment> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  if (returns(operations).some(isUnfinished)) return payment
  if (standing.returned === "all" || standing.state === "reversed") {
    // What is explained already is not looked for among what counts as refused.
    const isExplained = returnedAtGateway(operations) >= payment.paidAmount
    const known = isExplained
      ? { payment, operations, unanswered: undefined }
      : await learnUnsaid(payment, operations, deps)
    if (known.unanswered || returns(known.operations).some(isUnfinished)) return known.payment
    return recordWholeReturn(known.payment, known.operations, standing, deps)
  }
  const listed = await deps.gateway.refundsOf(orderRef(payment, deps))
  if (listed.kind !== "succeeded") return reportUnlisted(payment, operations, listed, deps)
  const foreign = unknownHere(listed.value, operations)
  return clear(await recordReturns(payment, operations, foreign, deps), ["outside_unclear"], deps)
}

/**
 * What the gateway says was refunded counts, also where it, or a person, had said of a refund of ours that it was not. What a
 * person recorded as returned in the console counts once, whoever made it.
 */
export async function recordReturns(
  payment: GatewayPayment,
  operations: readonly Operation[],
  foreign: readonly Listed[],
  deps: Deps,
): Promise<GatewayPayment> {
  const ledger = deps.ledger.operations
  const oursOf = ({ name }: Listed) => operations.find((operation) => operation.number === name)
  const { descriptions, rest } = matchDescriptions(foreign, operations)
  for (const { operation, by } of descriptions)
    await ledger.describe(operation.id, {
      names: by.map(({ name }) => name),
      gatewayNo: by[0]?.record.gatewayNo,
    })
  for (const listed of rest) {
    const { name, record } = listed
    const ours = oursOf(listed)
    if (ours) await ledger.wentBack(ours.id, "succeeded", record.gatewayNo)
    else
      await ledger.recordOutside(payment.id, {
        kind: "refund",
        number: name,
        gatewayNo: record.gatewayNo,
        amount: record.amount.minor,
      })
  }
  return tally(payment, deps)
}

/** The ledger's own name for what a gateway says of a whole order, before it names the refund or the reversal that did it. */
export const namelessReturn = ({ number }: GatewayPayment): string => `outside-${number}`

async function recordWholeReturn(
  payment: GatewayPayment,
  operations: readonly Operation[],
  standing: Standing,
  deps: Deps,
): Promise<GatewayPayment> {
  const rest = payment.paidAmount - returnedAtGateway(operations)
  if (rest > 0)
    await deps.ledger.operations.recordOutside(payment.id, {
      kind: standing.state === "reversed" ? "cancel" : "refund",
      number: namelessReturn(payment),
      amount: rest,
    })
  return tally(payment, deps)
}

/** "Refunded", and no list to say how much (Ksher with Alipay): explained by our own refunds, or a case for a person. */
async function reportUnlisted(
  payment: GatewayPayment,
  operations: readonly Operation[],
  listed: Exclude<Outcome<unknown>, { kind: "succeeded" }>,
  deps: Deps,
): Promise<GatewayPayment> {
  if (returnedAtGateway(operations) > 0 || listed.kind !== "refused") return payment
  return raise(payment, "outside_unclear", { why: "amount_unsaid", order: payment.number }, deps)
}

/**
 * Brings state and returned amount in line with the operations that succeeded. Another process may count at the same
 * moment: whoever comes second reads again.
 */
export async function tally(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  let before = payment
  for (;;) {
    const after = counted(before, await deps.ledger.operations.ofPayment(payment.id))
    if (!after) return before
    const written = await deps.ledger.payments.countReturned(before, after)
    if (written) return reportOverReturned(written, deps)
    before = await reload(payment, deps)
  }
}

/** What a payment is by what its operations have returned; `undefined` where that is what it is already. Pure. */
export function counted(payment: GatewayPayment, operations: readonly Operation[]): Returned | undefined {
  const returned = returnedAmount(operations)
  if (returned === payment.refundedAmount || !hasMoney(payment.state)) return undefined
  const whole = returned >= payment.paidAmount
  const state = whole ? "refunded" : "partially_refunded"
  return {
    state: mayMove(payment.state, state) ? state : payment.state,
    refundedAmount: returned,
    settledBy: whole ? settledBy(operations) : payment.settledBy,
  }
}

function settledBy(operations: readonly Operation[]): SettledBy {
  const last = returns(operations)
    .filter((operation) => operation.state === "succeeded")
    .at(-1)
  return last?.outside ? "outside" : last?.kind === "cancel" ? "cancel" : "refund"
}

async function reportOverReturned(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  const { number, paidAmount, refundedAmount } = payment
  if (refundedAmount <= paidAmount) return payment
  const sums = { returned: sumOf(payment, refundedAmount), paid: sumOf(payment, paidAmount) }
  return raise(payment, "books_differ", { why: "returned_beyond", order: number, ...sums }, deps)
}
