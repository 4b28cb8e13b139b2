import { act, receive, settleCancelledOrder } from "../../../src/services/settlement"
import { learnReturns } from "../../../src/services/settlement/settling/confirm"
import { refund } from "../../../src/services/settlement/traced"
import { notSent, succeeded, unknown } from "../../../src/core"
import type { Operation } from "../../../src/services/ledger"
import { anOperation } from "../../unit/settlement/pictures"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, second, Shop } from "../matrix/shop"
import { gnete, ksherAlipay, ksherQr, ksherRedirect, type Variant } from "../matrix/variants"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(91)))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const noReversals = { enabled: false, cutoff: "23:00", timeZone: "Asia/Hong_Kong" }

/** A shop with a paid order, at a gateway that refuses nothing because it would be too much. */
async function open(variant: Variant) {
  shop = new Shop(lane, variant, await lane.begin(), { sameDayCancel: noReversals })
  await lane.sandbox.setQuirks({ ksher: { overRefund: "paid" } })
  await shop.buy()
}

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

/** A part went back once, and everybody's books say so. */
const partReturnedOnce = () => ({
  attention: null,
  refundedAmount: shop.part,
  medusa: [shop.part],
  returned: shop.part,
  operations: ["refund succeeded"],
})

async function told(work: () => Promise<void>): Promise<string> {
  await shop.attempt(work)
  return shop.told.at(-1) ?? ""
}

/** Gnete's notification of the latest of its kind arrives, and is acted on. */
async function hears(kind: "refund" | "cancel") {
  const { body, contentType } = await lane.sandbox.craftNotification((await shop.payment()).number, {}, kind)
  const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
  if (receipt.kind !== "accepted") throw new Error(receipt.reason)
  await act(receipt.notification, shop.deps)
  await shop.quiet()
}

const refundOperation = async () => {
  const { id } = await shop.payment()
  const found = (await lane.ledger.operations.ofPayment(id)).find(({ kind }) => kind === "refund")
  if (!found) throw new Error("No refund was written.")
  return found
}

describe.each<[string, Variant]>([
  ["Ksher", ksherRedirect],
  ["Gnete", gnete],
])("at %s", (_name, variant) => {
  beforeEach(() => open(variant))

  it("a process that stood still, and lost the payment to another, sends nothing", async () => {
    const { gateway } = shop.deps
    const { sessionId } = await shop.payment()
    const standStill = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
      await answer
      await lane.clock.forward(121 * second)
      await refund({ of: { sessionId }, amount: 6_000, refundId: null }, shop.deps)
      return answer
    }
    const { refundsOf, query } = gateway
    if (variant.gateway === "ksher")
      jest
        .spyOn(gateway, "refundsOf")
        .mockImplementationOnce((order) => standStill(refundsOf.call(gateway, order)))
    else
      jest.spyOn(gateway, "query").mockImplementationOnce((order) => standStill(query.call(gateway, order)))
    const late = refund({ of: { sessionId }, amount: 6_000, refundId: null }, shop.deps)
    await expect(late).rejects.toMatchObject({ code: "busy" })
    expect(await books()).toMatchObject({ returned: 6_000, operations: ["refund succeeded"] })
  })

  it.each([
    ["a person", "by_hand"],
    ["another process", "undocumented"],
  ])(
    "an answer that comes after %s has ended the refund as refused counts: the money is not sent again",
    async (_who, reason) => {
      const { gateway } = shop.deps
      const send = gateway.refund.bind(gateway)
      jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
        const answer = await send(order)
        await lane.clock.forward(121 * second)
        await lane.ledger.operations.conclude((await refundOperation()).id, { state: "refused", reason })
        return answer
      })
      expect(await told(() => shop.refund(shop.part))).toBe("done")
      await shop.jobs(8 * 24 * hour)
      expect(await books()).toMatchObject(partReturnedOnce())
    },
  )

  it("an answer that comes after the same was sent again counts beside it, and a person is told", async () => {
    const { gateway } = shop.deps
    const send = gateway.refund.bind(gateway)
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      const answer = await send(order)
      await lane.clock.forward(121 * second)
      const first = await refundOperation()
      await lane.ledger.operations.conclude(first.id, { state: "refused", reason: "by_hand" })
      // Who looks now has not read what the gateway lists.
      jest.spyOn(gateway, "refundsOf").mockResolvedValueOnce(unknown("timeout", "No answer."))
      jest.spyOn(gateway, "query").mockResolvedValueOnce(unknown("timeout", "No answer."))
      await shop.job()
      return answer
    })
    await told(() => shop.refund(shop.amount))
    await shop.jobs(8 * 24 * hour)
    const { returned, refundedAmount } = await books()
    expect(refundedAmount).toBe(returned)
  })

  describe("a return in the console that Medusa could not enter, and that a person leaves out of its books,", () => {
    const leftOut = async (amount: number) => {
      const { number } = await shop.payment()
      await lane.sandbox.refundInConsole(number, amount)
      jest.spyOn(shop.medusa, "refund").mockRejectedValue(new Error("Medusa does not take it."))
      if (variant.gateway === "gnete") await hears("refund")
      await shop.jobs(2 * 24 * hour)
      await shop.sync()
      expect(await shop.payment()).toMatchObject({
        ...{ refundedAmount: amount, attentionCode: "books_differ", attentionValues: { why: "not_entered" } },
      })
      expect(await shop.attempt(() => shop.decide({ action: "dismiss" }))).toBe(true)
      jest.restoreAllMocks()
    }

    it.each([
      ["another part", 4_000],
      ["half of it", 5_000],
    ])("keeps the rest of a cancelled order from nobody: %s", async (_what, amount) => {
      await leftOut(amount)
      await shop.cancelOrder()
      await shop.quiet()
      await shop.jobs(8 * 24 * hour)
      const { state, attention, returned } = await books()
      expect({ state, attention, returned }).toEqual({
        ...{ state: "refunded", attention: null, returned: shop.amount },
      })
    })

    it("keeps no admin from refunding another amount", async () => {
      await leftOut(4_000)
      expect(await told(() => shop.refund(3_000))).toBe("done")
      await shop.jobs(8 * 24 * hour)
      expect(await books()).toMatchObject({ returned: 7_000, medusa: [3_000], attention: null })
    })

    it("is what an admin enters who refunds the same amount: nothing is sent", async () => {
      await leftOut(4_000)
      expect(await told(() => shop.refund(4_000))).toBe("done")
      await shop.jobs(8 * 24 * hour)
      expect(await books()).toMatchObject({ returned: 4_000, medusa: [4_000], attention: null })
    })
  })

  it("a refund whose process died before it was sent is not sent beside what was returned in the console", async () => {
    const { id, number } = await shop.payment()
    const lease = await lane.ledger.leases.take({ id }, 2 * minute)
    if (!lease) throw new Error("The payment is held.")
    await lane.ledger.under(lease).operations.intend(id, { kind: "refund", amount: shop.amount })
    await lane.sandbox.refundInConsole(number, shop.amount)
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toMatchObject({
      state: "refunded",
      attention: null,
      medusa: [shop.amount],
      returned: shop.amount,
      operations: ["refund refused", "refund succeeded outside"],
    })
  })

  it("what became of sending a refund and of asking about it are two facts", async () => {
    await shop.disturb(variant.calls.refund, { kind: "reset", when: "after" })
    const words = "The gateway could not be reached (ECONNREFUSED); nothing was sent."
    jest
      .spyOn(shop.deps.gateway, "refundQuery")
      .mockImplementationOnce(async () => notSent("ECONNREFUSED", words))
    expect(await told(() => shop.refund(shop.part))).toBe("refund_unknown")
    const lost = await refundOperation()
    expect(lost).toMatchObject({ state: "unknown", asked: { outcome: "unknown", code: "ECONNREFUSED" } })
    expect(lost.message).not.toBeNull()
    expect([lost.message, lost.asked?.message].join()).not.toContain("nothing was sent")
    await lane.clock.forward(hour)
    await shop.job()
    const found = await refundOperation()
    expect(found).toMatchObject({
      state: "succeeded",
      message: lost.message,
      asked: { outcome: "succeeded" },
    })
    expect(await books()).toMatchObject({ returned: shop.part, attention: null })
  })

  it("a look that ends while a refund is about to be sent leaves the refund's own look", async () => {
    const { id } = await shop.payment()
    const look = jest.spyOn(shop.medusa, "compareBooks").mockImplementationOnce(async () => {
      look.mockRestore()
      // The refund takes the payment, and dies on its way: nobody else will look.
      await lane.ledger.leases.take({ id }, 2 * minute)
      return []
    })
    await shop.sync()
    expect((await shop.payment()).nextCheckAt?.getTime()).toBeLessThanOrEqual(
      lane.clock.now().getTime() + 2 * minute,
    )
  })

  it("of a cancelled order, one payment that cannot be settled keeps no other waiting", async () => {
    const payment = await shop.payment()
    await shop.cancelOrder()
    const seen: string[] = []
    const failing = settleCancelledOrder(shop.order().id, lane.ledger, shop.medusa, (one) => {
      seen.push(one.id)
      throw new Error("gone")
    })
    await expect(failing).rejects.toThrow("gone")
    expect(seen).toEqual([payment.id])
    expect((await shop.payment()).nextCheckAt).toEqual(lane.clock.now())
  })
})

it("Alipay, which lists no refunds, is asked once: what its console returned is not returned again", async () => {
  await open(ksherAlipay)
  await lane.sandbox.refundInConsole((await shop.payment()).number, shop.amount)
  expect(await told(() => shop.refund(shop.amount))).toBe("returned_outside")
  expect(await books()).toMatchObject({
    attention: "outside_unclear",
    operations: [],
    medusa: [],
    returned: shop.amount,
  })
})

it("of what an unknown part was returned no money moves, whatever else is said of it, until a person decides", async () => {
  await open(ksherAlipay)
  await lane.sandbox.refundInConsole((await shop.payment()).number, shop.amount)
  expect(await told(() => shop.refund(shop.amount))).toBe("returned_outside")
  const { id, number } = await shop.payment()
  expect(await shop.payment()).toMatchObject({
    attentionValues: { why: "amount_unsaid", order: number },
    returnedUnsaid: true,
  })
  // Another doubt comes to stand before it, and Ksher does not repeat what it said.
  await lane.ledger.payments.update(id, {
    attentionCode: "refund_unknown",
    attention: "A refund was in doubt.",
    attentionValues: null,
  })
  jest.spyOn(shop.deps.gateway, "query").mockImplementation(async () => unknown("timeout", "No answer."))
  expect(await told(() => shop.refund(shop.part))).toBe("returned_outside")
  await shop.sync()
  expect(await books()).toMatchObject({ attention: "outside_unclear", operations: [], returned: shop.amount })

  await shop.decide({ action: "dismiss" })
  expect(await shop.payment()).toMatchObject({
    ...{ attentionCode: null, attention: null, attentionValues: null },
    returnedUnsaid: false,
  })
})

it("what waited for a person to say how much was returned goes on within minutes once that person dismisses it", async () => {
  await open(ksherAlipay)
  const { gateway } = shop.deps
  const query = gateway.query.bind(gateway)
  jest.spyOn(gateway, "query").mockImplementation(async (asked) => {
    const answer = await query(asked)
    if (answer.kind !== "succeeded") return answer
    return succeeded({ ...answer.value, state: "refunded" as const, returned: "unsaid" as const })
  })
  expect(await told(() => shop.refund(shop.part))).toBe("returned_outside")
  await shop.cancelOrder()
  await shop.jobs(8 * 24 * hour)
  jest.restoreAllMocks()
  expect(await books()).toMatchObject({ attention: "outside_unclear", operations: [], returned: 0 })
  await shop.decide({ action: "dismiss" })
  await lane.clock.forward(2 * minute)
  await shop.job()
  expect(await books()).toMatchObject({ state: "refunded", attention: null, returned: shop.amount })
})

it("a refund that Gnete has stopped following is a matter for a person at once", async () => {
  await open(gnete)
  await shop.disturb("refund/refundOrder", { kind: "reset", when: "after" })
  jest
    .spyOn(shop.deps.gateway, "refundQuery")
    .mockImplementation(async () => unknown("state_4", "Gnete has stopped following the refund."))
  expect(await told(() => shop.refund(shop.part))).toBe("refund_unknown")
  await lane.clock.forward(2 * minute)
  await shop.job()
  expect(await books()).toMatchObject({ attention: "refund_unknown" })
})

describe("a notification of a part that was returned in Gnete's console, which cannot be acted on", () => {
  let asking: jest.SpyInstance
  let comes: () => ReturnType<typeof receive>

  const hours = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await lane.clock.forward(hour)
      await shop.job()
    }
  }
  const messages = async () => lane.ledger.notifications.ofPayment((await shop.payment()).id)
  const ended = () => ({
    attention: null,
    returned: shop.part,
    refundedAmount: shop.part,
    medusa: [shop.part],
  })

  beforeEach(async () => {
    await open(gnete)
    const { number } = await shop.payment()
    await lane.sandbox.refundInConsole(number, shop.part)
    const { body, contentType } = await lane.sandbox.craftNotification(number, {}, "refund")
    comes = () => receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
    asking = jest
      .spyOn(shop.deps.gateway, "refundQuery")
      .mockImplementation(async () => unknown("timeout", "Gnete did not answer."))
    // The order does not tell of a part.
    const receipt = await comes()
    if (receipt.kind !== "accepted") throw new Error(receipt.reason)
    await act(receipt.notification, shop.deps)
    await hours(24)
    expect(await messages()).toMatchObject([{ result: "failed" }])
    expect(await books()).toMatchObject({ attention: "notification_failed", refundedAmount: 0 })
  })

  it("calls a person, and is acted on at once when it is sent again", async () => {
    asking.mockRestore()
    await comes()
    await shop.job()
    expect(await messages()).toMatchObject([{ result: "acted" }])
    expect(await books()).toMatchObject(ended())
  })

  it("is acted on by itself within six hours of Gnete's answering again", async () => {
    asking.mockRestore()
    await hours(6)
    expect(await messages()).toMatchObject([{ result: "acted" }])
    expect(await books()).toMatchObject(ended())
  })

  it("stays told when another message of the payment is acted on, and is told again where that was forgotten", async () => {
    const really = Object.getPrototypeOf(shop.deps.gateway).refundQuery
    const { number } = await shop.payment()
    const mine = (await lane.sandbox.book(number)).refunds.map(({ no }) => no)
    // Of the console's refund alone Gnete goes on to say nothing.
    asking.mockImplementation(async (asked: { number?: string; gatewayNo?: string }) =>
      mine.some((no) => no === asked.number || no === asked.gatewayNo)
        ? unknown("timeout", "Gnete did not answer.")
        : really.call(shop.deps.gateway, asked),
    )
    expect(await told(() => shop.refund(1_000))).toBe("done")
    const { body, contentType } = await lane.sandbox.craftNotification(number, {}, "refund")
    const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
    if (receipt.kind !== "accepted") throw new Error(receipt.reason)
    await act(receipt.notification, shop.deps)
    expect((await messages()).map(({ result }) => result)).toEqual(["failed", "acted"])
    expect(await books()).toMatchObject({ attention: "notification_failed" })
    // As where another reason took its place, and has ended.
    const { id } = await shop.payment()
    await lane.ledger.payments.update(id, { attentionCode: null, attention: null, attentionValues: null })
    await hours(7)
    expect(await books()).toMatchObject({ attention: "notification_failed" })
    asking.mockRestore()
    await hours(6)
    expect(await books()).toMatchObject({ attention: null, refundedAmount: 1_000 + shop.part })
  })

  it("is not told again to a person who has looked into it", async () => {
    await shop.decide({ action: "dismiss" })
    await hours(48)
    expect(await books()).toMatchObject({ attention: null, refundedAmount: 0 })
    asking.mockRestore()
    await comes()
    await shop.job()
    expect(await messages()).toMatchObject([{ result: "acted" }])
    expect(await books()).toMatchObject(ended())
  })

  it("is told once, also beside another one that cannot be acted on, and ends with what was told", async () => {
    const { id, number } = await shop.payment()
    const seen = jest.spyOn(shop.deps, "emit")
    const toldPeople = () => seen.mock.calls.filter(([event]) => event === "attention_required").length
    await lane.sandbox.refundInConsole(number, 1_000)
    const { body, contentType } = await lane.sandbox.craftNotification(number, {}, "refund")
    const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
    if (receipt.kind !== "accepted") throw new Error(receipt.reason)
    await act(receipt.notification, shop.deps)
    await hours(24)
    expect(toldPeople()).toBe(1)
    await hours(48)
    expect(toldPeople()).toBe(1)
    // One that was given up for good, of a release before: nobody tries it, and nobody waits for it.
    await lane.database.query(
      `insert into gateway_notification (id, gateway_payment_id, provider_id, body_hash, about, verified, result, tries, deliveries, created_at, updated_at)
       values ('gnot_old', ?, 'pp_gnete_hk', 'old', 'payment', true, 'failed', 8, 1, now(), now())`,
      [id],
    )
    asking.mockRestore()
    await hours(6)
    expect(await books()).toMatchObject({ attention: null, refundedAmount: 1_000 + shop.part })
  })
})

it("an answer of Ksher's that was behind is forgotten once it calls the payment refunded in part", async () => {
  await open(ksherQr)
  await shop.refund(shop.part)
  const late = { kind: "refuse", code: "KSHER_INVALID_ORDER_NO", message: "no such order" } as const
  await lane.sandbox.fault({ gateway: "ksher", call: "order_query", when: "before", ...late })
  await shop.sync()
  expect(await books()).toMatchObject({ attention: "contradiction", state: "partially_refunded" })
  await shop.sync()
  expect(await books()).toMatchObject({ attention: null, state: "partially_refunded", returned: shop.part })
})

it.each(["went through", "was accepted"])(
  "Gnete tells of a refund that counts as refused that it %s: it counts, and nobody sends it again",
  async (said) => {
    await open(gnete)
    const { gateway } = shop.deps
    const send = gateway.refund.bind(gateway)
    jest.spyOn(gateway, "refund").mockImplementationOnce(async (order) => {
      await send(order)
      return unknown("timeout", "No answer.")
    })
    const untold = unknown("timeout", "No answer.")
    const asking = jest.spyOn(gateway, "refundQuery").mockResolvedValue(untold)
    expect(await told(() => shop.refund(shop.part))).toBe("refund_unknown")
    const { id } = await refundOperation()
    const { number } = await shop.payment()
    await lane.ledger.operations.conclude(id, { state: "refused", reason: "by_hand" })
    asking.mockRestore()
    if (said === "was accepted")
      jest
        .spyOn(gateway, "refundQuery")
        .mockResolvedValueOnce({ kind: "pending", value: { gatewayNo: "R1" } } as never)
    const { body, contentType } = await lane.sandbox.craftNotification(number, {}, "refund")
    const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
    if (receipt.kind !== "accepted") throw new Error(receipt.reason)
    await act(receipt.notification, shop.deps)
    expect((await books()).operations).toEqual(["refund succeeded"])
    await shop.jobs(8 * 24 * hour)
    expect(await books()).toMatchObject(partReturnedOnce())
  },
)

it("PromptPay after a return in the console, of which nobody says how much: the order is no sure fact", async () => {
  await open(ksherRedirect)
  const payment = await shop.payment()
  const operations = await lane.ledger.operations.ofPayment(payment.id)
  const { gateway } = shop.deps
  const facts = gateway.channelFacts(undefined)
  const channel = jest.spyOn(gateway, "channelFacts")
  const ofChannel = (paysOut: boolean) =>
    channel.mockReturnValue({ ...facts, refund: false, refundQuery: false, paysOut })
  ofChannel(true)
  let waits: Operation[] = []
  const says = async (state: "paid" | "refunded", minor: number) => {
    jest.spyOn(gateway, "query").mockResolvedValueOnce({
      kind: "succeeded",
      value: { state, amount: { minor, currency: "thb" } },
    } as never)
    return (await learnReturns(payment, [...operations, ...waits], shop.deps)).isSure
  }
  expect(await says("paid", payment.paidAmount)).toBe(true)
  expect(await says("paid", payment.paidAmount - 1)).toBe(false)
  expect(await says("refunded", payment.paidAmount - 1)).toBe(false)
  // Of a channel that is not paid out nothing is sent: but for what waits since it was.
  ofChannel(false)
  waits = [anOperation({ kind: "payout", state: "pending", amount: 1 })]
  expect(await says("paid", payment.paidAmount - 1)).toBe(false)
  waits = []
  expect(await says("paid", payment.paidAmount - 1)).toBe(true)
})
