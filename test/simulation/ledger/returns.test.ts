import type { Irreturnable } from "../../../src/core"
import type { BegunReturn, GatewayPayment, Ledger, Wanted } from "../../../src/services/ledger"
import { openLedgerWorld, soon, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_returns")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000
const wanted = { amount: 4_000, refundId: "ref_1" } as const

async function aPayment(): Promise<GatewayPayment> {
  const { id } = await world.aPayment("paid")
  return world.ledger.payments.update(id, { paidAmount: 10_000 })
}

/** Until another statement waits for a row of a transaction that is open. */
async function somebodyWaits(): Promise<void> {
  for (;;) if ((await world.database.query("select 1 from pg_locks where not granted")).length) return
}

const every = { channels: [], unnamed: false }

const begin = (
  { sessionId }: { sessionId: string },
  ledger: Ledger = world.ledger,
  amount: Wanted = 4_000,
  irreturnable: Irreturnable = every,
) =>
  ledger.returns.begin({ sessionId }, { ...wanted, amount }, irreturnable, {
    leaseMs: minute,
    nextCheckAt: soon(world.clock),
  })

async function begun(payment: GatewayPayment): Promise<BegunReturn> {
  const made = await begin(payment)
  if (!made?.begun) throw new Error("Nobody else was at it, and it could not be begun.")
  return made.begun
}

const end = ({ lease, operation }: BegunReturn, state: "succeeded" | "refused" = "succeeded") =>
  world.ledger.returns.end(
    { lease, operation },
    { state, gatewayNo: "R1" },
    state === "succeeded"
      ? { state: "partially_refunded", refundedAmount: 4_000, settledBy: null }
      : lease.payment,
  )

const now = async ({ id }: GatewayPayment) => ({
  payment: await world.ledger.payments.get(id),
  operations: await world.ledger.operations.ofPayment(id),
})

describe("a return is begun", () => {
  it("with its operation written and the payment held, and says what is known", async () => {
    const payment = await aPayment()
    const refused = await world.ledger.operations.intend(payment.id, { kind: "refund", amount: 1 })
    await world.ledger.operations.conclude(refused.id, { state: "refused" })
    world.clock.forward(1)
    const made = await begin(payment)
    const { operations, payment: stored } = await now(payment)
    expect(made?.payment).toEqual(stored)
    expect(made?.begun?.lease.payment).toEqual(stored)
    expect([...(made?.operations ?? []), made?.begun?.operation]).toEqual(operations)
    expect(operations).toMatchObject([
      { state: "refused" },
      { kind: "refund", state: "sent", attempts: 1, amount: 4_000, refundId: "ref_1" },
    ])
    expect(await world.other.payments.lease(payment.id, minute)).toBeUndefined()
  })

  it("by the number within its provider entry as well, and of no payment not at all", async () => {
    const { number, providerId } = await aPayment()
    const until = { leaseMs: minute, nextCheckAt: soon(world.clock) }
    expect(
      await world.ledger.returns.begin({ number, providerId: "pp_other" }, wanted, every, until),
    ).toBeUndefined()
    expect(
      (await world.ledger.returns.begin({ number, providerId }, wanted, every, until))?.begun,
    ).toBeDefined()
  })

  it.each<[Wanted, number | undefined]>([
    [1, 1],
    ["rest", 10_000],
    [10_000, 10_000],
    [10_001, undefined],
    [0, undefined],
    [-1, undefined],
    [{ major: "40" }, 4_000],
    [{ major: "40.5" }, 4_050],
    [{ major: "0.01" }, 1],
    [{ major: "100.00" }, 10_000],
    [{ major: "100.01" }, undefined],
    [{ major: "0.001" }, undefined],
    [{ major: "-1" }, undefined],
    [{ major: `1${"0".repeat(40)}` }, undefined],
  ])(
    "for an amount that it covers and that has no more decimals than the currency: %j",
    async (amount, minor) => {
      const payment = await aPayment()
      expect((await begin(payment, world.ledger, amount))?.begun?.operation.amount).toBe(minor)
      expect(await now(payment)).toMatchObject({ operations: minor === undefined ? [] : [{ amount: minor }] })
      if (minor === undefined) expect(await world.other.payments.lease(payment.id, minute)).toBeDefined()
    },
  )

  it("once, of two at the same instant", async () => {
    for (let round = 0; round < 20; round++) {
      const payment = await aPayment()
      const made = await Promise.all([begin(payment), begin(payment, world.other)])
      expect(made.filter((one) => one?.begun)).toHaveLength(1)
      expect((await now(payment)).operations).toHaveLength(1)
    }
  })

  it("not by one that waited while another began, ended and gave the payment back", async () => {
    const payment = await aPayment()
    const waiting = world.other.together(async (inside) => {
      const lease = await inside.payments.lease(payment.id, minute)
      const late = begin(payment)
      // PostgreSQL has the late one wait for this transaction's row.
      await somebodyWaits()
      await inside.operations.conclude(
        (await inside.operations.intend(payment.id, { kind: "refund", amount: 4_000 })).id,
        { state: "succeeded" },
      )
      if (lease) await inside.payments.release(lease)
      return { late }
    })
    expect((await (await waiting).late)?.begun).toBeUndefined()
    expect(await now(payment)).toMatchObject({ operations: [{ state: "succeeded" }] })
  })

  it("not while somebody holds the payment, unless the lease has run out", async () => {
    const payment = await aPayment()
    await world.other.payments.lease(payment.id, minute)
    expect(await begin(payment)).toMatchObject({ begun: undefined, operations: [] })
    world.clock.forward(minute)
    expect((await begin(payment))?.begun).toBeDefined()
  })

  it("not when the payment holds no money, or it is not clear how much", async () => {
    expect(await begin(await world.aPayment("pending"))).toMatchObject({ begun: undefined })
    const returned = await aPayment()
    await world.other.payments.update(returned.id, { refundedAmount: 1 })
    expect(await begin(returned)).toMatchObject({ begun: undefined })
    const unclear = await aPayment()
    await world.other.payments.update(unclear.id, { attentionCode: "outside_unclear", attention: "Look." })
    expect(await begin(unclear)).toMatchObject({ begun: undefined })
  })

  it.each<[string | null, boolean, boolean]>([
    ["promptpay", false, false],
    ["promptpay", true, false],
    ["card", true, true],
    [null, false, true],
    [null, true, false],
  ])(
    "not where the channel gives nothing back: %s, unnamed ones do not: %s",
    async (channel, unnamed, expected) => {
      const { id } = await aPayment()
      const payment = await world.ledger.payments.update(id, channel === null ? {} : { channel })
      const made = await begin(payment, world.ledger, 4_000, { channels: ["promptpay", "kplus"], unnamed })
      expect(made?.begun !== undefined).toBe(expected)
      expect((await now(payment)).operations).toHaveLength(expected ? 1 : 0)
    },
  )

  it.each(["sent", "unknown", "pending", "succeeded"] as const)(
    "not where money is going back, may have, or has: %s",
    async (state) => {
      const payment = await aPayment()
      const { id } = await world.ledger.operations.intend(payment.id, { kind: "cancel", amount: 1 })
      if (state !== "sent") await world.ledger.operations.conclude(id, { state })
      expect(await begin(payment)).toMatchObject({ begun: undefined, operations: [{ id }] })
      expect(await world.other.payments.lease(payment.id, minute)).toBeDefined()
    },
  )
})

describe("a return that was begun", () => {
  it("becomes a reversal of the same money", async () => {
    const payment = await aPayment()
    const { operation } = await world.ledger.returns.reverse(await begun(payment))
    expect(operation.kind).toBe("cancel")
    expect((await now(payment)).operations).toMatchObject([
      { id: operation.id, kind: "cancel", state: "sent" },
    ])
  })

  it("and must not be sent leaves nothing behind, but not where it has ended or somebody else has the payment", async () => {
    const payment = await aPayment()
    await world.ledger.returns.withdraw(await begun(payment))
    expect((await now(payment)).operations).toEqual([])
    const ended = await begun(payment)
    await world.other.operations.conclude(ended.operation.id, { state: "refused" })
    world.clock.forward(minute)
    await world.other.payments.lease(payment.id, minute)
    await world.ledger.returns.withdraw(ended)
    expect((await now(payment)).operations).toMatchObject([{ state: "refused" }])
    expect(await begin(payment)).toMatchObject({ begun: undefined })
  })
})

describe("a return has ended", () => {
  it("with the operation, the payment and the lease in one", async () => {
    const payment = await aPayment()
    const ended = await end(await begun(payment))
    const { payment: stored, operations } = await now(payment)
    expect(stored).toMatchObject({ state: "partially_refunded", refundedAmount: 4_000, checks: 0 })
    expect(ended?.payment).toEqual(stored)
    expect(operations).toEqual([ended?.operation])
    expect(operations).toMatchObject([{ state: "succeeded", gatewayNo: "R1" }])
    expect(await world.other.payments.lease(payment.id, minute)).toBeDefined()
  })

  it("refused, with a payment that stays as it is", async () => {
    const payment = await aPayment()
    await end(await begun(payment), "refused")
    expect(await now(payment)).toMatchObject({
      payment: { state: "paid", refundedAmount: 0 },
      operations: [{ state: "refused" }],
    })
  })

  it("not at all when the payment has moved meanwhile: the operation is still to be concluded", async () => {
    const payment = await aPayment()
    const made = await begun(payment)
    await world.other.payments.move(payment.id, "paid_late")
    expect(await end(made)).toBeUndefined()
    expect(await now(payment)).toMatchObject({
      payment: { state: "paid_late", refundedAmount: 0 },
      operations: [{ state: "sent" }],
    })
  })

  it("not at all when the lease was lost to another", async () => {
    const payment = await aPayment()
    const made = await begun(payment)
    world.clock.forward(minute)
    await world.other.payments.lease(payment.id, minute)
    expect(await end(made)).toBeUndefined()
    expect(await now(payment)).toMatchObject({ payment: { state: "paid" }, operations: [{ state: "sent" }] })
  })

  it("not twice: an end that was found out meanwhile stays", async () => {
    const payment = await aPayment()
    const made = await begun(payment)
    await world.other.operations.conclude(made.operation.id, { state: "refused" })
    expect(await end(made)).toBeUndefined()
    expect(await now(payment)).toMatchObject({
      payment: { state: "paid", refundedAmount: 0 },
      operations: [{ state: "refused" }],
    })
  })

  it("not by a move that the table does not allow", async () => {
    const payment = await aPayment()
    const made = await begun(payment)
    const back = { state: "pending", refundedAmount: 0, settledBy: null } as const
    expect(await world.ledger.returns.end(made, { state: "succeeded" }, back)).toBeUndefined()
    expect(await now(payment)).toMatchObject({ payment: { state: "paid" }, operations: [{ state: "sent" }] })
  })
})
