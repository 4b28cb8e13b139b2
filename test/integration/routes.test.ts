import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import type { Answer } from "../../demo/shop"
import type { Fault } from "../../src/sandbox"
import {
  backToThePresent,
  books,
  eventually,
  expectBooks,
  gatewayBooks,
  inRealMedusa,
  ledgerPayment,
  paidOrder,
  runJob,
  unpaidOrder,
} from "./world"

inRealMedusa(
  (world) => {
    const customers = new Map<string, Promise<string>>()
    const customer = (name: string) => {
      if (!customers.has(name)) customers.set(name, world.shopper.register(`${name}@shop.example`))
      return customers.get(name)!
    }
    const cancelAs = (orderId: string, token?: string) =>
      world.shop.tryStore("post", `/store/orders/${orderId}/cancel`, {}, token)

    afterEach(() => {
      backToThePresent()
    })

    type Ordered = Parameters<typeof ledgerPayment>[1]
    /** A gateway payment as the admin reads it. */
    const viewOf = async (order: Ordered): Promise<Answer> => {
      const { id } = await ledgerPayment(world, order)
      return (await world.shop.admin("get", `/admin/gateway-payments/${id}`)).gateway_payment
    }
    /** What a person decides, who has just looked at the payment unless the decision names a version. */
    const decide = async (order: Ordered, decision: object, key?: string) => {
      const { id, version } = await ledgerPayment(world, order)
      const headers = { ...world.shop.adminHeaders, ...(key ? { "idempotency-key": key } : {}) }
      return world.shop.http.post(
        `/admin/gateway-payments/${id}/resolve`,
        { version, ...decision },
        { headers },
      )
    }

    describe("POST /store/orders/:id/cancel", () => {
      it.each([
        ["pp_ksher_th", { channel: "truemoney" }],
        ["pp_gnete_hk", {}],
      ])("%s: gives the owner's money back, and answers 200 again", async (provider, channel) => {
        const token = await customer("anna")
        const order = await paidOrder(world, provider, { customerToken: token, ...channel })
        const first = await cancelAs(order.id, token)
        expect([first.status, first.data.order]).toEqual([200, { id: order.id, status: "canceled" }])
        expect((await cancelAs(order.id, token)).status).toBe(200)
        const there = await gatewayBooks(world, order)
        expect(there.returned).toBe(there.taken)
        expect(await books(world, order)).toMatchObject({ refunded: order.cart.total, transactions: 0 })
      })

      it("closes an unpaid link", async () => {
        const token = await customer("anna")
        const order = await unpaidOrder(world, "pp_ksher_first", token)
        expect((await cancelAs(order.id, token)).status).toBe(200)
        await eventually(
          () => gatewayBooks(world, order),
          (book) => book.state === "closed",
        )
      })

      it("answers 401 without a login, 403 to somebody else, 404 for an unknown order, 409 when it is too late", async () => {
        const order = await paidOrder(world, "pp_ksher_th", {
          customerToken: await customer("anna"),
          channel: "truemoney",
        })
        expect((await cancelAs(order.id)).status).toBe(401)
        expect((await cancelAs(order.id, await customer("ben"))).status).toBe(403)
        expect((await cancelAs("order_nowhere", await customer("anna"))).status).toBe(404)
        const { order: row } = await world.shop.admin("get", `/admin/orders/${order.id}`)
        await world.shop.admin("post", `/admin/orders/${order.id}/fulfillments`, {
          items: [{ id: row.items[0].id, quantity: 1 }],
        })
        const late = await cancelAs(order.id, await customer("anna"))
        expect(late.status).toBe(409)
        expect(late.data.message).toMatch(/delivered/)
        expect((await gatewayBooks(world, order)).returned).toBe(0)
      })
    })

    describe("GET /store/gateway-payments/:session_id", () => {
      it("tells a shopper how to pay and what became of it, and nothing else", async () => {
        const cart = await world.shopper.fillCart("thb")
        const session = await world.shopper.choose(cart, "pp_ksher_qr")
        const ask = async () =>
          (await world.shop.tryStore("get", `/store/gateway-payments/${session.id}`)).data.gateway_payment
        const open = await ask()
        expect(Object.keys(open).sort()).toEqual(["action", "expires_at", "returning", "session_id", "state"])
        expect(open).toMatchObject({
          session_id: session.id,
          state: "pending",
          action: { type: "qr", content: expect.any(String) },
        })
        expect(session.data).toEqual({
          gateway: "ksher",
          state: "pending",
          action: open.action,
          expires_at: open.expires_at,
          merchant_order_no: session.id.slice(7),
        })
        await world.sandbox.pay(session.number)
        await world.shopper.complete(cart)
        expect(await ask()).toMatchObject({ state: "paid", action: null })
        expect((await world.shop.tryStore("get", "/store/gateway-payments/payses_nowhere")).status).toBe(404)
      })
    })

    describe("a PromptPay code that is not for this payment", () => {
      const openAs = async (promptPayCode: string) => {
        await world.sandbox.setQuirks({ ksher: { promptPayCode } } as never)
        const cart = await world.shopper.fillCart("thb")
        const answer = await world.shop.tryStore(
          "post",
          `/store/payment-collections/${cart.collectionId}/payment-sessions`,
          { provider_id: "pp_ksher_qr", data: { channel: "promptpay" } },
        )
        await world.sandbox.setQuirks({ ksher: { promptPayCode: "right" } })
        const [book] = (await world.sandbox.books()).slice(-1)
        const { gateway_payments } = await world.shop.admin(
          "get",
          `/admin/gateway-payments?q=${book!.merchantOrderNo}`,
        )
        return { answer, payment: gateway_payments[0] }
      }

      it.each([
        ["wrong_amount", /amount is another/],
        ["wrong_currency", /currency is another/],
        ["wrong_reference", /reference is another/],
        ["wrong_checksum", /checksum is another/],
      ])("%s: it is shown to nobody, the payment is given up, and a person is called", async (as, words) => {
        const { answer, payment } = await openAs(as)
        expect([answer.status, answer.data.code]).toEqual([400, "open_unknown"])
        expect(payment).toMatchObject({
          state: "failed",
          attention_code: "qr_mismatch",
          attention: expect.stringMatching(words),
        })
        const shown = await world.shop.tryStore("get", `/store/gateway-payments/${payment.session_id}`)
        expect(shown.data.gateway_payment.action).toBeNull()
        // The job would close it: what it finds meanwhile does not take the reason away.
        await world.plugin.ledger.payments.wake(payment.id, 0)
        await runJob(world, 60_000)
        const { gateway_payment } = await world.shop.admin("get", `/admin/gateway-payments/${payment.id}`)
        expect(gateway_payment.attention_code).toBe("qr_mismatch")
      })

      it("a layout that nobody knows is shown as it came", async () => {
        const { answer, payment } = await openAs("other_layout")
        expect(answer.status).toBe(200)
        expect(payment).toMatchObject({ state: "pending", attention_code: null })
        const shown = await world.shop.tryStore("get", `/store/gateway-payments/${payment.session_id}`)
        expect(shown.data.gateway_payment.action.content).toMatch(/^00020101021229/)
      })
    })

    describe("/admin/gateway-payments", () => {
      it("lists by order, session, provider, state and number, page by page", async () => {
        const order = await paidOrder(world, "pp_gnete_hk")
        await eventually(
          () => ledgerPayment(world, order),
          (now) => now.orderId === order.id,
        )
        const list = (query: string) => world.shop.admin("get", `/admin/gateway-payments?${query}`)
        for (const query of [
          `order_id=${order.id}`,
          `session_id=${order.session.id}`,
          `q=${order.session.number}`,
        ]) {
          const found = await list(query)
          expect(found).toMatchObject({ count: 1, offset: 0, limit: 50 })
          expect(found.gateway_payments[0]).toMatchObject({
            session_id: order.session.id,
            order_id: order.id,
            provider_id: "pp_gnete_hk",
            gateway: "gnete",
            currency_code: "hkd",
            amount: 88.4,
            paid_amount: 88.4,
            refunded_amount: 0,
            state: "paid",
            settled_by: null,
            attention: null,
            attention_code: null,
            attention_values: null,
            paid_at: expect.stringMatching(/^\d{4}-.*Z$/),
          })
        }
        expect((await list("state=void&provider_id=pp_gnete_hk")).gateway_payments).toEqual([])
        expect((await list("limit=1&offset=1")).gateway_payments).toHaveLength(1)
        const first = await list("limit=1&offset=0")
        const second = await list(`limit=1&cursor=${first.next_cursor}`)
        const back = await list(`limit=1&cursor=${second.previous_cursor}`)
        expect([first.previous_cursor, back.previous_cursor]).toEqual([null, null])
        expect(second.gateway_payments).toEqual((await list("limit=1&offset=1")).gateway_payments)
        expect(back.gateway_payments).toEqual(first.gateway_payments)
        const far = await world.shop.tryAdmin("get", "/admin/gateway-payments?offset=10001")
        expect([far.status, far.data.message]).toEqual([400, expect.stringContaining("next_cursor")])
        expect((await world.shop.tryAdmin("get", "/admin/gateway-payments?state=nonsense")).status).toBe(400)
      })

      it("searches by what a person knows: how a number begins, the order, the amount, the channel, the e-mail", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney", quantity: 3 })
        await eventually(
          () => ledgerPayment(world, order),
          (now) => now.orderId === order.id,
        )
        const found = async (query: string) =>
          (await world.shop.admin("get", `/admin/gateway-payments?limit=200&${query}`)).gateway_payments as {
            session_id: string
            channel: string
            amount: number
          }[]
        const its = (rows: { session_id: string }[]) =>
          rows.filter((one) => one.session_id === order.session.id)
        const { display_id, email } = (
          await world.shop.admin("get", `/admin/orders/${order.id}?fields=display_id,email`)
        ).order
        const [payment] = await found(`order_id=${order.id}`)
        for (const q of [
          order.session.number.slice(0, -1),
          `#${display_id}`,
          `${display_id}`,
          email.toUpperCase(),
          payment!.amount.toFixed(2),
          `THB ${payment!.amount}`,
          "TrueMoney",
          "ทรูมันนี่",
        ])
          expect([q, its(await found(`q=${encodeURIComponent(q)}`)).length]).toEqual([q, 1])
        expect(await found(`q=${encodeURIComponent(`#${display_id}`)}`)).toHaveLength(1)
        expect(await found("q=nobody@shop.example")).toEqual([])
        expect(await found(`q=${encodeURIComponent("%@%")}`)).toEqual([])
        expect(await found(`q=HKD ${payment!.amount}`)).toEqual([])
        // A search narrows what is filtered by beside it.
        expect(await found(`q=TrueMoney&channel=promptpay`)).toEqual([])
        expect(await found(`q=${email}&order_id=order_other`)).toEqual([])
        expect(
          its(await found(`amount=${payment!.amount}&currency_code=THB&channel=truemoney`)),
        ).toHaveLength(1)
        const { created_at } = payment as unknown as { created_at: string }
        expect(its(await found(`created_from=${created_at}`))).toHaveLength(1)
        expect(its(await found(`created_to=${created_at}`))).toEqual([])
        for (const query of ["amount=1e3", "currency_code=th", "created_from=yesterday", "channel="])
          expect([
            query,
            (await world.shop.tryAdmin("get", `/admin/gateway-payments?${query}`)).status,
          ]).toEqual([query, query === "channel=" ? 200 : 400])
      })

      it("hands the filtered list out as a file, in which no cell is a formula", async () => {
        const order = await paidOrder(world, "pp_gnete_hk")
        const { id } = await ledgerPayment(world, order)
        await world.plugin.ledger.payments.update(id, { payNo: null, gatewayNo: "=1+1" })
        const { data, headers } = await world.shop.http.get<string>(
          `${world.shop.url}/admin/gateway-payments/export?session_id=${order.session.id}`,
          { headers: world.shop.adminHeaders, responseType: "text" },
        )
        expect(headers).toMatchObject({
          "content-type": "text/csv; charset=utf-8",
          "content-disposition": `attachment; filename="gateway-payments.csv"`,
          "cache-control": "no-store",
        })
        const { display_id } = (await world.shop.admin("get", `/admin/orders/${order.id}`)).order
        const [head, line, end] = data.replace("\uFEFF", "").split("\r\n")
        expect(head).toMatch(/^created_at,paid_at,order,order_id,/)
        expect(line).toContain(
          `,${display_id},${order.id},pp_gnete_hk,gnete,UP_OP,${order.session.number},'=1+1,hkd,88.40,88.40,0.00,paid,,,`,
        )
        expect(end).toBe("")
        const all = await world.shop.http.get<string>(`${world.shop.url}/admin/gateway-payments/export`, {
          headers: world.shop.adminHeaders,
          responseType: "text",
        })
        const { count } = await world.shop.admin("get", "/admin/gateway-payments?limit=1")
        expect(all.data.trimEnd().split("\r\n")).toHaveLength((count as number) + 1)
        expect(
          (await world.shop.tryAdmin("get", "/admin/gateway-payments/export?state=nonsense")).status,
        ).toBe(400)
        const nobody = await world.shop.http.get(`${world.shop.url}/admin/gateway-payments/export`, {
          validateStatus: () => true,
        })
        expect(nobody.status).toBe(401)
      })

      it("adds up what came in and went back, by day and channel", async () => {
        const hour = 3_600_000
        const range = `from=${new Date(Date.now() - hour).toISOString()}&to=${new Date(Date.now() + 2 * hour).toISOString()}`
        const ofCard = async () => {
          const { totals } = await world.shop.admin(
            "get",
            `/admin/gateway-payments/totals?${range}&time_zone=Asia/Hong_Kong`,
          )
          const those = (
            totals as { channel: string; payments: number; taken: number; returned: number }[]
          ).filter((one) => one.channel === "UP_OP")
          const sum = (name: "payments" | "taken" | "returned") =>
            those.reduce((all, one) => all + Math.round(one[name] * 100), 0) / 100
          return [sum("payments"), sum("taken"), sum("returned")]
        }
        const [payments = 0, taken = 0, returned = 0] = await ofCard()
        const order = await paidOrder(world, "pp_gnete_hk")
        const { payments: held } = await books(world, order)
        await world.shop.admin("post", `/admin/payments/${held[0]!.id}/refund`, { amount: 8.4 })
        await runJob(world)
        expect(await ofCard()).toEqual([
          payments + 1,
          Math.round((taken + 88.4) * 100) / 100,
          Math.round((returned + 8.4) * 100) / 100,
        ])
        for (const query of [
          "",
          range.replace("from=", "x="),
          `${range}&time_zone=Mars/Olympus`,
          `${range}&time_zone=%2B07:00`,
          "from=2026-01-01T00:00:00Z&to=2026-04-10T00:00:00Z",
          "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        ])
          expect([
            query,
            (await world.shop.tryAdmin("get", `/admin/gateway-payments/totals?${query}`)).status,
          ]).toEqual([query, 400])
      })

      it("shows operations and notifications, asks the gateway on demand, and refuses without an admin", async () => {
        const order = await unpaidOrder(world, "pp_gnete_first")
        const { id } = await ledgerPayment(world, order)
        await world.sandbox.pay(order.session.number)
        const { gateway_payment } = await world.shop.admin("post", `/admin/gateway-payments/${id}/sync`)
        expect(gateway_payment).toMatchObject({
          state: "paid",
          operations: [{ kind: "open", state: "succeeded" }],
          notifications: [],
        })
        expect(await books(world, order)).toMatchObject({ captured: 88.4 })
        expect((await world.shop.admin("get", `/admin/gateway-payments/${id}`)).gateway_payment.id).toBe(id)
        expect((await world.shop.tryAdmin("get", "/admin/gateway-payments/gpay_nowhere")).status).toBe(404)
        for (const path of ["", `/${id}`])
          expect((await world.shop.http.get(`/admin/gateway-payments${path}`)).status).toBe(401)
        for (const path of [`/${id}/sync`, `/${id}/resolve`, "/reconcile"])
          expect((await world.shop.http.post(`/admin/gateway-payments${path}`, {})).status).toBe(401)
      })

      it("resolves by hand only what there is to resolve, and with a note", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "promptpay" })
        expect((await decide(order, { action: "dismiss", note: "" })).status).toBe(400)
        expect((await decide(order, { action: "dismiss", note: "nothing is wrong" })).status).toBe(400)
        expect((await decide(order, { action: "explode", note: "x" })).status).toBe(400)
        const tooMuch = { action: "record_refund", amount: 1000, how: "other", note: "too much" }
        expect((await decide(order, tooMuch)).data.message).toMatch(/350\.50 is left/)
        const transfer = { action: "record_refund", amount: 350.5, how: "other", note: "by bank transfer" }
        expect((await decide(order, transfer)).data.gateway_payment).toMatchObject({
          state: "refunded",
          settled_by: "outside",
          refunded_amount: 350.5,
          decisions: [{ action: "record_refund", how: "other", note: "by bank transfer" }],
        })
        expect(await books(world, order)).toMatchObject({ refunded: 350.5, transactions: 0 })
      })

      it.each([
        ["pp_ksher_th", { channel: "truemoney" }],
        ["pp_gnete_hk", {}],
      ])(
        "%s: a decision is carried out once, and is about what the person saw",
        async (provider, channel) => {
          const order = await paidOrder(world, provider, channel)
          const { version } = await viewOf(order)
          const seven = { action: "refund", amount: 7, version, note: "agreed by phone" }
          const three = await Promise.all([1, 2, 3].map(() => decide(order, seven)))
          expect(three.map(({ status }) => status)).toEqual([200, 200, 200])
          expect((await gatewayBooks(world, order)).returned).toBe(700)
          expect(three.map(({ data }) => data)).toEqual(Array(3).fill(three[0]!.data))

          const stale = await decide(order, { ...seven, amount: 8 })
          expect([stale.status, stale.data.code]).toEqual([409, "changed"])
          const nine = { action: "refund", amount: 9, note: "and this" }
          const first = await decide(order, nine, `drawer of ${order.id}`)
          expect(first.data.gateway_payment).toMatchObject({ refunded_amount: 16 })
          expect((await decide(order, nine, `drawer of ${order.id}`)).data).toEqual(first.data)
          const other = await decide(order, { ...nine, amount: 10 }, `drawer of ${order.id}`)
          expect([other.status, other.data.code]).toEqual([409, "key_reused"])

          expect((await gatewayBooks(world, order)).returned).toBe(1600)
          expect((await books(world, order)).refunds.map((one: Answer) => one.amount)).toEqual([7, 9])
          expect((await viewOf(order)).decisions).toMatchObject([
            { action: "refund", amount: 7, idempotency_key: null, answer: "done" },
            { action: "refund", amount: 9, idempotency_key: `drawer of ${order.id}`, answer: "done" },
          ])
        },
      )

      it.each([
        ["pp_ksher_th", "ksher", "order_refund", "refund_query", { channel: "airpay" }],
        ["pp_gnete_hk", "gnete", "refund/refundOrder", "refund/query", {}],
      ] as const)(
        "%s: a refund by hand that is in doubt and asked for again moves the money once",
        async (provider, gateway, refund, query, channel) => {
          const order = await paidOrder(world, provider, channel)
          await world.sandbox.fault({ gateway, call: refund, kind: "reset", when: "after" } as Fault)
          const times = gateway === "ksher" ? 2 : 1
          await world.sandbox.fault({ gateway, call: query, kind: "reset", when: "before", times } as Fault)
          const ten = { action: "refund", amount: 10, note: "agreed" }
          const first = await decide(order, ten)
          expect([first.status, first.data.code]).toEqual([400, "refund_unknown"])
          const again = await decide(order, ten, `again ${order.id}`)
          expect([again.status, again.data.code]).toEqual([409, "changed"])
          await world.shop.admin("post", `/admin/gateway-payments/${(await viewOf(order)).id}/sync`)
          expect((await gatewayBooks(world, order)).returned).toBe(1000)
          expect((await books(world, order)).refunds.map((one: Answer) => one.amount)).toEqual([10])
          expect(await viewOf(order)).toMatchObject({ refunded_amount: 10, attention: null })
        },
      )

      it("what was returned in Ksher's console and recorded by a person counts once", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        await world.sandbox.refundInConsole(order.session.number, 1000)
        const record = { action: "record_refund", amount: 10, how: "console", note: "seen in the console" }
        expect((await decide(order, record)).data.gateway_payment).toMatchObject({ refunded_amount: 10 })
        await world.shop.admin("post", `/admin/gateway-payments/${(await viewOf(order)).id}/sync`)
        expect(await viewOf(order)).toMatchObject({ refunded_amount: 10, attention: null })
        expect((await books(world, order)).refunds.map((one: Answer) => one.amount)).toEqual([10])
      })

      it("a refund in doubt is decided by a person who has looked in the gateway's console", async () => {
        const inDoubt = async (when: "before" | "after") => {
          const order = await paidOrder(world, "pp_ksher_th", { channel: "airpay" })
          const { payments } = await books(world, order)
          await world.sandbox.fault({ gateway: "ksher", call: "order_refund", kind: "timeout", when })
          await world.sandbox.fault({
            gateway: "ksher",
            call: "refund_query",
            kind: "http500",
            when: "before",
            // Asked for the list before the refund is sent, for the refund after, and once more when it is decided.
            times: 3,
          })
          const answer = await world.shop.tryAdmin("post", `/admin/payments/${payments[0]!.id}/refund`, {
            amount: 100,
          })
          expect([answer.status, answer.data.code]).toEqual([400, "refund_unknown"])
          expect(answer.data.message).toMatch(/has not said whether .* Nothing is sent twice/)
          expect((await books(world, order)).refunds).toEqual([])
          const { operations } = await viewOf(order)
          return {
            order,
            operation_id: operations.find((one: Answer) => one.state === "unknown").id as string,
          }
        }
        const went = await inDoubt("after")
        const wrong = { action: "went_through", operation_id: went.operation_id, amount: 50, note: "?" }
        expect((await decide(went.order, wrong)).data.message).toMatch(/leave the amount out/)
        const shown = {
          action: "went_through",
          operation_id: went.operation_id,
          note: "the console shows it",
        }
        expect((await decide(went.order, shown)).status).toBe(200)
        const not = await inDoubt("before")
        const hidden = { action: "did_not", operation_id: not.operation_id, note: "the console does not" }
        expect((await decide(not.order, hidden)).data.gateway_payment).toMatchObject({ refunded_amount: 0 })
        expect((await gatewayBooks(world, not.order)).returned).toBe(0)
        expect((await decide(not.order, { action: "refund", amount: 100, note: "once more" })).status).toBe(
          200,
        )
        for (const { order } of [went, not]) {
          expect(await gatewayBooks(world, order)).toMatchObject({ returned: 10000 })
          expect(await books(world, order)).toMatchObject({ refunded: 100, transactions: 250.5 })
          expect(await ledgerPayment(world, order)).toMatchObject({
            state: "partially_refunded",
            refundedAmount: 10000,
            attention: null,
          })
        }
      })

      it("notes at its start which account each entry has", async () => {
        const facts = await world.plugin.ledger.facts.all()
        const inUse = facts.filter(({ fact }) => fact === "in_use")
        const { gnete, ksher } = world.sandbox
        expect(Object.fromEntries(inUse.map(({ providerId, account }) => [providerId, account]))).toEqual({
          pp_gnete_first: `${gnete.mchNo}/${gnete.appId}`,
          pp_gnete_hk: `${gnete.mchNo}/${gnete.appId}`,
          pp_ksher_first: ksher.appid,
          pp_ksher_qr: ksher.appid,
          pp_ksher_th: ksher.appid,
        })
      })

      it("shows how each provider is configured, and tests its connection without changing anything", async () => {
        const { providers } = await world.shop.admin("get", "/admin/gateway-payments/providers")
        expect(providers.map((one: Answer) => one.id).sort()).toEqual([
          "pp_gnete_first",
          "pp_gnete_hk",
          "pp_ksher_first",
          "pp_ksher_qr",
          "pp_ksher_th",
        ])
        expect(providers.find((one: Answer) => one.id === "pp_ksher_qr")).toMatchObject({
          gateway: "ksher",
          account_hint: world.sandbox.ksher.appid,
          mode: "qr",
          channels: ["airpay", "promptpay"],
          notification_url: expect.stringMatching(/\/hooks\/gateway\/pp_ksher_qr$/),
        })
        const before = (await world.sandbox.books()).length
        const test = (id: string) =>
          world.shop.tryAdmin("post", `/admin/gateway-payments/providers/${id}/check`)
        for (const id of ["pp_ksher_th", "pp_ksher_qr", "pp_gnete_hk"])
          expect((await test(id)).data).toEqual({ ok: true, message: expect.any(String) })
        expect(await world.sandbox.books()).toHaveLength(before)
        await world.sandbox.fault({ gateway: "gnete", call: "pay/query", kind: "http500", when: "before" })
        expect((await test("pp_gnete_hk")).data).toEqual({
          ok: false,
          code: "http_500",
          message: expect.any(String),
        })
        expect((await test("pp_gnete_nowhere")).status).toBe(404)
      })

      it("explains itself on every route while its tables are not there, and quotes nothing of the database", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        const { id, version } = await ledgerPayment(world, order)
        const found = await world.shop.admin(
          "get",
          `/admin/orders/${order.id}?fields=payment_collections.payments.id`,
        )
        const paymentId = found.order.payment_collections[0].payments[0].id as string
        const knex = world.container.resolve(ContainerRegistrationKeys.PG_CONNECTION)
        const tables = ["gateway_payment", "gateway_notification", "gateway_order", "gateway_account_fact"]
        const base = "/admin/gateway-payments"
        const asked: [method: "get" | "post", path: string, body?: object][] = [
          ["get", base],
          ["get", `${base}/${id}`],
          ["get", `${base}/providers`],
          ["post", `${base}/${id}/sync`],
          ["post", `${base}/${id}/resolve`, { action: "refund", amount: 1, version, note: "try" }],
          ["post", `${base}/reconcile`, { dry_run: true }],
          ["post", `/admin/payments/${paymentId}/refund`, { amount: 1 }],
          ["post", `/admin/orders/${order.id}/cancel`],
        ]
        for (const table of tables) await knex.raw(`alter table ${table} rename to ${table}_away`)
        try {
          for (const [method, path, body] of asked) {
            const { status, data } = await world.shop.tryAdmin(method, path, body)
            expect({ path, status, data }).toEqual({
              path,
              status: 503,
              data: { type: "unexpected_state", code: "ledger_not_migrated", message: expect.any(String) },
            })
            expect(data.message).toContain("npx medusa db:migrate")
            expect(data.message).not.toMatch(/select|insert|update|relation|gateway_|payses_/)
          }
        } finally {
          for (const table of tables) await knex.raw(`alter table ${table}_away rename to ${table}`)
        }
        await expectBooks(world, order, 35050)
      })

      it("what the gateway has not confirmed is said of the payment, in the list too, until it is", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "airpay" })
        const { id, version, unconfirmed } = await viewOf(order)
        expect(unconfirmed).toBeNull()
        const fault = { gateway: "ksher", kind: "http500" } as const
        await world.sandbox.fault({ ...fault, call: "order_refund", when: "after" })
        await world.sandbox.fault({ ...fault, call: "refund_query", when: "before", times: 3 })
        const [payment] = (await books(world, order)).payments
        await world.shop.tryAdmin("post", `/admin/payments/${payment!.id}/refund`, { amount: 100 })
        const [listed] = (
          await world.shop.admin("get", `/admin/gateway-payments?session_id=${order.session.id}`)
        ).gateway_payments
        expect([listed.state, listed.unconfirmed, (await viewOf(order)).unconfirmed]).toEqual([
          "paid",
          "refund",
          "refund",
        ])
        const sync = (body: object) => world.shop.tryAdmin("post", `/admin/gateway-payments/${id}/sync`, body)
        const stale = await sync({ version })
        expect([stale.status, stale.data.code]).toEqual([409, "changed"])
        await world.sandbox.clearFaults()
        const { data } = await sync({ only_ask: true })
        expect(data.gateway_payment).toMatchObject({ unconfirmed: null, refunded_amount: 100 })
      })

      it("asking only sends no money back, and says how much is owed, how often it was refused and when it is tried next", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        const { id } = await viewOf(order)
        await world.sandbox.nextRefund({ gateway: "ksher", outcome: "insufficient_balance", times: 4 })
        await world.shop.admin("post", `/admin/orders/${order.id}/cancel`)
        const owed = { amount: 350.5, attempts: 2, most_attempts: 12, next_try_at: expect.any(String) }
        await eventually(
          () => viewOf(order),
          (now) => now.owed?.attempts === 2,
        )
        expect(await viewOf(order)).toMatchObject({ owed })
        const sync = async (body: object) =>
          (await world.shop.admin("post", `/admin/gateway-payments/${id}/sync`, body)).gateway_payment
        expect(await sync({ only_ask: true })).toMatchObject({ state: "paid", owed })
        expect((await gatewayBooks(world, order)).returned).toBe(0)
        const compared = await world.shop.admin("post", "/admin/gateway-payments/reconcile", {
          dry_run: true,
          gateway_payment_ids: [id],
        })
        expect(compared).toMatchObject({
          changes: expect.arrayContaining([
            expect.objectContaining({ gateway_payment_id: id, code: "cancelled_order" }),
          ]),
          payments: [
            {
              id,
              order_id: order.id,
              merchant_order_no: order.session.number,
              gateway: "ksher",
              currency_code: "thb",
              refund_amount: 350.5,
            },
          ],
        })
        expect(await sync({})).toMatchObject({ state: "refunded", owed: null })
        expect((await gatewayBooks(world, order)).returned).toBe(35050)
      })

      it("a refund that a person decides carries that person's id in Medusa", async () => {
        const refunded = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        await decide(refunded, { action: "refund", amount: 7, note: "agreed" })
        const recorded = await paidOrder(world, "pp_ksher_th", { channel: "promptpay" })
        await decide(recorded, { action: "record_refund", amount: 7, how: "other", note: "by transfer" })
        const { user } = await world.shop.admin("get", "/admin/users/me")
        for (const order of [refunded, recorded]) {
          const fields = "*payment_collections.payments.refunds"
          const row = (await world.shop.admin("get", `/admin/orders/${order.id}?fields=${fields}`)).order
          expect(row.payment_collections[0].payments[0].refunds).toMatchObject([
            { amount: 7, created_by: user.id },
          ])
          expect((await viewOf(order)).decisions).toMatchObject([{ decided_by: user.id }])
        }
      })

      it("reconciles: says what it would do, does nothing, then does it", async () => {
        const order = await unpaidOrder(world, "pp_ksher_first")
        await world.sandbox.pay(order.session.number)
        const reconcile = (dry_run: boolean) =>
          world.shop.admin("post", "/admin/gateway-payments/reconcile", { dry_run })
        const { id } = await ledgerPayment(world, order)
        const dry = await reconcile(true)
        expect(dry.changes).toContainEqual({
          gateway_payment_id: id,
          code: "paid_there",
          what: "paid there, unpaid here",
          from: "pending",
          to: "paid",
        })
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "pending" })
        await reconcile(false)
        expect(await ledgerPayment(world, order)).toMatchObject({ state: "paid" })
        expect(
          (await reconcile(true)).changes.filter((change: Answer) => change.gateway_payment_id === id),
        ).toEqual([])
        expect(
          (await world.shop.tryAdmin("post", "/admin/gateway-payments/reconcile", { dry: 1 })).status,
        ).toBe(400)
      })
    })

    describe("bad input is refused in words, and nothing is lost", () => {
      const session = (cart: { collectionId: string }, provider_id: string, data: object = {}) =>
        world.shop.tryStore("post", `/store/payment-collections/${cart.collectionId}/payment-sessions`, {
          provider_id,
          data,
        })

      it("an unknown channel, and everything else a storefront may not decide", async () => {
        const cart = await world.shopper.fillCart("thb")
        const unknown = await session(cart, "pp_ksher_th", { channel: "kplus" })
        expect(unknown.status).toBe(400)
        expect(unknown.data.message).toMatch(/kplus|channel/i)
        const cheeky = await world.shopper.choose(cart, "pp_ksher_th", {
          channel: "truemoney",
          amount: 1,
          state: "paid",
          merchant_order_no: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
          gateway_order_no: "1",
          action: { type: "redirect", url: "https://evil.example" },
        })
        expect(cheeky.data).toMatchObject({ state: "pending", merchant_order_no: cheeky.id.slice(7) })
        expect(cheeky.data.action.url).not.toMatch(/evil/)
        expect(await gatewayBooks(world, { session: cheeky })).toMatchObject({ amount: 35050 })
      })

      it("a currency the gateway does not take", async () => {
        const cart = await world.shopper.fillCart("hkd")
        const region = await world.shop.admin("get", "/admin/regions?limit=50")
        const hk = region.regions.find((one: Answer) => one.currency_code === "hkd")
        await world.shop.admin("post", `/admin/regions/${hk.id}`, {
          payment_providers: ["pp_gnete_hk", "pp_gnete_first", "pp_ksher_th"],
        })
        const refused = await session(cart, "pp_ksher_th")
        expect(refused.status).toBe(400)
        expect(refused.data.message).toMatch(/HKD/i)
      })

      it("a refund over what is left and of nothing; one with a fraction of a cent goes back rounded", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        const { payments } = await books(world, order)
        const refund = (amount: number) =>
          world.shop.tryAdmin("post", `/admin/payments/${payments[0]!.id}/refund`, { amount })
        for (const amount of [350.51, 0, -1])
          expect([amount, (await refund(amount)).status]).toEqual([amount, 400])
        expect((await gatewayBooks(world, order)).refunds).toEqual([])
        expect((await refund(1.005)).status).toBe(200)
        expect((await gatewayBooks(world, order)).returned).toBe(101)
        expect((await refund(349.495)).status).toBe(200)
        expect((await refund(0.01)).status).toBe(400)
        expect((await gatewayBooks(world, order)).returned).toBe(35050)
      })

      it("an unpaid cart is not completed, and can be paid afterwards", async () => {
        const cart = await world.shopper.fillCart("hkd")
        const chosen = await world.shopper.choose(cart, "pp_gnete_hk")
        expect(await world.shopper.complete(cart)).toMatchObject({ status: 400 })
        await world.sandbox.pay(chosen.number)
        expect(await world.shopper.complete(cart)).toMatchObject({ status: 200, orderId: expect.any(String) })
      })
    })

    describe("GET /store/gateway-payments/methods", () => {
      const list = (query: object, headers: Record<string, string> = {}) =>
        world.shop.http.get("/store/gateway-payments/methods", {
          params: query,
          headers: { ...world.shop.storeHeaders(), ...headers },
        })
      const codes = ({ data }: { data: Answer }) =>
        data.methods.map((one: Answer) => `${one.provider_id} ${one.channel}`)

      it("of a cart, its collection and its region: the same list, from one question to Medusa and none to a gateway", async () => {
        const cart = await world.shopper.fillCart("thb")
        const query = world.container.resolve(ContainerRegistrationKeys.QUERY)
        const asked = jest.spyOn(query, "graph")
        const calls = (await world.sandbox.calls()).length
        const { id: region_id } = world.seeded.regions.thb!
        const lists = [
          await list({ cart_id: cart.id }),
          await list({ payment_collection_id: cart.collectionId }),
          await list({ region_id, currency: "THB", amount: String(cart.total) }),
          await list({ region_id, currency_code: "thb", amount: String(cart.total) }),
        ]
        // Medusa looks the publishable key up in the same way.
        const entities: string[] = asked.mock.calls.map(([{ entity }]) => entity)
        asked.mockRestore()
        expect(entities.filter((entity) => entity !== "api_key")).toEqual([
          "cart",
          "payment_collection",
          "region",
          "region",
        ])
        expect(await world.sandbox.calls()).toHaveLength(calls)
        for (const one of lists) expect([one.status, one.data]).toEqual([200, lists[0]!.data])
        expect(codes(lists[0]!)).toEqual([
          "pp_ksher_qr promptpay",
          "pp_ksher_th promptpay",
          "pp_ksher_first truemoney",
          "pp_ksher_qr airpay",
          "pp_ksher_th truemoney",
          "pp_ksher_th airpay",
          "pp_ksher_th alipay",
          "pp_ksher_th card",
        ])
        expect(lists[0]!.data.methods[1]).toEqual({
          provider_id: "pp_ksher_th",
          channel: "promptpay",
          kind: "qr",
          name: { en: "PromptPay", th: "พร้อมเพย์", "zh-CN": "PromptPay", "zh-TW": "PromptPay" },
          available: true,
          reason: null,
          minimum: 1,
          maximum: null,
          refunds: "none",
          device: "any",
          instalments: null,
        })
      })

      it("of an order's collection, and of a cart in Hong Kong; whatever is listed opens as it is listed", async () => {
        const order = await unpaidOrder(world, "pp_gnete_first")
        const ofOrder = await list({ payment_collection_id: order.cart.collectionId })
        expect(codes(ofOrder)).toContain("pp_gnete_first UP_OP")
        const cart = await world.shopper.fillCart("hkd")
        // Another test offers an entry of Ksher here, which takes no Hong Kong dollars.
        const all: Answer[] = (await list({ cart_id: cart.id })).data.methods
        const methods = all.filter((one) => one.available)
        expect(methods).toHaveLength(4)
        for (const { provider_id, channel } of methods) {
          const session = await world.shopper.choose(cart, provider_id, { channel })
          expect([channel, session.data.state]).toEqual([channel, "pending"])
          expect((await gatewayBooks(world, { session })).channel).toBe(channel)
        }
      })

      it("what the account lost, or takes less of, is not available; that only advises, and refuses nothing", async () => {
        const { appid } = world.sandbox.ksher
        const all = ["promptpay", "truemoney", "card", "airpay", "alipay"]
        const test = () => world.shop.admin("post", "/admin/gateway-payments/providers/pp_ksher_th/check")
        const cart = await world.shopper.fillCart("thb")
        const reasons = async () =>
          Object.fromEntries(
            (await list({ cart_id: cart.id })).data.methods
              .filter((one: Answer) => one.provider_id === "pp_ksher_th" && !one.available)
              .map(({ channel, reason, maximum }: Answer) => [channel, [reason, maximum]]),
          )
        await world.sandbox.changeKsherMerchant(appid, {
          channels: all.filter((channel) => channel !== "truemoney"),
          limits: { card: { order: 10_000 } },
          allowPartialRefund: false,
        })
        await test()
        expect(await reasons()).toEqual({
          truemoney: ["not_on_account", null],
          card: ["above_limit", 100],
        })
        const { providers } = await world.shop.admin("get", "/admin/gateway-payments/providers")
        const { account } = providers.find((one: Answer) => one.id === "pp_ksher_th")
        expect(account).toMatchObject({
          read_at: expect.stringMatching(/^\d{4}-.*Z$/),
          type: "test",
          partial_refunds: false,
          missing_channels: ["truemoney"],
          notices: [expect.objectContaining({ code: "channels_missing" })],
        })
        expect(JSON.stringify(providers)).not.toContain("PRIVATE")
        const session = await world.shopper.choose(cart, "pp_ksher_th", { channel: "card" })
        expect(session.data.state).toBe("pending")

        await world.sandbox.changeKsherMerchant(appid, {
          channels: all,
          limits: {},
          allowPartialRefund: true,
        })
        await test()
        expect(await reasons()).toEqual({})
      })

      it("is sorted for the device of the browser, or the one that is named", async () => {
        const { id: region_id } = world.seeded.regions.hkd!
        const ask = (device: string | undefined, headers: Record<string, string>) =>
          list({ region_id, currency: "hkd", amount: "100", device }, headers)
        const iPhone = { "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)" }
        const onDesktop = codes(await ask(undefined, { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" }))
        const onPhone = codes(await ask(undefined, iPhone))
        expect(onDesktop[0]).toBe("pp_gnete_first WX_QR")
        expect(onPhone[0]).toBe("pp_gnete_first UP_OP")
        expect(codes(await ask("desktop", iPhone))).toEqual(onDesktop)
        expect(codes(await ask(undefined, { "sec-ch-ua-mobile": "?1" }))).toEqual(onPhone)
      })

      it.each([
        ["nothing", {}],
        ["two of the three", { cart_id: "cart_1", region_id: "reg_1", currency: "thb", amount: "1" }],
        ["a region without an amount", { region_id: "reg_1", currency: "thb" }],
        ["a region without a currency", { region_id: "reg_1", amount: "1" }],
        ["an amount that is none", { region_id: "reg_1", currency: "thb", amount: "-1" }],
        ["another device", { cart_id: "cart_1", device: "watch" }],
        ["an id that is none", { cart_id: "cart_1\0" }],
        ["a list of ids", { cart_id: ["cart_1", "cart_2"] }],
      ])("%s is refused with 400", async (_name, query) => {
        const answer = await list(query)
        expect([answer.status, answer.data.code]).toEqual([400, "request_invalid"])
      })

      it.each([
        { cart_id: "cart_nowhere" },
        { payment_collection_id: "pay_col_nowhere" },
        { region_id: "reg_nowhere", currency: "thb", amount: "1" },
      ])("what is not there is answered with 404: %p", async (query) => {
        expect((await list(query)).status).toBe(404)
      })

      it.each([
        ["pp_ksher_th", { channel: "kplus" }, "channel_unknown"],
        ["pp_gnete_hk", { channel: "ALI_H5" }, "channel_unknown"],
        ["pp_gnete_hk", { way_code: "UP_OP", channel: "ALI_H5" }, undefined],
      ])("%s %p: a wrong choice has a code of its own", async (provider_id, data, code) => {
        const cart = await world.shopper.fillCart(provider_id.includes("gnete") ? "hkd" : "thb")
        const path = `/store/payment-collections/${cart.collectionId}/payment-sessions`
        expect((await world.shop.tryStore("post", path, { provider_id, data })).data.code).toBe(code)
      })
    })
  },
  { plugin: { storefrontCancel: { enabled: true, withinMinutes: 60 } } },
)
