import { createSign, generateKeyPairSync } from "node:crypto"
import axios from "axios"
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
  standardEntries,
  unpaidOrder,
  type World,
} from "../world"
import type { PlacedOrder } from "../../../demo/shop"
import { Exporter } from "../../support/exporter"
import { found, secretsOf } from "../../support/secrets"

const pem = { type: "spki", format: "pem" } as const
const newKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
const oneKeyOnly = {
  gateway: "ksher" as const,
  id: "newkey",
  options: { publicKeys: [newKey.publicKey.export(pem).toString()] },
}

interface Message {
  body: string | Buffer
  contentType?: string | undefined
}

inRealMedusa(
  (world) => {
    afterEach(() => backToThePresent())

    const post = (provider: string, { body, contentType }: Message, query = "") =>
      axios.post<string>(`${world.shop.url}/hooks/gateway/${provider}${query}`, body, {
        headers: { "content-type": contentType ?? false },
        responseType: "text",
        transformResponse: [(answer: unknown) => answer],
        validateStatus: () => true,
      })
    const atThePage = async (provider: string, data: Record<string, unknown> = {}) => {
      const cart = await world.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
      return { cart, session: await world.shopper.choose(cart, provider, data) }
    }
    const heardOf = async (order: { session: { id: string } }) =>
      world.plugin.ledger.notifications.ofPayment((await ledgerPayment(world, order)).id)
    const settled = (order: { session: { id: string } }, count: number) =>
      eventually(
        () => heardOf(order),
        (all) => all.length === count && all.every((one) => one.result !== "received"),
      )
    const table = async (sql: string, bindings: unknown[] = []) => {
      const knex = world.container.resolve<{
        raw(sql: string, bindings: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
      }>(ContainerRegistrationKeys.PG_CONNECTION)
      return (await knex.raw(sql, bindings)).rows
    }

    describe("a forged notification books nothing", () => {
      it("ksher: bytes moved between fields keep the signature, and change nothing", async () => {
        const { session } = await atThePage("pp_ksher_th")
        const { body, contentType } = await world.sandbox.craftNotification(session.number, { attach: "" })
        const { data, ...envelope } = JSON.parse(body) as { data: Record<string, string | number> }
        const { cash_fee: cashFee, nonce_str: nonce, rate, ...rest } = data
        const moved = [
          // attach= + cash_fee=… is attach=cash_fee=…
          { ...rest, attach: `cash_fee=${cashFee}`, nonce_str: nonce, rate },
          { ...rest, cash_fee: cashFee, mch_order_no: `${data.mch_order_no}nonce_str=${nonce}`, rate },
          { ...data, total_fee: String(data.total_fee) },
        ]
        for (const forged of moved) {
          const answer = await post("pp_ksher_th", {
            body: JSON.stringify({ ...envelope, data: forged }),
            contentType,
          })
          expect(answer.status).toBe(200)
        }
        const heard = await settled({ session }, 2)
        expect(heard.map((one) => [one.verified, one.result])).toEqual([
          [true, "failed"],
          [true, "failed"],
        ])
        for (const one of heard) expect(one.message).toMatch(/the gateway's query does not/)
        expect(await ledgerPayment(world, { session })).toMatchObject({ state: "pending", paidAmount: 0 })
        const [stranger] = await table(
          "select verified, result, message from gateway_notification where order_no like ?",
          [`${session.number}nonce%`],
        )
        expect(stranger).toEqual({
          verified: true,
          result: "ignored",
          message: "It names no payment of this shop.",
        })
      })

      it.each(["pp_ksher_th", "pp_gnete_hk"])(
        "%s: the message of a paid order, turned to another session, changes neither",
        async (provider) => {
          const paid = await paidOrder(world, provider)
          const other = await atThePage(provider)
          const number = provider.includes("ksher") ? "mch_order_no" : "mchOrderNo"
          const crafted = await world.sandbox.craftNotification(paid.session.number, {
            [number]: other.session.number,
          })
          expect((await post(provider, crafted)).status).toBe(200)
          const [heard] = await settled(other, 1)
          expect(heard).toMatchObject({ verified: true, result: "failed" })
          expect(heard?.message).toMatch(/Nothing was booked/)
          expect(await ledgerPayment(world, other)).toMatchObject({ state: "pending", paidAmount: 0 })
          expect(await world.shopper.complete(other.cart)).not.toHaveProperty("orderId")
          await expectBooks(world, paid, Math.round(paid.cart.total * 100))
        },
      )

      it("gnete: a reversal that names somebody else's payment reverses nothing", async () => {
        const victim = await paidOrder(world, "pp_gnete_hk")
        const own = await paidOrder(world, "pp_gnete_hk")
        await world.shop.admin("post", `/admin/orders/${own.id}/cancel`)
        const { gatewayOrderNo } = await gatewayBooks(world, victim)
        const crafted = await world.sandbox.craftNotification(
          own.session.number,
          { payOrderId: gatewayOrderNo },
          "cancel",
        )
        expect((await post("pp_gnete_hk", crafted)).status).toBe(200)
        expect(await settled(victim, 1)).toMatchObject([{ about: "cancel", verified: true, result: "acted" }])
        expect(await ledgerPayment(world, victim)).toMatchObject({ state: "paid", refundedAmount: 0 })
        await expectBooks(world, victim, 8840)
      })

      it("ksher: where one key is configured, the other version's signature is none", async () => {
        const { session } = await atThePage("pp_ksher_th")
        const old = await world.sandbox.craftNotification(session.number)
        expect((await post("pp_ksher_newkey", old)).status).toBe(401)
        expect(
          await table(
            "select verified, code, reason, result from gateway_notification where provider_id = 'pp_ksher_newkey'",
          ),
        ).toEqual([
          {
            verified: false,
            code: "bad_signature",
            reason: "the signature is not Ksher's",
            result: "ignored",
          },
        ])
        const {
          data,
          sign: _,
          ...envelope
        } = JSON.parse(old.body) as { data: Record<string, string | number>; sign: string }
        const text = Object.keys(data)
          .sort()
          .map((name) => `${name}=${data[name]}`)
          .join("")
        const sign = createSign("RSA-MD5").update(text).sign(newKey.privateKey, "hex")
        const signed = { body: JSON.stringify({ ...envelope, data, sign }), contentType: "text/plain" }
        expect((await post("pp_ksher_newkey", signed)).status).toBe(200)
        // Each provider entry knows its own payments only.
        expect(await heardOf({ session })).toEqual([])
      })

      it("one gateway's message at the other's address is refused", async () => {
        const [ksher, gnete] = [await atThePage("pp_ksher_th"), await atThePage("pp_gnete_hk")]
        const swapped = [
          await post("pp_gnete_hk", await world.sandbox.craftNotification(ksher.session.number)),
          await post("pp_ksher_th", await world.sandbox.craftNotification(gnete.session.number)),
        ]
        expect(swapped.map(({ status }) => status)).toEqual([400, 400])
      })

      it.each([
        ["another amount", { amount: 100 }],
        ["another currency", { currency: "JPY" }],
      ])("money that really came in, as %s, is under attention", async (_, paid) => {
        for (const provider of ["pp_ksher_th", "pp_gnete_hk"]) {
          const { session } = await atThePage(provider)
          await world.sandbox.pay(session.number, paid)
          await world.sandbox.resendNotification(session.number)
          const payment = await eventually(
            () => ledgerPayment(world, { session }),
            (now) => now.attention !== null,
          )
          expect(payment).toMatchObject({ attentionCode: "amount_mismatch", state: "pending", paidAmount: 0 })
          const [heard] = await settled({ session }, 1)
          // The query says what the message says, and a person is told: a second reason would take the place of the first.
          expect(heard).toMatchObject({ verified: true, result: "acted", message: null })
          expect(await ledgerPayment(world, { session })).toMatchObject({
            ...{ attentionCode: "amount_mismatch", state: "pending", paidAmount: 0 },
          })
        }
      })
    })

    describe("a flood", () => {
      const count = async (provider: string, verified: boolean) =>
        Number(
          (
            await table(
              "select count(*) as n from gateway_notification where provider_id = ? and verified = ?",
              [provider, verified],
            )
          )[0]?.n,
        )

      it("of forged ones stores 200 an hour, and a genuine one is taken in the middle of it", async () => {
        const order = await atThePage("pp_ksher_first")
        const genuine = await world.sandbox.craftNotification(order.session.number)
        const forged = (n: number) =>
          genuine.body.replace(/"sign":"[0-9a-f]{8}/, `"sign":"${n.toString(16).padStart(8, "0")}`)
        const statuses = new Set<number>()
        for (let n = 0; n < 230; n++)
          statuses.add((await post("pp_ksher_first", { ...genuine, body: forged(n) })).status)
        expect([...statuses]).toEqual([401])
        expect(await count("pp_ksher_first", false)).toBe(200)

        await world.sandbox.pay(order.session.number)
        expect(await world.sandbox.resendNotification(order.session.number)).toMatchObject({
          status: 200,
          acknowledged: true,
        })
        await eventually(
          () => ledgerPayment(world, order),
          (now) => now.state === "paid",
        )
        expect((await post("pp_ksher_first", { ...genuine, body: forged(999) })).status).toBe(401)
        expect(await count("pp_ksher_first", false)).toBe(200)
      })

      it.each(["pp_ksher_th", "pp_gnete_hk"] as const)(
        "of one genuine message of %s in other forms is one row, and one query at the most",
        async (provider) => {
          const isGnete = provider === "pp_gnete_hk"
          const order = await paidOrder(world, provider, isGnete ? {} : { channel: "truemoney" })
          const { body, contentType } = await world.sandbox.craftNotification(order.session.number)
          const call = isGnete ? "pay/query" : "gateway_order_query"
          const asked = async () =>
            (await world.sandbox.calls({ call, orderNo: order.session.number })).length
          const heard = (await heardOf(order)).length
          const before = await asked()
          const statuses: number[] = []
          for (let n = 0; n < 70; n++) {
            const replayed = isGnete ? `${body}&n${n}=` : body.replace('"msg":"', `"msg":"${n} `)
            statuses.push((await post(provider, { body: replayed, contentType }, `?n=${n}`)).status)
          }
          expect(new Set(statuses)).toEqual(new Set([200]))
          const now = await eventually(
            () => heardOf(order),
            (all) => all.every((one) => one.result !== "received"),
          )
          expect(now.length - heard).toBeLessThanOrEqual(1)
          expect(Math.max(...now.map(({ deliveries }) => deliveries))).toBeGreaterThanOrEqual(70)
          expect((await asked()) - before).toBeLessThanOrEqual(1)
          await expectBooks(world, order, isGnete ? 8840 : 35050)
        },
      )
    })

    describe("a hostile body is refused in the gateway's words, and nothing breaks", () => {
      const digits = "9".repeat(16_000)
      const bodies: [string, Buffer][] = [
        ["nothing", Buffer.alloc(0)],
        ["a NUL", Buffer.from([0])],
        ["invalid UTF-8", Buffer.from([0xff, 0xfe, 0x7b])],
        ["GBK", Buffer.from([0xb6, 0xa9, 0xb5, 0xa5, 0xba, 0xc5])],
        ["deep JSON", Buffer.from('{"a":'.repeat(3_000))],
        ["deep lists", Buffer.from("[".repeat(16_000))],
        ["a name twice", Buffer.from('{"code":0,"code":0,"data":{},"sign":""}')],
        [
          "__proto__",
          Buffer.from('{"__proto__":{"polluted":1},"code":0,"data":{"__proto__":{}},"sign":"00"}'),
        ],
        ["lists for strings", Buffer.from("mchNo[]=1&appId[]=2&state[]=2&sign[]=3")],
        ["a field twice", Buffer.from("mchNo=1&mchNo=2&sign=3")],
        ["sixteen thousand digits", Buffer.from(`{"code":0,"data":{"total_fee":${digits}},"sign":"00"}`)],
        ["a lone surrogate", Buffer.from('{"code":0,"data":{"mch_order_no":"\\ud800"},"sign":"00"}')],
        ["numbers that are none", Buffer.from('{"code":01,"data":{"total_fee":1e2},"sign":"00"}')],
        ["16 KB of ampersands", Buffer.from("&".repeat(16_384))],
      ]
      it.each(bodies)("%s", async (_, body) => {
        for (const provider of ["pp_ksher_th", "pp_gnete_hk"])
          for (const contentType of [
            undefined,
            "application/json",
            "application/x-www-form-urlencoded;charset=GBK",
            "multipart/form-data; boundary=x",
            "text/plain;charset=none",
          ]) {
            const answer = await post(provider, { body, contentType })
            expect([400, 401]).toContain(answer.status)
            expect(answer.data).toMatch(
              provider.includes("ksher") ? /^\{"result":"FAIL","msg":"[^"]+"\}$/ : /^fail$/,
            )
          }
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      })

      it("an id that no row can have is unknown, and no error of the database", async () => {
        const answers = [
          await world.shop.tryStore("get", "/store/gateway-payments/payses_%00"),
          await world.shop.tryAdmin("get", "/admin/gateway-payments/%00"),
          await world.shop.tryStore(
            "post",
            "/store/orders/%00/cancel",
            {},
            await world.shopper.register("nul@shop.example"),
          ),
          await axios.post(`${world.shop.url}/hooks/gateway/ksher_%00`, "x", { validateStatus: () => true }),
          await axios.post(`${world.shop.url}/hooks/gateway/${"k".repeat(2000)}`, "x", {
            validateStatus: () => true,
          }),
        ]
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
      })
    })

    describe("who may do what", () => {
      it("nobody but an admin reads or does anything under /admin", async () => {
        const order = await paidOrder(world, "pp_gnete_hk")
        const { id } = await ledgerPayment(world, order)
        const customer = await world.shopper.register("mallory@shop.example")
        const routes: ["get" | "post", string][] = [
          ["get", ""],
          ["get", `/${id}`],
          ["post", `/${id}/sync`],
          ["post", `/${id}/resolve`],
          ["post", "/reconcile"],
          ["get", "/providers"],
          ["post", "/providers/pp_gnete_hk/check"],
        ]
        const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")
        const claims = Buffer.from('{"actor_id":"user_1","actor_type":"user"}').toString("base64url")
        const actors: Record<string, Record<string, string>> = {
          "without a login": {},
          "a customer": { authorization: `Bearer ${customer}` },
          "a storefront": world.shop.storeHeaders(),
          "a token nobody signed": { authorization: `Bearer ${none}.${claims}.` },
          "a made-up API key": { authorization: `Basic ${Buffer.from("sk_0:").toString("base64")}` },
        }
        for (const [who, headers] of Object.entries(actors))
          for (const [method, path] of routes) {
            const answer = await world.shop.http.request({
              method,
              url: `/admin/gateway-payments${path}`,
              headers,
              data:
                method === "post"
                  ? { action: "refund", version: 1, note: "mine", dry_run: false }
                  : undefined,
            })
            expect([who, path, answer.status]).toEqual([who, path, 401])
            expect(JSON.stringify(answer.data)).not.toContain(order.session.number)
          }
        await expectBooks(world, order, 8840)
      })

      it("an admin is told of an unknown id, and does nothing to another payment by it", async () => {
        const order = await paidOrder(world, "pp_gnete_hk")
        for (const id of [order.id, order.session.id, order.session.number, "gpay_0", "' or 1=1 --"])
          for (const [method, tail] of [
            ["get", ""],
            ["post", "/sync"],
            ["post", "/resolve"],
          ] as const) {
            const answer = await world.shop.tryAdmin(
              method,
              `/admin/gateway-payments/${encodeURIComponent(id)}${tail}`,
              method === "post" ? { action: "refund", version: 1, note: "x" } : undefined,
            )
            expect([id, tail, answer.status]).toEqual([id, tail, 404])
          }
        await expectBooks(world, order, 8840)
      })

      it("an order is cancelled by its owner alone", async () => {
        const owner = await world.shopper.register("owner@shop.example")
        const order = await paidOrder(world, "pp_gnete_hk", { customerToken: owner })
        const guests = await paidOrder(world, "pp_gnete_hk")
        const other = await world.shopper.register("other@shop.example")
        const { data: half } = await world.shop.http.post("/auth/customer/emailpass/register", {
          email: "half@shop.example",
          password: "a long password",
        })
        const cancel = (id: string, token?: string) =>
          world.shop.tryStore("post", `/store/orders/${id}/cancel`, {}, token)
        expect((await cancel(order.id)).status).toBe(401)
        expect((await cancel(order.id, half.token)).status).toBe(401)
        expect((await cancel(order.id, other)).status).toBe(403)
        expect((await cancel(guests.id, owner)).status).toBe(403)
        expect((await cancel("order_01ARZ3NDEKTSV4RRFFQ69G5FAV", owner)).status).toBe(404)
        const admins = await world.shop.http.post(
          `/store/orders/${order.id}/cancel`,
          {},
          { headers: { ...world.shop.storeHeaders(), ...world.shop.adminHeaders } },
        )
        expect(admins.status).toBe(401)
        await expectBooks(world, order, 8840)
        await expectBooks(world, guests, 8840)
      })

      it("the status of a payment says its five words, to whoever knows the session, and no more", async () => {
        const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        const path = `/store/gateway-payments/${order.session.id}`
        expect((await world.shop.http.get(path)).status).toBe(400)
        const { data, headers } = await world.shop.tryStore("get", path)
        expect(data).toEqual({
          gateway_payment: {
            session_id: order.session.id,
            state: "paid",
            action: null,
            expires_at: expect.any(String),
            returning: false,
          },
        })
        expect(headers["cache-control"]).toBe("no-store")
        for (const id of [order.id, order.session.number, order.cart.id, "%25", "payses_' or ''='"])
          expect(
            (await world.shop.tryStore("get", `/store/gateway-payments/${encodeURIComponent(id)}`)).status,
          ).toBe(404)
      })

      it("of two sessions opened one after the other, nothing but the time is alike", async () => {
        const [one, two] = [await atThePage("pp_gnete_hk"), await atThePage("pp_gnete_hk")]
        const tails = [one, two].map(({ session }) => session.number.slice(10))
        const alike = tails[0]!.split("").filter((letter, at) => letter === tails[1]![at]).length
        expect(tails.map((tail) => tail.length)).toEqual([16, 16])
        expect(alike).toBeLessThan(8)
      })
    })

    describe("the storefront decides nothing but the channel", () => {
      it("by session data it changes neither its own payment nor anybody's", async () => {
        const victim = await atThePage("pp_ksher_th")
        const mine = await atThePage("pp_ksher_th", {
          channel: "truemoney",
          session_id: victim.session.id,
          merchant_order_no: victim.session.number,
          gateway_order_no: "1",
          state: "paid",
          amount: 1,
          currency_code: "jpy",
          action: { type: "redirect", url: "https://evil.example" },
          notifyUrl: "https://evil.example",
          returnUrl: "https://evil.example",
          status: "captured",
          __proto__: { polluted: true },
        })
        expect(mine.session.id).not.toBe(victim.session.id)
        expect(mine.session.number).toBe(mine.session.id.slice("payses_".length))
        expect(mine.session.data).toMatchObject({ state: "pending" })
        expect(mine.session.data.action.url).toContain(world.sandbox.url)
        const [call] = await world.sandbox.calls({ call: "gateway_pay", orderNo: mine.session.number })
        expect(call?.request).toMatchObject({
          total_fee: "35050",
          fee_type: "THB",
          channel_list: "truemoney",
        })
        expect(JSON.stringify(call?.request)).not.toMatch(/evil/)
        expect(await world.shopper.complete(mine.cart)).not.toHaveProperty("orderId")
        expect(await ledgerPayment(world, victim)).toMatchObject({ state: "pending", unwanted: null })
      })

      it("a number it sends is not taken for its own when Medusa deletes a session that never came to be open", async () => {
        const victim = await atThePage("pp_ksher_th")
        const provider = world.plugin.provider("pp_ksher_th")!
        // What Medusa holds of a session until the gateway has answered is what the storefront sent.
        for (const action of [undefined, null, { type: "redirect", url: "https://evil.example" }])
          await provider.deletePayment({ data: { merchant_order_no: victim.session.number, action } })
        await runJob(world, 10_000)
        expect(await ledgerPayment(world, victim)).toMatchObject({ state: "pending", unwanted: null })

        const paid = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
        await provider.deletePayment({ data: { merchant_order_no: paid.session.number, action: null } })
        await runJob(world, 10_000)
        expect(await ledgerPayment(world, paid)).toMatchObject({ state: "paid", unwanted: null })

        await provider.deletePayment({ data: victim.session.data })
        // A close that takes its time goes on after the answer.
        await eventually(
          () => ledgerPayment(world, victim),
          ({ state }) => state === "void",
        )
      })
    })

    describe("nothing leaks", () => {
      const lives: [string, () => Promise<unknown[]>][] = [
        ["ksher", () => aLife(world, "pp_ksher_th", post)],
        ["gnete", () => aLife(world, "pp_gnete_hk", post)],
        ["QR codes, and answers that are asked for again", () => aLifeOfQrs(world)],
      ]
      it.each(lives)("%s: no secret, signature or payer in logs, spans, rows or answers", async (_, live) => {
        const written = listen(world)
        const exporter = new Exporter().start()
        const said = await live()
        await runJob(world, 60 * 60_000)
        const rows = [
          await table("select * from gateway_payment"),
          await table("select * from gateway_operation"),
          await table("select * from gateway_notification"),
          await table("select * from payment_session"),
          await table("select * from payment"),
          await table("select * from refund"),
        ]
        const { gateway_payments } = await world.shop.admin("get", "/admin/gateway-payments?limit=200")
        for (const { id } of gateway_payments)
          said.push((await world.shop.admin("get", `/admin/gateway-payments/${id}`)).gateway_payment)
        said.push(await world.shop.admin("get", "/admin/gateway-payments/providers"))

        // What came in had the payer in it, and a signature: there was something to leak.
        const before = JSON.stringify(await world.sandbox.calls())
        expect(before).toMatch(/sandbox-payer/)
        expect(before).toMatch(/[0-9a-f]{128}/)
        expect(written.join("\n")).toMatch(/gateway-payments/)
        const traced = JSON.stringify([exporter.spans(), await exporter.counts()])
        await exporter.stop()
        jest.restoreAllMocks()
        expect(traced).toMatch(/gateway/)
        for (const after of [traced, written.join("\n"), JSON.stringify(rows), JSON.stringify(said)])
          for (const secret of secretsOf(world.sandbox)) expect(found(after, secret)).toBeUndefined()
      })

      it("and the three of them called every endpoint of both gateways", async () => {
        const made = new Set((await world.sandbox.calls()).map(({ call }) => call))
        expect([...made].sort()).toEqual(everyCall)
      })
    })
  },
  { entries: [...standardEntries, oneKeyOnly] },
)

/** Everything Medusa's logger is told from now on, and what goes to the console. */
function listen(world: World): string[] {
  const lines: string[] = []
  const logger = world.container.resolve<Record<string, (...words: unknown[]) => void>>(
    ContainerRegistrationKeys.LOGGER,
  )
  for (const level of ["debug", "info", "warn", "error", "log", "panic", "activity", "progress"])
    if (typeof logger[level] === "function")
      jest.spyOn(logger, level).mockImplementation((...words: unknown[]) => void lines.push(inWords(words)))
  for (const place of [console, world.console])
    for (const level of ["log", "info", "warn", "error", "debug"] as const)
      jest.spyOn(place, level).mockImplementation((...words: unknown[]) => void lines.push(inWords(words)))
  return lines
}

const inWords = (words: unknown[]) =>
  words
    .map((word) => (word instanceof Error ? `${word.message} ${word.stack}` : JSON.stringify(word)))
    .join(" ")

/** Paid, told of, forged, refunded in part over a failing line, cancelled: what the shop was answered on the way. */
async function aLife(
  world: World,
  provider: string,
  post: (provider: string, message: Message) => Promise<{ data: string }>,
): Promise<unknown[]> {
  const said: unknown[] = []
  const gateway = provider.includes("ksher") ? "ksher" : "gnete"
  const order = await paidOrder(world, provider, gateway === "ksher" ? { channel: "truemoney" } : {})
  said.push(order, (await world.sandbox.resendNotification(order.session.number)).answer)
  const message = await world.sandbox.craftNotification(order.session.number)
  said.push(
    (await post(provider, { ...message, body: message.body.replace(/[0-9a-f](?="?\}?$)/i, "x") })).data,
  )
  said.push(
    (await post(provider, { body: `{"data":{"openid":"sandbox-payer"}}`, contentType: "text/plain" })).data,
  )
  const { payments } = await books(world, order)
  for (const kind of ["bad_signature", "garbage", "http500", "reset", "refuse"] as const) {
    await world.sandbox.fault({ gateway, call: "*", kind, when: "before" } as never)
    said.push(
      (await world.shop.tryAdmin("post", `/admin/payments/${payments[0]!.id}/refund`, { amount: 1 })).data,
    )
    await world.sandbox.clearFaults()
  }
  said.push((await world.shop.tryAdmin("post", `/admin/orders/${order.id}/cancel`)).data)
  await world.sandbox.fault({ gateway, call: "*", kind: "bad_signature", when: "before" } as never)
  const cart = await world.shopper.fillCart(gateway === "gnete" ? "hkd" : "thb")
  said.push(
    (
      await world.shop.tryStore("post", `/store/payment-collections/${cart.collectionId}/payment-sessions`, {
        provider_id: provider,
      })
    ).data,
  )
  await world.sandbox.clearFaults()
  const first = await unpaidOrder(world, provider.replace(/_\w\w$/, "_first"))
  said.push(first, (await world.shop.tryAdmin("post", `/admin/orders/${first.id}/cancel`)).data)
  return said
}

/** Every endpoint of both gateways that this package knows. */
const everyCall = [
  "cancel/query",
  "cancel_order",
  "gateway_order_query",
  "gateway_pay",
  "merchant_info",
  "native_pay",
  "order_close",
  "order_query",
  "order_refund",
  "pay/cancel",
  "pay/close",
  "pay/query",
  "pay/unifiedOrder",
  "refund/query",
  "refund/refundOrder",
  "refund_query",
]

/** What the lives above leave out: a QR that is paid and one that is closed, and answers that are asked for again. */
async function aLifeOfQrs(world: World): Promise<unknown[]> {
  const said: unknown[] = []
  const paid = await paidOrder(world, "pp_ksher_qr")
  said.push(paid, (await world.sandbox.resendNotification(paid.session.number)).answer)
  const cart = await world.shopper.fillCart("thb")
  said.push(await world.shopper.choose(cart, "pp_ksher_qr"), await world.shopper.choose(cart, "pp_ksher_qr"))
  const refundOf = async (order: PlacedOrder) => {
    const { payments } = await books(world, order)
    const answer = await world.shop.tryAdmin("post", `/admin/payments/${payments[0]!.id}/refund`, {
      amount: 1,
    })
    said.push(answer.data)
  }
  for (const [order, call] of [
    [await paidOrder(world, "pp_ksher_th", { channel: "truemoney" }), "order_refund"],
    [await paidOrder(world, "pp_gnete_hk"), "refund/refundOrder"],
  ] as const) {
    const gateway = call === "order_refund" ? "ksher" : "gnete"
    await world.sandbox.fault({ gateway, call, kind: "bad_signature", when: "after" } as never)
    await refundOf(order)
    await world.sandbox.clearFaults()
    await refundOf(order)
  }
  await world.sandbox.nextCancel({ outcome: "in_progress" })
  const whole = await paidOrder(world, "pp_gnete_hk")
  said.push((await world.shop.tryAdmin("post", `/admin/orders/${whole.id}/cancel`)).data)
  return said
}
