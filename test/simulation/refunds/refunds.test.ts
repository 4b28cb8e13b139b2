import { act, receive, settleCancelledOrder } from "../../../src/services/settlement"
import { refund } from "../../../src/services/settlement/traced"
import { notSent, unknown } from "../../../src/core"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, second, Shop } from "../matrix/shop"
import { gnete, ksherAlipay, ksherRedirect, type Variant } from "../matrix/variants"

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

async function told(work: () => Promise<void>): Promise<string> {
  await shop.attempt(work)
  return shop.told.at(-1) ?? ""
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

it("a notification that could not be acted on calls a person, and is acted on when it is sent again", async () => {
  await open(gnete)
  const { id, number } = await shop.payment()
  await lane.sandbox.refundInConsole(number, shop.part)
  const { body, contentType } = await lane.sandbox.craftNotification(number, {}, "refund")
  const comes = () => receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
  const asking = jest
    .spyOn(shop.deps.gateway, "refundQuery")
    .mockImplementation(async () => unknown("timeout", "Gnete did not answer."))
  // The order does not tell of a part.
  const receipt = await comes()
  if (receipt.kind !== "accepted") throw new Error(receipt.reason)
  await act(receipt.notification, shop.deps)
  for (let i = 0; i < 24; i++) {
    await lane.clock.forward(hour)
    await shop.job()
  }
  expect(await lane.ledger.notifications.ofPayment(id)).toMatchObject([{ result: "failed", tries: 8 }])
  expect(await books()).toMatchObject({ attention: "notification_failed" })
  asking.mockRestore()
  await comes()
  await shop.job()
  expect(await lane.ledger.notifications.ofPayment(id)).toMatchObject([{ result: "acted" }])
  expect(await books()).toMatchObject({
    attention: null,
    returned: shop.part,
    refundedAmount: shop.part,
    medusa: [shop.part],
  })
})
