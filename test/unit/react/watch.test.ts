import { stepOf, triedOf } from "../../../src/react/step"
import { errorOf, textsOf } from "../../../src/react/texts"
import type { CheckAnswer } from "../../../src/react/watch"
import { payment, ShopByHand, start } from "./shop-by-hand"

let shop: ShopByHand
let stop: () => void = () => undefined
beforeEach(() => (shop = new ShopByHand()))
afterEach(() => stop())

const begin = async (options: Parameters<ShopByHand["watch"]>[0] = {}) => {
  const watch = shop.watch(options)
  stop = watch.start()
  await shop.settle()
  return { watch, step: () => stepOf(watch.snapshot().payment, watch.now()) }
}

const look = "GET /payses_1 pk_1"
const events = "GET /payses_1/events pk_1"

describe("listening", () => {
  it("looks once, then listens with the publishable key, and ends when the money is there", async () => {
    const { step } = await begin()
    expect([step(), shop.asked, shop.listeners]).toEqual(["pay", [look, events], 1])
    await shop.becomes({ state: "paid", action: null })
    expect([step(), shop.listeners]).toEqual(["paid", 0])
    await shop.wake()
    expect(shop.asked).toEqual([look, events])
  })

  it("listens again when the server ends it, a second later", async () => {
    await begin()
    await shop.endStreams()
    expect(await shop.wake()).toEqual([1_000])
    expect(shop.asked).toEqual([look, events, events])
  })

  it.each(["none", "cut"] as const)("asks every three seconds where events do not come: %s", async (how) => {
    shop.events = how
    const { step } = await begin()
    expect(await shop.wake()).toEqual([3_000])
    await shop.wake()
    expect(shop.asked.filter((one) => one === events)).toHaveLength(2)
    await shop.becomes({ state: "paid", action: null })
    await shop.wake()
    expect(step()).toBe("paid")
    expect(await shop.wake()).toEqual([])
  })

  it("a shop that cannot be reached is asked ever more seldom, and what is known stays", async () => {
    const { watch, step } = await begin()
    shop.isDown = true
    await shop.endStreams()
    const pauses: number[] = []
    for (let at = 0; at < 7; at++) pauses.push(...(await shop.wake()))
    expect(pauses).toEqual([1_000, 6_000, 12_000, 24_000, 30_000, 30_000, 30_000])
    expect([watch.snapshot().error, step()]).toEqual(["unreachable", "pay"])
    shop.isDown = false
    await shop.wake()
    expect(watch.snapshot().error).toBeNull()
  })

  it("goes on until the money is back where a page waits for that", async () => {
    shop.current = payment({ state: "paid", action: null })
    const { step } = await begin({ isRefundAwaited: true })
    expect(shop.listeners).toBe(1)
    await shop.becomes({ state: "partially_refunded" })
    expect([step(), shop.listeners]).toEqual(["part_returned", 1])
    await shop.becomes({ state: "refunded" })
    expect([step(), shop.listeners]).toEqual(["returned", 0])
  })

  it("a payment that failed may be paid all the same while the gateway's page is open", async () => {
    const { step } = await begin()
    await shop.becomes({ state: "failed" })
    expect([step(), shop.listeners]).toEqual(["failed", 1])
    await shop.becomes({ state: "paid", action: null })
    expect(step()).toBe("paid")
  })

  it("a session that nobody knows is not asked for again, and is none", async () => {
    shop.lookAnswer = () => shop.refuse(404, "payment_unknown")
    const { watch } = await begin()
    expect(watch.snapshot()).toMatchObject({ error: "payment_unknown", isUnknown: true })
    await shop.wake()
    expect(shop.asked).toEqual([look])
  })
})

describe("the shopper's clock", () => {
  it("does not decide when the time is over: the server's does", async () => {
    shop.ahead = -1_200_000
    shop.current = payment({ expires_at: new Date(start - 600_000).toISOString() })
    const { step, watch } = await begin()
    expect(step()).toBe("pay")
    expect(Math.abs(watch.now() - (start - 1_200_000))).toBeLessThan(1_000)
    shop.time += 601_000
    expect(step()).toBe("expired")
  })
})

describe("the order", () => {
  it("is asked for once, however often the payment is heard of", async () => {
    const onPaid = jest.fn()
    const { watch } = await begin({ onPaid })
    await shop.becomes({ state: "paid", action: null })
    await watch.look()
    await watch.look()
    expect(onPaid).toHaveBeenCalledTimes(1)
  })

  it("is asked for again until the shop has taken it, and the shopper is told not to pay again", async () => {
    const onPaid = jest.fn().mockRejectedValueOnce(new Error("busy")).mockResolvedValue(undefined)
    const { watch } = await begin({ onPaid })
    await shop.becomes({ state: "paid", action: null })
    expect(watch.snapshot().error).toBe("not_completed")
    await watch.look()
    expect(watch.snapshot().error).toBe("not_completed")
    await shop.wake()
    expect([onPaid.mock.calls.length, watch.snapshot().error]).toEqual([2, null])
  })

  it.each(["throws", "returns false"])(
    "is made one at a time: the gateway is not asked meanwhile, and the shop that %s is asked again",
    async (how) => {
      const order: string[] = []
      const refuse = () => {
        if (how === "throws") throw new Error("not yet")
        return false
      }
      const act = (name: string) => async () => {
        order.push(`${name} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`${name} ends`)
        return order.length < 4 ? refuse() : undefined
      }
      shop.current = payment({ state: "paid", action: null })
      const watch = shop.watch({ onPaid: act("order"), check: act("check") as () => Promise<never> })
      stop = watch.start()
      await watch.check()
      await shop.settle()
      while (shop.waits.length) await shop.wake()
      expect(order.filter((one) => one.startsWith("order")).length).toBeGreaterThan(1)
      expect(order.map((one, at) => (at % 2 ? one.endsWith("ends") : one.endsWith("begins")))).not.toContain(
        false,
      )
    },
  )

  it("is asked for no more once the check has led to its page", async () => {
    const onPaid = jest.fn()
    const leads = Object.assign(new Error("NEXT_REDIRECT"), { digest: "NEXT_REDIRECT;push;/order" })
    const watch = shop.watch({ onPaid, check: () => Promise.reject(leads) })
    const checked = watch.check()
    await expect(checked).rejects.toBe(leads)
    shop.current = payment({ state: "paid", action: null })
    await watch.look()
    await shop.settle()
    expect(onPaid).not.toHaveBeenCalled()
  })

  it.each([
    ["paid_late", "late"],
    ["refunded", "returned"],
    ["partially_refunded", "part_returned"],
  ] as const)("is not asked for by money that the shop does not keep: %s", async (state, shown) => {
    const onPaid = jest.fn()
    shop.current = payment({ state, action: null })
    const { step, watch } = await begin({ onPaid })
    expect([step(), onPaid.mock.calls.length, watch.snapshot().error]).toEqual([shown, 0, null])
    expect(await shop.wake()).toEqual([])
  })

  it.each(["refunded", "partially_refunded"] as const)(
    "is asked for no more once the money, which the shop would not take, is %s",
    async (state) => {
      const onPaid = jest.fn().mockResolvedValue(false)
      const { watch } = await begin({ onPaid })
      await shop.becomes({ state: "paid", action: null })
      expect([onPaid.mock.calls.length, watch.snapshot().error]).toEqual([1, "not_completed"])
      await shop.becomes({ state })
      expect(watch.snapshot().error).toBeNull()
      await shop.wake()
      expect([onPaid.mock.calls.length, watch.snapshot().error]).toEqual([1, null])
      await shop.wake()
      expect([onPaid.mock.calls.length, shop.waits.length]).toEqual([1, 0])
    },
  )
})

describe("another try", () => {
  it("is not begun where the gateway, once asked, says that the money is there", async () => {
    const check = jest.fn((): CheckAnswer => {
      shop.current = payment({ state: "paid", action: null })
      return "paid"
    })
    shop.current = payment({ state: "failed", action: null })
    const { watch, step } = await begin({ check })
    const again = jest.fn()
    await watch.startAnew(again)
    expect([check.mock.calls.length, again.mock.calls.length, step()]).toEqual([1, 0, "paid"])
  })

  it("is not begun where the shop cannot say how the first one stands", async () => {
    shop.current = payment({ state: "void", action: null })
    const { watch } = await begin()
    shop.isDown = true
    const again = jest.fn()
    await watch.startAnew(again)
    expect([again.mock.calls.length, watch.snapshot().error]).toEqual([0, "unreachable"])
  })

  it.each([
    ["answers that it is not known", () => "unknown"],
    ["answers that it is paid, and the shop has not heard of it", () => "paid"],
    ["throws", () => Promise.reject(new Error("400: not_confirmed"))],
    ["answers nothing that is understood", () => undefined],
  ])("is not begun where the check %s, and the shopper reads why", async (_how, check) => {
    shop.current = payment({ expires_at: new Date(start - 1).toISOString() })
    const { watch, step } = await begin({ check: check as () => CheckAnswer })
    expect(step()).toBe("expired")
    const again = jest.fn()
    await watch.startAnew(again)
    expect([again.mock.calls.length, watch.snapshot()]).toMatchObject([
      0,
      { error: "not_confirmed", isBusy: false },
    ])
    expect(errorOf("not_confirmed", textsOf("en"))).toBe(textsOf("en").notice.asking)
  })

  it("is begun where the session is another provider's, whose cart is not completed by it", async () => {
    shop.lookAnswer = () => shop.refuse(404, "payment_unknown")
    const check = jest.fn((): CheckAnswer => "unknown")
    const watch = shop.watch({ check })
    await watch.check()
    const again = jest.fn().mockRejectedValue(new Error("no"))
    await watch.startAnew(again)
    expect([check.mock.calls.length, again.mock.calls.length]).toEqual([0, 1])
    // Whatever went wrong since, it is none: the shopper can press once more.
    expect(watch.snapshot()).toMatchObject({ error: "not_started", isUnknown: true })
    shop.isDown = true
    await watch.startAnew(again)
    expect(again).toHaveBeenCalledTimes(2)
  })

  it("is begun once, however often it is pressed meanwhile", async () => {
    shop.current = payment({ state: "void", action: null })
    const { watch } = await begin({ check: () => "not_paid" })
    const again = jest.fn()
    await Promise.all([watch.startAnew(again), watch.startAnew(again)])
    expect(again).toHaveBeenCalledTimes(1)
    await watch.startAnew(again)
    expect(again).toHaveBeenCalledTimes(2)
  })

  it("is begun after a refusal of the unpaid cart, and a failure of it is said", async () => {
    const check = jest.fn((): CheckAnswer => "not_paid")
    shop.current = payment({ state: "void", action: null })
    const { watch } = await begin({ check })
    const again = jest.fn().mockRejectedValue(new Error("no"))
    await watch.startAnew(again)
    expect([again.mock.calls.length, watch.snapshot()]).toMatchObject([
      1,
      { error: "not_started", isBusy: false },
    ])
  })
})

describe("money that went back before there was an order", () => {
  it.each(["refunded", "partially_refunded"] as const)("lets the shopper pay anew: %s", async (state) => {
    shop.current = payment({ state, action: null })
    const { watch, step } = await begin({ onPaid: jest.fn() })
    expect(triedOf(step(), true)).toBe("returned")
    const again = jest.fn()
    await watch.startAnew(again)
    expect(again).toHaveBeenCalledTimes(1)
  })

  it("lets the shopper pay anew as soon as it goes back, and has the shop make no order by it", async () => {
    const onPaid = jest.fn()
    shop.current = payment({ state: "paid", action: null, returning: true })
    const { watch, step } = await begin({ onPaid, check: () => "unknown" })
    expect([step(), triedOf(step(), true)]).toEqual(["returned", "returned"])
    expect(onPaid).not.toHaveBeenCalled()
    const again = jest.fn()
    await watch.startAnew(again)
    expect(again).toHaveBeenCalledTimes(1)
  })

  it("makes its order after all where the refund has failed", async () => {
    const onPaid = jest.fn()
    shop.current = payment({ state: "paid", action: null, returning: true })
    const { step } = await begin({ onPaid })
    await shop.becomes({ returning: false })
    expect([step(), onPaid.mock.calls.length]).toEqual(["paid", 1])
  })

  it("starts nothing where the shop says that an order was made by it", async () => {
    shop.current = payment({ state: "paid", action: null, returning: true })
    const { watch } = await begin({ onPaid: jest.fn(), check: () => "paid" })
    const again = jest.fn()
    await watch.startAnew(again)
    expect(again).not.toHaveBeenCalled()
  })

  it.each(["paid", "refunded", "partially_refunded", "paid_late"] as const)(
    "is told from an order's, whose page starts nothing: %s",
    async (state) => {
      shop.current = payment({ state, action: null })
      const { watch, step } = await begin()
      expect(triedOf(step(), false)).toBeNull()
      const again = jest.fn()
      await watch.startAnew(again)
      expect(again).not.toHaveBeenCalled()
    },
  )
})

describe("opening a session that waits", () => {
  it("gives the choice, and shows what came of it", async () => {
    shop.current = payment({ state: "unopened", action: null, expires_at: null })
    const { watch, step } = await begin()
    expect(step()).toBe("choose")
    shop.current = payment()
    await watch.open("truemoney")
    expect([shop.asked.at(-1), step()]).toEqual(["POST /payses_1/open pk_1", "pay"])
  })

  it("that is refused says the code, and nothing of it once the money is there", async () => {
    shop.current = payment({ state: "unopened", action: null, expires_at: null })
    const { watch, step } = await begin()
    shop.openAnswer = () => shop.refuse(409, "busy")
    await watch.open("truemoney")
    expect([watch.snapshot().error, step()]).toEqual(["busy", "choose"])
    shop.current = payment({ state: "paid", action: null })
    await watch.open("truemoney")
    expect([watch.snapshot().error, step()]).toEqual([null, "paid"])
  })
})

it.each([
  { type: "redirect", url: "javascript:alert(1)" },
  { type: "qr", image: "javascript:alert(1)" },
  { type: "qr" },
  { type: "else" },
])("an action that leads to no page is none: %j", async (action) => {
  shop.current = payment({ action: action as never })
  const { watch, step } = await begin()
  expect([watch.snapshot().payment?.action, step()]).toEqual([null, "expired"])
})

it("an answer that is not understood changes nothing", async () => {
  const { watch } = await begin()
  shop.current = payment({ state: "of another version" as never })
  expect(await watch.look()).toBe(false)
  expect(watch.snapshot()).toMatchObject({ error: "unreachable", payment: { state: "pending" } })
})
