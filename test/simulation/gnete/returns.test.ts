import { openLane, type Lane } from "../matrix/lane"
import { hour, second, Shop } from "../matrix/shop"
import { gnete } from "../matrix/variants"

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(90)))
beforeEach(async () => (shop = new Shop(lane, gnete, await lane.begin())))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const noReversals = { enabled: false, cutoff: "23:00", timeZone: "Asia/Hong_Kong" }

/** What the books say: the payment's state and what returned its money, and what the gateway truly gave back. */
async function books() {
  const { id, number, state, refundedAmount, attentionCode } = await shop.payment()
  const operations = await lane.ledger.operations.ofPayment(id)
  const { returned } = await lane.sandbox.book(number)
  return {
    state,
    refundedAmount,
    attention: attentionCode,
    operations: operations
      .filter(({ kind }) => kind === "cancel" || kind === "refund")
      .map(({ kind, state: end, outside }) => `${kind} ${end}${outside ? " outside" : ""}`),
    medusa: shop.booked().refunds.map(({ amount }) => amount),
    returned,
  }
}

/** The admin's try: what he was told. */
async function told(work: () => Promise<void>): Promise<string> {
  await shop.attempt(work)
  return shop.told.at(-1) ?? ""
}

describe("a refund that is repeated", () => {
  it("is in doubt where the gateway says that the order is in no state for it: the first attempt may have done that", async () => {
    await shop.buy()
    const { gateway } = shop.deps
    shop.deps.policy = { ...shop.deps.policy, sameDayCancel: noReversals }
    shop.patience = "impatient"
    await shop.disturb("refund/refundOrder", { kind: "delay", when: "before", delayMs: second })
    // The first attempt arrives when the gateway has just said that it does not know it.
    const { gateway: hasty } = shop.deps
    jest.spyOn(hasty, "refundQuery").mockImplementationOnce(async (asked) => {
      const answer = await gateway.refundQuery(asked)
      await lane.clock.forward(2 * second)
      await new Promise((resolve) => setTimeout(resolve, 50))
      return answer
    })
    expect(await told(() => shop.refund(shop.amount))).toBe("refund_unknown")
    shop.deps.gateway = gateway
    await shop.jobs(3 * hour)
    expect(await books()).toMatchObject({
      state: "refunded",
      operations: ["refund succeeded"],
      returned: shop.amount,
    })
  })
})
