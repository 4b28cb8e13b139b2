import type { PlacedOrder } from "../../../demo/shop"
import { ulid } from "../../../src/core"
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
  atThePage,
  changeCart,
  decide,
  deliver,
  disturb,
  faultKinds,
  gnete,
  hour,
  inDoubt,
  ksher,
  medusaPaymentId,
  minute,
  notifications,
  operations,
  orderOfCart,
  refund,
  rows,
  underAttention,
  ways,
} from "./support"

const day = 24 * hour

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

interface Change {
  gateway_payment_id: string
  what: string
  from: string
  to: string
}

// The numbers are those of the combined list of failure scenarios that reliable payment suites run.
inRealMedusa((world) => {
  afterEach(() => atRest(world))

  // The first of the file: a process looks further back until it has once succeeded.
  it("6. a refund row that a kill has left hours ago is sent, also where the first look for such rows failed", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await rows(
      world,
      `insert into refund (id, payment_id, amount, raw_amount, created_at, updated_at)
       values (?, ?, 10, '{"value":"10","precision":20}', now() - interval '3 hours', now())`,
      [`ref_${ulid(Date.now() - 3 * hour)}`, await medusaPaymentId(world, order)],
    )
    const payments = world.container.resolve("payment")
    jest.spyOn(payments, "listRefunds").mockRejectedValueOnce(new Error("The database is starting up."))
    await runJob(world)
    expect((await gatewayBooks(world, order)).returned).toBe(0)
    await runJob(world, minute)
    await expectBooks(world, order, ksher.minor - 1000)
  })

  describe.each(ways)("%s", (gateway, way) => {
    it("15. paid there, unpaid here: a dry run reports it and changes nothing, and the real one settles it", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, way.pay)

      expect(await dryRun({ session })).toEqual([["paid there, unpaid here", "pending", "paid"]])
      await reconcile(false)

      await expectBooks(world, await orderOfCart(world, { cart, session }), way.minor)
      expect(await dryRun({ session })).toEqual([])
    })

    it("15. refunded there, not here: what was done in the gateway's console comes into Medusa's books", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      // Gnete's query goes on saying "paid" after a partial refund: only the notification tells of it.
      const part = gateway === "ksher" ? 1000 : way.minor
      if (gateway === "ksher") await world.sandbox.refundInConsole(order.session.number, part)
      else await world.sandbox.cancelInConsole(order.session.number)

      expect(await dryRun(order)).toEqual([
        gateway === "ksher"
          ? [expect.stringMatching(/^refund \w+ there, not here$/), "0.00", "10.00"]
          : ["refunded there, not here", "paid", "refunded"],
      ])
      await reconcile(false)

      await expectBooks(world, order, way.minor - part)
      expect((await books(world, order)).refunds).toEqual([
        expect.objectContaining({ amount: part / 100, note: "Refunded in the gateway's own console." }),
      ])
      expect(await dryRun(order)).toEqual([])
    })

    it("15. refunded here, not there: a refund row that nothing carries out, as a kill leaves it, is carried out under its own id", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const paymentId = await medusaPaymentId(world, order)
      await rows(
        world,
        `insert into refund (id, payment_id, amount, raw_amount, created_at, updated_at) values (?, ?, 10, '{"value":"10","precision":20}', now(), now())`,
        [`ref_${order.session.number}`, paymentId],
      )
      travel(5 * minute)

      expect(await dryRun(order)).toEqual([["refunds in Medusa's books", "10.00", "0.00"]])
      await reconcile(false)

      expect((await gatewayBooks(world, order)).returned).toBe(1000)
      await expectBooks(world, order, way.minor - 1000)
      expect(await operations(world, order, "refund")).toEqual([
        expect.objectContaining({ state: "succeeded", refundId: `ref_${order.session.number}` }),
      ])
    })

    it("15. paid here, not there: nothing is taken back on one answer, a person is called, and goes when the gateway agrees again", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      const absent =
        gateway === "ksher"
          ? { code: "KSHER_INVALID_ORDER_NO", message: "failed to find this order no" }
          : { code: 9999, message: "订单不存在" }
      const forgotten = { kind: "refuse", when: "before", ...absent } as const
      await world.sandbox.fault({
        ...(gateway === "ksher"
          ? { gateway, call: "gateway_order_query" as const }
          : { gateway, call: "pay/query" as const }),
        ...forgotten,
        orderNo: order.session.number,
        times: 3,
      })

      expect(await dryRun(order)).toEqual([["paid here, not there", "paid", "absent"]])
      await reconcile(false)

      await underAttention(world, order, "contradiction")
      await world.sandbox.clearFaults()
      await expectBooks(world, order, way.minor)
      await runJob(world, 2 * day)
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid", attention: null })
    })

    it("15. the amounts drift: what was paid is not what was asked for, nothing is captured, and a person is called", async () => {
      const { cart, session } = await atThePage(world, way.provider)
      await world.sandbox.pay(session.number, { ...way.pay, amount: way.minor - 1 })

      const [drift, ...others] = await dryRun({ session })
      expect([drift?.[0], others]).toEqual(["amount", []])
      expect(drift?.[2]).toContain(((way.minor - 1) / 100).toFixed(2))
      await reconcile(false)

      expect(await ledgerPayment(world, { session })).toMatchObject({
        state: "pending",
        paidAmount: 0,
        attentionCode: "amount_mismatch",
      })
      expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")
    })

    it("15. Medusa's own amounts drift from its rows: collection and transactions are put in line", async () => {
      const order = await paidOrder(world, way.provider, way.pay)
      await rows(
        world,
        'update payment_collection set captured_amount = 0, raw_captured_amount = \'{"value":"0","precision":20}\' where id = ?',
        [order.cart.collectionId],
      )
      await rows(world, "update order_transaction set deleted_at = now() where order_id = ?", [order.id])
      expect(await books(world, order)).toMatchObject({ collectionCaptured: 0 })

      await runJob(world, 2 * day)

      await expectBooks(world, order, way.minor)
    })

    it("the answers to an opening are lost, in every way: the shopper is told so, and no gateway order stays open that no session leads to", async () => {
      const before = new Set((await world.sandbox.books()).map((book) => book.merchantOrderNo))
      const cart = await world.shopper.fillCart(way.currency)
      for (const kind of faultKinds)
        for (const when of ["before", "after"] as const) {
          await disturb(world, way, way.calls.open, { kind, when })
          await expect(world.shopper.choose(cart, way.provider)).rejects.toThrow(
            /The payment could not be opened at \w+: .* Nothing has been paid/,
          )
        }

      const orphans = (await world.sandbox.books()).filter((book) => !before.has(book.merchantOrderNo))
      expect(orphans).toHaveLength(faultKinds.length)
      await runJob(world, 5 * minute)

      for (const { merchantOrderNo } of orphans)
        expect((await world.sandbox.book(merchantOrderNo)).state).toBe("closed")
      const session = await world.shopper.choose(cart, way.provider)
      await world.sandbox.pay(session.number, way.pay)
      const done = await world.shopper.complete(cart)
      await expectBooks(world, { id: String(done.orderId), cart, session }, way.minor)
    })

    it("the cart is changed, and the payment provider switched, while the gateway closes nothing: the job closes both links", async () => {
      const { cart, session: changed } = await atThePage(world, way.provider)
      await disturb(world, way, way.calls.close, { kind: "http500", when: "before", times: 50 })
      await changeCart(world, cart)
      const switched = await world.shopper.choose(cart, way.provider)
      const session = await world.shopper.choose(cart, way.orderFirst)
      for (const gone of [changed, switched])
        expect((await gatewayBooks(world, { session: gone })).state).toBe("open")
      await world.sandbox.clearFaults()

      await runJob(world, 5 * minute)

      for (const gone of [changed, switched]) {
        expect((await gatewayBooks(world, { session: gone })).state).toBe("closed")
        expect(await ledgerPayment(world, { session: gone })).toMatchObject({
          state: "void",
          unwanted: "session_deleted",
        })
      }
      expect((await gatewayBooks(world, { session })).state).toBe("open")
    })

    it("14. the gateway is down for an hour: every notification is taken, nothing storms, and the backlog drains", async () => {
      const others = await rows(
        world,
        "select count(*) as n from gateway_payment where next_check_at is not null",
      )
      expect(Number(others[0]?.n)).toBe(0)
      const pages = []
      for (let n = 0; n < 3; n++) pages.push(await atThePage(world, way.provider))
      const refunding: PlacedOrder[] = []
      for (let n = 0; n < 2; n++) refunding.push(await paidOrder(world, way.provider, way.pay))
      const left = await unpaidOrder(world, way.orderFirst)
      const all = [...pages, ...refunding, left]
      let seen = 0
      await down()

      for (const page of pages) {
        await world.sandbox.pay(page.session.number, way.pay)
        expect(await deliver(world, page)).toMatchObject({ acknowledged: true })
        await eventually(
          () => notifications(world, page),
          (heard) => heard[0]?.result === "failed",
        )
      }
      for (const order of refunding) expect((await refund(world, order, 10)).status).toBe(400)
      await made()
      const minutes = await callsOfEachMinute(60)
      // A payment is looked at after 1, 2, 4, 8 … minutes and not every minute, and then asked about a few times.
      expect(Math.max(...minutes)).toBeLessThanOrEqual(3 * all.length)
      expect(total(minutes)).toBeLessThanOrEqual(20 * all.length)
      expect(minutes.slice(30).filter((count) => count === 0).length).toBeGreaterThan(10)
      await world.sandbox.clearFaults()
      const after = await callsOfEachMinute(5)
      // Whoever waits longest was due 32 minutes after the last try, and up to a quarter more.
      for (let n = 0; n < 4; n++) await runJob(world, 10 * minute)

      expect(Math.max(...after)).toBeLessThanOrEqual(3 * all.length)
      expect(await made()).toBeLessThanOrEqual(10 * all.length)
      for (const page of pages) await expectBooks(world, await orderOfCart(world, page), way.minor)
      for (const order of refunding) await expectBooks(world, order, way.minor - 1000)
      for (const one of all) expect((await ledgerPayment(world, one)).attention).toBeNull()

      async function callsOfEachMinute(count: number) {
        const counts: number[] = []
        for (let n = 0; n < count; n++) {
          await runJob(world, minute)
          counts.push(await made())
        }
        return counts
      }
      async function down() {
        await world.sandbox.fault({ gateway, call: "*", kind: "reset", when: "before", times: 100_000 })
      }
      async function made() {
        const calls = await world.sandbox.calls({ gateway, after: seen })
        seen = calls.at(-1)?.n ?? seen
        return calls.length
      }
    })
  })

  it("a whole payment is returned in ksher's console, and nobody says so: the next look finds it", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await world.sandbox.refundInConsole(order.session.number, ksher.minor)

    await runJob(world, 2 * day)

    await expectBooks(world, order, 0)
    expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", settledBy: "outside" })
  })

  it("a part is returned in ksher's console, and its query goes on saying paid: the list of refunds tells", async () => {
    await world.sandbox.setQuirks({ ksher: { partialRefundQueriesAs: "SUCCESS" } })
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await world.sandbox.refundInConsole(order.session.number, 1000)
    expect(await dryRun(order)).toEqual([
      [expect.stringMatching(/^refund \w+ there, not here$/), "0.00", "10.00"],
    ])

    await runJob(world, 2 * day)

    await expectBooks(world, order, ksher.minor - 1000)
    expect(await dryRun(order)).toEqual([])
    await world.sandbox.setQuirks({ ksher: { partialRefundQueriesAs: "REFUND" } })
  })

  it("a part is returned in ksher's console, and ksher lists no refunds: a person is called, until it does", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await world.sandbox.refundInConsole(order.session.number, 1000)
    const unlisted = { kind: "refuse", when: "before", code: "KSHER_NO_LIST", times: 50 } as const
    await world.sandbox.fault({ gateway: "ksher", call: "refund_query", ...unlisted })

    await runJob(world, 2 * day)

    await underAttention(world, order, "outside_unclear")
    expect((await refund(world, order, 10)).data.message).toMatch(/Nothing was sent/)
    await world.sandbox.clearFaults()
    await runJob(world, 8 * day)
    await expectBooks(world, order, ksher.minor - 1000)
    expect(await ledgerPayment(world, order)).toMatchObject({ attention: null, refundedAmount: 1000 })
  })

  it("a part was returned in ksher's console a moment ago, and the whole is refunded here: only what is left goes back", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    await world.sandbox.setQuirks({ ksher: { overRefund: "paid" } })
    await world.sandbox.refundInConsole(order.session.number, 1000)

    const whole = await refund(world, order)

    expect([whole.status, whole.data.message]).toEqual([400, expect.stringMatching(/Nothing was sent/)])
    await runJob(world, 5 * minute)
    await expectBooks(world, order, ksher.minor - 1000)
    expect((await refund(world, order, (ksher.minor - 1000) / 100)).status).toBe(200)
    await expectBooks(world, order, 0)
    await world.sandbox.setQuirks({ ksher: { overRefund: "refused" } })
  })

  it("a person says of a refund in doubt that it did not go through, and it did: what ksher lists counts", async () => {
    const order = await paidOrder(world, ksher.provider, ksher.pay)
    const lost = { gateway: "ksher", kind: "timeout", times: 5 } as const
    await world.sandbox.fault({ ...lost, call: "order_refund", when: "after" })
    await world.sandbox.fault({ ...lost, call: "refund_query", when: "before" })
    expect((await refund(world, order, 10)).data.message).toMatch(/has not said whether refund/)
    const did_not = {
      action: "did_not",
      operation_id: await inDoubt(world, order),
      note: "the console does not show it",
    }
    expect((await decide(world, order, did_not)).status).toBe(200)
    await world.sandbox.clearFaults()

    const decided = await decide(world, order, { action: "refund", amount: 10, note: "once more" })

    expect(decided.data.gateway_payment).toMatchObject({ state: "partially_refunded", attention: null })
    expect((await gatewayBooks(world, order)).returned).toBe(1000)
    await expectBooks(world, order, ksher.minor - 1000)
    expect((await operations(world, order, "refund")).map(({ state }) => state)).toEqual(["succeeded"])
  })

  it("ksher answers each close, and closes nothing: a person knows two hours after its end, until it is closed", async () => {
    const cart = await world.shopper.fillCart("thb")
    const session = await world.shopper.choose(cart, "pp_ksher_qr", { channel: "airpay" })
    const useless = { kind: "refuse", when: "before", code: "KSHER_NOT_NOW", times: 100 } as const
    await world.sandbox.fault({ gateway: "ksher", call: "order_close", ...useless })
    await world.sandbox.setQuirks({ ksher: { nativeExpireMinutes: null } })
    await changeCart(world, cart)

    await runJob(world, 90 * minute)
    expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", attention: null })
    await runJob(world, 2 * hour)
    await underAttention(world, { session }, "close_failed")

    await world.sandbox.clearFaults()
    await runJob(world, 7 * hour)
    expect(await ledgerPayment(world, { session })).toMatchObject({ state: "void", attention: null })
    expect((await gatewayBooks(world, { session })).state).toBe("closed")
    await world.sandbox.setQuirks({ ksher: { nativeExpireMinutes: 120 } })
  })

  it("a payment is reversed in gnete's console, and its notification says so: Medusa's books follow at once", async () => {
    const order = await paidOrder(world, gnete.provider)
    await world.sandbox.setQuirks({ gnete: { consoleNotifies: true } })
    await world.sandbox.cancelInConsole(order.session.number)

    expect(await deliver(world, order, "cancel")).toMatchObject({ acknowledged: true })

    await expectBooks(world, order, 0)
    expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", settledBy: "outside" })
    await world.sandbox.setQuirks({ gnete: { consoleNotifies: false } })
  })

  it("an unpaid link is closed in ksher's console: the payment is void, and its session with it", async () => {
    const order = await unpaidOrder(world, ksher.orderFirst)
    await world.sandbox.cancelInConsole(order.session.number)

    await runJob(world, 5 * minute)

    expect(await ledgerPayment(world, order)).toMatchObject({ state: "void", settledBy: "outside" })
    const after = await eventually(
      () => books(world, order),
      (now) => now.sessions[0]?.gatewayState === "void",
    )
    expect(after.sessions).toEqual([expect.objectContaining({ status: "canceled" })])
  })

  const reconcile = async (dry_run: boolean): Promise<Change[]> =>
    (await world.shop.admin("post", "/admin/gateway-payments/reconcile", { dry_run })).changes

  type At = Parameters<typeof ledgerPayment>[1] & Parameters<typeof operations>[1]

  /** What ledger and gateway have written of a payment. */
  async function written(at: At) {
    const { state, paidAmount, refundedAmount, attention } = await ledgerPayment(world, at)
    const ledger = { state, paidAmount, refundedAmount, attention, operations: await operations(world, at) }
    return { ledger, gateway: await gatewayBooks(world, at) }
  }

  /** What a dry run finds of one payment, having shown that it changes neither ledger nor gateway. */
  async function dryRun(at: At) {
    const before = await written(at)
    const changes = await reconcile(true)
    expect(await written(at)).toEqual(before)
    const { id } = await ledgerPayment(world, at)
    return changes
      .filter((change) => change.gateway_payment_id === id)
      .map(({ what, from, to }) => [what, from, to])
  }
})
