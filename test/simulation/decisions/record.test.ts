import { refused, succeeded, unanswered } from "../../../src/core"
import type { Shop } from "../matrix/shop"
import { Desk, gateways } from "./support"
import { day, hour, minute } from "./time"

const desk = new Desk()
desk.open(92)

const [[, ksher], [, gnete]] = gateways as [(typeof gateways)[0], (typeof gateways)[0]]

/** What a person records as returned in the console. */
const console40 = { action: "record_refund", amount: "40", how: "console" } as const

const once = { ledger: 4_000, medusa: [4_000], returned: 4_000, attention: null }

describe("Ksher: a refund in its console that a person records", () => {
  beforeEach(() => desk.begin(ksher))

  it("counts once, where the list is read after it was recorded", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it("counts once, where nothing says how it went back", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    expect(await desk.decide({ action: "record_refund", amount: "40" })).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it("counts once, where the list was read before", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    await shop.jobs(2 * day)
    await shop.sync()
    expect(await desk.books()).toMatchObject(once)
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it("counts once, where the list could not be had while it was recorded", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    await shop.disturb("refund_query", { kind: "reset", when: "before", times: 3 })
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it("counts once, where it is the sum of two", async () => {
    const { shop } = desk
    await shop.buy()
    await shop.disturb("refund_query", { kind: "reset", when: "before", times: 3 })
    await desk.inConsole(1_500)
    await desk.inConsole(2_500)
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it.each(["while it is recorded", "before"])("counts once, where the list told of two %s", async (when) => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(1_500)
    await desk.inConsole(2_500)
    if (when === "before") await shop.jobs(2 * day)
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    const { medusa, ...books } = await desk.books()
    expect(books).toMatchObject({ ledger: 4_000, returned: 4_000, attention: null })
    expect(medusa.toSorted()).toEqual([1_500, 2_500])
  })

  it("is not recorded beside another that the list has just told of, and that may be a part of it", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(1_500)
    expect(await desk.decide(console40)).toBe("changed")
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({ ledger: 1_500, medusa: [1_500], returned: 1_500 })
    expect(await desk.decide({ ...console40, key: "once more" })).toBe("done")
    expect((await desk.books()).ledger).toBe(5_500)
  })

  it("counts twice, where there are two of one amount", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    await desk.inConsole(shop.part)
    expect(await desk.decide(console40)).toBe("done")
    expect(await desk.decide({ ...console40, key: "second" })).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject({ ledger: 8_000, medusa: [4_000, 4_000], returned: 8_000 })
  })

  it("counts beside one by bank transfer, which nothing at the gateway ever is", async () => {
    const { shop } = desk
    await shop.buy()
    expect(await desk.decide({ ...console40, how: "other" })).toBe("done")
    await desk.inConsole(shop.part)
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject({ ledger: 8_000, medusa: [4_000, 4_000], returned: 4_000 })
  })

  it.each([
    ["by their amount", 3_000, 4_000],
    ["by their place, of one amount", 3_500, 3_500],
  ])("has no number of its own in the list: two such are told apart %s", async (_how, first, second) => {
    const { shop } = desk
    await shop.buy()
    const listed = [first, second].map((minor) => ({
      number: "",
      amount: { minor, currency: "thb" },
      state: "succeeded" as const,
    }))
    jest.spyOn(shop.deps.gateway, "refundsOf").mockImplementation(async () => succeeded(listed))
    await shop.jobs(40 * day)
    const { ledger, medusa } = await desk.books()
    expect({ ledger, medusa: medusa.sort() }).toEqual({ ledger: first + second, medusa: [first, second] })
  })
})

describe("Gnete: a refund in its console that a person records", () => {
  beforeEach(() => desk.begin(gnete))

  it("counts once, whether the notification comes before or after", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    expect(await desk.decide(console40)).toBe("done")
    await desk.hears("refund")
    await desk.hears("refund")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it("counts once, where the notification was first", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    await desk.hears("refund")
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject(once)
  })

  it("counts beside one by bank transfer", async () => {
    const { shop } = desk
    await shop.buy()
    expect(await desk.decide({ ...console40, how: "other" })).toBe("done")
    await desk.inConsole(shop.part)
    await desk.hears("refund")
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({ ledger: 8_000, medusa: [4_000, 4_000], returned: 4_000 })
  })

  it("counts once, where it is the sum of two that were told before", async () => {
    const { shop } = desk
    await shop.buy()
    for (const part of [1_500, 2_500]) {
      await desk.inConsole(part)
      await desk.hears("refund")
    }
    expect(await desk.decide(console40)).toBe("done")
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject({ ledger: 4_000, returned: 4_000, attention: null })
  })

  it("is told where it went back beside a bank transfer, and both are more than was paid", async () => {
    const { shop } = desk
    await shop.buy()
    expect(await desk.decide({ action: "record_refund", amount: "60", how: "other" })).toBe("done")
    await desk.inConsole(6_000)
    await desk.hears("refund")
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({ ledger: 12_000, returned: 6_000, attention: "books_differ" })
    expect(await desk.told(() => shop.refund(shop.part))).not.toBe("done")
    expect((await desk.books()).returned).toBe(6_000)
  })

  it("and was a reversal of the whole counts once", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.lane.sandbox.cancelInConsole((await shop.payment()).number)
    await desk.lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
    expect(await desk.decide({ action: "record_refund", how: "console" })).toBe("done")
    await desk.hears("cancel")
    await desk.hears("cancel")
    await shop.jobs(day)
    const all = { state: "refunded", ledger: shop.amount, medusa: [shop.amount], attention: null }
    expect(await desk.books()).toMatchObject(all)
  })

  it("counts once, where the query calls all of it refunded", async () => {
    const { shop } = desk
    await shop.buy()
    await desk.inConsole(shop.part)
    expect(await desk.decide(console40)).toBe("done")
    await desk.inConsole(shop.amount - shop.part)
    await shop.jobs(40 * day)
    expect(await desk.books()).toMatchObject({
      state: "refunded",
      ledger: shop.amount,
      medusa: [4_000, 6_000],
      attention: null,
    })
  })
})

describe("Gnete: a refund that was accepted, failed and was refused eleven times more", () => {
  beforeEach(async () => {
    const shop = await desk.begin(gnete)
    await shop.buy()
    await shop.next("refund", "in_progress")
    await shop.refund(shop.part)
    await shop.quiet()
    await desk.lane.sandbox.settleRefund((await desk.unsettled()).number, "fail")
    jest
      .spyOn(shop.deps.gateway, "refund")
      .mockImplementation(async () => refused("insufficient_funds", "9999", "The balance is too small."))
    await shop.jobs(6 * day)
    expect(await desk.books()).toMatchObject({ attention: "refund_refused", medusa: [shop.part] })
  })

  const row = () => desk.shop.booked().refunds[0]!

  it.each([
    ["names it", () => ({ refundId: row().id })],
    ["is of its amount", () => ({ amount: "40" })],
  ])(
    "is fulfilled by a record that %s: Medusa holds one refund, and nothing is sent",
    async (_how, which) => {
      const { shop } = desk
      expect(await desk.decide({ action: "record_refund", how: "other", ...which() })).toBe("done")
      jest.restoreAllMocks()
      const before = await desk.sent()
      await shop.jobs(40 * day)
      expect(await desk.books()).toMatchObject({
        state: "partially_refunded",
        ledger: shop.part,
        medusa: [shop.part],
        attention: null,
        returned: 0,
      })
      expect(await desk.sent()).toBe(before)
    },
  )

  it.each([
    ["names it", () => ({ refundId: row().id })],
    ["is of its amount", () => ({ amount: "40" })],
  ])(
    "and returned in the console is that refund, whatever is told first, where the record %s",
    async (_how, which) => {
      const { shop } = desk
      jest.restoreAllMocks()
      const before = await desk.sent()
      await desk.inConsole(shop.part)
      await desk.hears("refund")
      await shop.jobs(hour)
      const fulfilled = { ledger: shop.part, medusa: [shop.part], returned: shop.part, attention: null }
      expect(await desk.books()).toMatchObject(fulfilled)
      const recorded = await desk.decide({ action: "record_refund", how: "console", ...which() })
      expect(["resolve_invalid", "done"]).toContain(recorded)
      await shop.jobs(40 * day)
      expect(await desk.books()).toMatchObject(fulfilled)
      expect(await desk.sent()).toBe(before)
    },
  )

  it("and returned in the console is recorded although an older return of the amount is in Medusa's books", async () => {
    const { shop } = desk
    jest.restoreAllMocks()
    const { id } = await shop.payment()
    const older = await desk.lane.ledger.operations.recordOutside(id, {
      ...{ kind: "refund", number: "R-older", amount: shop.part, refundId: "ref_older" },
    })
    shop.booked().refunds.push({ ...row(), id: "ref_older" })
    const at = new Date(row().createdAt - day)
    await desk.lane.database.query(
      "update gateway_operation set created_at = ?, settled_at = ? where id = ?",
      [...[at, at, older?.id]],
    )
    await desk.inConsole(shop.part)
    const record = { action: "record_refund", how: "console", refundId: row().id } as const
    expect(await desk.decide(record)).toBe("done")
    const carrying = (await desk.operations()).filter((one) => one.refundId === row().id)
    expect(carrying.at(-1)).toMatchObject({ state: "succeeded", byHand: "console", amount: shop.part })
  })

  it("and returned in two parts that Medusa has not entered is that refund, with both", async () => {
    const { shop } = desk
    jest.restoreAllMocks()
    const { id } = await shop.payment()
    for (const [number, amount] of [
      ["R-1", 1_500],
      ["R-2", 2_500],
    ] as const)
      await desk.lane.ledger.operations.recordOutside(id, { kind: "refund", number, amount })
    expect(await desk.decide({ action: "record_refund", how: "console", refundId: row().id })).toBe("done")
    const sent = await desk.sent()
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({ ledger: 4_000, medusa: [4_000], attention: null })
    expect(await desk.sent()).toBe(sent)
  })

  it("and a record of another amount or of no refund of Medusa's is refused", async () => {
    const record = { action: "record_refund", how: "other" } as const
    const { id } = row()
    expect(await desk.decide({ ...record, refundId: id, amount: "39" })).toBe("resolve_invalid")
    expect(await desk.decide({ ...record, refundId: "ref_nowhere" })).toBe("resolve_invalid")
    expect(await desk.decide({ ...record, refundId: id })).toBe("done")
    expect(await desk.decide({ ...record, refundId: id, key: "again" })).toBe("resolve_invalid")
  })

  it("can be refunded by hand under the refund that Medusa holds", async () => {
    const { shop } = desk
    jest.restoreAllMocks()
    expect(await desk.decide({ action: "refund", refundId: row().id })).toBe("done")
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({
      ledger: 4_000,
      medusa: [4_000],
      returned: 4_000,
      attention: null,
    })
  })
})

describe.each(gateways)("%s: what a person says of an operation in doubt", (_name, variant) => {
  /** A refund of 40.00 whose answer was lost, and of which the gateway says nothing. */
  const inDoubt = async (when: "before" | "after") => {
    const shop = await desk.begin(variant)
    await shop.buy()
    await desk.loseAnswer(when)
    expect(await desk.told(() => shop.refund(shop.part))).toBe("refund_unknown")
    const { id } = await desk.unsettled()
    // Whoever asks is told nothing.
    jest
      .spyOn(shop.deps.gateway, "refundQuery")
      .mockImplementation(async () => ({ kind: "unknown", code: "http_500", message: "It says nothing." }))
    return { shop, operationId: id }
  }

  it("went_through: it counts, once, and Medusa follows", async () => {
    const { shop, operationId } = await inDoubt("after")
    expect(await desk.decide({ action: "went_through", operationId })).toBe("done")
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject({ ...once, attention: null })
    expect(await desk.sent()).toBe(1)
  })

  it("did_not: it does not count, nothing is sent by that, and what is wanted is a refund of its own", async () => {
    const { shop, operationId } = await inDoubt("before")
    expect(await desk.decide({ action: "did_not", operationId })).toBe("done")
    await shop.jobs(hour)
    expect(await desk.books()).toMatchObject({ state: "paid", ledger: 0, medusa: [], returned: 0 })
    jest.restoreAllMocks()
    expect(await desk.decide({ action: "refund", amount: "40", key: "new" })).toBe("done")
    expect(await desk.books()).toMatchObject(once)
  })

  describe("did_not, by mistake, while the gateway was silent:", () => {
    const silence = unanswered("timeout", "It did not answer in time.")
    const isSilent = (gateway: Shop["deps"]["gateway"]) => {
      jest.spyOn(gateway, "query").mockResolvedValue(silence)
      jest.spyOn(gateway, "refundsOf").mockResolvedValue(silence)
      jest.spyOn(gateway, "refundQuery").mockResolvedValue(silence)
    }
    let shop: Shop
    beforeEach(async () => {
      const doubt = await inDoubt("after")
      shop = doubt.shop
      isSilent(shop.deps.gateway)
      expect(await desk.decide({ action: "did_not", operationId: doubt.operationId })).toBe("done")
    })

    /** The gateway answers again, and days go by. */
    async function countsOnce() {
      jest.restoreAllMocks()
      await shop.jobs(8 * day)
      expect(await desk.books()).toMatchObject({ ...once, attention: null })
      expect(await desk.sent()).toBe(1)
    }

    it("an admin's refund of the same is that money", async () => {
      jest.restoreAllMocks()
      expect(await desk.told(() => shop.refund(shop.part))).toBe("done")
      await countsOnce()
    })

    it("another refund that the person decides is not sent beside it", async () => {
      jest.restoreAllMocks()
      expect(await desk.decide({ action: "refund", amount: "40", key: "new" })).toBe("done")
      await countsOnce()
    })

    it("nothing is sent as long as the gateway does not tell of it", async () => {
      expect(await desk.told(() => shop.refund(shop.part))).toBe("refund_unknown")
      expect(await desk.decide({ action: "refund", amount: "40", key: "new" })).toBe("refund_unknown")
      await countsOnce()
    })

    it.each(["code_10", "code_12", "unreadable", "answer_mismatch"])(
      "nothing is sent as long as it answers that it has an error: %s",
      async (code) => {
        jest.restoreAllMocks()
        const { gateway } = shop.deps
        jest.spyOn(gateway, "refundsOf").mockResolvedValue(silence)
        jest.spyOn(gateway, "refundQuery").mockResolvedValue({ kind: "unknown", code, message: "An error." })
        expect(await desk.told(() => shop.refund(shop.part))).toBe("refund_unknown")
        expect(await desk.decide({ action: "refund", amount: "40", key: "new" })).toBe("refund_unknown")
        await countsOnce()
      },
    )

    it("nothing is sent where the list of refunds gives no answer, and the refund's own number does", async () => {
      jest.restoreAllMocks()
      jest.spyOn(shop.deps.gateway, "refundsOf").mockResolvedValueOnce(silence)
      expect(await desk.told(() => shop.refund(shop.part))).toBe("done")
      await countsOnce()
    })

    it("it is found out though nobody asks for another", () => countsOnce())

    it("recorded as returned in the console, it counts once", async () => {
      expect(await desk.decide(console40)).toBe("done")
      jest.restoreAllMocks()
      if (variant.gateway === "gnete") await desk.hears("refund")
      await countsOnce()
    })

    it("who records it as returned in the console is told that it was ours", async () => {
      jest.restoreAllMocks()
      expect(await desk.decide(console40)).toBe("changed")
      await countsOnce()
    })
  })

  it("is refused where it names none, another kind, another amount, or one that has ended", async () => {
    const { shop, operationId } = await inDoubt("after")
    const { id } = await shop.payment()
    const opened = (await desk.lane.ledger.operations.ofPayment(id)).find(({ kind }) => kind === "open")
    const went = (more: object) => shop.decide({ action: "went_through", ...more })
    await expect(went({})).rejects.toThrow(/needs operation_id/)
    await expect(went({ operationId: "gpop_nowhere" })).rejects.toThrow(/has no operation gpop_nowhere/)
    await expect(went({ operationId: opened?.id })).rejects.toThrow(/returns no money/)
    await expect(went({ operationId, amount: "50" })).rejects.toThrow(/leave the amount out/)
    await expect(shop.decide({ action: "refund", operationId })).rejects.toThrow(/operation_id means nothing/)
    expect(await desk.decide({ action: "went_through", operationId })).toBe("done")
    await expect(shop.decide({ action: "did_not", operationId, key: "2" })).rejects.toThrow(/has ended/)
  })

  it("is not believed against the gateway's own word", async () => {
    const { shop, operationId } = await inDoubt("after")
    jest.restoreAllMocks()
    expect(await desk.decide({ action: "did_not", operationId })).toBe("changed")
    await shop.jobs(day)
    expect(await desk.books()).toMatchObject(once)
    expect(await desk.sent()).toBe(1)
  })

  it.each(["record_refund", "refund"] as const)(
    "that ends between a person's decision and its turn is not returned or recorded once more: %s",
    async (action) => {
      const { shop } = await inDoubt("after")
      const { decisions } = desk.lane.ledger
      const { begin } = decisions
      jest.spyOn(decisions, "begin").mockImplementationOnce(async (wanted) => {
        const begun = await begin.call(decisions, wanted)
        jest.restoreAllMocks()
        await shop.sync()
        return begun
      })
      expect(await desk.decide({ action, amount: "40" })).toBe("changed")
      await shop.jobs(day)
      expect(await desk.books()).toMatchObject({ ...once, attention: null })
      expect(await desk.sent()).toBe(1)
    },
  )

  it("keeps what was recorded apart: while it is in doubt nothing else is recorded", async () => {
    await inDoubt("after")
    expect(await desk.decide({ ...console40, how: "other" })).toBe("operation_in_doubt")
    expect((await desk.books()).ledger).toBe(0)
  })
})

describe.each(gateways)("%s: who dismisses that the gateway names another amount", (_name, variant) => {
  beforeEach(async () => {
    const shop = await desk.begin(variant)
    await shop.choosePayment()
    const { gateway } = shop.deps
    const { currency } = variant
    jest
      .spyOn(gateway, "query")
      .mockImplementation(async () => succeeded({ state: "unpaid", amount: { minor: 1, currency } }))
    await shop.sync()
    expect(await shop.payment()).toMatchObject({ attentionCode: "amount_mismatch" })
    jest.restoreAllMocks()
  })

  const atGateway = async () => (await desk.lane.sandbox.book((await desk.shop.payment()).number)).state

  it("leaves nothing that can still be paid", async () => {
    expect(await desk.decide({ action: "dismiss" })).toBe("done")
    expect(await atGateway()).toBe("closed")
    expect(await desk.shop.payment()).toMatchObject({ attention: null })
  })

  it("is told where the gateway does not confirm that it is closed, and may dismiss again", async () => {
    const { shop } = desk
    await shop.disturb(variant.calls.close, { kind: "reset", when: "before" })
    expect(await desk.decide({ action: "dismiss" })).toBe("close_not_confirmed")
    expect(await shop.payment()).toMatchObject({ attentionCode: "amount_mismatch" })
    await desk.lane.clock.forward(2 * minute)
    expect(await desk.decide({ action: "dismiss" })).toBe("done")
    expect(await atGateway()).toBe("closed")
  })
})

it("the version counts what a person sees, and neither looks nor leases", async () => {
  const shop = await desk.begin(ksher)
  await shop.buy()
  const version = async () => (await shop.payment()).version
  const before = await version()
  await shop.sync()
  await shop.jobs(10 * minute)
  const { id } = await shop.payment()
  const lease = await desk.lane.ledger.leases.take({ id }, minute)
  if (lease) await desk.lane.ledger.leases.release(lease)
  expect(await version()).toBe(before)
  await shop.refund(shop.part)
  await shop.quiet()
  const refundedVersion = await version()
  expect(refundedVersion).toBeGreaterThan(before)
  await desk.lane.ledger.payments.update(id, { attentionCode: "unanswered", attention: "Look." })
  expect(await version()).toBe(refundedVersion + 1)
})

it("who decided what is kept, with the note and the first answer", async () => {
  const shop = await desk.begin(gnete)
  await shop.buy()
  const { id, version } = await shop.payment()
  await shop.decide({ action: "refund", amount: "7", by: "user_7", note: "agreed by phone", key: "k" })
  expect(await desk.lane.ledger.decisions.ofPayment(id)).toMatchObject([
    {
      action: "refund",
      amount: "7",
      by: "user_7",
      note: "agreed by phone",
      key: "k",
      version,
      answer: { done: { refundedAmount: 700 } },
      createdAt: desk.lane.clock.now(),
    },
  ])
})
