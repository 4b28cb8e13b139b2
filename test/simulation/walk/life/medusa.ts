import { hasMoney, roundToMinor } from "../../../../src/core"
import { committedAmount } from "../../../../src/services/ledger"
import type { GatewayPayment } from "../../../../src/services/ledger"
import type { CaptureFacts } from "../../../../src/services/settlement/settling/decide-capture"
import type { OwedFacts, OwedStep } from "../../../../src/services/settlement/settling/decide-owed"
import { dismissedAmount } from "../../../../src/services/settlement/returns/dismissed"
import { anOperation } from "../../../unit/settlement/pictures"
import { returned } from "./gateway"
import { atRest } from "./rest"
import type { LifeRules } from "./rules"
import {
  amount,
  booksOf,
  cleared,
  demandOf,
  isOfParts,
  mostSteps,
  moved,
  raised,
  reservedOf,
  timeOf,
  withReturns,
  write,
} from "./world"
import type { Kind, Life, Step } from "./world"

/* What a look does in Medusa: the capture, and what is owed. */

export function abandonmentNoted(life: Life, rules: LifeRules): GatewayPayment {
  const { payment, shop } = life
  const order = shop.order === "none" ? null : { id: "order_1", canceled: shop.order === "canceled" }
  const step = rules.decideAbandonment({
    payment: { ...payment, askedAmount: amount },
    now: timeOf(life),
    facts: {
      session: shop.session === "gone" ? "gone" : "there",
      order,
      demand: { demand: demandOf(life), reserved: reservedOf(life) },
    },
  })
  return step.do === "note" ? write(payment, step.patch) : payment
}

export function medusaSteps(life: Life, facts: CaptureFacts, rules: LifeRules): Step[] {
  const { payment, shop } = life
  const step = rules.decideCapture({ payment, now: timeOf(life), facts })
  const on = (learned: CaptureFacts, patch: Partial<Life> = {}): Life => ({
    ...life,
    ...patch,
    look: { at: "medusa", facts: { ...facts, ...learned } },
  })
  const one = (now: Life): Step[] => [{ what: step.do, life: now, decided: step.do }]
  switch (step.do) {
    case "read_books":
      return one(on({ booked: booksOf(life) }))
    case "note_captured":
      return one(on({}, { payment: captured(life) }))
    case "call_late":
      return one(on({}, { payment: moved(payment, "paid_late") }))
    case "read_returns":
      return one(on({ returning: committedAmount(life.operations) > 0 }))
    case "read_session":
      return one(
        on({
          session:
            shop.session === "gone" ? null : { amount: "0.02", beingOpened: shop.session === "opening" },
        }),
      )
    case "link_order":
      return one(on({ linked: true }))
    case "tell":
      return tellSteps(life, rules).map(({ what, now }) => ({
        what: `tell: ${what}`,
        decided: "tell",
        life: {
          ...now,
          look: { at: "medusa", facts: { ...facts, told: { problem: null }, booked: booksOf(now) } },
        },
      }))
    case "note_abandonment":
      return one(on({ abandonmentNoted: true }, { payment: abandonmentNoted(life, rules) }))
    case "rest": {
      return toReturn({ ...life, payment: raised(payment, step.raise) }, rules, one)
    }
  }
}

const captured = (life: Life): GatewayPayment =>
  cleared({ ...life.payment, capturedAt: timeOf(life) }, ["not_captured"])

/**
 * Medusa asks the provider, which looks once more whether the payment is wanted, and takes the money for its order or does not. A cart
 * that cannot be completed has it given back: that is the other walk's.
 */
function tellSteps(life: Life, rules: LifeRules): { what: string; now: Life }[] {
  const { payment, shop } = life
  const unwanted = rules.reasonToAbandon(
    { ...payment, askedAmount: amount },
    demandOf(life),
    reservedOf(life),
  )
  if (unwanted) return [{ what: "not wanted any more", now: { ...life, payment: { ...payment, unwanted } } }]
  const faster: Life = {
    ...life,
    shop: { ...shop, other: "reserved" },
    payment: { ...payment, unwanted: "not_owed" },
  }
  const takes = { ...life, shop: { ...shop, captured: true } }
  const places =
    shop.order === "none" ? { ...takes, shop: { ...takes.shop, order: "placed" as const } } : takes
  return [
    { what: "Medusa takes it", now: places },
    { what: "Medusa takes it, and dies before the order", now: takes },
    { what: "Medusa does not take it", now: life },
    ...(life.kind === "kin" && shop.other === "none"
      ? [{ what: "another payment is faster", now: faster }]
      : []),
  ]
}

/** Money that nobody waits for, and that no person has left where it is. In the walk's own words. */
export const owesReturn = ({ payment, shop, operations }: Life): boolean =>
  hasMoney(payment.state) &&
  payment.state !== "refunded" &&
  payment.paidAmount - committedAmount(operations) - dismissedAmount(payment, operations) > 0 &&
  ((!shop.captured && (payment.state === "paid_late" || payment.unwanted !== null)) ||
    (shop.captured && shop.order === "canceled"))

type Refunding = Extract<OwedStep, { do: "refund_row" | "refund_late" | "refund_cancelled" }>

/** What is decided about owed money, up to the next refund: all of it is read at once, and told. */
function owed(
  life: Life,
  known: OwedFacts,
  rules: LifeRules,
): { life: Life; facts: OwedFacts; refund?: Refunding } {
  const { shop, kind, operations, onlyAsks } = life
  let { payment } = life
  let facts = known
  for (let steps = 0; steps < mostSteps; steps++) {
    const step = rules.decideOwed({
      ...{ payment, facts, onlyAsks, now: timeOf(life), gateway: "ksher" },
      booked: booksOf(life) ?? undefined,
      order: shop.order === "none" ? undefined : { id: "order_1", canceled: shop.order === "canceled" },
      latePayment: kind === "hold" ? "hold" : "refund",
    })
    switch (step.do) {
      case "read_operations":
        facts = { ...facts, operations }
        break
      case "read_rows":
        facts = { ...facts, notBooked: step.done }
        break
      case "report":
      case "rest": {
        const told = raised(payment, step.raise)
        payment = step.clears ? cleared(told, step.clears) : told
        if (step.do === "rest") return { life: { ...life, payment }, facts }
        facts = { operations, passed: [...(facts.passed ?? []), step.debt.refundId] }
        break
      }
      default:
        return { life: { ...life, payment }, facts, refund: step }
    }
  }
  throw new Error("What is owed comes to no rest.")
}

/** How much is asked back, in minor units. */
function wantedBy(refund: Refunding, { payment, operations }: Life): number {
  if (refund.do === "refund_row") return roundToMinor(refund.row.amount, 2)
  if (refund.do === "refund_cancelled") return roundToMinor(refund.amount, 2)
  return amount - committedAmount(operations) - dismissedAmount(payment, operations)
}

/** A return goes out in a step of its own; where none is owed, the look is at its end. */
export function toReturn(life: Life, rules: LifeRules, one: (now: Life) => Step[]): Step[] {
  const { life: now, facts, refund } = owed(life, {}, rules)
  if (!refund) return [atRest(now, {}, rules)]
  return one({ ...now, look: { at: "return", facts } }).map((step) => ({
    ...step,
    wants: wantedBy(refund, now),
  }))
}

/** The other walk's half, in one step: it goes back, or does not, and stays owed. */
export function returnSteps(life: Life, facts: OwedFacts, rules: LifeRules): Step[] {
  const { refund } = owed(life, facts, rules)
  if (!refund) return [atRest(life, {}, rules)]
  const after = (now: Life, problem: { code: string; message: string } | null, what: string): Step => {
    const tried = { ...(facts.passed ? { passed: facts.passed } : {}), tried: { debt: refund.debt, problem } }
    return { ...atRest(owed(now, tried, rules).life, {}, rules), what }
  }
  // Before money goes out, what went back in the console is looked for.
  const [{ life: known } = { life }] =
    isOfParts(life) && life.console.length
      ? returned(life, { state: "refunded", returned: "unsaid" })
      : [{ life }]
  const left = amount - committedAmount(known.operations)
  const isUnsaid = known.payment.returnedUnsaid
  return [
    ...(isUnsaid || left <= 0 ? [] : [after(returnedBy(known, left), null, "it goes back")]),
    after(
      known,
      { code: isUnsaid ? "returned_outside" : "refund_unknown", message: "" },
      "nothing went back",
    ),
    ...(refuses.has(life.kind)
      ? [after(known, { code: "refund_refused", message: "No." }, "it is refused")]
      : []),
  ]
}

const refuses: ReadonlySet<Kind> = new Set(["desk", "hold"])

/** All that is left goes back, by a refund of ours. */
const returnedBy = (life: Life, left: number): Life => ({
  ...withReturns(life, [...life.operations, anOperation({ id: "own", number: "own", amount: left })]),
  there: "refunded",
})
