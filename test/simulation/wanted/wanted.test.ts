import { settle } from "../../../src/services/settlement"
import { captured } from "../../support/fake-medusa"
import { openLane, type Lane } from "../matrix/lane"
import { minute, second, Shop } from "../matrix/shop"
import { gnete, ksherPromptPay, ksherRedirect, type Variant } from "../matrix/variants"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(93)))
afterEach(() => expect(shop.unexpected).toEqual([]))
afterAll(() => lane.close())

const start = async (variant: Variant, policy: ConstructorParameters<typeof Shop>[3] = {}) =>
  (shop = new Shop(lane, variant, await lane.begin(), policy))

/** Both gateways' books and what Medusa has captured, of every payment in the order in which they were opened. */
async function told() {
  const payments = await shop.payments()
  const at = await Promise.all(payments.map(({ number }) => lane.sandbox.book(number)))
  return payments.map(({ state, unwanted, attentionCode, sessionId }, index) => ({
    state,
    unwanted,
    attention: attentionCode,
    kept: (at[index]?.taken ?? 0) - (at[index]?.returned ?? 0),
    captured: [...shop.tables.payments.values()]
      .filter((one) => one.sessionId === sessionId)
      .reduce((sum, one) => sum + captured(one), 0),
  }))
}

const closed = (unwanted: string) => ({ state: "void", unwanted, attention: null, kept: 0, captured: 0 })
const returned = (unwanted: string) => ({ ...closed(unwanted), state: "refunded" })
const taken = (amount: number) => ({
  state: "paid",
  unwanted: null,
  attention: null,
  kept: amount,
  captured: amount,
})

/** The job, as often as it runs in two minutes. */
async function twoMinutes() {
  for (let runs = 0; runs < 2; runs++) {
    await lane.clock.forward(minute)
    await shop.job()
  }
}

/** Something that one of two waits for the other to have done. */
function promised(): { kept: Promise<void>; keep: () => void } {
  let keep: () => void = () => undefined
  const kept = new Promise<void>((resolve) => (keep = resolve))
  return { kept, keep }
}

/** The shopper tries a link: a closed one is refused by the gateway. */
const pays = async (number: string): Promise<boolean> => {
  try {
    await lane.sandbox.pay(number)
    return true
  } catch {
    return false
  }
}

/** What the notification does. */
async function heard() {
  for (const payment of await shop.payments()) await settle(payment.id, shop.deps)
  await shop.quiet()
}

/** Paid, and then asked for 3000 more. */
async function dearer() {
  await shop.buy()
  await shop.medusa.changeOrder(shop.order().id, shop.amount + 3_000)
  await shop.quiet()
  await shop.choosePaymentOn(shop.secondCollection().id)
}

describe.each([ksherRedirect, gnete].map((variant) => [variant.name, variant] as const))(
  "%s",
  (_, variant) => {
    beforeEach(() => start(variant))

    it("a paid order is not paid again from an old tab: nothing is opened", async () => {
      await shop.buy()
      const [collection] = shop.collections()
      await shop.attempt(() => shop.choosePaymentOn(collection?.id ?? ""))
      expect(shop.told).toEqual(["nothing_owed"])
      await twoMinutes()
      expect(await told()).toEqual([taken(10_000)])
    })

    it("nor a cart whose payment is captured while its order is being made", async () => {
      await shop.choosePayment()
      await shop.pay()
      const [cart] = shop.tables.carts.values()
      if (!cart) throw new Error("There is no cart.")
      cart.trouble = { at: "orderCreated", times: 0 }
      await heard()
      await shop.attempt(() => shop.choosePaymentOn(cart.collectionId))
      expect(shop.told).toEqual(["nothing_owed"])
    })

    it.each([7_000, 12_000])(
      "an order that is edited to %d while the gateway is asked for its payment is not told of the old one",
      async (total) => {
        await shop.choosePayment()
        await shop.pay()
        const { gateway } = shop.deps
        const query = gateway.query.bind(gateway)
        const [asksAgain, completed] = [promised(), promised()]
        const asking = jest
          .spyOn(gateway, "query")
          .mockImplementationOnce(async (payment) => {
            const answer = await query(payment)
            await shop.medusa.changeOrder(shop.order().id, total)
            // Whoever heard of the edit has noted it, and asks the gateway too.
            await asksAgain.kept
            return answer
          })
          .mockImplementationOnce(async (payment) => {
            asksAgain.keep()
            await completed.kept
            return query(payment)
          })
        await shop.medusa.completeCart(shop.cartId).catch(() => undefined)
        completed.keep()
        await shop.quiet()
        asking.mockRestore()
        await shop.jobs(10 * minute)
        expect(await told()).toEqual([returned("amount_changed")])
      },
    )

    it("an old tab that was open before is closed once the order is paid", async () => {
      const [first, second] = await twoOpen()
      await lane.sandbox.pay(first.number)
      await heard()
      await twoMinutes()
      expect(await told()).toEqual([taken(10_000), closed("not_owed")])
      expect(await pays(second.number)).toBe(false)
    })

    it("two that are paid at the same moment: one is captured, the other goes back", async () => {
      const [first, second] = await twoOpen()
      await Promise.all([lane.sandbox.pay(first.number), lane.sandbox.pay(second.number)])
      await Promise.all([settle(first.id, shop.deps), settle(second.id, shop.deps)])
      await shop.quiet()
      await shop.jobs(10 * minute)
      expect((await told()).map(({ kept }) => kept).sort()).toEqual([0, 10_000])
      expect((await told()).map((one) => one.captured).sort()).toEqual([0, 10_000])
      expect(shop.order().transactions.map(({ amount }) => amount)).toEqual([10_000])
    })

    it("nor are two of an order's difference, which no cart holds together", async () => {
      await dearer()
      const { id } = shop.secondCollection()
      const [session] = sessionsOf(id)
      if (!session) throw new Error("There is no session.")
      shop.tables.sessions.delete(session.id)
      await shop.choosePaymentOn(id)
      shop.tables.sessions.set(session.id, session)
      await bothAtOnce()
    })

    it("nor two of two collections, where one of them is enough", async () => {
      await dearer()
      // A person has made a second one for the same difference.
      const again = { ...shop.secondCollection(), id: `${shop.secondCollection().id}b` }
      shop.tables.collections.set(again.id, again)
      await shop.choosePaymentOn(again.id)
      await bothAtOnce()
    })

    it("the second is held where the shop wants it so", async () => {
      await start(variant, { latePayment: "hold" })
      const [first, second] = await twoOpen()
      await lane.sandbox.pay(first.number)
      await lane.sandbox.pay(second.number)
      await heard()
      await shop.jobs(10 * minute)
      const late = {
        state: "paid_late",
        unwanted: "not_owed",
        attention: "late_held",
        kept: 10_000,
        captured: 0,
      }
      expect(await told()).toEqual([taken(10_000), late])
    })

    it("what an edit has added is paid by a second session", async () => {
      await dearer()
      await shop.pay()
      await heard()
      await twoMinutes()
      expect(await told()).toEqual([taken(10_000), taken(3_000)])
    })

    it("and by a third one, where the second has come to nothing", async () => {
      await dearer()
      await shop.choosePaymentOn(shop.secondCollection().id)
      await shop.pay()
      await heard()
      await twoMinutes()
      const [first, second, third] = await told()
      expect([first, third]).toEqual([taken(10_000), taken(3_000)])
      expect(second?.kept).toBe(0)
    })

    it("an edit that is undone closes its link at once", async () => {
      await dearer()
      await shop.medusa.changeOrder(shop.order().id, shop.amount)
      await shop.quiet()
      expect((await told())[1]).toEqual(closed("amount_changed"))
      expect(await pays((await shop.payment()).number)).toBe(false)
    })

    it("an edit that asks for more closes the link for less", async () => {
      await dearer()
      await shop.medusa.changeOrder(shop.order().id, shop.amount + 4_000)
      await shop.quiet()
      expect((await told())[1]).toEqual(closed("amount_changed"))
      await shop.choosePaymentOn(shop.secondCollection().id)
      await shop.pay()
      await heard()
      expect((await told())[2]).toEqual(taken(4_000))
    })

    it("a cancelled exchange, of which Medusa says nothing, closes its link within two minutes", async () => {
      await dearer()
      await shop.medusa.cancelExchange(shop.order().id, shop.amount)
      await twoMinutes()
      expect((await told())[1]).toEqual(closed("not_owed"))
    })

    it("money that was faster than the close goes back", async () => {
      await dearer()
      await shop.medusa.cancelExchange(shop.order().id, shop.amount)
      await shop.pay()
      await heard()
      await shop.jobs(10 * minute)
      expect((await told())[1]).toEqual(returned("not_owed"))
    })

    it("no session is opened on what a cancelled exchange has left behind", async () => {
      await shop.buy()
      await shop.medusa.changeOrder(shop.order().id, shop.amount + 3_000)
      await shop.medusa.cancelExchange(shop.order().id, shop.amount)
      await shop.attempt(() => shop.choosePaymentOn(shop.secondCollection().id))
      expect(shop.told).toEqual(["nothing_owed"])
    })

    it("a collection that is deleted closes its link within two minutes", async () => {
      await dearer()
      await shop.medusa.deleteCollection(shop.secondCollection().id)
      await twoMinutes()
      expect((await told())[1]).toEqual(closed("collection_deleted"))
    })

    it("an order that is marked as paid closes its link", async () => {
      await dearer()
      await shop.medusa.markAsPaid(shop.secondCollection().id)
      await twoMinutes()
      expect((await told())[1]?.state).toBe("void")
      expect(await pays((await shop.payment()).number)).toBe(false)
    })

    it("so does one that is paid another way while its session stays", async () => {
      await dearer()
      await shop.medusa.payOtherwise(shop.secondCollection())
      await twoMinutes()
      expect((await told())[1]).toEqual(closed("not_owed"))
    })

    it("and one that was paid for over the counter, without a payment", async () => {
      await dearer()
      shop
        .order()
        .transactions.push({ id: "ordtrx_cash", amount: 3_000, reference: "cash", referenceId: "till 4" })
      await twoMinutes()
      expect((await told())[1]).toEqual(closed("not_owed"))
    })

    describe("an order that is placed before it is paid", () => {
      beforeEach(async () => {
        await start(variant, { completion: "order_first" })
        await shop.choosePayment()
        await shop.complete()
        await shop.quiet()
      })

      it("is paid by its link", async () => {
        await shop.pay()
        await heard()
        expect(await told()).toEqual([taken(10_000)])
      })

      it("is paid by a second link, and the first is closed", async () => {
        await shop.choosePaymentOn(shop.collections()[0]?.id ?? "")
        await shop.pay()
        await heard()
        await twoMinutes()
        expect(await told()).toEqual([closed("session_deleted"), taken(10_000)])
      })

      it.each([7_000, 12_000])(
        "and edited meanwhile to %d, closes the link for what it was",
        async (total) => {
          await shop.medusa.changeOrder(shop.order().id, total)
          await shop.quiet()
          expect(await told()).toEqual([closed("amount_changed")])
          await shop.choosePaymentOn(shop.collections()[0]?.id ?? "")
          await shop.pay()
          await heard()
          expect((await told())[1]).toEqual(taken(total))
        },
      )
    })

    it("a payment whose order looks paid for by itself is not taken for unwanted", async () => {
      await shop.choosePayment()
      await shop.pay()
      // Medusa has captured, and entered it, between two of our looks.
      const reads = jest.spyOn(shop.medusa, "demandOf")
      await Promise.all([shop.complete(), heard(), heard()])
      await shop.jobs(10 * minute)
      expect(reads).toHaveBeenCalled()
      expect(await told()).toEqual([taken(10_000)])
      reads.mockRestore()
    })

    const sessionsOf = (collectionId: string) =>
      [...shop.tables.sessions.values()].filter((one) => one.collectionId === collectionId)

    /** Both links of the difference are paid, and two processes hear of it at the same moment. */
    async function bothAtOnce() {
      const [, one, other] = await shop.payments()
      if (!one || !other) throw new Error("Two were to be opened.")
      await Promise.all([one, other].map(({ number }) => lane.sandbox.pay(number)))
      await Promise.all([one, other].map(({ id }) => settle(id, shop.deps)))
      await shop.jobs(10 * minute)
      const [, ...difference] = await told()
      expect(difference.map(({ kept }) => kept).sort()).toEqual([0, 3_000])
      expect(shop.order().transactions.map(({ amount }) => amount)).toEqual([10_000, 3_000])
    }

    /** Two tabs that opened a payment at the same time, each at a moment when the other was not there yet. */
    async function twoOpen() {
      await shop.choosePayment()
      const [session] = shop.tables.sessions.values()
      if (!session) throw new Error("There is no session.")
      // Medusa deletes the sessions that it sees: the first comes back as the one that it did not see.
      await lane.clock.forward(second)
      shop.tables.sessions.delete(session.id)
      await shop.choosePayment()
      shop.tables.sessions.set(session.id, session)
      const [first, other] = await shop.payments()
      if (!first || !other) throw new Error("Two were to be opened.")
      return [first, other] as const
    }
  },
)

it("what nobody wants and no call can return stands under attention", async () => {
  await start(ksherPromptPay)
  await dearer()
  await shop.medusa.cancelExchange(shop.order().id, shop.amount)
  await shop.pay()
  await heard()
  await shop.jobs(10 * minute)
  expect((await told())[1]).toMatchObject({
    state: "paid_late",
    attention: "refund_unsupported",
    kept: 3_000,
  })
})
