import { countedAtMost } from "../../../src/services/ledger/payments"
import type { PaymentFilters } from "../../../src/services/ledger"
import { openLedgerWorld, type LedgerWorld } from "./support"

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
  await add("a", "paid")
  await payments.update((await add("b", "refunded")).id, {
    orderId: "order_b",
    gatewayNo: "K-b",
    payNo: "P-b",
  })
  await payments.update((await add("c", "pending")).id, { attention: "Look.", attentionCode: "close_failed" })
  const d = await add("d", "paid", { providerId: "pp_gnete_hk", gateway: "gnete", account: "M1/A1" })
  const refund = await operations.intend(d.id, { kind: "refund", number: "R-d", amount: 1 })
  await operations.conclude(refund.id, { state: "succeeded", gatewayNo: "RG-d" })
  await add("e", "void")
}

const names = async (filters: Partial<PaymentFilters> = {}) => {
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
    })
})

it.each<[string, Partial<PaymentFilters>, string]>([
  ["one state", { state: ["paid"] }, "da"],
  ["several states", { state: ["refunded", "void"] }, "eb"],
  ["no state named", { state: [] }, "edcba"],
  ["under attention", { attention: true }, "c"],
  ["not under attention", { attention: false }, "edba"],
  ["a provider entry", { providerId: "pp_gnete_hk" }, "d"],
  ["a gateway", { gateway: "ksher" }, "ecba"],
  ["an order", { orderId: "order_b" }, "b"],
  ["two filters at once", { state: ["paid"], gateway: "ksher" }, "a"],
])("filters by %s", async (_, filters, expected) => {
  expect(await names(filters)).toBe(expected)
  expect((await world.ledger.payments.list({ limit: 50, offset: 0, ...filters })).count).toBe(expected.length)
})

it("filters by session", async () => {
  const a = await world.ledger.payments.get(made.a ?? "")
  expect(await names({ sessionId: a?.sessionId })).toBe("a")
})

describe("q", () => {
  it.each(["order_b", "K-b", "P-b"])("finds %s, whole", async (q) => {
    expect(await names({ q })).toBe("b")
    expect(await names({ q: q.slice(0, -1) })).toBe("")
  })

  it.each(["R-d", "RG-d"])("finds a payment by its refund %s", async (q) => {
    expect(await names({ q })).toBe("d")
  })

  it("finds by id, session and merchant number", async () => {
    const a = await world.ledger.payments.get(made.a ?? "")
    for (const q of [a?.id, a?.sessionId, a?.number]) expect(await names({ q })).toBe("a")
  })

  it.each(["%", "_", "' or 1=1 --", "?", "\\"])("takes %j as text and finds nothing", async (q) => {
    expect(await names({ q })).toBe("")
  })
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
})
