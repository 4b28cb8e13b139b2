import { answeredUnknown, hasMoney, isOpen, refused, succeeded, unanswered } from "../../../../src/core"
import type { Outcome, Standing } from "../../../../src/core"
import { returnedAtGateway } from "../../../../src/services/ledger"
import type { GatewayPayment, PaymentPatch } from "../../../../src/services/ledger"
import { withoutAttention } from "../../../../src/services/settlement/attention"
import type { GatewayFacts } from "../../../../src/services/settlement/settling/decide-at-gateway"
import { day } from "../../../../src/services/settlement/schedule"
import type { LifeRules } from "./rules"
import {
  aReturn,
  amount,
  begun,
  cleared,
  isOfParts,
  moved,
  raised,
  timeOf,
  withReturns,
  write,
} from "./world"
import type { Asked, Life, There } from "./world"

/* What asking the gateway comes to, and closing there. */

/** That a notification says paid, a close does not answer. */
export const endedOutside = (payment: GatewayPayment): PaymentPatch => ({
  settledBy: "outside",
  checks: 0,
  ...(payment.attentionCode === "contradiction" ? {} : withoutAttention(payment)),
})

interface Heard {
  said: string
  asked: readonly Asked[]
  standing: Standing | undefined
  life: Life
}

const lost: Outcome<never> = unanswered("timeout", "The gateway did not answer in time.")

/** Whether Ksher calls an order REFUND or SUCCESS of which a part was returned, nobody has published: it may be either. */
function standingsOf(life: Life): Standing[] {
  const { there } = life
  const said = { amount: { minor: amount, currency: "thb" } }
  if (there === "paid_less") return [{ state: "paid", amount: { minor: amount - 1, currency: "thb" } }]
  if (there === "none") return [{ state: "absent", ...said }]
  if (there !== "part" && there !== "refunded") return [{ state: there, ...said }]
  const returned: Standing = { state: "refunded", returned: isOfParts(life) ? "unsaid" : "all", ...said }
  return there === "part" && life.kind === "parts" ? [returned, { state: "paid", ...said }] : [returned]
}

/** The gateway is asked about the order: it answers, or does not. */
export function querySteps(life: Life, rules: LifeRules): Heard[] {
  const answered = { ...life, payment: cleared(life.payment, ["unanswered"]) }
  const answers = standingsOf(life).flatMap((standing) =>
    believed(answered, standing, rules).map(({ said, asked, life: known }) => ({
      said: [life.there === "part" ? `part, as ${standing.state}` : life.there, ...said].join(", "),
      asked: [{ name: "query", outcome: succeeded(standing) } as const, ...asked],
      standing,
      life: known,
    })),
  )
  return [
    ...answers,
    { said: "no answer", asked: [{ name: "query", outcome: lost }], standing: undefined, life },
  ]
}

/** What is made of an answer, and of the list of refunds that is asked for then. */
type Believed = { said: readonly string[]; asked: readonly Asked[]; life: Life }

function believed(life: Life, standing: Standing, rules: LifeRules): Believed[] {
  const { payment } = life
  const step = rules.decideStanding(payment, standing, timeOf(life))
  const as = (now: GatewayPayment): Life => ({ ...life, payment: now })
  switch (step.do) {
    case "raise":
      return [{ said: [], asked: [], life: as(raised(payment, step.attention)) }]
    case "call_paid":
      return returned(as(cleared(moved(payment, step.to, step.patch), step.clears)), standing)
    case "end": {
      const patch = { ...(step.to === "void" ? { settledBy: "outside" as const } : {}), checks: 0 }
      return [{ said: [], asked: [], life: as(cleared(moved(payment, step.to, patch), step.clears)) }]
    }
    case "note":
      return returned(as(cleared(step.patch ? write(payment, step.patch) : payment, step.clears)), standing)
  }
}

/** What went back in the gateway's console is looked for, and recorded. */
export function returned(life: Life, { state, returned: how }: Standing): Believed[] {
  const { payment, operations, kind } = life
  const same: Believed = { said: [], asked: [], life }
  const asked = (outcome: Outcome<unknown>): readonly Asked[] => [{ name: "list", outcome }]
  const isOld = timeOf(life).getTime() - (payment.paidAt ?? begun).getTime() >= day
  const asksOfPaid = kind === "parts" && hasMoney(payment.state) && payment.state !== "refunded" && isOld
  if (state !== "refunded" && !(state === "paid" && asksOfPaid)) return [same]
  if (how === "all") {
    const rest = payment.paidAmount - returnedAtGateway(operations)
    return [{ ...same, life: rest > 0 ? withReturns(life, [...operations, aReturn("all", rest)]) : life }]
  }
  if (kind === "unsaid") {
    const unsaid = {
      code: "outside_unclear",
      values: { why: "amount_unsaid", order: payment.number },
    } as const
    const told = returnedAtGateway(operations) > 0 ? payment : raised(payment, unsaid)
    const none = refused("not_supported", "", "It lists no refunds.")
    return [{ said: [], asked: asked(none), life: { ...life, payment: told } }]
  }
  const known = listed(life)
  const clears = state === "refunded" ? (["outside_unclear"] as const) : []
  return [
    {
      said: ["listed"],
      asked: asked(succeeded(listOf(life))),
      life: { ...known, payment: cleared(known.payment, clears) },
    },
    { said: ["not listed"], asked: asked(lost), life },
  ]
}

/** What the gateway lists as returned in its console. */
const listOf = ({ console }: Life) =>
  console.map((minor, index) => ({
    ...{ number: `console-${index + 1}`, amount: { minor, currency: "thb" }, state: "succeeded" as const },
  }))

function listed(life: Life): Life {
  const known = new Set(life.operations.map(({ number }) => number))
  const strange = listOf(life).filter(({ number }) => !known.has(number))
  return withReturns(life, [
    ...life.operations,
    ...strange.map(({ number, amount: { minor } }) => aReturn(number, minor)),
  ])
}

interface Fate {
  said: string
  outcome: Outcome<unknown>
  there: There
}

const refusalOf: Record<There, Parameters<typeof refused>[0] | undefined> = {
  none: "absent",
  unpaid: undefined,
  in_progress: "in_progress",
  paid: "already_paid",
  paid_less: "already_paid",
  closed: "already_closed",
  failed: "already_closed",
  part: "already_refunded",
  refunded: "already_refunded",
}

/** What can become of a close: it arrives or not, its answer comes or not, or the gateway says something that nobody documents. */
function fatesOfClose({ there }: Life): Fate[] {
  const reason = refusalOf[there]
  const answered: Fate = reason
    ? { said: reason, outcome: refused(reason, "1", "No."), there }
    : { said: "closed", outcome: succeeded(undefined), there: "closed" }
  return [
    answered,
    { said: "no answer", outcome: lost, there },
    ...(reason ? [] : [{ said: "closed, no answer", outcome: lost, there: "closed" as const }]),
    {
      said: "a failure",
      outcome: answeredUnknown("system_error", "A failure that nobody documents."),
      there,
    },
    { said: "declined", outcome: refused("declined", "2", "No."), there },
  ]
}

interface Closed {
  what: string
  asked: readonly Asked[]
  life: Life
}

export function closeSteps(life: Life, rules: LifeRules): Closed[] {
  const { payment } = life
  if (payment.state === "unopened")
    return [
      {
        what: "close: it was never opened",
        asked: [],
        life: { ...life, payment: moved(payment, "void", { checks: 0 }) },
      },
    ]
  if (!isOpen(payment.state)) return [{ what: "close: nothing is open", asked: [], life }]
  return fatesOfClose(life).flatMap(({ said, outcome, there }): Closed[] => {
    const after = { ...life, there }
    const asked: Asked = { name: "close", outcome }
    const end = rules.decideClosed(outcome)
    const now = (changed: GatewayPayment): Closed[] => [
      { what: `close: ${said}`, asked: [asked], life: { ...after, payment: changed } },
    ]
    switch (end.do) {
      case "call_void":
        return now(moved(payment, "void", { ...endedOutside(payment), settledBy: "close" }))
      case "raise":
        return now(raised(payment, end.attention))
      case "leave":
        return now(payment)
      case "query":
        return querySteps(after, rules).map((heard) => ({
          what: `close: ${said}, query: ${heard.said}`,
          asked: [asked, ...heard.asked],
          life: { ...heard.life, payment: overIfFailed(heard) },
        }))
    }
  })
}

interface ClosedAgain extends Closed {
  isOver: boolean
  refusal?: GatewayFacts["refusal"]
}

export function closeAgainSteps(life: Life, rules: LifeRules): ClosedAgain[] {
  return fatesOfClose(life).flatMap(({ said, outcome, there }): ClosedAgain[] => {
    const after = { ...life, there }
    const asked: Asked = { name: "close", outcome }
    const end = rules.decideClosed(outcome)
    if (end.do === "raise" && end.attention.code === "close_failed") {
      const refusal = end.attention as GatewayFacts["refusal"]
      return [{ what: `close again: ${said}`, asked: [asked], life: after, isOver: false, refusal }]
    }
    if (end.do !== "query")
      return [{ what: `close again: ${said}`, asked: [asked], life: after, isOver: end.do === "call_void" }]
    return querySteps(after, rules).map((heard) => ({
      what: `close again: ${said}, query: ${heard.said}`,
      asked: [asked, ...heard.asked],
      life: heard.life,
      isOver: heard.standing !== undefined,
    }))
  })
}

/** What failed for good, and cannot be closed any more, cannot be paid any more. */
const overIfFailed = ({ life: { payment }, standing }: Heard): GatewayPayment =>
  standing?.state === "failed" && !hasMoney(payment.state)
    ? moved(payment, "void", { settledBy: "outside", checks: 0 })
    : payment
