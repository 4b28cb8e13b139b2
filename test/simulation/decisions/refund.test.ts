import type { PaymentProblem } from "../../../src/core"
import { day, hour, minute, second } from "./time"
import { Desk, gateways } from "./support"

const desk = new Desk()
desk.open(91)

describe.each(gateways)("%s: a refund by hand", (_name, variant) => {
  beforeEach(() => desk.begin(variant))

  it("that is in doubt and asked for again moves the money once", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.loseAnswer("after")
    expect(await desk.decide({ action: "refund", amount: "40" })).toBe("refund_unknown")
    expect(await desk.decide({ action: "refund", amount: "40", key: "again" })).toBe("changed")
    await shop.jobs(8 * day)
    expect(await desk.books()).toMatchObject({
      ledger: shop.part,
      medusa: [shop.part],
      returned: shop.part,
      attention: null,
    })
    expect(await desk.sent()).toBe(1)
  })

  it("of late money that is in doubt and asked for again moves the money once", async () => {
    const { shop } = desk
    shop.deps.policy = { ...shop.deps.policy, latePayment: "hold" }
    await desk.lane.sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } })
    await shop.choosePayment()
    await shop.changeCart()
    await desk.lane.sandbox.pay((await shop.payment()).number, { force: true })
    await shop.sync()
    expect(await shop.payment()).toMatchObject({ state: "paid_late", attentionCode: "late_held" })
    await desk.loseAnswer("after")
    expect(await desk.decide({ action: "refund", amount: "40" })).toBe("refund_unknown")
    expect(await desk.decide({ action: "refund", amount: "40", key: "again" })).toBe("changed")
    await shop.jobs(day)
    const { number, refundedAmount } = await shop.payment()
    expect(refundedAmount).toBe(shop.part)
    expect((await desk.lane.sandbox.book(number)).returned).toBe(shop.part)
  })

  describe("of late money of which a person keeps 60.00 back", () => {
    beforeEach(async () => {
      const { shop } = desk
      await desk.lane.sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } })
      shop.deps.policy = { ...shop.deps.policy, latePayment: "hold" }
      await shop.choosePayment()
      await shop.changeCart()
      await desk.lane.sandbox.pay((await shop.payment()).number, { force: true })
      await shop.sync()
      const { id } = await shop.payment()
      await desk.lane.ledger.payments.update(id, { dismissed: [{ refundId: null, amount: 6_000 }] })
      shop.deps.policy = { ...shop.deps.policy, latePayment: "refund" }
    })

    /** Whoever reads what went back is overtaken by the job right after that, the `nth` time. */
    function overtaken(nth: number) {
      const { operations } = desk.lane.ledger
      const { ofPayment } = operations
      const reading = jest.spyOn(operations, "ofPayment")
      for (let times = 1; times < nth; times++)
        reading.mockImplementationOnce((id) => ofPayment.call(operations, id))
      reading.mockImplementationOnce(async (id) => {
        const read = await ofPayment.call(operations, id)
        await desk.shop.sync()
        return read
      })
    }

    const keptBack = async () => {
      await desk.shop.jobs(day)
      const { number, refundedAmount, attentionCode } = await desk.shop.payment()
      const { returned } = await desk.lane.sandbox.book(number)
      expect({ refundedAmount, returned, attentionCode }).toEqual({
        ...{ refundedAmount: 4_000, returned: 4_000, attentionCode: null },
      })
    }

    it("goes back once, where two look at it at the same moment", async () => {
      overtaken(1)
      await desk.shop.sync()
      await keptBack()
    })

    it("goes back once, where the job returns it between a person's decision and its turn", async () => {
      const { decisions } = desk.lane.ledger
      const { begin } = decisions
      jest.spyOn(decisions, "begin").mockImplementationOnce(async (wanted) => {
        const begun = await begin.call(decisions, wanted)
        await desk.shop.sync()
        return begun
      })
      expect(await desk.decide({ action: "refund", amount: "40" })).toBe("changed")
      await keptBack()
    })

    it.each([
      ["begins", 1, "changed"],
      ["carries it out", 2, "refund_exceeds"],
    ])(
      "goes back once, where the job returns it when a person who decides so %s",
      async (_when, nth, told) => {
        overtaken(nth)
        expect(await desk.decide({ action: "refund", amount: "40" })).toBe(told)
        await keptBack()
      },
    )
  })

  it("beside an open change is refused, and its repetition gets the answer that it had before", async () => {
    const { shop } = desk
    await shop.buy()
    const asked = { action: "refund", amount: "40", key: "first" } as const
    expect(await desk.decide(asked)).toBe("done")
    await shop.medusa.openChange(shop.order().id, "edit")
    expect(await desk.decide({ ...asked, key: "second" })).toBe("order_changing")
    expect(await desk.decide({ action: "record_refund", amount: "40", how: "other" })).toBe("order_changing")
    expect(await desk.decide(asked)).toBe("done")
    expect(await desk.sent()).toBe(1)
    await shop.medusa.endChange(shop.order().id)
    expect(await desk.decide({ ...asked, key: "second" })).toBe("done")
    expect(await desk.books()).toMatchObject({ ledger: 8_000, medusa: [4_000, 4_000], attention: null })
  })

  it("beside one that the gateway does not tell of sends nothing, and says what to do", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.loseAnswer("after")
    expect(await desk.decide({ action: "refund", amount: "40" })).toBe("refund_unknown")
    await shop.disturb(variant.calls.refundQuery, { kind: "reset", when: "before", times: 2 })
    await expect(shop.decide({ action: "refund", key: "2" })).rejects.toMatchObject({
      kind: "conflict",
      code: "operation_in_doubt",
      message: expect.stringMatching(/Nothing was sent: .* say of that one whether it went through/),
    })
    expect(await desk.sent()).toBe(1)
    expect((await desk.books()).returned).toBe(shop.part)
  })

  it("is sent once for three requests of one person at the same moment, who all get the first answer", async () => {
    const { shop } = desk
    await shop.buy()
    const { version } = await shop.payment()
    const answers = await Promise.all(
      [1, 2, 3].map(() => shop.decide({ action: "refund", amount: "7", version })),
    )
    expect(answers).toEqual(Array(3).fill({ id: (await shop.payment()).id, refundedAmount: 700 }))
    expect(await desk.books()).toMatchObject({ ledger: 700, medusa: [700], returned: 700 })
  })

  it("begins once for three people who saw the same: the others are told that it has changed", async () => {
    const { shop } = desk
    await shop.buy()
    const { version } = await shop.payment()
    const decided = await Promise.allSettled(
      ["a", "b", "c"].map((key) => shop.decide({ action: "refund", amount: "7", version, key, by: key })),
    )
    const problems = decided.flatMap((one) =>
      one.status === "rejected" ? [one.reason as PaymentProblem] : [],
    )
    expect(problems.map(({ kind, code }) => `${kind} ${code}`)).toEqual(Array(2).fill("conflict changed"))
    expect(await desk.books()).toMatchObject({ ledger: 700, medusa: [700], returned: 700 })
  })

  it("of somebody who has seen an older state is refused, and nothing is kept of it", async () => {
    const { shop } = desk
    await shop.buy()
    const { id, version } = await shop.payment()
    await shop.refund(shop.part)
    await shop.quiet()
    expect(await desk.decide({ action: "refund", amount: "7", version })).toBe("changed")
    expect(await desk.lane.ledger.decisions.ofPayment(id)).toEqual([])
    expect((await desk.books()).returned).toBe(shop.part)
  })

  it("that is repeated under its key gets the first answer however late, and nothing is sent", async () => {
    const { shop } = desk
    await shop.buy()
    const asked = { action: "refund", amount: "7", key: "drawer-1" } as const
    const first = await shop.decide(asked)
    await desk.lane.clock.forward(3 * day)
    await shop.job()
    expect(await shop.decide(asked)).toEqual(first)
    expect((await desk.books()).returned).toBe(700)
    expect(await desk.decide({ ...asked, amount: "8" })).toBe("key_reused")
    expect(await desk.decide({ ...asked, by: "user_2" })).toBe("key_reused")
    expect((await desk.books()).returned).toBe(700)
  })

  it("is the same within a minute, and another one after that", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.decide({ action: "refund", amount: "7" })
    await desk.lane.clock.forward(50 * second)
    await shop.decide({ action: "refund", amount: "7" })
    expect((await desk.books()).returned).toBe(700)
    await desk.lane.clock.forward(11 * second)
    await shop.jobs(10 * minute)
    await shop.decide({ action: "refund", amount: "7" })
    expect(await desk.books()).toMatchObject({ ledger: 1400, medusa: [700, 700], returned: 1400 })
  })

  it("of more than what is left is refused, with what is left, and may be corrected at once", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.decide({ action: "refund", amount: "40" })
    await shop.jobs(10 * minute)
    for (const action of ["refund", "record_refund"] as const)
      await expect(shop.decide({ action, amount: "60.01" })).rejects.toThrow(/60\.00 is left/)
    expect(await desk.sent()).toBe(1)
    expect(await desk.decide({ action: "refund", amount: "60" })).toBe("done")
    expect(await desk.books()).toMatchObject({ state: "refunded", returned: shop.amount })
  })

  it("whose process died is not made again: the answer is what has become of it", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.refund(300)
    await shop.quiet()
    const asked = { action: "refund", amount: "40", key: "dies" } as const
    const { gateway } = shop.deps
    const send = gateway.refund.bind(gateway)
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      await send(order)
      throw new Error("The process dies.")
    })
    await expect(shop.decide(asked)).rejects.toThrow("The process dies.")
    await desk.lane.clock.forward(3 * minute)
    expect(await shop.decide(asked)).toMatchObject({ refundedAmount: 4_300 })
    expect(await desk.sent()).toBe(2)
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({ ledger: 4_300, medusa: [300, 4_000], returned: 4_300 })
  })

  it("whose process died before anything was made says so, and the same key sends nothing", async () => {
    const { shop } = desk
    await shop.buy()
    const asked = { action: "refund", amount: "40", key: "dies" } as const
    jest.spyOn(shop.medusa, "refund").mockRejectedValueOnce(new Error("The process dies."))
    await expect(shop.decide(asked)).rejects.toThrow("The process dies.")
    expect(await desk.decide(asked)).toBe("busy")
    await desk.lane.clock.forward(3 * minute)
    expect(await desk.decide(asked)).toBe("decision_interrupted")
    expect(await desk.decide(asked)).toBe("decision_interrupted")
    expect(await desk.sent()).toBe(0)
    expect(await desk.decide({ ...asked, key: "new" })).toBe("done")
    expect((await desk.books()).returned).toBe(shop.part)
  })
})

describe("Gnete: a refund by hand", () => {
  beforeEach(() => desk.begin(gateways[1]![1]))

  it("that was refused is refused again under its key in the same words", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.next("refund", "insufficient_balance")
    const asked = { action: "refund", amount: "7", key: "drawer-2" } as const
    const said = () => shop.decide(asked).catch((error: unknown) => (error as Error).message)
    const first = await said()
    expect(first).toMatch(/No money moved/)
    expect(await said()).toBe(first)
    expect(await desk.sent()).toBe(1)
  })

  it("of the rest asks first about one that Medusa's refund left unfinished, and counts it", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.next("refund", "in_progress")
    await shop.refund(shop.part)
    await shop.quiet()
    const { number } = await desk.unsettled()
    await desk.lane.sandbox.settleRefund(number, "success")
    expect(await desk.decide({ action: "refund" })).toBe("done")
    expect(await desk.books()).toMatchObject({
      state: "refunded",
      ledger: shop.amount,
      medusa: [shop.part, shop.amount - shop.part],
      returned: shop.amount,
    })
  })

  it("beside one that is still unfinished counts it as returned", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.next("refund", "in_progress")
    await shop.refund(shop.part)
    await shop.quiet()
    const before = (await desk.books()).returned
    expect(await desk.decide({ action: "refund", amount: "60.01" })).toBe("resolve_invalid")
    expect(await desk.decide({ action: "refund", amount: "10", key: "2" })).toBe("refund_in_progress")
    expect(await desk.sent()).toBe(1)
    expect((await desk.books()).returned).toBe(before)
  })

  it("of another amount than Medusa still owes is of the amount that was asked for", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.next("refund", "in_progress")
    await shop.refund(shop.part)
    await shop.quiet()
    await desk.lane.sandbox.settleRefund((await desk.unsettled()).number, "fail")
    expect(await desk.decide({ action: "refund", amount: "7" })).toBe("done")
    expect((await desk.books()).returned).toBe(700)
    await shop.jobs(hour)
    expect(await desk.books()).toMatchObject({
      medusa: [shop.part, 700],
      ledger: shop.part + 700,
      returned: shop.part + 700,
    })
  })
})
