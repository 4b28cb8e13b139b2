import { isUnclear, money } from "../../../core"
import type { PayoutRecord, PayoutWait, ShopperPayouts } from "../../../core"
import { committedAmount, isUnsettled, returns } from "../../ledger"
import type { GatewayPayment, Operation, ShopperPayout } from "../../ledger"
import { requireOwnAccount } from "../accounts/account"
import { clear, raise, sumOf } from "../attention"
import type { Deps } from "../deps"
import { problemOf } from "../order-ref"
import { decidePayout } from "./decide-payout"
import type { PayoutFacts, PayoutPicture, PayoutPolicy, PayoutStep } from "./decide-payout"
import { unseal } from "./seal"

/** Whether what the payment's channel does not refund is paid out to an account that the shopper names. */
export const paysOut = (payment: GatewayPayment, { gateway, policy }: Deps): boolean =>
  policy.payouts !== undefined && gateway.shopperPayouts?.currency === payment.currency

/** The most that is paid out at once, in minor units. */
export const mostPaidOut = ({ gateway }: Deps): number => gateway.shopperPayouts?.most ?? 0

const mostTurns = 8

/** Brings the payouts of a payment as far as they come now. Call it inside the lease. */
export async function carryPayouts(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Deps,
): Promise<{ payment: GatewayPayment; ended: boolean }> {
  const open = operations.filter((one) => one.kind === "payout" && isUnsettled(one))
  if (!open.length) return { payment, ended: false }
  const waits: { operation: Operation; why: PayoutWait }[] = []
  let ended = false
  for (const operation of open) {
    // The one before may be in doubt by now, or may have ended.
    const all = await deps.ledger.operations.ofPayment(payment.id)
    const done = await carryPayout(payment, operation, all, deps)
    if (done === "ended") ended = true
    else if (done) waits.push({ operation, why: done })
  }
  const [first] = waits
  if (!first) return { payment: await clear(payment, ["payout_waits"], deps), ended }
  const { number, amount } = first.operation
  const values = { why: first.why, number, amount: sumOf(payment, amount ?? 0), gateway: deps.gateway.name }
  return { payment: await raise(payment, "payout_waits", values, deps), ended }
}

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
  operation: Operation
  row: ShopperPayout
  rail: ShopperPayouts
  policy: PayoutPolicy
}

/** What it waits for, where that is a person; `undefined`: for something else. */
async function carryPayout(
  payment: GatewayPayment,
  first: Operation,
  operations: readonly Operation[],
  deps: Deps,
): Promise<PayoutWait | "ended" | undefined> {
  requireOwnAccount(payment, deps)
  const rail = deps.gateway.shopperPayouts
  const policy = deps.policy.payouts ?? switchedOff
  const row = await deps.ledger.shopperPayouts.of(first.id)
  if (!rail || !row) return undefined
  let operation = first
  let facts: PayoutFacts = {}
  for (let turn = 0; turn < mostTurns; turn++) {
    const known = { payment, operation, row, rail, policy }
    const step = decidePayout(pictureOf(known, operations, facts, deps))
    if (step.do === "rest") return step.for
    const done = await perform(step, known, facts, deps)
    if (done === "ended" || done === "gone") return done === "ended" ? "ended" : undefined
    operation = done.operation
    facts = done.facts
  }
  throw new Error(`Payout ${first.id} came to no end within ${mostTurns} turns.`)
}

function pictureOf(
  { payment, operation, row, policy }: Known,
  operations: readonly Operation[],
  facts: PayoutFacts,
  deps: Deps,
): PayoutPicture {
  return {
    operation,
    row,
    readable: row.sealed !== null && unseal(row.sealed, row.operationId, policy.keys) !== undefined,
    left: payment.returnedUnsaid ? -1 : payment.paidAmount - committedAmount(operations),
    doubtBeside: returns(operations).some((one) => one.id !== operation.id && isUnclear(one.state)),
    policy,
    now: deps.clock.now(),
    facts,
    onlyAsks: deps.onlyAsks ?? false,
  }
}

type Done = { operation: Operation; facts: PayoutFacts } | "ended" | "gone"

async function perform(
  step: Exclude<PayoutStep, { do: "rest" }>,
  known: Known,
  facts: PayoutFacts,
  deps: Deps,
): Promise<Done> {
  const { operation, rail } = known
  switch (step.do) {
    case "read_balance":
      return { operation, facts: { ...facts, balance: await rail.balance() } }
    case "ask":
      return ask(known, facts, deps)
    case "send":
      return send(known, facts, deps)
    case "book":
      return book(operation, step.record, step.by, deps)
    case "refuse":
      await deps.ledger.operations.conclude(operation.id, {
        state: "refused",
        ...{ reason: step.reason, code: step.code, message: step.message },
      })
      await deps.ledger.shopperPayouts.forgetEnded()
      await deps.emit("refund_failed", known.payment)
      return "ended"
  }
}

async function ask({ payment, operation, rail }: Known, facts: PayoutFacts, deps: Deps): Promise<Done> {
  const { number, amount } = operation
  const asked = await rail.query({ number, amount: money(amount ?? 0, payment.currency) })
  if (asked.kind === "succeeded") return { operation, facts: { ...facts, asked } }
  // An absence is no end of its own: what the operation came to stays what sending it came to.
  const learned = await deps.ledger.operations.learn(operation.id, { state: "unknown", ...problemOf(asked) })
  return {
    operation: learned ? { ...operation, asked: learned.asked } : operation,
    facts: { ...facts, asked },
  }
}

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
  const end = { state: "succeeded" as const, gatewayNo }
  if (by === "asking") await deps.ledger.operations.learn(operation.id, end)
  else await deps.ledger.operations.conclude(operation.id, end)
  if (fee !== null) await deps.ledger.shopperPayouts.noteFee(operation.id, fee)
  await deps.ledger.shopperPayouts.forgetEnded()
  return "ended"
}
