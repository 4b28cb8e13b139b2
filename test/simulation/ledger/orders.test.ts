import { openLedgerWorld, soon, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => (world = await openLedgerWorld("ledger_orders")))
beforeEach(() => world.empty())
afterAll(() => world.close())

const second = 1_000
const minute = 60 * second

describe("the lease of an order", () => {
  it("goes to one of two instances that ask at the same moment, and to the other when it is given back", async () => {
    const asked = await Promise.all([
      world.ledger.orders.lease("order_1", minute),
      world.other.orders.lease("order_1", minute),
    ])
    const [held] = asked.filter((one) => one !== undefined)
    expect([held?.orderId, asked.filter((one) => one === undefined)]).toEqual(["order_1", [undefined]])

    if (held) await world.ledger.orders.release(held)
    expect(await world.other.orders.lease("order_1", minute)).toBeDefined()
  })

  it("is another's when its time is over; whoever had it renews and gives back nothing of theirs", async () => {
    const { orders } = world.ledger
    const late = (await orders.lease("order_1", minute))!
    world.clock.forward(30 * second)
    expect(await orders.renew(late, minute)).toBe(true)
    world.clock.forward(59 * second)
    expect(await world.other.orders.lease("order_1", minute)).toBeUndefined()
    world.clock.forward(second)
    expect(await world.other.orders.lease("order_1", minute)).toBeDefined()

    expect(await orders.renew(late, minute)).toBe(false)
    await orders.release(late)
    expect(await orders.lease("order_1", minute)).toBeUndefined()
  })

  it("of one order is not that of another", async () => {
    await world.ledger.orders.lease("order_1", minute)
    expect(await world.ledger.orders.lease("order_2", minute)).toBeDefined()
  })
})

describe("a cancel that was begun", () => {
  it("is due until it has ended, to one claimant at a time, and keeps the moment at which it was first asked for", async () => {
    const { orders } = world.ledger
    const begun = await orders.beginCancel("order_1", "customer", soon(world.clock))
    expect(await orders.claimDueCancels(10, minute)).toEqual([])
    world.clock.forward(minute)
    const again = await orders.beginCancel("order_1", "admin", world.clock.now())
    expect(again).toEqual(begun)

    const claims = await Promise.all([
      orders.claimDueCancels(10, minute),
      world.other.orders.claimDueCancels(10, minute),
    ])
    expect(claims.flat()).toEqual([begun])
    world.clock.forward(minute)
    expect(await orders.claimDueCancels(10, minute)).toEqual([begun])
    await orders.postponeCancel("order_1", world.clock.now())
    expect(await orders.claimDueCancels(10, minute)).toEqual([begun])

    await orders.endCancel("order_1")
    await orders.postponeCancel("order_1", world.clock.now())
    world.clock.forward(minute)
    expect(await orders.claimDueCancels(10, minute)).toEqual([])
    expect(await orders.cancelOf("order_1")).toBeUndefined()
  })
})

describe("an answered refund", () => {
  it("is repeated by the same admin, of the same amount and payment, within the time; and by nothing else", async () => {
    const refund = { paymentId: "pay_1", amount: "10", by: "user_1" }
    const { orders } = world.ledger
    const repeated = (patch = {}) => orders.isRepeated("order_1", { ...refund, ...patch }, 10 * second)
    expect(await repeated()).toBe(false)
    await orders.lease("order_1", minute)
    await orders.noteAnswered("order_1", refund, 10 * second)
    world.clock.forward(5 * second)
    await orders.noteAnswered("order_1", { ...refund, amount: "11" }, 10 * second)

    world.clock.forward(4_999)
    expect(await repeated()).toBe(true)
    for (const other of [{ amount: "12" }, { by: "user_2" }, { paymentId: "pay_2" }])
      expect(await repeated(other)).toBe(false)
    world.clock.forward(1)
    expect([await repeated(), await repeated({ amount: "11" })]).toEqual([false, true])
  })
})
