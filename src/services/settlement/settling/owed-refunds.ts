import { PaymentProblem } from "../../../core"
import type { GatewayPayment } from "../../ledger"
import { clear, raise } from "../attention"
import { booking } from "../returns/booking"
import type { SettleDeps } from "../deps"
import type { HostOrder, HostPayment } from "../host"
import { reload } from "../required"
import { withoutRow, refund } from "../refund"
import { decideOwed } from "./decide-owed"
import type { OwedFacts, OwedPicture, OwedStep, Tried } from "./decide-owed"

type Seen = Pick<OwedPicture, "payment" | "facts">
type InMedusa = Pick<OwedPicture, "booked" | "order">

/** Has go back what is owed and goes back by itself: `decideOwed` says what is next. */
export async function refundOwed(
  payment: GatewayPayment,
  booked: HostPayment | undefined,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  let seen: Seen = { payment, facts: {} }
  // Each row takes a handful of steps.
  const mostSteps = 16 + 8 * (booked?.refunds.length ?? 0)
  for (let steps = 0; steps < mostSteps; steps++) {
    const step = decideOwed(pictureOf(seen, { booked, order }, deps))
    seen = await perform(step, seen, { booked, order }, deps)
    if (step.do === "rest") return seen.payment
  }
  throw new Error(`What is owed of payment ${payment.number} came to no rest within ${mostSteps} steps.`)
}

const pictureOf = (seen: Seen, known: InMedusa, deps: SettleDeps): OwedPicture => ({
  ...seen,
  ...known,
  gateway: deps.gateway.name,
  latePayment: deps.policy.latePayment,
  onlyAsks: deps.onlyAsks ?? false,
  now: deps.clock.now(),
})

async function perform(
  step: OwedStep,
  { payment, facts }: Seen,
  known: InMedusa,
  deps: SettleDeps,
): Promise<Seen> {
  const of = { sessionId: payment.sessionId }
  switch (step.do) {
    case "read_operations":
      return {
        payment,
        facts: { ...facts, operations: await deps.ledger.operations.ofPayment(payment.id) },
      }
    case "read_rows":
      return {
        payment,
        facts: { ...facts, notBooked: await withoutRow(step.done, facts.operations ?? step.done, deps) },
      }
    case "refund_row": {
      const { row } = step
      const intent = { amount: { major: row.amount }, refundId: row.id, owed: true, byItself: true }
      return tried(step, payment, facts, deps, () => refund({ of, ...intent }, deps))
    }
    case "refund_late":
      return tried(step, payment, facts, deps, () => refund({ of, amount: "owed", refundId: null }, deps))
    case "refund_cancelled":
      return tried(step, payment, facts, deps, () => refundCancelled(step.amount, known, deps))
    case "report":
      return { payment: await report(step, payment, deps), facts: passedBy(step, facts) }
    case "rest":
      return { payment: await report(step, payment, deps), facts }
  }
}

const passedBy = ({ debt }: Extract<OwedStep, { do: "report" }>, facts: OwedFacts): OwedFacts => {
  const { tried: _told, ...kept } = facts
  return { ...kept, passed: [...(facts.passed ?? []), debt.refundId] }
}

const report = async (
  { raise: raised, clears }: Pick<Extract<OwedStep, { do: "rest" }>, "raise" | "clears">,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> => {
  if (raised) return raise(payment, raised.code, raised.values, deps)
  return clears ? clear(payment, clears, deps) : payment
}

const refundCancelled = (amount: string, { booked, order }: InMedusa, deps: SettleDeps): Promise<unknown> =>
  booking.run("owed", async () => {
    if (booked) await deps.host.refund(booked, order, amount, { note: "The order was cancelled." })
  })

/** Whatever was read of the operations was read before this. */
async function tried(
  { debt }: Extract<OwedStep, { do: "refund_row" | "refund_late" | "refund_cancelled" }>,
  payment: GatewayPayment,
  { passed }: OwedFacts,
  deps: SettleDeps,
  give: () => Promise<unknown>,
): Promise<Seen> {
  const problem = await problemOf(give)
  return {
    payment: await reload(payment, deps),
    facts: { ...(passed ? { passed } : {}), tried: { debt, problem } },
  }
}

async function problemOf(give: () => Promise<unknown>): Promise<Tried> {
  try {
    await give()
    return null
  } catch (error) {
    const code = error instanceof PaymentProblem ? error.code : codeOf(error)
    return { code: typeof code === "string" ? code : null, message: (error as Error).message }
  }
}

/** The provider's `MedusaError` carries our code. */
export const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
