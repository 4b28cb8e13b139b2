import type { GatewayPayment } from "../../../../src/services/ledger"
import { staleCodes } from "../../../../src/services/settlement/attention"
import { mostTries } from "../../../../src/services/settlement/schedule"
import type { Found } from "../../../../src/services/settlement/settling/next-check"
import type { LifeRules } from "./rules"
import { cleared, isToTry, raised, timeOf, without } from "./world"
import type { Life, Message, Step } from "./world"

/* How a look ends, and the message that it was for. */

export function atRest(life: Life, seen: Found, rules: LifeRules): Step {
  const clock = { now: () => timeOf(life) }
  const payment = cleared(unsaidRaised(life.payment), staleCodes(life.payment))
  const next = rules.nextCheck({ ...payment, checks: 1 }, life.operations, { clock, random: () => 0 }, seen)
  const rested: Life = { ...without({ ...life, payment }), due: next !== null }
  if (!life.message?.isActing) return { what: "rest", life: rested, rest: { next } }
  const ended = messageEnded(rested, life.message, rules)
  return { what: "rest", life: ended, rest: { next: isToTry(ended.message) ? timeOf(life) : next } }
}

/** What stood before "returned, amount unknown" is gone, and that is told again. */
const unsaidRaised = (payment: GatewayPayment): GatewayPayment =>
  payment.returnedUnsaid && payment.attentionCode === null && payment.state !== "refunded"
    ? raised(payment, { code: "outside_unclear", values: { why: "amount_unsaid", order: payment.number } })
    : payment

/** What the look has left of the message that it was for. */
function messageEnded(life: Life, message: Message, rules: LifeRules): Life {
  const about = message.says === "paid" ? ("payment" as const) : ("refund" as const)
  const step = rules.decideNotified(
    { about, state: null, tries: Math.min(message.tries, mostTries - 1) },
    life.payment,
    undefined,
  )
  if (step.do === "finish") return { ...life, message: null, payment: cleared(life.payment, step.clears) }
  return {
    ...life,
    payment: raised(life.payment, step.raise),
    // What is tried between the first time and the last is one for all.
    message: { ...message, tries: message.tries === 0 ? 1 : mostTries, isActing: false },
  }
}
