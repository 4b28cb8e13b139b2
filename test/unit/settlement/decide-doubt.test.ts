import { pending, refused, succeeded, unanswered } from "../../../src/core"
import type { Outcome, ReversalRecord, Standing } from "../../../src/core"
import type { Operation } from "../../../src/services/ledger"
import { decideDoubt, mayHaveReversed } from "../../../src/services/settlement/returns/decide-doubt"
import type { DoubtFacts, DoubtStep } from "../../../src/services/settlement/returns/decide-doubt"
import { leaseMs, minute } from "../../../src/services/settlement/schedule"
import { aPayment, anOperation, now } from "./pictures"

const amount = 10_000
const payment = aPayment({ gateway: "gnete", currency: "hkd", amount, paidAmount: amount, state: "paid" })

/** A reversal that Gnete has named, sent so often, of which something was last heard so long ago. */
const reversal = (attempts: number, ago: number): Operation =>
  anOperation({
    ...{ kind: "cancel", number: "c1", gatewayNo: "C1", amount, state: "pending", attempts },
    updatedAt: new Date(now.getTime() - ago),
  })

const record: ReversalRecord = { gatewayNo: "C1", state: "succeeded" }
const lost = unanswered("timeout", "The gateway did not answer in time.")
const answers = {
  done: succeeded(record),
  under_way: pending("Accepted.", { ...record, state: "pending" }),
  declined: refused("declined", "state_3", "The channel refused it."),
  absent: refused("absent", "9999", "There is no such reversal."),
  lost,
} satisfies Record<string, Outcome<ReversalRecord>>

const said = { amount: { minor: amount, currency: "hkd" } }
const orders = {
  paid: succeeded({ state: "paid", ...said }),
  reversed: succeeded({ state: "reversed", returned: "all", ...said }),
  refunded: succeeded({ state: "refunded", returned: "all", ...said }),
  closed: succeeded({ state: "closed", ...said }),
  lost,
} satisfies Record<string, Outcome<Standing>>

/** Asked until it is decided: the questions, and what they came to. */
function outcomeOf(operation: Operation, answer: keyof typeof answers, order: keyof typeof orders) {
  const asked: DoubtStep["do"][] = []
  let facts: DoubtFacts = {}
  for (;;) {
    const step = decideDoubt({
      ...{ gateway: "gnete" as const, channel: { refund: true, partialRefund: true, refundQuery: true } },
      ...{ now, payment, operation, facts },
    })
    if (step.do === "conclude") return { asked, outcome: step.finding.outcome }
    asked.push(step.do)
    if (step.do === "ask_reversal") facts = { ...facts, reversal: answers[answer] }
    else if (step.do === "ask_order") facts = { ...facts, order: orders[order] }
    else if (step.do === "read_operations") facts = { ...facts, operations: [operation] }
    else throw new Error(`A reversal with a name needs no ${step.do}.`)
  }
}

const namesOf = <T extends object>(all: T) => Object.keys(all) as (keyof T)[]
const ages = [0, leaseMs + minute]
const cells = [1, 2, 3].flatMap((attempts) =>
  ages.flatMap((ago) =>
    namesOf(answers).flatMap((answer) => namesOf(orders).map((order) => ({ attempts, ago, answer, order }))),
  ),
)

describe("a reversal that Gnete has named", () => {
  it("is what Gnete says of that name, where it was sent once", () => {
    for (const { ago, answer, order } of cells) {
      const { asked, outcome } = outcomeOf(reversal(1, ago), answer, order)
      expect(asked).toEqual(["ask_reversal"])
      expect(outcome.kind).toBe(
        { done: "succeeded", under_way: "pending", declined: "refused", absent: "unknown", lost: "unknown" }[
          answer
        ],
      )
    }
  })

  it("is refused, where it was sent more often, only when the order is paid after all of them had arrived", () => {
    for (const { attempts, ago, answer, order } of cells.filter((cell) => cell.attempts > 1)) {
      const { outcome } = outcomeOf(reversal(attempts, ago), answer, order)
      const isRefused = answer === "declined" && order === "paid" && ago > leaseMs
      expect({ attempts, ago, answer, order, isRefused: outcome.kind === "refused" }).toEqual({
        ...{ attempts, ago, answer, order, isRefused },
      })
    }
  })

  it("has gone through under another name, where the order is returned whole", () => {
    for (const order of ["reversed", "refunded"] as const)
      for (const ago of ages)
        expect(outcomeOf(reversal(2, ago), "declined", order).outcome.kind).toBe("succeeded")
  })

  it("asks the order after the name, and only where that one failed", () => {
    for (const { attempts, ago, answer, order } of cells.filter((cell) => cell.attempts > 1)) {
      const { asked } = outcomeOf(reversal(attempts, ago), answer, order)
      const further =
        answer !== "declined" ? [] : order === "refunded" ? ["ask_order", "read_operations"] : ["ask_order"]
      expect(asked).toEqual(["ask_reversal", ...further])
    }
  })

  it("keeps its name while it is in doubt", () => {
    const { outcome } = outcomeOf(reversal(2, 0), "declined", "paid")
    expect(outcome).toMatchObject({ kind: "unknown", gatewayNo: "C1" })
  })
})

it("what was sent once and refused in so many words has not reversed; sent more often, it may have", () => {
  const refusal = { kind: "cancel", state: "refused", reason: "declined" } as const
  expect(mayHaveReversed(anOperation({ ...refusal, attempts: 1 }))).toBe(false)
  expect(mayHaveReversed(anOperation({ ...refusal, attempts: 2 }))).toBe(true)
  expect(mayHaveReversed(anOperation({ ...refusal, attempts: 2, outside: true }))).toBe(false)
  expect(mayHaveReversed(anOperation({ ...refusal, attempts: 2, kind: "refund" }))).toBe(false)
})
