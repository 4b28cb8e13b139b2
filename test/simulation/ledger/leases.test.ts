import { LeaseLost } from "../../../src/services/ledger"
import type { GatewayPayment, Lease, Ledger, PaymentKey } from "../../../src/services/ledger"
import { openLedgerWorld, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_leases")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000

async function aPayment(): Promise<GatewayPayment> {
  const { id } = await world.aPayment("paid")
  return world.ledger.payments.update(id, { paidAmount: 10_000 })
}

/** Until another statement waits for a row of a transaction that is open. */
async function somebodyWaits(): Promise<void> {
  for (;;) if ((await world.database.query("select 1 from pg_locks where not granted")).length) return
}

async function taken(key: PaymentKey, ledger: Ledger = world.ledger): Promise<Lease> {
  const lease = await ledger.leases.take(key, minute)
  if (!lease) throw new Error("Nobody else was at it, and it could not be taken.")
  return lease
}

const now = async ({ id }: GatewayPayment) => ({
  payment: await world.ledger.payments.get(id),
  operations: await world.ledger.operations.ofPayment(id),
})

describe("a payment is taken", () => {
  it("with all that is known of it, by any of its names", async () => {
    const payment = await aPayment()
    const refused = await world.ledger.operations.intend(payment.id, { kind: "refund", amount: 1 })
    await world.ledger.operations.conclude(refused.id, { state: "refused" })
    const { id, number, providerId, sessionId } = payment
    for (const key of [{ id }, { sessionId }, { number, providerId }]) {
      const lease = await taken(key)
      const stored = await now(payment)
      expect(lease.payment).toEqual(stored.payment)
      expect(lease.operations).toEqual(stored.operations)
      await world.ledger.leases.release(lease)
    }
    expect(await world.ledger.leases.take({ number, providerId: "pp_other" }, minute)).toBeUndefined()
  })

  it("and is due when the lease ends, so that the job looks at what a dead process left", async () => {
    const resting = await world.ledger.payments.update((await aPayment()).id, { nextCheckAt: null })
    const { until } = await taken(resting)
    expect((await now(resting)).payment?.nextCheckAt).toEqual(until)
    const due = await aPayment()
    const soon = new Date(world.clock.now().getTime() + 1)
    await world.ledger.payments.update(due.id, { nextCheckAt: soon })
    await taken(due)
    expect((await now(due)).payment?.nextCheckAt).toEqual(soon)
  })

  it("not by a statement that waited while another process took, changed and gave it back", async () => {
    const payment = await aPayment()
    const waiting = world.other.together(async (inside) => {
      const lease = await taken(payment, inside)
      const late = world.ledger.leases.take(payment, minute)
      // PostgreSQL has the late one wait for this transaction's row.
      await somebodyWaits()
      await inside.under(lease).operations.intend(payment.id, { kind: "refund", amount: 4_000 })
      await inside.leases.release(lease)
      return { late }
    })
    expect(await (await waiting).late).toBeUndefined()
    expect(await taken(payment)).toMatchObject({ operations: [{ state: "sent" }] })
  })

  it("not while its holder, whose lease had run out, is just writing", async () => {
    const payment = await aPayment()
    const lease = await taken(payment, world.other)
    world.clock.forward(minute)
    const waiting = world.other.together(async (inside) => {
      await inside.under(lease).operations.intend(payment.id, { kind: "refund", amount: 4_000 })
      const late = world.ledger.leases.take(payment, minute)
      await somebodyWaits()
      return { late }
    })
    expect(await (await waiting).late).toBeUndefined()
  })
})

describe("what the holder of a payment writes", () => {
  it("keeps the payment from others as long again", async () => {
    const payment = await aPayment()
    const mine = world.ledger.under(await taken(payment))
    world.clock.forward(minute - 1)
    await mine.payments.update(payment.id, { orderId: "order_1" })
    world.clock.forward(minute - 1)
    expect(await world.other.leases.take(payment, minute)).toBeUndefined()
    world.clock.forward(1)
    expect(await world.other.leases.take(payment, minute)).toBeDefined()
  })

  const refused = async ({ operations }: Ledger, { id }: GatewayPayment) => {
    const made = await operations.intend(id, { kind: "refund", amount: 1 })
    await operations.conclude(made.id, { state: "refused" })
    return made.id
  }
  const writes: Record<
    string,
    (mine: Ledger, payment: GatewayPayment, operation: string) => Promise<unknown>
  > = {
    "payments.update": (mine, { id }) => mine.payments.update(id, { orderId: "order_1" }),
    "payments.move": (mine, { id }) => mine.payments.move(id, "paid_late"),
    "operations.intend": (mine, { id }) => mine.operations.intend(id, { kind: "refund", amount: 2 }),
    "operations.again": (mine, _, operation) => mine.operations.again(operation),
    "operations.overturn": (mine, _, operation) => mine.operations.overturn(operation, "g"),
    "operations.assign": (mine, _, operation) =>
      mine.operations.assign(operation, { refundId: "ref_1", medusaAmount: null }),
    "operations.recordNothing": (mine, { id }) =>
      mine.operations.recordNothing(id, { refundId: "ref_1", medusaAmount: "0.004", message: "" }),
    "operations.told": (mine, _, operation) => mine.operations.told(operation),
    "operations.recordOutside": (mine, { id }) =>
      mine.operations.recordOutside(id, { kind: "refund", number: "o", amount: 2 }),
  }

  it.each(Object.keys(writes))("is not written once another has the payment: %s", async (name) => {
    const payment = await aPayment()
    const operation = await refused(world.ledger, payment)
    const mine = world.ledger.under(await taken(payment))
    world.clock.forward(minute)
    await taken(payment, world.other)
    const before = await now(payment)
    await expect(writes[name]?.(mine, payment, operation)).rejects.toBeInstanceOf(LeaseLost)
    expect(await now(payment)).toEqual(before)
  })

  it.each(Object.keys(writes))("is not written once it has given the payment back: %s", async (name) => {
    const payment = await aPayment()
    const operation = await refused(world.ledger, payment)
    const lease = await taken(payment)
    await world.ledger.leases.release(lease)
    const before = await now(payment)
    await expect(writes[name]?.(world.ledger.under(lease), payment, operation)).rejects.toBeInstanceOf(
      LeaseLost,
    )
    expect(await now(payment)).toEqual(before)
  })

  it("is not written beside what is in doubt, and no error of the database says so", async () => {
    const payment = await aPayment()
    const mine = world.ledger.under(await taken(payment))
    await mine.operations.intend(payment.id, { kind: "refund", amount: 1 })
    await expect(mine.operations.intend(payment.id, { kind: "refund", amount: 2 })).rejects.toBeInstanceOf(
      LeaseLost,
    )
  })
})

describe("a return has ended", () => {
  const begun = async (payment: GatewayPayment) => {
    const lease = await taken(payment)
    const mine = world.ledger.under(lease)
    const operation = await mine.operations.intend(payment.id, { kind: "refund", amount: 4_000 })
    const end = (state: "succeeded" | "refused" = "succeeded") =>
      mine.leases.end(
        lease.payment,
        operation,
        { state, gatewayNo: "R1" },
        state === "succeeded"
          ? { state: "partially_refunded", refundedAmount: 4_000, settledBy: null }
          : lease.payment,
      )
    return { lease, operation, end, mine }
  }

  it("with the operation, the payment and the lease in one", async () => {
    const payment = await aPayment()
    const { end } = await begun(payment)
    const ended = await end()
    const { payment: stored, operations } = await now(payment)
    expect(stored).toMatchObject({ state: "partially_refunded", refundedAmount: 4_000, checks: 0 })
    // That the operation has ended is counted right after the statement.
    expect(ended?.payment).toEqual({ ...stored, version: stored!.version - 1 })
    expect(operations).toEqual([ended?.operation])
    expect(operations).toMatchObject([{ state: "succeeded", gatewayNo: "R1" }])
    expect(await world.other.leases.take(payment, minute)).toBeDefined()
  })

  it("refused, with a payment that stays as it is", async () => {
    const payment = await aPayment()
    await (await begun(payment)).end("refused")
    expect(await now(payment)).toMatchObject({
      payment: { state: "paid", refundedAmount: 0 },
      operations: [{ state: "refused" }],
    })
  })

  it("not at all when the payment has moved meanwhile: the operation is still to be concluded", async () => {
    const payment = await aPayment()
    const { end } = await begun(payment)
    await world.other.payments.move(payment.id, "paid_late")
    expect(await end()).toBeUndefined()
    expect(await now(payment)).toMatchObject({
      payment: { state: "paid_late", refundedAmount: 0 },
      operations: [{ state: "sent" }],
    })
  })

  it("not at all when the lease was lost to another", async () => {
    const payment = await aPayment()
    const { end } = await begun(payment)
    world.clock.forward(minute)
    await taken(payment, world.other)
    expect(await end()).toBeUndefined()
    expect(await now(payment)).toMatchObject({ payment: { state: "paid" }, operations: [{ state: "sent" }] })
  })

  it("not twice: an end that was found out meanwhile stays", async () => {
    const payment = await aPayment()
    const { end, operation } = await begun(payment)
    await world.other.operations.conclude(operation.id, { state: "refused" })
    expect(await end()).toBeUndefined()
    expect(await now(payment)).toMatchObject({
      payment: { state: "paid", refundedAmount: 0 },
      operations: [{ state: "refused" }],
    })
  })

  it("not by a move that the table does not allow", async () => {
    const payment = await aPayment()
    const { lease, mine, operation } = await begun(payment)
    const back = { state: "pending", refundedAmount: 0, settledBy: null } as const
    expect(await mine.leases.end(lease.payment, operation, { state: "succeeded" }, back)).toBeUndefined()
    expect(await now(payment)).toMatchObject({ payment: { state: "paid" }, operations: [{ state: "sent" }] })
  })

  it("and is counted once, of two processes that count at the same instant", async () => {
    const before = await aPayment()
    const after = { state: "partially_refunded", refundedAmount: 4_000, settledBy: null } as const
    const counted = await Promise.all([
      world.ledger.payments.countReturned(before, after),
      world.other.payments.countReturned(before, after),
    ])
    expect(counted.filter(Boolean)).toHaveLength(1)
  })
})
