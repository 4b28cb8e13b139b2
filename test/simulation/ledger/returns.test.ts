import type { BegunReturn, Ledger, Picture } from "../../../src/services/ledger"
import { openLedgerWorld, soon, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_returns")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000
const refund = { kind: "refund", amount: 4_000, refundId: "ref_1" } as const

async function aPicture(state: "paid" | "paid_late" = "paid"): Promise<Picture> {
  const { sessionId } = await world.aPayment(state)
  const picture = await world.ledger.payments.picture({ sessionId })
  if (!picture) throw new Error("The payment that was just written is not there.")
  return picture
}

const begin = (picture: Picture, ledger: Ledger = world.ledger) =>
  ledger.returns.begin(picture, refund, { leaseMs: minute, nextCheckAt: soon(world.clock) })

async function begun(picture: Picture): Promise<BegunReturn> {
  const made = await begin(picture)
  if (!made) throw new Error("Nobody else was at it, and it could not be begun.")
  return made
}

const end = ({ lease, operation }: BegunReturn, state: "succeeded" | "refused" = "succeeded") =>
  world.ledger.returns.end(
    { lease, operation },
    { state, gatewayNo: "R1" },
    state === "succeeded"
      ? { state: "partially_refunded", refundedAmount: 4_000, settledBy: null }
      : lease.payment,
  )

const now = async ({ payment }: Picture) => ({
  payment: await world.ledger.payments.get(payment.id),
  operations: await world.ledger.operations.ofPayment(payment.id),
})

describe("a return is begun", () => {
  it("with its operation written and the payment held", async () => {
    const picture = await aPicture()
    const { operation } = await begun(picture)
    expect((await now(picture)).operations).toEqual([operation])
    expect(operation).toMatchObject({ state: "sent", attempts: 1, amount: 4_000, refundId: "ref_1" })
    expect(await world.other.payments.lease(picture.payment.id, minute)).toBeUndefined()
  })

  it("once, of two that saw the same picture", async () => {
    for (let round = 0; round < 20; round++) {
      const picture = await aPicture()
      const made = await Promise.all([begin(picture), begin(picture, world.other)])
      expect(made.filter(Boolean)).toHaveLength(1)
      expect((await now(picture)).operations).toHaveLength(1)
    }
  })

  it("not while somebody holds the payment, unless the lease has run out", async () => {
    const picture = await aPicture()
    await world.other.payments.lease(picture.payment.id, minute)
    expect(await begin(picture)).toBeUndefined()
    const seen = await world.ledger.payments.picture({ sessionId: picture.payment.sessionId })
    expect(seen && (await begin(seen))).toBeUndefined()
    world.clock.forward(minute)
    expect(seen && (await begin(seen))).toBeDefined()
  })

  it("not when somebody has had the payment since, also where it was given back at once", async () => {
    const picture = await aPicture()
    const lease = await world.other.payments.lease(picture.payment.id, minute)
    if (lease) await world.other.payments.release(lease)
    expect(await begin(picture)).toBeUndefined()
    expect((await now(picture)).operations).toEqual([])
  })

  it("not when the payment has moved since, or money has gone back", async () => {
    const moved = await aPicture()
    await world.other.payments.move(moved.payment.id, "paid_late")
    expect(await begin(moved)).toBeUndefined()
    const returned = await aPicture()
    await world.other.payments.update(returned.payment.id, { refundedAmount: 1 })
    expect(await begin(returned)).toBeUndefined()
  })

  it("whole or not at all: where another is in doubt, the payment is not held either", async () => {
    const picture = await aPicture()
    await world.ledger.operations.intend(picture.payment.id, { kind: "cancel", amount: 1 })
    await expect(begin(picture)).rejects.toThrow(/gateway_operation_one_unclear/)
    expect(await world.other.payments.lease(picture.payment.id, minute)).toBeDefined()
  })
})

describe("a return has ended", () => {
  it("with the operation, the payment and the lease in one", async () => {
    const picture = await aPicture()
    const ended = await end(await begun(picture))
    const { payment, operations } = await now(picture)
    expect(payment).toMatchObject({ state: "partially_refunded", refundedAmount: 4_000, checks: 0 })
    expect(ended?.payment).toEqual(payment)
    expect(operations).toEqual([ended?.operation])
    expect(operations).toMatchObject([{ state: "succeeded", gatewayNo: "R1" }])
    expect(await world.other.payments.lease(picture.payment.id, minute)).toBeDefined()
  })

  it("refused, with a payment that stays as it is", async () => {
    const picture = await aPicture()
    await end(await begun(picture), "refused")
    expect(await now(picture)).toMatchObject({
      payment: { state: "paid", refundedAmount: 0 },
      operations: [{ state: "refused" }],
    })
  })

  it("not at all when the payment has moved meanwhile: the operation is still to be concluded", async () => {
    const picture = await aPicture()
    const made = await begun(picture)
    await world.other.payments.move(picture.payment.id, "paid_late")
    expect(await end(made)).toBeUndefined()
    expect(await now(picture)).toMatchObject({
      payment: { state: "paid_late", refundedAmount: 0 },
      operations: [{ state: "sent" }],
    })
  })

  it("not at all when the lease was lost to another", async () => {
    const picture = await aPicture()
    const made = await begun(picture)
    world.clock.forward(minute)
    await world.other.payments.lease(picture.payment.id, minute)
    expect(await end(made)).toBeUndefined()
    expect(await now(picture)).toMatchObject({ payment: { state: "paid" }, operations: [{ state: "sent" }] })
  })

  it("not twice: an end that was found out meanwhile stays", async () => {
    const picture = await aPicture()
    const made = await begun(picture)
    await world.other.operations.conclude(made.operation.id, { state: "refused" })
    expect(await end(made)).toBeUndefined()
    expect(await now(picture)).toMatchObject({
      payment: { state: "paid", refundedAmount: 0 },
      operations: [{ state: "refused" }],
    })
  })

  it("not by a move that the table does not allow", async () => {
    const picture = await aPicture()
    const made = await begun(picture)
    const back = { state: "pending", refundedAmount: 0, settledBy: null } as const
    expect(await world.ledger.returns.end(made, { state: "succeeded" }, back)).toBeUndefined()
    expect(await now(picture)).toMatchObject({ payment: { state: "paid" }, operations: [{ state: "sent" }] })
  })
})
