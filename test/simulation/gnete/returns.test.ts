import { act, receive } from "../../../src/services/settlement"
import { succeeded, unknown } from "../../../src/core"
import { GneteClient } from "../../../src/services/gnete"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, second, Shop } from "../matrix/shop"
import { gnete } from "../matrix/variants"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(90)))
beforeEach(async () => (shop = new Shop(lane, gnete, await lane.begin())))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const noReversals = { enabled: false, cutoff: "23:00", timeZone: "Asia/Hong_Kong" }

/** What the books say: the payment's state and what returned its money, and what the gateway truly gave back. */
async function books() {
  const { id, number, state, refundedAmount, attentionCode } = await shop.payment()
  const operations = await lane.ledger.operations.ofPayment(id)
  const { returned } = await lane.sandbox.book(number)
  return {
    state,
    refundedAmount,
    attention: attentionCode,
    operations: operations
      .filter(({ kind }) => kind === "cancel" || kind === "refund")
      .map(({ kind, state: end, outside }) => `${kind} ${end}${outside ? " outside" : ""}`)
      .sort(),
    medusa: shop.booked().refunds.map(({ amount }) => amount),
    returned,
  }
}

/** The admin's try: what he was told. */
async function told(work: () => Promise<void>): Promise<string> {
  await shop.attempt(work)
  return shop.told.at(-1) ?? ""
}

/** The notification of the latest of its kind arrives, and is acted on. */
async function hears(kind: "payment" | "refund" | "cancel", changes: Record<string, string | number> = {}) {
  const { number } = await shop.payment()
  const { body, contentType } = await lane.sandbox.craftNotification(number, changes, kind)
  const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
  if (receipt.kind !== "accepted") throw new Error(receipt.reason)
  await act(receipt.notification, shop.deps)
  await shop.quiet()
}

/** What became of the latest notification. */
async function heard(): Promise<string | undefined> {
  const { id } = await shop.payment()
  return (await lane.ledger.notifications.ofPayment(id)).at(0)?.result
}

describe("a refund that is repeated", () => {
  it("is in doubt where the gateway says that the order is in no state for it: the first attempt may have done that", async () => {
    await shop.buy()
    const { gateway } = shop.deps
    shop.deps.policy = { ...shop.deps.policy, sameDayCancel: noReversals }
    await shop.disturb("refund/refundOrder", { kind: "delay", when: "before", delayMs: second })
    // The first attempt arrives when the gateway has just said that it does not know it.
    const really = gateway.refundQuery.bind(gateway)
    jest.spyOn(gateway, "refundQuery").mockImplementationOnce(async (asked) => {
      const answer = await really(asked)
      await lane.clock.forward(2 * second)
      while ((await lane.sandbox.book(asked.order.number)).returned === 0)
        await new Promise((resolve) => setImmediate(resolve))
      return answer
    })
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    await shop.jobs(3 * hour)
    expect(await books()).toMatchObject({
      state: "refunded",
      operations: ["refund succeeded"],
      returned: shop.amount,
    })
  })
})

describe("a reversal of which Gnete tells, while its query goes on saying paid", () => {
  beforeEach(() => lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } }))

  it("is recorded where it was made in the console, and entered in Medusa once", async () => {
    await shop.buy()
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    await hears("cancel")
    await hears("cancel", { extraParam: "again" })
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toEqual({
      state: "refunded",
      refundedAmount: shop.amount,
      attention: null,
      operations: ["cancel succeeded outside"],
      medusa: [shop.amount],
      returned: shop.amount,
    })
  })

  it("is not recorded a second time where the query says reversed later", async () => {
    await shop.buy()
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    await hears("cancel")
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 4 } })
    await shop.sync()
    expect(await books()).toMatchObject({ attention: null, operations: ["cancel succeeded outside"] })
  })

  it("is not recorded where the query said reversed before", async () => {
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 4 } })
    await shop.buy()
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    await shop.sync()
    await hears("cancel")
    expect(await books()).toMatchObject({ attention: null, operations: ["cancel succeeded outside"] })
  })

  it("returns what was left, where a part had been refunded", async () => {
    await lane.sandbox.setQuirks({ gnete: { cancelAfterPartialRefund: true } })
    await shop.buy()
    await shop.refund(shop.part)
    await shop.quiet()
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    await hears("cancel")
    expect(await books()).toMatchObject({
      state: "refunded",
      refundedAmount: shop.amount,
      attention: null,
      operations: ["cancel succeeded outside", "refund succeeded"],
      returned: shop.amount,
    })
  })

  it("is ours where the answer to ours was lost", async () => {
    await shop.buy()
    await shop.disturb("pay/cancel", { kind: "reset", when: "after" })
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    await hears("cancel")
    await shop.jobs(hour)
    expect(await books()).toMatchObject({
      state: "refunded",
      attention: null,
      operations: ["cancel succeeded"],
      medusa: [shop.amount],
      returned: shop.amount,
    })
  })

  it("and that failed at the channel ends ours as refused, so that a refund may follow", async () => {
    await shop.buy()
    await shop.next("cancel", "fail")
    await shop.disturb("pay/cancel", { kind: "reset", when: "after" })
    await shop.disturb("pay/cancel", { kind: "reset", when: "before" })
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    await shop.disturb("pay/cancel", { kind: "reset", when: "before" })
    await hears("cancel")
    // Another attempt may be on its way for so long.
    expect(await books()).toMatchObject({ state: "paid", operations: ["cancel unknown"] })
    await lane.clock.forward(3 * minute)
    await shop.sync()
    expect(await books()).toMatchObject({ state: "paid", operations: ["cancel refused"] })
    expect(await told(() => shop.refund(shop.amount))).toBe("done")
    expect(await books()).toMatchObject({
      state: "refunded",
      operations: ["cancel refused", "refund succeeded"],
      returned: shop.amount,
    })
  })

  it.each([
    ["of another payment", { payOrderId: "P1" }],
    ["of another amount", { payAmount: 1 }],
    ["in another currency", { currency: "JPY" }],
  ])("%s, as Gnete's own query says, is booked by nobody and calls a person", async (_what, wrong) => {
    await shop.buy()
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    const { mchNo, appId, appSecret, baseUrl } = lane.sandbox.gnete
    const client = new GneteClient({ mchNo, appId, appSecret, baseUrl })
    const said = jest.spyOn(GneteClient.prototype, "cancelQuery").mockImplementation(async (asked) => {
      said.mockRestore()
      const answer = await client.cancelQuery(asked)
      return answer.kind === "succeeded" ? succeeded({ ...answer.value, ...wrong }) : answer
    })
    await hears("cancel")
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toMatchObject({
      state: "paid",
      attention: "outside_unclear",
      operations: [],
      medusa: [],
    })
  })

  it("is tried again where cancel/query has no sure answer", async () => {
    await shop.buy()
    await lane.sandbox.cancelInConsole((await shop.payment()).number)
    await shop.disturb("cancel/query", { kind: "reset", when: "after" })
    await hears("cancel")
    expect(await heard()).toBe("failed")
    expect(await books()).toMatchObject({ state: "paid", operations: [] })
    await lane.clock.forward(hour)
    await shop.job()
    expect(await books()).toMatchObject({ state: "refunded", operations: ["cancel succeeded outside"] })
  })
})

it("a refund in the console that failed at the channel is nothing to record, and keeps nobody from refunding", async () => {
  await shop.buy()
  await shop.next("refund", "fail")
  await lane.sandbox.refundInConsole((await shop.payment()).number, shop.part)
  await hears("refund")
  expect(await heard()).toBe("acted")
  expect(await books()).toMatchObject({ state: "paid", attention: null, operations: [], returned: 0 })
  expect(await told(() => shop.refund(shop.part))).toBe("done")
})

describe("a reversal that Gnete answered with a failure that it does not document", () => {
  const undocumented = { kind: "refuse", when: "after", message: "处理失败" } as const
  beforeEach(() => lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } }))

  const returnedOnce = () => ({
    state: "refunded",
    refundedAmount: shop.amount,
    attention: null,
    operations: ["cancel succeeded", "refund refused"],
    medusa: [shop.amount],
    returned: shop.amount,
  })

  it("may have gone through, where the refund that follows it finds nothing left", async () => {
    await shop.buy()
    await shop.disturb("pay/cancel", undocumented)
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    expect(await books()).toMatchObject({
      state: "paid",
      operations: ["cancel refused", "refund unknown"],
      medusa: [],
      returned: shop.amount,
    })
  })

  it("has gone through as its notification says, and the admin who tries again is done", async () => {
    await shop.buy()
    await shop.disturb("pay/cancel", undocumented)
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    await hears("cancel")
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toEqual(returnedOnce())
  })

  it("has gone through where the query says so later, and the admin who tries again moves nothing", async () => {
    await shop.buy()
    await shop.disturb("pay/cancel", undocumented)
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 4 } })
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    expect(await told(() => shop.refund(shop.amount))).toBe("done")
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toEqual(returnedOnce())
  })

  it("and did not go through is followed by a refund, as before", async () => {
    await shop.buy()
    await shop.disturb("pay/cancel", { ...undocumented, when: "before" })
    expect(await told(() => shop.refund(shop.amount))).toBe("done")
    expect(await books()).toMatchObject({
      state: "refunded",
      operations: ["cancel refused", "refund succeeded"],
      returned: shop.amount,
    })
  })
})

it("a whole refund that a person called not made by mistake is ours, whatever says first that all went back", async () => {
  shop.deps.policy = { ...shop.deps.policy, sameDayCancel: noReversals }
  await shop.buy()
  await shop.disturb("refund/refundOrder", { kind: "reset", when: "after" })
  await shop.disturb("refund/query", { kind: "reset", when: "before", times: 2 })
  await shop.disturb("pay/query", { kind: "reset", when: "before", times: 2 })
  expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
  const { id } = await shop.payment()
  const operationId = (await lane.ledger.operations.ofPayment(id)).find(({ kind }) => kind === "refund")?.id
  await shop.decide({ action: "did_not", operationId })
  await shop.sync()
  await hears("refund")
  await shop.jobs(8 * 24 * hour)
  expect(await books()).toEqual({
    state: "refunded",
    refundedAmount: shop.amount,
    attention: null,
    operations: ["refund succeeded"],
    medusa: [shop.amount],
    returned: shop.amount,
  })
})

it("a first refund beside one that the console made of the same amount is that one, and nothing is sent", async () => {
  await shop.buy()
  shop.deps.policy = { ...shop.deps.policy, sameDayCancel: noReversals }
  const { number } = await shop.payment()
  await lane.sandbox.refundInConsole(number, shop.amount)
  expect(await told(() => shop.refund(shop.amount))).toBe("done")
  expect(await books()).toMatchObject({
    state: "refunded",
    operations: ["refund succeeded outside"],
    medusa: [shop.amount],
    returned: shop.amount,
  })
})

it("a reversal whose answer was lost has gone through where Gnete calls the payment refunded", async () => {
  await shop.buy()
  const { gateway } = shop.deps
  const { query } = gateway
  jest
    .spyOn(gateway, "query")
    .mockImplementation(async ({ amount }) => succeeded({ state: "refunded", returned: "all", amount }))
    // Asked before the reversal is sent.
    .mockImplementationOnce((order) => query.call(gateway, order))
  await shop.disturb("pay/cancel", { kind: "reset", when: "after" })
  expect(await told(() => shop.refund(shop.amount))).toBe("done")
  expect(await books()).toMatchObject({ state: "refunded", operations: ["cancel succeeded"] })
})

it("a reversal that Gnete has stopped following is asked about by its number from then on", async () => {
  await shop.buy()
  const { gateway } = shop.deps
  jest.spyOn(gateway, "cancel").mockImplementationOnce(async (...asked) => {
    const answer = await gateway.cancel(...asked)
    const { cancels } = await lane.sandbox.book((await shop.payment()).number)
    expect(answer.kind).toBe("succeeded")
    return unknown("state_4", "It has stopped following it.", cancels.at(-1)?.no)
  })
  await shop.disturb("cancel/query", { kind: "reset", when: "after" })
  await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
  expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
  expect(await told(() => shop.refund(shop.amount))).toBe("done")
  expect(await books()).toMatchObject({ state: "refunded", operations: ["cancel succeeded"] })
  const { number } = await shop.payment()
  expect(await lane.sandbox.calls({ call: "pay/cancel", orderNo: number })).toHaveLength(1)
})

describe("a reversal that was sent twice, of which Gnete has named the second", () => {
  /** The first is held up on its way, the second is taken in, and its channel says no. */
  async function namedFails(first: Parameters<typeof shop.disturb>[1]) {
    await shop.buy()
    await shop.disturb("pay/cancel", first)
    await shop.next("cancel", "in_progress")
    expect(await told(() => shop.refund(shop.amount))).toBe("done")
    const { number } = await shop.payment()
    expect(await lane.sandbox.calls({ call: "pay/cancel", orderNo: number })).toHaveLength(2)
    const { cancels } = await lane.sandbox.book(number)
    await lane.sandbox.settleCancel(cancels[0]?.no ?? "", "fail")
  }
  const heldUp = { kind: "delay", when: "before", delayMs: 90 * second } as const

  async function firstArrives() {
    await lane.clock.forward(90 * second)
    const { number } = await shop.payment()
    while ((await lane.sandbox.book(number)).returned === 0)
      await new Promise((resolve) => setImmediate(resolve))
  }

  const reversedOnce = () => ({
    state: "refunded",
    refundedAmount: shop.amount,
    attention: null,
    operations: ["cancel succeeded"],
    medusa: [shop.amount],
    returned: shop.amount,
  })

  it("has gone through where the first arrives late, and nobody is told that it failed", async () => {
    const emitted = jest.spyOn(shop.deps, "emit")
    await namedFails(heldUp)
    await lane.clock.forward(30 * second)
    await shop.sync()
    expect(await books()).toMatchObject({ state: "paid", operations: ["cancel pending"] })
    await firstArrives()
    await shop.sync()
    expect(await books()).toEqual(reversedOnce())
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toEqual(reversedOnce())
    expect(emitted.mock.calls.map(([event]) => event)).not.toContain("refund_failed")
  })

  it("has failed where the order is paid once both had arrived, and a refund follows", async () => {
    await namedFails({ kind: "reset", when: "before" })
    await shop.jobs(3 * hour)
    expect(await books()).toMatchObject({
      state: "refunded",
      operations: ["cancel refused", "refund succeeded"],
      medusa: [shop.amount],
      returned: shop.amount,
    })
  })

  it("stays in doubt where the order gives no answer", async () => {
    await namedFails({ kind: "reset", when: "before" })
    await lane.clock.forward(hour)
    await shop.disturb("pay/query", { kind: "http500", when: "before", times: 20 })
    await shop.sync()
    expect(await books()).toMatchObject({ state: "paid", operations: ["cancel pending"] })
    await lane.sandbox.clearFaults()
  })

  it("is the one that a notification names otherwise, though the query goes on saying paid", async () => {
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
    await namedFails(heldUp)
    await firstArrives()
    await hears("cancel")
    expect(await books()).toEqual(reversedOnce())
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toEqual(reversedOnce())
  })

  it("is the one that a notification names later, when it had counted as refused", async () => {
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
    await namedFails(heldUp)
    await firstArrives()
    await lane.clock.forward(3 * minute)
    await shop.sync()
    expect(await books()).toMatchObject({ state: "paid", operations: ["cancel refused"] })
    await hears("cancel")
    expect(await books()).toEqual(reversedOnce())
  })

  it("has left nothing to refund where it arrives when it counts as refused, and is told so then", async () => {
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
    await namedFails(heldUp)
    await firstArrives()
    await lane.clock.forward(3 * minute)
    await shop.sync()
    await lane.clock.forward(3 * minute)
    await shop.sync()
    expect(await books()).toMatchObject({ state: "paid", operations: ["cancel refused", "refund unknown"] })
    await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: 4 } })
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toEqual({ ...reversedOnce(), operations: ["cancel succeeded", "refund refused"] })
  })

  it.each(["went_through", "did_not"] as const)(
    "is known better by the order than by who says %s",
    async (action) => {
      await namedFails(heldUp)
      await firstArrives()
      const { id } = await shop.payment()
      const operations = await lane.ledger.operations.ofPayment(id)
      const operationId = operations.find(({ kind }) => kind === "cancel")?.id ?? ""
      const decides = async () => {
        await shop.decide({ action, operationId })
      }
      expect(await told(decides)).toBe(action === "did_not" ? "changed" : "done")
      expect(await books()).toEqual(reversedOnce())
    },
  )
})

it("a whole return that was recorded already is not counted again by what a person called not made", async () => {
  shop.deps.policy = { ...shop.deps.policy, sameDayCancel: noReversals }
  await shop.buy()
  await shop.disturb("refund/refundOrder", { kind: "reset", when: "after" })
  await shop.disturb("refund/query", { kind: "reset", when: "before", times: 2 })
  await shop.disturb("pay/query", { kind: "reset", when: "before", times: 2 })
  expect(await told(() => shop.refund(shop.part))).toBe("refund_unknown")
  const { id, number } = await shop.payment()
  const operationId = (await lane.ledger.operations.ofPayment(id)).find(({ kind }) => kind === "refund")?.id
  await shop.decide({ action: "did_not", operationId })
  // As the version before wrote it.
  await lane.ledger.operations.recordOutside(id, {
    ...{ kind: "refund", number: `outside-${number}`, amount: shop.amount },
  })
  await lane.sandbox.refundInConsole(number, shop.amount - shop.part)
  await shop.sync()
  expect(await books()).toMatchObject({ refundedAmount: shop.amount, attention: null, returned: shop.amount })
})
