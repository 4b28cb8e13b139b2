import { Modules } from "@medusajs/framework/utils"

import {
  toSession,
  type Answer,
  type Cart,
  type Currency,
  type PlacedOrder,
  type Session,
} from "../../../demo/shop"
import {
  books,
  eventually,
  gatewayBooks,
  inRealMedusa,
  paidOrder,
  runJob,
  travel,
  unpaidOrder,
  type World,
} from "../world"
import {
  atRest,
  changeCart,
  deliver,
  gnete,
  minute,
  promotion,
  refund,
  sync,
  ways,
  type Way,
} from "./support"

inRealMedusa((world) => {
  afterEach(() => atRest(world))

  describe.each(ways)("%s", (_, way) => {
    it("a paid order is not paid again from an old tab", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const again = await tryToPay(world, order.cart.collectionId, way.provider)
      expect([again.status, again.data.message]).toEqual([
        400,
        expect.stringContaining("0.00 is still to be paid"),
      ])
      expect(await links(world, order)).toHaveLength(1)
    })

    it("the link of an edit that is undone is closed at once", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const item = await addOne(world, order)
      const link = await linkForTheRest(world, order, way.provider)
      expect(await links(world, order)).toHaveLength(2)
      await edit(world, order, (id) => setQuantity(world, id, item, 1))
      await eventually(
        () => standing(world, link),
        ({ state }) => state === "void",
      )
      await expect(world.sandbox.pay(link.number)).rejects.toThrow("closed")
    })

    it("money that was faster than the close goes back", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const item = await addOne(world, order)
      const link = await linkForTheRest(world, order, way.provider)
      await world.sandbox.pay(link.number, way.pay)
      await edit(world, order, (id) => setQuantity(world, id, item, 1))
      await eventually(
        () => standing(world, link),
        ({ state }) => state === "refunded",
      )
      const { returned, taken } = await world.sandbox.book(link.number)
      expect([taken, returned]).toEqual([way.minor, way.minor])
      expect((await summary(world, order)).pending_difference).toBe(0)
    })

    it("an exchange that is cancelled closes its link", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await fulfil(world, order)
      const exchange = await exchangeFor(world, order, 1, 2)
      const link = await linkForTheRest(world, order, way.provider)
      await world.shop.admin("post", `/admin/exchanges/${exchange}/cancel`)
      await eventually(
        () => standing(world, link),
        ({ state, unwanted }) => state === "void" && unwanted === "not_owed",
      )
      const again = await tryToPay(world, (await rest(world, order)).id, way.provider)
      expect([again.status, again.data.message]).toEqual([
        400,
        expect.stringContaining("0.00 is still to be paid"),
      ])
    })

    it.each<[string, (cart: Cart, way: Way) => Promise<unknown>]>([
      ["the goods", (cart) => changeCart(world, cart)],
      ["a coupon", (cart, { currency }) => useCoupon(world, cart, currency)],
      ["the region", (cart, { currency }) => moveCart(world, cart, currency === "thb" ? "hkd" : "thb")],
    ])("%s of the cart changed while a link is open: it is closed, and cannot be paid", async (_, change) => {
      const cart = await world.shopper.fillCart(way.currency)
      const link = await world.shopper.choose(cart, way.provider)
      await change(cart, way)
      await eventually(
        () => standing(world, link),
        ({ state }) => state === "void",
      )
      await expect(world.sandbox.pay(link.number)).rejects.toThrow("closed")
    })

    it("a claim that is cancelled closes the link for what it sends out", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await fulfil(world, order)
      const claim = await replace(world, order, 2)
      const link = await linkForTheRest(world, order, way.provider)
      await world.shop.admin("post", `/admin/claims/${claim}/cancel`)
      await eventually(
        () => standing(world, link),
        ({ state, unwanted }) => state === "void" && unwanted === "not_owed",
      )
    })

    it("two sessions that are paid at the same moment: one is captured, the other goes back", async () => {
      const order = await unpaidOrder(world, way.orderFirst)
      const collection = order.cart.collectionId
      const other = await besides(world, collection, way.orderFirst)
      await Promise.all([order.session.number, other].map((number) => world.sandbox.pay(number, way.pay)))
      const second = await world.plugin.ledger.payments.ofNumber(way.orderFirst, other)
      await Promise.all([
        sync(world, order),
        world.shop.tryAdmin("post", `/admin/gateway-payments/${second?.id}/sync`),
      ])
      await runJob(world, 120_000)
      await eventually(
        async () => {
          const all = await Promise.all([order.session.number, other].map((one) => world.sandbox.book(one)))
          return all.map(({ taken, returned }) => taken - returned).sort((a, b) => a - b)
        },
        (kept) => kept[0] === 0 && kept[1] === way.minor,
      )
      expect((await books(world, order)).captured).toBe(way.major)
    })
  })

  describe.each(ways)("a refund whose process died before Medusa had entered it: %s", (_, way) => {
    const part = 12.5

    /** What such a process leaves behind: the money is back and the row is there; of the order's books, so much. */
    async function dies(
      order: PlacedOrder,
      entered: "nothing" | "transaction",
      amount = part,
    ): Promise<void> {
      const { payments } = await books(world, order)
      const payment_id = payments[0]!.id
      const before = new Set((await books(world, order)).refunds.map(({ id }) => id))
      await world.container.resolve(Modules.PAYMENT).refundPayment({ payment_id, amount })
      if (entered === "nothing") return
      const row = (await books(world, order)).refunds.find(({ id }) => !before.has(id))
      await world.container.resolve(Modules.ORDER).addOrderTransactions({
        order_id: order.id,
        amount: -amount,
        currency_code: way.currency,
        reference: "refund",
        reference_id: row!.id,
      })
    }
    const credited = async (order: AnOrder): Promise<number[]> => {
      const fields = "id,*credit_lines"
      const { order: found } = await world.shop.admin("get", `/admin/orders/${order.id}?fields=${fields}`)
      return found.credit_lines.map((line: Answer) => Number(line.amount))
    }
    const returned = async (order: PlacedOrder) => (await gatewayBooks(world, order)).returned / 100

    it.each(["nothing", "transaction"] as const)(
      "%s of it was entered: the order asks for nothing again, and the money went back once",
      async (entered) => {
        const order = await paidOrder(world, way.provider, way.pay)
        await dies(order, entered)
        await runJob(world, 3 * minute)
        await runJob(world, 3 * minute)

        expect(await summary(world, order)).toMatchObject({ pending_difference: 0 })
        expect([await credited(order), await returned(order)]).toEqual([[part], part])
        expect((await told(world, order)).attention).toEqual([])
      },
    )

    it("a link for what the order asks for again cannot be opened meanwhile", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await dies(order, "transaction")
      const { payment_collection } = await world.shop.admin("post", "/admin/payment-collections", {
        order_id: order.id,
        amount: part,
      })
      const link = await tryToPay(world, payment_collection.id, way.provider)
      expect([link.status, link.data.message]).toEqual([
        400,
        expect.stringContaining("0.00 is still to be paid"),
      ])
    })

    it("what an edit asks for besides is asked for still", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await addOne(world, order)
      const { pending_difference: more } = await summary(world, order)
      await dies(order, "nothing")
      await runJob(world, 3 * minute)

      expect([(await summary(world, order)).pending_difference, await credited(order)]).toEqual([
        more,
        [part],
      ])
      await runJob(world, 3 * minute)
      expect([(await summary(world, order)).pending_difference, await credited(order)]).toEqual([
        more,
        [part],
      ])
    })

    it.each(["nothing", "transaction"] as const)(
      "a later refund is credited as well: %s of it was entered",
      async (entered) => {
        const order = await paidOrder(world, way.provider, way.pay)
        await dies(order, entered)
        expect((await refund(world, order, 1)).status).toBe(200)
        await runJob(world, 3 * minute)
        expect((await credited(order)).sort((one, other) => one - other)).toEqual([1, part])
        expect((await summary(world, order)).pending_difference).toBe(0)
      },
    )

    it("the parcel is packed before the rest is entered", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await dies(order, "transaction")
      await fulfil(world, order)
      await runJob(world, 3 * minute)
      expect([(await summary(world, order)).pending_difference, await credited(order)]).toEqual([0, [part]])
    })

    it("a return that is paid back before it comes, without a crash: nothing is credited, and the job ends", async () => {
      const order = await paidOrder(world, way.provider, { ...way.pay, quantity: 2 })
      const due = await requestReturn(world, order)
      expect((await refund(world, order, due)).status).toBe(200)
      await runJob(world, 3 * minute)
      await sync(world, order)
      expect([(await summary(world, order)).pending_difference, await credited(order)]).toEqual([0, []])
    })

    it("a change is open: an admin is told after a while, and the rest follows when it ends", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await dies(order, "nothing")
      await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })
      await runJob(world, 3 * minute)
      expect((await told(world, order)).attention).toEqual([])
      await runJob(world, 15 * minute)
      expect((await told(world, order)).attention).toEqual(["order_changing"])

      await world.shop.admin("delete", `/admin/order-edits/${order.id}`)
      await sync(world, order)
      expect((await told(world, order)).attention).toEqual([])
      expect([(await summary(world, order)).pending_difference, await credited(order)]).toEqual([0, [part]])
    })

    it.each(["nothing", "transaction"] as const)(
      "an edit begins before the rest is entered, and is confirmed: %s was entered",
      async (entered) => {
        const order = await paidOrder(world, way.provider, way.pay)
        await dies(order, entered)
        await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })
        await runJob(world, 3 * minute)
        await world.shop.admin("delete", `/admin/order-edits/${order.id}`)
        await addOne(world, order)
        const { pending_difference: asked } = await summary(world, order)
        await runJob(world, 3 * minute)

        expect(await credited(order)).toEqual([part])
        expect((await summary(world, order)).pending_difference).toBeCloseTo(asked - part, 5)
      },
    )

    it.each([0, 1.5])(
      "what is on its way back by a return is owed anyway: %s more than that was refunded",
      async (more) => {
        const order = await paidOrder(world, way.provider, { ...way.pay, quantity: 2 })
        const due = await requestReturn(world, order)
        await dies(order, "transaction", due + more)
        await runJob(world, 3 * minute)

        expect([(await summary(world, order)).pending_difference, await credited(order)]).toEqual([
          0,
          more ? [more] : [],
        ])
      },
    )

    it("a comparison tells of it, and changes nothing until it is asked to", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await dies(order, "transaction")
      travel(3 * minute)
      const { id } = await standing(world, order.session)
      const compared = async (dry_run: boolean) =>
        (await world.shop.admin("post", "/admin/gateway-payments/reconcile", { dry_run })).changes.filter(
          (one: Answer) => one.code === "order_outstanding" && one.gateway_payment_id === id,
        )
      expect(await compared(true)).toMatchObject([{ from: String(part), to: "0" }])
      expect((await summary(world, order)).pending_difference).toBe(part)
      expect(await compared(false)).toHaveLength(1)
      expect([(await summary(world, order)).pending_difference, await compared(true)]).toEqual([0, []])
    })
  })

  it.each(ways)("money that comes in while an edit is confirmed counts in the order: %s", async (_, way) => {
    const order = await paidOrder(world, way.provider, way.pay)
    const item = await addOne(world, order)
    const link = await linkForTheRest(world, order, way.provider)
    const { pending_difference: more } = await summary(world, order)
    await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })
    await setQuantity(world, order.id, item, 3)
    await world.shop.admin("post", `/admin/order-edits/${order.id}/request`, {})
    const confirm = () => world.shop.tryAdmin("post", `/admin/order-edits/${order.id}/confirm`, {})

    // Medusa has read the order's version, and not written the transaction of the capture yet.
    const { orderTransactionService_: transactions } = world.container.resolve(Modules.ORDER) as unknown as {
      orderTransactionService_: { create: (...args: unknown[]) => Promise<unknown> }
    }
    const create = transactions.create.bind(transactions)
    const meanwhile: number[] = []
    jest.spyOn(transactions, "create").mockImplementationOnce(async (...args) => {
      meanwhile.push((await confirm()).status)
      return create(...args)
    })
    await world.sandbox.pay(link.number, way.pay)
    await deliver(world, { session: link })
    await eventually(
      () => standing(world, link),
      ({ capturedAt, announced }) => capturedAt !== null && announced.startsWith("paid"),
    )
    if (meanwhile[0] !== 200) expect((await confirm()).status).toBe(200)

    expect(meanwhile).toHaveLength(1)
    expect((await summary(world, order)).pending_difference).toBe(more)
  })

  describe("an order that is changed after it was paid", () => {
    it("an edit that asks for more: the difference is paid", async () => {
      const order = await paidOrder(world, gnete.provider)
      await addOne(world, order)
      await payTheRest(world, order)
      expect(await told(world, order)).toEqual({
        outstanding: 0,
        captured: 176.8,
        refunded: 0,
        attention: [],
      })
    })

    it("an edit that asks for less: the difference goes back", async () => {
      const order = await paidOrder(world, gnete.provider, { quantity: 2 })
      const item = (await lines(world, order))[0].id
      await edit(world, order, (id) => setQuantity(world, id, item, 1))
      expect((await summary(world, order)).pending_difference).toBe(-gnete.major)
      expect((await refund(world, order, gnete.major)).status).toBe(200)
      expect(await told(world, order)).toEqual({
        outstanding: 0,
        captured: 176.8,
        refunded: 88.4,
        attention: [],
      })
    })

    it("a dearer exchange: the difference is paid", async () => {
      const order = await paidOrder(world, gnete.provider)
      await fulfil(world, order)
      await exchangeFor(world, order, 1, 2)
      await payTheRest(world, order)
      expect(await told(world, order)).toEqual({
        outstanding: 0,
        captured: 176.8,
        refunded: 0,
        attention: [],
      })
    })

    it("a cheaper exchange: the difference goes back", async () => {
      const order = await paidOrder(world, gnete.provider, { quantity: 2 })
      await fulfil(world, order)
      await exchangeFor(world, order, 2, 1)
      expect((await summary(world, order)).pending_difference).toBe(-gnete.major)
      expect((await refund(world, order, gnete.major)).status).toBe(200)
      expect(await told(world, order)).toEqual({
        outstanding: 0,
        captured: 176.8,
        refunded: 88.4,
        attention: [],
      })
    })

    it("a claim: what it owes goes back", async () => {
      const order = await paidOrder(world, gnete.provider, { quantity: 2 })
      await fulfil(world, order)
      const { claim } = await world.shop.admin("post", "/admin/claims", {
        order_id: order.id,
        type: "refund",
      })
      const [item] = await lines(world, order)
      await world.shop.admin("post", `/admin/claims/${claim.id}/claim-items`, {
        items: [{ id: item.id, quantity: 1 }],
      })
      await world.shop.admin("post", `/admin/claims/${claim.id}/request`)
      expect((await refund(world, order, gnete.major)).status).toBe(200)
      const { captured, refunded, attention } = await told(world, order)
      expect([captured, refunded, attention]).toEqual([176.8, 88.4, []])
    })

    it("three returns with a goodwill refund between them: each goes back once, and nothing is outstanding", async () => {
      const order = await paidOrder(world, gnete.provider, { quantity: 4 })
      await fulfil(world, order)
      const back: number[] = []
      for (const goodwill of [0, 5, 0]) {
        await returnOne(world, order)
        // An equal refund within ten seconds would be the same click.
        travel(11_000)
        const { pending_difference } = await summary(world, order)
        expect((await refund(world, order, -pending_difference)).status).toBe(200)
        back.push(-pending_difference)
        if (goodwill) {
          expect((await refund(world, order, goodwill)).status).toBe(200)
          back.push(goodwill)
        }
        expect((await summary(world, order)).pending_difference).toBe(0)
      }
      expect(back).toEqual([88.4, 88.4, 5, 88.4])
      expect((await gatewayBooks(world, order)).returned).toBe(27_020)
      expect(await told(world, order)).toMatchObject({ captured: 353.6, refunded: 270.2, attention: [] })
    })

    it("marked as paid while a link is open: the link is closed", async () => {
      const order = await paidOrder(world, gnete.provider)
      await addOne(world, order)
      const link = await linkForTheRest(world, order, gnete.provider)
      const { id } = await rest(world, order)
      await world.shop.admin("post", `/admin/payment-collections/${id}/mark-as-paid`, { order_id: order.id })
      await eventually(
        () => standing(world, link),
        ({ state }) => state === "void",
      )
      expect((await summary(world, order)).pending_difference).toBe(0)
    })

    it("marked as paid by two clicks at once: the money is entered once", async () => {
      const order = await paidOrder(world, gnete.provider)
      await addOne(world, order)
      const { id } = await rest(world, order)
      const mark = () =>
        world.shop.tryAdmin("post", `/admin/payment-collections/${id}/mark-as-paid`, { order_id: order.id })
      const answers = await Promise.all([mark(), mark()])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
      expect((await summary(world, order)).pending_difference).toBe(0)
    })

    it.each(["notified", "marked as paid", "deleted"] as const)(
      "marked as paid or deleted while the shopper pays, first %s: the money is held once",
      async (first) => {
        const order = await paidOrder(world, gnete.provider)
        await addOne(world, order)
        const link = await linkForTheRest(world, order, gnete.provider)
        const { id } = await rest(world, order)
        const at = `/admin/payment-collections/${id}`
        const mark = () => world.shop.tryAdmin("post", `${at}/mark-as-paid`, { order_id: order.id })
        const other = first === "deleted" ? () => world.shop.tryAdmin("delete", at) : mark
        const heard = () => world.sandbox.pay(link.number)
        await Promise.all(
          first === "notified" ? [heard(), other()] : [other(), heard().catch(() => undefined)],
        )
        await runJob(world, 60_000)
        await eventually(
          async () => ({
            owed: (await summary(world, order)).pending_difference,
            link: await standing(world, link),
          }),
          ({ owed, link: { state, capturedAt } }) =>
            owed === (first === "deleted" && !capturedAt ? gnete.minor / 100 : 0) &&
            (state === "void" || state === "refunded" || (state === "paid" && capturedAt !== null)),
        )
      },
    )

    it("a collection that is deleted with its link open: the link is closed", async () => {
      const order = await paidOrder(world, gnete.provider)
      const { id } = await collectionOf(world, order, async () => addOne(world, order))
      // With it goes the session. Medusa deletes a collection before anybody has chosen how to pay; one that was chosen in that very moment stays.
      const link = await linkForTheRest(world, order, gnete.provider)
      await world.shop.admin("delete", `/admin/payment-collections/${id}`)
      await eventually(
        () => standing(world, link),
        ({ state, unwanted }) => state === "void" && unwanted === "session_deleted",
      )
    })

    it("a return that is asked for while a link is open: the job closes the link", async () => {
      const order = await paidOrder(world, gnete.provider)
      const item = await addOne(world, order)
      await fulfil(world, order)
      const link = await linkForTheRest(world, order, gnete.provider)
      const { return: begun } = await world.shop.admin("post", "/admin/returns", { order_id: order.id })
      const at = `/admin/returns/${begun.id}`
      await world.shop.admin("post", `${at}/request-items`, { items: [{ id: item, quantity: 1 }] })
      await world.shop.admin("post", `${at}/request`)
      await runJob(world, 60_000)
      await eventually(
        () => standing(world, link),
        ({ state, unwanted }) => state === "void" && unwanted === "amount_changed",
      )
    })

    it("a provider that is taken out of the region: its open link is still paid", async () => {
      const order = await paidOrder(world, gnete.provider)
      await addOne(world, order)
      const link = await linkForTheRest(world, order, gnete.provider)
      const { regions } = await world.shop.admin(
        "get",
        "/admin/regions?fields=id,currency_code,*payment_providers",
      )
      const region = regions.find((one: Answer) => one.currency_code === "hkd")
      const all: string[] = region.payment_providers.map((one: Answer) => one.id)
      const put = (payment_providers: string[]) =>
        world.shop.admin("post", `/admin/regions/${region.id}`, { payment_providers })
      await put(all.filter((one) => one !== gnete.provider))
      try {
        await world.sandbox.pay(link.number)
        await deliver(world, { session: link })
        await eventually(
          () => told(world, order),
          ({ captured }) => captured === 176.8,
        )
      } finally {
        await put(all)
      }
    })
  })

  it("a draft order is paid through its collection", async () => {
    const draft = await draftOrder(world)
    await world.shop.admin("post", `/admin/draft-orders/${draft}/convert-to-order`)
    const order = { id: draft }
    const collection =
      (await collections(world, order))[0] ??
      (
        await world.shop.admin("post", "/admin/payment-collections", {
          order_id: draft,
          amount: (await summary(world, order)).pending_difference,
        })
      ).payment_collection
    const link = await session(world, collection.id, gnete.provider)
    await world.sandbox.pay(link.number)
    await deliver(world, { session: link })
    await eventually(
      () => summary(world, order),
      ({ pending_difference }) => pending_difference === 0,
    )
    expect(await standing(world, link)).toMatchObject({ state: "paid", orderId: draft })
  })

  it("a draft order that is edited while its link is open: the link is closed", async () => {
    const draft = await draftOrder(world)
    const order = { id: draft }
    const { payment_collection } = await world.shop.admin("post", "/admin/payment-collections", {
      order_id: draft,
      amount: gnete.major,
    })
    const link = await session(world, payment_collection.id, gnete.provider)
    const [item] = (await world.shop.admin("get", `/admin/draft-orders/${draft}?fields=id,*items`))
      .draft_order.items
    const at = `/admin/draft-orders/${draft}/edit`
    await world.shop.admin("post", at)
    await world.shop.admin("post", `${at}/items/item/${item.id}`, { quantity: 3 })
    await world.shop.admin("post", `${at}/request`)
    await world.shop.admin("post", `${at}/confirm`)
    await eventually(
      () => standing(world, link),
      ({ state, unwanted }) => state === "void" && unwanted !== null,
    )
    expect(await links(world, order)).toMatchObject([{ state: "void" }])
  })

  it("two payments on one order, one of them PromptPay: a cancel returns one, and a person the other", async () => {
    const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
    await addOne(world, order)
    const link = await linkForTheRest(world, order, "pp_ksher_th", "promptpay")
    await world.sandbox.pay(link.number, { channel: "promptpay" })
    await deliver(world, { session: link })
    await eventually(
      () => summary(world, order),
      ({ pending_difference }) => pending_difference === 0,
    )
    await world.shop.admin("post", `/admin/orders/${order.id}/cancel`)
    await eventually(
      () => standing(world, link),
      ({ attentionCode }) => attentionCode === "refund_unsupported",
    )
    expect((await gatewayBooks(world, order)).returned).toBe(35050)
    expect((await world.sandbox.book(link.number)).returned).toBe(0)
  })
})

interface AnOrder {
  id: string
}

const fieldsOf = [
  "id",
  "status",
  "total",
  "*items",
  "*summary",
  "*payment_collections",
  "*payment_collections.payments",
  "*payment_collections.payments.captures",
  "*payment_collections.payments.refunds",
].join(",")

const orderOf = async (world: World, { id }: AnOrder): Promise<Answer> =>
  (await world.shop.admin("get", `/admin/orders/${id}?fields=${encodeURIComponent(fieldsOf)}`)).order

const lines = async (world: World, order: AnOrder): Promise<Answer[]> => (await orderOf(world, order)).items

const summary = async (world: World, order: AnOrder): Promise<{ pending_difference: number }> =>
  (await orderOf(world, order)).summary

const collections = async (world: World, order: AnOrder): Promise<Answer[]> =>
  (await orderOf(world, order)).payment_collections

/** The collection that still asks for something. */
async function rest(world: World, order: AnOrder): Promise<Answer> {
  const open = (await collections(world, order)).find((one) => !one.payments?.length)
  if (!open) throw new Error("Nothing more is asked for.")
  return open
}

async function collectionOf(world: World, order: AnOrder, change: () => Promise<unknown>): Promise<Answer> {
  await change()
  return rest(world, order)
}

const tryToPay = (world: World, collectionId: string, provider_id: string, channel?: string) =>
  world.shop.tryStore("post", `/store/payment-collections/${collectionId}/payment-sessions`, {
    provider_id,
    data: channel ? { channel } : {},
  })

async function session(
  world: World,
  collectionId: string,
  provider: string,
  channel?: string,
): Promise<Session> {
  const { status, data } = await tryToPay(world, collectionId, provider, channel)
  if (status >= 400) throw new Error(`No session was opened: ${data.message}`)
  return toSession(
    data.payment_collection.payment_sessions.find((one: Answer) => one.provider_id === provider),
  )
}

const linkForTheRest = async (world: World, order: AnOrder, provider: string, channel?: string) =>
  session(world, (await rest(world, order)).id, provider, channel)

async function payTheRest(world: World, order: AnOrder): Promise<void> {
  const link = await linkForTheRest(world, order, gnete.provider)
  await world.sandbox.pay(link.number)
  await deliver(world, { session: link })
  await eventually(
    () => summary(world, order),
    ({ pending_difference }) => pending_difference === 0,
  )
}

/** A second session beside the one that is there, as two tabs make at the same time. */
async function besides(world: World, collectionId: string, provider: string): Promise<string> {
  const payments = world.container.resolve(Modules.PAYMENT)
  const collection = await payments.retrievePaymentCollection(collectionId)
  const made = await payments.createPaymentSession(collectionId, {
    provider_id: provider,
    currency_code: collection.currency_code,
    amount: collection.amount,
    data: {},
  })
  return String(made.data.merchant_order_no)
}

/** What the plugin knows of a session's payment. */
async function standing(world: World, { id }: Session) {
  const payment = await world.plugin.ledger.payments.ofSession(id)
  if (!payment) throw new Error("The payment is not in the ledger.")
  return payment
}

/** What the admin lists of an order. */
async function links(world: World, order: AnOrder): Promise<Answer[]> {
  return (await world.shop.admin("get", `/admin/gateway-payments?order_id=${order.id}`)).gateway_payments
}

/** The order's books, and what a person is called for. */
async function told(world: World, order: AnOrder) {
  const { summary: totals, payment_collections } = await orderOf(world, order)
  const payments = payment_collections.flatMap((one: Answer) => one.payments ?? [])
  const add = (name: string) =>
    Math.round(
      payments
        .flatMap((one: Answer) => one[name] ?? [])
        .reduce((all: number, row: Answer) => all + Number(row.amount), 0) * 100,
    ) / 100
  return {
    outstanding: totals.pending_difference,
    captured: add("captures"),
    refunded: add("refunds"),
    attention: (await links(world, order)).flatMap((one) => one.attention_code ?? []),
  }
}

async function edit(world: World, order: AnOrder, change: (orderId: string) => Promise<unknown>) {
  await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })
  await change(order.id)
  await world.shop.admin("post", `/admin/order-edits/${order.id}/request`, {})
  await world.shop.admin("post", `/admin/order-edits/${order.id}/confirm`, {})
}

const setQuantity = (world: World, orderId: string, itemId: string, quantity: number) =>
  world.shop.admin("post", `/admin/order-edits/${orderId}/items/item/${itemId}`, { quantity })

/** One packet more, on the line that is there; returns that line. */
async function addOne(world: World, order: AnOrder): Promise<string> {
  const [item] = await lines(world, order)
  await edit(world, order, (id) => setQuantity(world, id, item.id, Number(item.quantity) + 1))
  return item.id as string
}

async function fulfil(world: World, order: AnOrder): Promise<void> {
  const items = (await lines(world, order)).map(({ id, quantity }) => ({ id, quantity: Number(quantity) }))
  await world.shop.admin("post", `/admin/orders/${order.id}/fulfillments`, { items })
}

/** A packet comes back and is taken in. */
async function returnOne(world: World, order: PlacedOrder): Promise<void> {
  const { return: made } = await world.shop.admin("post", "/admin/returns", { order_id: order.id })
  const [item] = await lines(world, order)
  const at = `/admin/returns/${made.id}`
  const items = [{ id: item.id, quantity: 1 }]
  await world.shop.admin("post", `${at}/request-items`, { items })
  await world.shop.admin("post", `${at}/request`)
  await world.shop.admin("post", `${at}/receive`)
  await world.shop.admin("post", `${at}/receive-items`, { items })
  await world.shop.admin("post", `${at}/receive/confirm`)
}

/** One packet is to come back, and has not yet; returns what is owed for it. */
async function requestReturn(world: World, order: AnOrder): Promise<number> {
  await fulfil(world, order)
  const [item] = await lines(world, order)
  const { return: begun } = await world.shop.admin("post", "/admin/returns", { order_id: order.id })
  const at = `/admin/returns/${begun.id}`
  await world.shop.admin("post", `${at}/request-items`, { items: [{ id: item.id, quantity: 1 }] })
  await world.shop.admin("post", `${at}/request`)
  return -(await summary(world, order)).pending_difference
}

/** So many packets come back, and so many go out for them. */
async function exchangeFor(world: World, order: PlacedOrder, back: number, out: number): Promise<string> {
  const { exchange } = await world.shop.admin("post", "/admin/exchanges", { order_id: order.id })
  const [item] = await lines(world, order)
  const at = `/admin/exchanges/${exchange.id}`
  await world.shop.admin("post", `${at}/inbound/items`, { items: [{ id: item.id, quantity: back }] })
  await world.shop.admin("post", `${at}/outbound/items`, {
    items: [{ variant_id: item.variant_id, quantity: out }],
  })
  await world.shop.admin("post", `${at}/request`)
  return exchange.id as string
}

/** The shop replaces what was sent, with so many packets. */
async function replace(world: World, order: PlacedOrder, out: number): Promise<string> {
  const { claim } = await world.shop.admin("post", "/admin/claims", { order_id: order.id, type: "replace" })
  const [item] = await lines(world, order)
  const at = `/admin/claims/${claim.id}`
  await world.shop.admin("post", `${at}/claim-items`, { items: [{ id: item.id, quantity: 1 }] })
  await world.shop.admin("post", `${at}/outbound/items`, {
    items: [{ variant_id: item.variant_id, quantity: out }],
  })
  await world.shop.admin("post", `${at}/request`)
  return claim.id as string
}

async function useCoupon(world: World, cart: Cart, currency: string): Promise<void> {
  const code = await promotion(world, currency, { percent: 10 })
  await world.shop.store("post", `/store/carts/${cart.id}/promotions`, { promo_codes: [code] })
}

/** The shopper has it sent to another country. */
async function moveCart(world: World, cart: Cart, currency: Currency): Promise<void> {
  const region = world.seeded.regions[currency]
  await world.shop.store("post", `/store/carts/${cart.id}`, {
    region_id: region?.id,
    shipping_address: { country_code: region?.country },
  })
}

async function draftOrder(world: World): Promise<string> {
  const { regions } = await world.shop.admin("get", "/admin/regions?fields=id,currency_code")
  const { sales_channels } = await world.shop.admin("get", "/admin/sales-channels")
  const { products } = await world.shop.admin("get", "/admin/products?fields=*variants")
  const { draft_order } = await world.shop.admin("post", "/admin/draft-orders", {
    email: "shopper@shop.example",
    region_id: regions.find((one: Answer) => one.currency_code === "hkd").id,
    sales_channel_id: sales_channels[0].id,
    items: [{ variant_id: products[0].variants[0].id, quantity: 1 }],
    shipping_methods: [],
  })
  return draft_order.id as string
}
