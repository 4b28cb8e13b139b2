import { isOpen } from "../../../core"
import type { GatewayPayment, Operation } from "../../ledger"
import { clear, raise } from "../attention"
import type { SettleDeps } from "../deps"
import { reload } from "../required"
import { settleOperations } from "../returns/outcomes"
import { noteAbandonment } from "./abandonment"
import { canClose, closeAtGateway, closeOnceMore, closedAttention } from "./close"
import { confirm } from "./confirm"
import { decideAtGateway, staysPayable, wentUnanswered } from "./decide-at-gateway"
import type { GatewayFacts, GatewayPicture, GatewayStep } from "./decide-at-gateway"
import type { Found } from "./next-check"

/** Each step is done once in a look; more of them would be a fault of the decision. */
const mostSteps = 16

/**
 * The half of settling that talks to the gateway, under the lease: what is in doubt is asked, the payment too, and what is unwanted is
 * closed.
 */
export async function settleAtGateway(
  leased: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<{ payment: GatewayPayment; found: Found }> {
  let seen: Seen = { payment: leased, operations, facts: {} }
  for (let steps = 0; steps < mostSteps; steps++) {
    const step = decideAtGateway(pictureOf(seen, deps))
    seen = await perform(step, seen, deps)
    if (step.do === "rest") return { payment: seen.payment, found: foundIn(pictureOf(seen, deps)) }
  }
  throw new Error(`Payment ${leased.number} came to no rest within ${mostSteps} steps. No money moved.`)
}

const foundIn = (picture: GatewayPicture): Found => ({
  unanswered: wentUnanswered(picture.facts),
  staysPayable: staysPayable(picture),
})

/** What the look has come to. */
type Seen = Pick<GatewayPicture, "payment" | "operations" | "facts">

const pictureOf = (seen: Seen, deps: SettleDeps): GatewayPicture => ({
  ...seen,
  gateway: deps.gateway,
  closable: canClose(seen.payment, deps),
  now: deps.clock.now(),
  onlyAsks: deps.onlyAsks ?? false,
})

async function perform(step: GatewayStep, seen: Seen, deps: SettleDeps): Promise<Seen> {
  const { payment, operations } = seen
  const now = (changed: GatewayPayment, facts: GatewayFacts = {}): Seen => ({
    ...seen,
    payment: changed,
    facts: { ...seen.facts, ...facts },
  })
  switch (step.do) {
    case "note_abandonment":
      return now(await noteAbandonment(payment, deps), { abandonmentNoted: true })
    case "ask_about_doubts":
      return {
        ...now(payment, { doubtsAsked: true }),
        ...(await settleOperations(payment, operations, deps)),
      }
    case "report":
      return now(await report(step, payment, deps), { [step.as]: true })
    case "query": {
      const { payment: known, standing, message = "" } = await confirm(payment, deps)
      return now(known, { standing: standing ?? { unanswered: message } })
    }
    case "close": {
      const closed = await closeAtGateway(payment, deps)
      return now(closed, { closed: isOpen(closed.state) ? "asked" : "over" })
    }
    case "close_again": {
      const { payment: known, isOver, refusal } = await closeOnceMore(payment, deps)
      return now(known, { closed: isOver ? "over" : "asked", refusal })
    }
    case "read_again":
      return now(await reload(payment, deps), { readAgain: true })
    case "call_void":
      return now(await callVoid(payment, deps), { closed: "over" })
    case "rest":
      return now(await report(step, payment, deps))
  }
}

const report = async (
  { raise: raised, clear: cleared }: Pick<Extract<GatewayStep, { do: "report" }>, "raise" | "clear">,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> => {
  if (raised) return raise(payment, raised.code, raised.values, deps)
  return cleared ? clear(payment, [cleared], deps) : payment
}

async function callVoid(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const over = { settledBy: "outside" as const, checks: 0, ...closedAttention(payment) }
  return (await deps.ledger.payments.move(payment.id, "void", over)) ?? reload(payment, deps)
}
