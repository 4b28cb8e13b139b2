import { withTax, type Cart, type PlacedOrder } from "../../../demo/shop"
import { Random } from "../../support/random"
import { books, expectBooks, gatewayBooks, inRealMedusa, ledgerPayment } from "../world"
import { atRest, cancelOrder, promotion, refund, ways, type Way } from "./support"

/** What takes a total beyond two decimals: a tax on top, or a promotion of so many per cent, or of a fixed amount. */
type Reason = { tax: number } | { percent: number } | { fixed: number }

inRealMedusa((world) => {
  afterEach(() => atRest(world))

  async function cartWith(way: Way, reason: Reason, quantity = 1): Promise<Cart> {
    if ("tax" in reason)
      return withTax(world.shop, way.currency === "thb" ? "th" : "hk", reason.tax, () =>
        world.shopper.fillCart(way.currency, { quantity }),
      )
    const cart = await world.shopper.fillCart(way.currency, { quantity })
    await world.shop.store("post", `/store/carts/${cart.id}/promotions`, {
      promo_codes: [await promotion(world, way.currency, reason)],
    })
    const path = "/store/payment-collections"
    const { payment_collection } = await world.shop.store("post", path, { cart_id: cart.id })
    return { ...cart, collectionId: payment_collection.id, total: payment_collection.amount }
  }

  async function pay(way: Way, cart: Cart): Promise<PlacedOrder> {
    const session = await world.shopper.choose(cart, way.provider)
    await world.sandbox.pay(session.number, way.pay)
    const done = await world.shopper.complete(cart)
    if (!done.orderId) throw new Error(`The cart was not completed: ${done.error}`)
    return { id: done.orderId, cart, session }
  }

  const difference = async ({ id }: PlacedOrder): Promise<number> => {
    const { order } = await world.shop.admin("get", `/admin/orders/${id}?fields=id,*summary`)
    return order.summary.pending_difference
  }

  /** What the comparison of the books lists for an order's payment. */
  async function listed(order: PlacedOrder): Promise<unknown> {
    const { id } = await ledgerPayment(world, order)
    const asked = { dry_run: true, gateway_payment_ids: [id] }
    const { changes } = await world.shop.admin("post", "/admin/gateway-payments/reconcile", asked)
    return changes
  }

  const minor = (major: number) => Math.round(Number((major * 100).toFixed(6)))

  describe.each(ways)("%s", (_, way) => {
    const reasons: [string, Reason, number][] =
      way.currency === "thb"
        ? [
            ["7 % VAT on top", { tax: 7 }, 37504],
            ["15 % off", { percent: 15 }, 29793],
            ["12.5 % off", { percent: 12.5 }, 30669],
            ["33.33 off", { fixed: 33.33 }, 31717],
          ]
        : [
            ["7 % off", { percent: 7 }, 8221],
            ["33 % off", { percent: 33 }, 5923],
            ["15 % off, which comes out even", { percent: 15 }, 7514],
            ["8.25 % tax on top", { tax: 8.25 }, 9569],
          ]

    it.each(reasons)(
      "%s: paid as it is rounded, captured as Medusa asked for it",
      async (__, reason, due) => {
        const order = await pay(way, await cartWith(way, reason))

        const { paymentStatus } = await books(world, order)
        expect([paymentStatus, (await gatewayBooks(world, order)).taken]).toEqual(["captured", due])
        expect(await difference(order)).toBe(0)
        await expectBooks(world, order, due)
        expect(await listed(order)).toEqual([])

        expect((await refund(world, order)).status).toBe(200)
        expect((await gatewayBooks(world, order)).returned).toBe(due)
        await expectBooks(world, order, 0)
        expect(await difference(order)).toBe(0)
        expect(await listed(order)).toEqual([])
      },
    )

    it("refunded in parts, and cancelled: the cancel returns the rest", async () => {
      const order = await pay(way, await cartWith(way, reasons[0]?.[1] ?? { percent: 7 }))
      expect((await refund(world, order, 20)).status).toBe(200)
      expect((await gatewayBooks(world, order)).returned).toBe(2000)
      expect((await refund(world, order, 10.005)).status).toBe(200)
      expect((await gatewayBooks(world, order)).returned).toBe(3001)

      expect((await cancelOrder(world, order)).status).toBe(200)

      const { taken, returned } = await gatewayBooks(world, order)
      expect(returned).toBe(taken)
      await expectBooks(world, order, 0)
      expect(await difference(order)).toBe(0)
      expect(await listed(order)).toEqual([])
    })

    it("nothing to pay, and less than the smallest unit: no payment is opened", async () => {
      const free = await cartWith(way, { percent: 100 })
      expect(free.total).toBe(0)
      expect((await world.shopper.complete(free)).orderId).toBeDefined()

      const almost = await cartWith(way, { fixed: way.major - 0.004 })
      const path = `/store/payment-collections/${almost.collectionId}/payment-sessions`
      const answer = await world.shop.tryStore("post", path, { provider_id: way.provider, data: {} })
      expect([answer.status, answer.data.code]).toEqual([400, "amount_invalid"])
      expect(answer.data.message).toMatch(/0\.004 \w+ cannot be opened: at \w+ that is \w+ 0\.00/)
    })

    const first = Number(process.env.AMOUNTS_SEED ?? 20261127)
    const seeds = Array.from({ length: 15 }, (_, turn) => first + turn)
    it.each(seeds)(
      "any tax or coupon, refunded in any parts: no cent appears or disappears (seed %i)",
      async (seed) => {
        const random = new Random(seed)
        const reason: Reason = random.chance(0.4)
          ? { tax: random.pick([7, 5, 8.25, 6.625, 10]) }
          : { percent: random.whole(1, 9900) / 100 }
        const quantity = random.whole(1, 7)
        const order = await pay(way, await cartWith(way, reason, quantity))
        const told = { seed, reason, quantity }
        const paid = (await books(world, order)).payments.length
        expect({ ...told, paid }).toEqual({ ...told, paid: 1 })
        const { taken } = await gatewayBooks(world, order)
        expect({ ...told, taken }).toEqual({ ...told, taken: minor(order.cart.total) })
        const sums: number[] = []
        for (let part = 0; part < random.whole(1, 3); part++) {
          const share = order.cart.total * random.pick([1 / 3, 1 / 7, 0.25, 0.00001])
          const amount = Number(share.toFixed(random.pick([2, 3, 4, 8])))
          if (amount <= 0) continue
          const { status, data } = await refund(world, order, amount)
          // What nobody may ask twice within some seconds is asked once.
          if (data.code === "refund_repeated") continue
          expect({ ...told, amount, status, message: data.message }).toMatchObject({ ...told, status: 200 })
          sums.push(amount)
          const back = sums.reduce((all, one) => all + one, 0)
          const { returned } = await gatewayBooks(world, order)
          expect({ ...told, sums, returned }).toEqual({ ...told, sums, returned: minor(back) })
        }
        expect({ ...told, status: (await cancelOrder(world, order)).status }).toEqual({
          ...told,
          status: 200,
        })
        const { returned } = await gatewayBooks(world, order)
        expect({ ...told, sums, returned }).toEqual({ ...told, sums, returned: taken })
        await expectBooks(world, order, 0)
        expect({ ...told, listed: await listed(order) }).toEqual({ ...told, listed: [] })
      },
    )
  })
})
