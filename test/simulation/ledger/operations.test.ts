import { isUnclear, operationStates } from "../../../src/core"
import type { OperationState } from "../../../src/core"
import { LeaseLost, committedAmount, returnedAmount, returns } from "../../../src/services/ledger"
import { openLedgerWorld, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_operations")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const intend = async (paymentId?: string, patch = {}) =>
  world.ledger.operations.intend(paymentId ?? (await world.aPayment("paid")).id, {
    kind: "refund",
    amount: 4_000,
    refundId: "ref_1",
    ...patch,
  })

/** An operation in any state, written past the rules that are tested. */
async function inState(state: OperationState) {
  const operation = await intend()
  await world.database.query("update gateway_operation set state = ?, message = 'first' where id = ?", [
    state,
    operation.id,
  ])
  return operation
}

describe("an operation", () => {
  it("is written as sent, under a number for life that no other has", async () => {
    const first = await intend()
    expect(first).toMatchObject({
      state: "sent",
      attempts: 1,
      amount: 4_000,
      refundId: "ref_1",
      settledAt: null,
    })
    expect(first.number).toMatch(/^[0-9A-Z]{26}$/)
    expect((await intend()).number).not.toBe(first.number)
    expect((await world.other.operations.ofPayment(first.paymentId))[0]).toEqual(first)
  })

  it("keeps its number when it is sent again, and counts the attempts", async () => {
    const { id, number } = await intend()
    expect(await world.ledger.operations.again(id)).toMatchObject({ number, attempts: 2 })
  })

  const ended = operationStates.filter((state) => ["succeeded", "refused", "not_sent"].includes(state))
  const open = operationStates.filter((state) => !ended.includes(state))

  it.each(ended.flatMap((state) => operationStates.map((answer) => [state, answer] as const)))(
    "that ended as %s keeps its end when a late answer says %s",
    async (state, answer) => {
      const { id, paymentId } = await inState(state)
      expect(await world.ledger.operations.conclude(id, { state: answer, message: "late" })).toBeUndefined()
      expect((await world.ledger.operations.ofPayment(paymentId))[0]).toMatchObject({
        state,
        message: "first",
      })
    },
  )

  it.each(open.flatMap((state) => operationStates.map((answer) => [state, answer] as const)))(
    "that is %s becomes %s, unless that would forget that the gateway has accepted it",
    async (state, answer) => {
      const { id } = await inState(state)
      const end = { state: answer, gatewayNo: "G1", message: "news" }
      const now = await world.ledger.operations.conclude(id, end)
      if (state === "pending" && isUnclear(answer)) expect(now).toBeUndefined()
      else {
        expect(now).toMatchObject(end)
        expect(now?.settledAt !== null).toBe(ended.includes(answer))
      }
    },
  )

  it("of two answers at the same instant one is kept", async () => {
    for (let round = 0; round < 20; round++) {
      const { id, paymentId } = await intend(undefined)
      const ends = await Promise.all([
        world.ledger.operations.conclude(id, { state: "succeeded" }),
        world.other.operations.conclude(id, { state: "refused" }),
      ])
      expect(ends.filter(Boolean)).toHaveLength(1)
      const [kept] = await world.ledger.operations.ofPayment(paymentId)
      expect(kept?.state).toBe(ends.find(Boolean)?.state)
    }
  })

  it("keeps the gateway's number when a later answer names none", async () => {
    const { id } = await intend()
    await world.ledger.operations.conclude(id, { state: "pending", gatewayNo: "R1" })
    expect(await world.ledger.operations.conclude(id, { state: "succeeded" })).toMatchObject({
      gatewayNo: "R1",
    })
  })
})

describe("of the operations that return money of one payment", () => {
  it.each([
    ["refund", "refund"],
    ["refund", "cancel"],
    ["cancel", "refund"],
  ] as const)("a %s in doubt leaves no room for a %s", async (first, second) => {
    const { id } = await world.aPayment("paid")
    const one = await intend(id, { kind: first })
    await expect(intend(id, { kind: second })).rejects.toThrow(LeaseLost)
    await world.ledger.operations.conclude(one.id, { state: "unknown" })
    await expect(intend(id, { kind: second })).rejects.toThrow(LeaseLost)
    await world.ledger.operations.conclude(one.id, { state: "refused" })
    expect(await intend(id, { kind: second })).toMatchObject({ state: "sent" })
  })

  it("of two begun at the same instant one is written", async () => {
    const { id } = await world.aPayment("paid")
    const begun = await Promise.allSettled(
      [world.ledger, world.other].map((ledger) =>
        ledger.operations.intend(id, { kind: "refund", amount: 1 }),
      ),
    )
    expect(begun.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
  })

  it("an open or a close in doubt is in nobody's way, and neither is another payment", async () => {
    const { id } = await world.aPayment("paid")
    await world.ledger.operations.intend(id, { kind: "open" })
    await world.ledger.operations.intend(id, { kind: "close" })
    await intend(id)
    expect(await intend()).toMatchObject({ state: "sent" })
  })
})

describe("a payout that counted as refused, and went out after all", () => {
  /** Refused a while after it had been written. */
  async function refusedOne(paymentId: string, refundId: string | null) {
    const { operations } = world.ledger
    const { id } = await operations.intendPayout(paymentId, { amount: 3_000, refundId })
    world.clock.forward(1)
    await world.database.query("update gateway_operation set state = 'sent', attempts = 1 where id = ?", [id])
    return id
  }

  it.each<[string, string | null, number, boolean, string]>([
    ["of the same refund of Medusa's", "ref_1", 3_000, true, "not_sent"],
    ["of another refund of Medusa's", "ref_2", 3_000, true, "pending"],
    ["of its amount, made since, where Medusa holds none", null, 3_000, true, "not_sent"],
    ["of the amount that was asked for before it was refused", null, 3_000, false, "pending"],
    ["of another amount", null, 5_000, true, "pending"],
    ["of more than is left beside it", null, 8_000, true, "not_sent"],
  ])("and one that waits %s", async (_which, refundId, amount, isSince, state) => {
    const { operations } = world.ledger
    const { id: paymentId } = await world.aPayment("paid")
    await world.ledger.payments.update(paymentId, { paidAmount: 10_000 })
    const refused = await refusedOne(paymentId, refundId === null ? null : "ref_1")
    const wait = () => operations.intendPayout(paymentId, { amount, refundId })
    const before = isSince ? undefined : await wait()
    world.clock.forward(1)
    await operations.conclude(refused, { state: "refused", reason: "undocumented" })
    world.clock.forward(1)
    const { id } = before ?? (await wait())
    expect(await operations.paidOut(refused, "K1", true)).toMatchObject({
      ...{ state: "succeeded", reason: "after_all" },
    })
    const now = await operations.ofPayment(paymentId)
    expect(now.find((one) => one.id === id)?.state).toBe(state)
  })
})

describe("a refund made outside", () => {
  it("is booked once, however often it is seen", async () => {
    const { id } = await world.aPayment("paid")
    const record = { kind: "refund", number: "outside-1", gatewayNo: "R1", amount: 4_000 } as const
    const seen = await Promise.all([
      world.ledger.operations.recordOutside(id, record),
      world.other.operations.recordOutside(id, record),
      world.ledger.operations.recordOutside(id, record),
    ])
    expect(seen.filter(Boolean)).toHaveLength(1)
    expect(seen.find(Boolean)).toMatchObject({ state: "succeeded", outside: true, attempts: 0 })
    expect(await world.ledger.operations.ofPayment(id)).toHaveLength(1)
  })
})

describe("an operation is found", () => {
  it("by the Medusa refund row it is for, which may change hands", async () => {
    const { id } = await intend()
    const { operations } = world.ledger
    expect(await operations.refundIdsKnown(["ref_1", "ref_2"])).toEqual(new Set(["ref_1"]))
    await operations.assign(id, { refundId: "ref_2", medusaAmount: null })
    expect(await operations.refundIdsKnown(["ref_1", "ref_2"])).toEqual(new Set(["ref_2"]))
    expect(await operations.refundIdsKnown([])).toEqual(new Set())
  })
})

it.each([
  ["refused", true],
  ["not_sent", true],
  ["pending", false],
  ["succeeded", false],
] as const)("that is %s is overturned: %s, by a gateway that lists it as done", async (state, expected) => {
  const { operations } = world.ledger
  const { id, paymentId } = await intend()
  await operations.conclude(id, { state, reason: "declined", code: "x", message: "No." })
  const overturned = await operations.overturn(id, "R9")
  expect(overturned !== undefined).toBe(expected)
  if (expected)
    expect((await operations.ofPayment(paymentId))[0]).toMatchObject({
      ...{ state: "succeeded", gatewayNo: "R9", reason: null, code: null, message: null },
    })
})

it("that settlement hands to a row of its own is untold, until somebody is told or takes it over", async () => {
  const { operations } = world.ledger
  const { id, paymentId } = await intend()
  const untold = async () => (await operations.ofPayment(paymentId))[0]?.untold
  expect(await untold()).toBe(false)
  await operations.assign(id, { refundId: "ref_2", medusaAmount: null }, true)
  expect(await untold()).toBe(true)
  await operations.told(id)
  expect(await untold()).toBe(false)
  await operations.assign(id, { refundId: "ref_3", medusaAmount: null }, true)
  await operations.assign(id, { refundId: "ref_4", medusaAmount: null })
  expect(await untold()).toBe(false)
})

it("sums what has gone back, and what may have", async () => {
  const { id } = await world.aPayment("paid")
  const end = async (state: OperationState, amount: number) => {
    const operation = await intend(id, { amount })
    if (state !== "sent") await world.ledger.operations.conclude(operation.id, { state })
  }
  await world.ledger.operations.intend(id, { kind: "open" })
  await end("succeeded", 1)
  await end("refused", 10)
  await end("not_sent", 100)
  await end("pending", 1_000)
  await end("unknown", 10_000)
  const operations = await world.ledger.operations.ofPayment(id)
  expect(returns(operations)).toHaveLength(5)
  expect(returnedAmount(operations)).toBe(1)
  expect(committedAmount(operations)).toBe(11_001)
})
