import http from "node:http"
import { gzipSync } from "node:zlib"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

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
} from "../world"

inRealMedusa((world) => {
  afterEach(() => backToThePresent())

  interface Raw {
    body?: string | Buffer
    headers?: Record<string, string>
    method?: string
  }
  /** A request whose path and headers no client has tidied up. */
  const send = (path: string, { body = "", headers = {}, method = "POST" }: Raw = {}) =>
    new Promise<{ status: number; data: string }>((resolve, reject) => {
      const { hostname, port } = new URL(world.shop.url)
      const request = http.request({ hostname, port, path, method, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on("data", (chunk: Buffer) => chunks.push(chunk))
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, data: Buffer.concat(chunks).toString("utf8") }),
        )
      })
      request.on("error", reject)
      request.end(body)
    })
  const atThePage = async (provider: string, data: Record<string, unknown> = {}) => {
    const cart = await world.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
    return { cart, session: await world.shopper.choose(cart, provider, data) }
  }
  const rejected = async (provider: string): Promise<number> => {
    const knex = world.container.resolve<{
      raw(sql: string, bindings: unknown[]): Promise<{ rows: { n: string }[] }>
    }>(ContainerRegistrationKeys.PG_CONNECTION)
    const { rows } = await knex.raw(
      "select count(*) as n from gateway_notification where provider_id = ? and not verified",
      [provider],
    )
    return Number(rows[0]?.n)
  }
  const heardOf = async (order: { session: { id: string } }) =>
    world.plugin.ledger.notifications.ofPayment((await ledgerPayment(world, order)).id)

  describe("the path and headers of a notification", () => {
    it.each([
      "/hooks/gateway/pp_ksher_th/",
      "/HOOKS/Gateway/pp_ksher_th",
      "/hooks/gateway/ksher%5Fth?a=1&a=2",
    ])("%s is read by this plugin and by no parser of Medusa's", async (path) => {
      const { session } = await atThePage("pp_ksher_th")
      const { body } = await world.sandbox.craftNotification(session.number)
      const answer = await send(path, { body, headers: { "content-type": "application/json" } })
      expect(answer).toEqual({ status: 200, data: '{"result":"SUCCESS","msg":"OK"}' })
    })

    it.each([
      "pp_ksher_th%2f..",
      "pp_ksher_th%00",
      "pp_ksher_th%0a",
      "pp_ksher_th;x=1",
      "..%2fpp_ksher_th",
      "__proto__",
      "constructor",
      "pp_ksher___proto__",
      "%E0%B8%81",
      "pp_system_default",
    ])("a provider called %s is none", async (id) => {
      const answer = await send(`/hooks/gateway/${id}`, { body: "x" })
      expect(answer).toEqual({ status: 404, data: '{"result":"FAIL","msg":"unknown provider"}' })
    })

    it("packed, or in another charset by name only, a body is what its bytes are", async () => {
      const { session } = await atThePage("pp_gnete_hk")
      const { body } = await world.sandbox.craftNotification(session.number)
      const form = "application/x-www-form-urlencoded"
      const tried: Raw[] = [
        { body: gzipSync(body), headers: { "content-type": form, "content-encoding": "gzip" } },
        { body, headers: { "content-type": form, "content-encoding": "gzip" } },
        { body: Buffer.from(body, "utf16le"), headers: { "content-type": `${form};charset=utf-16` } },
        { body, headers: { "content-type": `${form};charset=utf-16le` } },
        { body, headers: { "content-type": "x".repeat(8_000) } },
        { body, headers: { "transfer-encoding": "chunked", "content-type": "application/json" } },
        { body, headers: { "x-http-method-override": "DELETE", "content-type": "multipart/mixed" } },
      ]
      const statuses: number[] = []
      for (const one of tried) statuses.push((await send("/hooks/gateway/pp_gnete_hk", one)).status)
      expect(statuses).toEqual([400, 200, 400, 200, 200, 400, 200])
    })

    it.each([16_384, 16_385, 1_000_000])("a body of %i bytes", async (length) => {
      const answer = await send("/hooks/gateway/pp_ksher_th", { body: Buffer.alloc(length, "x") }).catch(
        // The connection is cut while the rest is still being sent.
        () => ({ status: 413, data: "" }),
      )
      expect(answer.status).toBe(length > 16_384 ? 413 : 400)
    })
  })

  describe("gnete: one parameter in two places", () => {
    it("what is signed is what is read", async () => {
      const [own, victim] = [await atThePage("pp_gnete_hk"), await atThePage("pp_gnete_hk")]
      const { body } = await world.sandbox.craftNotification(own.session.number)
      const other = `mchOrderNo=${victim.session.number}`
      const headers = { "content-type": "application/x-www-form-urlencoded" }
      const path = "/hooks/gateway/pp_gnete_hk"
      const answers = [
        await send(`${path}?${other}`, { body, headers }),
        await send(path, { body: `${body}&${other}`, headers }),
        await send(path, { body: `${other}&${body}`, headers }),
        await send(path, { body: `${body}&mchOrderNo[]=${victim.session.number}`, headers }),
        await send(`${path}?${body}`, { body: other, headers }),
        await send(`${path}?${body}&${other}`, { headers }),
        await send(`${path}?${body}`, { body: "  ", headers }),
        await send(path, { body: body.replace("mchOrderNo=", "MCHORDERNO="), headers }),
        await send(path, { body: `${body}&Sign=0`, headers }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 401, 400, 400, 200, 400, 401])
      expect((await heardOf(victim)).filter((one) => one.verified)).toEqual([])
    })
  })

  describe("odd questions of an admin", () => {
    it.each([
      "limit=-1",
      "limit=0",
      "limit=201",
      "limit=1e9",
      "limit=ten",
      "limit[]=1&limit[]=2",
      "offset=-1",
      "offset=1e308",
      "offset=0.5",
      "offset=10001",
      "offset=9007199254740991",
      "cursor=",
      "cursor=1",
      "cursor=YWZ0ZXI6Z3BheV8x%20",
      "cursor[]=YWZ0ZXI6Z3BheV8x",
      "cursor=YWZ0ZXI6b3JkZXJfMQ",
      "cursor=YWZ0ZXI6Z3BheV8x&offset=1",
      "order=",
      "order=amount",
      "order=created_at;drop table gateway_payment",
      "order[]=created_at",
      "state=paid,void",
      "state[$ne]=paid",
      "attention=yes",
      "q[$like]=%25",
      "order_id[]=1",
      "session_id[$ne]=1",
      "gateway=stripe",
      `q=${"x".repeat(129)}`,
      "q=%00",
      "order_id=%00",
      "session_id=a%00b",
      "provider_id=%00",
    ])("GET /admin/gateway-payments?%s: 400", async (query) => {
      const answer = await world.shop.tryAdmin("get", `/admin/gateway-payments?${query}`)
      expect([answer.status, answer.data.type]).toEqual([400, "invalid_data"])
    })

    it.each([
      "offset=10000",
      "cursor=YWZ0ZXI6Z3BheV8x",
      "q=%E0%B8%81%F0%9F%92%A9",
      "q=%ff",
      "q=' or 1=1 --",
      "q=%25",
      "q=",
      "__proto__[state]=paid",
      "constructor[prototype][limit]=1",
      "fields=%2Bsecret&expand=*",
      "state[]=paid&state[]=void",
    ])("GET /admin/gateway-payments?%s: finds what is there", async (query) => {
      const answer = await world.shop.tryAdmin("get", `/admin/gateway-payments?${query}`)
      expect(answer.status).toBe(200)
    })

    it("a decision that is none changes nothing", async () => {
      const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
      const { id, version } = await ledgerPayment(world, order)
      const note = "n"
      const tried: unknown[] = [
        { action: "refund", note: "a\u0000b" },
        { action: "refund", note: "   " },
        { action: "refund", note: "x".repeat(1001) },
        { action: "refund", amount: -1, note },
        { action: "refund", amount: "1e2", note },
        { action: "refund", amount: 1e21, note },
        { action: "refund", amount: "0x10", note },
        { action: "refund", amount: "01,00", note },
        { action: "refund", amount: 0, note },
        { action: "refund", amount: "0.001", note },
        { action: "refund", amount: [1], note },
        { action: "refund", amount: "999999999999999", note },
        { action: "refund", amount: 350.51, note },
        { action: "record_refund", amount: 351, note },
        { action: "record_refund", amount: 1, how: "gift", note },
        { action: "record_refund", amount: 1, refund_id: "ref_1", note },
        { action: "record_refund", amount: 1, refund_id: "a\u0000b", note },
        { action: "refund", how: "other", note },
        { action: "refund", operation_id: "gpop_1", note },
        { action: "went_through", note },
        { action: "did_not", operation_id: "' or 1=1 --", note },
        { action: "dismiss", note },
        { action: "refund", note, version: undefined },
        { action: "refund", note, version: 0 },
        { action: "refund", note, version: "1" },
        { action: "refund", note, version: 1.5 },
        { action: "refund", note, version: 1e21 },
        { action: ["refund"], note },
        { action: "capture", note },
        { action: "refund", note, paid_amount: 1 },
        { action: "refund", note: { toString: 1 } },
        [],
      ]
      for (const body of tried) {
        const answer = await world.shop.tryAdmin(
          "post",
          `/admin/gateway-payments/${id}/resolve`,
          Array.isArray(body) ? body : { version, ...(body as object) },
        )
        expect([body, answer.status]).toEqual([body, 400])
      }
      for (const body of [{ dry_run: "yes" }, { dry_run: true, limit: 1 }, [true]])
        expect((await world.shop.tryAdmin("post", "/admin/gateway-payments/reconcile", body)).status).toBe(
          400,
        )
      await expectBooks(world, order, 35050)
    })

    it("ids that are none are unknown, whatever is in them", async () => {
      for (const id of ["%00", "..%2f..", "%F0%9F%92%A9", "__proto__", "'", "a".repeat(5_000)]) {
        const headers = world.shop.adminHeaders
        for (const [method, path] of [
          ["GET", `/admin/gateway-payments/${id}`],
          ["POST", `/admin/gateway-payments/${id}/sync`],
          ["POST", `/admin/gateway-payments/providers/${id}/test`],
        ] as const) {
          const answer = await send(path, { method, headers })
          expect([path, answer.status]).toEqual([path, 404])
        }
        const shopper = await send(`/store/gateway-payments/${id}`, {
          method: "GET",
          headers: world.shop.storeHeaders(),
        })
        expect([id, shopper.status]).toEqual([id, 404])
      }
    })
  })

  describe("a shopper who knows another one's payment", () => {
    it("even with its link, cannot have the money of an order given back", async () => {
      const victim = await atThePage("pp_ksher_th")
      const { action } = victim.session.data
      await world.sandbox.pay(victim.session.number, { channel: "truemoney" })
      const { orderId } = await world.shopper.complete(victim.cart)
      expect(orderId).toBeDefined()
      const provider = world.plugin.provider("pp_ksher_th")!
      await provider.deletePayment({ data: { merchant_order_no: victim.session.number, action } })
      await runJob(world, 10_000)
      await runJob(world, 10 * 60_000)
      await expectBooks(world, { ...victim, id: orderId! }, 35050)
      expect(await ledgerPayment(world, victim)).toMatchObject({ state: "paid", unwanted: null })
    })

    it("nor before Medusa has told the ledger of the capture", async () => {
      const victim = await unpaidOrder(world, "pp_ksher_first")
      const { action } = victim.session.data
      await world.sandbox.pay(victim.session.number)
      const provider = world.plugin.provider("pp_ksher_first")!
      await provider.deletePayment({ data: { merchant_order_no: victim.session.number, action } })
      // What Medusa does not take at the first try it is told again.
      for (const later of [10_000, 10 * 60_000, 10 * 60_000]) await runJob(world, later)
      await expectBooks(world, victim, 35050)
    })
  })

  describe("gnete: a refund's message about somebody else's payment", () => {
    it("books nothing on either", async () => {
      const [own, victim] = [await paidOrder(world, "pp_gnete_hk"), await paidOrder(world, "pp_gnete_hk")]
      const { payments } = await books(world, own)
      await world.shop.admin("post", `/admin/payments/${payments[0]!.id}/refund`, { amount: 20 })
      const { gatewayOrderNo } = await gatewayBooks(world, victim)
      const crafted = await world.sandbox.craftNotification(
        own.session.number,
        { payOrderId: gatewayOrderNo },
        "refund",
      )
      await send("/hooks/gateway/pp_gnete_hk", {
        body: crafted.body,
        headers: { "content-type": crafted.contentType },
      })
      const heard = await eventually(
        () => heardOf(victim),
        (all) => all.length === 1 && all[0]?.result !== "received",
      )
      expect(heard[0]).toMatchObject({ about: "refund", verified: true })
      await runJob(world, 10 * 60_000)
      await expectBooks(world, victim, 8840)
      await expectBooks(world, own, 6840)
      expect(await ledgerPayment(world, victim)).toMatchObject({ state: "paid", refundedAmount: 0 })
    })
  })

  describe("a flood while shoppers pay", () => {
    it("of 400 forged ones at once: bounded rows, and the genuine one in the midst is acted on", async () => {
      const order = await atThePage("pp_gnete_first")
      await world.sandbox.pay(order.session.number)
      const { body, contentType } = await world.sandbox.craftNotification(order.session.number)
      const headers = { "content-type": contentType }
      const path = "/hooks/gateway/pp_gnete_first"
      const forged = (n: number) =>
        body.replace(/sign=[0-9A-F]{8}/, `sign=${n.toString(16).padStart(8, "0")}`)
      const flood = Array.from({ length: 400 }, (_, n) => send(path, { body: forged(n), headers }))
      const genuine = send(path, { body, headers })
      expect((await genuine).status).toBe(200)
      const statuses = new Set((await Promise.all(flood)).map(({ status }) => status))
      expect([...statuses]).toEqual([401])
      const stored = await rejected("pp_gnete_first")
      // What one process takes in at once counts each other; 64 at most are written beside a statement that hangs.
      expect(stored).toBeGreaterThanOrEqual(200)
      expect(stored).toBeLessThanOrEqual(264)
      for (let n = 400; n < 450; n++)
        expect((await send(path, { body: forged(n), headers })).status).toBe(401)
      expect(await rejected("pp_gnete_first")).toBe(stored)
      await eventually(
        () => ledgerPayment(world, order),
        (now) => now.state === "paid",
      )
    })
  })

  describe("what a storefront sends as session data", () => {
    it.each([
      { channel: ["truemoney"] },
      { channel: { toString: "truemoney" } },
      { channel: "truemoney,promptpay" },
      { channel: "TRUEMONEY" },
      { channel: "__proto__" },
      { channel: 1 },
      { channel: "" },
    ])("%j is refused in words", async (data) => {
      const cart = await world.shopper.fillCart("thb")
      const answer = await world.shop.tryStore(
        "post",
        `/store/payment-collections/${cart.collectionId}/payment-sessions`,
        { provider_id: "pp_ksher_th", data },
      )
      expect([answer.status, answer.data.message]).toEqual([
        400,
        expect.stringMatching(/Choose one of these/),
      ])
    })
  })
})
