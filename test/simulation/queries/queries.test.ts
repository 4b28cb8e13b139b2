import { returns } from "../../../src/services/ledger"
import { receive, refund } from "../../../src/services/settlement"
import { openQueryWorld, raw, succeeds, type QueryWorld } from "./world"

let world: QueryWorld
beforeAll(async () => {
  world = await openQueryWorld("queries")
})
beforeEach(async () => {
  await world.base.empty()
  Object.assign(world.mood, { refund: succeeds, sameDay: false })
})
afterAll(() => world.base.close())

const ask = (sessionId: string, amount: number, refundId: string) =>
  refund({ sessionId, amount, refundId }, world.deps)
const booksOf = async (sessionId: string) => {
  const picture = await world.base.ledger.payments.picture({ sessionId })
  if (!picture) throw new Error("The payment is gone.")
  const { payment, operations } = picture
  return [
    payment.state,
    payment.refundedAmount,
    returns(operations)
      .map((one) => `${one.kind} ${one.state}`)
      .sort(),
  ]
}

describe("a refund", () => {
  it("makes three statements: what is known, the operation before it is sent, its end", async () => {
    const { sessionId } = await world.paid()
    const statements = await world.statementsOf(() => ask(sessionId, 4_000, "ref_1"))
    expect(statements).toHaveLength(3)
    expect(await booksOf(sessionId)).toEqual(["partially_refunded", 4_000, ["refund succeeded"]])
  })

  it("makes two where the caller has read the payment", async () => {
    const { sessionId } = await world.paid()
    const seen = await world.ledger.payments.picture({ sessionId })
    if (!seen) throw new Error("The payment is gone.")
    const whole = { sessionId, amount: 10_000, refundId: "ref_1", seen }
    expect(await world.statementsOf(() => refund(whole, world.deps))).toHaveLength(2)
    expect(await booksOf(sessionId)).toEqual(["refunded", 10_000, ["refund succeeded"]])
  })

  it("gives the payment back at its end", async () => {
    const { id, sessionId } = await world.paid()
    await ask(sessionId, 4_000, "ref_1")
    expect(await world.base.ledger.payments.lease(id, 1_000)).toBeDefined()
  })

  it("accepted and not finished, is owed and leaves the payment as it is", async () => {
    const { sessionId } = await world.paid()
    const value = { number: "R", amount: { minor: 4_000, currency: "thb" }, state: "pending" as const }
    world.mood.refund = { kind: "pending", value, message: "Later." }
    expect(await world.statementsOf(() => ask(sessionId, 4_000, "ref_1"))).toHaveLength(3)
    expect(await booksOf(sessionId)).toEqual(["paid", 0, ["refund pending"]])
  })

  it("refused, says so and can be asked for again", async () => {
    const { sessionId } = await world.paid()
    world.mood.refund = { kind: "refused", reason: "declined", code: "x", message: "No." }
    await expect(ask(sessionId, 4_000, "ref_1")).rejects.toThrow(/refused the refund/)
    world.mood.refund = succeeds
    world.base.clock.forward(1_000)
    await ask(sessionId, 4_000, "ref_2")
    expect(await booksOf(sessionId)).toEqual([
      "partially_refunded",
      4_000,
      ["refund refused", "refund succeeded"],
    ])
  })

  it("follows a reversal that was refused", async () => {
    const { sessionId } = await world.paid()
    world.mood.sameDay = true
    await ask(sessionId, 10_000, "ref_1")
    expect(await booksOf(sessionId)).toEqual(["refunded", 10_000, ["cancel refused", "refund succeeded"]])
  })

  it("that somebody else has begun since the payment was read is not sent beside it", async () => {
    const { sessionId } = await world.paid()
    const seen = await world.ledger.payments.picture({ sessionId })
    if (!seen) throw new Error("The payment is gone.")
    await ask(sessionId, 10_000, "ref_1")
    const second = refund({ sessionId, amount: 10_000, refundId: "ref_2", seen }, world.deps)
    await expect(second).rejects.toThrow(/is left of payment/)
    expect(await booksOf(sessionId)).toEqual(["refunded", 10_000, ["refund succeeded"]])
  })

  it("whose payment was taken over during the call keeps its end, and the other one's turn", async () => {
    const { id, sessionId } = await world.paid()
    const taken: unknown[] = []
    const { gateway } = world.deps
    const slow = {
      ...gateway,
      refund: async () => {
        world.base.clock.forward(10 * 60_000)
        taken.push(await world.base.other.payments.lease(id, 60_000))
        return succeeds
      },
    }
    await refund({ sessionId, amount: 4_000, refundId: "ref_1" }, { ...world.deps, gateway: slow })
    expect(taken).toEqual([expect.objectContaining({ token: expect.any(String) })])
    expect(await booksOf(sessionId)).toEqual(["partially_refunded", 4_000, ["refund succeeded"]])
    expect(await world.base.ledger.payments.lease(id, 1_000)).toBeUndefined()
  })
})

describe("a notification", () => {
  it("is stored with one statement before the answer", async () => {
    const { number } = await world.paid()
    const statements = await world.statementsOf(() => receive(raw(`${number} paid`), world.deps))
    expect(statements).toHaveLength(1)
  })

  it("that is forged, or about nobody's payment, takes one more at the most", async () => {
    const { number } = await world.paid()
    for (const text of [`${number} forged`, "unknown forged", "unknown paid"])
      expect((await world.statementsOf(() => receive(raw(text), world.deps))).length).toBeLessThanOrEqual(2)
  })

  it("that comes twenty times is one row", async () => {
    const { id, number } = await world.paid()
    for (let i = 0; i < 20; i++) await receive(raw(`${number} paid`), world.deps)
    const stored = await world.base.ledger.notifications.ofPayment(id)
    expect(stored.map(({ deliveries }) => deliveries)).toEqual([20])
  })
})

describe("the admin's list", () => {
  it("is two statements, whatever is filtered", async () => {
    const list = () => world.ledger.payments.list({ limit: 50, offset: 0, state: ["paid"], q: "M1" })
    expect(await world.statementsOf(list)).toHaveLength(2)
  })
})
