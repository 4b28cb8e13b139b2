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
  deletedRefund,
  deliver,
  disturb,
  faultKinds,
  gnete,
  ksher,
  minute,
  notifications,
  operations,
  orderOfCart,
  refund,
  refundRows,
  ways,
} from "./support"

// The numbers are those of the combined list of failure scenarios that reliable payment suites run.
inRealMedusa((world) => {
  afterEach(() => atRest(world))

  describe.each(ways)("%s", (gateway, way) => {
    it("5. a refund's answer is lost, and the query says success: the admin is told so, and it was sent once", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await disturb(world, way, way.calls.refund, { kind: "timeout", when: "after" })

      expect((await refund(world, order, 10)).status).toBe(200)

      expect(await calls(world, order, way.calls.refund)).toHaveLength(1)
      await expectBooks(world, order, way.minor - 1000)
    })

    it("5. a refund is lost on its way, and the query does not find it: it is sent again under its number", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await disturb(world, way, way.calls.refund, { kind: "timeout", when: "before" })

      expect((await refund(world, order, 10)).status).toBe(200)

      const [first, second, ...more] = await calls(world, order, way.calls.refund)
      const name = gateway === "ksher" ? "mch_refund_no" : "mchRefundNo"
      expect(second?.request[name]).toBe(first?.request[name])
      expect(more).toEqual([])
      await expectBooks(world, order, way.minor - 1000)
    })

    it("5. the answer about a payment is lost: nothing is captured, and whoever tries again has an order", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      await disturb(world, way, way.calls.query, { kind: "timeout", when: "after" })

      const lost = await world.shopper.complete(cart)
      expect(lost).toMatchObject({ status: 400, error: expect.stringMatching(/the payment is not lost/) })
      expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", paidAmount: 0 })
      const done = await world.shopper.complete(cart)

      await expectBooks(world, { id: String(done.orderId), cart, session }, way.minor)
    })

    it.each(["http500", "bad_signature"] as const)(
      "6. the query after a lost refund goes wrong itself (%s): Medusa deletes its row, and the admin's next try moves nothing twice",
      async (kind) => {
        const order = await paidOrder(world, way.provider, way.pay)
        await disturb(world, way, way.calls.refund, { kind: "timeout", when: "after" })
        await disturb(world, way, way.calls.refundQuery, { kind, when: "after", times: way.asks })

        const lost = await refund(world, order, 10)
        expect([lost.status, lost.data.code]).toEqual([400, "refund_unknown"])
        expect(lost.data.message).toMatch(/has not said whether refund .* Nothing is sent twice: try again/)
        const firstKey = await deletedRefund(world, order)
        expect((await books(world, order)).refunded).toBe(0)
        expect((await gatewayBooks(world, order)).returned).toBe(1000)

        expect((await refund(world, order, 10)).status).toBe(200)

        const [held] = await refundRows(world, order)
        expect(held?.id).not.toBe(firstKey)
        expect(await operations(world, order, "refund")).toEqual([
          expect.objectContaining({ state: "succeeded", refundId: held?.id }),
        ])
        expect(await calls(world, order, way.calls.refund)).toHaveLength(1)
        await expectBooks(world, order, way.minor - 1000)
      },
    )

    it("6. … and where nobody tries again, the job enters the refund in Medusa's books; who asks for it after that is told first", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await disturb(world, way, way.calls.refund, { kind: "timeout", when: "after" })
      await disturb(world, way, way.calls.refundQuery, { kind: "empty", when: "after", times: way.asks })
      expect((await refund(world, order, 10)).status).toBe(400)

      await runJob(world, 5 * minute)

      await expectBooks(world, order, way.minor - 1000)
      expect((await books(world, order)).refunds).toEqual([
        expect.objectContaining({ amount: 10, note: expect.stringMatching(/^Refund \w+ went through\.$/) }),
      ])
      const told = await refund(world, order, 10)
      expect([told.status, told.data.code]).toEqual([400, "earlier_refund_booked_first"])
      await expectBooks(world, order, way.minor - 1000)
      expect((await refund(world, order, 10)).status).toBe(200)
      await expectBooks(world, order, way.minor - 2000)
    })

    it("6. an answer about a payment is badly signed: it is believed neither by a notification nor by the shop", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      await disturb(world, way, way.calls.query, { kind: "bad_signature", when: "after", times: 2 })

      await deliver(world, { session })
      await eventually(
        () => notifications(world, { session }),
        (all) => all[0]?.result === "failed",
      )
      expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")
      expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", paidAmount: 0 })
      await runJob(world, 5 * minute)

      await expectBooks(world, await orderOfCart(world, { cart, session }), way.minor)
    })

    it.each([...faultKinds, "delay", "refuse"] as const)(
      "every fault: refunds that meet %s, before and after the effect, each move their money once",
      async (kind) => {
        const order = await paidOrder(world, way.provider, way.pay)
        // Words that no page lists.
        const words =
          kind === "refuse" ? { code: gateway === "ksher" ? "KSHER_NEWS" : 9999, message: "新" } : {}

        for (const [when, amount] of [
          ["before", 10],
          ["after", 20],
        ] as const) {
          await disturb(world, way, way.calls.refund, { kind, when, delayMs: minute, ...words })
          const first = await refund(world, order, amount)
          if (first.status === 200) continue
          expect([first.status, first.data.code]).toEqual([400, expect.stringMatching(/^refund_/)])
          expect((await refund(world, order, amount)).status).toBe(200)
        }
        // What was held up on its way arrives, too late.
        await world.sandbox.holdNotifications(true)
        await world.sandbox.advance(minute)
        await world.sandbox.holdNotifications(false)

        expect((await gatewayBooks(world, order)).refunds.map((one) => one.amount)).toEqual([1000, 2000])
        await expectBooks(world, order, way.minor - 3000)
      },
    )
  })

  it("5. gnete: a refund's answer is lost, and the query says that it failed: no money moved, and trying again is a new refund", async () => {
    const order = await paidOrder(world, gnete.provider)
    await world.sandbox.nextRefund({ gateway: "gnete", outcome: "fail" })
    await disturb(world, gnete, gnete.calls.refund, { kind: "timeout", when: "after" })

    const failed = await refund(world, order, 10)
    expect([failed.status, failed.data.code]).toEqual([400, "refund_refused"])
    expect(failed.data.message).toMatch(/No money moved/)
    await expectBooks(world, order, gnete.minor)
    expect((await refund(world, order, 10)).status).toBe(200)

    await expectBooks(world, order, gnete.minor - 1000)
    expect(await operations(world, order, "refund")).toEqual([
      expect.objectContaining({ state: "refused" }),
      expect.objectContaining({ state: "succeeded" }),
    ])
  })

  it("5. ksher: a refund's answer is lost, no query finds it, and sent again it is refused: the first may still be on its way, so it is unknown", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await world.sandbox.setQuirks({ ksher: { unknownRefund: "empty_list" } })
    await disturb(world, ksher, ksher.calls.refund, { kind: "timeout", when: "before" })
    await disturb(world, ksher, ksher.calls.refund, {
      kind: "refuse",
      when: "before",
      code: "KSHER_INVALID_ORDER_NO",
      message: "failed to find this order no",
    })

    const unsure = await refund(world, order, 10)
    expect([unsure.status, unsure.data.code]).toEqual([400, "refund_unknown"])
    expect((await gatewayBooks(world, order)).returned).toBe(0)
    expect((await refund(world, order, 10)).status).toBe(200)

    await expectBooks(world, order, ksher.minor - 1000)
    expect(await operations(world, order, "refund")).toEqual([
      expect.objectContaining({ state: "succeeded" }),
    ])
    await world.sandbox.setQuirks({ ksher: { unknownRefund: "fail" } })
  })

  it("5. gnete: a refund's answer is lost, and the query says that it is still under way: it is booked, and owed from then on", async () => {
    const order = await paidOrder(world, gnete.provider)
    await world.sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
    await disturb(world, gnete, gnete.calls.refund, { kind: "timeout", when: "after" })

    expect((await refund(world, order, 10)).status).toBe(200)
    expect(await operations(world, order, "refund")).toEqual([expect.objectContaining({ state: "pending" })])
    expect((await books(world, order)).refunded).toBe(10)
    expect((await gatewayBooks(world, order)).returned).toBe(0)
    const [made] = (await gatewayBooks(world, order)).refunds
    await world.sandbox.settleRefund(String(made?.no), "success")
    await runJob(world, 20 * minute)

    await expectBooks(world, order, gnete.minor - 1000)
  })

  it("5. ksher: a refund's answer is lost, and the query says that it is still under way: nothing is booked until it is done", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await world.sandbox.nextRefund({ gateway: "ksher", outcome: "in_progress" })
    await disturb(world, ksher, ksher.calls.refund, { kind: "timeout", when: "after" })

    const lost = await refund(world, order, 10)
    expect([lost.status, lost.data.code]).toEqual([400, "refund_unknown"])
    await expectBooks(world, order, ksher.minor)
    const [made] = (await gatewayBooks(world, order)).refunds
    await world.sandbox.settleRefund(String(made?.no), "success")
    await runJob(world, 5 * minute)

    await expectBooks(world, order, ksher.minor - 1000)
  })
})
