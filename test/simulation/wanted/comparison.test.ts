import { reconcileAll } from "../../../src/services/settlement"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, second, Shop } from "../matrix/shop"
import { gnete, ksherAlipay, ksherRedirect, type Variant } from "../matrix/variants"

const day = 24 * hour

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(94)))
afterEach(() => expect(shop.unexpected).toEqual([]))
afterAll(() => lane.close())

const start = async (variant: Variant) => (shop = new Shop(lane, variant, await lane.begin()))

/** What an admin's comparison says: each difference by its code, and what it cannot see. */
async function compared(dryRun = true, range: { from?: Date; to?: Date } = {}) {
  const found = await reconcileAll(shop.reconcileDeps, dryRun, 50 * second, range)
  expect(found.complete).toBe(true)
  await shop.quiet()
  return {
    found: found.changes.map(({ code, from, to }) => `${code}: ${from} → ${to}`),
    blind: found.not_visible.map(({ gateway, payments }) => `${payments} at ${gateway}`),
  }
}

const changes = async (dryRun?: boolean) => (await compared(dryRun)).found

/** Medusa dies between the capture and its transaction. */
async function diesBeforeTransaction() {
  await shop.buy()
  shop.order().transactions.length = 0
}

describe.each([ksherRedirect, gnete].map((variant) => [variant.name, variant] as const))(
  "%s",
  (_, variant) => {
    beforeEach(() => start(variant))

    it("where everything agrees it lists nothing", async () => {
      await shop.buy()
      expect(await changes()).toEqual([])
    })

    describe("a capture whose order transaction was never written", () => {
      it("is listed, and entered as Medusa would have", async () => {
        await diesBeforeTransaction()
        expect(await changes()).toEqual(["order_transactions: 0 → 100"])
        await lane.clock.forward(2 * minute)
        await changes(false)
        const [capture] = shop.booked().captures
        expect(shop.order().transactions).toMatchObject([
          { amount: 10_000, reference: "capture", referenceId: capture?.id },
        ])
        expect(await changes()).toEqual([])
      })

      it("is entered by the job within two minutes", async () => {
        await diesBeforeTransaction()
        await shop.sync()
        for (let runs = 0; runs < 2; runs++) {
          await lane.clock.forward(minute)
          await shop.job()
        }
        expect(shop.order().transactions.map(({ amount }) => amount)).toEqual([10_000])
      })

      it("is not entered twice where Medusa writes it late", async () => {
        await diesBeforeTransaction()
        await lane.clock.forward(2 * minute)
        await shop.sync()
        await shop.medusa.capture(shop.booked().sessionId, "100")
        expect(shop.order().transactions.map(({ amount }) => amount)).toEqual([10_000])
      })
    })

    it("a transaction that the shop wrote without a payment is left alone", async () => {
      await shop.buy()
      await lane.clock.forward(hour)
      shop.order().total += 300
      shop
        .order()
        .transactions.push({ id: "ordtrx_till", amount: 500, reference: "cash", referenceId: "till 4" })
      shop
        .order()
        .transactions.push({ id: "ordtrx_card", amount: -200, reference: "refund", referenceId: "voucher" })
      expect(await changes()).toEqual([])
      await shop.sync()
      await shop.jobs(40 * day)
      expect(shop.order().transactions.map(({ amount }) => amount)).toEqual([10_000, 500, -200])
    })

    it("a transaction beside a payment of another plugin is left alone, and ours beside it is entered", async () => {
      await shop.buy()
      await shop.medusa.changeOrder(shop.order().id, shop.amount + 3_000)
      await shop.medusa.payOtherwise(shop.secondCollection())
      const { transactions } = shop.order()
      transactions.shift()
      await lane.clock.forward(2 * minute)
      await shop.sync()
      expect(transactions.map(({ amount }) => amount)).toEqual([3_000, 10_000])
    })

    it("lists an open link that nobody wants, before the ledger knows", async () => {
      await shop.choosePayment()
      for (const id of shop.tables.sessions.keys()) shop.tables.sessions.delete(id)
      expect(await changes()).toEqual(["unwanted: pending → void"])
      await changes(false)
      expect((await shop.payment()).state).toBe("void")
    })

    it("and one of an order that was cancelled without its event", async () => {
      shop = new Shop(lane, variant, await lane.begin(), { completion: "order_first" })
      await shop.choosePayment()
      await shop.complete()
      await shop.quiet()
      shop.order().canceled = true
      expect(await changes()).toEqual(["unwanted: pending → void"])
    })

    it("and one of an exchange that was cancelled", async () => {
      await shop.buy()
      await shop.medusa.changeOrder(shop.order().id, shop.amount + 3_000)
      await shop.choosePaymentOn(shop.secondCollection().id)
      await shop.medusa.cancelExchange(shop.order().id, shop.amount)
      expect(await changes()).toEqual(["unwanted: pending → void"])
    })

    it("lists once what was captured beyond what the order wanted", async () => {
      await shop.buy()
      await shop.medusa.changeOrder(shop.order().id, shop.amount + 3_000)
      await shop.choosePaymentOn(shop.secondCollection().id)
      await shop.pay()
      await shop.sync()
      expect(await changes()).toEqual([])
      await shop.medusa.cancelExchange(shop.order().id, shop.amount)
      expect(await changes()).toEqual(["captured_beyond: 30.00 → 0"])
    })

    it("compares what is older than 30 days where a range asks for it", async () => {
      await shop.buy()
      const { createdAt } = await shop.payment()
      await shop.jobs(40 * day)
      await lane.clock.forward(40 * day)
      shop.order().transactions.length = 0
      expect(await changes()).toEqual([])
      const ofThatDay = { from: createdAt, to: new Date(createdAt.getTime() + day) }
      expect((await compared(true, ofThatDay)).found).toEqual(["order_transactions: 0 → 100"])
      expect((await compared(true, { from: ofThatDay.to })).found).toEqual([])
      await compared(false, ofThatDay)
      expect(shop.order().transactions.map(({ amount }) => amount)).toEqual([10_000])
    })
  },
)

it.each([
  [gnete, ["1 at gnete"]],
  [ksherAlipay, ["1 at ksher"]],
  [ksherRedirect, []],
])("says of how many payments parts returned in the console are not visible: %#", async (variant, blind) => {
  await start(variant)
  await shop.buy()
  expect(await compared()).toEqual({ found: [], blind })
})
