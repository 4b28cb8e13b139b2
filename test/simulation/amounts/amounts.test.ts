import { migrations } from "../../../scripts/migrations"
import { reconcileAll } from "../../../src/services/settlement"
import { pendingDifference, rounded, captured, refunded, sum } from "../../support/fake-medusa"
import { openLane, type Lane } from "../matrix/lane"
import { hour, Shop } from "../matrix/shop"
import { gnete, ksherRedirect } from "../matrix/variants"
import { accountsOf, medusasSums, never, settled } from "../matrix/verdict"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(91)))
afterEach(() => expect(shop.unexpected).toEqual([]))
afterAll(() => lane.close())

/** What was taken and returned at the gateway, and what Medusa holds of it, in minor units. */
async function books() {
  const payment = await shop.payment()
  const { taken, returned } = await lane.sandbox.book(payment.number)
  const medusa = shop.booked()
  return { taken, returned, captured: captured(medusa), refunded: refunded(medusa), state: payment.state }
}

const compared = async () => (await reconcileAll(shop.reconcileDeps, true, 60_000)).changes

/** Everything has had its time: the books agree but for fractions, and nothing is left to do. */
async function expectAgreement(): Promise<void> {
  await shop.jobs(40 * 24 * hour)
  const accounts = await accountsOf(shop)
  expect([...accounts.flatMap(never), ...accounts.flatMap(settled), ...medusasSums(shop)]).toEqual([])
  expect(accounts.map(({ payment }) => payment.attentionCode)).toEqual([null])
  expect(await compared()).toEqual([])
}

describe.each([
  ["Ksher", ksherRedirect],
  ["Gnete", gnete],
])("%s", (_, variant) => {
  const noReversal = { sameDayCancel: { enabled: false, cutoff: "23:00", timeZone: "Asia/Hong_Kong" } }
  const at = async (amount: number, policy = {}) =>
    (shop = new Shop(lane, variant, await lane.begin(), { ...noReversal, ...policy }, amount))
  const bought = async (amount: number, policy = {}) => {
    await at(amount, policy)
    await shop.buy()
  }

  it.each([37503.5, 29792.5, 30668.75, 31483.69, 8221.2, 5922.8])(
    "a cart of %d minor units is paid as it is rounded, and captured as Medusa asked for it",
    async (amount) => {
      await bought(amount)
      expect(await books()).toEqual({
        taken: rounded(amount),
        returned: 0,
        captured: amount,
        refunded: 0,
        state: "paid",
      })
      const order = shop.order()
      expect([sum(order.transactions), pendingDifference(order)]).toEqual([amount, 0])
      await expectAgreement()
    },
  )

  it("once paid, keeps the version that can live with its fraction, also where nothing was refunded", async () => {
    const goBack = async () => {
      const kept = (await migrations()).find(({ name }) => name === "Migration20261127070000")
      return lane.database.query(kept?.down[0] ?? "")
    }
    await bought(37504)
    await goBack()
    await bought(37503.5)
    await expect(goBack()).rejects.toThrow("fractions of a minor unit")
  })

  it("is captured by a notification as Medusa asked for it", async () => {
    await at(37503.5)
    await shop.choosePayment()
    await shop.pay()
    await lane.clock.forward(hour)
    await shop.jobs(24 * hour)
    expect(await books()).toMatchObject({ taken: 37504, captured: 37503.5 })
    expect(pendingDifference(shop.order())).toBe(0)
    await expectAgreement()
  })

  it("what rounds to nothing cannot be opened", async () => {
    await at(0.4)
    await expect(shop.choosePayment()).rejects.toMatchObject({
      code: "amount_invalid",
      message: expect.stringMatching(/0\.004 .*0\.00\. Nothing was sent/) as string,
    })
  })

  it.each([
    ["whole", [37503.5], [37504]],
    ["whole, as the admin reads it", [37504], [37504]],
    ["in whole cents, and the rest", [10_000, 27503.5], [10_000, 27504]],
    ["line by line", [12501.166667, 12501.166667, 12501.166666], [12501, 12501, 12502]],
    ["two halves", [18751.75, 18751.75], [18752, 18752]],
    ["in halves of a cent", [10_000.5, 10_000.5, 17502.5], [10_001, 10_000, 17503]],
  ])("is refunded %s", async (__, asked, returned) => {
    await bought(37503.5)
    let before = 0
    for (const [turn, amount] of asked.entries()) {
      await shop.refund(amount)
      await shop.quiet()
      const back = (await books()).returned
      expect(back - before).toBe(returned[turn])
      before = back
    }
    expect(await books()).toMatchObject({ taken: 37504, returned: 37504, state: "refunded" })
    await expectAgreement()
  })

  it("a refund of less than a cent is booked, and nothing is sent until it comes to one", async () => {
    await bought(37503.5)
    const back: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      await shop.refund(0.3)
      back.push((await books()).returned)
    }
    expect(back).toEqual([0, 1, 1, 1, 2])
    const { operations } = (await accountsOf(shop))[0] ?? { operations: [] }
    const sent = operations.filter(({ kind }) => kind === "refund").map(({ amount }) => amount)
    expect(sent.sort()).toEqual([0, 0, 0, 1, 1])
    await expectAgreement()
  })

  it.each([1, 2])("Medusa lets %d cent more be refunded than was captured: it is refused", async (cents) => {
    await bought(37503.4)
    expect(await shop.attempt(() => shop.refund(37503 + cents))).toBe(false)
    expect(await books()).toMatchObject({ returned: 0, refunded: 0 })
    await shop.refund(37503)
    await expectAgreement()
    await shop.cancelOrder()
    await shop.quiet()
    expect(await books()).toMatchObject({ returned: 37503, refunded: 37503.4 })
    await expectAgreement()
  })

  it("a cancelled order gives back what is left, and Medusa its fraction", async () => {
    await bought(37503.5)
    await shop.refund(12345.25)
    await shop.cancelOrder()
    await shop.quiet()
    expect(await books()).toMatchObject({ returned: 37504, refunded: 37503.5 })
    await expectAgreement()
  })

  it("an order cancelled while the gateway is down gives back all the same", async () => {
    await bought(37503.5)
    await shop.disturb(variant.calls.refund, { kind: "reset", when: "before", times: 2 })
    await shop.cancelOrder()
    await shop.quiet()
    await expectAgreement()
    expect(await books()).toMatchObject({ returned: 37504, refunded: 37503.5 })
  })

  it.each(["asked for again", "left to the job"])(
    "the answer of a refund is lost, and it is %s",
    async (how) => {
      await bought(37503.5)
      await shop.refund(100.5)
      await shop.disturb(variant.calls.refund, { kind: "reset", when: "after" })
      await shop.disturb(variant.calls.refundQuery, { kind: "http500", when: "before", times: 2 })
      expect(await shop.attempt(() => shop.refund(10_000.5))).toBe(false)
      await lane.sandbox.clearFaults()
      if (how === "asked for again") await shop.refund(10_000.5)
      await expectAgreement()
      // 101 for the first, and the second brings the sum to 10101.
      expect(await books()).toMatchObject({ returned: 10_101, refunded: 10_101 })
      expect(shop.booked().refunds.map(({ amount }) => amount)).toEqual([100.5, 10_000.5])
    },
  )

  it("asked for again after settlement has entered it, moves money once", async () => {
    await bought(37503.5)
    await shop.disturb(variant.calls.refund, { kind: "reset", when: "after" })
    await shop.disturb(variant.calls.refundQuery, { kind: "http500", when: "before", times: 2 })
    expect(await shop.attempt(() => shop.refund(10_000.5))).toBe(false)
    await lane.sandbox.clearFaults()
    await shop.jobs(24 * hour)
    expect(await shop.attempt(() => shop.refund(10_000.5))).toBe(false)
    expect(shop.told.at(-1)).toBe("earlier_refund_booked_first")
    expect(await books()).toMatchObject({ returned: 10_001, refunded: 10_000.5 })
    await shop.refund(10_000.5)
    expect(await books()).toMatchObject({ returned: 20_001, refunded: 20_001 })
    await expectAgreement()
  })

  it.each(["console", "other"] as const)(
    "a refund that Medusa holds and a person records (%s) counts with its fraction",
    async (how) => {
      await bought(37503.5)
      await shop.refund(100.5)
      // The process died between Medusa's row and the operation.
      const owed = { id: "ref_owed", amount: 10_000.5, createdAt: lane.clock.now().getTime() }
      shop.booked().refunds.push(owed)
      if (how === "console") await lane.sandbox.refundInConsole((await shop.payment()).number, 10_000)
      await shop.decide({ action: "record_refund", how, refundId: owed.id })
      // 101 for the first, and with the second it is 10101.
      expect((await shop.payment()).refundedAmount).toBe(10_101)
      const { operations } = (await accountsOf(shop))[0] ?? { operations: [] }
      const recorded = operations.find(({ refundId }) => refundId === owed.id)
      expect(recorded).toMatchObject({ amount: 10_000, medusaAmount: "100.005" })

      await shop.refund(17_403)
      expect((await shop.payment()).refundedAmount).toBe(27_504)
      if (how === "console") await expectAgreement()
    },
  )

  it("two refunds at once are two refunds", async () => {
    await bought(37503.5)
    await Promise.all([shop.refund(100.5), shop.refund(100.5)])
    expect(await books()).toMatchObject({ returned: 201, refunded: 201 })
    await expectAgreement()
  })

  it("more is paid than Medusa asked for, and all of it comes late: all of it goes back", async () => {
    await at(37503.5)
    await shop.choosePayment()
    await shop.pay()
    await shop.changeCart()
    await shop.quiet()
    await shop.jobs(48 * hour)
    const [first] = await shop.payments()
    const book = await lane.sandbox.book(first?.number ?? "")
    expect([book.taken, book.returned]).toEqual([37504, 37504])
  })
})
