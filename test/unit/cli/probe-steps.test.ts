import { moneyOf } from "../../../src/cli/doctor/probe/money"
import { nextStep } from "../../../src/cli/doctor/probe/next-step"
import type { Answer, Plan, Probe, Step } from "../../../src/cli/doctor/probe/steps"
import { Random } from "../../support/random"

const plan = (changes: Partial<Plan>): Plan => ({
  ...{ providerId: "pp_ksher", gateway: "ksher", account: "m…", accountMark: "0", mode: "redirect" },
  ...{ channel: "truemoney", currency: "thb", digits: 2, amount: 5, part: 2 },
  ...{ refunds: true, tells: true, lists: true, closes: true, reverses: false },
  numbers: { unpaid: "U", paid: "P", cancelled: "C" },
  startedAt: "2026-01-01T00:00:00.000Z",
  ...changes,
})

/** A gateway that takes each number once, and loses requests and answers by chance. */
class Payer {
  returned = 0
  readonly records: { number: string; amount: number }[] = []

  constructor(private readonly random: Random) {}

  answer(step: Step): Answer {
    if (step.do === "refund" || step.do === "refund_again") return this.refund(step)
    if (this.random.chance(0.2)) return { kind: "unknown", code: "timeout", silent: true }
    if (step.do === "ask_refund") {
      const record = this.records.findLast(({ number }) => number === step.number)
      return record ? this.named(record) : { kind: "refused", reason: "absent", code: "absent" }
    }
    if (step.do === "list_refunds")
      return { kind: "succeeded", refunds: this.records.map((one) => ({ ...one, state: "succeeded" })) }
    if (step.do === "close") return { kind: "succeeded" }
    if (step.do === "await_payment") return { kind: "succeeded", state: "paid" }
    if (step.do === "ask_order")
      return { kind: "succeeded", state: step.order === "unpaid" ? "unpaid" : "paid" }
    return { kind: "succeeded" }
  }

  private refund({ number, amount }: { number: string; amount: number }): Answer {
    if (this.random.chance(0.2)) return { kind: "unknown", code: "reset", silent: true }
    const known = this.records.find((one) => one.number === number)
    if (!known) {
      this.returned += amount
      this.records.push({ number, amount })
    }
    if (this.random.chance(0.2)) return { kind: "unknown", code: "timeout", silent: true }
    const record = this.records.findLast((one) => one.number === number)
    return record ? this.named(record) : { kind: "unknown", code: "gone" }
  }

  private named(record: { number: string; amount: number }): Answer {
    return { kind: "succeeded", gatewayNo: `G${this.records.indexOf(record)}` }
  }
}

function played(seed: number, changes: Partial<Plan>) {
  const random = new Random(seed)
  const payer = new Payer(random)
  let probe: Probe = { plan: plan(changes), done: [], run: 0 }
  for (let steps = 0; ; steps++) {
    expect(steps).toBeLessThan(300)
    const step = nextStep(probe)
    if (!step) return { probe, payer }
    // Now and then the process dies after it sent, and before it noted the answer.
    const answer = payer.answer(step)
    const dies = random.chance(0.1)
    const done = { step, at: "", run: probe.run, ...(!dies && { answer }) }
    probe = { ...probe, done: [...probe.done, done], run: probe.run + (dies ? 1 : 0) }
  }
}

describe.each([
  ["that lists refunds", {}],
  ["that is asked by number", { gateway: "gnete" as const, lists: false }],
  ["whose payment is even", { amount: 4, part: 2 }],
])("a gateway %s", (_name, changes) => {
  it("never returns more than was paid, and no more is called returned than was", () => {
    let whole = 0
    for (let seed = 1; seed <= 400; seed++) {
      const { probe, payer } = played(seed, changes)
      const { paid, returned, inDoubt } = moneyOf(probe, "paid")
      expect([seed, payer.returned <= probe.plan.amount]).toEqual([seed, true])
      expect([seed, returned <= payer.returned || inDoubt > 0]).toEqual([seed, true])
      expect([seed, paid === 0 || returned <= paid]).toEqual([seed, true])
      if (returned === probe.plan.amount) whole++
    }
    expect(whole).toBeGreaterThan(200)
  })
})

it("a number that is refunded twice is seen, counted, and only what is left is sent", () => {
  const answers: Partial<Record<Step["do"], () => Answer>> = {
    ask_order: () => ({ kind: "succeeded", state: "paid" }),
    await_payment: () => ({ kind: "succeeded", state: "paid" }),
    refund: () => ({ kind: "succeeded", gatewayNo: "G1" }),
    refund_again: () => ({ kind: "succeeded", gatewayNo: "G2" }),
    list_refunds: () => ({ kind: "refused", reason: "not_supported", code: "X" }),
  }
  let probe: Probe = { plan: plan({}), done: [], run: 0 }
  for (let step = nextStep(probe); step; step = nextStep(probe)) {
    const isUnpaid = step.do === "ask_order" && step.order === "unpaid"
    const answer: Answer = isUnpaid
      ? { kind: "succeeded", state: "unpaid" }
      : (answers[step.do]?.() ?? { kind: "succeeded" })
    probe = { ...probe, done: [...probe.done, { step, answer, at: "", run: 0 }] }
  }
  const sent = probe.done.flatMap(({ step }) =>
    step.do === "refund" || step.do === "refund_again" ? [step.amount] : [],
  )
  expect(sent).toEqual([2, 2, 1])
  expect(moneyOf(probe, "paid")).toMatchObject({ again: "second", returned: 5 })
})
