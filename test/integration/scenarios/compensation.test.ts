import { Modules } from "@medusajs/framework/utils"
import { completeCartWorkflow } from "@medusajs/medusa/core-flows"

import {
  books,
  eventually,
  expectBooks,
  gatewayBooks,
  inRealMedusa,
  ledgerPayment,
  paidOrder,
  runJob,
} from "../world"
import {
  atRest,
  atThePage,
  calls,
  deliver,
  disturb,
  gnete,
  medusaPaymentId,
  minute,
  notifications,
  orderOfCart,
  refundRows,
  rows,
  ways,
} from "./support"

type Hook = (handler: (input: { cart_id?: string; input?: { id: string } }) => Promise<void>) => void
type Hooks = Record<"validate" | "orderCreated", Hook>

/** How often the completion of a cart fails, by where it does: a shop's own code in a hook of Medusa's. */
const failures = { validate: new Map<string, number>(), orderCreated: new Map<string, number>() }
const hooks = completeCartWorkflow.hooks as unknown as Hooks

hooks.validate(({ input }) => failHere("validate", input?.id))
hooks.orderCreated((input) => failHere("orderCreated", input.cart_id))

async function failHere(where: keyof typeof failures, cartId = ""): Promise<void> {
  const left = failures[where].get(cartId) ?? 0
  failures[where].set(cartId, left - 1)
  if (left > 0) throw new Error(`The shop's own ${where} hook fails.`)
  return Promise.resolve()
}

// Medusa calls cancelPayment and refundPayment by itself when a cart cannot be completed.
inRealMedusa((world) => {
  afterEach(async () => {
    for (const carts of Object.values(failures)) carts.clear()
    await atRest(world)
  })

  const paymentModule = () => world.container.resolve(Modules.PAYMENT)

  describe.each(ways)("%s", (_, way) => {
    it("compensation: the shop's orderCreated hook throws after the payment: there is no order, and Medusa's own refund gives the money back once", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      failures.orderCreated.set(cart.id, 1)

      expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")

      await eventually(
        () => gatewayBooks(world, { session }),
        (book) => book.returned === way.minor,
      )
      expect(await deliver(world, { session })).toMatchObject({ acknowledged: true })
      await runJob(world, 20 * minute)
      expect(await gatewayBooks(world, { session })).toMatchObject({ taken: way.minor, returned: way.minor })
      expect(await ledgerPayment(world, { session })).toMatchObject({ state: "refunded", attention: null })
      expect(await medusaHolds(cart.collectionId)).toEqual({ captured: way.major, refunded: way.major })
    })

    it("compensation: … and a shopper who pays again has an order, with its own money", async () => {
      const { cart, session: first } = await atThePage(world, way.provider)
      await world.sandbox.pay(first.number, way.pay)
      failures.orderCreated.set(cart.id, 1)
      await world.shopper.complete(cart)
      const session = await world.shopper.choose(cart, way.provider)
      await world.sandbox.pay(session.number, way.pay)

      const order = { id: String((await world.shopper.complete(cart)).orderId), cart, session }
      await runJob(world, 20 * minute)

      expect((await gatewayBooks(world, { session: first })).returned).toBe(way.minor)
      expect(await gatewayBooks(world, { session })).toMatchObject({ taken: way.minor, returned: 0 })
      expect(await books(world, order)).toMatchObject({ transactions: way.major })
    })

    it("compensation: … and its answer is lost: Medusa deletes the refund and goes on, and the job finishes it", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      failures.orderCreated.set(cart.id, 1)
      await disturb(world, way, way.calls.whole, { kind: "reset", when: "after" })
      // Whether it was paid is answered; what became of the refund is not.
      await disturb(world, way, way.calls.query, { kind: "delay", when: "before", delayMs: 0 })
      await disturb(world, way, way.calls.query, { kind: "http500", when: "before", times: way.orderAsks })
      await disturb(world, way, way.calls.refundQuery, { kind: "http500", when: "before", times: way.asks })
      await world.shopper.complete(cart)
      expect(await medusaHolds(cart.collectionId)).toEqual({ captured: way.major, refunded: 0 })
      expect((await gatewayBooks(world, { session })).returned).toBe(way.minor)

      await runJob(world, 20 * minute)
      await runJob(world, 20 * minute)

      expect(await gatewayBooks(world, { session })).toMatchObject({ taken: way.minor, returned: way.minor })
      expect(await ledgerPayment(world, { session })).toMatchObject({ state: "refunded", attention: null })
      expect(await medusaHolds(cart.collectionId)).toEqual({ captured: way.major, refunded: way.major })
    })

    it("compensation: … and while nobody can say whether the money went back, no order is placed on it", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      failures.orderCreated.set(cart.id, 1)
      await disturb(world, way, way.calls.whole, { kind: "reset", when: "after" })
      await disturb(world, way, way.calls.query, { kind: "delay", when: "before", delayMs: 0 })
      for (const call of [way.calls.query, way.calls.refundQuery])
        await disturb(world, way, call, { kind: "http500", when: "before", times: 50 })
      await world.shopper.complete(cart)

      await runJob(world, 5 * minute)

      expect(await ordersOf(cart.id)).toEqual([])
      await world.sandbox.clearFaults()
      await runJob(world, 20 * minute)
      await runJob(world, 20 * minute)
      expect(await ordersOf(cart.id)).toEqual([])
      expect((await gatewayBooks(world, { session })).returned).toBe(way.minor)
      expect(await medusaHolds(cart.collectionId)).toEqual({ captured: way.major, refunded: way.major })
    })

    it("compensation: two authorizePaymentSession at once: one stores the payment, the other's clean-up cancels nothing", async () => {
      const { session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)

      // Nobody is told that it is paid before all of them have found no payment in Medusa.
      const { gateway } = world.plugin.provider(way.provider)!
      const ask = gateway.query.bind(gateway)
      let asked = 0
      let allAsked: () => void = () => undefined
      const all = new Promise<void>((resolve) => (allAsked = resolve))
      const asking = jest.spyOn(gateway, "query").mockImplementation(async (order) => {
        const answer = await ask(order)
        if (++asked === 3) allAsked()
        await all
        return answer
      })

      const results = await Promise.allSettled(
        [1, 2, 3].map(() => paymentModule().authorizePaymentSession(session.id, {})),
      )
      asking.mockRestore()

      const failed = results.flatMap((result) =>
        result.status === "rejected" ? [String(result.reason)] : [],
      )
      expect(failed).toHaveLength(2)
      for (const reason of failed) expect(reason).toMatch(/has been paid\. A cancel never moves money/)
      expect(await gatewayBooks(world, { session })).toMatchObject({ state: "paid", returned: 0 })
      expect(await ledgerPayment(world, { session })).toMatchObject({ state: "paid", unwanted: null })
      for (const call of [way.calls.whole, way.calls.refund, way.calls.close])
        expect(await calls(world, { session }, call)).toEqual([])
    })

    it("compensation: Medusa cancels the payment of a good order (a step after it failed): no money moves, and it is not recorded as cancelled", async () => {
      const order = await paidOrder(world, way.provider, way.pay)

      await expect(paymentModule().cancelPayment(await medusaPaymentId(world, order))).rejects.toThrow(
        /has been paid\. A cancel never moves money/,
      )

      await expectBooks(world, order, way.minor)
      expect((await books(world, order)).payments).toEqual([expect.objectContaining({ canceled: false })])
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid", unwanted: null })
    })

    it("compensation: another completion has placed the order, and a later one fails: the order keeps its money", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      await deliver(world, { session })
      const order = await orderOfCart(world, { cart, session })
      failures.validate.set(cart.id, 1)

      expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")

      await runJob(world, 20 * minute)
      await expectBooks(world, order, way.minor)
      expect(await refundRows(world, order)).toEqual([])
    })

    it("compensation: a notification and two completions at once, and the shop's hook fails in the first of them: the shop has the money of the orders there are", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      failures.orderCreated.set(cart.id, 1)

      await Promise.all([
        deliver(world, { session }),
        world.shopper.complete(cart),
        world.shopper.complete(cart),
      ])
      await eventually(
        () => notifications(world, { session }),
        (all) => all.every((one) => one.result !== "received"),
      )
      await runJob(world, 20 * minute)
      await runJob(world, 20 * minute)

      const placed = await ordersOf(cart.id)
      const { taken, returned } = await gatewayBooks(world, { session })
      expect([taken, taken - returned]).toEqual([way.minor, placed.length * way.minor])
      const held = await medusaHolds(cart.collectionId)
      expect(held.captured - held.refunded).toBe(placed.length * way.major)
      expect(await ledgerPayment(world, { session })).toMatchObject({ attention: null })
    })
  })

  it("compensation: gnete has accepted the refund of a cart that could not be completed, and not finished it: no order is placed on that money", async () => {
    const { cart, session } = await atThePage(world, gnete.provider)
    await world.sandbox.pay(session.number)
    failures.orderCreated.set(cart.id, 1)
    await world.sandbox.nextCancel({ outcome: "in_progress" })
    await world.shopper.complete(cart)
    const [made] = (await gatewayBooks(world, { session })).cancels

    await runJob(world, 20 * minute)

    expect(await ordersOf(cart.id)).toEqual([])
    await world.sandbox.settleCancel(String(made?.no), "success")
    await runJob(world, 20 * minute)
    expect(await ordersOf(cart.id)).toEqual([])
    expect(await ledgerPayment(world, { session })).toMatchObject({ state: "refunded", attention: null })
    expect(await medusaHolds(cart.collectionId)).toEqual({ captured: gnete.major, refunded: gnete.major })
  })

  const ordersOf = (cartId: string) =>
    rows(world, "select order_id from order_cart where cart_id = ? and deleted_at is null", [cartId])

  /** What Medusa's payment module has booked on a collection that no order leads to. */
  async function medusaHolds(collectionId: string) {
    const sum = async (table: "capture" | "refund") => {
      const [row] = await rows(
        world,
        `select coalesce(sum(one.amount), 0) as amount from ${table} one join payment on payment.id = one.payment_id
         where payment.payment_collection_id = ? and one.deleted_at is null`,
        [collectionId],
      )
      return Number(row?.amount)
    }
    return { captured: await sum("capture"), refunded: await sum("refund") }
  }
})
