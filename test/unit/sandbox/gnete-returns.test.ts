import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { GneteCaller, HandClock, refundFields, type Json } from "./support"

const hour = 3_600_000

let sandbox: Sandbox
let gnete: GneteCaller
let clock: HandClock

beforeEach(async () => {
  clock = new HandClock()
  sandbox = await startSandbox({ notifications: "manual", clock })
  gnete = new GneteCaller(sandbox.gnete)
})
afterEach(() => sandbox.stop())

async function paid(number: string): Promise<Json> {
  const order = await gnete.open(number)
  await sandbox.pay(number)
  return order
}

const refuseRefund = (number: string, refundNo: string, amount: number, fields: Json = {}) =>
  gnete.refusal("refund/refundOrder", { ...refundFields(number, refundNo, amount), ...fields })

const money = async (number: string) => {
  const { taken, returned, answers } = await sandbox.book(number)
  return { left: taken - returned, state: answers }
}

describe("refund/refundOrder", () => {
  it("gives back, in parts, to exactly nothing left", async () => {
    await paid("B1")
    expect(await gnete.refund("B1", "R1", 4_000)).toEqual({
      refundOrderId: expect.stringMatching(/^R20260330110000000\d{6}$/),
      mchRefundNo: "R1",
      payAmount: 10_000,
      refundAmount: 4_000,
      state: 2,
      channelOrderNo: expect.any(String),
    })
    expect(await money("B1")).toEqual({ left: 6_000, state: 2 })
    expect(await refuseRefund("B1", "R2", 6_001)).toBe("申请金额超出订单可退款余额，请检查退款金额")
    await gnete.refund("B1", "R2", 6_000)
    expect(await money("B1")).toEqual({ left: 0, state: 5 })
    expect(await refuseRefund("B1", "R3", 1)).toBe("订单状态不正确， 无法完成退款")
  })

  it("checks in the server's order", async () => {
    await gnete.open("B1")
    expect(await refuseRefund("none", "R1", 1)).toBe("退款订单不存在")
    expect(await refuseRefund("B1", "R1", 1)).toBe("订单状态不正确， 无法完成退款")
    await sandbox.pay("B1")
    await gnete.refund("B1", "R1", 100)
    await sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
    await gnete.refund("B1", "R2", 100)
    // Too much, one under way and a used number at once: the first two are named before the third.
    expect(await refuseRefund("B1", "R1", 9_999)).toBe("申请金额超出订单可退款余额，请检查退款金额")
    expect(await refuseRefund("B1", "R1", 100)).toBe("支付订单具有在途退款申请，请稍后再试")
    await sandbox.settleRefund("R2", "success")
    expect(await refuseRefund("B1", "R1", 100)).toBe("商户退款订单号[R1]已存在")
  })

  it.each([
    [{ refundReason: "" }, "退款原因不能为空"],
    [{ refundAmount: 0 }, "refundAmount必须大于0"],
    [{ refundAmount: "" }, "申请退款金额不能为空"],
    [{ mchRefundNo: "" }, "商户退款单号不能为空"],
    [{ mchRefundNo: "1".repeat(31) }, "系统异常"],
    [{ currency: "CNY" }, "货币代码与支付订单不一致"],
    [{ extraParam: "x" }, "验签失败"],
    [{ notifyUrl: "shop.example" }, "异步通知地址协议仅支持http:// 或 https:// !"],
  ])("refuses %j", async (fields, message) => {
    await paid("B1")
    expect(await refuseRefund("B1", "R1", 100, fields)).toBe(message)
    expect((await sandbox.book("B1")).refunds).toEqual([])
  })

  it("is no replay: a number is an error the second time, whatever became of it", async () => {
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "fail" })
    expect(await gnete.refund("B1", "R1", 100)).toMatchObject({ state: 3, errCode: "CHANNEL_REFUSED" })
    expect(await refuseRefund("B1", "R1", 100)).toBe("商户退款订单号[R1]已存在")
    expect(await gnete.refund("B1", "R2", 100)).toMatchObject({ state: 2 })
  })

  it("an empty balance fails with code 0 and state 3", async () => {
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "insufficient_balance" })
    expect(await gnete.refund("B1", "R1", 100)).toMatchObject({ state: 3, errCode: "BALANCE_NOT_ENOUGH" })
    expect((await money("B1")).left).toBe(10_000)
  })

  it("in progress (1) holds up others until it is settled", async () => {
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
    expect(await gnete.refund("B1", "R1", 4_000)).toMatchObject({ state: 1 })
    expect((await money("B1")).left).toBe(10_000)
    await sandbox.settleRefund("R1", "fail")
    expect(await gnete.data("refund/query", { mchRefundNo: "R1" })).toMatchObject({ state: 3 })
    expect(await gnete.refund("B1", "R2", 4_000)).toMatchObject({ state: 2 })
  })

  it("stuck in 0 holds up nobody, and its money may still move", async () => {
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "created" })
    expect(await gnete.refund("B1", "R1", 6_000)).toMatchObject({ state: 0 })
    expect(await gnete.refund("B1", "R2", 4_000)).toMatchObject({ state: 2 })
    await sandbox.settleRefund("R1", "success")
    expect(await money("B1")).toEqual({ left: 0, state: 5 })
  })

  it("stuck in 0 may answer 9999, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { createdRefundAnswers: "error" } })
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "created" })
    expect(await refuseRefund("B1", "R1", 100)).toBe("系统异常")
    expect(await gnete.data("refund/query", { mchRefundNo: "R1" })).toMatchObject({ state: 0 })
  })

  it.each(["created", "in_progress"] as const)(
    "%s for two hours becomes 4, and can succeed unseen",
    async (outcome) => {
      await paid("B1")
      await sandbox.nextRefund({ gateway: "gnete", outcome })
      await gnete.refund("B1", "R1", 6_000)
      await sandbox.advance(2 * hour)
      const state = async () => (await gnete.data("refund/query", { mchRefundNo: "R1" })).state
      expect(await state()).toBe(4)
      await sandbox.settleRefund("R1", "success")
      expect([await state(), (await money("B1")).left]).toEqual([4, 4_000])
      await expect(sandbox.settleRefund("R1", "success")).rejects.toThrow(/closed already/)
    },
  )

  it("no channel gives back more than it took", async () => {
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "created", times: 2 })
    await gnete.refund("B1", "R1", 6_000)
    await gnete.refund("B1", "R2", 6_000)
    await sandbox.settleRefund("R1", "success")
    await expect(sandbox.settleRefund("R2", "success")).rejects.toThrow(/only 4000 left/)
  })

  it("an order paid after its close cannot be refunded by call, and its row stays", async () => {
    await gnete.open("B1")
    await gnete.call("pay/close", { mchOrderNo: "B1" })
    await sandbox.pay("B1", { force: true })
    expect(await refuseRefund("B1", "R1", 10_000)).toBe("订单状态不正确， 无法完成退款")
    await sandbox.refundInConsole("B1", 10_000)
    expect(await money("B1")).toEqual({ left: 0, state: 6 })
  })

  it("before settlement is refused, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { refundBeforeSettlement: false } })
    await paid("B1")
    expect(await refuseRefund("B1", "R1", 100)).toBe("当前通道不支持退款！")
    await sandbox.advance(24 * hour)
    expect(await gnete.refund("B1", "R1", 100)).toMatchObject({ state: 2 })
  })
})

describe("refund/query", () => {
  it("by either number", async () => {
    const { payOrderId } = await paid("B1")
    const { refundOrderId, channelOrderNo } = await gnete.refund("B1", "R1", 4_000, { extParam: "ref01" })
    const data = await gnete.data("refund/query", { mchRefundNo: "R1" })
    expect(data).toEqual({
      refundOrderId,
      payOrderId,
      mchNo: sandbox.gnete.mchNo,
      appId: sandbox.gnete.appId,
      mchRefundNo: "R1",
      payAmount: 10_000,
      refundAmount: 4_000,
      currency: "HKD",
      state: 2,
      channelOrderNo,
      extParam: "ref01",
      successTime: await sandbox.now(),
      createdAt: await sandbox.now(),
    })
    expect(await gnete.data("refund/query", { refundOrderId })).toEqual(data)
    expect(await gnete.refusal("refund/query", { mchRefundNo: "R9" })).toBe("订单不存在")
    expect(await gnete.refusal("refund/query", { refundOrderId: "R1" })).toBe("订单不存在")
    expect(await gnete.refusal("refund/query", {})).toBe("订单不存在")
  })
})

describe("pay/cancel", () => {
  const cancel = (number: string, fields: Json = {}) =>
    gnete.data("pay/cancel", { mchOrderNo: number, ...fields })
  const refuseCancel = (number: string) => gnete.refusal("pay/cancel", { mchOrderNo: number })

  it("takes the whole payment back", async () => {
    const { payOrderId } = await paid("B1")
    const data = await cancel("B1", { extParam: "x1" })
    expect(data).toEqual({
      cancelOrderId: expect.stringMatching(/^C20260330110000000\d{6}$/),
      state: 2,
      channelOrderNo: expect.any(String),
    })
    expect(await money("B1")).toEqual({ left: 0, state: 4 })
    expect(await gnete.data("cancel/query", { cancelOrderId: data.cancelOrderId })).toEqual({
      ...data,
      payOrderId,
      mchNo: sandbox.gnete.mchNo,
      appId: sandbox.gnete.appId,
      payAmount: 10_000,
      currency: "HKD",
      extraParam: "x1",
      successTime: await sandbox.now(),
      createdAt: await sandbox.now(),
    })
    expect(await refuseRefund("B1", "R1", 1)).toBe("订单状态不正确， 无法完成退款")
  })

  it("may leave state 2, by quirk; nothing is left to refund then either", async () => {
    await sandbox.setQuirks({ gnete: { stateAfterCancel: 2 } })
    await paid("B1")
    await cancel("B1")
    expect(await money("B1")).toEqual({ left: 0, state: 2 })
    expect(await refuseRefund("B1", "R1", 1)).toBe("订单已全额退款，本次申请失败")
  })

  it("refuses what is not paid, and what it does not know", async () => {
    await gnete.open("B1")
    expect(await refuseCancel("B1")).toBe("订单状态不正确， 无法完成撤销")
    expect(await refuseCancel("none")).toBe("订单不存在")
    expect(await gnete.refusal("cancel/query", { cancelOrderId: "C0" })).toBe("订单不存在")
    expect(await gnete.refusal("cancel/query", {})).toBe("撤销订单号不能为空")
  })

  it.each(["error", "same"] as const)("a second time: %s, by quirk; the money moves once", async (quirk) => {
    await sandbox.setQuirks({ gnete: { repeatedCancel: quirk } })
    await paid("B1")
    const first = await cancel("B1")
    if (quirk === "same") expect(await cancel("B1")).toEqual(first)
    else expect(await refuseCancel("B1")).toBe("订单已撤销或撤销中")
    expect((await sandbox.book("B1")).returned).toBe(10_000)
  })

  it.each([false, true])("after a partial refund: %s, by quirk", async (allowed) => {
    await sandbox.setQuirks({ gnete: { cancelAfterPartialRefund: allowed } })
    await paid("B1")
    await gnete.refund("B1", "R1", 4_000)
    if (!allowed) expect(await refuseCancel("B1")).toBe("订单已退款，不可撤销")
    else expect(await cancel("B1")).toMatchObject({ state: 2 })
    expect((await money("B1")).left).toBe(allowed ? 0 : 6_000)
  })

  it("not while a refund is under way", async () => {
    await paid("B1")
    await sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
    await gnete.refund("B1", "R1", 100)
    expect(await refuseCancel("B1")).toBe("支付订单具有在途退款申请，请稍后再试")
  })

  it("until 23:00 in Hong Kong, whenever that day began", async () => {
    clock.set(Date.UTC(2026, 2, 30, 14, 59, 59)) // 22:59:59 in Hong Kong
    await paid("B1")
    await paid("B2")
    expect(await cancel("B1")).toMatchObject({ state: 2 })
    clock.set(Date.UTC(2026, 2, 30, 15, 0, 0))
    expect(await refuseCancel("B2")).toBe("订单已超过撤销时限")
    await paid("B3")
    clock.set(Date.UTC(2026, 2, 31, 14, 59, 59))
    expect(await cancel("B3")).toMatchObject({ state: 2 })
  })

  it("another cut-off or none, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { sameDayCutoff: "00:15" } })
    clock.set(Date.UTC(2026, 2, 30, 16, 14, 0)) // 00:14 in Hong Kong
    await paid("B1")
    clock.set(Date.UTC(2026, 2, 30, 16, 15, 0))
    expect(await refuseCancel("B1")).toBe("订单已超过撤销时限")
    await sandbox.setQuirks({ gnete: { sameDayCutoff: null } })
    expect(await cancel("B1")).toMatchObject({ state: 2 })
  })

  it.each([
    ["in_progress", 1],
    ["created", 0],
    ["fail", 3],
  ] as const)("the channel's %s is state %i, with the money where it was", async (outcome, state) => {
    await paid("B1")
    await sandbox.nextCancel({ outcome })
    expect(await cancel("B1")).toMatchObject({ state })
    expect(await money("B1")).toEqual({ left: 10_000, state: 2 })
  })

  it("a failed one can be asked for again; a pending one is settled later", async () => {
    await paid("B1")
    await sandbox.nextCancel({ outcome: "fail" })
    await cancel("B1")
    await sandbox.nextCancel({ outcome: "in_progress" })
    const { cancelOrderId } = await cancel("B1")
    expect(await refuseCancel("B1")).toBe("订单已撤销或撤销中")
    await sandbox.settleCancel(String(cancelOrderId), "success")
    expect(await money("B1")).toEqual({ left: 0, state: 4 })
    expect((await sandbox.book("B1")).cancels.map(({ state }) => state)).toEqual(["failed", "success"])
    await expect(sandbox.settleCancel(String(cancelOrderId), "fail")).rejects.toThrow(/success already/)
  })

  it("a pending one can fail or be closed", async () => {
    for (const [number, end, state] of [
      ["B1", "fail", 3],
      ["B2", "close", 4],
    ] as const) {
      await paid(number)
      await sandbox.nextCancel({ outcome: "in_progress" })
      const { cancelOrderId } = await cancel(number)
      await sandbox.settleCancel(String(cancelOrderId), end)
      expect(await gnete.data("cancel/query", { cancelOrderId })).toMatchObject({ state })
    }
  })
})

describe("the console", () => {
  it("refunds and cancels under numbers of Gnete's", async () => {
    await paid("B1")
    await sandbox.refundInConsole("B1", 3_000)
    const [refund] = (await sandbox.book("B1")).refunds
    expect(refund?.no).toBe(refund?.gatewayNo)
    expect(await gnete.data("refund/query", { refundOrderId: refund?.gatewayNo })).toMatchObject({ state: 2 })
    await expect(sandbox.refundInConsole("B1", 7_001)).rejects.toThrow(/Only 7000/)

    await paid("B2")
    await sandbox.cancelInConsole("B2")
    expect(await money("B2")).toEqual({ left: 0, state: 4 })
    await expect(sandbox.cancelInConsole("B2")).rejects.toThrow(/is not paid/)
  })
})

it.each([
  ["refund/refundOrder", refundFields("B1", "R1", 100)],
  ["pay/cancel", { mchOrderNo: "B1" }],
])("%s by GET moves no money, however well it is signed", async (call, fields) => {
  await paid("B1")
  const signed = Object.entries(gnete.signed(fields)).map(([name, value]) => [name, String(value)])
  const response = await fetch(`${sandbox.gnete.baseUrl}/api/${call}?${String(new URLSearchParams(signed))}`)
  expect(response.status).toBe(405)
  expect(await money("B1")).toEqual({ left: 10_000, state: 2 })
})
