import { randomBytes } from "node:crypto"

import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import type { Orders } from "../../src/services/ledger/orders"
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
const channels = ["promptpay", "truemoney", "kplus", "scb_instal"]
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
    beforeEach(async () => {
      await world.sandbox.changeKsherMerchant(world.sandbox.ksher.appid, { payoutBalance: 100_000_000 })
      await atNoon()
    })
    afterEach(async () => {
      jest.restoreAllMocks()
      await atRest(world)
      await world.sandbox.setQuirks({ ksher: { pendingPayoutQueriesAs: "NOTSURE" } })
    })

    const payment = (order: PlacedOrder) => ledgerPayment(world, order)
    const payoutOps = (order: PlacedOrder) => operations(world, order, "payout")
    const sentTo = async (order: PlacedOrder) => {
      const numbers = new Set((await payoutOps(order)).map(({ number }) => number))
      return (await world.sandbox.payouts()).filter(({ no }) => numbers.has(no))
    }
    const promptPay = (provider = "pp_ksher_th") => paidOrder(world, provider, { channel: "promptpay" })
    /** What an admin sees of a payout, and has to tell with what he does. */
    const seenOf = async (order: PlacedOrder, operationId?: string) => {
      const { operations: all } = await adminView(world, order)
      const waits = ({ id, kind, state }: (typeof all)[number]) =>
        operationId === undefined ? kind === "payout" && state === "pending" : id === operationId
      const operation = all.find(waits)
      const { link_id = null, given_at = null } = operation?.payout ?? {}
      return { operation_id: operation?.id ?? operationId, link_id, given_at }
    }
    type Action = "link" | "release" | "take_back"
    type Seen = Awaited<ReturnType<typeof seenOf>>
    const actOn = async (order: PlacedOrder, action: Action, seen: Seen) =>
      world.shop.tryAdmin("post", `/admin/gateway-payments/${(await payment(order)).id}/payout`, {
        action,
        ...seen,
      })
    const act = async (order: PlacedOrder, action: Action, operationId?: string) =>
      actOn(order, action, await seenOf(order, operationId))
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
    /** Refunded under Gateway payments, and not in Medusa's dialog. */
    const refundHere = async (order: PlacedOrder, amount?: number) => {
      const asked = { action: "refund", note: "Not wanted any more.", ...(amount && { amount }) } as const
      expect((await decide(world, order, asked)).status).toBe(200)
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

    it("what Ksher is not sure of is told an hour after it was sent, however long the shopper took", async () => {
      const order = await promptPay()
      await refund(world, order)
      const url = await linkOf(order)
      await job(20 * hour)
      const { confirm } = await nameAccount(url)
      await world.sandbox.nextPayout({ outcome: "in_progress" })
      await confirm()
      await job(50 * minute)
      expect(await payoutOps(order)).toMatchObject([{ state: "unknown" }])
      expect((await payment(order)).attentionCode).toBeNull()
      await job(20 * minute)
      expect((await payment(order)).attentionCode).toBe("refund_unknown")
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

    it("refused by Ksher, with an answer and twice by its number: the shopper is asked anew, and it is paid out once", async () => {
      const order = await promptPay()
      await refund(world, order)
      await world.sandbox.nextPayout({ outcome: "fail" })
      await pay(order)
      // What Ksher does not know yet, it may know in a moment.
      expect(await payoutOps(order)).toMatchObject([{ state: "unknown", code: "KSHER_RECEIVER_INVALID" }])
      await look(order)
      expect(await payoutOps(order)).toMatchObject([{ state: "unknown" }])
      expect((await payment(order)).attentionCode).toBeNull()
      await look(order, 3 * minute)
      expect(await payoutOps(order)).toMatchObject([{ state: "refused", code: "KSHER_RECEIVER_INVALID" }])
      await job()
      expect(await payment(order)).toMatchObject({ state: "paid", attentionValues: { why: "no_link" } })
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
      expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["refused", "succeeded"])
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    /** Somebody has the payment looked at, some time from now. */
    const look = async (order: PlacedOrder, ms = 0) => {
      if (ms) travel(ms)
      const { id } = await payment(order)
      return world.shop.tryAdmin("post", `/admin/gateway-payments/${id}/sync`)
    }
    /** Ksher takes it in, says that it failed, and knows nothing of it until later. */
    const calledFailed = async (code = "KSHER_X") => {
      await world.sandbox.setQuirks({ ksher: { pendingPayoutQueriesAs: "absent" } })
      await world.sandbox.nextPayout({ outcome: "in_progress" })
      await world.sandbox.fault({
        gateway: "ksher",
        call: "payout",
        kind: "refuse",
        when: "after",
        code,
      })
    }
    /** The payout counts as refused, and another one waits for the same refund. */
    const refusedOnce = async (order: PlacedOrder): Promise<string> => {
      await calledFailed()
      await pay(order)
      await look(order, 3 * minute)
      const [first] = await payoutOps(order)
      expect(first).toMatchObject({ state: "refused", code: "KSHER_X" })
      await job()
      expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["refused", "pending"])
      return first!.number
    }
    /** Through which every statement goes, of a transaction too. */
    interface Driver {
      _query(connection: unknown, statement: { sql?: string }): Promise<unknown>
    }
    /**
     * The process dies after so many writes of the plugin and calls of the payout: what it would have written then is lost, and it calls
     * nobody.
     */
    const dieAfter = (most: number) => {
      const steps: string[] = []
      const did = (step: string) => {
        if (steps.length >= most) throw new Error("The process is dead.")
        steps.push(step)
      }
      const { client } = world.container.resolve<{ client: object }>(ContainerRegistrationKeys.PG_CONNECTION)
      const driver = Object.getPrototypeOf(client) as Driver
      const { _query: query } = driver
      jest.spyOn(driver, "_query").mockImplementation(function (this: Driver, connection, statement) {
        const [, what] = /(?:insert into|update) (gateway_\w+)/.exec(statement.sql ?? "") ?? []
        if (what !== undefined) did(what)
        return query.call(this, connection, statement)
      })
      const { gateway } = world.plugin.provider("pp_ksher_th")!
      const rail = gateway.shopperPayouts!
      const called = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
        did(`call ${name}`)
        const answer = await call()
        did(`answer of ${name}`)
        return answer
      }
      jest.spyOn(gateway, "shopperPayouts", "get").mockReturnValue({
        ...rail,
        balance: () => called("balance", () => rail.balance()),
        send: (sent) => called("send", () => rail.send(sent)),
        query: (asked) => called("query", () => rail.query(asked)),
      })
      return { steps }
    }
    /** The job runs, and people do what they are told, until nothing is left to do. */
    const settled = async (order: PlacedOrder) => {
      for (let round = 0; round < 4; round++) {
        await job(hour)
        const all = await payoutOps(order)
        const doubtful = all.find(({ state }) => state === "unknown" || state === "sent")
        const { attentionCode } = await payment(order)
        if (doubtful && attentionCode === "refund_unknown")
          await decide(world, order, { action: "did_not", operation_id: doubtful.id, note: "Not there." })
        const waiting = (await payoutOps(order)).find(({ state }) => state === "pending")
        if (waiting && (await seenOf(order)).given_at === null) await pay(order)
      }
    }
    const callsOf = (number: string, call = "payout") => world.sandbox.calls({ call, orderNo: number })

    /** A part of what was paid went back twice: that is in all the books, and a person is told of it until it is dismissed. */
    const toldOfBoth = async (order: PlacedOrder, amount: number) => {
      expect((await books(world, order)).refunded).toBe(2 * amount)
      const number = (await payoutOps(order)).find(({ reason }) => reason === "after_all")?.number
      const told = {
        ...{ attentionCode: "books_differ" },
        attentionValues: {
          why: "returned_twice",
          number,
          amount: { amount: amount.toFixed(2), currency: "thb" },
        },
      }
      expect(await payment(order)).toMatchObject(told)
      await job()
      expect(await payment(order)).toMatchObject(told)
      expect((await decide(world, order, { action: "dismiss", note: "The shopper keeps it." })).status).toBe(
        200,
      )
      for (let run = 0; run < 2; run++) await job()
      expect((await payment(order)).attentionCode).toBeNull()
      expect((await books(world, order)).refunded).toBe(2 * amount)
    }

    it.each([undefined, 100])(
      "what counted as refused is asked about before another is sent: it went through after all (%p)",
      async (amount) => {
        const order = await promptPay()
        await refund(world, order, amount)
        const number = await refusedOnce(order)
        const { confirm } = await nameAccount(await linkOf(order))
        await world.sandbox.settlePayout(number, "success")
        await confirm()
        expect(await sentTo(order)).toMatchObject([{ no: number, state: "success" }])
        expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["succeeded", "not_sent"])
        await job()
        const minor = (amount ?? 350.5) * 100
        expect(await payment(order)).toMatchObject({ refundedAmount: minor, attentionCode: null })
        expect((await books(world, order)).refunded).toBe(minor / 100)
        expect(await sentTo(order)).toHaveLength(1)
        const kept = await world.plugin.ledger.shopperPayouts.ofPayment((await payment(order)).id)
        expect(kept.map(({ sealed }) => sealed)).toEqual([null, null])
      },
    )

    it.each([undefined, 100])(
      "what counted as refused goes through after the next one was sent: an ordinary look finds it, and it counts (%p)",
      async (amount) => {
        const order = await promptPay()
        await refund(world, order, amount)
        const number = await refusedOnce(order)
        await pay(order)
        expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["refused", "succeeded"])
        await world.sandbox.settlePayout(number, "success")
        for (let run = 0; run < 2; run++) await job(12 * hour)
        expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["succeeded", "succeeded"])
        expect(await sentTo(order)).toHaveLength(2)
        const minor = (amount ?? 350.5) * 100
        expect(await payment(order)).toMatchObject({ refundedAmount: 2 * minor })
        if (amount === undefined)
          expect(await payment(order)).toMatchObject({ attentionCode: "books_differ" })
        else await toldOfBoth(order, amount)
      },
    )

    it.each([undefined, 100])(
      "two payouts of one refund that counted as refused go through after all: each is in the books once (%p)",
      async (amount) => {
        const order = await promptPay()
        await refund(world, order, amount)
        const first = await refusedOnce(order)
        await calledFailed()
        await pay(order)
        await look(order, 3 * minute)
        expect((await payoutOps(order)).map(({ state }) => state).slice(0, 2)).toEqual(["refused", "refused"])
        const second = (await payoutOps(order))[1]!.number
        for (const number of [first, second]) await world.sandbox.settlePayout(number, "success")
        for (let run = 0; run < 2; run++) await job(12 * hour)
        expect((await payoutOps(order)).map(({ state }) => state).slice(0, 2)).toEqual([
          ...["succeeded", "succeeded"],
        ])
        expect((await sentTo(order)).map(({ state }) => state)).toEqual(["success", "success"])
        const minor = (amount ?? 350.5) * 100
        expect(await payment(order)).toMatchObject({ refundedAmount: 2 * minor })
        if (amount === undefined)
          expect(await payment(order)).toMatchObject({ attentionCode: "books_differ" })
        else await toldOfBoth(order, amount)
      },
    )

    it("of what counted as refused Ksher says nothing sure: nothing is sent until it does", async () => {
      const order = await promptPay()
      await refund(world, order)
      const number = await refusedOnce(order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.fault({
        gateway: "ksher",
        call: "order_query_payout",
        kind: "http500",
        when: "before",
      })
      await confirm()
      const [, next] = await payoutOps(order)
      expect(await callsOf(next!.number)).toEqual([])
      expect(await payment(order)).toMatchObject({
        attentionCode: "payout_waits",
        attentionValues: { why: "unsent" },
      })
      await job()
      expect(await callsOf(next!.number)).toHaveLength(1)
      expect((await sentTo(order)).map(({ no, state }) => [no, state])).toEqual([
        [number, "in_progress"],
        [next!.number, "success"],
      ])
    })

    it("a payout that Ksher called failed and knows in the end is never called refused", async () => {
      const order = await promptPay()
      await refund(world, order)
      await calledFailed()
      await pay(order)
      const [first] = await payoutOps(order)
      expect(first).toMatchObject({ state: "unknown" })
      await world.sandbox.settlePayout(first!.number, "success")
      await look(order, 3 * minute)
      expect(await payoutOps(order)).toMatchObject([{ state: "succeeded" }])
      expect(await payment(order)).toMatchObject({ state: "refunded", attentionCode: null })
    })

    it("a failure that Ksher has not signed, and a number that it does not know, are no refusal", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.nextPayout({ outcome: "fail" })
      await world.sandbox.fault({ gateway: "ksher", call: "payout", kind: "bad_signature", when: "after" })
      await confirm()
      for (let run = 0; run < 3; run++) await look(order, 10 * minute)
      expect(await payoutOps(order)).toMatchObject([{ state: "unknown" }])
      expect(await payment(order)).toMatchObject({ attentionCode: "refund_unknown" })
    })

    it.each(["before", "while"] as const)(
      "returned in Ksher's console %s the shopper names an account: nothing is sent, and a person says so",
      async (when) => {
        const order = await promptPay()
        await refund(world, order)
        const { confirm } = await nameAccount(await linkOf(order))
        await world.sandbox.refundInConsole(order.session.number, 35_050)
        if (when === "before") {
          await look(order)
          expect(await payment(order)).toMatchObject({ attentionCode: "outside_unclear" })
        }
        await confirm()
        for (let run = 0; run < 2; run++) await job()
        expect(await sentTo(order)).toEqual([])
        expect(await payment(order)).toMatchObject({ state: "paid", attentionCode: "outside_unclear" })
        const [{ id: operation_id, number } = { id: "", number: "" }] = await payoutOps(order)
        expect(await callsOf(number)).toEqual([])
        const said = { action: "went_through", operation_id, note: "Refunded in the console." } as const
        const unclear = await decide(world, order, said)
        expect([unclear.status, unclear.data.code]).toEqual([400, "resolve_invalid"])
        expect((await decide(world, order, { ...said, how: "console" })).status).toBe(200)
        for (let run = 0; run < 2; run++) await job()
        expect(await sentTo(order)).toEqual([])
        expect(await payment(order)).toMatchObject({
          ...{ state: "refunded", refundedAmount: 35_050, attentionCode: null },
        })
        expect((await books(world, order)).refunded).toBe(350.5)
      },
    )

    it("a bank transfer for what waits is not what went back in the console: that stays unsaid, and nothing more is sent", async () => {
      const order = await promptPay()
      await refund(world, order, 100)
      await linkOf(order)
      await world.sandbox.refundInConsole(order.session.number, 5_000)
      await look(order)
      expect(await payment(order)).toMatchObject({ attentionCode: "outside_unclear" })
      const [{ id: operation_id } = { id: "" }] = await payoutOps(order)
      const said = { action: "went_through", operation_id, note: "By bank transfer.", how: "other" } as const
      expect((await decide(world, order, said)).status).toBe(200)
      await job()
      expect(await payment(order)).toMatchObject({
        ...{ refundedAmount: 10_000, returnedUnsaid: true, attentionCode: "outside_unclear" },
      })
      expect((await refund(world, order, 250.5)).status).not.toBe(200)
      expect(await sentTo(order)).toEqual([])
    })

    it("whether it was returned in the console cannot be asked: nothing is sent until it can", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.sandbox.fault({
        gateway: "ksher",
        call: "gateway_order_query",
        kind: "http500",
        when: "before",
        times: 9,
      })
      await confirm()
      expect(await sentTo(order)).toEqual([])
      expect(await payment(order)).toMatchObject({ attentionValues: { why: "unsent" } })
      await world.sandbox.clearFaults()
      await job()
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("the success of a payout that another process has ended as refused is recorded, and nothing else is sent for it", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { confirm } = await nameAccount(await linkOf(order))
      const { operations: ledger } = world.plugin.ledger
      const { gateway } = world.plugin.provider("pp_ksher_th")!
      const rail = gateway.shopperPayouts!
      const slow = jest.spyOn(gateway, "shopperPayouts", "get").mockReturnValue({
        ...rail,
        send: async (sent) => {
          const answer = await rail.send(sent)
          const [first] = await payoutOps(order)
          await ledger.conclude(first!.id, { state: "refused", reason: "by_hand", message: "Not there." })
          return answer
        },
      })
      await confirm()
      slow.mockRestore()
      expect(await payoutOps(order)).toMatchObject([{ state: "succeeded", gatewayNo: expect.any(String) }])
      await job()
      expect(await sentTo(order)).toHaveLength(1)
      expect(await payoutOps(order)).toHaveLength(1)
      expect(await payment(order)).toMatchObject({ state: "refunded", attentionCode: null })
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it.each([undefined, 100])(
      "a success that comes when the next payout has been sent counts too, in all the books, and people are told (%p)",
      async (amount) => {
        const order = await promptPay()
        await refund(world, order, amount)
        const { confirm } = await nameAccount(await linkOf(order))
        const { gateway } = world.plugin.provider("pp_ksher_th")!
        const rail = gateway.shopperPayouts!
        let isFirst = true
        jest.spyOn(gateway, "shopperPayouts", "get").mockReturnValue({
          ...rail,
          send: async (sent) => {
            if (!isFirst) return rail.send(sent)
            isFirst = false
            // Ksher takes its time. Meanwhile the process counts as dead, a person looks into it, and the shopper is asked anew.
            const [first] = await payoutOps(order)
            await world.plugin.ledger.operations.conclude(first!.id, {
              ...{ state: "refused", reason: "by_hand", message: "Not there." },
            })
            await job()
            await pay(order)
            return rail.send(sent)
          },
        })
        await confirm()
        jest.restoreAllMocks()
        expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["succeeded", "succeeded"])
        expect(await sentTo(order)).toHaveLength(2)
        await job()
        const minor = (amount ?? 350.5) * 100
        expect(await payment(order)).toMatchObject({ refundedAmount: 2 * minor })
        if (amount === undefined)
          expect(await payment(order)).toMatchObject({ attentionCode: "books_differ" })
        else await toldOfBoth(order, amount)
        await job()
        expect(await sentTo(order)).toHaveLength(2)
      },
    )

    it.each([
      ["Medusa's dialog", (order: PlacedOrder) => refund(world, order)],
      ["Gateway payments", (order: PlacedOrder) => refundHere(order)],
    ])(
      "%s: a process that dies at any step of a payout pays it out once in the end",
      async (_, start) => {
        const steps: string[] = []
        const died: string[] = []
        for (let after = 0; after === 0 || after <= steps.length; after++) {
          const order = await promptPay()
          await start(order)
          const { confirm } = await nameAccount(await linkOf(order))
          const death = dieAfter(after === 0 ? Infinity : after - 1)
          await confirm()
          if (after === 0) steps.push(...death.steps)
          else died.push(death.steps.at(-1) ?? "nothing yet")
          jest.restoreAllMocks()
          await settled(order)
          const sent = await sentTo(order)
          expect([after, steps[after - 1], sent.map(({ state }) => state)]).toEqual([
            ...[after, steps[after - 1], ["success"]],
          ])
          expect(await payment(order)).toMatchObject({
            state: "refunded",
            refundedAmount: 35_050,
            attentionCode: null,
          })
          expect((await books(world, order)).refunded).toBe(350.5)
        }
        expect(steps).toEqual(expect.arrayContaining(["call balance", "call send", "answer of send"]))
        expect(new Set(died).size).toBeGreaterThan(5)
      },
      600_000,
    )

    it.each(["get_payout_balance", "order_query_payout"] as const)(
      "%s gives no answer: a person sees that it waits, and it is sent once it does",
      async (call) => {
        const order = await promptPay()
        await refund(world, order)
        const { confirm } = await nameAccount(await linkOf(order))
        if (call === "order_query_payout") {
          await world.sandbox.fault({ gateway: "ksher", call: "payout", kind: "timeout", when: "before" })
          await confirm()
          expect(await payment(order)).toMatchObject({ attentionCode: "refund_unknown" })
          return
        }
        await world.sandbox.fault({ gateway: "ksher", call, kind: "http500", when: "before" })
        await confirm()
        expect(await sentTo(order)).toEqual([])
        expect(await payment(order)).toMatchObject({
          attentionCode: "payout_waits",
          attentionValues: { why: "unsent" },
        })
        await job(hour)
        expect(await sentTo(order)).toHaveLength(1)
        expect((await payment(order)).attentionCode).toBeNull()
      },
    )

    it("switched off while a link lives: it stands under attention, and goes on when it is on again", async () => {
      const order = await promptPay()
      await refund(world, order)
      const url = await linkOf(order)
      expect((await payment(order)).attentionCode).toBeNull()
      const { deps } = world.plugin.provider("pp_ksher_th")!
      const off = jest.replaceProperty(deps, "policy", { ...deps.policy, payouts: undefined })
      await look(order)
      expect(await payment(order)).toMatchObject({
        attentionCode: "payout_waits",
        attentionValues: { why: "switched_off" },
      })
      off.restore()
      await look(order)
      expect((await payment(order)).attentionCode).toBeNull()
      await (await nameAccount(url)).confirm()
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("a balance that covers the amount and not the fee: it waits for a top-up, and the account is kept", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { appid } = world.sandbox.ksher
      await world.sandbox.changeKsherMerchant(appid, { payoutBalance: 35_100 })
      await pay(order)
      for (const ms of [3 * minute, hour, 3 * minute, hour]) {
        expect(await payment(order)).toMatchObject({
          attentionCode: "payout_waits",
          attentionValues: { why: "balance" },
        })
        await look(order, ms)
      }
      await world.sandbox.changeKsherMerchant(appid, { payoutBalance: 100_000_000 })
      await look(order, hour)
      await look(order, hour)
      expect(await sentTo(order)).toMatchObject([{ amount: 35_050, state: "success" }])
      expect(await payoutOps(order)).toHaveLength(1)
      expect(await payment(order)).toMatchObject({ state: "refunded", attentionCode: null })
    })

    /** Ksher calls it failed for want of a balance, and may carry it out all the same: it waits under its number. */
    const waitsAgain = async (order: PlacedOrder, amount: number) => {
      await refund(world, order, amount)
      await calledFailed("KSHER_BALANCE_NOT_ENOUGH")
      await pay(order)
      await world.sandbox.changeKsherMerchant(world.sandbox.ksher.appid, { payoutBalance: 1 })
      await look(order, 3 * minute)
      const [first] = await payoutOps(order)
      expect(first).toMatchObject({ state: "pending", attempts: 0, sentAt: expect.anything() })
      expect(await payment(order)).toMatchObject({ attentionValues: { why: "balance" } })
      return first!
    }
    const otherWay = (order: PlacedOrder, operation_id: string) =>
      decide(world, order, { action: "went_through", operation_id, note: "By bank transfer.", how: "other" })

    it("sent once, it waits again and is returned another way: it is asked about, and a person is told that it went through too", async () => {
      const order = await promptPay()
      const { id, number } = await waitsAgain(order, 100)
      expect((await otherWay(order, id)).status).toBe(200)
      await job()
      expect(await payment(order)).toMatchObject({ refundedAmount: 10_000, attentionCode: null })
      await world.sandbox.settlePayout(number, "success")
      for (let run = 0; run < 2; run++) await job(12 * hour)
      expect(await payoutOps(order)).toMatchObject([{ state: "succeeded", gatewayNo: expect.any(String) }])
      expect(await sentTo(order)).toMatchObject([{ no: number, state: "success" }])
      expect(await payment(order)).toMatchObject({ refundedAmount: 20_000 })
      await toldOfBoth(order, 100)
      const { operations: all } = await adminView(world, order)
      expect(all.find(({ kind }) => kind === "refund")).toMatchObject({ state: "succeeded", amount: 100 })
    })

    it("sent once, it waits again, and Ksher says that it went through when an admin calls it returned another way: it counts once", async () => {
      const order = await promptPay()
      const { id, number } = await waitsAgain(order, 100)
      await world.sandbox.settlePayout(number, "success")
      const answer = await otherWay(order, id)
      expect([answer.status, answer.data.code]).toEqual([409, "changed"])
      await job()
      expect(await payoutOps(order)).toMatchObject([{ state: "succeeded", gatewayNo: expect.any(String) }])
      expect(await payment(order)).toMatchObject({ refundedAmount: 10_000, attentionCode: null })
      expect((await books(world, order)).refunded).toBe(100)
    })

    it("what every payout of an order waits for is told, and told anew when another needs a person", async () => {
      const order = await promptPay("pp_ksher_held")
      await refund(world, order, 100)
      await refund(world, order, 200)
      const [first, second] = await payoutOps(order)
      await job()
      const waits = (one: typeof first, why: string) => ({ why, number: one!.number })
      expect(await payment(order)).toMatchObject({
        attentionCode: "payout_waits",
        attentionValues: { ...waits(first, "no_link"), others: [waits(second, "no_link")] },
      })
      await (await nameAccount(await linkOf(order, second!.id))).confirm()
      expect(await payment(order)).toMatchObject({
        attentionValues: { ...waits(first, "no_link"), others: [waits(second, "release")] },
      })
      const view = await adminView(world, order)
      expect(view.attention).toMatch(/has not been asked for an account.*an admin has to release the payout/s)
      await act(order, "release", second!.id)
      expect((await sentTo(order)).map(({ amount }) => amount)).toEqual([20_000])
      const { attentionValues } = await payment(order)
      expect(attentionValues).toMatchObject(waits(first, "no_link"))
      expect(attentionValues).not.toHaveProperty("others")
    })

    it("what only a person can return, since a part went back in the console, is asked about every few hours", async () => {
      const order = await promptPay()
      await refund(world, order, 100)
      await refund(world, order, 200)
      const [first, second] = await payoutOps(order)
      await world.sandbox.refundInConsole(order.session.number, 10_000)
      await look(order)
      const said = {
        action: "went_through",
        operation_id: first!.id,
        note: "In the console.",
        how: "console",
      }
      expect((await decide(world, order, said as never)).status).toBe(200)
      await (await nameAccount(await linkOf(order, second!.id))).confirm()
      for (let run = 0; run < 9; run++) await job()
      expect(await payment(order)).toMatchObject({ attentionValues: { why: "unsent" } })
      const asked = () => world.sandbox.calls({ call: "gateway_order_query", orderNo: order.session.number })
      const early = (await asked()).length
      // Six hours, and a quarter more at most: it has been looked at now, and is not again for the next six.
      await job(8 * hour)
      const before = (await asked()).length
      expect(before).toBeGreaterThan(early)
      for (let run = 0; run < 4; run++) await job(40 * minute)
      expect((await asked()).length).toBe(before)
      expect(await callsOf(second!.number)).toEqual([])
    })

    const moments = [
      "while the shopper is asked",
      "while it is in doubt",
      "when it has been paid out",
    ] as const
    it.each(moments.flatMap((when) => [[when, 100] as const, [when, undefined] as const]))(
      "Medusa's refund row is deleted %s: it is in the books again, and goes out once (%p)",
      async (when, amount) => {
        const order = await promptPay()
        const forget = async () => {
          const [row] = await refundRows(world, order)
          await rows(world, "delete from refund where id = ?", [row?.id])
        }
        await refund(world, order, amount)
        const major = amount ?? 350.5
        const { confirm } = await nameAccount(await linkOf(order))
        if (when === "while the shopper is asked") await forget()
        if (when === "while it is in doubt") await world.sandbox.nextPayout({ outcome: "in_progress" })
        await confirm()
        if (when !== "while the shopper is asked") await forget()
        const [{ number } = { number: "" }] = await payoutOps(order)
        if (when === "while it is in doubt") await world.sandbox.settlePayout(number, "success")
        for (let run = 0; run < 2; run++) await job(25 * hour)
        expect(await sentTo(order)).toMatchObject([{ no: number, state: "success" }])
        const [made, ...others] = await payoutOps(order)
        expect([made?.state, others]).toEqual(["succeeded", []])
        expect((await refundRows(world, order)).map(({ id, amount }) => [id, amount])).toEqual([
          [made?.refundId, major],
        ])
        expect(await payment(order)).toMatchObject({ refundedAmount: major * 100, attentionCode: null })
        expect((await books(world, order)).refunded).toBe(major)
      },
    )

    it("a release is of the account that the admin saw, and a link of the link", async () => {
      const order = await promptPay("pp_ksher_held")
      await refund(world, order)
      const nothing = await seenOf(order)
      const { confirm } = await nameAccount(await linkOf(order))
      const linked = await seenOf(order)
      const twice = await actOn(order, "link", nothing)
      expect([twice.status, twice.data.code]).toEqual([409, "changed"])
      await confirm()
      const early = await actOn(order, "link", linked)
      expect([early.status, early.data.code]).toEqual([409, "changed"])
      const first = await seenOf(order)
      // The shopper is asked anew, and names another account.
      await (await nameAccount(await linkOf(order), { ...account, number: "0898765432" })).confirm()
      const stale = await actOn(order, "release", first)
      expect([stale.status, stale.data.code]).toEqual([409, "changed"])
      await job()
      expect(await sentTo(order)).toEqual([])
      expect((await act(order, "release")).status).toBe(200)
      expect(await sentTo(order)).toMatchObject([{ receiverNo: "0898765432" }])
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

    it("around 02:30 Thai time what it waits for is not taken back, and is not told once more after that", async () => {
      const order = await promptPay()
      await refund(world, order)
      const { appid } = world.sandbox.ksher
      await world.sandbox.changeKsherMerchant(appid, { payoutBalance: 1 })
      await pay(order)
      const told = await payment(order)
      expect(told).toMatchObject({ attentionValues: { why: "balance" } })
      const warned = jest.spyOn(world.console, "warn").mockImplementation(() => undefined)
      for (const ms of [14.5 * hour, hour]) {
        await world.sandbox.advance(ms)
        await look(order, ms)
        expect(await payment(order)).toMatchObject({ attentionValues: told.attentionValues })
      }
      const lines = warned.mock.calls.map((words) => words.join(" "))
      expect(lines.filter((line) => line.includes("payout_waits"))).toEqual([])
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

    const rowAmounts = async (order: PlacedOrder) =>
      (await refundRows(world, order)).map(({ amount }) => amount)

    it("a refund that was started here is in no books until the shopper answers, and can be taken back once", async () => {
      const order = await promptPay()
      await refundHere(order)
      expect(await payoutOps(order)).toMatchObject([{ state: "pending", amount: 35_050, refundId: null }])
      await job()
      expect(await rowAmounts(order)).toEqual([])
      const url = await linkOf(order)
      const { confirm } = await nameAccount(url)
      const seen = await seenOf(order)
      const clicks = await Promise.all([actOn(order, "take_back", seen), actOn(order, "take_back", seen)])
      expect(clicks.map(({ status, data }) => [status, data.code]).sort()).toEqual([
        [200, undefined],
        [409, "changed"],
      ])
      expect((await confirm()).body).not.toContain("has been noted")
      expect((await visitor().open(url)).status).toBe(403)
      for (let run = 0; run < 2; run++) await job()
      expect(await payoutOps(order)).toMatchObject([{ state: "not_sent", reason: "taken_back" }])
      expect([await sentTo(order), await rowAmounts(order)]).toEqual([[], []])
      expect(await adminView(world, order)).toMatchObject({ state: "paid", attention_code: null, owed: null })
      // All of it can be refunded again.
      expect((await refund(world, order)).status).toBe(200)
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it.each([undefined, 100])(
      "a refund that was started here is booked when the shopper has answered, and then sent once (%p)",
      async (amount) => {
        const order = await promptPay()
        await refundHere(order, amount)
        const major = amount ?? 350.5
        await pay(order)
        expect(await sentTo(order)).toMatchObject([{ amount: major * 100, state: "success" }])
        expect(await rowAmounts(order)).toEqual([major])
        const [operation] = await payoutOps(order)
        const late = await act(order, "take_back", operation!.id)
        expect([late.status, late.data.code]).toEqual([409, "changed"])
        await job()
        expect(await sentTo(order)).toHaveLength(1)
        expect((await books(world, order)).refunded).toBe(major)
        expect(await payment(order)).toMatchObject({ refundedAmount: major * 100, attentionCode: null })
        // Who wants the same again is not taken for somebody who did not know.
        if (amount) expect((await refund(world, order, major)).status).toBe(200)
      },
    )

    it("a refund of Medusa's own dialog is in its books, stays owed, and is not taken back", async () => {
      const order = await promptPay()
      await refund(world, order)
      const asked = await act(order, "take_back")
      expect([asked.status, asked.data.code]).toEqual([409, "refund_stays_owed"])
      expect(await payoutOps(order)).toMatchObject([{ state: "pending" }])
      const view = await adminView(world, order)
      expect(view.operations).toContainEqual(
        expect.objectContaining({ payout: expect.objectContaining({ can_take_back: false }) }),
      )
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
    })

    it("once an account is named it is booked, and not taken back, whoever has yet to release it", async () => {
      const order = await promptPay("pp_ksher_held")
      await refundHere(order)
      const before = await seenOf(order)
      await pay(order)
      expect(await rowAmounts(order)).toEqual([350.5])
      const stale = await actOn(order, "take_back", before)
      const fresh = await act(order, "take_back")
      expect([stale.status, fresh.status]).toEqual([409, 409])
      expect(fresh.data.code).toBe("refund_stays_owed")
      await act(order, "release")
      expect(await sentTo(order)).toHaveLength(1)
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it("taken back while Medusa's dialog asks for the same refund: it waits for its turn, and is told that it stays owed", async () => {
      const order = await promptPay()
      await refundHere(order)
      const seen = await seenOf(order)
      const { gateway } = world.plugin.provider("pp_ksher_th")!
      const query = gateway.query.bind(gateway)
      const orders = Object.getPrototypeOf(world.plugin.ledger.orders) as Pick<Orders, "lease">
      const { lease } = orders
      const heldUp = new Promise<void>((resolve) => {
        jest.spyOn(orders, "lease").mockImplementation(async function (this: Orders, ...given) {
          const held = await lease.apply(this, given)
          if (!held) resolve()
          return held
        })
      })
      let taking: ReturnType<typeof actOn> | undefined
      jest.spyOn(gateway, "query").mockImplementation(async (asked) => {
        taking ??= actOn(order, "take_back", seen)
        await Promise.race([taking, heldUp])
        return query(asked)
      })
      expect((await refund(world, order)).status).toBe(200)
      const answer = await taking
      expect([answer?.status, answer?.data.code]).toEqual([409, "refund_stays_owed"])
      jest.restoreAllMocks()
      const made = await payoutOps(order)
      expect(made).toMatchObject([{ state: "pending", refundId: expect.any(String) }])
      expect((await seenOf(order)).link_id).toBe(seen.link_id)
      await pay(order)
      expect((await sentTo(order)).map(({ amount }) => amount)).toEqual([35050])
    })

    it("taken back at the moment in which the shopper answers: it is one or the other, and never both", async () => {
      for (let round = 0; round < 6; round++) {
        const order = await promptPay()
        await refundHere(order)
        const { confirm } = await nameAccount(await linkOf(order))
        const seen = await seenOf(order)
        const both = [() => confirm(), () => actOn(order, "take_back", seen)] as const
        const [first, second] = round % 2 ? [both[1], both[0]] : both
        await Promise.all([first(), second()])
        await job()
        const [operation] = await payoutOps(order)
        const sent = await sentTo(order)
        const end = [operation?.state, sent.length, await rowAmounts(order)]
        expect([
          ["succeeded", 1, [350.5]],
          ["not_sent", 0, []],
        ]).toContainEqual(end)
        expect((await payment(order)).attentionCode).toBeNull()
      }
    })

    it.each(["give", "takeBack"] as const)(
      "taken back and answered, where %s was about to be written when the other was: only the other counts",
      async (second) => {
        const order = await promptPay()
        await refundHere(order)
        const { confirm } = await nameAccount(await linkOf(order))
        const seen = await seenOf(order)
        // Each instance of the plugin has a ledger of its own.
        type Writes = Record<"give" | "takeBack", (...given: unknown[]) => Promise<boolean>>
        const ledger = Object.getPrototypeOf(world.plugin.ledger.shopperPayouts) as Writes
        const { [second]: write, [second === "give" ? "takeBack" : "give"]: writeFirst } = ledger
        const takeBack = () => actOn(order, "take_back", seen)
        const [first, last] = second === "give" ? [takeBack, confirm] : [confirm, takeBack]
        let asked: Promise<unknown> | undefined
        // What the first does after it has written waits for the other, which holds the order.
        const written = new Promise<void>((resolve) => {
          jest.spyOn(ledger, second === "give" ? "takeBack" : "give").mockImplementationOnce(async function (
            this: unknown,
            ...given
          ) {
            const done = await writeFirst.apply(this, given)
            resolve()
            return done
          })
        })
        jest.spyOn(ledger, second).mockImplementationOnce(async function (this: unknown, ...given) {
          asked = first()
          await written
          return write.apply(this, given)
        })
        const answer = await last()
        expect(answer.status).not.toBe(200)
        await asked
        await job()
        await job()
        const [operation] = await payoutOps(order)
        expect([operation?.state, (await sentTo(order)).length, await rowAmounts(order)]).toEqual(
          second === "give" ? ["not_sent", 0, []] : ["succeeded", 1, [350.5]],
        )
      },
    )

    it("returned another way before the shopper answers: Medusa books it, and the next refund is one of its own", async () => {
      const order = await promptPay()
      await refundHere(order, 100)
      const [{ id: operation_id } = { id: "" }] = await payoutOps(order)
      const said = { action: "went_through", operation_id, note: "Paid in cash." } as const
      expect((await decide(world, order, said)).status).toBe(200)
      await job()
      expect([await rowAmounts(order), await sentTo(order)]).toEqual([[100], []])
      expect((await refund(world, order, 100)).status).toBe(200)
      await pay(order)
      expect(await payment(order)).toMatchObject({ refundedAmount: 20_000, attentionCode: null })
      expect((await books(world, order)).refunded).toBe(200)
    })

    it("answered while the order has a change open: it is booked and sent once the change has ended", async () => {
      const order = await promptPay()
      await refundHere(order)
      const { confirm } = await nameAccount(await linkOf(order))
      await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })
      expect((await confirm()).body).toContain("has been noted")
      await job(hour)
      expect([await sentTo(order), await rowAmounts(order)]).toEqual([[], []])
      expect((await payment(order)).attentionCode).toBe("order_changing")
      await world.shop.admin("delete", `/admin/order-edits/${order.id}`)
      for (let run = 0; run < 2; run++) await job(hour)
      expect(await sentTo(order)).toHaveLength(1)
      expect(await payment(order)).toMatchObject({ state: "refunded", attentionCode: null })
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it("where Medusa cannot book it, a person leaves it out of the books, and it is sent", async () => {
      const order = await promptPay()
      await refundHere(order)
      const { confirm } = await nameAccount(await linkOf(order))
      const host = Object.getPrototypeOf(world.plugin.host) as { refund: () => Promise<void> }
      jest.spyOn(host, "refund").mockRejectedValue(new Error("Medusa does not take it."))
      await confirm()
      await job()
      expect(await sentTo(order)).toEqual([])
      expect(await payment(order)).toMatchObject({
        ...{ attentionCode: "books_differ", attentionValues: { why: "not_entered" } },
      })
      expect((await decide(world, order, { action: "dismiss", note: "Written down." })).status).toBe(200)
      await job()
      expect(await sentTo(order)).toHaveLength(1)
      expect(await payment(order)).toMatchObject({ state: "refunded", attentionCode: null })
    })

    it("refused by Ksher, one that was started here is owed, and the shopper is asked anew", async () => {
      const order = await promptPay()
      await refundHere(order)
      await world.sandbox.nextPayout({ outcome: "fail" })
      await pay(order)
      await look(order, 3 * minute)
      await job()
      expect((await payoutOps(order)).map(({ state }) => state)).toEqual(["refused", "pending"])
      const asked = await act(order, "take_back")
      expect(asked.data.code).toBe("refund_stays_owed")
      await pay(order)
      expect(await sentTo(order)).toHaveLength(1)
      expect((await books(world, order)).refunded).toBe(350.5)
    })

    it.each([
      ["the same amount in Medusa's dialog", 100, 100, [10_000]],
      ["all of it in Medusa's dialog", 100, undefined, [10_000, 35_050]],
      ["another part in Medusa's dialog", 100, 200, [10_000, 20_000]],
    ])("%s while one waits here: no more goes back than was meant", async (_, here, there, made) => {
      const order = await promptPay()
      await refundHere(order, here)
      expect((await refund(world, order, there)).status).toBe(200)
      const waiting = (await payoutOps(order)).filter(({ state }) => state === "pending")
      expect((await payoutOps(order)).map(({ amount }) => amount)).toEqual(made)
      expect(await rowAmounts(order)).toEqual([there ?? 350.5])
      for (const { id } of waiting) await (await nameAccount(await linkOf(order, id))).confirm()
      await job()
      const total = there === 200 ? 30_000 : (there ?? 350.5) * 100
      expect((await sentTo(order)).reduce((sum, { amount }) => sum + amount, 0)).toBe(total)
      expect(await payment(order)).toMatchObject({ refundedAmount: total, attentionCode: null })
      expect((await books(world, order)).refunded).toBe(total / 100)
    })

    it("an order that is cancelled while a part waits here: all of it goes back, and nothing is taken back", async () => {
      const order = await promptPay()
      await refundHere(order, 100)
      const old = await linkOf(order)
      expect((await cancelOrder(world, order)).status).toBe(200)
      await job()
      expect((await visitor().open(old)).status).toBe(403)
      expect((await act(order, "take_back")).data.code).toBe("refund_stays_owed")
      await pay(order)
      await job()
      expect((await sentTo(order)).map(({ amount }) => amount)).toEqual([35_050])
      expect((await books(world, order)).refunded).toBe(350.5)
      expect((await payment(order)).attentionCode).toBeNull()
    })

    it("a bank app's payment is paid out, and one in instalments that Ksher does not refund is not", async () => {
      const app = await paidOrder(world, "pp_ksher_th", { channel: "kplus" })
      expect((await refund(world, app)).status).toBe(200)
      await pay(app)
      expect(await sentTo(app)).toMatchObject([{ amount: 35_050, state: "success" }])
      const instalments = await paidOrder(world, "pp_ksher_th", { channel: "promptpay" })
      const { id } = await payment(instalments)
      await rows(world, "update gateway_payment set channel = 'scb_instal' where id = ?", [id])
      expect((await refund(world, instalments)).status).not.toBe(200)
      expect(await payoutOps(instalments)).toEqual([])
      expect(await payment(instalments)).toMatchObject({ attentionCode: "refund_unsupported" })
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
