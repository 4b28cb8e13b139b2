import { medusaBooks, type Answer } from "../../demo/shop"
import { books, eventually, gatewayBooks, inRealMedusa, ledgerPayment, paidOrder, unpaidOrder } from "./world"

const urlOf: Record<string, string> = {
  pp_ksher_th: "/hooks/gateway/pp_ksher_th",
  pp_gnete_hk: "/hooks/gateway/gnete_hk",
}
const accepted: Record<string, string> = {
  pp_ksher_th: '{"result":"SUCCESS","msg":"OK"}',
  pp_gnete_hk: "success",
}
const providers = ["pp_ksher_th", "pp_gnete_hk"]
const currency = (provider: string) => (provider.includes("gnete") ? "hkd" : "thb")

inRealMedusa((world) => {
  const post = (provider: string, body: string, contentType: string) =>
    world.shop.http.post(urlOf[provider]!, body, {
      headers: { "content-type": contentType },
      transformRequest: (data: string) => data,
      transformResponse: (data: string) => data,
    })
  const opened = async (provider: string) => {
    const cart = await world.shopper.fillCart(currency(provider))
    return { cart, session: await world.shopper.choose(cart, provider) }
  }
  const orderOf = async (cartId: string) => {
    const { orders } = await world.shop.admin("get", "/admin/orders?fields=id,*cart&limit=200")
    return orders.find((order: Answer) => order.cart?.id === cartId)?.id as string | undefined
  }

  it.each(providers)(
    "%s: a notification completes the cart of a shopper who never came back",
    async (provider) => {
      const { cart, session } = await opened(provider)
      await world.sandbox.pay(session.number)
      const deliveries = await world.sandbox.deliverNotifications()
      expect(deliveries.find((one) => one.orderNo === session.number)).toMatchObject({
        status: 200,
        answer: accepted[provider],
        acknowledged: true,
      })
      const orderId = await eventually(
        () => orderOf(cart.id),
        (id) => id !== undefined,
      )
      const payment = await eventually(
        () => ledgerPayment(world, { session }),
        (now) => now.capturedAt !== null && now.announced === "paid:0",
      )
      expect(payment).toMatchObject({ state: "paid", attention: null, orderId })
      const shown = await medusaBooks(world.shop, orderId!)
      expect(shown).toMatchObject({ captured: cart.total, transactions: cart.total })
      expect(shown.sessions[0]).toMatchObject({ status: "authorized", gatewayState: "paid" })
    },
  )

  it.each(["pp_ksher_first", "pp_gnete_first"])(
    "%s: a notification captures an order that was placed before",
    async (provider) => {
      const order = await unpaidOrder(world, provider)
      expect(await books(world, order)).toMatchObject({ captured: 0 })
      await world.sandbox.pay(order.session.number)
      await world.sandbox.deliverNotifications()
      const shown = await eventually(
        () => books(world, order),
        (now) => now.captured > 0 && now.transactions > 0,
      )
      expect(shown).toMatchObject({ captured: order.cart.total, transactions: order.cart.total })
    },
  )

  it.each(providers)(
    "%s: the same notification again, and twice at once, changes nothing",
    async (provider) => {
      const { cart, session } = await opened(provider)
      await world.sandbox.pay(session.number)
      const { body, contentType } = await world.sandbox.craftNotification(session.number)
      const answers = await Promise.all([
        post(provider, body, contentType),
        post(provider, body, contentType),
      ])
      expect(answers.map((answer) => [answer.status, answer.data])).toEqual(
        Array(2).fill([200, accepted[provider]]),
      )
      const orderId = await eventually(
        () => orderOf(cart.id),
        (id) => id !== undefined,
      )
      await post(provider, body, contentType)
      const payment = await eventually(
        () => ledgerPayment(world, { session }),
        (now) => now.capturedAt !== null,
      )
      const [notification, ...more] = await world.plugin.ledger.notifications.ofPayment(payment.id)
      expect(notification).toMatchObject({ deliveries: 3, verified: true })
      expect(more).toEqual([])
      const shown = await eventually(
        () => medusaBooks(world.shop, orderId!),
        (now) => now.transactions > 0,
      )
      expect(shown).toMatchObject({ captured: cart.total, transactions: cart.total })
    },
  )

  it.each(providers)(
    "%s: refuses what is not signed, and books nothing of what the gateway does not confirm",
    async (provider) => {
      const { session } = await opened(provider)
      const genuine = await world.sandbox.craftNotification(session.number)
      const forged = await post(
        provider,
        genuine.body.replace(/"?sign"?(["=: ]+)[0-9a-fA-F]{8}/, (all) => all.slice(0, -8) + "00000000"),
        genuine.contentType,
      )
      expect(forged.status).toBe(401)
      expect(forged.data).toMatch(provider.includes("ksher") ? /"result":"FAIL"/ : /^fail$/)
      // Validly signed, and not true: the order is unpaid at the gateway.
      const answer = await post(provider, genuine.body, genuine.contentType)
      expect([answer.status, answer.data]).toEqual([200, accepted[provider]])
      const payment = await ledgerPayment(world, { session })
      const heard = await eventually(
        () => world.plugin.ledger.notifications.ofPayment(payment.id),
        (all) => all.every((one) => one.result !== "received"),
      )
      expect(heard.map((one) => [one.verified, one.result]).sort()).toEqual([
        [false, "ignored"],
        [true, "failed"],
      ])
      expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", paidAmount: 0 })
    },
  )

  it.each(providers)(
    "%s: a payment of another amount than was asked for captures nothing and calls a person",
    async (provider) => {
      const { session } = await opened(provider)
      await world.sandbox.pay(session.number, { amount: 100 })
      await world.sandbox.deliverNotifications()
      const payment = await eventually(
        () => ledgerPayment(world, { session }),
        (now) => now.attention !== null,
      )
      expect(payment).toMatchObject({ attentionCode: "amount_mismatch", paidAmount: 0 })
      expect(payment.attention).toMatch(/1\.00 where .* was asked for/)
      // The gateway says what the message says: it is not called unconfirmed, again and again, beside that.
      const heard = await eventually(
        () => world.plugin.ledger.notifications.ofPayment(payment.id),
        (all) => all.every((one) => one.result !== "received"),
      )
      expect(heard.map(({ result, code }) => [result, code])).toEqual([["acted", null]])
    },
  )

  it("answers 400, 404, 413 and 401 in the gateway's words, and accepts an order that is not ours", async () => {
    expect(await post("pp_ksher_th", "not json", "text/plain")).toMatchObject({ status: 400 })
    expect(await post("pp_ksher_th", "x".repeat(70_000), "text/plain")).toMatchObject({ status: 413 })
    expect((await world.shop.http.post("/hooks/gateway/pp_ksher_nowhere", "{}")).status).toBe(404)
    expect((await world.shop.http.post("/hooks/gateway/pp_system_default", "{}")).status).toBe(404)
    const other = await world.sandbox.addKsherMerchant()
    expect(other.appid).not.toBe(world.sandbox.ksher.appid)
    const { session } = await opened("pp_ksher_th")
    await world.sandbox.pay(session.number)
    const stranger = await world.sandbox.craftNotification(session.number, {
      mch_order_no: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    })
    const answer = await post("pp_ksher_th", stranger.body, stranger.contentType)
    expect([answer.status, answer.data]).toEqual([200, accepted.pp_ksher_th])
    const foreign = await world.sandbox.craftNotification(session.number, { appid: other.appid })
    expect((await post("pp_ksher_th", foreign.body, foreign.contentType)).status).toBe(401)
  })

  it("Gnete's refund and cancel notifications finish what was accepted", async () => {
    const order = await paidOrder(world, "pp_gnete_hk")
    const { payments } = await books(world, order)
    await world.sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
    await world.shop.admin("post", `/admin/payments/${payments[0]!.id}/refund`, { amount: 20 })
    expect(await books(world, order)).toMatchObject({ refunded: 20, transactions: 68.4 })
    expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid", refundedAmount: 0 })
    const [refund] = (await gatewayBooks(world, order)).refunds
    await world.sandbox.settleRefund(refund!.no, "success")
    await world.sandbox.deliverNotifications()
    expect(
      await eventually(
        () => ledgerPayment(world, order),
        (now) => now.refundedAmount === 2000,
      ),
    ).toMatchObject({ state: "partially_refunded" })

    const whole = await paidOrder(world, "pp_gnete_hk")
    await world.sandbox.nextCancel({ outcome: "in_progress" })
    await world.shop.admin("post", `/admin/orders/${whole.id}/cancel`)
    const [cancel] = (await gatewayBooks(world, whole)).cancels
    await world.sandbox.settleCancel(cancel!.no, "success")
    await world.sandbox.deliverNotifications()
    const ended = await eventually(
      () => ledgerPayment(world, whole),
      (now) => now.state === "refunded",
    )
    expect(ended).toMatchObject({ settledBy: "cancel", attention: null })
    expect(await books(world, whole)).toMatchObject({ refunded: 88.4, transactions: 0 })
  })

  it.each(providers)("%s: Medusa's own hook still leads to an order", async (provider) => {
    const { cart, session } = await opened(provider)
    await world.sandbox.pay(session.number)
    const { body, contentType } = await world.sandbox.craftNotification(session.number)
    const answer = await world.shop.http.post(`/hooks/payment/${provider.replace("pp_", "")}`, body, {
      headers: { "content-type": contentType },
      transformRequest: (data: string) => data,
    })
    expect(answer.data).toBe("OK")
    await eventually(
      () => orderOf(cart.id),
      (id) => id !== undefined,
    )
  })

  it.each(providers)("%s: repeated at Medusa's own hook, a message costs one query", async (provider) => {
    const { cart, session } = await opened(provider)
    const { body, contentType } = await world.sandbox.craftNotification(session.number)
    const send = () =>
      world.shop.http.post(`/hooks/payment/${provider.replace("pp_", "")}`, body, {
        headers: { "content-type": contentType },
        transformRequest: (data: string) => data,
      })
    const calls = async () => (await world.sandbox.calls()).length
    const before = await calls()
    const payment = await ledgerPayment(world, { session })
    for (let sent = 0; sent < 6; sent++) expect((await send()).data).toBe("OK")
    await eventually(
      () => world.plugin.ledger.notifications.ofPayment(payment.id),
      (rows) => rows.length === 1,
    )
    await world.quiet()
    expect((await calls()) - before).toBeLessThanOrEqual(1)
    expect(await orderOf(cart.id)).toBeUndefined()
  })
})
