import { randomBytes } from "node:crypto"

import { PageVisitor, proofIn } from "../../demo/shop"
import type { PlacedOrder, Visited } from "../../demo/shop"
import type { ProviderEntry } from "./entries"
import {
  adminView,
  atRest,
  cancelOrder,
  decide,
  operations,
  refund,
  refundRows,
  rows,
} from "./scenarios/support"
import { books, inRealMedusa, ledgerPayment, paidOrder, runJob, travel } from "./world"

const minute = 60_000
const hour = 60 * minute
const encryptionKey = `1:${randomBytes(32).toString("base64")}`
const payouts = { encryptionKey, maxAmount: 1000, release: "automatic", linkHours: 24 }
const channels = ["promptpay", "truemoney"]
const entries: ProviderEntry[] = [
  { gateway: "ksher", id: "th", options: { channels, payouts } },
  { gateway: "ksher", id: "held", options: { channels, payouts: { ...payouts, release: "by_admin" } } },
  { gateway: "ksher", id: "little", options: { channels, payouts: { ...payouts, maxAmount: 350.49 } } },
  { gateway: "ksher", id: "again", options: { channels, payouts: { ...payouts, sendAgain: true } } },
]

const mobile = "0812345678"
const email = "shopper@shop.example"

inRealMedusa(
  (world) => {
    // At whatever hour a test runs, it is noon in Thailand for it.
    let noon = 0
    const atNoon = async () => {
      const now = await world.sandbox.now()
      const local = new Date(now + 7 * hour)
      const until = (24 + 12 - local.getUTCHours() - local.getUTCMinutes() / 60) % 24
      await world.sandbox.advance(until * hour)
      noon = (await world.sandbox.now()) - Date.now()
      travel(noon)
    }
    beforeAll(async () => {
      await world.sandbox.changeKsherMerchant(world.sandbox.ksher.appid, { payoutBalance: 100_000_000 })
    })
    beforeEach(atNoon)
    afterEach(() => atRest(world))

    const payment = (order: PlacedOrder) => ledgerPayment(world, order)
    const payoutOps = (order: PlacedOrder) => operations(world, order, "payout")
    const sentTo = async (order: PlacedOrder) => {
      const numbers = new Set((await payoutOps(order)).map(({ number }) => number))
      return (await world.sandbox.payouts()).filter(({ no }) => numbers.has(no))
    }
    const promptPay = (provider = "pp_ksher_th") => paidOrder(world, provider, { channel: "promptpay" })
    const act = async (order: PlacedOrder, action: "link" | "release", operationId?: string) => {
      const { id } = await payment(order)
      const waiting = (await payoutOps(order)).filter(({ state }) => state === "pending")
      const operation_id = operationId ?? waiting[0]?.id
      return world.shop.tryAdmin("post", `/admin/gateway-payments/${id}/payout`, { action, operation_id })
    }
    const linkOf = async (order: PlacedOrder, operationId?: string): Promise<string> => {
      const made = await act(order, "link", operationId)
      expect(made.status).toBe(200)
      return String(made.data.link.url)
    }
    const visitor = () => new PageVisitor(world.shop.url, { "accept-language": "en" })
    const step = (shopper: PageVisitor, shown: Visited, fields: Record<string, string>) =>
      shopper.post(shown, { proof: proofIn(shown.body), ...fields })
    const account = { type: "mobile", number: mobile, bank: "" }
    /** The shopper names an account, as far as the last question. */
    const nameAccount = async (url: string, to: Record<string, string> = account) => {
      const shopper = visitor()
      const shown = await shopper.open(url)
      const where = await step(shopper, shown, { step: "who", who: email })
      const check = await step(shopper, { ...where, url: shown.url }, { step: "where", who: email, ...to })
      const confirm = () =>
        step(shopper, { ...check, url: shown.url }, { step: "confirm", who: email, ...to })
      return { shopper, shown, where, check, confirm }
    }
    const pay = async (order: PlacedOrder) => {
      const { confirm } = await nameAccount(await linkOf(order))
      return confirm()
    }
    const job = (ms = 7 * hour) => runJob(world, ms)

    it("a refund of Medusa's waits for the shopper, who names an account once, and it is paid out there", async () => {
      const order = await promptPay()
      const asked = await world.sandbox.calls({ call: "payout" })

      expect((await refund(world, order)).status).toBe(200)

      expect((await refundRows(world, order)).map(({ amount }) => amount)).toEqual([350.5])
      expect(await world.sandbox.calls({ call: "payout" })).toEqual(asked)
      expect(await payoutOps(order)).toMatchObject([{ state: "pending", amount: 35050, attempts: 0 }])
      const waiting = await adminView(world, order)
      expect(waiting).toMatchObject({
        ...{ state: "paid", refunded_amount: 0, attention_code: "payout_waits" },
        attention_values: { why: "no_link" },
      })

      const url = await linkOf(order)
      expect((await adminView(world, order)).attention_code).toBeNull()
      const { shown, where, check, confirm } = await nameAccount(url)
      // The link alone says nothing of the order, and neither does a wrong answer.
      expect([shown.status, shown.body]).toEqual([200, expect.not.stringMatching(/350\.5|shopper@|THB/)])
      expect(shown.headers.get("content-security-policy")).toContain("default-src 'none'")
      expect(shown.headers.get("cache-control")).toBe("no-store")
      expect(where.body).toMatch(/THB\s350\.50/)
      expect(check.body).toMatch(/THB\s350\.50 is sent to PromptPay: mobile number 0812345678/)
      expect(await sentTo(order)).toEqual([])
      const done = await confirm()
      expect(done.body).toContain("Your account has been noted")

      expect(await sentTo(order)).toMatchObject([{ amount: 35050, receiverNo: mobile, state: "success" }])
      expect(await payment(order)).toMatchObject({
        state: "refunded",
        refundedAmount: 35050,
        attentionCode: null,
      })
      const operation = (await adminView(world, order)).operations.find(({ kind }) => kind === "payout")
      expect(operation).toMatchObject({
        state: "succeeded",
        payout: { given: true, receiver_last_digits: "5678", fee: 2.6 },
      })
      const [kept] = await rows(world, "select * from gateway_shopper_payout where operation_id = ?", [
        operation?.id,
      ])
      expect(kept).toMatchObject({ sealed: null, token_hash: null, receiver_tail: "5678" })
      expect((await visitor().open(url)).status).toBe(403)
      await job()
      expect(await sentTo(order)).toHaveLength(1)
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it("no table but its own ever holds the account, and there it is sealed; nothing of it is logged or answered", async () => {
      const order = await promptPay("pp_ksher_held")
      const said: string[] = []
      const spies = (["log", "info", "warn", "error"] as const).map((level) =>
        jest
          .spyOn(world.console, level)
          .mockImplementation((...words: unknown[]) => void said.push(words.join(" "))),
      )
      await refund(world, order)
      await (await nameAccount(await linkOf(order))).confirm()
      await act(order, "release")
      const view = JSON.stringify(await adminView(world, order))
      for (const spy of spies) spy.mockRestore()
      const tables = await rows(
        world,
        "select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'",
      )
      for (const { table_name: table } of tables) {
        const found = await rows(
          world,
          `select 1 from "${String(table)}" one where to_jsonb(one)::text like ?`,
          [`%${mobile}%`],
        )
        expect({ table, found: found.length }).toEqual({ table, found: 0 })
      }
      expect([view.includes(mobile), said.join("\n").includes(mobile)]).toEqual([false, false])
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("what was sealed for one payout opens with its key and for it alone", async () => {
      const order = await promptPay("pp_ksher_held")
      await refund(world, order)
      await (await nameAccount(await linkOf(order))).confirm()
      const [one] = await rows(
        world,
        "select * from gateway_shopper_payout where receiver_tail = '5678' and sealed is not null",
      )
      expect(String(one?.sealed)).toMatch(/^1\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/)
      // As by a restore of other rows, or a key that was lost.
      await rows(
        world,
        "update gateway_shopper_payout set sealed = replace(sealed, '1.', '2.') where operation_id = ?",
        [one?.operation_id],
      )
      await act(order, "release")
      expect(await sentTo(order)).toEqual([])
      expect(await payment(order)).toMatchObject({
        attentionCode: "payout_waits",
        attentionValues: { why: "unreadable" },
      })
      await pay(order)
      await act(order, "release")
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("confirmed in two tabs at once, and twice in each, it is paid out once", async () => {
      const order = await promptPay()
      await refund(world, order)
      const url = await linkOf(order)
      const tabs = [await nameAccount(url), await nameAccount(url)]
      const answers = await Promise.all([...tabs, ...tabs].map(({ confirm }) => confirm()))
      expect(answers.filter(({ body }) => body.includes("Your account has been noted"))).toHaveLength(1)
      expect(
        answers.filter(({ body }) => body.includes("no longer in use") || body.includes("does not work")),
      ).toHaveLength(3)
      await job()
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("parts wait side by side, each by its own link, and no more goes back than was paid", async () => {
      const order = await promptPay()
      expect((await refund(world, order, 100)).status).toBe(200)
      expect((await refund(world, order, 200.25)).status).toBe(200)
      expect((await refund(world, order, 50.26)).status).not.toBe(200)
      const [first, second] = await payoutOps(order)
      const urls = [await linkOf(order, first!.id), await linkOf(order, second!.id)]
      expect(await (await nameAccount(urls[1]!)).confirm()).toMatchObject({ status: 200 })
      expect(await payment(order)).toMatchObject({ state: "partially_refunded", refundedAmount: 20025 })
      expect(await (await nameAccount(urls[0]!)).confirm()).toMatchObject({ status: 200 })
      expect((await sentTo(order)).map(({ amount }) => amount).sort()).toEqual([10000, 20025])
      expect(await payment(order)).toMatchObject({ state: "partially_refunded", refundedAmount: 30025 })
      expect((await books(world, order)).refunded).toBe(300.25)
    })

    it.each([
      ["by_admin", "pp_ksher_held"],
      ["above maxAmount", "pp_ksher_little"],
    ])(
      "%s: nothing is sent until an admin releases it, and two clicks release it once",
      async (_, provider) => {
        const order = await promptPay(provider)
        await refund(world, order)
        const early = await act(order, "release")
        expect(early.status).toBe(409)
        await pay(order)
        await job()
        expect(await sentTo(order)).toEqual([])
        expect(await payment(order)).toMatchObject({ attentionValues: { why: "release" } })
        const clicks = await Promise.all([act(order, "release"), act(order, "release")])
        expect(clicks.map(({ status }) => status)).toContain(200)
        await job()
        expect(await sentTo(order)).toHaveLength(1)
        expect(await payment(order)).toMatchObject({ state: "refunded", attentionCode: null })
      },
    )

    it.each(["timeout", "reset", "http500", "bad_signature", "notsure"] as const)(
      "%s after it was sent: it is asked about, and was sent once",
      async (kind) => {
        const order = await promptPay()
        await refund(world, order)
        const { confirm } = await nameAccount(await linkOf(order))
        await world.sandbox.fault({ gateway: "ksher", call: "payout", kind, when: "after" })
        await confirm()
        expect(await payment(order)).toMatchObject({ state: "refunded", refundedAmount: 35050 })
        expect(await sentTo(order)).toHaveLength(1)
        expect(
          await world.sandbox.calls({ call: "payout", orderNo: (await payoutOps(order))[0]!.number }),
        ).toHaveLength(1)
      },
    )

    it("what Ksher does not know is not sent again by itself: a person decides, and then it is asked for anew", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.fault({ gateway: "ksher", call: "payout", kind: "timeout", when: "before" })
      await confirm()
      const [first] = await payoutOps(order)
      expect(first).toMatchObject({
        state: "unknown",
        attempts: 1,
        asked: { code: "KSHER_INVALID_ORDER_NO" },
      })
      for (let run = 0; run < 3; run++) await job()
      expect(await world.sandbox.calls({ call: "payout", orderNo: first!.number })).toHaveLength(1)
      expect(await payment(order)).toMatchObject({ state: "paid", attentionCode: "refund_unknown" })
      expect((await act(order, "link", first!.id)).status).toBe(409)
      // Nothing else goes back beside it.
      expect((await refund(world, order, 1)).status).not.toBe(200)

      const didNot = { action: "did_not", operation_id: first!.id, note: "Not in the console." }
      expect((await decide(world, order, didNot)).status).toBe(200)
      await job()
      const [ended, next, ...others] = await payoutOps(order)
      expect([ended?.state, next?.state, others]).toEqual(["refused", "pending", []])
      expect(next?.refundId).toBe(first!.refundId)
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
      expect(await payment(order)).toMatchObject({ state: "refunded", refundedAmount: 35050 })
    })

    it("what Ksher is not sure of cannot be called failed: it goes through, and is paid once", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.nextPayout({ outcome: "in_progress" })
      await confirm()
      const [first] = await payoutOps(order)
      const didNot = { action: "did_not", operation_id: first!.id, note: "Not in the console." }
      const answer = await decide(world, order, didNot)
      expect([answer.status, answer.data.code]).toEqual([409, "operation_in_doubt"])
      expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["unknown"])
    })

    it("while one part is in doubt no other is sent, whoever released it", async () => {
      const order = await promptPay()
      await refund(world, order, 100)
      await refund(world, order, 200)
      const [first, second] = await payoutOps(order)
      const one = await nameAccount(await linkOf(order, first!.id))
      const other = await nameAccount(await linkOf(order, second!.id))
      await world.sandbox.fault({ gateway: "ksher", call: "payout", kind: "timeout", when: "before" })
      await one.confirm()
      expect((await other.confirm()).body).toContain("Your account has been noted")
      await job()
      expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["unknown", "pending"])
      await decide(world, order, { action: "did_not", operation_id: first!.id, note: "Not there." })
      await job()
      expect((await sentTo(order)).map(({ amount }) => amount)).toEqual([20000])
      await pay(order)
      expect((await sentTo(order)).map(({ amount }) => amount)).toEqual([20000, 10000])
      expect(await payment(order)).toMatchObject({ state: "partially_refunded", refundedAmount: 30000 })
    })

    it("with sendAgain it is sent once more under its own number, after a while", async () => {
      const order = await promptPay("pp_ksher_again")
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.fault({ gateway: "ksher", call: "payout", kind: "timeout", when: "before" })
      await confirm()
      expect(await sentTo(order)).toEqual([])
      await job(hour)
      expect(await sentTo(order)).toHaveLength(1)
      expect(await payoutOps(order)).toMatchObject([{ state: "succeeded", attempts: 2 }])
    })

    it("the process died before it sent what it had written down: nothing is sent by the next one, and a person is told", async () => {
      const order = await promptPay("pp_ksher_held")
      await refund(world, order)
      await pay(order)
      await rows(world, "update gateway_operation set state = 'sent', attempts = 1 where id = ?", [
        (await payoutOps(order))[0]!.id,
      ])
      for (let run = 0; run < 3; run++) await job()
      expect(await sentTo(order)).toEqual([])
      const { attentionCode, id } = await payment(order)
      expect(attentionCode).toBe("refund_unknown")
      const [{ id: operation_id } = { id: "" }] = await payoutOps(order)
      expect(
        (await decide(world, order, { action: "went_through", operation_id, note: "Seen at the bank." }))
          .status,
      ).toBe(200)
      expect(await payment(order)).toMatchObject({ state: "refunded", refundedAmount: 35050 })
      expect(await world.plugin.ledger.shopperPayouts.ofPayment(id)).toMatchObject([{ sealed: null }])
    })

    it("refused by Ksher, with an answer and by its number: the shopper is asked anew, and it is paid out once", async () => {
      const order = await promptPay()
      await refund(world, order)
      await world.sandbox.nextPayout({ outcome: "fail" })
      await pay(order)
      expect(await payoutOps(order)).toMatchObject([{ state: "refused", code: "KSHER_RECEIVER_INVALID" }])
      await job()
      expect(await payment(order)).toMatchObject({ state: "paid", attentionValues: { why: "no_link" } })
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
      expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["refused", "succeeded"])
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it("a balance that does not cover it: it waits, says so, and is sent once it does", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { appid } = world.sandbox.ksher
      await world.sandbox.changeKsherMerchant(appid, { payoutBalance: 35_049 })
      await pay(order)
      expect(await payment(order)).toMatchObject({ attentionValues: { why: "balance" } })
      expect(
        await world.sandbox.calls({ call: "payout", orderNo: (await payoutOps(order))[0]!.number }),
      ).toEqual([])
      await world.sandbox.changeKsherMerchant(appid, { payoutBalance: 100_000_000 })
      await job(hour)
      expect(await sentTo(order)).toHaveLength(1)
      expect((await payment(order)).attentionCode).toBeNull()
    })

    it("around 02:30 Thai time nothing is sent; after that it is, by itself", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.advance(14.5 * hour)
      travel(14.5 * hour)
      await confirm()
      expect(
        await world.sandbox.calls({ call: "payout", orderNo: (await payoutOps(order))[0]!.number }),
      ).toEqual([])
      await world.sandbox.advance(hour)
      await job(hour)
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("ten wrong answers lock a link, also at once; a new one replaces it, and the old one is worth nothing", async () => {
      const order = await promptPay()
      await refund(world, order)
      const url = await linkOf(order)
      const shopper = visitor()
      const shown = await shopper.open(url)
      const guess = (who: string) => step(shopper, shown, { step: "who", who })
      const wrong = await Promise.all(Array.from({ length: 14 }, (_, at) => guess(`guess${at}@shop.example`)))
      expect(wrong.filter(({ body }) => body.includes("does not match"))).toHaveLength(10)
      expect((await guess(email)).status).toBe(410)
      await job()
      expect(await payment(order)).toMatchObject({ attentionValues: { why: "link_locked" } })
      const next = await linkOf(order)
      expect((await visitor().open(url)).status).toBe(403)
      await (await nameAccount(next)).confirm()
      expect(await sentTo(order)).toHaveLength(1)
    })

    it.each([
      ["the phone number of the order, as the shopper writes it", "+66 81-000-0000", true],
      ["another number", "+66 81-000-0001", false],
      ["nothing but spaces", "   ", false],
      ["a part of the address", "shopper", false],
      ["the address in other letters", " Shopper@SHOP.example ", true],
    ])("who orders is known by the e-mail address or a phone number: %s", async (_, who, isRight) => {
      const order = await promptPay()
      await rows(
        world,
        `update order_address set phone = '081 000 0000' where id = (select shipping_address_id from "order" where id = ?)`,
        [order.id],
      )
      await refund(world, order)
      const shopper = visitor()
      const shown = await shopper.open(await linkOf(order))
      const answer = await step(shopper, shown, { step: "who", who })
      expect(answer.body.includes("350.50")).toBe(isRight)
    })

    it("a step that is not of the page, or from another site, does nothing", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { shopper, shown } = await nameAccount(await linkOf(order))
      const fields = { step: "confirm", who: email, ...account }
      const proof = proofIn(shown.body)
      const strange = [
        shopper.post(shown, fields),
        shopper.post(
          shown,
          { ...fields, proof },
          { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        ),
        shopper.post(shown, { ...fields, proof, number: "02" }),
        shopper.post(shown, { ...fields, proof, who: "other@shop.example" }),
        visitor().post(shown, { ...fields, proof }),
      ]
      for (const answer of await Promise.all(strange)) expect(answer.body).not.toContain("has been noted")
      expect(await sentTo(order)).toEqual([])
      expect((await payoutOps(order))[0]).toMatchObject({ state: "pending", reason: null })
    })

    it("a link that has expired shows nothing, and the money is still owed", async () => {
      const order = await promptPay()
      await refund(world, order)
      const url = await linkOf(order)
      const { confirm } = await nameAccount(url)
      travel(25 * hour)
      expect((await confirm()).status).toBe(410)
      expect((await visitor().open(url)).body).not.toContain("350.50")
      await job(0)
      expect(await payment(order)).toMatchObject({ state: "paid", attentionValues: { why: "link_expired" } })
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("a cancelled order is refunded so, in Medusa's books too", async () => {
      const order = await promptPay()
      expect((await cancelOrder(world, order)).status).toBe(200)
      expect(await payoutOps(order)).toMatchObject([{ state: "pending", amount: 35050 }])
      await pay(order)
      await job()
      expect(await sentTo(order)).toHaveLength(1)
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it("returned another way while it waits: it is recorded, and the link is worth nothing", async () => {
      const order = await promptPay()
      await refund(world, order)
      const url = await linkOf(order)
      const { confirm } = await nameAccount(url)
      const [{ id: operation_id } = { id: "" }] = await payoutOps(order)
      const refused = await decide(world, order, { action: "did_not", operation_id, note: "No." })
      expect(refused.status).toBe(400)
      expect(
        (await decide(world, order, { action: "went_through", operation_id, note: "Paid in cash." })).status,
      ).toBe(200)
      expect((await confirm()).body).not.toContain("has been noted")
      await job()
      expect(await sentTo(order)).toEqual([])
      expect(await payment(order)).toMatchObject({ state: "refunded", refundedAmount: 35050 })
    })

    it("a channel that Ksher refunds is refunded there, as ever", async () => {
      const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
      expect((await refund(world, order)).status).toBe(200)
      expect(await payoutOps(order)).toEqual([])
      expect(await payment(order)).toMatchObject({ state: "refunded" })
    })
  },
  { entries },
)
