import { createHash } from "node:crypto"

import { PaymentProblem, isUnclear, problemCodes, toMinor } from "../../../core"
import type { ProblemCode } from "../../../core"
import { isDone, returns } from "../../ledger"
import type { Decision, DecisionAnswer, DecisionRequest, GatewayPayment, Operation } from "../../ledger"
import { logLine } from "../../observability"
import { deciding } from "./deciding"
import type { SettleDeps } from "../deps"
import { required } from "../required"
import { carryOut, inDoubt, invalid, refuseAtOnce } from "./carry-out"
import { after, leaseMs, minute } from "../schedule"
import { settle } from "../settle"

export interface DecisionAsked extends DecisionRequest {
  /** Who decides. */
  by: string
  /** `Idempotency-Key` of the request. Without one, the same request of the same person within a minute is the same. */
  key: string | null
}

/** What the caller answers where the decision was carried out. Kept, and given again for a repetition. */
type AnswerOf = (payment: GatewayPayment) => Promise<unknown>

const repeatedWithin = minute
const waitMs = 200
const patience = 40

/**
 * Carries out what a person decided about a payment as that person saw it, once. Who repeats a request gets its first answer, and
 * nothing is sent.
 */
export async function decideByHand(
  of: GatewayPayment,
  asked: DecisionAsked,
  deps: SettleDeps,
  answerOf: AnswerOf,
): Promise<unknown> {
  if (!asked.note.trim()) throw invalid("A note is needed: say what was decided and why.")
  const wanted = { ...asked, paymentId: of.id, fingerprint: fingerprintOf(asked, of.digits) }
  const earlier = await repeatedOf(wanted, deps)
  if (earlier) return answerAgain(earlier, deps, answerOf)
  const payment = required(await deps.ledger.payments.get(of.id))
  const seen = await seeFirst(payment, asked, deps)
  const isRefused = seen instanceof PaymentProblem
  const begun = isRefused ? undefined : await deps.ledger.decisions.begin(wanted)
  if (begun && !isRefused) return decideOnce(payment, begun, seen, deps, answerOf)
  // The same request, a moment faster, may be why the payment is another one now.
  const faster = await repeatedOf(wanted, deps)
  if (faster) return answerAgain(faster, deps, answerOf)
  throw isRefused ? seen : changedSince(payment)
}

/** The operations that are there, or why nothing is begun. */
async function seeFirst(
  payment: GatewayPayment,
  asked: DecisionRequest,
  deps: SettleDeps,
): Promise<readonly Operation[] | PaymentProblem> {
  if (payment.version !== asked.version) return changedSince(payment)
  try {
    return await refuseAtOnce(payment, asked, deps)
  } catch (error) {
    if (error instanceof PaymentProblem) return error
    throw error
  }
}

type Wanted = DecisionAsked & Pick<Decision, "paymentId" | "fingerprint">

/** The version is how the person saw the payment, and no part of what was asked for. */
function fingerprintOf(asked: DecisionRequest, digits: number): string {
  const { action, operationId, amount, how, refundId, note } = asked
  const parts = [action, operationId, amount === undefined ? undefined : sameAmount(amount, digits), how]
  return createHash("sha256")
    .update(JSON.stringify([...parts, refundId, note.trim()].map((part) => part ?? null)))
    .digest("hex")
}

/** `7` and `7.00` are one amount. What is none is refused later, and compared as it is. */
function sameAmount(amount: string, digits: number): string | number {
  try {
    return toMinor(amount, digits)
  } catch {
    return amount
  }
}

/** The decision that this request repeats, if it does. */
async function repeatedOf(wanted: Wanted, deps: SettleDeps): Promise<Decision | undefined> {
  const { decisions } = deps.ledger
  if (wanted.key === null) {
    const earlier = await decisions.repeatedSince(wanted, after(deps, -repeatedWithin))
    return earlier && mayHaveActed(earlier.answer) ? earlier : undefined
  }
  const earlier = await decisions.ofKey(wanted.key)
  if (!earlier || isSame(earlier, wanted)) return earlier
  throw new PaymentProblem(
    "conflict",
    "key_reused",
    "This Idempotency-Key was used with another request. Nothing was sent for this one: use a new key for a new decision.",
  )
}

const isSame = (earlier: Decision, wanted: Wanted): boolean =>
  earlier.paymentId === wanted.paymentId &&
  earlier.by === wanted.by &&
  earlier.fingerprint === wanted.fingerprint

/** What is asked for once more after a sure "nothing was done" is asked for anew. */
const mayHaveActed = (answer: DecisionAnswer | null): boolean =>
  answer === null || "done" in answer || leavesDoubt.has(answer.problem.code)

const leavesDoubt: ReadonlySet<string> = new Set(["refund_unknown", "medusa_refused"] satisfies ProblemCode[])

async function decideOnce(
  payment: GatewayPayment,
  decision: Decision,
  seen: readonly Operation[],
  deps: SettleDeps,
  answerOf: AnswerOf,
): Promise<unknown> {
  const { id, action, by, note } = decision
  deps.log.info(logLine("resolved", { payment: payment.id, action, by }, note))
  let answer: DecisionAnswer
  try {
    await deciding.run({ decisionId: id }, () => carryOut(payment, decision, seen, deps))
    answer = { done: await answerOf(await settleDecided(payment, decision, deps)) }
  } catch (error) {
    // What nobody has words for leaves the decision open: who repeats it is told how the matter stands.
    answer = { problem: problemOf(error) }
  }
  return firstAnswer(await deps.ledger.decisions.answer(id, answer))
}

/** What was decided is done; Medusa follows now, or with the job where somebody else is at the payment. */
async function settleDecided(
  payment: GatewayPayment,
  { action }: Decision,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const now = async () => required(await deps.ledger.payments.get(payment.id))
  // A notice that still holds would come back at once.
  if (action === "dismiss") return now()
  try {
    return await settle(payment.id, deps)
  } catch (error) {
    if (!(error instanceof PaymentProblem)) throw error
    await deps.ledger.payments.update(payment.id, { nextCheckAt: after(deps, minute) })
    return now()
  }
}

/** An answer as it was given first. */
function firstAnswer({ answer }: Decision): unknown {
  if (answer === null) throw new Error("The decision has no answer.")
  if ("done" in answer) return answer.done
  const { kind, code, message } = answer.problem
  throw new PaymentProblem(kind as PaymentProblem["kind"], code as ProblemCode, message)
}

async function answerAgain(earlier: Decision, deps: SettleDeps, answerOf: AnswerOf): Promise<unknown> {
  for (let tries = 0; tries < patience; tries++) {
    const decision = required(await deps.ledger.decisions.get(earlier.id))
    if (decision.answer) return firstAnswer(decision)
    if (decision.createdAt < after(deps, -leaseMs)) return answerInterrupted(decision, deps, answerOf)
    await deps.wait(waitMs)
  }
  throw new PaymentProblem(
    "conflict",
    "busy",
    "This decision is being carried out. Nothing was sent for the repetition: ask again in a moment, with the same key.",
  )
}

/** The process that carried it out has died. The matter is brought to its end, and what has become of it is the answer. */
async function answerInterrupted(decision: Decision, deps: SettleDeps, answerOf: AnswerOf): Promise<unknown> {
  const payment = await settle(decision.paymentId, deps)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const made = returns(operations).filter(
    (one) => one.decisionId === decision.id || one.id === decision.operationId,
  )
  const doubtful = made.find((one) => isUnclear(one.state))
  if (doubtful) throw inDoubt(payment, doubtful, deps)
  const done =
    decision.action === "dismiss"
      ? payment.attention === null
      : made.some((one) => isDone(one) || one.reason === "by_hand")
  const answer: DecisionAnswer = done
    ? { done: await answerOf(payment) }
    : { problem: problemOf(madeNothing(made.length > 0)) }
  return firstAnswer(await deps.ledger.decisions.answer(decision.id, answer))
}

const madeNothing = (refused: boolean) =>
  new PaymentProblem(
    "conflict",
    "decision_interrupted",
    refused
      ? "The server stopped while it carried out this decision, and the gateway has refused the refund. No money moved because of it: look at the payment, then decide again."
      : "The server stopped while it carried out this decision, and no operation was made for it. Look at the payment and at Medusa's refunds, then decide again.",
  )

const changedSince = (payment: GatewayPayment) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `Payment ${payment.number} has changed since you looked at it. Nothing was sent, and nothing was recorded: look at it again, then decide.`,
  )

interface Problem {
  kind: PaymentProblem["kind"]
  code: ProblemCode
  message: string
}

/** What is told of an error, and kept as the answer. Throws what nobody has words for. */
function problemOf(error: unknown): Problem {
  if (error instanceof PaymentProblem) return { kind: error.kind, code: error.code, message: error.message }
  const { type, code, message } = error as { type?: unknown; code?: unknown; message?: unknown }
  // Medusa's errors have a type, and where the provider threw they carry its code.
  if (typeof type !== "string" || typeof message !== "string") throw error
  const ours = problemCodes.find((one) => one === code)
  if (ours) return { kind: conflicts.has(ours) ? "conflict" : "not_allowed", code: ours, message }
  return {
    kind: "not_allowed",
    code: "medusa_refused",
    message: `Medusa did not enter the refund: ${message} Look at the payment's operations: what was sent is among them.`,
  }
}

/** Medusa has no words for a conflict: what the provider threw as one comes back as something else. */
const conflicts: ReadonlySet<ProblemCode> = new Set([
  "busy",
  "earlier_refund_booked_first",
  "order_canceled",
  "order_changing",
])
