import {
  books,
  eventually,
  expectBooks,
  gatewayBooks,
  inRealMedusa,
  ledgerPayment,
  paidOrder,
  runJob,
  standardEntries,
  unpaidOrder,
} from "../world"
import {
  atRest,
  cancelOrder,
  decide,
  deletedRefund,
  deliver,
  disturb,
  ksher,
  minute,
  notifications,
  operations,
  underAttention,
  ways,
} from "./support"

const entries = standardEntries.map((entry) =>
  entry.gateway === "ksher" && entry.id === "first"
    ? { ...entry, options: { ...entry.options, channels: ["truemoney", "card"] } }
    : entry,
)

// The numbers are those of the combined list of failure scenarios that reliable payment suites run.
inRealMedusa(
  (world) => {
    afterEach(() => atRest(world))

    describe.each(ways)("%s", (gateway, way) => {
      it("8. closed, then paid by a saved QR: the money is late, and goes back by itself", async () => {
        const order = await unpaidOrder(world, way.orderFirst)
        await cancelOrder(world, order)
        await closed(order)
        // Gnete's query follows in the end; until then, see the late payments.
        await world.sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } })

        await world.sandbox.pay(order.session.number, { force: true })
        expect(await deliver(world, order)).toMatchObject({ acknowledged: true })

        await returned(order, way.minor)
        await expectBooks(world, order, 0)
        expect(await books(world, order)).toMatchObject({ status: "canceled", captured: 0 })
        await world.sandbox.setQuirks({ gnete: { paidAfterClose: "stays_6" } })
      })

      it("8. paid, then cancelled before Medusa knows of the money: the gateway does not close it, and it goes back", async () => {
        const order = await unpaidOrder(world, way.orderFirst)
        await world.sandbox.pay(order.session.number)

        expect((await cancelOrder(world, order)).status).toBe(200)

        await returned(order, way.minor)
        await expectBooks(world, order, 0)
        expect(await deliver(world, order)).toMatchObject({ acknowledged: true })
        await runJob(world, 5 * minute)
        await expectBooks(world, order, 0)
        expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
      })

      it("8. the cancel races with the payment and its notification: whoever is first, nothing stays with the shop", async () => {
        const orders = []
        for (let n = 0; n < 3; n++) orders.push(await unpaidOrder(world, way.orderFirst))

        await Promise.all(
          orders.map(async (order, n) => {
            const paying = async () => {
              await world.sandbox.pay(order.session.number)
              await deliver(world, order)
            }
            // In each order the one begins that much later: three different interleavings.
            const [first, then] = n === 0 ? [paying, cancelOrder] : [cancelOrder, paying]
            const begun = first(world, order)
            if (n === 2) await world.sandbox.book(order.session.number)
            await Promise.allSettled([begun, then(world, order)])
          }),
        )
        for (const order of orders) {
          await expectTried(order)
          await eventually(
            () => notifications(world, order),
            (all) => all.every((one) => one.result !== "received"),
          )
        }
        await runJob(world, 5 * minute)
        await runJob(world, 5 * minute)

        for (const order of orders) {
          const { taken } = await returnedAll(order)
          await expectBooks(world, order, 0)
          expect(await ledgerPayment(world, order)).toMatchObject({ state: taken ? "refunded" : "void" })
        }
      })

      it("H6, H7, H8: Medusa swallows the failed refund and books it; the order is cancelled, the shop still has the money, and then it has not", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        for (const call of [way.calls.whole, way.calls.refund])
          await disturb(world, way, call, { kind: "http500", when: "before", times: 200 })

        expect((await cancelOrder(world, order)).status).toBe(200)

        // What Medusa says: cancelled, the money given back. What it wrote of it: a transaction, and a row it has deleted.
        expect(await books(world, order)).toMatchObject({
          status: "canceled",
          captured: way.major,
          refunded: 0,
          transactions: 0,
        })
        await deletedRefund(world, order)
        expect((await gatewayBooks(world, order)).returned).toBe(0)
        await expectTried(order)

        // While the gateway is down, Medusa's books are brought to say what is true: by the next run of the job, where the
        // subscriber is still at the payment when the first one comes by.
        for (let run = 0; run < 3; run++) await runJob(world, 5 * minute)
        await eventually(
          () => books(world, order),
          (now) => now.transactions === way.major,
        )
        await world.sandbox.clearFaults()
        await runJob(world, 20 * minute)

        await expectBooks(world, order, 0)
        expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", attention: null })
        expect((await books(world, order)).payments).toEqual([expect.objectContaining({ canceled: false })])
      })

      it("H7: … and where the gateway had given the money back and only the answers were lost, it goes back once", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        await disturb(world, way, way.calls.whole, { kind: "timeout", when: "after" })
        for (const call of [way.calls.query, way.calls.refundQuery])
          await disturb(world, way, call, { kind: "reset", when: "before", times: 6 })

        expect((await cancelOrder(world, order)).status).toBe(200)

        await deletedRefund(world, order)
        await world.sandbox.clearFaults()
        await runJob(world, 5 * minute)
        await expectBooks(world, order, 0)
        expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
        expect(await operations(world, order)).toEqual([
          expect.objectContaining({ kind: "open" }),
          expect.objectContaining({ kind: gateway === "ksher" ? "refund" : "cancel", state: "succeeded" }),
        ])
      })

      it("H9: an order without a Payment row is cancelled, and the close fails: the job closes it", async () => {
        const order = await unpaidOrder(world, way.orderFirst)
        await disturb(world, way, way.calls.close, { kind: "http500", when: "before", times: 2 })

        expect((await cancelOrder(world, order)).status).toBe(200)

        expect((await books(world, order)).payments).toEqual([])
        await expectTried(order)
        expect((await gatewayBooks(world, order)).state).toBe("open")
        await world.sandbox.clearFaults()
        await runJob(world, 10 * minute)

        await closed(order)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "void", settledBy: "close" })
        const after = await eventually(
          () => books(world, order),
          (now) => now.sessions[0]?.gatewayState === "void",
        )
        expect(after.sessions).toEqual([expect.objectContaining({ status: "canceled" })])
      })
    })

    describe("8. ksher: a card payment is in progress at the bank when the order is cancelled (-6)", () => {
      async function inProgress() {
        const order = await unpaidOrder(world, ksher.orderFirst)
        await world.sandbox.pay(order.session.number, { channel: "card", inProgress: true })
        expect((await cancelOrder(world, order)).status).toBe(200)
        await expectTried(order)
        expect((await gatewayBooks(world, order)).state).toBe("in_progress")
        await runJob(world, 5 * minute)
        const closes = await operations(world, order, "close")
        expect(closes.at(-1)).toMatchObject({ state: "refused", reason: "in_progress" })
        return order
      }

      it("8. it is not completed: it is closed by the next try", async () => {
        const order = await inProgress()
        await world.sandbox.abandon(order.session.number)

        await runJob(world, 20 * minute)

        await closed(order)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "void", attention: null })
      })

      it("8. it is completed: the money is late, and goes back", async () => {
        const order = await inProgress()
        await world.sandbox.finish(order.session.number)

        await runJob(world, 20 * minute)

        await returned(order, ksher.minor)
        await expectBooks(world, order, 0)
      })
    })

    it("ksher: what a cancelled order paid by PromptPay holds cannot go back by API: a person is called, and what he records is booked", async () => {
      const order = await paidOrder(world, ksher.provider, { channel: "promptpay" })

      expect((await cancelOrder(world, order)).status).toBe(200)

      const payment = await underAttention(world, order, "refund_unsupported")
      expect(payment.attention).toMatch(/by hand \(a bank transfer, say\) and record it/)
      const decision = {
        action: "record_refund",
        how: "other",
        note: "transferred to the shopper's bank",
      } as const
      const decided = await decide(world, order, decision)
      expect(decided.data.gateway_payment).toMatchObject({ state: "refunded", attention: null })
      await runJob(world, 5 * minute)
      expect(await books(world, order)).toMatchObject({ refunded: ksher.major, transactions: 0 })
    })

    type Order = Parameters<typeof gatewayBooks>[1] & Parameters<typeof cancelOrder>[1]

    const closed = (order: Order) =>
      eventually(
        () => gatewayBooks(world, order),
        (book) => book.state === "closed",
      )
    const returned = (order: Order, minor: number) =>
      eventually(
        () => gatewayBooks(world, order),
        (book) => book.returned === minor,
      )
    const returnedAll = (order: Order) =>
      eventually(
        () => gatewayBooks(world, order),
        (book) => book.returned === book.taken && (book.taken > 0 || book.state === "closed"),
      )
    /** The subscriber has noted that the order was cancelled, has tried, and has left the rest to the job. */
    const expectTried = (order: Order) =>
      eventually(
        () => ledgerPayment(world, order),
        ({ unwanted, nextCheckAt }) =>
          unwanted === "order_canceled" && (nextCheckAt === null || nextCheckAt > new Date()),
      )
  },
  { entries },
)
