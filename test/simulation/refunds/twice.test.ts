import { answeredUnknown, refused, succeeded, unknown } from "../../../src/core"
import type { Outcome, PayoutRecord, RefundRecord, ShopperPayouts } from "../../../src/core"
import { act, receive } from "../../../src/services/settlement"
import type { Operation } from "../../../src/services/ledger"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { gnete, ksherPayouts, ksherRedirect, type Variant } from "../matrix/variants"

/* A return counts as not made, another is made in its place, and the first has gone through after all. */

const day = 24 * hour
const part = 4_000
const lost = unknown("timeout", "No answer.")
const absent = refused("absent", "absent", "There is no such number.")
const declined = refused("declined", "failed", "It failed.")

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(92)))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const sameDay = (enabled: boolean) => ({ enabled, cutoff: "23:00", timeZone: "Asia/Hong_Kong" })

async function open(variant: Variant, { reverses = false } = {}) {
  shop = new Shop(lane, variant, await lane.begin(), {
    sameDayCancel: sameDay(reverses),
  })
  await shop.buy()
}

const operationsOf = async (...kinds: Operation["kind"][]): Promise<Operation[]> =>
  (await lane.ledger.operations.ofPayment((await shop.payment()).id)).filter(({ kind }) =>
    kinds.includes(kind),
  )
const returnsOf = () => operationsOf("refund", "payout")
const reversals = () => operationsOf("cancel")

/** Of a partial refund Gnete goes on to call the order paid; here it does of the whole, too. */
function callOrderPaid() {
  const { gateway } = shop.deps
  const { query } = gateway
  jest.spyOn(gateway, "query").mockImplementation(async (order) => {
    const answer = await query.call(gateway, order)
    if (answer.kind !== "succeeded") return answer
    const { amount } = answer.value
    return succeeded({ state: "paid" as const, ...(amount ? { amount } : {}) })
  })
}

async function books() {
  const { refundedAmount, attentionCode, attentionValues } = await shop.payment()
  const why = attentionValues && "why" in attentionValues ? attentionValues.why : null
  return {
    ledger: refundedAmount,
    attention: attentionCode === null ? null : `${attentionCode} ${why ?? ""}`,
    medusa: shop.booked().refunds.map(({ amount }) => amount),
    states: (await returnsOf()).map(({ state }) => state),
  }
}

/** Both are in all the books, and a person is told. */
async function expectToldOfBoth() {
  expect(await books()).toMatchObject({
    ...{ ledger: 2 * part, attention: "books_differ returned_twice", medusa: [part, part] },
  })
  expect(await atGateway()).toBe(2 * part)
}

const atGateway = async () => (await lane.sandbox.book((await shop.payment()).number)).returned

/** What the gateway has answered about the first two refunds so far, beside what it does of them. */
interface Said {
  first: "unsaid" | "pending" | "true"
  second: "true" | "lost" | "declined" | "absent"
}

/**
 * A person calls the first refund not made, which the gateway has taken; another one is sent. Of the second, `said` decides from its
 * sending on.
 */
function playTwo(said: Said): { numbers: string[] } {
  const { gateway } = shop.deps
  const { refund, refundQuery } = gateway
  const numbers: string[] = []
  const answers: Partial<Record<Said["second"], Outcome<never>>> = { lost, declined, absent }
  const pending = (answer: Outcome<RefundRecord>): Outcome<RefundRecord> =>
    answer.kind === "succeeded"
      ? { kind: "pending", value: { ...answer.value, state: "pending" }, message: "It was accepted." }
      : answer
  jest.spyOn(gateway, "refund").mockImplementation(async (order) => {
    numbers.push(order.number)
    if (numbers.length === 1) return pending(await refund.call(gateway, order))
    return numbers.length === 2 && said.second !== "true" ? lost : refund.call(gateway, order)
  })
  jest.spyOn(gateway, "refundQuery").mockImplementation(async (order) => {
    if (order.number === numbers[1]) return answers[said.second] ?? refundQuery.call(gateway, order)
    if (order.number !== numbers[0] || said.first === "true") return refundQuery.call(gateway, order)
    return said.first === "unsaid"
      ? unknown("state_4", "It may have moved.")
      : pending(await refundQuery.call(gateway, order))
  })
  callOrderPaid()
  return { numbers }
}

/** The first is accepted, a person calls it not made, and the job makes it again for the row that Medusa holds. */
async function madeAgain(amount: number) {
  await shop.refund(amount)
  await lane.clock.forward(4 * hour)
  await shop.job()
  const [first] = await returnsOf()
  expect(await shop.attempt(() => shop.decide({ action: "did_not", operationId: first!.id }))).toBe(true)
  await lane.clock.forward(5 * minute)
  await shop.job()
}

/** Gnete's notification of the first one arrives, and is acted on. */
async function hears(about: "refund" | "cancel" = "refund") {
  const { body, contentType } = await lane.sandbox.craftNotification((await shop.payment()).number, {}, about)
  const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
  if (receipt.kind !== "accepted") throw new Error(receipt.reason)
  await act(receipt.notification, shop.deps)
  await shop.quiet()
}

describe("at Gnete, where a refund is accepted, called not made by a person, and made again", () => {
  beforeEach(() => open(gnete))

  it.each([
    ["declined", "a part", part],
    ["declined", "the whole", 10_000],
    ["absent", "a part", part],
    ["absent", "the whole", 10_000],
  ] as const)(
    "the second is in doubt when the first is heard of, and %s then (%s): it went back once, and no third is sent",
    async (end, _, amount) => {
      const said: Said = { first: "unsaid", second: "lost" }
      const { numbers } = playTwo(said)
      await madeAgain(amount)
      expect((await books()).states).toEqual(["refused", "unknown"])
      said.first = "true"
      await hears()
      await shop.sync()
      said.second = end
      await lane.clock.forward(10 * minute)
      await shop.job()
      await shop.jobs(9 * day)
      expect(await books()).toEqual({
        ...{ ledger: amount, attention: null, medusa: [amount] },
        states: ["succeeded", "refused"],
      })
      expect(await atGateway()).toBe(amount)
      expect(numbers).toHaveLength(2)
    },
  )

  it.each([
    ["done", "true"],
    ["accepted first, and done later", "pending"],
  ] as const)("both have gone through, the first %s: it is told until it is dismissed", async (_, first) => {
    const said: Said = { first: "unsaid", second: "true" }
    const { numbers } = playTwo(said)
    await madeAgain(part)
    said.first = first
    await lane.clock.forward(day)
    await shop.sync()
    said.first = "true"
    await shop.jobs(3 * day)
    const both = { ledger: 2 * part, medusa: [part, part], states: ["succeeded", "succeeded"] }
    expect(await books()).toEqual({ ...both, attention: "books_differ returned_twice" })
    expect(await atGateway()).toBe(2 * part)
    expect(await shop.attempt(() => shop.decide({ action: "dismiss" }))).toBe(true)
    await shop.jobs(9 * day)
    expect(await books()).toEqual({ ...both, attention: null })
    expect(numbers).toHaveLength(2)
  })

  it("a refund of the same amount that is asked for once that is known is another one, and is made", async () => {
    const said: Said = { first: "unsaid", second: "lost" }
    const { numbers } = playTwo(said)
    await madeAgain(part)
    Object.assign(said, { first: "true" })
    await hears()
    said.second = "declined"
    await lane.clock.forward(10 * minute)
    await shop.job()
    await shop.refund(part)
    await shop.jobs(3 * day)
    expect(await books()).toMatchObject({ ledger: 2 * part, attention: null, medusa: [part, part] })
    expect(numbers).toHaveLength(3)
    expect(await atGateway()).toBe(2 * part)
  })
})

describe("where Medusa has deleted the row of the first, and the second has one of its own", () => {
  it("at Gnete: a person had called it not made", async () => {
    await open(gnete)
    const said: Said = { first: "unsaid", second: "true" }
    playTwo(said)
    const { gateway } = shop.deps
    const sent = gateway.refund
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      await sent.call(gateway, order)
      return lost
    })
    expect(await shop.attempt(() => shop.refund(part))).toBe(false)
    const [first] = await returnsOf()
    await shop.attempt(() => shop.decide({ action: "did_not", operationId: first!.id }))
    await lane.clock.forward(10 * minute)
    expect(await shop.attempt(() => shop.refund(part))).toBe(true)
    said.first = "true"
    await shop.jobs(9 * day)
    await expectToldOfBoth()
  })

  it("at Ksher: an undocumented failure and an absence had called it refused", async () => {
    await open(ksherRedirect)
    const { gateway } = shop.deps
    const { refund } = gateway
    const asked = jest.spyOn(gateway, "refundQuery").mockResolvedValue(absent)
    const listed = jest.spyOn(gateway, "refundsOf").mockResolvedValue(succeeded([]))
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      await refund.call(gateway, order)
      return answeredUnknown("SYSTEM_ERR", "A failure that nobody documents.")
    })
    expect(await shop.attempt(() => shop.refund(part))).toBe(false)
    await lane.clock.forward(10 * minute)
    expect(await shop.attempt(() => shop.refund(part))).toBe(true)
    asked.mockRestore()
    listed.mockRestore()
    await shop.jobs(9 * day)
    await expectToldOfBoth()
  })
})

describe("at Gnete, where the whole payment is reversed in the place of what counts as not made", () => {
  beforeEach(() => open(gnete, { reverses: true }))

  const whole = 10_000
  const callNotMade = async (id: string) =>
    expect(await shop.attempt(() => shop.decide({ action: "did_not", operationId: id }))).toBe(true)

  it.each([
    ["a part", part],
    ["the whole", whole],
  ])("%s counts as not made, and may have gone back: the payment is not reversed", async (_, amount) => {
    await lane.sandbox.setQuirks({ gnete: { cancelAfterPartialRefund: true } })
    const said: Said = { first: "unsaid", second: "true" }
    playTwo(said)
    const { gateway, policy } = shop.deps
    const { refund } = gateway
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      await refund.call(gateway, order)
      return lost
    })
    const reversing = jest.spyOn(gateway, "cancel")
    shop.deps.policy = { ...policy, sameDayCancel: sameDay(false) }
    expect(await shop.attempt(() => shop.refund(amount))).toBe(false)
    shop.deps.policy = policy
    await callNotMade((await returnsOf())[0]!.id)
    await lane.clock.forward(10 * minute)
    // Gnete gives a refund of more than is left no way.
    expect(await shop.attempt(() => shop.refund(whole))).toBe(false)
    said.first = "true"
    await hears()
    await shop.jobs(3 * day)
    expect(reversing).not.toHaveBeenCalled()
    expect(await books()).toMatchObject({ ledger: amount, attention: null, medusa: [amount] })
    expect(await atGateway()).toBe(amount)
  })

  /** A reversal is taken by Gnete, which says nothing sure of it until `said`, and never in what it calls the order. */
  function playReversal() {
    const { gateway } = shop.deps
    const { cancel, cancelQuery } = gateway
    const say = { isSaid: false }
    jest.spyOn(gateway, "cancel").mockImplementation(async (...asked) => {
      const answer = await cancel.call(gateway, ...asked)
      if (answer.kind !== "succeeded") return answer
      return { kind: "pending", value: { ...answer.value, state: "pending" }, message: "It was accepted." }
    })
    jest
      .spyOn(gateway, "cancelQuery")
      .mockImplementation(async (...asked) =>
        say.isSaid ? cancelQuery.call(gateway, ...asked) : unknown("state_4", "It may have moved."),
      )
    callOrderPaid()
    return say
  }

  const reversalCalledNotMade = async () => {
    await shop.refund(whole)
    await lane.clock.forward(4 * hour)
    await shop.job()
    await callNotMade((await reversals())[0]!.id)
    await lane.clock.forward(10 * minute)
  }

  it.each(["a notification", "asking for it by its name"])(
    "a reversal called not made is heard of by %s while the refund in its place is in doubt",
    async (told) => {
      const say = playReversal()
      const { gateway } = shop.deps
      const refunding = jest.spyOn(gateway, "refund").mockResolvedValue(lost)
      const asking = jest.spyOn(gateway, "refundQuery").mockResolvedValue(lost)
      await reversalCalledNotMade()
      await shop.job()
      const states = async () => [...(await reversals()), ...(await returnsOf())].map(({ state }) => state)
      expect(await states()).toEqual(["refused", "unknown"])
      expect(refunding).toHaveBeenCalledTimes(1)
      asking.mockResolvedValue(absent)
      say.isSaid = true
      if (told === "a notification") await hears("cancel")
      else await shop.sync()
      await shop.jobs(3 * day)
      expect(refunding).toHaveBeenCalledTimes(1)
      expect(await states()).toEqual(["succeeded", "refused"])
      expect(await books()).toMatchObject({ ledger: whole, attention: null, medusa: [whole] })
      expect(await atGateway()).toBe(whole)
    },
  )

  it("a reversal called not made is asked about by its name before a refund is sent in its place", async () => {
    const say = playReversal()
    const refunding = jest.spyOn(shop.deps.gateway, "refund")
    await reversalCalledNotMade()
    say.isSaid = true
    await shop.jobs(3 * day)
    expect(refunding).not.toHaveBeenCalled()
    expect((await reversals()).map(({ state }) => state)).toEqual(["succeeded"])
    expect(await books()).toMatchObject({ ledger: whole, attention: null, medusa: [whole] })
    expect(await atGateway()).toBe(whole)
  })

  it.each([
    ["a part", part, "a notification"],
    ["a part", part, "asking for it by its name"],
    ["all", whole, "a notification"],
    ["all", whole, "asking for it by its name"],
  ])(
    "of a reversal called not made a person has recorded %s (%i), and it is heard of by %s: it counts once",
    async (_, amount, told) => {
      const say = playReversal()
      const refunding = jest.spyOn(shop.deps.gateway, "refund")
      await shop.refund(whole)
      await lane.clock.forward(4 * hour)
      await shop.job()
      await callNotMade((await reversals())[0]!.id)
      const record = {
        action: "record_refund" as const,
        amount: (amount / 100).toFixed(2),
        how: "console" as const,
      }
      expect(await shop.attempt(() => shop.decide(record))).toBe(true)
      say.isSaid = true
      if (told === "a notification") await hears("cancel")
      await lane.clock.forward(10 * minute)
      await shop.jobs(10 * day)
      expect(refunding).not.toHaveBeenCalled()
      expect((await shop.payment()).refundedAmount).toBe(whole)
      expect(await atGateway()).toBe(whole)
    },
  )

  it("a part is returned in the console while the reversal is in doubt, as its notification tells: that is not sent again", async () => {
    await lane.sandbox.setQuirks({ gnete: { cancelAfterPartialRefund: true } })
    const { gateway } = shop.deps
    const silent = jest.spyOn(gateway, "query").mockResolvedValue(lost)
    const sent = jest.spyOn(gateway, "cancel").mockResolvedValueOnce(lost)
    expect(await shop.attempt(() => shop.refund(whole))).toBe(false)
    silent.mockRestore()
    await lane.sandbox.refundInConsole((await shop.payment()).number, part)
    await hears("refund")
    await shop.jobs(3 * hour)
    expect(sent).toHaveBeenCalledTimes(1)
    expect(await books()).toMatchObject({ ledger: part, attention: expect.stringMatching(/^refund_unknown/) })
    await callNotMade((await reversals())[0]!.id)
    await shop.jobs(3 * day)
    expect(await books()).toMatchObject({ ledger: part, attention: null, medusa: [part] })
    expect(await atGateway()).toBe(part)
  })

  it("a reversal that a notification names is not sent once more before that is heard, though the order is called paid", async () => {
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
    const { gateway } = shop.deps
    const { cancel } = gateway
    const silent = jest.spyOn(gateway, "query").mockResolvedValue(lost)
    const sent = jest.spyOn(gateway, "cancel").mockImplementationOnce(async (...asked) => {
      await cancel.call(gateway, ...asked)
      return lost
    })
    expect(await shop.attempt(() => shop.refund(whole))).toBe(false)
    expect((await reversals()).map(({ state }) => state)).toEqual(["unknown"])
    silent.mockRestore()
    await hears("cancel")
    expect(sent).toHaveBeenCalledTimes(1)
    expect((await reversals()).map(({ state }) => state)).toEqual(["succeeded"])
    await shop.jobs(3 * day)
    expect(await books()).toMatchObject({ ledger: whole, attention: null, medusa: [whole] })
    expect(await atGateway()).toBe(whole)
  })
})

describe("a notification at Gnete of what went back beside a refund whose end is not known yet", () => {
  beforeEach(() => open(gnete))

  /** Gnete answers that it has accepted the refund, whatever becomes of it. */
  const accepted = async (amount: number) => {
    const { gateway } = shop.deps
    const { refund } = gateway
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      await refund.call(gateway, order)
      const value: RefundRecord = {
        ...{ number: order.number, gatewayNo: "", amount: order.amount, state: "pending" },
      }
      return { kind: "pending", value, message: "It was accepted." }
    })
    await shop.refund(amount)
  }

  it("the rest is reversed, and the refund had gone through: each counts once", async () => {
    await lane.sandbox.setQuirks({ gnete: { cancelAfterPartialRefund: true, stateAfterCancel: 2 } })
    await accepted(part)
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    await hears("cancel")
    await shop.jobs(3 * day)
    expect(await books()).toMatchObject({ ledger: 10_000, attention: null, medusa: [part, 6_000] })
    expect(await atGateway()).toBe(10_000)
  })

  it("the refund had failed, and was made in the console: it counts once, and is not made again", async () => {
    const big = 6_000
    await shop.next("refund", "fail")
    await accepted(big)
    await lane.sandbox.refundInConsole((await shop.payment()).number, big)
    await hears("refund")
    await shop.jobs(3 * day)
    expect(await books()).toMatchObject({ ledger: big, attention: null, medusa: [big] })
    expect(await atGateway()).toBe(big)
  })
})

describe("of payouts", () => {
  beforeEach(() => open(ksherPayouts))

  type Answers = { send: () => Outcome<PayoutRecord>; query: (number: string) => Outcome<PayoutRecord> }
  const paid = succeeded<PayoutRecord>({ gatewayNo: "K1", fee: null })
  const failed = answeredUnknown("SOME_FAILURE", "It failed.")

  function playPayouts(answers: Answers): { numbers: string[]; poor(): void } {
    const { gateway } = shop.deps
    const rail = gateway.shopperPayouts as ShopperPayouts
    const numbers: string[] = []
    let left = 10_000_000
    jest.spyOn(gateway, "shopperPayouts", "get").mockReturnValue({
      ...rail,
      balance: () => Promise.resolve(succeeded(left)),
      send: ({ number }) => {
        numbers.push(number)
        return Promise.resolve(answers.send())
      },
      query: ({ number }) => Promise.resolve(answers.query(number)),
    })
    return { numbers, poor: () => (left = 1) }
  }
  const unknownTo = () => refused("absent", shop.deps.gateway.shopperPayouts?.absentCode ?? "", "None.")
  const refusedTwice = async () => {
    for (let look = 0; look < 2; look++) {
      await lane.clock.forward(3 * minute)
      await shop.sync()
    }
  }

  /** The first counts as refused, and another one waits for the shopper. */
  const refusedOnce = async () => {
    await shop.refund(part)
    await shop.nameAccount()
    await refusedTwice()
    await lane.clock.forward(5 * minute)
    await shop.job()
  }

  it("the first is found paid while the second is in doubt, which is refused then: no third is asked for", async () => {
    const found = new Set<string>()
    const { numbers } = playPayouts({
      send: () => failed,
      query: (number) => (found.has(number) ? paid : unknownTo()),
    })
    await refusedOnce()
    await shop.nameAccount()
    expect((await books()).states).toEqual(["refused", "unknown"])
    found.add(numbers[0]!)
    await shop.sync()
    await refusedTwice()
    await shop.jobs(9 * day)
    expect(await books()).toEqual({
      ...{ ledger: part, attention: null, medusa: [part] },
      states: ["succeeded", "refused"],
    })
    expect(numbers).toHaveLength(2)
  })

  it("the second waits again by then: it is not sent", async () => {
    const found = new Set<string>()
    let answer: Outcome<PayoutRecord> = failed
    const { numbers, poor } = playPayouts({
      send: () => answer,
      query: (number) => (found.has(number) ? paid : unknownTo()),
    })
    await refusedOnce()
    answer = answeredUnknown("KSHER_BALANCE_NOT_ENOUGH", "The balance does not cover it.")
    await shop.nameAccount()
    found.add(numbers[0]!)
    await shop.sync()
    poor()
    await refusedTwice()
    answer = paid
    await shop.jobs(9 * day)
    expect(await books()).toEqual({
      ...{ ledger: part, attention: null, medusa: [part] },
      states: ["succeeded", "not_sent"],
    })
    expect(numbers).toHaveLength(2)
  })

  it.each([
    ["the whole is returned in the console meanwhile: it is not", true, 1],
    ["nothing is returned elsewhere: it is", false, 2],
  ])("where a lost payout may be sent again, and %s", async (_, isReturned, times) => {
    const { policy } = shop.deps
    shop.deps.policy = { ...policy, payouts: { ...policy.payouts!, sendAgain: true } }
    const { numbers } = playPayouts({ send: () => lost, query: unknownTo })
    await shop.refund(10_000)
    await shop.nameAccount()
    expect(numbers).toHaveLength(1)
    if (isReturned) await lane.sandbox.refundInConsole((await shop.payment()).number, 10_000)
    await lane.clock.forward(10 * minute)
    await shop.job()
    expect(numbers).toHaveLength(times)
    expect(await atGateway()).toBe(isReturned ? 10_000 : 0)
  })

  it.each([
    ["in the console", "console", "lost", 1],
    ["without saying how", undefined, "absent", 1],
    ["another way", "other", "lost", 2],
  ] as const)(
    "it waits again, and a person says that it went through %s: Ksher's success then counts",
    async (_, how, said, times) => {
      let answer: Outcome<PayoutRecord> = unknownTo()
      const { numbers, poor } = playPayouts({
        send: () => answeredUnknown("KSHER_BALANCE_NOT_ENOUGH", "The balance does not cover it."),
        query: () => answer,
      })
      await shop.refund(part)
      await shop.nameAccount()
      poor()
      await refusedTwice()
      const [operation] = await returnsOf()
      expect(operation).toMatchObject({ state: "pending" })
      answer = said === "lost" ? lost : unknownTo()
      const decision = { action: "went_through" as const, operationId: operation!.id }
      await shop.attempt(() => shop.decide(how ? { ...decision, how } : decision))
      answer = paid
      await shop.jobs(9 * day)
      expect(await books()).toMatchObject({
        ledger: times * part,
        attention: times === 1 ? null : "books_differ returned_twice",
      })
      expect(numbers).toHaveLength(1)
    },
  )
})
