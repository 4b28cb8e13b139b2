import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { gnete } from "../matrix/variants"

let lane: Lane
beforeAll(async () => (lane = await openLane(93)))
afterAll(() => lane.close())

it.each([0, 1] as const)(
  "a create request that was held up makes an order in state %s, which is closed although its payment was given up",
  async (stateAfterOpen) => {
    const shop = new Shop(lane, gnete, await lane.begin())
    await lane.sandbox.setQuirks({ gnete: { stateAfterOpen } })
    await shop.disturb("pay/unifiedOrder", { kind: "delay", when: "before", delayMs: 10 * minute })
    expect(await shop.attempt(() => shop.choosePayment())).toBe(false)
    await shop.jobs(9 * minute)
    expect(await shop.payment()).toMatchObject({ state: "void" })
    await shop.lane.clock.forward(10 * minute)
    expect(await lane.sandbox.book((await shop.payment()).number)).toMatchObject({ state: "open" })
    await shop.jobs(2 * hour)
    const { number, attentionCode } = await shop.payment()
    expect([(await lane.sandbox.book(number)).state, attentionCode]).toEqual(["closed", null])
  },
)
