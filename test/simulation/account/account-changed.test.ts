import { cancel, open, receive, settle } from "../../../src/services/settlement"
import { survey } from "../../../src/services/settlement/survey"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { gnete, ksherQr, ksherRedirect, type Variant } from "../matrix/variants"
import { accountsOf, never } from "../matrix/verdict"
import { anotherAccount } from "./support"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(93)))
afterEach(() => expect(shop.unexpected).toEqual([]))
afterAll(() => lane.close())

const found = async () => {
  const { state, attentionCode } = await shop.payment()
  return { state, attention: attentionCode }
}

const callsOf = async () => (await lane.sandbox.calls()).length

async function accountChanges(): Promise<() => void> {
  const { gateway } = shop.deps
  shop.deps.gateway = await anotherAccount(lane, shop.variant)
  return () => {
    shop.deps.gateway = gateway
  }
}

/** What a shop's people, its shoppers and its clock may do to a payment, and what each of them is told. */
async function everybodyTries(): Promise<Record<string, unknown>> {
  const payment = await shop.payment()
  const told = async (work: () => Promise<unknown>) => {
    const problem = await work().then(
      () => "done",
      (error: unknown) => (error as { code?: unknown }).code,
    )
    return problem
  }
  const by = { note: "Tried.", by: "admin" }
  return {
    sync: await told(() => settle(payment.id, shop.deps)),
    compare: await told(() => survey(payment, shop.deps)),
    complete: await told(() => shop.complete()),
    cancel: await told(() => cancel(payment, shop.deps)),
    "open again": await told(() =>
      open(
        {
          sessionId: payment.sessionId,
          collectionId: payment.collectionId,
          amount: "100",
          currency: payment.currency,
          channel: undefined,
        },
        shop.deps,
      ),
    ),
    resolve: await told(() => shop.decide({ action: "refund", ...by })),
  }
}

describe.each([ksherRedirect, ksherQr, gnete] as Variant[])(
  "the account of an entry changes: $name",
  (variant) => {
    beforeEach(async () => (shop = new Shop(lane, variant, await lane.begin())))

    it("an open payment that is paid meanwhile is not called void, and goes on when the account is back", async () => {
      await shop.choosePayment()
      const back = await accountChanges()
      await shop.pay()
      const before = await callsOf()
      await shop.jobs(26 * hour)
      expect(await found()).toEqual({ state: "pending", attention: "account_changed" })
      expect(await callsOf()).toBe(before)

      back()
      await shop.jobs(3 * hour)
      expect(await found()).toMatchObject({ attention: null })
      expect((await shop.payment()).paidAmount).toBe(shop.amount)
      expect((await accountsOf(shop)).flatMap(never)).toEqual([])
    })

    it("nobody who tries sends, asks or believes anything, and everybody is told why", async () => {
      await shop.choosePayment()
      await shop.pay()
      await accountChanges()
      const before = await callsOf()
      expect(await everybodyTries()).toEqual({
        sync: "account_changed",
        compare: "account_changed",
        complete: "account_changed",
        cancel: "account_changed",
        "open again": "account_changed",
        resolve: "resolve_invalid",
      })
      expect(await callsOf()).toBe(before)
      expect(await found()).toEqual({ state: "pending", attention: "account_changed" })
    })

    it("what is paid is not refunded through the wrong account, and is through the old one", async () => {
      await shop.buy()
      const back = await accountChanges()
      const before = await callsOf()
      await shop.attempt(() => shop.refund(shop.part))
      expect(await everybodyTries()).toMatchObject({ sync: "account_changed", resolve: "account_changed" })
      await shop.attempt(() => shop.cancelOrder())
      await shop.jobs(26 * hour)
      expect(shop.told).toEqual(["account_changed", "done"])
      expect(await callsOf()).toBe(before)
      expect(await found()).toEqual({ state: "paid", attention: "account_changed" })

      back()
      await shop.jobs(3 * hour)
      expect(await found()).toEqual({ state: "refunded", attention: null })
      expect((await accountsOf(shop)).flatMap(never)).toEqual([])
    })

    it("a refund in doubt is not asked about, nor sent again, at the wrong account", async () => {
      await shop.buy()
      await shop.disturb(variant.calls.refund, { kind: "empty", when: "before" })
      await shop.disturb(variant.calls.refundQuery, { kind: "empty", when: "before" })
      await shop.attempt(() => shop.refund(shop.part))
      const back = await accountChanges()
      const before = await callsOf()
      await shop.jobs(6 * hour)
      expect(await callsOf()).toBe(before)
      expect(await found()).toMatchObject({ attention: "account_changed" })

      back()
      await shop.jobs(6 * hour)
      const [account] = await accountsOf(shop)
      expect(account?.book?.returned).toBe(account?.payment.refundedAmount)
      expect(account?.payment.attentionCode).toBeNull()
    })

    it("says so once, and what was said before comes back with the account", async () => {
      await shop.choosePayment()
      const { id } = await shop.payment()
      const stood = {
        attentionCode: "unanswered" as const,
        attention: "The gateway has given no usable answer for a day.",
        attentionValues: { order: "A1", message: "no usable answer" },
      }
      await lane.ledger.payments.update(id, stood)
      const events: string[] = []
      shop.deps.emit = (event) => {
        events.push(event)
        return Promise.resolve()
      }
      const back = await accountChanges()
      await shop.jobs(6 * hour)
      expect(events).toEqual(["attention_required"])
      expect((await shop.payment()).attention).toContain(shop.deps.gateway.account)

      back()
      await lane.sandbox.fault({
        gateway: variant.gateway,
        call: "*",
        kind: "empty",
        when: "before",
        times: 1_000,
      })
      await shop.jobs(70 * minute)
      expect(await shop.payment()).toMatchObject({ ...stood, setAside: null })
    })

    it("of a notification for the old account nothing is believed", async () => {
      await shop.choosePayment()
      await shop.pay()
      const { number } = await shop.payment()
      const { body, contentType } = await lane.sandbox.craftNotification(number)
      await accountChanges()
      const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
      expect(receipt.kind).toBe("forged")
      await shop.jobs(hour)
      expect(await found()).toEqual({ state: "pending", attention: "account_changed" })
    })
  },
)

describe.each([ksherRedirect, gnete] as Variant[])("an entry is removed: $name", (variant) => {
  beforeEach(async () => (shop = new Shop(lane, variant, await lane.begin())))

  it("an open payment of it stands under attention, and goes on when the entry is back", async () => {
    await shop.choosePayment()
    await shop.pay()
    shop.entryRemoved = true
    await shop.jobs(6 * hour)
    expect(await found()).toEqual({ state: "pending", attention: "entry_removed" })
    expect((await shop.payment()).attention).toContain(variant.providerId)

    shop.entryRemoved = false
    await shop.jobs(3 * hour)
    expect(await found()).toMatchObject({ attention: null })
    expect((await shop.payment()).paidAmount).toBe(shop.amount)
  })

  it("back with another account it says that instead, and what stood before is not lost", async () => {
    await shop.choosePayment()
    const { id } = await shop.payment()
    await lane.ledger.payments.update(id, {
      attentionCode: "close_failed",
      attention: "It could not be closed.",
      attentionValues: { why: "still_open", gateway: "ksher" },
    })
    shop.entryRemoved = true
    await shop.jobs(2 * hour)
    shop.entryRemoved = false
    await accountChanges()
    await shop.jobs(2 * hour)
    expect(await shop.payment()).toMatchObject({
      attentionCode: "account_changed",
      setAside: {
        code: "close_failed",
        sentence: "It could not be closed.",
        values: { why: "still_open", gateway: "ksher" },
      },
    })
  })

  it("does not keep the job from the payments of the other entries", async () => {
    await shop.choosePayment()
    const gone = await shop.payment()
    await lane.database.query("update gateway_payment set provider_id = 'pp_ksher_gone' where id = ?", [
      gone.id,
    ])
    await lane.clock.forward(minute)
    await shop.changeCart()
    await shop.choosePayment()
    await shop.pay()
    await lane.clock.forward(20 * minute)
    await shop.job()
    const states = (await shop.payments()).map((one) => [one.providerId, one.state, one.attentionCode])
    expect(states).toEqual([
      ["pp_ksher_gone", "pending", "entry_removed"],
      [variant.providerId, "paid", null],
    ])
  })
})
