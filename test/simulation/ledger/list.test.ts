import { countedAtMost } from "../../../src/services/ledger"
import type { PageWanted } from "../../../src/services/ledger"
import { openLedgerWorld, start, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => {
  world = await openLedgerWorld("ledger_list")
  await fill()
})
afterAll(() => world.close())

/** a…e, one second apart; what each is, its test says. */
const made: Record<string, string> = {}

async function fill() {
  const { payments, operations } = world.ledger
  const add = async (name: string, ...wanted: Parameters<LedgerWorld["aPayment"]>) => {
    const payment = await world.aPayment(...wanted)
    made[name] = payment.id
    world.clock.forward(1_000)
    return payment
  }
  await add("a", "paid", { channel: "truemoney", amount: 35_050 })
  await payments.update((await add("b", "refunded", { amount: 35_050 })).id, {
    orderId: "order_b",
    gatewayNo: "K-b",
    payNo: "P-b",
  })
  await payments.update((await add("c", "pending", { amount: 35_050 })).id, {
    attention: "Look.",
    attentionCode: "close_failed",
  })
  const d = await add("d", "paid", {
    providerId: "pp_gnete_hk",
    gateway: "gnete",
    account: "M1/A1",
    channel: "UP_OP",
    amount: 8_840,
  })
  const refund = await operations.intend(d.id, { kind: "refund", number: "R-d", amount: 1 })
  await operations.conclude(refund.id, { state: "succeeded", gatewayNo: "RG-d" })
  await add("e", "void", { amount: 35_050 })
}

const names = async (filters: Partial<PageWanted> = {}) => {
  const { payments, count } = await world.ledger.payments.list({ limit: 50, offset: 0, ...filters })
  const found = payments.map(({ id }) => Object.keys(made).find((name) => made[name] === id)).join("")
  expect(count).toBeGreaterThanOrEqual(payments.length)
  return found
}

it("is newest first, or oldest first where asked", async () => {
  expect(await names()).toBe("edcba")
  expect(await names({ order: "-created_at" })).toBe("edcba")
  expect(await names({ order: "created_at" })).toBe("abcde")
})

it.each([
  [0, 2, "ed"],
  [2, 2, "cb"],
  [4, 2, "a"],
  [6, 2, ""],
  [0, 5, "edcba"],
  [0, 6, "edcba"],
  [5, 5, ""],
])("from %i on, %i a page, is a page of all, and counts what all pages hold", async (offset, limit, page) => {
  expect(await names({ offset, limit })).toBe(page)
  expect((await world.ledger.payments.list({ offset, limit })).count).toBe(5)
})

it("of nothing counts nothing, on whatever page", async () => {
  for (const offset of [0, 50])
    expect(await world.ledger.payments.list({ limit: 50, offset, state: ["paid_late"] })).toEqual({
      payments: [],
      count: 0,
      next: null,
      previous: null,
    })
})

describe("by cursor", () => {
  const nameOf = ({ id }: { id: string }) => Object.keys(made).find((name) => made[name] === id) ?? ""
  const list = (filters: Partial<PageWanted>) =>
    world.ledger.payments.list({ limit: 2, offset: 0, ...filters })

  /** All pages from the first on to where `side` ends. */
  async function walk(filters: Partial<PageWanted>, side: "next" | "previous" = "next"): Promise<string[]> {
    const page = await list(filters)
    const names = page.payments.map(nameOf).join("")
    const cursor = page[side] ?? undefined
    return cursor ? [names, ...(await walk({ ...filters, offset: 0, cursor }, side))] : [names]
  }

  it.each<[Partial<PageWanted>, string[]]>([
    [{}, ["ed", "cb", "a"]],
    [{ order: "created_at" }, ["ab", "cd", "e"]],
    [{ limit: 5 }, ["edcba"]],
    [{ limit: 1, gateway: "ksher" }, ["e", "c", "b", "a"]],
    [{ attention: false }, ["ed", "ba"]],
    [{ state: ["paid", "refunded"] }, ["db", "a"]],
  ])("%j goes on to the last page", async (filters, pages) => {
    expect(await walk(filters)).toEqual(pages)
  })

  it.each<[Partial<PageWanted>, string[]]>([
    [{ offset: 4 }, ["a", "cb", "ed"]],
    [{ offset: 4, order: "created_at" }, ["e", "cd", "ab"]],
    [{ limit: 1, offset: 3, gateway: "ksher" }, ["a", "b", "c", "e"]],
    // The page before the second one may hold less than a page: then the first page is what stands there.
    [{ offset: 3 }, ["ba", "dc", "ed"]],
  ])("%j goes back to the first page", async (filters, pages) => {
    expect(await walk(filters, "previous")).toEqual(pages)
  })

  it("what came in meanwhile moves no page", async () => {
    const first = await list({ gateway: "ksher" })
    const f = await world.aPayment("paid")
    const second = await list({ gateway: "ksher", cursor: first.next ?? undefined })
    expect(second.payments.map(nameOf).join("")).toBe("ba")
    const back = await list({ gateway: "ksher", cursor: second.previous ?? undefined })
    expect(back.payments.map(nameOf).join("")).toBe("ec")
    expect(back.previous).toEqual({ side: "before", id: made.e })
    await world.database.query("delete from gateway_payment where id = ?", [f.id])
  })

  it("counts what all pages hold", async () => {
    const { next, count } = await list({})
    expect([count, (await list({ cursor: next ?? undefined })).count]).toEqual([5, 5])
  })

  it("of a payment that there is not finds nothing after it, and the first page before it", async () => {
    const id = "gpay_nowhere"
    expect((await list({ cursor: { side: "after", id } })).payments).toEqual([])
    expect((await list({ cursor: { side: "before", id } })).payments.map(nameOf)).toEqual(["e", "d"])
  })
})

it.each<[string, Partial<PageWanted>, string]>([
  ["one state", { state: ["paid"] }, "da"],
  ["several states", { state: ["refunded", "void"] }, "eb"],
  ["no state named", { state: [] }, "edcba"],
  ["under attention", { attention: true }, "c"],
  ["not under attention", { attention: false }, "edba"],
  ["a provider entry", { providerId: "pp_gnete_hk" }, "d"],
  ["a gateway", { gateway: "ksher" }, "ecba"],
  ["an order", { orders: { orderIds: ["order_b"], collectionIds: [] } }, "b"],
  ["orders of which there is none", { orders: { orderIds: [], collectionIds: [] } }, ""],
  ["a channel", { channel: ["truemoney"] }, "a"],
  ["several channels", { channel: ["truemoney", "UP_OP"] }, "da"],
  ["an amount", { amount: "350.50" }, "ecba"],
  ["an amount as a person may write it", { amount: "88.4" }, "d"],
  ["an amount that no payment has", { amount: "350.51" }, ""],
  ["an amount that no currency has", { amount: "350.50001" }, ""],
  ["an amount in a currency", { amount: "350.50", currency: "hkd" }, ""],
  ["a time from which on", { from: new Date(start.getTime() + 3_000) }, "ed"],
  ["a time up to which", { before: new Date(start.getTime() + 3_000) }, "cba"],
  ["two filters at once", { state: ["paid"], gateway: "ksher" }, "a"],
])("filters by %s", async (_, filters, expected) => {
  expect(await names(filters)).toBe(expected)
  expect((await world.ledger.payments.list({ limit: 50, offset: 0, ...filters })).count).toBe(expected.length)
})

it("filters by session", async () => {
  const a = await world.ledger.payments.get(made.a ?? "")
  expect(await names({ sessionId: a?.sessionId })).toBe("a")
})

describe("a number", () => {
  it.each(["order_b", "K-b", "P-b"])("finds %s, whole", async (number) => {
    expect(await names({ number })).toBe("b")
  })

  it.each(["K-b", "P-b", "R-d", "RG-d"])(
    "that is short finds nothing by how it begins: %s",
    async (number) => {
      expect(await names({ number: number.slice(0, -1) })).toBe("")
    },
  )

  it("finds by how a merchant's, a gateway's and a refund's number begins", async () => {
    const { payments, operations } = world.ledger
    const a = await payments.get(made.a ?? "")
    expect(await names({ number: a?.number.slice(0, -1) })).toBe("a")
    await payments.update(made.b ?? "", { gatewayNo: "9002026_b", payNo: "42000022_b" })
    const refund = await operations.intend(made.a ?? "", { kind: "refund", number: "REFUND%a", amount: 1 })
    await operations.conclude(refund.id, { state: "succeeded", gatewayNo: "RGATE_a" })
    expect(await names({ number: "900202" })).toBe("b")
    expect(await names({ number: "42000022_" })).toBe("b")
    expect(await names({ number: "REFUND" })).toBe("a")
    expect(await names({ number: "RGATE_" })).toBe("a")
    // Not a pattern: `_` and `%` stand for themselves.
    expect(await names({ number: "900202__" })).toBe("")
    expect(await names({ number: "REFUND%b" })).toBe("")
    await payments.update(made.b ?? "", { gatewayNo: "K-b", payNo: "P-b" })
  })

  it.each(["R-d", "RG-d"])("finds a payment by its refund %s", async (number) => {
    expect(await names({ number })).toBe("d")
  })

  it("finds by id, session and merchant number", async () => {
    const a = await world.ledger.payments.get(made.a ?? "")
    for (const number of [a?.id, a?.sessionId, a?.number]) expect(await names({ number })).toBe("a")
  })

  it.each(["%", "_", "' or 1=1 --", "?", "\\"])("takes %j as text and finds nothing", async (number) => {
    expect(await names({ number })).toBe("")
  })
})

it("is read whole, page by page, by whoever keeps no page", async () => {
  const pages: string[] = []
  const table = world.ledger.payments
  for await (const page of table.everyPage({ state: ["paid", "void", "refunded"], order: "created_at" }))
    pages.push(page.map(({ id }) => Object.keys(made).find((name) => made[name] === id)).join(""))
  expect(pages).toEqual(["abde"])
  for await (const page of table.everyPage({ state: ["paid_late"] })) throw new Error(`${page.length}`)
})

describe("of more than are counted", () => {
  const gateway = "gnete"
  const more = countedAtMost + 40
  beforeAll(async () => {
    await world.database.query(
      `insert into gateway_payment (id, session_id, provider_id, gateway, account, mode, merchant_order_no, currency_code,
         digits, amount, state, created_at, updated_at)
       select 'gpay_' || n, 'payses_' || n, 'pp_gnete_hk', ?, 'M1/A1', 'redirect', 'N' || n, 'hkd', 2, 1, 'void', now(), now()
       from generate_series(1, ?::int) n`,
      [gateway, more - 1],
    )
  })

  it("stops counting, and never before the page that comes next: who turns page after page sees each", async () => {
    const seen = new Set<string>()
    for (let offset = 0, count = 1; offset < count; offset += 200) {
      const page = await world.ledger.payments.list({ limit: 200, offset, gateway })
      if (!offset) expect(page.count).toBe(countedAtMost)
      for (const { id } of page.payments) seen.add(id)
      count = page.count
    }
    expect(seen.size).toBe(more)
  })

  it("who follows the cursors sees each as well, equal times or not", async () => {
    const seen: string[] = []
    let cursor: PageWanted["cursor"]
    do {
      const page = await world.ledger.payments.list({ limit: 200, offset: 0, gateway, cursor })
      expect(page.count).toBe(countedAtMost)
      seen.push(...page.payments.map(({ id }) => id))
      cursor = page.next ?? undefined
    } while (cursor)
    expect([seen.length, new Set(seen).size]).toEqual([more, more])
  })

  it("and so does whoever reads all of it, in pages of a bounded size", async () => {
    const seen: string[] = []
    for await (const page of world.ledger.payments.everyPage({ gateway })) {
      expect(page.length).toBeLessThanOrEqual(500)
      seen.push(...page.map(({ id }) => id))
    }
    expect([seen.length, new Set(seen).size]).toEqual([more, more])
  })

  it("a beginning that most numbers share finds as many as a list counts, the newest first", async () => {
    await world.database.query(
      "update gateway_payment set gateway_order_no = '900202' || lpad(id, 26, '0') where provider_id = 'pp_gnete_hk'",
    )
    const page = await world.ledger.payments.list({ limit: 20, offset: 0, number: "900202" })
    expect(page.count).toBe(countedAtMost)
  })
})
