import { openLane, type Lane } from "../matrix/lane"
import { hour, minute, Shop } from "../matrix/shop"
import { ksherAlipay, ksherPromptPay, ksherQr } from "../matrix/variants"

const day = 24 * hour

let lane: Lane
beforeAll(async () => (lane = await openLane(92)))
afterAll(() => lane.close())

/** Ksher was seen to call a QR code PENDING whose time was over, and nobody knows until when. */
const words = ["PENDING", "USERPAYING"] as const

describe.each([ksherPromptPay, ksherQr, ksherAlipay])("$name, an unpaid QR code", (variant) => {
  let shop: Shop
  beforeEach(async () => {
    shop = new Shop(lane, variant, await lane.begin())
  })

  const looks = async () => (await lane.sandbox.calls({ call: "order_query" })).length

  it.each(words)("that is %s for good comes to an end", async (word) => {
    await lane.sandbox.setQuirks({ ksher: { unpaidNativeQueriesAs: word, nativeExpireMinutes: null } })
    await shop.choosePayment()
    await shop.jobs(8 * day)
    expect(await shop.payment()).toMatchObject({ state: "void", attentionCode: null })
    await shop.jobs(60 * day)
    expect(await shop.payment()).toMatchObject({ state: "void", nextCheckAt: null })
    const before = await looks()
    await shop.jobs(400 * day)
    expect(await looks()).toBe(before)
    expect(shop.unexpected).toEqual([])
  })

  it("that stays PENDING when its time is over comes to an end", async () => {
    await lane.sandbox.setQuirks({ ksher: { lapsedNativeQueriesAs: "PENDING" } })
    await shop.choosePayment()
    await shop.jobs(60 * day)
    expect(await shop.payment()).toMatchObject({ state: "void", attentionCode: null, nextCheckAt: null })
  })

  it("whose payment is begun and never ends, is not asked about for ever", async () => {
    await shop.choosePayment()
    await shop.pay({ inProgress: true })
    await shop.jobs(60 * day)
    expect(await shop.payment()).toMatchObject({ state: "void", nextCheckAt: null })
    expect(shop.unexpected).toEqual([])
  })

  it("given up so is late where it is paid after all", async () => {
    await lane.sandbox.setQuirks({ ksher: { unpaidNativeQueriesAs: "PENDING", nativeExpireMinutes: null } })
    await shop.choosePayment()
    await shop.jobs(5 * day)
    const { id, number } = await shop.payment()
    await lane.sandbox.pay(number, { force: true })
    await shop.jobs(60 * day)
    const { state, attentionCode } = (await shop.payments()).find((one) => one.id === id) ?? {}
    expect({ state, attentionCode }).toEqual(
      variant === ksherPromptPay
        ? { state: "paid_late", attentionCode: "refund_unsupported" }
        : { state: "refunded", attentionCode: null },
    )
  })

  it("is still looked at while it may be paid", async () => {
    await lane.sandbox.setQuirks({ ksher: { unpaidNativeQueriesAs: "PENDING", nativeExpireMinutes: null } })
    await shop.choosePayment()
    await shop.jobs(50 * minute)
    await shop.pay()
    await shop.jobs(hour)
    expect(await shop.payment()).toMatchObject({ state: "paid" })
  })
})
