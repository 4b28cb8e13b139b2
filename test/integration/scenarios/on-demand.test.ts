import type { Cart, Session } from "../../../demo/shop"
import type { ProviderEntry } from "../entries"
import { expectBooks, gatewayBooks, inRealMedusa, ledgerPayment, runJob } from "../world"
import { atRest, calls, changeCart, hour, minute, orderOfCart, rows } from "./support"

const open = "on_demand"
const entries: ProviderEntry[] = [
  { gateway: "ksher", id: "th", options: { open, channels: ["truemoney", "card", "scb_easy"] } },
  { gateway: "ksher", id: "first", options: { open, channels: ["truemoney"], completion: "order_first" } },
  { gateway: "ksher", id: "qr", options: { open, mode: "qr", channels: ["airpay", "promptpay"] } },
  { gateway: "gnete", id: "hk", options: { open } },
]
const day = 24 * hour
const callOf: Record<string, string> = {
  pp_ksher_th: "gateway_pay",
  pp_ksher_qr: "native_pay",
  pp_gnete_hk: "pay/unifiedOrder",
}

inRealMedusa(
  (world) => {
    afterEach(() => atRest(world))

    const opens = async () => {
      const all = await Promise.all(
        ["gateway_pay", "native_pay", "pay/unifiedOrder"].map((call) => world.sandbox.calls({ call })),
      )
      return all.flat().length
    }
    const sent = async () => (await world.sandbox.calls()).length
    const openWith = (session: Pick<Session, "id">, body: object = {}) =>
      world.shop.tryStore("post", `/store/gateway-payments/${session.id}/open`, body)
    const follow = async (session: Pick<Session, "id">) =>
      (await world.shop.tryStore("get", `/store/gateway-payments/${session.id}`)).data.gateway_payment
    const waiting = async (
      provider: string,
      data: object = {},
    ): Promise<{ cart: Cart; session: Session }> => {
      const cart = await world.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
      return { cart, session: await world.shopper.choose(cart, provider, { ...data }) }
    }
    const stateOf = async (session: Session) => (await ledgerPayment(world, { session })).state

    describe("a payment that waits for the shopper's choice", () => {
      it("is unknown to the gateway, which the job asks nothing about it, for however long", async () => {
        const before = await sent()
        const { cart, session } = await waiting("pp_ksher_th")
        expect(session.data).toMatchObject({ state: "unopened", action: null, expires_at: null })
        expect(await follow(session)).toEqual({
          ...{ session_id: session.id, state: "unopened", action: null, expires_at: null, returning: false },
        })
        expect(await world.shopper.complete(cart)).toMatchObject({ status: 400 })
        for (const ms of [2 * minute, 2 * hour, 2 * day, 8 * day, 31 * day]) await runJob(world, ms)
        const { id } = await ledgerPayment(world, { session })
        const { gateway_payment } = await world.shop.admin("post", `/admin/gateway-payments/${id}/sync`, {})
        expect(gateway_payment).toMatchObject({ state: "unopened", attention: null })
        const listed = await world.shop.admin("get", "/admin/gateway-payments?state=unopened")
        expect(listed.gateway_payments.map((one: { id: string }) => one.id)).toContain(id)
        expect(await sent()).toBe(before)
      })

      it("of a cart that changes seven times one order is made at the gateway", async () => {
        const before = await opens()
        const { cart, session: first } = await waiting("pp_ksher_th")
        const sessions = [first]
        for (let quantity = 2; quantity <= 8; quantity++) {
          const path = `/store/carts/${cart.id}`
          const { cart: now } = await world.shop.store("get", path)
          await world.shop.store("post", `${path}/line-items/${now.items[0].id}`, { quantity })
          sessions.push(await world.shopper.choose(cart, "pp_ksher_th"))
        }
        const last = sessions.at(-1)!
        const { data, status } = await openWith(last, { channel: "truemoney" })
        expect([status, data.gateway_payment.state]).toEqual([200, "pending"])
        expect(await opens()).toBe(before + 1)
        expect((await gatewayBooks(world, { session: last })).amount).toBe(8 * 35050)
        await world.sandbox.pay(last.number)
        expect(await world.shopper.complete(cart)).toMatchObject({ orderId: expect.any(String) })
        await expectBooks(world, await orderOfCart(world, { cart, session: last }), 8 * 35050)
        await runJob(world, 2 * minute)
        expect(await Promise.all(sessions.slice(0, -1).map(stateOf))).toEqual(Array(7).fill("void"))
        expect(await openWith(first)).toMatchObject({ status: 409, data: { code: "session_over" } })
        expect(await opens()).toBe(before + 1)
      })
    })

    describe("the same choice", () => {
      it.each([
        ["pp_ksher_th", { channel: "truemoney" }],
        ["pp_ksher_qr", { channel: "promptpay" }],
        ["pp_gnete_hk", { way_code: "WX_QR" }],
        ["pp_gnete_hk", { channel: "UP_OP" }],
      ])("%s %p: the same link, however often and at once", async (provider, choice) => {
        const { cart, session } = await waiting(provider)
        const before = await opens()
        const answers = await Promise.all(Array.from({ length: 6 }, () => openWith(session, choice)))
        answers.push(await openWith(session, choice), await openWith(session))
        const { action } = await follow(session)
        expect(answers.map(({ status, data }) => [status, data.gateway_payment.action])).toEqual(
          answers.map(() => [200, action]),
        )
        expect(action).not.toBeNull()
        expect(await opens()).toBe(before + 1)
        const [made] = await calls(world, { session }, callOf[provider]!)
        expect(Object.values(made!.request)).toContain(Object.values(choice)[0])
        const { cart: row } = await world.shop.store(
          "get",
          `/store/carts/${cart.id}?fields=*payment_collection.payment_sessions`,
        )
        expect(row.payment_collection.payment_sessions[0].data).toMatchObject({ state: "pending", action })
      })

      it("may be made with the session, and a channel that is none is refused there", async () => {
        const { cart, session } = await waiting("pp_ksher_th", { channel: "card" })
        expect((await openWith(session)).status).toBe(200)
        expect((await openWith(session, { channel: "card" })).status).toBe(200)
        expect((await ledgerPayment(world, { session })).askedChannel).toBe("card")
        const path = `/store/payment-collections/${cart.collectionId}/payment-sessions`
        const wrong = { provider_id: "pp_ksher_th", data: { channel: "kplus" } }
        expect((await world.shop.tryStore("post", path, wrong)).data.code).toBe("channel_unknown")
      })
    })

    describe("another choice", () => {
      it("closes the order that is open, and asks for a new session", async () => {
        const { cart, session } = await waiting("pp_ksher_th")
        await openWith(session, { channel: "truemoney" })
        const other = await openWith(session, { channel: "card" })
        expect([other.status, other.data.code]).toEqual([409, "choice_made"])
        expect(other.data.message).toMatch(/is closed now/)
        expect((await gatewayBooks(world, { session })).state).toBe("closed")
        expect(await follow(session)).toMatchObject({ state: "void", action: null })
        const next = await world.shopper.choose(cart, "pp_ksher_th")
        expect((await openWith(next, { channel: "card" })).status).toBe(200)
        await world.sandbox.pay(next.number)
        expect(await world.shopper.complete(cart)).toMatchObject({ orderId: expect.any(String) })
      })

      it("leaves a PromptPay code as it is, which nobody can close, and says that it can still be paid", async () => {
        const { cart, session } = await waiting("pp_ksher_qr")
        await openWith(session, { channel: "promptpay" })
        const other = await openWith(session, { channel: "airpay" })
        expect([other.status, other.data.code]).toEqual([409, "choice_made"])
        expect(other.data.message).toMatch(/can still be paid/)
        expect(await follow(session)).toMatchObject({ state: "pending" })
        const next = await world.shopper.choose(cart, "pp_ksher_qr")
        await openWith(next, { channel: "airpay" })
        await world.sandbox.pay(session.number)
        await runJob(world, 2 * minute)
        expect((await ledgerPayment(world, { session })).state).toBe("paid_late")
      })

      it("of a payment that was made meanwhile: it is paid, and nothing is closed", async () => {
        const { cart, session } = await waiting("pp_gnete_hk")
        await openWith(session, { way_code: "WX_QR" })
        await world.sandbox.pay(session.number)
        const other = await openWith(session, { way_code: "UP_OP" })
        expect([other.status, other.data.gateway_payment.state]).toEqual([200, "paid"])
        expect(await world.shopper.complete(cart)).toMatchObject({ orderId: expect.any(String) })
      })
    })

    describe("what cannot be opened", () => {
      it.each([
        ["pp_ksher_th", { channel: "kplus" }, 400, "channel_unknown"],
        ["pp_gnete_hk", { way_code: "ALI_H5" }, 400, "channel_unknown"],
        ["pp_ksher_th", { channel: { $ne: "" } }, 400, "request_invalid"],
        ["pp_ksher_th", { channel: "x".repeat(65) }, 400, "request_invalid"],
      ])("%s %p is refused, and another choice can be made", async (provider, choice, status, code) => {
        const { session } = await waiting(provider)
        const before = await sent()
        const answer = await openWith(session, choice)
        expect([answer.status, answer.data.code]).toEqual([status, code])
        expect([await sent(), await stateOf(session)]).toEqual([before, "unopened"])
        expect((await openWith(session)).status).toBe(200)
      })

      it("a session that is none of ours is answered with 404", async () => {
        expect((await openWith({ id: "payses_nowhere" })).status).toBe(404)
      })

      it("an order that somebody else has paid is asked for nothing", async () => {
        const { cart, session } = await waiting("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        await rows(
          world,
          'update payment_collection set amount = 1, raw_amount = \'{"value": "1"}\' where id = ?',
          [cart.collectionId],
        )
        const before = await opens()
        const answer = await openWith(session)
        expect([answer.status, answer.data.code]).toEqual([409, "session_over"])
        expect([orderId, await opens(), await stateOf(session)]).toEqual([expect.any(String), before, "void"])
      })

      it("an answer that is lost leaves no link, and the order is closed", async () => {
        const { session } = await waiting("pp_ksher_th")
        await world.sandbox.fault({ gateway: "ksher", call: "gateway_pay", kind: "timeout", when: "after" })
        expect((await openWith(session)).data.code).toBe("open_unknown")
        expect((await openWith(session)).data.code).toBe("session_over")
        await runJob(world, minute)
        expect((await gatewayBooks(world, { session })).state).toBe("closed")
      })
    })

    it("a cart that changes while the gateway makes the order leaves no order open for the old amount", async () => {
      const { cart, session } = await waiting("pp_ksher_th")
      const { gateway } = world.plugin.provider("pp_ksher_th")!
      const make = gateway.open.bind(gateway)
      const opening = jest.spyOn(gateway, "open").mockImplementationOnce(async (order) => {
        const made = await make(order)
        await changeCart(world, cart)
        return made
      })
      const answer = await openWith(session)
      opening.mockRestore()
      expect([answer.status, answer.data.code]).toEqual([409, "amount_changed"])
      expect((await gatewayBooks(world, { session })).state).toBe("closed")
      expect(await follow(session)).toMatchObject({ state: "void", action: null })
    })

    describe("an order that is placed before it is paid", () => {
      it("is opened on its page, paid and captured", async () => {
        const { cart, session } = await waiting("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        expect(orderId).toEqual(expect.any(String))
        const { data } = await openWith(session)
        expect(data.gateway_payment).toMatchObject({ state: "pending", action: { type: "redirect" } })
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        await expectBooks(world, { id: orderId!, cart, session }, 35050)
      })

      it("is cancelled without a call to the gateway", async () => {
        const { cart, session } = await waiting("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        const before = await sent()
        await world.shop.admin("post", `/admin/orders/${orderId}/cancel`, {})
        await runJob(world, 3 * minute)
        expect([await stateOf(session), await sent()]).toEqual(["void", before])
        expect((await openWith(session)).status).toBe(409)
      })
    })
  },
  { entries },
)
