import { isUnclear, money } from "../../../core"
import type {
  AttentionValues,
  Outcome,
  PayoutRecord,
  PayoutWait,
  ShopperPayouts,
  WaitingPayout,
} from "../../../core"
import {
  committedAmount,
  isMet,
  isToBeBooked,
  isUnanswered,
  isUnsettled,
  paidBefore,
  paidBeforeWords,
  returns,
} from "../../ledger"
import type { GatewayPayment, Operation, ShopperPayout } from "../../ledger"
import { requireOwnAccount } from "../accounts/account"
import { clear, raise, sumOf, toldWaits } from "../attention"
import type { Deps } from "../deps"
import { answeredReason, problemOf } from "../order-ref"
import { isLeftOut } from "../returns/dismissed"
import { learnReturns } from "../settling/confirm"
import { decidePayout, knowsNothing, lateToAsk, refusedBefore, triedAgain } from "./decide-payout"
import type { PayoutFacts, PayoutPicture, PayoutPolicy, PayoutRest, PayoutStep } from "./decide-payout"
import { unseal } from "./seal"

/** Whether what the payment's channel does not refund is paid out to an account that the shopper names. */
export const paysOut = (payment: GatewayPayment, { gateway, policy }: Deps): boolean =>
  policy.payouts !== undefined &&
  gateway.shopperPayouts?.currency === payment.currency &&
  gateway.channelFacts(payment.channel ?? undefined).paysOut

/** The most that is paid out at once, in minor units. */
export const mostPaidOut = ({ gateway }: Deps): number => gateway.shopperPayouts?.most ?? 0

/** Whether a refund of this amount waits until the shopper has named an account. */
export const asksShopper = (payment: GatewayPayment, amount: number, deps: Deps): boolean =>
  paysOut(payment, deps) &&
  !deps.gateway.channelFacts(payment.channel ?? undefined).refund &&
  amount <= mostPaidOut(deps)

/** Whether a person may end a refund that waits: nobody has booked it, the shopper has not answered, and nothing else owes the money. */
export const canBeTakenBack = (
  { capturedAt, unwanted }: Pick<GatewayPayment, "capturedAt" | "unwanted">,
  operation: Operation,
): boolean => isUnanswered(operation) && capturedAt !== null && unwanted === null

const mostTurns = 8

/** Brings the payouts of a payment as far as they come now. Call it inside the lease. */
export async function carryPayouts(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<{ payment: GatewayPayment; ended: boolean }> {
  const open = operations.filter((one) => one.kind === "payout" && isUnsettled(one))
  let known = payment
  const waits: { operation: Operation; why: PayoutWait }[] = []
  const late = await askLate(payment, operations, deps)
  let ended = late.ended
  for (const operation of open) {
    // The one before may be in doubt by now, or may have ended, and another one with it.
    const all = await deps.ledger.operations.ofPayment(payment.id)
    const now = all.find(({ id }) => id === operation.id)
    if (!now || !isUnsettled(now)) continue
    const carried = await carryPayout(known, now, all, factsOfLate(late, all), deps)
    known = carried.payment
    if (carried.ended) ended = true
    else if (carried.why) waits.push({ operation, why: carried.why })
  }
  const values = waitValues(
    waits.map(({ operation, why }) => ({
      why,
      number: operation.number,
      amount: sumOf(payment, operation.amount ?? 0),
    })),
    deps,
  )
  if (!values) return { payment: await clear(known, ["payout_waits"], deps), ended }
  return { payment: await raise(known, "payout_waits", values, deps), ended }
}

/** What is told of payouts that wait for a person; `undefined`: none does. */
function waitValues(
  [first, ...others]: readonly WaitingPayout[],
  { gateway }: Pick<Deps, "gateway">,
): AttentionValues["payout_waits"] | undefined {
  return first && { ...first, gateway: gateway.name, ...(others.length ? { others } : {}) }
}

/** A refund has begun to wait for the shopper, beside those that wait already: nobody can name an account yet. */
export async function raiseUnasked(
  payment: GatewayPayment,
  { number, amount }: Pick<Operation, "number" | "amount">,
  deps: Deps,
): Promise<void> {
  const unasked = { why: "no_link", number, amount: sumOf(payment, amount ?? 0) } as const
  const values = waitValues([...toldWaits(payment), unasked], deps)
  if (values) await raise(payment, "payout_waits", values, deps)
}

/** What asking about payouts that had counted as refused has come to, in this look. */
interface Late {
  asked: ReadonlySet<string>
  isSure: boolean
  ended: boolean
}

/** Money that went back counts, also beside a payout that was made in the place of that one. */
async function askLate(payment: GatewayPayment, operations: readonly Operation[], deps: Deps): Promise<Late> {
  const rail = deps.gateway.shopperPayouts
  const late = rail ? lateToAsk(operations, deps.clock.now()) : []
  let isSure = true
  let ended = false
  if (!rail || !late.length) return { asked: new Set(), isSure, ended }
  requireOwnAccount(payment, deps)
  for (const earlier of late) {
    const asked = await askAbout(earlier, payment, rail)
    if (asked.kind === "succeeded") {
      await book(earlier, asked.value, "asking", deps)
      ended = true
    } else if (!knowsNothing(asked)) isSure = false
  }
  return { asked: new Set(late.map(({ id }) => id)), isSure, ended }
}

/** Whoever has just been asked is not asked again before another is sent. */
const factsOfLate = ({ asked, isSure }: Late, operations: readonly Operation[]): PayoutFacts => {
  const earlier = refusedBefore(operations)
  if (!earlier.length || !earlier.every(({ id }) => asked.has(id))) return {}
  return { earlierAsked: isSure ? "none" : "unsure" }
}

const askAbout = (
  { number, amount }: Operation,
  { currency }: GatewayPayment,
  rail: ShopperPayouts,
): Promise<Outcome<PayoutRecord>> => rail.query({ number, amount: money(amount ?? 0, currency) })

/** What was sent is still asked about, and what waits is a case for a person. */
const switchedOff: PayoutPolicy = {
  keys: [],
  maxAmount: 0,
  release: "by_admin",
  sendAgain: false,
  linkHours: 0,
}

interface Known {
  payment: GatewayPayment
  operations: readonly Operation[]
  operation: Operation
  row: ShopperPayout
  rail: ShopperPayouts
  policy: PayoutPolicy
}

/** How far it has come. `why`: what it waits for, where a person is told; absent: for something else. */
interface Carried {
  payment: GatewayPayment
  ended?: true
  why?: PayoutWait | undefined
}

async function carryPayout(
  payment: GatewayPayment,
  operation: Operation,
  operations: readonly Operation[],
  read: PayoutFacts,
  deps: Deps,
): Promise<Carried> {
  requireOwnAccount(payment, deps)
  const rail = deps.gateway.shopperPayouts
  const policy = deps.policy.payouts ?? switchedOff
  const row = await deps.ledger.shopperPayouts.of(operation.id)
  if (!rail || !row) return { payment }
  let known: Known = { payment, operations, operation, row, rail, policy }
  let facts = read
  for (let turn = 0; turn < mostTurns; turn++) {
    const step = decidePayout(pictureOf(known, facts, deps))
    if (step.do === "rest") return { payment: known.payment, why: step.for ?? whyBefore(step, known) }
    const done = await perform(step, known, facts, deps)
    if (done === "ended") return { payment: known.payment, ended: true }
    if (done === "gone") return { payment: known.payment }
    if ("why" in done) return { payment: known.payment, why: done.why }
    known = { ...known, ...done }
    facts = done.facts
  }
  throw new Error(`Payout ${operation.id} came to no end within ${mostTurns} turns.`)
}

/** What a person was told of it before, and what nothing has looked into since. */
function whyBefore({ stays }: PayoutRest, { payment, operation }: Known): PayoutWait | undefined {
  const told = stays && toldWaits(payment).find(({ number }) => number === operation.number)
  return told && triedAgain.has(told.why) ? told.why : undefined
}

function pictureOf(
  { payment, operations, operation, row, rail, policy }: Known,
  facts: PayoutFacts,
  deps: Deps,
): PayoutPicture {
  return {
    operation,
    row,
    isOn: deps.policy.payouts !== undefined,
    paysOut: deps.gateway.channelFacts(payment.channel ?? undefined).paysOut,
    hasEarlier: refusedBefore(operations).length > 0,
    absentSince: operation.asked?.code === rail.absentCode ? operation.asked.at : null,
    // What a person left out of Medusa's books, nobody books any more.
    toBeBooked: payment.capturedAt !== null && isToBeBooked(operation) && !isLeftOut(payment, operation.id),
    readable: row.sealed !== null && unseal(row.sealed, row.operationId, policy.keys) !== undefined,
    left: payment.returnedUnsaid ? -1 : payment.paidAmount - committedAmount(operations),
    doubtBeside: returns(operations).some((one) => one.id !== operation.id && isUnclear(one.state)),
    isMet: isMet(
      operation,
      operations.filter(({ refundId }) => refundId !== null && refundId === operation.refundId),
    ),
    policy,
    now: deps.clock.now(),
    facts,
    onlyAsks: deps.onlyAsks ?? false,
  }
}

type Learned = Partial<Pick<Known, "payment" | "operations" | "operation">> & { facts: PayoutFacts }
type Done = Learned | { why: PayoutWait } | "ended" | "gone"

async function perform(
  step: Exclude<PayoutStep, { do: "rest" }>,
  known: Known,
  facts: PayoutFacts,
  deps: Deps,
): Promise<Done> {
  const { payment, operations, operation, rail } = known
  switch (step.do) {
    case "ask_earlier":
      return askEarlier(known, facts, deps)
    case "look_for_returns": {
      const { isSure, ...learned } = await learnReturns(payment, operations, deps)
      return { ...learned, facts: { ...facts, returnsLookedFor: isSure ? "sure" : "unsure" } }
    }
    case "read_balance":
      return { facts: { ...facts, balance: await rail.balance() } }
    case "ask":
      return ask(known, facts, deps)
    case "send":
      return send(known, facts, deps)
    case "book":
      return book(operation, step.record, step.by, deps)
    case "wait_for_balance":
      await deps.ledger.operations.unsendPayout(operation.id, step.code, step.message)
      return { why: "balance" }
    case "refuse":
      await deps.ledger.operations.conclude(operation.id, {
        state: "refused",
        ...{ reason: step.reason, code: step.code, message: step.message },
      })
      await deps.ledger.shopperPayouts.forgetEnded()
      await deps.emit("refund_failed", known.payment)
      return "ended"
    case "end":
      await deps.ledger.operations.conclude(operation.id, {
        state: "not_sent",
        ...{ reason: paidBefore, message: paidBeforeWords },
      })
      await deps.ledger.shopperPayouts.forgetEnded()
      return "ended"
  }
}

/** Before another payout is sent: what counts as refused may have gone through after all, and the money is not owed then. */
async function askEarlier(
  { payment, operations, rail }: Known,
  facts: PayoutFacts,
  deps: Deps,
): Promise<Done> {
  let isSure = true
  for (const earlier of refusedBefore(operations)) {
    const asked = await askAbout(earlier, payment, rail)
    // What is owed is another sum from then on: the next look begins anew.
    if (asked.kind === "succeeded") return book(earlier, asked.value, "asking", deps)
    if (!knowsNothing(asked)) isSure = false
  }
  return { facts: { ...facts, earlierAsked: isSure ? "none" : "unsure" } }
}

async function ask({ payment, operation, rail }: Known, facts: PayoutFacts, deps: Deps): Promise<Done> {
  const asked = await askAbout(operation, payment, rail)
  const next = { facts: { ...facts, asked } }
  if (asked.kind === "succeeded" || saysAsBefore(asked, operation)) return next
  // An absence is no end of its own: what the operation came to stays what sending it came to.
  const learned = await deps.ledger.operations.learn(operation.id, { state: "unknown", ...problemOf(asked) })
  if (!learned) return next
  // Of one that waits, `sendPayout` compares when it was written last; of one in doubt, the time of its attempt counts.
  const updatedAt = operation.state === "pending" ? learned.updatedAt : operation.updatedAt
  return { ...next, operation: { ...operation, asked: learned.asked, updatedAt } }
}

/** That Ksher knows no such payout is kept with the time when it said so first: how long it has said so decides. */
const saysAsBefore = (said: Outcome<unknown>, { reason, asked }: Operation): boolean =>
  reason === answeredReason &&
  said.kind === "refused" &&
  said.reason === "absent" &&
  asked?.code === said.code

/** Written, sent once, written. */
async function send(known: Known, facts: PayoutFacts, deps: Deps): Promise<Done> {
  const { payment, operation, row, rail, policy } = known
  const { sealed } = row
  const receiver = sealed === null ? undefined : unseal(sealed, row.operationId, policy.keys)
  if (sealed === null || !receiver) return "gone"
  const written = isUnclear(operation.state)
    ? await deps.ledger.operations.again(operation.id)
    : await deps.ledger.operations.sendPayout(operation.id, sealed, operation.updatedAt)
  if (!written) return "gone"
  const { number, amount } = written
  const sent = await rail.send({ number, amount: money(amount ?? 0, payment.currency), receiver })
  if (sent.kind === "not_sent") {
    if (written.attempts === 1) await deps.ledger.operations.unsendPayout(written.id, sent.code, sent.message)
    return { operation: written, facts: { ...facts, sent } }
  }
  if (sent.kind !== "unknown") return { operation: written, facts: { ...facts, sent } }
  const concluded = await deps.ledger.operations.conclude(written.id, {
    state: "unknown",
    ...problemOf(sent),
  })
  const { asked: _before, ...kept } = facts
  return { operation: concluded ?? written, facts: kept }
}

async function book(
  operation: Operation,
  { gatewayNo, fee }: PayoutRecord,
  by: "asking" | "sending",
  deps: Deps,
): Promise<Done> {
  await deps.ledger.operations.paidOut(operation.id, gatewayNo, by === "asking")
  if (fee !== null) await deps.ledger.shopperPayouts.noteFee(operation.id, fee)
  await deps.ledger.shopperPayouts.forgetEnded()
  return "ended"
}
