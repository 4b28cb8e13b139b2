import { readFileSync } from "node:fs"
import path from "node:path"
import vm from "node:vm"

import { PageVisitor, methodsIn, proofIn } from "../../demo/shop"
import type { ProviderEntry } from "./entries"
import { atRest, changeCart, minute, orderOfCart, rows } from "./scenarios/support"
import { eventually, expectBooks, gatewayBooks, inRealMedusa, ledgerPayment, runJob, travel } from "./world"
import type { Cart, Session, Visited } from "../../demo/shop"
import type { Fault } from "../../src/sandbox"
import { fault as faultSchema } from "../../src/sandbox/faults"

const hour = 60 * minute
const page = { checkout: "page" }
const entries: ProviderEntry[] = [
  { gateway: "ksher", id: "page", options: { ...page, channels: ["truemoney", "card"] } },
  { gateway: "ksher", id: "first", options: { ...page, channels: ["truemoney"], completion: "order_first" } },
  { gateway: "ksher", id: "qr", options: { ...page, mode: "qr", channels: ["airpay", "promptpay"] } },
  { gateway: "gnete", id: "hk", options: { ...page, wayCodes: ["UP_OP", "WX_QR"] } },
  {
    ...{ gateway: "ksher", id: "yen", currency: "jpy" },
    options: { ...page, channels: ["alipay"], minorUnits: { jpy: 2 } },
  },
]

inRealMedusa(
  (world) => {
    afterEach(() => atRest(world))

    const visitor = (headers: Record<string, string> = {}) => new PageVisitor(world.shop.url, headers)
    const sent = async () => (await world.sandbox.calls()).length
    const atPage = async (provider: string) => {
      const cart = await world.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
      const session = await world.shopper.choose(cart, provider)
      return { cart, session, url: String(session.data.action.url) }
    }
    /** The session that the collection has by now. */
    const sessionNow = async (cart: Cart): Promise<Session> => {
      const path = `/store/carts/${cart.id}?fields=*payment_collection.payment_sessions`
      const { cart: row } = await world.shop.store("get", path)
      const [one] = row.payment_collection.payment_sessions
      const { number } = await ledgerPayment(world, { session: { id: one.id } })
      return { ...one, providerId: one.provider_id, number }
    }

    describe('with checkout "page" a session leads to the page', () => {
      it("which says what is to be paid and how, in one answer, and asks no gateway", async () => {
        const before = await sent()
        const { url } = await atPage("pp_ksher_page")
        expect(url).toMatch(new RegExp(`^${world.shop.url}/pay/[\\w-]{32}$`))
        const drawn = await visitor({ "accept-language": "th" }).open(url)
        expect(drawn.status).toBe(200)
        expect(drawn.body).toContain("฿350.50")
        expect(drawn.body).toContain('lang="th"')
        expect(methodsIn(drawn.body)).toEqual(
          expect.arrayContaining(["pp_ksher_page truemoney", "pp_ksher_page card", "pp_ksher_qr promptpay"]),
        )
        expect(drawn.body).not.toMatch(/shopper@shop\.example|Garden Lane|src="http|href="http/)
        expect(Buffer.byteLength(drawn.body)).toBeLessThan(60 * 1024)
        expect(await sent()).toBe(before)
      })

      it("in yen that the gateway counts with decimals: what was chosen is shown, and opened once", async () => {
        const cart = await world.shopper.fillCart("jpy")
        const session = await world.shopper.choose(cart, "pp_ksher_yen")
        const url = String(session.data.action.url)
        const shopper = visitor()
        const before = await sent()
        const chosen = await shopper.press(await shopper.open(url), "pp_ksher_yen alipay")
        expect(chosen.body).toContain("Open Alipay")
        expect((await shopper.press(chosen, "pp_ksher_yen alipay")).body).toContain("Open Alipay")
        expect(await sent()).toBe(before + 1)
        expect(await ledgerPayment(world, { session })).toMatchObject({ digits: 2, amount: cart.total * 100 })
        await world.sandbox.pay(session.number, { channel: "alipay" })
        await runJob(world, 3 * minute)
        await expectBooks(world, await orderOfCart(world, { cart, session }), cart.total * 100)
        expect((await shopper.open(url)).body).not.toContain("Open Alipay")
      })

      it("a cart is paid there, and its page leads back to the shop", async () => {
        const { cart, session, url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const shown = await shopper.open(url)
        const opened = await shopper.press(shown, "pp_ksher_page truemoney")
        expect(opened.body).toContain("You are being taken to TrueMoney")
        // Who comes back stays, and finds the button.
        const back = await shopper.get(opened.url.replace(/\?.*/, ""))
        expect(back.body).not.toContain("You are being taken")
        expect(back.body).toContain("Open TrueMoney")
        expect(opened.body).toContain("Open TrueMoney")
        expect(opened.body).toMatch(/data-until="\d+"/)
        const link = (await ledgerPayment(world, { session })).action
        expect(opened.body).toContain(`href="${(link as { url: string }).url.replaceAll("&", "&#38;")}"`)
        // What the shop polls is the gateway's link; what Medusa keeps still leads to the page.
        expect((await sessionNow(cart)).data.action).toEqual({ type: "redirect", url })
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        const paid = await shopper.get(opened.url)
        expect(paid.body).toContain("Your payment has arrived")
        expect(paid.body).toContain(`href="http://localhost:8000/back?session=${session.id}"`)
        await expectBooks(world, await orderOfCart(world, { cart, session }), 35050)
        // The link that was sent says the same, for as long as it lasts.
        expect((await visitor().open(url)).body).toContain("Your payment has arrived")
      })

      it("the shortest integration leads there", async () => {
        const example = readFileSync(path.join(__dirname, "../../examples/pay-page/pay.mjs"), "utf8")
        const location = { href: "" }
        const load = vm.runInThisContext(`(location) => { ${example.replace("export ", "return ")} }`) as (
          browser: typeof location,
        ) => (sdk: object, cart: object, providerId: string) => Promise<void>
        const cart = await world.shopper.fillCart("thb")
        // As the SDK does it: the collection of the cart, then a session on it.
        const initiatePaymentSession = (_cart: object, body: object) =>
          world.shop.store("post", `/store/payment-collections/${cart.collectionId}/payment-sessions`, body)
        await load(location)({ store: { payment: { initiatePaymentSession } } }, cart, "pp_ksher_page")
        expect((await visitor().open(location.href)).body).toContain("How would you like to pay?")
      })

      it("a QR code is drawn there, and can be saved", async () => {
        const { url } = await atPage("pp_ksher_qr")
        const shopper = visitor()
        const opened = await shopper.press(await shopper.open(url), "pp_ksher_qr promptpay")
        expect(opened.body).toContain("Scan this code with PromptPay")
        expect(opened.body).toMatch(/<img src="data:image\/png;base64,[^"]+" alt="QR code for this payment"/)
        expect(opened.body).toMatch(/href="data:image\/png;base64,[^"]+" download="payment-qr\.png"/)
        expect(opened.headers.get("content-security-policy")).toContain("img-src data:;")
      })

      it("an order that is placed before it is paid is paid there", async () => {
        const { cart, session, url } = await atPage("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        const shopper = visitor()
        await shopper.press(await shopper.open(url), "pp_ksher_first truemoney")
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        await expectBooks(world, { id: orderId!, cart, session }, 35050)
      })
    })

    describe("a choice", () => {
      it("is opened once by two shoppers on one link, who press at once", async () => {
        const { session, url } = await atPage("pp_ksher_page")
        const shoppers = [visitor(), visitor()]
        const shown = await Promise.all(shoppers.map((one) => one.open(url)))
        const before = (await world.sandbox.calls({ call: "gateway_pay" })).length
        const opened = await Promise.all(
          shoppers.map((one, at) => one.press(shown[at]!, "pp_ksher_page truemoney")),
        )
        expect(opened.map(({ body }) => body.includes("Open TrueMoney"))).toEqual([true, true])
        expect((await world.sandbox.calls({ call: "gateway_pay" })).length).toBe(before + 1)
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        for (const [at, one] of shoppers.entries())
          expect((await one.get(opened[at]!.url)).body).toContain("Your payment has arrived")
      })

      it("that is pressed twenty times at once is opened once, and whoever came too often is told to wait", async () => {
        const { url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const shown = await shopper.open(url)
        const before = (await world.sandbox.calls({ call: "gateway_pay" })).length
        const pressed = await Promise.all(
          Array.from({ length: 20 }, () => shopper.press(shown, "pp_ksher_page truemoney")),
        )
        expect((await world.sandbox.calls({ call: "gateway_pay" })).length).toBe(before + 1)
        for (const { status } of pressed) expect(status).toBe(200)
        expect((await shopper.open(url)).body).toContain("Open TrueMoney")
      })

      it("may be changed: what was open is closed, and the new one is paid", async () => {
        const { cart, session, url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const first = await shopper.press(await shopper.open(url), "pp_ksher_page truemoney")
        const second = await shopper.press(first, "pp_ksher_page card")
        expect(second.body).toContain("Open Credit or debit card")
        await eventually(
          () => gatewayBooks(world, { session }),
          ({ state }) => state === "closed",
        )
        const now = await sessionNow(cart)
        expect(now.id).not.toBe(session.id)
        await world.sandbox.pay(now.number)
        await runJob(world, 3 * minute)
        await expectBooks(world, await orderOfCart(world, { cart, session: now }), 35050)
      })

      it("that failed or ran out is started again by one button", async () => {
        const { cart, session, url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const first = await shopper.press(await shopper.open(url), "pp_ksher_page truemoney")
        travel(2 * hour)
        await runJob(world)
        const over = await shopper.get(first.url)
        expect(over.body).toContain("has run out")
        await shopper.press(over, "pp_ksher_page truemoney")
        const now = await sessionNow(cart)
        expect(now.id).not.toBe(session.id)
        expect((await ledgerPayment(world, { session: now })).state).toBe("pending")
        expect((await gatewayBooks(world, { session })).state).toBe("closed")
      })

      it("whose gateway does not answer says so, and nothing is paid", async () => {
        const { url } = await atPage("pp_ksher_page")
        await world.sandbox.fault({ gateway: "ksher", call: "gateway_pay", kind: "timeout", when: "after" })
        const shopper = visitor()
        const answer = await shopper.press(await shopper.open(url), "pp_ksher_page truemoney")
        expect(answer.body).toContain("The payment could not be opened")
        await shopper.press(answer, "pp_ksher_page truemoney")
        expect((await shopper.get(answer.url)).body).toContain("Open TrueMoney")
      })

      it("is no other once money of the first is there: it is captured, and no second order is made", async () => {
        const { cart, session, url } = await atPage("pp_ksher_qr")
        const shopper = visitor()
        const first = await shopper.press(await shopper.open(url), "pp_ksher_qr promptpay")
        await world.sandbox.pay(session.number)
        const opened = (await world.sandbox.calls({ call: "native_pay" })).length
        const second = await shopper.press(first, "pp_ksher_qr airpay")
        expect(second.body).toContain("Your payment has arrived")
        expect((await world.sandbox.calls({ call: "native_pay" })).length).toBe(opened)
        await expectBooks(world, await orderOfCart(world, { cart, session }), 35050)
      })

      it("is no other while the gateway does not say what became of the first", async () => {
        const { cart, session, url } = await atPage("pp_ksher_qr")
        const shopper = visitor()
        const first = await shopper.press(await shopper.open(url), "pp_ksher_qr promptpay")
        await world.sandbox.fault({ gateway: "ksher", call: "order_query", kind: "garbage", when: "before" })
        const second = await shopper.press(first, "pp_ksher_qr airpay")
        expect(second.body).toContain("not known yet whether your last payment has arrived")
        expect((await sessionNow(cart)).id).toBe(session.id)
      })

      it("leaves an earlier code that cannot be closed, and says so for as long as it may be paid", async () => {
        const { url } = await atPage("pp_ksher_qr")
        const shopper = visitor()
        const first = await shopper.press(await shopper.open(url), "pp_ksher_qr promptpay")
        const second = await shopper.press(first, "pp_ksher_qr airpay")
        expect(second.body).toContain("Do not pay with it")
        expect((await shopper.get(second.url.replace(/\?.*/, ""))).body).toContain("Do not pay with it")
      })

      it("is not offered where another provider holds the shopper's money, or an edit gave the collection up", async () => {
        const { cart, url } = await atPage("pp_ksher_page")
        const { collectionId } = cart
        await rows(
          world,
          `insert into payment_session (id, currency_code, amount, raw_amount, provider_id, data, status, payment_collection_id)
           values ('payses_' || ?, 'thb', 350.5, '{"value": "350.5"}', 'pp_system_default', '{}', 'authorized', ?)`,
          [collectionId, collectionId],
        )
        const shopper = visitor()
        expect((await shopper.open(url)).body).toContain("There is nothing to pay")
        await rows(world, "delete from payment_session where id = 'payses_' || ?", [collectionId])
        expect((await shopper.open(url)).body).toContain("How would you like to pay?")
        await rows(world, "update payment_collection set status = 'canceled' where id = ?", [collectionId])
        expect((await shopper.open(url)).body).toContain("no longer wanted")
      })

      it("of a link that has expired is not carried out, though what it opened can be paid", async () => {
        const { session, url } = await atPage("pp_gnete_hk")
        const shopper = visitor()
        const shown = await shopper.open(url)
        const opened = await shopper.press(shown, "pp_gnete_hk UP_OP")
        await rows(
          world,
          "update gateway_pay_link set expires_at = now() - interval '1 minute' where session_id = ?",
          [session.id],
        )
        expect((await shopper.get(opened.url)).body).not.toContain("Pay another way")
        const again = await shopper.press({ ...shown, url: opened.url }, "pp_gnete_hk WX_QR")
        expect((await ledgerPayment(world, { session })).state).toBe("pending")
        const name = /Open [^<]+</.exec(opened.body)?.[0]
        expect([name, again.body]).toEqual([expect.any(String), expect.stringContaining(name ?? "-")])
      })

      it("that the page does not offer is refused", async () => {
        const { url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const shown = await shopper.open(url)
        const before = await sent()
        for (const method of ["pp_ksher_page kplus", "pp_gnete_hk UP_OP", "pp_x y", "", "x".repeat(300)])
          expect((await shopper.press(shown, method)).body).toContain("not available here")
        expect(await sent()).toBe(before)
      })
    })

    describe("whatever goes wrong at the gateway", () => {
      const gateways = {
        ksher: {
          ...{ provider: "pp_ksher_page", method: "pp_ksher_page truemoney", other: "pp_ksher_page card" },
          ...{ open: "gateway_pay", query: "gateway_order_query", close: "cancel_order" },
        },
        gnete: {
          ...{ provider: "pp_gnete_hk", method: "pp_gnete_hk UP_OP", other: "pp_gnete_hk WX_QR" },
          ...{ open: "pay/unifiedOrder", query: "pay/query", close: "pay/close" },
        },
      } as const
      const everyKind = faultSchema.options[0].shape.kind.options
      const table = (["ksher", "gnete"] as const).flatMap((gateway) =>
        everyKind.map((kind) => ({ gateway, kind })),
      )
      const arrived = "Your payment has arrived"
      const link = /class="button act" href="http|<img src="/
      const disturbed = (
        gateway: "ksher" | "gnete",
        call: string,
        kind: Fault["kind"],
        when: Fault["when"],
      ) => world.sandbox.fault({ gateway, call, kind, when, delayMs: 20 } as Fault)
      /** A shopper presses until there is something to pay by, as a patient person does. */
      const pressUntilOpen = async (shopper: PageVisitor, first: Visited, method: string) => {
        let shown = first
        for (let times = 0; times < 4 && !link.test(shown.body); times++)
          shown = await shopper.press(shown, method)
        expect(shown.body).toMatch(link)
        return shown
      }
      /** The shopper pays what the page shows, and that alone is captured, whole. */
      const paidOnce = async (cart: Cart, shopper: PageVisitor, shown: Visited) => {
        const session = await sessionNow(cart)
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        expect((await shopper.get(shown.url)).body).toContain(arrived)
        await expectBooks(world, await orderOfCart(world, { cart, session }), Math.round(cart.total * 100))
        const taken = (await world.plugin.ledger.payments.ofCollection(cart.collectionId)).map(
          ({ paidAmount }) => paidAmount,
        )
        expect(taken.reduce((sum, one) => sum + one, 0)).toBe(Math.round(cart.total * 100))
      }

      it.each(table)("$gateway, $kind: a choice says what became of it, and is paid once", async (row) => {
        const { provider, method, open } = gateways[row.gateway]
        for (const when of ["before", "after"] as const) {
          const { cart, url } = await atPage(provider)
          const shopper = visitor()
          const shown = await shopper.open(url)
          await disturbed(row.gateway, open, row.kind, when)
          const answer = await shopper.press(shown, method)
          expect([when, answer.status]).toEqual([when, 200])
          expect(answer.body).not.toContain(arrived)
          if (!link.test(answer.body)) expect(answer.body).toMatch(/role="(alert|status)"/)
          await paidOnce(cart, shopper, await pressUntilOpen(shopper, answer, method))
        }
      })

      it.each(table)(
        "$gateway, $kind: a look at the payment, and a change of mind, lose no money",
        async (row) => {
          const { provider, method, other, query, close } = gateways[row.gateway]
          const { cart, url } = await atPage(provider)
          const shopper = visitor()
          const first = await shopper.press(await shopper.open(url), method)
          await disturbed(row.gateway, query, row.kind, "before")
          await disturbed(row.gateway, close, row.kind, "after")
          let shown = await shopper.press(first, other)
          expect(shown.status).toBe(200)
          expect(shown.body).not.toContain(arrived)
          await world.sandbox.clearFaults()
          shown = await pressUntilOpen(shopper, shown, other)
          await disturbed(row.gateway, query, row.kind, "before")
          await world.sandbox.pay((await sessionNow(cart)).number)
          await runJob(world, 3 * minute)
          expect((await shopper.get(shown.url)).status).toBe(200)
          await world.sandbox.clearFaults()
          await runJob(world, hour)
          expect((await shopper.get(shown.url)).body).toContain(arrived)
          const session = await sessionNow(cart)
          await expectBooks(world, await orderOfCart(world, { cart, session }), Math.round(cart.total * 100))
        },
      )
    })

    describe("a token", () => {
      it("is swapped for a cookie on the first visit, and stands in no address after that", async () => {
        const { url } = await atPage("pp_ksher_page")
        const first = await visitor().get(url)
        expect([first.status, first.body.includes("350")]).toEqual([303, false])
        expect(first.location).toMatch(/^\/pay\/page\/gplink_\w{26}$/)
        const [cookie = ""] = first.headers.getSetCookie()
        expect(cookie).toMatch(/HttpOnly; SameSite=Lax/i)
        expect(cookie).toContain(`Path=${first.location}`)
        expect(first.headers.get("referrer-policy")).toBe("no-referrer")
        expect(first.headers.get("cache-control")).toBe("no-store")
      })

      it("is kept as a hash alone", async () => {
        const { url } = await atPage("pp_ksher_page")
        const token = url.split("/").at(-1)!
        const kept = await rows(world, "select * from gateway_pay_link where token_hash = ?", [token])
        expect(kept).toEqual([])
        expect(JSON.stringify(await rows(world, "select * from gateway_pay_link"))).not.toContain(token)
      })

      it("is not found by guessing, and a page is not shown without it", async () => {
        const { url } = await atPage("pp_ksher_page")
        const { location } = await visitor().get(url)
        const guesses = [
          "/pay/x",
          `/pay/${"A".repeat(32)}`,
          `/pay/${"%00".repeat(32)}`,
          "/pay/page/x",
          location!,
        ]
        for (const guess of guesses)
          expect([guess, (await visitor().get(guess)).status]).toEqual([guess, 403])
        const other = await atPage("pp_ksher_page")
        const stranger = visitor()
        await stranger.open(other.url)
        expect((await stranger.get(location!)).status).toBe(403)
        expect((await stranger.get(`${location}/state`)).status).toBe(403)
        expect((await stranger.get(`${location}/events`)).status).toBe(403)
      })

      it("bears a flood of wrong ones, and the right one works meanwhile", async () => {
        const { url } = await atPage("pp_ksher_page")
        const wrong = Array.from({ length: 60 }, (_, at) =>
          visitor().get(`/pay/${String(at).padStart(32, "a")}`),
        )
        const answers = await Promise.all([...wrong, visitor().open(url)])
        expect(answers.map(({ status }) => status)).toEqual([...Array(60).fill(403), 200])
      })

      it("is refused with an explanation once the amount has changed", async () => {
        const { cart, url } = await atPage("pp_ksher_page")
        await changeCart(world, cart)
        expect((await visitor().open(url)).body).toContain("The amount has changed")
      })

      it("is refused once the order is cancelled, and once it has expired", async () => {
        const { cart, url } = await atPage("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        await world.shop.admin("post", `/admin/orders/${orderId}/cancel`, {})
        expect((await visitor().open(url)).body).toContain("This order is cancelled")
        const other = await atPage("pp_ksher_page")
        const shopper = visitor()
        const shown = await shopper.open(other.url)
        travel(73 * hour)
        expect((await shopper.get(shown.url)).body).toContain("This link has expired")
        // The cookie of a link that is over lasts long enough to be told so.
        const [cookie = ""] = (await visitor().get(other.url)).headers.getSetCookie()
        expect(Date.parse(/Expires=([^;]+)/i.exec(cookie)![1]!)).toBeGreaterThan(Date.now())
      })
    })

    describe("another site", () => {
      it("cannot frame a page, or have it load anything", async () => {
        const { url } = await atPage("pp_ksher_page")
        const { headers } = await visitor().open(url)
        const policy = headers.get("content-security-policy")!
        expect(policy).toContain("default-src 'none'")
        expect(policy).toContain("frame-ancestors 'none'")
        expect(policy).not.toMatch(/unsafe|\*|https?:/)
        expect(headers.get("x-frame-options")).toBe("DENY")
      })

      it.each([
        ["says where its form is from", { "sec-fetch-site": "cross-site" }],
        ["is on a sibling host", { "sec-fetch-site": "same-site" }],
        ["has another origin", { origin: "https://evil.example" }],
      ])("that %s opens nothing", async (_name, headers) => {
        const { url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const shown = await shopper.open(url)
        const before = await sent()
        const fields = { method: "pp_ksher_page truemoney", proof: proofIn(shown.body) }
        expect((await shopper.post(shown, fields, headers)).status).toBe(403)
        expect((await shopper.post(shown, { ...fields, proof: "" })).status).toBe(403)
        expect(await sent()).toBe(before)
      })
    })

    describe("the live state", () => {
      it("changes once the payment is opened and once it is paid, by asking and by server events", async () => {
        const { session, url } = await atPage("pp_ksher_page")
        const shopper = visitor()
        const shown = await shopper.open(url)
        const state = async () => JSON.parse((await shopper.get(`${shown.url}/state`)).body).state as string
        expect(shown.body).toContain(`data-state="${await state()}"`)
        const opened = await shopper.press(shown, "pp_ksher_page truemoney")
        const before = await state()
        expect(opened.body).toContain(`data-state="${before}"`)
        const events = shopper.stream(`${shown.url}/events`)
        expect((await events.next()).value).toBe(before)
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        let told = before
        while (told === before) told = (await events.next()).value as string
        await events.return(undefined)
        expect(told).toBe(await state())
      })
    })

    describe("Medusa's own link", () => {
      const unpaid = async () => {
        const { cart, session } = await atPage("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        return {
          orderId: orderId!,
          cart,
          session,
          path: `/payment-collection/${cart.collectionId}?order_id=${orderId}`,
        }
      }

      it("of an order that wants money leads to the page, which shows the amount and nothing else", async () => {
        const { cart, session, orderId, path } = await unpaid()
        const shopper = visitor()
        const shown = await shopper.open(path)
        expect([shown.status, shown.body.includes("350.50")]).toEqual([200, true])
        expect(shown.body).not.toMatch(/shopper@|Garden|order_/)
        await shopper.press(shown, "pp_ksher_first truemoney")
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        await expectBooks(world, { id: orderId, cart, session }, 35050)
        const after = await visitor().open(path)
        expect([after.status, after.body.includes("There is nothing to pay")]).toEqual([410, true])
      })

      it("of another order, or of none, leads nowhere", async () => {
        const one = await unpaid()
        const other = await unpaid()
        for (const path of [
          `/payment-collection/${one.cart.collectionId}?order_id=${other.orderId}`,
          `/payment-collection/${one.cart.collectionId}`,
          "/payment-collection/x%00?order_id=y",
        ])
          expect((await visitor().get(path)).status).toBe(403)
      })

      it("does not fill the table, however often it is opened", async () => {
        const { cart, path } = await unpaid()
        for (let visits = 0; visits < 25; visits++) await visitor().get(path)
        const kept = await rows(
          world,
          "select count(*)::int as n from gateway_pay_link where collection_id = ? and origin = 'visit'",
          [cart.collectionId],
        )
        expect(kept).toEqual([{ n: 20 }])
      })
    })

    describe("an admin's link", () => {
      const links = (orderId: string) =>
        world.shop.admin("get", `/admin/gateway-payments/links?order_id=${orderId}`)
      const make = (orderId: string, send = false) =>
        world.shop.tryAdmin("post", "/admin/gateway-payments/links", { order_id: orderId, send })
      const paidCart = async () => {
        const { cart, session } = await atPage("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        await world.shop.tryStore("post", `/store/gateway-payments/${session.id}/open`, {})
        await world.sandbox.pay(session.number)
        await runJob(world, 3 * minute)
        return { orderId: orderId!, cart, session }
      }
      const addOne = async (orderId: string) => {
        const { order } = await world.shop.admin("get", `/admin/orders/${orderId}?fields=id,*items`)
        const edit = `/admin/order-edits/${orderId}`
        await world.shop.admin("post", "/admin/order-edits", { order_id: orderId })
        await world.shop.admin("post", `${edit}/items/item/${order.items[0].id}`, { quantity: 2 })
        await world.shop.admin("post", `${edit}/request`, {})
        await world.shop.admin("post", `${edit}/confirm`, {})
      }

      it("of an order that was edited takes the difference", async () => {
        const { orderId } = await paidCart()
        expect((await make(orderId)).data.code).toBe("nothing_owed")
        await addOne(orderId)
        const before = await links(orderId)
        expect(before).toMatchObject({ payable: { amount: 350.5, currency_code: "thb" }, links: [] })
        const { data } = await make(orderId)
        expect(data).toMatchObject({
          sent: false,
          not_sent: null,
          link: { made_by: expect.stringMatching(/^user_/) },
        })
        const shopper = visitor()
        const shown = await shopper.open(data.url)
        expect(shown.body).toContain("350.50")
        await shopper.press(shown, "pp_ksher_first truemoney")
        const [payment] = await world.plugin.ledger.payments.ofCollection(data.link.payment_collection_id)
        await world.sandbox.pay(payment!.number)
        await runJob(world, 3 * minute)
        const { order } = await world.shop.admin("get", `/admin/orders/${orderId}?fields=id,total,*summary`)
        expect([Number(order.total), Number(order.summary.pending_difference)]).toEqual([701, 0])
        expect((await shopper.get(shown.url)).body).toContain("Your payment has arrived")
        const after = await links(orderId)
        expect(after).toMatchObject({ payable: null, links: [{ id: data.link.id, sent_at: null }] })
        expect(JSON.stringify(after)).not.toContain(data.url.split("/").at(-1))
      })

      it("of an exchange takes the difference", async () => {
        const { orderId } = await paidCart()
        const { order } = await world.shop.admin("get", `/admin/orders/${orderId}?fields=id,*items`)
        const [item] = order.items
        const fulfilled = { items: [{ id: item.id, quantity: 1 }] }
        await world.shop.admin("post", `/admin/orders/${orderId}/fulfillments`, fulfilled)
        const { exchange } = await world.shop.admin("post", "/admin/exchanges", { order_id: orderId })
        const path = `/admin/exchanges/${exchange.id}`
        await world.shop.admin("post", `${path}/inbound/items`, { items: [{ id: item.id, quantity: 1 }] })
        const wanted = [{ variant_id: world.seeded.variantId, quantity: 2 }]
        await world.shop.admin("post", `${path}/outbound/items`, { items: wanted })
        await world.shop.admin("post", `${path}/request`, {})
        const { payable } = await links(orderId)
        expect(payable).toMatchObject({ amount: 350.5, currency_code: "thb" })
        const { data } = await make(orderId)
        const shopper = visitor()
        const shown = await shopper.open(data.url)
        expect(shown.body).toContain("350.50")
        await shopper.press(shown, "pp_ksher_first truemoney")
        const [payment] = await world.plugin.ledger.payments.ofCollection(data.link.payment_collection_id)
        await world.sandbox.pay(payment!.number)
        await runJob(world, 3 * minute)
        expect((await shopper.get(shown.url)).body).toContain("Your payment has arrived")
        // What Medusa counts of a return depends on whether its items are asked for, too.
        await eventually(
          () => world.shop.admin("get", `/admin/orders/${orderId}?fields=id,total,*items,*summary`),
          ({ order: { summary } }) => Number(summary.pending_difference) === 0,
        )
        expect((await links(orderId)).payable).toBeNull()
      })

      it("of a draft order is paid like any other", async () => {
        const region = world.seeded.regions.thb!
        const draft = await world.shop.admin("post", "/admin/draft-orders", {
          ...{ region_id: region.id, email: "shopper@shop.example", currency_code: "thb" },
          ...{
            sales_channel_id: (await world.shop.admin("get", "/admin/sales-channels")).sales_channels[0].id,
          },
          items: [{ variant_id: world.seeded.variantId, quantity: 1 }],
        })
        const { order } = await world.shop.admin(
          "post",
          `/admin/draft-orders/${draft.draft_order.id}/convert-to-order`,
          {},
        )
        const { order: row } = await world.shop.admin(
          "get",
          `/admin/orders/${order.id}?fields=id,total,*payment_collections`,
        )
        if (!row.payment_collections.length)
          await world.shop.admin("post", "/admin/payment-collections", {
            order_id: order.id,
            amount: Number(row.total),
          })
        const { data } = await make(order.id)
        const shopper = visitor()
        const shown = await shopper.open(data.url)
        await shopper.press(shown, "pp_ksher_page truemoney")
        const [payment] = await world.plugin.ledger.payments.ofCollection(data.link.payment_collection_id)
        await world.sandbox.pay(payment!.number)
        await runJob(world, 3 * minute)
        const { order: now } = await world.shop.admin("get", `/admin/orders/${order.id}?fields=id,*summary`)
        expect(Number(now.summary.pending_difference)).toBe(0)
      })

      it("is not sent where Medusa has nobody to send by, and can be copied all the same", async () => {
        const { cart } = await atPage("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        expect((await links(orderId!)).can_send).toBe(false)
        const { data } = await make(orderId!, true)
        expect(data).toMatchObject({ sent: false, not_sent: "no_provider", link: { sent_at: null } })
        expect((await visitor().open(data.url)).status).toBe(200)
      })

      it("is sent by Medusa's Notification module, and who sent it when is kept", async () => {
        const { cart } = await atPage("pp_ksher_first")
        const { orderId } = await world.shopper.complete(cart)
        // Medusa's own provider of the feed stands in for a provider of mail.
        world.plugin.options.payPage.channel = "feed"
        const { data } = await make(orderId!, true)
        world.plugin.options.payPage.channel = "email"
        expect(data).toMatchObject({ sent: true, not_sent: null, link: { sent_at: expect.any(String) } })
        const { notifications } = await world.shop.admin("get", "/admin/notifications?channel=feed&limit=1")
        expect(notifications[0]).toMatchObject({
          to: "shopper@shop.example",
          template: "gateway-payments-link",
          data: { url: data.url, amount: 350.5, currency_code: "thb" },
        })
      })

      it("is for admins alone", async () => {
        const asked = { order_id: "order_1" }
        expect((await world.shop.http.post("/admin/gateway-payments/links", asked)).status).toBe(401)
      })
    })

    it("links that expired long ago are forgotten by the job", async () => {
      await atPage("pp_ksher_page")
      await runJob(world, 34 * 24 * hour)
      expect(await rows(world, "select id from gateway_pay_link")).toEqual([])
    })
  },
  { entries },
)
