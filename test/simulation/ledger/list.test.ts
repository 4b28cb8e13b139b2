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

it("comes in pages, and counts what all pages hold", async () => {
  expect(await names({ limit: 2 })).toBe("ed")
  expect(await names({ limit: 2, offset: 2 })).toBe("cb")
  expect(await names({ limit: 2, offset: 4 })).toBe("a")
  expect(await names({ limit: 2, offset: 6 })).toBe("")
  const { count } = await world.ledger.payments.list({ limit: 2, offset: 2 })
  expect(count).toBe(5)
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
