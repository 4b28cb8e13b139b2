import { LeaseLost } from "../../../src/services/ledger"
import type { GatewayPayment, Lease } from "../../../src/services/ledger"
import { openLedgerWorld, soon, type LedgerWorld } from "../ledger/support"
import { oldInstance, statement, statementNames } from "./statements"

/*
 * A rolling restart: an instance of 0.1.0 and one of today on the database that today's migrations have made. 0.1.0 is here by the
 * statements that its own code said (`capture.ts`).
 */

const minute = 60_000

let world: LedgerWorld
let old: ReturnType<typeof oldInstance>
beforeAll(async () => {
  world = await openLedgerWorld("beside")
  old = oldInstance(world.database, world.clock)
})
beforeEach(() => world.empty())
afterAll(() => world.close())

async function aPaidOne(): Promise<GatewayPayment> {
  const { id } = await world.aPayment("paid")
  return world.ledger.payments.update(id, { paidAmount: 10_000, nextCheckAt: soon(world.clock) })
}

const now = async ({ id }: GatewayPayment) => {
  const payment = await world.ledger.payments.get(id)
  if (!payment) throw new Error("The payment is gone.")
  return payment
}

async function taken({ id }: GatewayPayment): Promise<Lease> {
  const lease = await world.ledger.leases.take({ id }, 2 * minute)
  if (!lease) throw new Error("Somebody else is at it.")
  return lease
}

const operationsOf = ({ id }: GatewayPayment) => world.ledger.operations.ofPayment(id)

/** What PostgreSQL calls a row that is there already. */
const taken23505 = { code: "23505" }

it("0.1.0 opens, claims, captures, refunds and concludes on today's tables, and `version` counts what a person sees", async () => {
  const [opened] = await old("open")
  const payment = opened?.id ?? ""
  const version = async () => (await world.ledger.payments.get(payment))?.version
  expect(await version()).toBe(1)
  const said = async (name: string, names: Record<string, unknown> = {}) => {
    const before = (await version()) ?? 0
    const rows = await old(name, { payment, ...names })
    return { rows, moved: ((await version()) ?? 0) - before }
  }
  expect(await said("paid")).toMatchObject({ rows: [{ state: "paid" }], moved: 1 })
  const lease = await said("lease", { token: "T1" })
  expect(lease).toMatchObject({ rows: [{ id: payment }], moved: 0 })
  const intended = await said("intend")
  expect(intended).toMatchObject({ rows: [{ state: "sent" }], moved: 1 })
  const operation = intended.rows[0]?.id
  expect((await said("again", { operation })).moved).toBe(0)
  expect((await said("doubt", { operation })).moved).toBe(1)
  expect((await said("conclude", { operation })).moved).toBe(1)
  expect((await said("assign", { operation })).moved).toBe(0)
  expect((await said("counted")).moved).toBe(1)
  expect((await said("raise")).moved).toBe(1)
  expect((await said("schedule")).moved).toBe(0)
  expect((await said("release", { token: "T1" })).moved).toBe(0)
  expect((await said("recordOutside")).moved).toBe(1)
  expect((await said("overturn", { operation })).rows).toEqual([])
  world.clock.forward(10 * minute)
  expect((await said("claim")).rows).toMatchObject([{ id: payment }])
})

it("0.1.0 begins, withdraws and ends a refund in one statement each, and today's release reads what it wrote", async () => {
  const payment = await aPaidOne()
  const names = { payment: payment.id, order: payment.number }
  await old("begin", { ...names, operation: "gpop_1", token: "T1" })
  expect(await operationsOf(payment)).toMatchObject([
    { id: "gpop_1", state: "sent", byHand: null, asked: null },
  ])
  await old("withdraw", { ...names, operation: "gpop_1", token: "T1" })
  expect(await operationsOf(payment)).toEqual([])
  await old("begin", { ...names, operation: "gpop_2", token: "T2" })
  const before = (await now(payment)).version
  await old("end", { ...names, operation: "gpop_2", token: "T2" })
  expect(await now(payment)).toMatchObject({ state: "partially_refunded", refundedAmount: 4_000 })
  expect((await now(payment)).version).toBeGreaterThan(before)
  expect(await operationsOf(payment)).toMatchObject([{ id: "gpop_2", state: "succeeded", amount: 4_000 }])
})

describe("an attention that 0.1.0 writes", () => {
  const stands = { attentionCode: "not_captured", attention: "It was paid." } as const
  const values = { why: "cart_open", paid: { amount: "100.00", currency: "thb" }, problem: null } as const

  it("leaves no values of another one behind", async () => {
    const payment = await aPaidOne()
    await world.ledger.payments.update(payment.id, { ...stands, attentionValues: values })
    expect(await now(payment)).toMatchObject({ ...stands, attentionValues: values })
    await old("raise", { payment: payment.id })
    expect(await now(payment)).toMatchObject({ attentionCode: "refund_unknown", attentionValues: null })
  })

  it("guards what is left of a payment, where an unknown part of it was returned, until 0.1.0 takes it away", async () => {
    const payment = await aPaidOne()
    const writes = (code: string | null, sentence: string | null) =>
      world.database.query(statement("raise").sql, [code, sentence, world.clock.now(), payment.id])
    await writes("outside_unclear", "It was refunded.")
    expect(await now(payment)).toMatchObject({ returnedUnsaid: true })
    await writes("refund_unknown", "It is not known.")
    expect(await now(payment)).toMatchObject({ returnedUnsaid: true })
    await writes("outside_unclear", "It was refunded.")
    await writes(null, null)
    expect(await now(payment)).toMatchObject({ returnedUnsaid: false })
  })
})

it("every statement that was taken down is said in one of these tests", () => {
  expect(statementNames.sort()).toEqual(
    [
      ...["again", "assign", "begin", "claim", "conclude", "counted", "doubt", "end", "intend", "lease"],
      ...["open", "overturn", "paid", "raise", "recordOutside", "release", "schedule", "withdraw"],
    ].sort(),
  )
})

describe("one payment, two releases", () => {
  it("who is at it keeps the other one out, whichever came first", async () => {
    const payment = await aPaidOne()
    const names = { payment: payment.id, order: payment.number }
    await old("lease", { ...names, token: "T1" })
    expect(await world.ledger.leases.take({ id: payment.id }, minute)).toBeUndefined()
    await old("release", { ...names, token: "T1" })
    const lease = await taken(payment)
    expect(await old("lease", names)).toEqual([])
    await old("begin", names)
    expect(await operationsOf(payment)).toEqual([])
    await world.ledger.leases.release(lease)
    expect(await old("lease", names)).toMatchObject([{ id: payment.id }])
  })

  it("a refund of 0.1.0 that is in doubt keeps today's from being written, and so from being sent", async () => {
    const payment = await aPaidOne()
    await old("begin", { payment: payment.id, order: payment.number, operation: "gpop_1" })
    world.clock.forward(3 * minute)
    const lease = await taken(payment)
    expect(lease.operations).toMatchObject([{ id: "gpop_1", state: "sent" }])
    const next = world.ledger.under(lease).operations.intend(payment.id, { kind: "refund", amount: 4_000 })
    await expect(next).rejects.toBeInstanceOf(LeaseLost)
    expect(await operationsOf(payment)).toHaveLength(1)
  })

  it("a refund of today's that is in doubt keeps one of 0.1.0 from being written, and so from being sent", async () => {
    const payment = await aPaidOne()
    const lease = await taken(payment)
    await world.ledger.under(lease).operations.intend(payment.id, { kind: "refund", amount: 4_000 })
    world.clock.forward(3 * minute)
    const names = { payment: payment.id, order: payment.number }
    await old("begin", names)
    await old("lease", { ...names, token: "T1" })
    await expect(old("intend", names)).rejects.toMatchObject(taken23505)
    expect(await operationsOf(payment)).toHaveLength(1)
  })

  it("where 0.1.0 has taken a payment over, today's release writes nothing more about it", async () => {
    const payment = await aPaidOne()
    const lease = await taken(payment)
    world.clock.forward(3 * minute)
    await old("lease", { payment: payment.id, token: "T1" })
    const { operations, payments } = world.ledger.under(lease)
    await expect(operations.intend(payment.id, { kind: "refund", amount: 1 })).rejects.toBeInstanceOf(
      LeaseLost,
    )
    await expect(payments.update(payment.id, { nextCheckAt: null })).rejects.toBeInstanceOf(LeaseLost)
    expect(await operationsOf(payment)).toEqual([])
  })

  it("an end that 0.1.0 learns late changes nothing that today's release has settled", async () => {
    const payment = await aPaidOne()
    await old("begin", { payment: payment.id, order: payment.number, operation: "gpop_1", token: "T1" })
    world.clock.forward(3 * minute)
    const held = world.ledger.under(await taken(payment))
    await held.operations.conclude("gpop_1", { state: "refused" })
    await old("end", { payment: payment.id, operation: "gpop_1", token: "T1" })
    await old("conclude", { operation: "gpop_1" })
    expect(await operationsOf(payment)).toMatchObject([{ state: "refused" }])
    expect(await now(payment)).toMatchObject({ state: "paid", refundedAmount: 0 })
  })
})
