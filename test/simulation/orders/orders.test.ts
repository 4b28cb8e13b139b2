import type { OrderChange } from "../../../src/core"
import { withOrderLease, journalCancel } from "../../../src/services/settlement"
import { pendingDifference } from "../../support/fake-medusa"
import { openLane, type Lane } from "../matrix/lane"
import { Shop, minute } from "../matrix/shop"
import { gnete, ksherRedirect } from "../matrix/variants"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(91)))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const kinds: OrderChange[] = ["edit", "return", "exchange", "claim", "transfer"]

describe.each([ksherRedirect, gnete])("$name", (variant) => {
  beforeEach(async () => {
    shop = new Shop(lane, variant, await lane.begin())
    await shop.buy()
  })

  const cancels = () => ({ ...shop.deps, depsOf: () => shop.deps })
  /** As the routes do it. */
  const cancelBy = <T>(work: () => Promise<T>) =>
    withOrderLease(shop.order().id, shop.deps, () => journalCancel(shop.order().id, "admin", cancels(), work))
  const cancel = () => cancelBy(() => shop.cancelOrder())
  async function books() {
    const { number, attentionCode } = await shop.payment()
    const order = shop.order()
    return {
      canceled: order.canceled,
      returned: (await lane.sandbox.book(number)).returned,
      rows: shop.booked().refunds.map((row) => row.amount),
      owed: pendingDifference(order),
      attention: attentionCode,
      begun: (await lane.ledger.orders.cancelOf(order.id)) !== undefined,
    }
  }
  const untouched = { canceled: false, returned: 0, rows: [], owed: 0, attention: null, begun: false }
  const ended = { canceled: true, returned: 10_000, rows: [10_000], owed: 0, attention: null, begun: false }

  it.each(kinds)(
    "whoever runs Medusa's refund beside an open %s is refused by the provider",
    async (kind) => {
      await shop.medusa.openChange(shop.order().id, kind)

      await shop.attempt(() => shop.refund(4_000))
      await shop.job()

      expect([shop.told.at(-1), await books()]).toEqual(["order_changing", untouched])
    },
  )

  it("a cancel of which nothing was sent is over, and is not tried again", async () => {
    await shop.medusa.openChange(shop.order().id, "return")

    await shop.attempt(cancel)
    expect([shop.told.at(-1), (await books()).begun]).toEqual(["invalid_data", false])
    await shop.medusa.endChange(shop.order().id)
    await lane.clock.forward(5 * minute)
    await shop.job()

    expect(await books()).toMatchObject({ canceled: false, returned: 0, begun: false })
  })

  it("a change that comes in while the gateway returns the money: attention, and the job finishes the cancel when it ends", async () => {
    slipsIn("claim")
    await shop.attempt(cancel)
    expect(await books()).toMatchObject({ canceled: false, returned: 10_000, begun: true })

    await shop.job()
    expect(await books()).toMatchObject({ canceled: false, attention: "cancel_unfinished", begun: true })
    expect((await shop.payment()).attention).toMatch(/has a claim open/)
    await lane.clock.forward(5 * minute)
    await shop.job()
    expect(await books()).toMatchObject({ canceled: false, attention: "cancel_unfinished", begun: true })

    await shop.medusa.endChange(shop.order().id)
    await lane.clock.forward(minute)
    await shop.job()
    expect(await books()).toEqual(ended)
  })

  it.each([
    ["before anything was sent", () => Promise.resolve()],
    ["between the money and the rest", () => shop.medusa.refundAll(shop.order().id)],
  ])("a process that dies %s: the job cancels within two minutes, the money once", async (_, reached) => {
    const died = new Promise<never>(() => undefined)
    const asked = jest.fn()
    void cancelBy(async () => {
      await reached()
      asked()
      await died
    })
    await until(() => asked.mock.calls.length > 0)
    expect((await books()).begun).toBe(true)

    await lane.clock.forward(2 * minute)
    await shop.job()

    expect(await books()).toEqual(ended)
  })

  it("two cancels and a refund at once, by the routes: each is whole", async () => {
    const tried = await Promise.allSettled([
      cancel(),
      withOrderLease(shop.order().id, shop.deps, () => shop.refund(4_000)),
    ])
    await shop.quiet()

    expect(tried[0].status).toBe("fulfilled")
    const { canceled, returned, owed } = await books()
    expect([canceled, returned, owed]).toEqual([true, 10_000, 0])
  })

  it("what was returned in the console beside a change is entered when the change ends, and not half before", async () => {
    const { id } = await shop.payment()
    await lane.ledger.operations.recordOutside(id, { kind: "refund", number: "console-1", amount: 4_000 })
    await lane.ledger.payments.move(id, "partially_refunded", { refundedAmount: 4_000 })
    await shop.medusa.openChange(shop.order().id, "edit")

    await shop.sync()
    expect([shop.booked().refunds, (await shop.payment()).attentionCode]).toEqual([[], null])
    await lane.clock.forward(11 * minute)
    await shop.sync()
    expect([shop.booked().refunds, (await shop.payment()).attentionCode]).toEqual([[], "order_changing"])

    await shop.medusa.endChange(shop.order().id)
    await shop.sync()
    expect(shop.booked().refunds.map((row) => row.amount)).toEqual([4_000])
    expect([pendingDifference(shop.order()), (await shop.payment()).attentionCode]).toEqual([0, null])
  })

  /** A change is opened, past Medusa's routes, right after the gateway has returned the money. */
  function slipsIn(kind: OrderChange): void {
    const { gateway } = shop.deps
    for (const verb of ["refund", "cancel"] as const) {
      const call = gateway[verb].bind(gateway) as (...args: unknown[]) => Promise<unknown>
      jest.spyOn(gateway, verb).mockImplementation((async (...args: unknown[]) => {
        const outcome = await call(...args)
        if (!shop.tables.changes.has(shop.order().id)) await shop.medusa.openChange(shop.order().id, kind)
        return outcome
      }) as never)
    }
  }

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve))
  }
})
