import {
  books,
  eventually,
  expectBooks,
  gatewayBooks,
  inRealMedusa,
  ledgerPayment,
  runJob,
  standardEntries,
  unpaidOrder,
} from "../world"
import {
  atRest,
  atThePage,
  cancelOrder,
  changeCart,
  decide,
  deliver,
  disturb,
  gnete,
  hour,
  minute,
  notifications,
  operations,
  rows,
  underAttention,
  ways,
  type Way,
} from "./support"

const entries = [
  ...standardEntries,
  { gateway: "ksher" as const, id: "hold", options: { channels: ["truemoney"], latePayment: "hold" } },
  { gateway: "gnete" as const, id: "hold", options: { latePayment: "hold" } },
]

// What Gnete's query says of an order that is paid after its close is not published: here it follows in the end.
inRealMedusa(
  (world) => {
    beforeEach(() => world.sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } }))
    afterEach(() => atRest(world))

    describe.each(ways)("%s", (gateway, way) => {
      it("late: a session that Medusa has deleted is paid: the money goes back, and no cart is completed", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await changeCart(world, cart)
        await closed({ session })

        await payLate({ session }, way.pay)

        await wentBack({ session }, way.minor)
        expect(await rows(world, "select * from order_cart where cart_id = ?", [cart.id])).toEqual([])
        expect(await ledgerPayment(world, { session })).toMatchObject({
          unwanted: "session_deleted",
          settledBy: gateway === "ksher" ? "refund" : "cancel",
          attention: null,
        })
      })

      it("late: a second payment on a completed cart goes back, and the order keeps the first", async () => {
        const { cart, session: left } = await atThePage(world, way.provider)
        const session = await world.shopper.choose(cart, way.orderFirst)
        await closed({ session: left })
        await world.sandbox.pay(session.number)
        const done = await world.shopper.complete(cart)
        const order = { id: String(done.orderId), cart, session }

        await payLate({ session: left }, way.pay)

        await wentBack({ session: left }, way.minor)
        await expectBooks(world, order, way.minor)
        expect((await books(world, order)).refunds).toEqual([])
        expect((await gatewayBooks(world, order)).returned).toBe(0)
      })

      it("late: an order that is cancelled is paid by a saved QR, and no notification comes: the job gives it back", async () => {
        const order = await unpaidOrder(world, way.orderFirst)
        await cancelOrder(world, order)
        await closed(order)
        // The look that the cancel asked for has ended: it says when the next one is.
        await eventually(
          () => ledgerPayment(world, order),
          ({ createdAt, nextCheckAt }) => Number(nextCheckAt) - Number(createdAt) >= hour,
        )
        await world.sandbox.pay(order.session.number, { force: true })

        await runJob(world, 2 * hour)

        await wentBack(order, way.minor)
        await expectBooks(world, order, 0)
        expect(await books(world, order)).toMatchObject({ status: "canceled", captured: 0 })
      })

      it("late: the refund's answer is lost, twice: the money goes back once", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await changeCart(world, cart)
        await closed({ session })
        for (const call of [way.calls.whole, way.calls.refund])
          await disturb(world, way, call, { kind: "timeout", when: "after" })
        await disturb(world, way, way.calls.refundQuery, { kind: "http500", when: "before", times: way.asks })

        await payLate({ session }, way.pay)
        await runJob(world, 5 * minute)
        await world.sandbox.clearFaults()
        await runJob(world, 10 * minute)

        await wentBack({ session }, way.minor)
        const sent = (await operations(world, { session })).filter((one) => one.amount !== null)
        expect(sent.filter((one) => one.state === "succeeded")).toHaveLength(1)
      })

      it.each(["refund", "dismiss"])(
        "late: held for a person, where it is so configured (%s)",
        async (action) => {
          const { cart, session } = await atThePage(world, `pp_${gateway}_hold`)
          await changeCart(world, cart)
          await closed({ session })

          await payLate({ session }, way.pay)

          const held = await underAttention(world, { session }, "late_held")
          expect(held).toMatchObject({ state: "paid_late", refundedAmount: 0 })
          expect(held.attention).toMatch(
            /given the payment up \(session deleted\), and is held as configured/,
          )
          await runJob(world, hour)
          expect((await gatewayBooks(world, { session })).returned).toBe(0)
          const decided = await decide(world, { session }, { action, note: "the shopper was asked" })
          expect(decided.data.gateway_payment).toMatchObject({ attention: null })
          await runJob(world, hour)
          expect((await gatewayBooks(world, { session })).returned).toBe(action === "refund" ? way.minor : 0)
          expect(await ledgerPayment(world, { session })).toMatchObject({ attention: null })
        },
      )
    })

    it("late: gnete says paid (2) while its query says closed (6): nothing is booked and a person is called, until the query agrees", async () => {
      await world.sandbox.setQuirks({ gnete: { paidAfterClose: "stays_6" } })
      const order = await unpaidOrder(world, gnete.orderFirst)
      await cancelOrder(world, order)
      await closed(order)

      await payLate(order)

      const doubted = await underAttention(world, order, "contradiction")
      expect(doubted).toMatchObject({ state: "void", paidAmount: 0 })
      expect(doubted.attention).toMatch(/says that order \w+ was paid, and the gateway's query does not/)
      await runJob(world, 2 * hour)
      expect(await ledgerPayment(world, order)).toMatchObject({
        state: "void",
        attentionCode: "contradiction",
      })
      expect((await gatewayBooks(world, order)).returned).toBe(0)

      await world.sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } })
      await runJob(world, 24 * hour)

      await wentBack(order, gnete.minor)
      await expectBooks(world, order, 0)
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", attention: null })
    })

    it("late: gnete says paid, and its query never agrees: what a person has looked into is not raised again by the same message", async () => {
      await world.sandbox.setQuirks({ gnete: { paidAfterClose: "stays_6" } })
      const order = await unpaidOrder(world, gnete.orderFirst)
      await cancelOrder(world, order)
      await closed(order)
      await payLate(order)
      await underAttention(world, order, "contradiction")

      const decided = await decide(world, order, { action: "dismiss", note: "Returned in the console." })
      expect([decided.status, decided.data.gateway_payment.attention]).toEqual([200, null])
      for (let run = 0; run < 3; run++) await runJob(world, 24 * hour)

      expect(await ledgerPayment(world, order)).toMatchObject({ state: "void", attention: null })
    })

    it("late: ksher: an open PromptPay QR of a cancelled order cannot be closed: a person knows, and records what was paid by it and returned by bank", async () => {
      const cart = await world.shopper.fillCart("thb")
      const session = await world.shopper.choose(cart, "pp_ksher_qr", { channel: "promptpay" })
      await changeCart(world, cart)
      expect((await gatewayBooks(world, { session })).state).toBe("open")
      await world.sandbox.pay(session.number)

      await deliver(world, { session })

      const payment = await underAttention(world, { session }, "refund_unsupported")
      expect(payment).toMatchObject({ state: "paid_late", unwanted: "session_deleted" })
      const decided = await decide(
        world,
        { session },
        { action: "record_refund", how: "other", note: "sent by bank transfer" },
      )
      expect(decided.data.gateway_payment).toMatchObject({ state: "refunded", settled_by: "outside" })
      expect(await ledgerPayment(world, { session })).toMatchObject({ attention: null })
    })

    it("late: ksher: a PromptPay QR on which a payment failed can still be paid, and is watched as long as any other", async () => {
      const cart = await world.shopper.fillCart("thb")
      const session = await world.shopper.choose(cart, "pp_ksher_qr", { channel: "promptpay" })
      await world.sandbox.fail(session.number)
      await changeCart(world, cart)
      await runJob(world, hour)
      expect((await ledgerPayment(world, { session })).state).not.toBe("void")

      await world.sandbox.pay(session.number)
      await runJob(world, hour)

      const payment = await underAttention(world, { session }, "refund_unsupported")
      expect(payment).toMatchObject({ state: "paid_late", unwanted: "session_deleted" })
    })

    type At = Parameters<typeof ledgerPayment>[1] & Parameters<typeof gatewayBooks>[1]

    /** By the QR code that the shopper has saved. */
    async function payLate(at: Parameters<typeof deliver>[1], by: Way["pay"] = {}) {
      await world.sandbox.pay(at.session.number, { ...by, force: true })
      expect(await deliver(world, at)).toMatchObject({ acknowledged: true })
      await eventually(
        () => notifications(world, at),
        (all) => all.some((one) => one.result !== "received"),
      )
    }
    const closed = async (at: At) => {
      await eventually(
        () => gatewayBooks(world, at),
        (book) => book.state === "closed",
      )
      await eventually(
        () => ledgerPayment(world, at),
        (payment) => payment.state === "void",
      )
    }
    async function wentBack(at: At, minor: number) {
      await eventually(
        () => ledgerPayment(world, at),
        (payment) => payment.state === "refunded" && payment.refundedAmount === minor,
      )
      expect(await gatewayBooks(world, at)).toMatchObject({ taken: minor, returned: minor })
    }
  },
  { entries },
)
