import { refused } from "../../../src/core"
import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { gnete, ksherRedirect } from "../matrix/variants"

/*
 * A gateway whose queries lag behind: what was refunded is found only some time later. Until then it says that there is no such
 * refund, which is what it says of one that never arrived.
 */

let lane: Lane
let shop: Shop
beforeAll(async () => (lane = await openLane(93)))
afterEach(() => {
  jest.restoreAllMocks()
  expect(shop.unexpected).toEqual([])
})
afterAll(() => lane.close())

const returned = async () => (await lane.sandbox.book((await shop.payment()).number)).returned

describe.each([
  ["Ksher", ksherRedirect, "same_success"],
  ["Ksher, which takes no number twice", ksherRedirect, "error"],
  ["Gnete", gnete, "error"],
] as const)("%s, whose queries lag behind", (_name, variant, repeatedRefund) => {
  beforeEach(async () => {
    shop = new Shop(lane, variant, await lane.begin())
    await lane.sandbox.setQuirks({ ksher: { repeatedRefund } })
    await shop.buy()
    const absent = refused("absent", "absent", "There is no such refund.")
    const { gateway } = shop.deps
    jest.spyOn(gateway, "refundQuery").mockResolvedValue(absent)
    jest.spyOn(gateway, "refundsOf").mockResolvedValue({ kind: "succeeded", value: [] })
    await shop.disturb(variant.calls.refund, { kind: "reset", when: "after" })
  })

  /** From now on it finds what was done. */
  const catchesUp = async () => {
    jest.restoreAllMocks()
    await shop.jobs(2 * 24 * hour)
  }

  it("moves money once where the job goes on alone", async () => {
    await shop.attempt(() => shop.refund(shop.part))
    await shop.jobs(20 * minute)
    await catchesUp()
    expect(await returned()).toBe(shop.part)
    expect(await shop.payment()).toMatchObject({ refundedAmount: shop.part, attentionCode: null })
  })

  it("moves money once where the admin asks again and again", async () => {
    for (let tries = 0; tries < 4; tries++) {
      if (await shop.attempt(() => shop.refund(shop.part))) break
      await lane.clock.forward(3 * minute)
    }
    await catchesUp()
    expect(await returned()).toBe(shop.part)
    expect(await shop.payment()).toMatchObject({ refundedAmount: shop.part, attentionCode: null })
  })
})
