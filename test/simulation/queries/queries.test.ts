import { returns } from "../../../src/services/ledger"
import { receive } from "../../../src/services/settlement"
import { refund } from "../../../src/services/settlement/traced"
import { calm, openQueryWorld, raw, succeeds, type QueryWorld } from "./world"

let world: QueryWorld
beforeAll(async () => {
  world = await openQueryWorld("queries")
})
beforeEach(async () => {
  await world.base.empty()
  Object.assign(world.mood, calm)
})
afterAll(() => world.base.close())

const ask = (sessionId: string, amount: number, refundId: string) =>
  refund({ of: { sessionId }, amount, refundId }, world.deps)
const booksOf = async (sessionId: string) => {
  const payment = await world.base.ledger.payments.ofSession(sessionId)
  if (!payment) throw new Error("The payment is gone.")
  const operations = await world.base.ledger.operations.ofPayment(payment.id)
  return [
    payment.state,
    payment.refundedAmount,
    returns(operations)
      .map((one) => `${one.kind} ${one.state}`)
      .sort(),
  ]
}

describe("a refund", () => {
  it("makes three statements: the payment taken and read, the operation written before it is sent, and its end", async () => {
    const { sessionId } = await world.paid()
    const statements = await world.statementsOf(() => ask(sessionId, 4_000, "ref_1"))
    expect(statements).toHaveLength(3)
    expect(await booksOf(sessionId)).toEqual(["partially_refunded", 4_000, ["refund succeeded"]])
  })

  it("makes them as Medusa asks: by the merchant number, for an amount in major units", async () => {
    const { number, sessionId } = await world.paid()
    const asked = { of: { number, providerId: "pp_ksher_th" }, amount: { major: "40.00" }, refundId: "ref_1" }
    expect(await world.statementsOf(() => refund(asked, world.deps))).toHaveLength(3)
    expect(await booksOf(sessionId)).toEqual(["partially_refunded", 4_000, ["refund succeeded"]])
  })

  it("makes as many at a gateway that lists no refunds, which is asked about the order and no number", async () => {
    const { sessionId } = await world.paid()
    const query = jest.fn(async () => ({ kind: "succeeded", value: { state: "paid" } }) as const)
    const refundQuery = jest.fn()
    const gateway = { ...world.deps.gateway, listsRefunds: false, query, refundQuery }
    const deps = { ...world.deps, gateway }
    const asked = { of: { sessionId }, amount: 4_000, refundId: "ref_1" }
    expect(await world.statementsOf(() => refund(asked, deps))).toHaveLength(3)
    expect(query).toHaveBeenCalledTimes(1)
    expect(refundQuery).not.toHaveBeenCalled()
  })

  it("makes as many where the whole payment is reversed", async () => {
    const { sessionId } = await world.paid()
    const cancel = { kind: "succeeded", value: { gatewayNo: "C", state: "succeeded" } } as const
    Object.assign(world.mood, { sameDay: true, cancel })
    expect(await world.statementsOf(() => ask(sessionId, 10_000, "ref_1"))).toHaveLength(3)
    expect(await booksOf(sessionId)).toEqual(["refunded", 10_000, ["cancel succeeded"]])
  })

  it("of an amount that the channel does not give back leaves nothing behind, and nobody waits for it", async () => {
    const { id, sessionId } = await world.paid()
    world.mood.partial = false
    await expect(ask(sessionId, 4_000, "ref_1")).rejects.toMatchObject({ code: "refund_unsupported" })
    expect(await booksOf(sessionId)).toEqual(["paid", 0, []])
    expect(await world.base.ledger.leases.take({ id }, 1_000)).toBeDefined()
  })

  it("of a channel that gives nothing back is never written, so that no death of the process leaves it in doubt", async () => {
    const { id, sessionId } = await world.paid()
    await world.base.ledger.payments.update(id, { channel: "promptpay" })
    world.mood.promptpay = false
    const statements = await world.statementsOf(() =>
      expect(ask(sessionId, 4_000, "ref_1")).rejects.toMatchObject({ code: "refund_unsupported" }),
    )
    expect(statements.filter((one) => one.includes("insert into gateway_operation"))).toEqual([])
    expect(await booksOf(sessionId)).toEqual(["paid", 0, []])
  })

  it("of which the reversal could not be written leaves nothing behind that would be sent later", async () => {
    const { id, sessionId } = await world.paid()
    world.mood.sameDay = true
    world.counter.fails = "insert into gateway_operation"
    await expect(ask(sessionId, 10_000, "ref_1")).rejects.toThrow("connection lost")
    world.counter.fails = undefined
    expect(await booksOf(sessionId)).toEqual(["paid", 0, []])
    expect(await world.base.ledger.leases.take({ id }, 1_000)).toBeDefined()
  })

  it("that was written, and whose process died, is not sent once the channel is known to refuse it", async () => {
    const { id, sessionId } = await world.paid()
    await world.base.ledger.operations.intend(id, { kind: "refund", amount: 4_000 })
    const absent = { kind: "refused", reason: "absent", code: "x", message: "Unknown." } as const
    Object.assign(world.mood, { partial: false, refund: succeeds, refundQuery: absent })
    await expect(ask(sessionId, 3_000, "ref_1")).rejects.toMatchObject({ code: "refund_unsupported" })
    expect(await booksOf(sessionId)).toEqual(["paid", 0, ["refund refused"]])
  })

  it("gives the payment back at its end", async () => {
    const { id, sessionId } = await world.paid()
    await ask(sessionId, 4_000, "ref_1")
    expect(await world.base.ledger.leases.take({ id }, 1_000)).toBeDefined()
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

  it("follows a reversal that was refused, which makes two statements more", async () => {
    const { sessionId } = await world.paid()
    world.mood.sameDay = true
    expect(await world.statementsOf(() => ask(sessionId, 10_000, "ref_1"))).toHaveLength(5)
    expect(await booksOf(sessionId)).toEqual(["refunded", 10_000, ["cancel refused", "refund succeeded"]])
  })

  it("that another has left nothing for is not sent beside it", async () => {
    const { sessionId } = await world.paid()
    await ask(sessionId, 10_000, "ref_1")
    const second = ask(sessionId, 10_000, "ref_2")
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
        taken.push(await world.base.other.leases.take({ id }, 60_000))
        return succeeds
      },
    }
    await refund({ of: { sessionId }, amount: 4_000, refundId: "ref_1" }, { ...world.deps, gateway: slow })
    expect(taken).toEqual([expect.objectContaining({ token: expect.any(String) })])
    expect(await booksOf(sessionId)).toEqual(["partially_refunded", 4_000, ["refund succeeded"]])
    expect(await world.base.ledger.leases.take({ id }, 1_000)).toBeUndefined()
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
  const list = (limit: number) => () =>
    world.ledger.payments.list({ limit, offset: 0, state: ["paid"], gateway: "ksher" })

  it("is one statement where the page holds all there are, whatever is filtered", async () => {
    await world.paid()
    expect(await world.statementsOf(list(200))).toHaveLength(1)
  })

  it("is two where there are more", async () => {
    await world.paid()
    await world.paid()
    expect(await world.statementsOf(list(1))).toHaveLength(2)
  })
})
