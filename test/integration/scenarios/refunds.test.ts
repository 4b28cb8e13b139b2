import { Modules } from "@medusajs/framework/utils"

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
} from "../world"
import {
  adminView,
  atRest,
  calls,
  cancelOrder,
  decide,
  deletedRefund,
  deliver,
  disturb,
  gnete,
  hour,
  inDoubt,
  medusaPaymentId,
  minute,
  notifications,
  operations,
  refund,
  refundRows,
  rows,
  underAttention,
  ways,
} from "./support"

// The numbers are those of the combined list of failure scenarios that reliable payment suites run.
inRealMedusa((world) => {
  afterEach(() => atRest(world))

  describe.each(ways)("%s", (_, way) => {
    it("9. refund of the whole payment clicked twice: it goes back once, and the second click is told so", async () => {
      const order = await paidOrder(world, way.provider, way.pay)

      const answers = await Promise.all([refund(world, order), refund(world, order)])

      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
      expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
      await expectBooks(world, order, 0)
    })

    it("9. clicked again after a timeout: Medusa has deleted its row and comes with a new key, and the money moves once", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await disturb(world, way, way.calls.whole, { kind: "timeout", when: "after" })
      await disturb(world, way, way.calls.query, { kind: "http500", when: "before", times: way.orderAsks })
      await disturb(world, way, way.calls.refundQuery, { kind: "http500", when: "before", times: way.asks })

      const lost = await refund(world, order)
      expect([lost.status, lost.data.code]).toEqual([400, "refund_unknown"])
      const firstKey = await deletedRefund(world, order)
      expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
      await world.sandbox.clearFaults()
      expect((await refund(world, order)).status).toBe(200)

      const [row, ...others] = await refundRows(world, order)
      expect([row?.amount, others]).toEqual([way.major, []])
      expect(row?.id).not.toBe(firstKey)
      expect(await calls(world, order, way.calls.whole)).toHaveLength(1)
      await expectBooks(world, order, 0)
    })

    it("9. two different partial refunds at once are made one after the other, in Medusa's books too", async () => {
      const order = await paidOrder(world, way.provider, way.pay)

      const answers = await Promise.all([refund(world, order, 10), refund(world, order, 20)])

      expect(answers.map((answer) => answer.status)).toEqual([200, 200])
      const { refunds } = await gatewayBooks(world, order)
      expect(refunds.map((one) => one.amount).sort()).toEqual([1000, 2000])
      await expectBooks(world, order, way.minor - 3000)
    })

    it("9. Medusa could not enter the refund beside an open change of the order: it is refused before anything is sent", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })

      const refused = await refund(world, order, 10)

      expect([refused.status, refused.data.code]).toEqual([409, "order_changing"])
      expect(await calls(world, order, way.calls.refund)).toEqual([])
      expect(await refundRows(world, order)).toEqual([])
      await world.shop.admin("delete", `/admin/order-edits/${order.id}`)
      expect((await refund(world, order, 10)).status).toBe(200)
      await expectBooks(world, order, way.minor - 1000)
    })

    it("9. a part of a cancelled order, refunded on top of what goes back by itself: refused before anything is sent", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      for (const call of [way.calls.whole, way.calls.refund])
        await disturb(world, way, call, { kind: "refuse", when: "before", times: 3 })
      await cancelOrder(world, order)

      const refused = await refund(world, order, 10)

      expect([refused.status, refused.data.code]).toEqual([409, "order_canceled"])
      await world.sandbox.clearFaults()
      await runJob(world, 5 * minute)
      await runJob(world, 5 * minute)
      expect((await gatewayBooks(world, order)).returned).toBe(way.minor)
    })

    it("9. two at once that are more than what is left: one is refused, and not by the gateway", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const most = way.major - 0.01

      const answers = await Promise.all([refund(world, order, most), refund(world, order, way.major - 1)])

      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400])
      const made = await calls(world, order, way.calls.refund)
      expect(made).toHaveLength(1)
      const { returned } = await gatewayBooks(world, order)
      expect([1, 100]).toContain(way.minor - returned)
      await expectBooks(world, order, way.minor - returned)
    })

    it("9. another amount is wanted while an earlier refund is in doubt: the earlier is booked first, and nothing else sent", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await disturb(world, way, way.calls.refund, { kind: "timeout", when: "after" })
      await disturb(world, way, way.calls.refundQuery, { kind: "http500", when: "before", times: way.asks })
      expect((await refund(world, order, 10)).status).toBe(400)

      const other = await refund(world, order, 20)

      expect([other.status, other.data.code]).toEqual([400, "earlier_refund_booked_first"])
      expect(other.data.message).toMatch(/An earlier refund of .* did go through/)
      await runJob(world, 5 * minute)
      await expectBooks(world, order, way.minor - 1000)
      expect((await refund(world, order, 20)).status).toBe(200)
      await expectBooks(world, order, way.minor - 3000)
    })

    describe("a refusal that a person dismisses", () => {
      let made = 0
      /** A refund that Medusa holds, and whose process died before anything was sent. */
      async function owed(order: PlacedOrder, amount: number): Promise<string> {
        const id = `ref_dismissed_${way.gateway}_${++made}`
        await rows(
          world,
          `insert into refund (id, payment_id, amount, raw_amount, created_at, updated_at) values (?, ?, ?, ?::jsonb, now(), now())`,
          [
            id,
            await medusaPaymentId(world, order),
            amount,
            JSON.stringify({ value: `${amount}`, precision: 20 }),
          ],
        )
        return id
      }
      const refuses = (times: number) =>
        way.gateway === "ksher"
          ? disturb(world, way, way.calls.refund, {
              kind: "refuse",
              when: "before",
              code: "KSHER_INVALID_ORDER_NO",
              times,
            })
          : world.sandbox.nextRefund({ gateway: "gnete", outcome: "insufficient_balance", times })
      async function isRefused(order: PlacedOrder): Promise<void> {
        await refuses(1)
        await runJob(world, 5 * minute)
        await underAttention(world, order, "refund_refused")
      }
      const isReturned = async (order: PlacedOrder, minor: number) =>
        expect((await gatewayBooks(world, order)).returned).toBe(minor)
      async function dismissed(order: PlacedOrder, amount: number): Promise<string> {
        const id = await owed(order, amount)
        await isRefused(order)
        expect((await decide(world, order, { action: "dismiss", note: "paid in cash" })).status).toBe(200)
        return id
      }
      const compared = async (order: PlacedOrder) => {
        const { id } = await ledgerPayment(world, order)
        const { changes } = await world.shop.admin("post", "/admin/gateway-payments/reconcile", {
          dry_run: true,
        })
        return (changes as { gateway_payment_id: string; code: string }[])
          .filter((one) => one.gateway_payment_id === id)
          .map(({ code }) => code)
      }

      it("stays where it is; a later refund of the payment is made again, and so is the rest when the order is cancelled", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        await dismissed(order, 10)
        await runJob(world, 8 * hour)
        await isReturned(order, 0)
        expect(await compared(order)).toEqual([])

        await owed(order, 12)
        await isRefused(order)
        await runJob(world, 8 * hour)
        await isReturned(order, 1200)
        expect(await ledgerPayment(world, order)).toMatchObject({ attention: null, settledBy: null })

        await refuses(1)
        expect((await cancelOrder(world, order)).status).toBe(200)
        await runJob(world, 8 * hour)
        await runJob(world, 8 * hour)
        await isReturned(order, way.minor - 1000)
        expect(await compared(order)).toEqual([])
        expect(await ledgerPayment(world, order)).toMatchObject({
          attention: null,
          state: "partially_refunded",
        })
      })

      it("of a cancelled order, its rest stays where it is; a person may return it all the same", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        const row = await dismissed(order, 10)
        // By the cancel itself, by what looks after it, and by the job.
        await refuses(2)
        await cancelOrder(world, order)
        await underAttention(world, order, "refund_refused")
        expect((await decide(world, order, { action: "dismiss", note: "a voucher" })).status).toBe(200)
        await runJob(world, 8 * hour)
        await isReturned(order, 0)
        expect(await ledgerPayment(world, order)).toMatchObject({ attention: null, settledBy: "outside" })
        expect(await compared(order)).toEqual([])

        const decided = await decide(world, order, {
          action: "refund",
          refund_id: row,
          note: "wanted after all",
        })
        expect(decided.status).toBe(200)
        await runJob(world, 8 * hour)
        await isReturned(order, 1000)
      })
    })

    it("two deliberate refunds of the same amount are two", async () => {
      const order = await paidOrder(world, way.provider, way.pay)

      for (let time = 0; time < 2; time++) {
        expect((await refund(world, order, 10)).status).toBe(200)
        travel(11_000)
      }

      expect((await gatewayBooks(world, order)).refunds.map((one) => one.amount)).toEqual([1000, 1000])
      await expectBooks(world, order, way.minor - 2000)
    })

    it("10. partial refunds to exactly zero, and not one minor unit over", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const rest = Math.round((way.major - 20.17 - 0.01) * 100) / 100

      expect((await refund(world, order, way.major + 0.01)).status).toBe(400)
      for (const amount of [20.17, rest]) expect((await refund(world, order, amount)).status).toBe(200)
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "partially_refunded" })
      expect((await refund(world, order, 0.02)).status).toBe(400)
      expect((await refund(world, order, 0.01)).status).toBe(200)
      travel(11_000)
      expect((await refund(world, order, 0.01)).status).toBe(400)

      expect(await calls(world, order, way.calls.refund)).toHaveLength(3)
      await expectBooks(world, order, 0)
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", settledBy: "refund" })
      const [session] = (
        await eventually(
          () => books(world, order),
          (now) => now.sessions[0]?.gatewayState === "refunded",
        )
      ).sessions
      expect(session).toMatchObject({ refundedAmount: expect.stringMatching(`^${way.major}0$`) })
    })
  })

  it("9. an admin who went away while another refund of the order was being made: nothing is sent for nobody", async () => {
    const order = await paidOrder(world, gnete.provider)
    const path = `/admin/payments/${await medusaPaymentId(world, order)}/refund`
    const locking = world.container.resolve(Modules.LOCKING)
    const [asked, given] = [jest.spyOn(locking, "acquire"), jest.spyOn(locking, "release")]
    const oneMore = (calls: jest.SpyInstance, than = calls.mock.calls.length) =>
      eventually(
        () => Promise.resolve(calls.mock.calls.length),
        (now) => now > than,
      )
    try {
      const key = order.id
      await locking.acquire(key, { ownerId: "another" })
      const admin = new AbortController()
      const { http, adminHeaders: headers } = world.shop
      const waiting = http.post(path, { amount: 10 }, { headers, signal: admin.signal })
      const aborted = expect(waiting).rejects.toThrow(/cancel/)
      await oneMore(asked)
      admin.abort()
      await aborted
      for (let time = 0; time < 2; time++) await oneMore(asked)
      await locking.release(key, { ownerId: "another" })
      await oneMore(given)
    } finally {
      asked.mockRestore()
      given.mockRestore()
    }

    expect((await refund(world, order, 20)).status).toBe(200)
    expect((await gatewayBooks(world, order)).refunds.map((one) => one.amount)).toEqual([2000])
    await expectBooks(world, order, gnete.minor - 2000)
  })

  /** A partial refund that the gateway has accepted and not finished. */
  async function accepted() {
    const order = await paidOrder(world, gnete.provider)
    await world.sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
    expect((await refund(world, order, 10)).status).toBe(200)
    const [made] = (await gatewayBooks(world, order)).refunds
    return { order, number: String(made?.no) }
  }

  it("gnete: a refund is accepted and fails later (1 → 3): it is made again, under the same refund of Medusa", async () => {
    const { order, number } = await accepted()
    const [row] = await refundRows(world, order)
    await world.sandbox.settleRefund(number, "fail")

    expect(await deliver(world, order, "refund")).toMatchObject({ acknowledged: true })
    await eventually(
      () => notifications(world, order),
      (all) => all.some((one) => one.about === "refund" && one.result === "acted"),
    )
    expect((await gatewayBooks(world, order)).returned).toBe(0)
    await runJob(world, 5 * minute)

    await expectBooks(world, order, gnete.minor - 1000)
    expect(await refundRows(world, order)).toEqual([row])
    const [failed, done] = await operations(world, order, "refund")
    expect([failed, done]).toMatchObject([
      { number, state: "refused", refundId: row?.id },
      { state: "succeeded", refundId: row?.id },
    ])
    expect(done?.number).not.toBe(number)
  })

  it("gnete: … also where no notification says so, and the first attempt after it is refused", async () => {
    const { order, number } = await accepted()
    await world.sandbox.settleRefund(number, "fail")
    await world.sandbox.nextRefund({ gateway: "gnete", outcome: "insufficient_balance" })

    await runJob(world, 20 * minute)
    await runJob(world, 20 * minute)
    const payment = await underAttention(world, order, "refund_refused")
    expect(payment.attention).toMatch(/still owed to the shopper; it is tried again by itself/)
    expect(await adminView(world, order)).toMatchObject({
      attention_code: "refund_refused",
      attention_values: {
        why: "tried",
        refusal: { reason: "declined" },
        ...{ attempts: 2, most: 12, again: true },
        owed: { amount: "10.00", currency: "hkd" },
      },
    })
    await runJob(world, hour)

    await expectBooks(world, order, gnete.minor - 1000)
    expect(await adminView(world, order)).toMatchObject({ state: "partially_refunded", attention: null })
  })

  it("gnete: a reversal is accepted and fails later: the whole amount is refunded instead, under the same refund of Medusa", async () => {
    const order = await paidOrder(world, gnete.provider)
    await world.sandbox.nextCancel({ outcome: "in_progress" })
    expect((await refund(world, order)).status).toBe(200)
    const [row] = await refundRows(world, order)
    const [made] = (await gatewayBooks(world, order)).cancels
    await world.sandbox.settleCancel(String(made?.no), "fail")

    await runJob(world, 20 * minute)
    await runJob(world, 20 * minute)

    await expectBooks(world, order, 0)
    expect(await refundRows(world, order)).toEqual([row])
    expect((await gatewayBooks(world, order)).refunds).toEqual([
      expect.objectContaining({ amount: gnete.minor, state: "success" }),
    ])
  })

  it.each(["went_through", "did_not"])(
    "gnete: a refund is accepted and given up later (1 → 4): the money may have moved, a person decides (%s)",
    async (action) => {
      const { order, number } = await accepted()
      await world.sandbox.settleRefund(number, "close")

      await runJob(world, 20 * minute)
      await runJob(world, 4 * hour)
      const payment = await underAttention(world, order, "refund_unknown")
      expect(payment.attention).toMatch(/do not repeat it there/)
      expect(await calls(world, order, gnete.calls.refund)).toHaveLength(1)
      if (action === "went_through") await world.sandbox.settleRefund(number, "success")

      const operation_id = await inDoubt(world, order)
      const decision = { action, operation_id, note: "looked up in the console" }
      expect((await decide(world, order, decision)).status).toBe(200)

      // Where it did not, the refund that Medusa holds is owed again, and is made by the job under its own row.
      await runJob(world, 20 * minute)
      await expectBooks(world, order, gnete.minor - 1000)
      expect(await ledgerPayment(world, order)).toMatchObject({ refundedAmount: 1000, attention: null })
    },
  )
})
