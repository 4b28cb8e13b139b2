import { openLane, type Lane } from "../matrix/lane"
import { hour, Shop, type Disturbing } from "../matrix/shop"
import { gnete } from "../matrix/variants"
import { accountsOf, never } from "../matrix/verdict"

let lane: Lane
let shop: Shop
let warned: string[]
beforeAll(async () => (lane = await openLane(94)))
beforeEach(async () => begin())
afterEach(() => expect(shop.unexpected).toEqual([]))
afterAll(() => lane.close())

async function begin() {
  warned = []
  shop = aShop(await lane.begin())
}

function aShop(cell: number) {
  const made = new Shop(lane, gnete, cell)
  made.deps.wait = () => Promise.resolve()
  made.deps.log = { ...made.deps.log, warn: (line) => warned.push(line) }
  return made
}

const returnsOf = async () => {
  const { id } = await shop.payment()
  const operations = await lane.ledger.operations.ofPayment(id)
  return operations
    .filter(({ kind }) => kind === "cancel" || kind === "refund")
    .map(({ kind, state, reason }) => [kind, state, reason])
    .sort()
}
const returned = async () => (await lane.sandbox.book((await shop.payment()).number)).returned
const reversals = async () => (await lane.sandbox.calls({ gateway: "gnete", call: "pay/cancel" })).length

describe.each(["http404_json", "http404", "http405", "http501"] as const)(
  "a gateway without pay/cancel (%s)",
  (reversals_) => {
    beforeEach(() => lane.sandbox.setQuirks({ gnete: { reversals: reversals_ } }))

    it("refunds the whole payment within the same request", async () => {
      await shop.buy()
      await shop.attempt(() => shop.refund(shop.amount))
      expect(shop.told).toEqual(["done"])
      expect(await returnsOf()).toEqual([
        ["cancel", "refused", "not_supported"],
        ["refund", "succeeded", null],
      ])
      expect(await returned()).toBe(shop.amount)
    })

    it("gives back what a cancelled order holds", async () => {
      await shop.buy()
      await shop.attempt(() => shop.cancelOrder())
      await shop.jobs(hour)
      expect(await shop.payment()).toMatchObject({ state: "refunded", attentionCode: null })
      expect(await returned()).toBe(shop.amount)
    })
  },
)

describe("what is remembered of an account", () => {
  it("no reversal is tried for a day, and it is said once", async () => {
    await lane.sandbox.setQuirks({ gnete: { reversals: "http404" } })
    const before = await reversals()
    for (const ms of [0, 3 * hour, 20 * hour, 2 * hour]) {
      await lane.clock.forward(ms)
      const each = aShop(900 + (await lane.sandbox.books()).length)
      await each.buy()
      await each.attempt(() => each.refund(each.amount))
      expect(each.told).toEqual(["done"])
    }
    expect((await reversals()) - before).toBe(2)
    expect(warned.filter((line) => line.includes("no_reversal"))).toHaveLength(1)
  })

  it("it is of that account, and no other of the entry", async () => {
    await lane.sandbox.setQuirks({ gnete: { reversals: "http404" } })
    await shop.buy()
    await shop.refund(shop.amount)
    const of = { providerId: gnete.providerId, account: shop.deps.gateway.account }
    expect(await lane.ledger.facts.get(of, "no_reversal")).toBeDefined()
    expect(await lane.ledger.facts.get({ ...of, account: "another" }, "no_reversal")).toBeUndefined()
  })
})

it.each(["http403", "http500", "empty", "garbage", "reset"] as const)(
  "an answer that says nothing (%s) leaves the reversal in doubt",
  async (kind) => {
    await shop.buy()
    await shop.disturb("pay/cancel", { kind, when: "before", times: 100 })
    await shop.attempt(() => shop.refund(shop.amount))
    expect(shop.told).toEqual(["refund_unknown"])
    expect(await returnsOf()).toEqual([["cancel", "unknown", null]])
    expect(await returned()).toBe(0)
  },
)

it.each(["http404_json", "http405"] as const)(
  "a reversal that was accepted, and that nobody can be asked about (%s), ends by the order and is not refunded beside it",
  async (reversals_) => {
    await shop.buy()
    await shop.next("cancel", "in_progress")
    await shop.attempt(() => shop.refund(shop.amount))
    await lane.sandbox.setQuirks({ gnete: { reversals: reversals_ } })
    await shop.jobs(2 * hour)
    expect(await returnsOf()).toEqual([["cancel", "pending", null]])
    const { cancels } = await lane.sandbox.book((await shop.payment()).number)
    await lane.sandbox.settleCancel(cancels[0]?.no ?? "", "success")
    await shop.jobs(12 * hour)
    expect(await returnsOf()).toEqual([["cancel", "succeeded", null]])
    expect(await returned()).toBe(shop.amount)
  },
)

describe("money is never returned by both ways", () => {
  const answers = [
    "http404",
    "http405",
    "http501",
    "http403",
    "http500",
    "empty",
    "refuse",
  ] as const satisfies Disturbing["kind"][]
  const looks = ["answered", "lost"] as const
  const cells = answers.flatMap((answer) =>
    (["before", "after"] as const).flatMap((when) =>
      looks.flatMap((first) =>
        looks.flatMap((second) =>
          ([4, 2] as const).flatMap((stateAfterCancel) =>
            (first === second ? looks : looks.slice(0, 1)).map((refund) => ({
              answer,
              when,
              first,
              second,
              stateAfterCancel,
              refund,
            })),
          ),
        ),
      ),
    ),
  )
  const asLook = (look: (typeof looks)[number]): Disturbing =>
    look === "lost" ? { kind: "http500", when: "before" } : { kind: "delay", when: "before", delayMs: 0 }

  it.each(answers)("pay/cancel answers %s, and whatever comes after it", async (answer) => {
    const wrong: unknown[] = []
    for (const cell of cells.filter((one) => one.answer === answer)) {
      await begin()
      await lane.sandbox.setQuirks({ gnete: { stateAfterCancel: cell.stateAfterCancel } })
      await shop.buy()
      await shop.disturb("pay/cancel", { kind: answer, when: cell.when, message: "通道维护中" })
      await shop.disturb("pay/query", asLook(cell.first))
      await shop.disturb("pay/query", asLook(cell.second))
      if (cell.refund === "lost") await shop.disturb("refund/refundOrder", { kind: "empty", when: "after" })
      await shop.attempt(() => shop.refund(shop.amount))
      await shop.attempt(() => shop.refund(shop.amount))
      await shop.jobs(12 * hour)
      const told = [...shop.told]
      const early = (await accountsOf(shop)).flatMap(never)
      await shop.attempt(() => shop.refund(shop.amount))
      await shop.jobs(12 * hour)
      const [account] = await accountsOf(shop)
      const problems = [...early, ...(await accountsOf(shop)).flatMap(never)]
        // A query that goes on saying "paid" tells nobody what became of a reversal that was not answered for.
        .filter((one) => cell.stateAfterCancel === 4 || !one.includes("reckons"))
      if (problems.length || shop.unexpected.length || account?.book?.returned !== shop.amount)
        wrong.push({ cell, problems, back: account?.book?.returned, told, unexpected: shop.unexpected })
    }
    expect(wrong).toEqual([])
  })
})
