import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { gnete, ksherPayouts, ksherPromptPay, type Variant } from "../matrix/variants"

/* Money that is on its way back while Medusa still waits for it, or has taken it for a cart that comes to no order. */

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(94)))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const start = async (variant: Variant) => (shop = new Shop(lane, variant, await lane.begin()))

/** The payment that was paid: a cart that is refunded gets another one. */
async function paid() {
  const [payment] = await shop.payments()
  if (!payment) throw new Error("Nothing was opened.")
  return payment
}

async function books() {
  const { state, attentionCode, number } = await paid()
  const { returned } = await lane.sandbox.book(number)
  return { state, attention: attentionCode, returned, orders: shop.tables.orders.size }
}

describe("a cart that Medusa cannot complete, and whose money it gives back", () => {
  async function cannotComplete() {
    shop.cartId = (await shop.medusa.createCart(shop.amount, { at: "validate", times: 1_000 })).id
    await shop.choosePayment()
    await shop.pay()
    await shop.jobs(5 * minute)
  }

  it("where the refund waits for the shopper: people are told of that, and not that there is no order", async () => {
    await start(ksherPayouts)
    await cannotComplete()
    expect(await books()).toMatchObject({ state: "paid", attention: "payout_waits", orders: 0 })
    await shop.jobs(12 * hour)
    expect(await books()).toMatchObject({ state: "paid", attention: "payout_waits", orders: 0 })
  })

  it("where the gateway takes its time with the refund: nobody is told, until it has failed", async () => {
    await start(gnete)
    await shop.next("cancel", "in_progress")
    await cannotComplete()
    const { number } = await paid()
    const { cancels } = await lane.sandbox.book(number)
    expect(cancels).toHaveLength(1)
    await shop.jobs(hour)
    expect(await books()).toEqual({ state: "paid", attention: null, returned: 0, orders: 0 })
    await lane.sandbox.settleCancel(cancels[0]?.no ?? "", "success")
    await shop.jobs(12 * hour)
    expect(await books()).toEqual({ state: "refunded", attention: null, returned: shop.amount, orders: 0 })
  })

  it("where it could not be given back: there is no order, and people are told so", async () => {
    await start(ksherPromptPay)
    await cannotComplete()
    await shop.jobs(hour)
    expect(await books()).toMatchObject({ state: "paid", attention: "no_order", returned: 0, orders: 0 })
  })
})

describe.each([
  ["waits for the shopper", ksherPayouts],
  ["takes its time at the gateway", gnete],
] as const)("a payment that Medusa did not take, and whose refund by a person %s", (_how, variant) => {
  beforeEach(async () => {
    await start(variant)
    await shop.choosePayment()
    await shop.pay()
    const refusing = jest.spyOn(shop.medusa, "capture").mockResolvedValue({ problem: "The cart is busy." })
    await shop.jobs(20 * minute)
    expect(await books()).toMatchObject({ attention: "not_captured" })
    if (variant === gnete) await shop.next("cancel", "in_progress")
    await shop.decide({ action: "refund", amount: "100" })
    refusing.mockRestore()
  })

  /** What the person has begun comes to its end. */
  async function goesThrough() {
    const { number } = await paid()
    if (variant === ksherPayouts) await shop.nameAccount()
    else {
      const { cancels } = await lane.sandbox.book(number)
      await lane.sandbox.settleCancel(cancels[0]?.no ?? "", "success")
    }
    await shop.jobs(12 * hour)
  }

  const given = { state: "refunded", attention: null, orders: 0 }

  it("is not captured by the job meanwhile, and no order is made of it", async () => {
    await shop.jobs(hour)
    expect([shop.tables.orders.size, shop.tables.payments.size]).toEqual([0, 0])
    expect((await books()).attention).toBe(variant === ksherPayouts ? "payout_waits" : null)
    await goesThrough()
    expect(await books()).toEqual({ ...given, returned: variant === ksherPayouts ? 0 : shop.amount })
  })

  it("makes no order where the shopper completes the cart meanwhile", async () => {
    expect(await shop.attempt(() => shop.complete())).toBe(false)
    expect([shop.tables.orders.size, shop.tables.payments.size]).toEqual([0, 0])
    await goesThrough()
    expect(await shop.attempt(() => shop.complete())).toBe(false)
    expect((await books()).orders).toBe(0)
  })
})

it("a payment that Medusa did not take is captured after all where its refund has failed, also once it was asked for meanwhile", async () => {
  await start(gnete)
  await shop.choosePayment()
  await shop.pay()
  const refusing = jest.spyOn(shop.medusa, "capture").mockResolvedValue({ problem: "The cart is busy." })
  await shop.jobs(20 * minute)
  await shop.next("cancel", "in_progress")
  await shop.decide({ action: "refund", amount: "100" })
  refusing.mockRestore()
  expect(await shop.attempt(() => shop.complete())).toBe(false)
  expect(shop.told.at(-1)).toBe("refund_in_progress")
  await shop.jobs(hour)
  const { cancels } = await lane.sandbox.book((await paid()).number)
  await lane.sandbox.settleCancel(cancels[0]?.no ?? "", "fail")
  await shop.jobs(12 * hour)
  expect(await books()).toMatchObject({ state: "paid", returned: 0, orders: 1 })
})

it.each([
  ["is under way", false],
  ["has gone through", true],
])(
  "what an edit has added is captured by a second payment where the refund of a first, which Medusa did not get to take, %s",
  async (_, isThrough) => {
    await start(gnete)
    await shop.buy()
    await shop.medusa.changeOrder(shop.order().id, shop.amount + 3_000)
    await shop.quiet()
    const asking = shop.secondCollection()
    await shop.choosePaymentOn(asking.id)
    const first = await shop.payment()
    const refusing = jest.spyOn(shop.medusa, "capture").mockResolvedValue({ problem: "The order is busy." })
    await shop.pay()
    await shop.jobs(20 * minute)
    // Medusa was told that it is captured, and its process died.
    await lane.database.query("update gateway_payment set reserved_at = ? where id = ?", [
      lane.clock.now(),
      first.id,
    ])
    await shop.next("cancel", "in_progress")
    await shop.decide({ action: "refund", amount: "30" })
    const goesThrough = async () => {
      const { cancels } = await lane.sandbox.book(first.number)
      await lane.sandbox.settleCancel(cancels[0]?.no ?? "", "success")
    }
    if (isThrough) await goesThrough()
    await shop.jobs(hour)
    refusing.mockRestore()

    // A person has made another link for the same difference.
    const again = { ...asking, id: `${asking.id}b` }
    shop.tables.collections.set(again.id, again)
    await shop.choosePaymentOn(again.id)
    const second = await shop.payment()
    await shop.pay()
    await shop.jobs(10 * minute)
    if (!isThrough) await goesThrough()
    await shop.jobs(12 * hour)
    const ends = new Map((await shop.payments()).map((one) => [one.id, one]))
    expect(ends.get(second.id)).toMatchObject({ state: "paid", unwanted: null, attentionCode: null })
    expect(ends.get(second.id)?.capturedAt).not.toBeNull()
    expect(ends.get(first.id)).toMatchObject({ state: "refunded", attentionCode: null, capturedAt: null })
  },
)
