import { act, receive } from "../../../src/services/settlement"
import { createGneteGateway } from "../../../src/services/gnete"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { gnete } from "../matrix/variants"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(91)))
beforeEach(async () => (shop = new Shop(lane, gnete, await lane.begin())))
afterEach(() => expect(shop.unexpected).toEqual([]))
afterAll(() => lane.close())

/** Orders that live long enough for every try to be used up meanwhile. */
function livesFor(seconds: number) {
  const options = { ...lane.sandbox.gnete, notifyBaseUrl: "http://127.0.0.1:9", wayCodes: ["UP_OP"] }
  shop.deps.gateway = createGneteGateway(
    { ...options, expireSeconds: seconds },
    { now: () => lane.clock.now() },
  ).gateway
}

async function hears(changes: Record<string, string | number> = {}) {
  const { number } = await shop.payment()
  const { body, contentType } = await lane.sandbox.craftNotification(number, changes)
  const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
  if (receipt.kind !== "accepted") throw new Error(receipt.reason)
  await act(receipt.notification, shop.deps)
}

/** The job, every half an hour. */
async function passes(ms: number) {
  for (let gone = 0; gone < ms; gone += 30 * minute) {
    await lane.clock.forward(30 * minute)
    await shop.job()
  }
}

const found = async () => {
  const { state, attentionCode } = await shop.payment()
  return { state, attention: attentionCode }
}

describe("a notification that says paid, where the query does not", () => {
  it("calls a person when its last try is used up, whatever the payment is by then", async () => {
    livesFor(86_400)
    await shop.choosePayment()
    await hears()
    expect(await found()).toEqual({ state: "pending", attention: null })
    await passes(12 * hour)
    expect(await found()).toEqual({ state: "pending", attention: "contradiction" })
  })

  it("goes on calling one when the order is closed later", async () => {
    livesFor(86_400)
    await shop.choosePayment()
    await hears()
    await passes(3 * 24 * hour)
    expect(await found()).toEqual({ state: "void", attention: "contradiction" })
  })

  it("calls nobody any more where the query says paid in the end", async () => {
    livesFor(86_400)
    await shop.choosePayment()
    await hears()
    await passes(12 * hour)
    await shop.pay()
    await shop.complete()
    await passes(2 * hour)
    expect(await found()).toEqual({ state: "paid", attention: null })
  })
})

it("a notification that says failed is no contradiction of a query that says so too", async () => {
  await shop.choosePayment()
  await lane.sandbox.fail((await shop.payment()).number)
  await passes(3 * hour)
  await hears({ state: 3 })
  expect(await found()).toEqual({ state: "void", attention: null })
})

describe.each(["state_0", "error"] as const)(
  "a refund that Gnete only takes in, answered by %s",
  (createdRefundAnswers) => {
    it("calls a person once Gnete stops following it, and is sent once", async () => {
      await lane.sandbox.setQuirks({ gnete: { createdRefundAnswers } })
      await shop.buy()
      await shop.next("refund", "created")
      await shop.attempt(() => shop.refund(shop.part))
      await passes(30 * minute)
      expect(await found()).toEqual({ state: "paid", attention: null })
      await passes(4 * hour)
      expect(await found()).toEqual({ state: "paid", attention: "refund_unknown" })
      const { returned, refunds } = await lane.sandbox.book((await shop.payment()).number)
      expect({ returned, refunds: refunds.length }).toEqual({ returned: 0, refunds: 1 })
    })
  },
)
