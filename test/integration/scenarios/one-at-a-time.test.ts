import { Modules } from "@medusajs/framework/utils"
import { cancelOrderWorkflow, refundPaymentWorkflow } from "@medusajs/medusa/core-flows"

import type { PlacedOrder } from "../../../demo/shop"
import {
  books,
  eventually,
  expectBooks,
  gatewayBooks,
  inRealMedusa,
  ledgerPayment,
  paidOrder,
  runJob,
  travel,
  unpaidOrder,
} from "../world"
import {
  atRest,
  calls,
  cancelOrder,
  decide,
  disturb,
  medusaPaymentId,
  minute,
  refund,
  refundRows,
  rows,
  underAttention,
  ways,
} from "./support"

const second = 1_000

const kinds = ["edit", "transfer", "return", "exchange", "claim"] as const
type Kind = (typeof kinds)[number]

inRealMedusa((world) => {
  afterEach(() => atRest(world))

  let customers = 0
  const customer = () => world.shopper.register(`customer-${++customers}@shop.example`)

  /** Opens a change of the order, and says how it is ended. */
  async function open(order: PlacedOrder, kind: Kind): Promise<() => Promise<unknown>> {
    const of = { order_id: order.id }
    switch (kind) {
      case "edit":
        await world.shop.admin("post", "/admin/order-edits", of)
        return () => world.shop.admin("delete", `/admin/order-edits/${order.id}`)
      case "transfer": {
        const { customers: found } = await world.shop.admin(
          "get",
          `/admin/customers?has_account=true&limit=1`,
        )
        const [one] = found.length ? found : [await anotherCustomer()]
        await world.shop.admin("post", `/admin/orders/${order.id}/transfer`, { customer_id: one.id })
        return () => world.shop.admin("post", `/admin/orders/${order.id}/transfer/cancel`)
      }
      case "return": {
        const { return: made } = await world.shop.admin("post", "/admin/returns", of)
        return () => world.shop.admin("delete", `/admin/returns/${made.id}/request`)
      }
      case "exchange": {
        const { exchange } = await world.shop.admin("post", "/admin/exchanges", of)
        return () => world.shop.admin("delete", `/admin/exchanges/${exchange.id}/request`)
      }
      case "claim": {
        const { claim } = await world.shop.admin("post", "/admin/claims", { ...of, type: "refund" })
        return () => world.shop.admin("delete", `/admin/claims/${claim.id}/request`)
      }
    }
  }
  async function anotherCustomer() {
    await customer()
    return (await world.shop.admin("get", `/admin/customers?has_account=true&limit=1`)).customers[0]
  }

  const standing = async (order: PlacedOrder) => {
    const fields = "id,status,*summary,*credit_lines"
    const found = (await world.shop.admin("get", `/admin/orders/${order.id}?fields=${fields}`)).order
    return {
      status: found.status as string,
      owed: found.summary.pending_difference as number,
      credits: (found.credit_lines as { amount: number }[]).map((line) => line.amount),
    }
  }
  const cancelOwn = (order: PlacedOrder, token: string) =>
    world.shop.tryStore("post", `/store/orders/${order.id}/cancel`, {}, token)

  describe.each(ways)("%s", (gateway, way) => {
    const whole = way.major

    describe.each(kinds)("beside an open %s", (kind) => {
      it("a cancel is refused before anything is sent, names it, and goes through once it has ended", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        const end = await open(order, kind)

        const refused = await cancelOrder(world, order)

        expect([refused.status, refused.data.code]).toEqual([409, "order_changing"])
        expect(refused.data.message).toMatch(new RegExp(`has an? ${kind}`))
        expect(await standing(order)).toMatchObject({ status: "pending", owed: 0, credits: [] })
        expect((await gatewayBooks(world, order)).returned).toBe(0)
        await end()
        expect((await cancelOrder(world, order)).status).toBe(200)
        expect(await standing(order)).toEqual({ status: "canceled", owed: 0, credits: [whole] })
        await expectBooks(world, order, 0)
      })

      it("a refund by hand and a recorded one are refused, however often, and made once when it has ended", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        const end = await open(order, kind)

        for (const action of ["refund", "record_refund"])
          for (const note of ["first", "again"]) {
            const refused = await decide(world, order, { action, amount: 20, note })
            expect([refused.status, refused.data.code]).toEqual([409, "order_changing"])
          }

        expect((await gatewayBooks(world, order)).returned).toBe(0)
        expect(await refundRows(world, order)).toEqual([])
        await end()
        expect((await decide(world, order, { action: "refund", amount: 20, note: "now" })).status).toBe(200)
        await expectBooks(world, order, way.minor - 2000)
        expect(await standing(order)).toMatchObject({ owed: 0, credits: [20] })
      })
    })

    it("a script that runs Medusa's cancel or refund, or asks its payment module, is refused by the provider", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const end = await open(order, "return")
      const payment_id = await medusaPaymentId(world, order)

      const { errors } = await cancelOrderWorkflow(world.container).run({
        input: { order_id: order.id },
        throwOnError: false,
      })
      expect(errors).not.toEqual([])
      const refused = {
        message: expect.stringMatching(/has a return open/) as string,
        code: "order_changing",
      }
      const input = { payment_id, amount: 20 }
      await expect(refundPaymentWorkflow(world.container).run({ input })).rejects.toMatchObject(refused)
      await expect(world.container.resolve(Modules.PAYMENT).refundPayment(input)).rejects.toMatchObject(
        refused,
      )

      expect((await gatewayBooks(world, order)).returned).toBe(0)
      expect(await standing(order)).toMatchObject({ status: "pending", owed: 0, credits: [] })
      await end()
      await refundPaymentWorkflow(world.container).run({ input })
      await expectBooks(world, order, way.minor - 2000)
    })

    it("the owner cancels beside a transfer that another account asked for: the transfer is taken away", async () => {
      const [owner, other] = [await customer(), await customer()]
      const order = await paidOrder(world, way.provider, { ...way.pay, customerToken: owner })
      await world.shop.store("post", `/store/orders/${order.id}/transfer/request`, {}, other)
      expect((await cancelOwn(order, other)).status).toBe(403)

      const answer = await cancelOwn(order, owner)

      expect([answer.status, answer.data.order?.status]).toEqual([200, "canceled"])
      expect(await standing(order)).toEqual({ status: "canceled", owed: 0, credits: [whole] })
      await expectBooks(world, order, 0)
    })

    it("the owner cancels beside a change of the shop's: refused without an id in it, and nothing is sent", async () => {
      const owner = await customer()
      const order = await paidOrder(world, way.provider, { ...way.pay, customerToken: owner })
      await open(order, "claim")

      const answer = await cancelOwn(order, owner)

      expect([answer.status, answer.data.code]).toEqual([409, "order_changing"])
      expect(answer.data.message).not.toMatch(/_[0-9A-Z]{10}/)
      expect((await gatewayBooks(world, order)).returned).toBe(0)
      expect((await standing(order)).status).toBe("pending")
    })

    it("an unpaid order beside a transfer request is cancelled by its owner, and its link closed", async () => {
      const [owner, other] = [await customer(), await customer()]
      const order = await unpaidOrder(world, way.orderFirst, owner)
      await world.shop.store("post", `/store/orders/${order.id}/transfer/request`, {}, other)

      expect((await cancelOwn(order, owner)).status).toBe(200)

      await eventually(
        () => gatewayBooks(world, order),
        (book) => book.state === "closed",
      )
    })

    it("a shopper clicks Cancel twice: 200 and 200, once the money, one credit line", async () => {
      const owner = await customer()
      const order = await paidOrder(world, way.provider, { ...way.pay, customerToken: owner })

      const answers = await Promise.all([cancelOwn(order, owner), cancelOwn(order, owner)])

      expect(answers.map((one) => [one.status, one.data.message])).toEqual([
        [200, undefined],
        [200, undefined],
      ])
      expect(await standing(order)).toEqual({ status: "canceled", owed: 0, credits: [whole] })
      await expectBooks(world, order, 0)
    })

    it("a shopper and an admin cancel at once: the admin reads 200, or 409 with nothing sent", async () => {
      const owner = await customer()
      const order = await paidOrder(world, way.provider, { ...way.pay, customerToken: owner })

      const [own, byAdmin] = await Promise.all([cancelOwn(order, owner), cancelOrder(world, order)])

      expect(own.status).toBe(200)
      expect([200, 409]).toContain(byAdmin.status)
      expect(await standing(order)).toEqual({ status: "canceled", owed: 0, credits: [whole] })
      expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
    })

    it("a refund, a cancel, a decision and a return at once: each is whole, or refused with nothing sent", async () => {
      const order = await paidOrder(world, way.provider, way.pay)

      const answers = await Promise.all([
        refund(world, order, 9),
        decide(world, order, { action: "refund", amount: 7, note: "at once" }),
        cancelOrder(world, order),
        world.shop.tryAdmin("post", "/admin/returns", { order_id: order.id }),
      ])

      const [, , cancel] = answers
      const { status, owed, credits } = await standing(order)
      expect(status).toBe(cancel.status === 200 ? "canceled" : "pending")
      const { returned } = await gatewayBooks(world, order)
      expect(Math.round(credits.reduce((sum, one) => sum + one, 0) * 100)).toBe(returned)
      expect(owed).toBe(0)
      await expectBooks(world, order, way.minor - returned)
    })

    it("a browser gives up and the admin clicks again: the second waits for the first, and is told that it is made", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const id = await medusaPaymentId(world, order)
      await disturb(world, way, way.calls.refund, { kind: "delay", when: "after", delayMs: 1_000 })

      const browser = new AbortController()
      const underWay = world.held.next()
      const gaveUp = world.shop.http
        .post(
          `/admin/payments/${id}/refund`,
          { amount: 10 },
          { headers: world.shop.adminHeaders, signal: browser.signal },
        )
        .catch((error: unknown) => String(error))
      await underWay
      browser.abort()
      expect(await gaveUp).toMatch(/canceled/)
      const again = await refund(world, order, 10)

      expect([again.status, again.data.code]).toEqual([409, "refund_repeated"])
      await expectBooks(world, order, way.minor - 1000)
      expect(await standing(order)).toMatchObject({ owed: 0, credits: [10] })
    })

    it("an equal refund within ten seconds of the answer is the same click; after that, of another amount, or after a refusal it is not", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await disturb(world, way, way.calls.refund, { kind: "refuse", when: "before", times: 3 })
      expect((await refund(world, order, 10)).status).toBe(400)
      await world.sandbox.clearFaults()
      expect((await refund(world, order, 10)).status).toBe(200)

      const repeated = await refund(world, order, 10)
      expect([repeated.status, repeated.data.code]).toEqual([409, "refund_repeated"])
      expect((await refund(world, order, 11)).status).toBe(200)
      travel(11 * second)
      expect((await refund(world, order, 10)).status).toBe(200)

      await expectBooks(world, order, way.minor - 3100)
      expect(await standing(order)).toMatchObject({ owed: 0, credits: [10, 11, 10] })
    })

    it.each([
      { kind: "transfer", says: /a transfer request open/ },
      { kind: "claim", says: /a claim open/ },
    ] as const)(
      "a part returned in the gateway's console beside an open $kind is entered when that ends, whole",
      async ({ kind, says }) => {
        const order = await paidOrder(world, way.provider, way.pay)
        const end = await open(order, kind)
        const { id } = await ledgerPayment(world, order)
        const number = `outside-${gateway}-${kind}`
        await world.plugin.ledger.operations.recordOutside(id, { kind: "refund", number, amount: 1500 })
        await world.plugin.ledger.payments.update(id, { refundedAmount: 1500, nextCheckAt: new Date(0) })
        await world.plugin.ledger.payments.move(id, "partially_refunded")

        await runJob(world, minute)
        expect(await refundRows(world, order)).toEqual([])
        expect((await ledgerPayment(world, order)).attention).toBeNull()
        await runJob(world, 20 * minute)
        // An admin takes hours over it, and the looks have grown rare.
        for (const hours of [1, 2, 4]) await runJob(world, hours * 60 * minute)
        expect((await underAttention(world, order, "order_changing")).attention).toMatch(says)
        await runJob(world, minute)
        expect(await refundRows(world, order)).toEqual([])
        await end()
        await runJob(world, minute)

        expect(await refundRows(world, order)).toMatchObject([{ amount: 15 }])
        expect(await standing(order)).toMatchObject({ owed: 0, credits: [15] })
        expect((await ledgerPayment(world, order)).attention).toBeNull()
      },
    )

    it("a change comes in between a cancel's money and its end: attention within a minute, and finished when the change ends", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const end = await slipIn(order)

      expect((await cancelOrder(world, order)).status).toBe(400)
      expect(await standing(order)).toMatchObject({ status: "pending" })
      expect((await gatewayBooks(world, order)).returned).toBe(way.minor)

      await runJob(world, minute)
      const payment = await underAttention(world, order, "cancel_unfinished")
      expect(payment.attention).toMatch(/has an edit open/)
      await end()
      await runJob(world, 2 * minute)

      expect(await standing(order)).toEqual({
        status: "canceled",
        owed: 0,
        credits: expect.any(Array) as number[],
      })
      expect((await ledgerPayment(world, order)).attention).toBeNull()
      await expectBooks(world, order, 0)
    })

    it("a process dies between a cancel's money and its end: the job finishes the cancel", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const payment_id = await medusaPaymentId(world, order)
      await world.plugin.ledger.orders.beginCancel(order.id, "admin", new Date())
      // What it left behind: the money, the row, and a credit line that it had begun to enter.
      const orders = world.container.resolve(Modules.ORDER)
      await world.container.resolve(Modules.PAYMENT).refundPayment({ payment_id, amount: way.major })
      await orders.createOrderChange({ order_id: order.id, change_type: "credit_line" } as never)
      await world.plugin.ledger.orders.lease(order.id, minute)
      await rows(
        world,
        "update order_change set created_at = now() - interval '1 minute' where order_id = ?",
        [order.id],
      )

      await runJob(world, 2 * minute)

      const { status, owed } = await standing(order)
      expect([status, owed]).toEqual(["canceled", 0])
      await expectBooks(world, order, 0)
      expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
    })
  })

  /** An edit is opened while the gateway is asked for the money: as by a plugin that goes past Medusa's routes. */
  async function slipIn(order: PlacedOrder): Promise<() => Promise<unknown>> {
    const orders = world.container.resolve(Modules.ORDER)
    const payments = world.container.resolve(Modules.PAYMENT)
    const refundPayment = payments.refundPayment.bind(payments)
    let id = ""
    jest.spyOn(payments, "refundPayment").mockImplementationOnce(async (...args) => {
      const refunded = await refundPayment(...args)
      const made = await orders.createOrderChange({ order_id: order.id, change_type: "edit" } as never)
      id = (made as unknown as { id: string }).id
      return refunded
    })
    return () => orders.softDeleteOrderChanges([id])
  }

  it("who waits for an order for ten seconds in vain is told so, and nothing is sent", async () => {
    const way = ways[0]![1]
    const order = await paidOrder(world, way.provider, way.pay)
    const collection = `/admin/payment-collections/${order.cart.collectionId}`
    const lease = await world.plugin.ledger.orders.lease(order.id, minute)

    const answers = await Promise.all([
      refund(world, order, 10),
      cancelOrder(world, order),
      decide(world, order, { action: "refund", amount: 10, note: "now" }),
      world.shop.tryAdmin("post", "/admin/exchanges", { order_id: order.id }),
      world.shop.tryAdmin("post", `${collection}/mark-as-paid`, { order_id: order.id }),
      world.shop.tryAdmin("delete", collection),
    ])

    expect(answers.map((one) => [one.status, one.data.code])).toEqual(answers.map(() => [409, "order_busy"]))
    expect(await calls(world, order, way.calls.refund)).toEqual([])
    expect(await books(world, order)).toMatchObject({ status: "pending", refunded: 0 })
    if (lease) await world.plugin.ledger.orders.release(lease)
    expect((await refund(world, order, 10)).status).toBe(200)
  })
})
