import type { GatewayPayment, Operation } from "../../../src/services/settlement"
import { decideOwed, mostRefusals } from "../../../src/services/settlement/settling/decide-owed"
import type { OwedFacts, OwedPicture, OwedStep } from "../../../src/services/settlement/settling/decide-owed"
import { aPayment, anOperation, now } from "./pictures"

/* Every picture of money that may be owed: what goes back by itself, what is left to a person, and what was to be read before. */

const paid = 10_000
const longAgo = new Date(now.getTime() - 60 * 60_000)

interface Case {
  name: string
  picture: OwedPicture
}

const payments: [string, Partial<GatewayPayment>][] = [
  ["paid and wanted", { state: "paid" }],
  ["paid and given up", { state: "paid", unwanted: "order_canceled" }],
  ["late", { state: "paid_late", unwanted: "closed" }],
  ["returned in part, and wanted", { state: "partially_refunded", refundedAmount: 4_000 }],
  [
    "returned in part, and given up",
    { state: "partially_refunded", refundedAmount: 4_000, unwanted: "not_owed" },
  ],
  ["returned", { state: "refunded", refundedAmount: paid, unwanted: "closed" }],
]

const histories: [string, Operation[]][] = [
  ["nothing was tried", []],
  ["a part went back", [anOperation({ amount: 4_000, state: "succeeded" })]],
  ["it is in doubt", [anOperation({ amount: paid, state: "unknown", refundId: "ref_1" })]],
  ["it was refused", [refusal(0)]],
  ["it was refused too often", Array.from({ length: mostRefusals }, (_, index) => refusal(index))],
]

function refusal(index: number): Operation {
  return anOperation({
    ...{ id: `gpop_${index}`, amount: paid, state: "refused", refundId: "ref_1", settledAt: longAgo },
  })
}

const rows = [{ id: "ref_1", amount: "100", createdAt: longAgo }]
const books: [string, OwedPicture["booked"]][] = [
  ["never captured", undefined],
  ...([[], rows] as const).map((refunds): [string, OwedPicture["booked"]] => [
    `captured, ${refunds.length} rows`,
    { id: "pay_1", sessionId: "payses_1", collectionId: "col_1", captured: "100", refunds: [...refunds] },
  ]),
]

const stands: [string, Partial<GatewayPayment>][] = [
  ["nothing said", {}],
  ["it cannot be refunded", { attentionCode: "refund_unsupported" }],
  ["returned, amount unknown", { attentionCode: "outside_unclear", returnedUnsaid: true }],
  [
    "dismissed",
    {
      dismissed: [
        { refundId: "ref_1", amount: paid },
        { refundId: null, amount: paid },
      ],
    },
  ],
]

const cases: Case[] = payments.flatMap(([ofPayment, payment]) =>
  histories.flatMap(([ofHistory, operations]) =>
    books.flatMap(([ofBooks, booked]) =>
      stands.flatMap(([ofStand, stand]) =>
        [true, false].flatMap((canceled) =>
          (["refund", "hold"] as const).flatMap((latePayment) =>
            [true, false].map((onlyAsks) => ({
              name: [ofPayment, ofHistory, ofBooks, ofStand, canceled, latePayment, onlyAsks].join("; "),
              picture: {
                payment: aPayment({ paidAmount: paid, paidAt: longAgo, ...payment, ...stand }),
                ...{ booked, order: { id: "order_1", canceled }, latePayment, onlyAsks, now },
                gateway: "gnete" as const,
                facts: { operations, notBooked: operations.filter(({ state }) => state === "succeeded") },
              },
            })),
          ),
        ),
      ),
    ),
  ),
)

const isReturn = ({ do: what }: OwedStep): boolean => what.startsWith("refund_")

it("are more than a thousand", () => {
  expect(cases.length).toBeGreaterThan(1_000)
})

it("nothing goes back for who only asks, nor where nobody knows how much is left, nor what a person has dismissed", () => {
  for (const { name, picture } of cases) {
    const { payment, onlyAsks } = picture
    if (onlyAsks || payment.returnedUnsaid || payment.dismissed.length)
      expect([name, isReturn(decideOwed(picture))]).toEqual([name, false])
  }
})

it("what Medusa never booked goes back only where it is late, and is not held for a person", () => {
  for (const { name, picture } of cases.filter((one) => !one.picture.booked)) {
    const step = decideOwed(picture)
    if (!isReturn(step)) continue
    expect([name, step.do, picture.latePayment]).toEqual([name, "refund_late", "refund"])
    expect([name, picture.payment.unwanted]).not.toEqual([name, null])
    expect([name, picture.payment.state]).not.toEqual([name, "refunded"])
  }
})

it("what Medusa has captured goes back for a row of its own, or for a cancelled order", () => {
  for (const { name, picture } of cases.filter((one) => one.picture.booked)) {
    const step = decideOwed(picture)
    if (!isReturn(step)) continue
    const isRow = step.do === "refund_row" && picture.booked?.refunds.length === 1
    expect([name, isRow || (step.do === "refund_cancelled" && picture.order?.canceled)]).toEqual([name, true])
  }
})

it("what was refused too often is tried no more, and a person is told", () => {
  const often = cases.filter(({ name }) => name.includes("too often"))
  for (const { name, picture } of often) {
    const step = decideOwed(picture)
    if (step.do === "refund_row" || step.do === "refund_late") expect(name).toBe("tried")
  }
  const told = often.map(({ picture }) => decideOwed(picture)).filter((step) => "raise" in step)
  expect(told.length).toBeGreaterThan(0)
})

/** What happens while the world stands still: each try comes to what is given. */
function play(picture: OwedPicture, problem: { code: string; message: string } | null): OwedStep[] {
  const steps: OwedStep[] = []
  const { operations, notBooked } = picture.facts
  let facts: OwedFacts = {}
  for (let turn = 0; turn < 24; turn++) {
    const step = decideOwed({ ...picture, facts })
    steps.push(step)
    if (step.do === "rest") return steps
    if (step.do === "read_operations") facts = { ...facts, ...(operations ? { operations } : {}) }
    else if (step.do === "read_rows") facts = { ...facts, ...(notBooked ? { notBooked } : {}) }
    else if (step.do === "report") {
      const { tried: _told, ...kept } = facts
      facts = { ...kept, passed: [...(facts.passed ?? []), step.debt.refundId] }
    } else facts = { ...(facts.passed ? { passed: facts.passed } : {}), tried: { debt: step.debt, problem } }
  }
  throw new Error("It comes to no rest.")
}

const problems = [null, { code: "refund_refused", message: "No." }, { code: "refund_unknown", message: "?" }]

it("reads what it has not read, tries each debt once, and comes to rest", () => {
  for (const { name, picture } of cases)
    for (const problem of problems) {
      const steps = play(picture, problem)
      const debts = steps.flatMap((step) => ("debt" in step && isReturn(step) ? [step.debt.refundId] : []))
      expect([name, new Set(debts).size]).toEqual([name, debts.length])
      const told = steps.flatMap((step) => (step.do === "report" && step.raise ? [step.raise.code] : []))
      if (debts.length && problem?.code === "refund_refused") expect([name, told]).not.toEqual([name, []])
    }
})

describe("another refund that waits for word of one that counts as refused", () => {
  const problem = { code: "refund_unknown" as const, message: "It is asked about." }
  const told = (checks: number, state: Operation["state"]) => {
    const operations = [anOperation({ amount: 4_000, state, reason: "by_hand", settledAt: longAgo })]
    return decideOwed({
      payment: aPayment({ state: "paid_late", unwanted: "closed", checks }),
      ...{
        booked: undefined,
        order: undefined,
        gateway: "gnete",
        latePayment: "refund",
        onlyAsks: false,
        now,
      },
      facts: {
        operations,
        tried: { debt: { refundId: null, owed: { amount: "100.00", currency: "hkd" } }, problem },
      },
    })
  }

  it("is told when the gateway has not said so for long", () => {
    expect(told(1, "refused")).not.toHaveProperty("raise")
    expect(told(6, "refused")).toHaveProperty("raise.code", "refund_refused")
  })

  it("is told by what is in doubt, where that is the reason", () => {
    expect(told(6, "unknown")).not.toHaveProperty("raise")
  })
})
