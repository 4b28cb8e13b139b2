import type { Overrides } from "../../../src/sandbox"
import {
  eventually,
  expectBooks,
  inRealMedusa,
  books,
  ledgerPayment,
  paidOrder,
  runJob,
  travel,
} from "../world"
import {
  atRest,
  atThePage,
  deliver,
  disturb,
  gnete,
  ksher,
  minute,
  notifications,
  operations,
  post,
  rows,
  ways,
} from "./support"

// The numbers are those of the combined list of failure scenarios that reliable payment suites run.
inRealMedusa(
  (world) => {
    afterEach(() => atRest(world))

    describe.each(ways)("%s", (gateway, way) => {
      const acknowledged = gateway === "ksher" ? '{"result":"SUCCESS","msg":"OK"}' : "success"

      it("1. a notification that comes twice is stored once and has one effect", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await world.sandbox.pay(session.number, way.pay)

        const first = await deliver(world, { session })
        const again = await deliver(world, { session })

        expect([first, again]).toEqual([
          expect.objectContaining({ status: 200, answer: acknowledged, acknowledged: true }),
          expect.objectContaining({ status: 200, answer: acknowledged, acknowledged: true }),
        ])
        const order = await placed({ cart, session })
        await expectBooks(world, order, way.minor)
        expect(await notifications(world, order)).toEqual([
          expect.objectContaining({ verified: true, deliveries: 2 }),
        ])
      })

      it("1. the same notification with other content is stored beside the first and books nothing", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        await deliver(world, order)
        const other: Overrides = gateway === "ksher" ? { total_fee: 1 } : { amount: 1 }
        const crafted = await world.sandbox.craftNotification(order.session.number, other)

        expect((await post(world, order, crafted)).status).toBe(200)

        await eventually(
          () => notifications(world, order),
          (all) => all.length === 2 && all.every((one) => one.result === "acted"),
        )
        await expectBooks(world, order, way.minor)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid", attention: null })
      })

      it("2. closed after paid: a message that says so moves nothing while the gateway's query says paid", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        const closed: Overrides = gateway === "ksher" ? { result: "CLOSED" } : { state: 6 }
        const crafted = await world.sandbox.craftNotification(order.session.number, closed)

        expect((await post(world, order, crafted)).status).toBe(200)

        await eventually(
          () => notifications(world, order),
          (all) => all.some((one) => one.result === "acted"),
        )
        await expectBooks(world, order, way.minor)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid", attention: null })
      })

      it("3. a notification that comes before the create answer has returned is not lost", async () => {
        const { cart, choosing, number, answer } = await opening()
        await world.sandbox.pay(number, way.pay)

        expect(await world.sandbox.resendNotification(number)).toMatchObject({ acknowledged: true })
        await actedOn(number)
        // Medusa's own write that ends the opening would undo a capture made now.
        expect(await world.plugin.host.payment(`payses_${number}`)).toBeUndefined()
        await answer()

        const session = await choosing
        const order = await placed({ cart, session })
        await expectBooks(world, order, way.minor)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid", attention: null })
        expect((await books(world, order)).sessions).toEqual([
          expect.objectContaining({ status: "authorized" }),
        ])
      })

      it("3. … and where the shopper never comes back, the job completes the cart", async () => {
        const { cart, choosing, number, answer } = await opening()
        await world.sandbox.pay(number, way.pay)
        await world.sandbox.resendNotification(number)
        await actedOn(number)
        await answer()
        const session = await choosing

        await runJob(world, 2 * minute)

        const [link] = await rows(world, "select order_id from order_cart where cart_id = ?", [cart.id])
        await expectBooks(world, { id: String(link?.order_id), cart, session }, way.minor)
      })

      it("4. two deliveries at the same instant, while the shop completes the cart twice, make one order", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await world.sandbox.pay(session.number, way.pay)
        const message = await world.sandbox.craftNotification(session.number)

        const [one, two] = await Promise.all([
          post(world, { session }, message),
          post(world, { session }, message),
          world.shopper.complete(cart),
          world.shopper.complete(cart),
        ])

        expect([one.status, two.status]).toEqual([200, 200])
        const order = await placed({ cart, session })
        await expectBooks(world, order, way.minor)
        expect((await books(world, order)).payments).toHaveLength(1)
        expect(await operations(world, order, "refund")).toEqual([])
        await eventually(
          () => notifications(world, order),
          (all) => all.length === 1 && all[0]?.result === "acted" && all[0].deliveries === 2,
        )
      })

      it("11. an amount that is not the session's captures nothing and calls a person", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await world.sandbox.pay(session.number, { ...way.pay, amount: 100 })

        await deliver(world, { session })

        const payment = await eventually(
          () => ledgerPayment(world, { session }),
          (now) => now.attention !== null,
        )
        expect(payment).toMatchObject({ attentionCode: "amount_mismatch", paidAmount: 0 })
        expect(payment.attention).toMatch(/1\.00 where .* was asked for\. Nothing was captured/)
        expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")
      })

      it("11. a currency that is not the session's captures nothing and calls a person", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await world.sandbox.pay(session.number, { ...way.pay, currency: "JPY" })

        await deliver(world, { session })
        await runJob(world, 5 * minute)

        expect(await ledgerPayment(world, { session })).toMatchObject({
          attentionCode: "amount_mismatch",
          paidAmount: 0,
        })
        expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")
      })

      it("12. a forged, an unsigned and a foreign notification are refused and change nothing", async () => {
        const { session } = await atThePage(world, way.provider)
        const { body, contentType } = await world.sandbox.craftNotification(session.number)
        const account: Overrides = gateway === "ksher" ? { appid: "mch99999" } : { appId: "0".repeat(24) }
        const foreign = await world.sandbox.craftNotification(session.number, account)

        const answers = [
          await post(world, { session }, { body: body.replace(/(sign"?[:=]"?)(.)/, flipped), contentType }),
          await post(world, { session }, { body: unsigned(body), contentType }),
          await post(world, { session }, foreign),
        ]

        expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401])
        for (const { data } of answers)
          expect(data).toBe(gateway === "ksher" ? '{"result":"FAIL","msg":"forged"}' : "fail")
        expect(await notifications(world, { session })).toEqual([
          expect.objectContaining({ verified: false, result: "ignored" }),
          expect.objectContaining({ verified: false, result: "ignored" }),
          expect.objectContaining({ verified: false, result: "ignored" }),
        ])
        expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", paidAmount: 0 })
      })

      it("12. a validly signed lie about an unpaid order is acknowledged, asked about, and books nothing", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        const crafted = await world.sandbox.craftNotification(session.number)

        expect((await post(world, { session }, crafted)).status).toBe(200)

        const [stored] = await eventually(
          () => notifications(world, { session }),
          (all) => all[0]?.result === "failed",
        )
        expect(stored?.message).toMatch(/the gateway's query does not\. Nothing was booked/)
        expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", paidAmount: 0 })
        expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")
      })

      it("12. an oversized body is refused with 413, one that is no notification with 400", async () => {
        const { session } = await atThePage(world, way.provider)
        const contentType = gateway === "ksher" ? "text/plain" : "application/x-www-form-urlencoded"

        const oversized = await post(world, { session }, { body: "x".repeat(70_000), contentType })
        const nonsense = await post(world, { session }, { body: "{ not a message", contentType })

        expect([oversized.status, nonsense.status]).toEqual([413, 400])
        expect(await notifications(world, { session })).toEqual([])
      })

      it("12. an unknown or missing content type loses nothing", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await world.sandbox.pay(session.number, way.pay)
        const { body } = await world.sandbox.craftNotification(session.number)

        const answers = [
          await post(world, { session }, { body, contentType: "application/octet-stream" }),
          await post(
            world,
            { session },
            { body, contentType: "application/x-www-form-urlencoded;charset=GBK" },
          ),
          await post(world, { session }, { body: Buffer.from(body) }),
        ]

        expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
        await expectBooks(world, await placed({ cart, session }), way.minor)
      })

      it("12. a notification repeated a day later, with its old time and signature, is acknowledged and has no further effect", async () => {
        const order = await paidOrder(world, way.provider, way.pay)
        await deliver(world, order)
        travel(24 * 60 * minute)
        const before = await operations(world, order)

        const late = await deliver(world, order)

        expect(late).toMatchObject({ status: 200, acknowledged: true })
        await expectBooks(world, order, way.minor)
        expect(await operations(world, order)).toEqual(before)
      })

      it("a notification that cannot be acted on at once is acted on by the job", async () => {
        const { cart, session } = await atThePage(world, way.provider)
        await world.sandbox.pay(session.number, way.pay)
        await disturb(world, way, way.calls.query, { kind: "http500", when: "before" })

        expect(await deliver(world, { session })).toMatchObject({ acknowledged: true })
        await eventually(
          () => notifications(world, { session }),
          (all) => all[0]?.result === "failed",
        )
        await runJob(world, 3 * minute)

        const order = await placed({ cart, session })
        await expectBooks(world, order, way.minor)
        expect(await notifications(world, order)).toEqual([expect.objectContaining({ result: "acted" })])
      })

      /** A session that is being opened: the gateway has the order, and its answer waits for `answer()`. */
      async function opening() {
        const known = new Set((await world.sandbox.books()).map((book) => book.merchantOrderNo))
        await disturb(world, way, way.calls.open, { kind: "delay", when: "after", delayMs: minute })
        const cart = await world.shopper.fillCart(way.currency)
        const choosing = world.shopper.choose(cart, way.provider)
        const [book] = await eventually(
          async () => (await world.sandbox.books()).filter((one) => !known.has(one.merchantOrderNo)),
          (fresh) => fresh.length === 1,
        )
        if (!book) throw new Error("The gateway has no order.")
        return { cart, choosing, number: book.merchantOrderNo, answer: () => world.sandbox.advance(minute) }
      }

      async function actedOn(number: string) {
        const payment = await world.plugin.ledger.payments.ofNumber(way.provider, number)
        await eventually(
          () => world.plugin.ledger.notifications.ofPayment(payment?.id ?? ""),
          (all) => all.some((one) => one.result === "acted"),
        )
      }

      /** The order that the notification, or the shop, has made of a cart. */
      async function placed<T extends { cart: Parameters<typeof world.shopper.complete>[0] }>(at: T) {
        const done = await world.shopper.complete(at.cart)
        if (!done.orderId) throw new Error(`No order: ${done.error}`)
        return { id: done.orderId, ...at }
      }
    })

    it("2. gnete: a refund is told of before the payment was: both end in the books of the order", async () => {
      const { cart, session } = await atThePage(world, gnete.provider)
      await world.sandbox.setQuirks({ gnete: { consoleNotifies: true } })
      await world.sandbox.pay(session.number)
      await world.sandbox.refundInConsole(session.number, 1000)

      expect(await deliver(world, { session }, "refund")).toMatchObject({ acknowledged: true })
      expect(await deliver(world, { session }, "payment")).toMatchObject({ acknowledged: true })

      const [link] = await eventually(
        () => rows(world, "select order_id from order_cart where cart_id = ?", [cart.id]),
        (found) => found.length === 1,
      )
      const order = { id: String(link?.order_id), cart, session }
      await expectBooks(world, order, gnete.minor - 1000)
      expect((await books(world, order)).refunds).toEqual([
        expect.objectContaining({ amount: 10, note: "Refunded in the gateway's own console." }),
      ])
      await world.sandbox.setQuirks({ gnete: { consoleNotifies: false } })
    })

    it("2. ksher: part of a payment is returned in the console before Medusa knew of it: a person is called", async () => {
      const { cart, session } = await atThePage(world, ksher.provider)
      await world.sandbox.pay(session.number, ksher.pay)
      await world.sandbox.refundInConsole(session.number, 1000)

      await deliver(world, { session })
      await eventually(
        () => notifications(world, { session }),
        (all) => all[0]?.result === "acted",
      )
      await runJob(world, 20 * minute)

      expect(await ledgerPayment(world, { session })).toMatchObject({
        state: "partially_refunded",
        refundedAmount: 1000,
        attentionCode: "not_captured",
      })
      expect(await world.shopper.complete(cart)).not.toHaveProperty("orderId")
    })

    it("13. ksher: while its keys change, notifications signed with the old and with the new one are both taken", async () => {
      const orders = []
      for (const webhookKey of ["V1", "V2"] as const) {
        await world.sandbox.setQuirks({ ksher: { webhookKey } })
        const order = await paidOrder(world, ksher.provider, ksher.pay)
        expect(await deliver(world, order)).toMatchObject({ status: 200, acknowledged: true })
        orders.push(order)
      }
      await world.sandbox.setQuirks({ ksher: { webhookKey: "V1" } })

      for (const order of orders)
        expect(await notifications(world, order)).toEqual([expect.objectContaining({ verified: true })])
    })
    // An answer held back by the sandbox's clock is waited for.
  },
  { timeoutMs: 2 * minute },
)

/** Another last digit: as long and well formed as the right one. */
const flipped = (_: string, name: string, digit: string) => `${name}${digit === "0" ? "1" : "0"}`
const unsigned = (body: string) => body.replace(/,?"sign":"[^"]*"/, "").replace(/&?sign=[^&]*/, "")
