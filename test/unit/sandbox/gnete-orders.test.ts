import { readFileSync } from "node:fs"
import path from "node:path"

import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { signFields } from "../../../src/sandbox/gnete/signature"
import { GneteCaller, gneteSign, HandClock, orderFields, type Json } from "./support"

interface Vectors {
  api_key: string
  inject: Json
  vectors: { name: string; params: Json; sign: string }[]
}

const vectors = JSON.parse(
  readFileSync(path.join(__dirname, "../../vectors/gnete-signatures.json"), "utf8"),
) as Vectors

describe("Gnete's sign", () => {
  it.each(vectors.vectors)("is that of the official vector: $name", ({ params, sign }) => {
    expect(signFields({ ...params, ...vectors.inject }, vectors.api_key)).toBe(sign)
  })

  it("is that of the documented example, whose printed sign is wrong", () => {
    const fields = {
      amount: 10000,
      clientIp: "192.168.0.111",
      mchOrderNo: "P0123456789101",
      notifyUrl: "https://www.baidu.com",
      platId: "1000",
      reqTime: "20190723141000",
      returnUrl: "https://www.baidu.com",
      version: "1.0",
    }
    expect(signFields(fields, "EWEFD123RGSRETYDFNGFGFGSHDFGH")).toBe("84E1CA56F984502BBAC06EA6707157F5")
  })
})

let sandbox: Sandbox
let gnete: GneteCaller

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  gnete = new GneteCaller(sandbox.gnete)
})
afterEach(() => sandbox.stop())

const refused = (fields: Json) => gnete.refusal("pay/unifiedOrder", { ...orderFields("B1"), ...fields })

describe("who asks", () => {
  it("a wrong secret is 验签失败, without data and sign", async () => {
    const fields = gnete.signed(orderFields("B1"))
    const answer = await gnete.post("pay/unifiedOrder", { ...fields, sign: "0".repeat(32) })
    expect(await answer.json()).toEqual({ code: 9999, msg: "验签失败" })
  })

  it("a parameter the call does not know breaks the sign of whoever signed it", async () => {
    expect(await refused({ extraParam: "x" })).toBe("验签失败")
    expect(await gnete.refusal("pay/query", { mchOrderNo: "B1", amount: 1 })).toBe("验签失败")
  })

  it("an unknown parameter that is not signed is overlooked", async () => {
    const response = await gnete.post("pay/unifiedOrder", {
      ...gnete.signed(orderFields("B1")),
      extraParam: "x",
    })
    expect(await response.json()).toMatchObject({ code: 0 })
  })

  it("takes empty values, lower-case signs, and numbers as numbers or text", async () => {
    const fields = gnete.signed({
      ...orderFields("B1"),
      amount: "10000",
      reqTime: 1774839600000,
      extParam: "",
    })
    const response = await gnete.post("pay/unifiedOrder", {
      ...fields,
      sign: String(fields.sign).toLowerCase(),
    })
    expect(await response.json()).toMatchObject({ code: 0 })
  })

  it("takes a form, and a query string", async () => {
    const form = new URLSearchParams(
      Object.entries(gnete.signed(orderFields("B1"))).map(([name, value]) => [name, String(value)]),
    )
    const posted = await fetch(`${sandbox.gnete.baseUrl}/api/pay/unifiedOrder`, {
      method: "POST",
      body: form,
    })
    expect(await posted.json()).toMatchObject({ code: 0 })
    const query = new URLSearchParams(
      Object.entries(gnete.signed({ mchOrderNo: "B1" })).map(([name, value]) => [name, String(value)]),
    )
    const got = await fetch(`${sandbox.gnete.baseUrl}/api/pay/query?${query.toString()}`)
    expect(await got.json()).toMatchObject({ code: 0, data: { mchOrderNo: "B1" } })
  })

  it("an app that is not known, or another merchant's", async () => {
    expect(await refused({ appId: "0".repeat(24) })).toBe("商户或商户应用不存在")
    const other = await sandbox.addGneteMerchant()
    expect(await refused({ appId: other.appId })).toBe("参数appId与商户号不匹配")
  })

  it("what is not JSON says which field is missing", async () => {
    const response = await fetch(`${sandbox.gnete.baseUrl}/api/pay/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    })
    expect(await response.json()).toEqual({ code: 9999, msg: "商户号不能为空" })
  })
})

describe("pay/unifiedOrder", () => {
  it("opens an order, with a link for UnionPay", async () => {
    const data = await gnete.open("B1")
    expect(data).toEqual({
      payOrderId: expect.stringMatching(/^P20260330110000000\d{6}$/),
      mchOrderNo: "B1",
      orderState: 1,
      payDataType: "payurl",
      payData: (await sandbox.book("B1")).payUrl,
    })
  })

  it.each([
    ["UP_OP", undefined, "payurl"],
    ["ALI_H5", '{"walletType":"HK"}', "payurl"],
    ["WX_QR", undefined, "codeUrl"],
    ["YSF_QR", '{"payDataType":"codeImgUrl"}', "codeImgUrl"],
    ["WX_APP", undefined, "wxapp"],
    ["ALI_APP", undefined, "aliapp"],
  ])("answers %s %s with %s", async (wayCode, channelExtra, type) => {
    const data = await gnete.open("B1", { wayCode, ...(channelExtra && { channelExtra }) })
    expect(data.payDataType).toBe(type)
  })

  it("a QR picture is a PNG", async () => {
    const { payData } = await gnete.open("B1", {
      wayCode: "ALI_QR",
      channelExtra: '{"payDataType":"codeImgUrl"}',
    })
    const response = await fetch(String(payData))
    expect(response.headers.get("content-type")).toBe("image/png")
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG")
  })

  it.each([
    [{ amount: "" }, "支付金额不能为空"],
    [{ amount: 0 }, "amount必须大于0"],
    [{ amount: "1.0" }, "参数有误！"],
    [{ amount: "1e3" }, "参数有误！"],
    [{ channelExtra: { walletType: "HK" } }, "参数有误！"],
    [{ channelExtra: "HK" }, "channelExtra参数有误！"],
    [{ reqTime: "" }, "时间戳不能为空"],
    [{ reqTime: "20260330" }, "参数有误！"],
    [{ version: "2.0" }, "参数有误！"],
    [{ signType: "SHA256" }, "参数有误！"],
    [{ subject: "" }, "商品标题不能为空"],
    [{ body: "  " }, "商品描述信息不能为空"],
    [{ wayCode: "FPS" }, "不支持的支付方式"],
    [{ currency: "THB" }, "不支持的货币代码"],
    [{ notifyUrl: "ftp://shop.example" }, "异步通知地址协议仅支持http:// 或 https:// !"],
    [{ notifyUrl: "https://" }, "异步通知地址协议仅支持http:// 或 https:// !"],
    [{ returnUrl: "/done" }, "参数有误！"],
    [{ mchOrderNo: "1".repeat(31) }, "系统异常"],
    [{ subject: "x".repeat(65) }, "系统异常"],
    [{ notifyUrl: `https://shop.example/${"x".repeat(108)}` }, "系统异常"],
    [{ returnUrl: `https://shop.example/${"x".repeat(108)}` }, "系统异常"],
  ])("refuses %j", async (fields, message) => {
    expect(await refused(fields)).toBe(message)
    expect(await sandbox.books()).toEqual([])
  })

  it("lengths are enforced or not, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { urlMax: 256 } })
    await gnete.open("B1", { notifyUrl: `https://shop.example/${"x".repeat(108)}` })
    await sandbox.setQuirks({ gnete: { enforceLengths: false } })
    await gnete.open("1".repeat(31))
    expect(await sandbox.books()).toHaveLength(2)
  })

  it("takes only the way codes of its app", async () => {
    const narrow = new GneteCaller(await sandbox.addGneteMerchant({ wayCodes: ["ALI_H5"] }))
    expect(await narrow.refusal("pay/unifiedOrder", orderFields("B1"))).toBe("商户应用不支持该支付方式")
  })

  it("an order number is used once for ever, in all apps of the merchant", async () => {
    await gnete.open("B1")
    await gnete.call("pay/close", { mchOrderNo: "B1" })
    expect(await refused({})).toBe("商户订单[B1]已存在")
    const sibling = new GneteCaller(await sandbox.addGneteMerchant({ mchNo: sandbox.gnete.mchNo }))
    expect(await sibling.refusal("pay/unifiedOrder", orderFields("B1"))).toBe("商户订单[B1]已存在")
    const other = new GneteCaller(await sandbox.addGneteMerchant())
    expect((await other.open("B1")).mchOrderNo).toBe("B1")
    await expect(sandbox.addGneteMerchant({ mchNo: "M0" })).rejects.toThrow(/no Gnete merchant M0/)
  })

  it("a channel that refuses answers code 0 with state 3 and its own words", async () => {
    await sandbox.nextOpen({ outcome: "fail" })
    const data = await gnete.open("B1")
    expect(data).toMatchObject({ orderState: 3, errCode: "CHANNEL_REFUSED" })
    expect(data).not.toHaveProperty("payData")
    expect(await gnete.query("B1")).toMatchObject({ state: 3 })
  })

  it("spells and starts as the quirks say", async () => {
    await sandbox.setQuirks({ gnete: { payDataTypeCase: "payUrl", stateAfterOpen: 1 } })
    expect(await gnete.open("B1")).toMatchObject({ payDataType: "payUrl", orderState: 1 })
    expect(await gnete.query("B1")).toMatchObject({ state: 1 })
  })
})

describe("pay/query", () => {
  it("repeats the order, absent fields left out", async () => {
    const { payOrderId } = await gnete.open("B1", { extParam: "payses01", clientIp: "1.2.3.4" })
    const data = await gnete.query("B1")
    expect(data).toEqual({
      payOrderId,
      mchNo: sandbox.gnete.mchNo,
      appId: sandbox.gnete.appId,
      mchOrderNo: "B1",
      ifCode: "unionpay",
      wayCode: "UP_OP",
      amount: 10_000,
      currency: "HKD",
      state: 1,
      clientIp: "1.2.3.4",
      subject: "A shirt",
      body: "One shirt",
      extParam: "payses01",
      createdAt: await sandbox.now(),
    })
    await sandbox.pay("B1")
    expect(await gnete.query("B1")).toEqual({
      ...data,
      state: 2,
      channelOrderNo: expect.stringMatching(/^\d{10}$/),
      successTime: await sandbox.now(),
    })
  })

  it("goes by payOrderId where both are given", async () => {
    const { payOrderId } = await gnete.open("B1")
    expect(await gnete.data("pay/query", { payOrderId, mchOrderNo: "none" })).toMatchObject({
      mchOrderNo: "B1",
    })
    expect(await gnete.refusal("pay/query", { payOrderId: "P0", mchOrderNo: "B1" })).toBe("订单不存在")
    expect(await gnete.refusal("pay/query", { payOrderId: "B1" })).toBe("订单不存在")
    expect(await gnete.refusal("pay/query", {})).toBe("订单不存在")
  })

  it("another merchant sees nothing", async () => {
    await gnete.open("B1")
    const other = new GneteCaller(await sandbox.addGneteMerchant())
    expect(await other.refusal("pay/query", { mchOrderNo: "B1" })).toBe("订单不存在")
  })

  it("shows every state", async () => {
    await sandbox.setQuirks({ gnete: { stateAfterOpen: 0 } })
    for (const number of ["open", "paying", "failed", "closed"]) await gnete.open(number)
    await sandbox.pay("paying", { inProgress: true })
    await sandbox.fail("failed")
    await gnete.call("pay/close", { mchOrderNo: "closed" })
    const states = []
    for (const number of ["open", "paying", "failed", "closed"])
      states.push((await gnete.query(number)).state)
    expect(states).toEqual([0, 1, 3, 6])
    expect(await gnete.query("failed")).toMatchObject({ errCode: "PAYERROR" })
    await sandbox.finish("paying")
    expect((await gnete.query("paying")).state).toBe(2)
  })

  it("a payment given up is open again", async () => {
    await gnete.open("B1")
    await sandbox.pay("B1", { inProgress: true })
    await sandbox.abandon("B1")
    expect((await gnete.query("B1")).state).toBe(1)
    await expect(sandbox.finish("B1")).rejects.toThrow(/Nobody is paying/)
  })

  it("reports what was paid where it is not what was asked for", async () => {
    await gnete.open("B1")
    await sandbox.pay("B1", { amount: 9_000, currency: "CNY" })
    expect(await gnete.query("B1")).toMatchObject({ state: 2, amount: 9_000, currency: "CNY" })
  })

  it("signs fields no page mentions, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { extraAnswerFields: true } })
    await gnete.open("B1")
    expect(await gnete.query("B1")).toHaveProperty("mchName")
  })
})

describe("pay/close", () => {
  const close = (number: string) => gnete.call("pay/close", { mchOrderNo: number })

  it("closes an unpaid order; its empty data is signed", async () => {
    await gnete.open("B1")
    const sign = gneteSign({}, sandbox.gnete.appSecret)
    expect(await close("B1")).toEqual({ code: 0, msg: "SUCCESS", data: {}, sign })
    expect((await gnete.query("B1")).state).toBe(6)
    expect(await close("B1")).toEqual({ code: 9999, msg: "当前订单不可关闭" })
  })

  it("refuses what is paid, failed or unknown", async () => {
    await gnete.open("B1")
    await gnete.open("B2")
    await sandbox.pay("B1")
    await sandbox.fail("B2")
    expect((await close("B1")).msg).toBe("当前订单不可关闭")
    expect((await close("B2")).msg).toBe("当前订单不可关闭")
    expect((await close("B3")).msg).toBe("订单不存在")
  })

  it("asks the channel about a payment in progress: closed, refused, or an empty body, by quirk", async () => {
    for (const number of ["B1", "B2", "B3"]) {
      await gnete.open(number)
      await sandbox.pay(number, { inProgress: true })
    }
    expect((await close("B1")).code).toBe(0)
    await sandbox.setQuirks({ gnete: { closeInProgress: "refused" } })
    expect((await close("B2")).code).toBe(9999)
    await sandbox.setQuirks({ gnete: { emptyClose: true } })
    const empty = await gnete.post("pay/close", gnete.signed({ mchOrderNo: "B3" }))
    expect([empty.status, await empty.text()]).toEqual([200, ""])
    expect([
      (await gnete.query("B1")).state,
      (await gnete.query("B2")).state,
      (await gnete.query("B3")).state,
    ]).toEqual([6, 1, 1])
  })
})

describe("time and the hole", () => {
  it("unpaid past its time becomes 6, by default after two hours", async () => {
    await gnete.open("B1")
    await gnete.open("B2", { expiredTime: 900 })
    await sandbox.advance(900_000 - 1)
    expect((await gnete.query("B2")).state).toBe(1)
    await sandbox.advance(1)
    expect((await gnete.query("B2")).state).toBe(6)
    await sandbox.advance(6_300_000)
    expect((await gnete.query("B1")).state).toBe(6)
  })

  it("paid after its close: the money is gone and the query keeps saying 6", async () => {
    await gnete.open("B1")
    await gnete.call("pay/close", { mchOrderNo: "B1" })
    await expect(sandbox.pay("B1")).rejects.toThrow(/saved QR/)
    await sandbox.pay("B1", { force: true })
    expect((await gnete.query("B1")).state).toBe(6)
    expect(await sandbox.book("B1")).toMatchObject({
      taken: 10_000,
      returned: 0,
      state: "closed",
      answers: 6,
    })

    await sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } })
    expect((await gnete.query("B1")).state).toBe(2)
  })

  it("finished after its close or its failure: the same", async () => {
    for (const number of ["B1", "B2"]) {
      await gnete.open(number)
      await sandbox.pay(number, { inProgress: true })
    }
    await gnete.call("pay/close", { mchOrderNo: "B1" })
    await sandbox.advance(7_200_000)
    await sandbox.finish("B1")
    await sandbox.finish("B2")
    expect([(await gnete.query("B1")).state, (await gnete.query("B2")).state]).toEqual([6, 6])
    expect((await sandbox.books()).map(({ taken }) => taken)).toEqual([10_000, 10_000])
  })
})
