import { inspect } from "node:util"
import { type GneteClient } from "../../../src/services/gnete"
import { cleanText } from "../../../src/services/gnete/text"
import { json, reset, says } from "../transport/scripted-server"
import {
  account,
  answer,
  cancelOrder,
  closed,
  error,
  GnetePeer,
  opened,
  payOrder,
  refunded,
  refundOrder,
  secret,
  signed,
} from "./peer"

let peer: GnetePeer
beforeAll(async () => (peer = await GnetePeer.start()))
beforeEach(() => peer.reset())
afterAll(() => peer.stop())

const order = { mchOrderNo: "01J9ZK" }
const newOrder = {
  ...order,
  wayCode: "UP_OP",
  amount: 35050,
  currency: "HKD",
  subject: "Tea & more + 100% 好茶",
  body: 'two # "cups"; please',
  notifyUrl: "https://shop.example/n",
  returnUrl: "https://shop.example/paid",
  expiredTime: 7200,
  channelExtra: '{"walletType":"HK"}',
}
const refund = {
  ...order,
  mchRefundNo: "REF1",
  refundAmount: 12050,
  currency: "HKD",
  refundReason: "sold & out",
}

it.each([
  ["payUrl", "javascript:alert(1)"],
  ["payUrl", "http://gateway.gnete.example/pay"],
  ["payUrl", "https://a@evil.example/"],
  ["codeImgUrl", "data:text/html,x"],
  ["codeUrl", "javascript:alert(1)"],
  ["codeUrl", " JavaScript:alert(1)"],
  ["codeUrl", "weixin://\u0000"],
])("never gives the %s %s, which whoever uses it would follow", async (payDataType, payData) => {
  peer.will(answer(opened({ payDataType, payData })))
  expect(await peer.client().unifiedOrder(newOrder)).toMatchObject({ kind: "unknown", code: "unsafe_link" })
})

it("passes on what only an app can pay with as it came", async () => {
  peer.will(answer(opened({ payDataType: "wxapp", payData: "{}" })))
  expect(await peer.client().unifiedOrder(newOrder)).toMatchObject({
    kind: "succeeded",
    value: { payDataType: "wxapp", payData: "{}" },
  })
})

/** Every endpoint with a good request, a good answer, and the fields it sends. */
const endpoints = {
  "pay/unifiedOrder": {
    call: (client: GneteClient) => client.unifiedOrder(newOrder),
    good: answer(opened()),
    fields: { ...newOrder, subject: "Tea more + 100% 好茶", body: 'two # "cups"; please' },
  },
  "pay/query": {
    call: (client: GneteClient) => client.payQuery(order),
    good: answer(payOrder()),
    fields: order,
  },
  "pay/close": { call: (client: GneteClient) => client.payClose(order), good: closed, fields: order },
  "pay/cancel": {
    call: (client: GneteClient) =>
      client.payCancel({ ...order, payOrderId: "P2021", notifyUrl: "https://shop.example/n" }),
    good: answer({ cancelOrderId: "C2021", state: 2, channelOrderNo: "c" }),
    fields: { ...order, payOrderId: "P2021", notifyUrl: "https://shop.example/n" },
  },
  "cancel/query": {
    call: (client: GneteClient) => client.cancelQuery({ cancelOrderId: "C2021" }),
    good: answer(cancelOrder()),
    fields: { cancelOrderId: "C2021" },
  },
  "refund/refundOrder": {
    call: (client: GneteClient) => client.refundOrder({ ...refund, notifyUrl: "https://shop.example/n" }),
    good: answer(refunded()),
    fields: { ...refund, refundReason: "sold out", notifyUrl: "https://shop.example/n" },
  },
  "refund/query": {
    call: (client: GneteClient) => client.refundQuery({ mchRefundNo: "REF1" }),
    good: answer(refundOrder()),
    fields: { mchRefundNo: "REF1" },
  },
}

it("an empty answer is documented for a close, and for nothing else", async () => {
  for (const [verb, { call }] of Object.entries(endpoints)) {
    const before = peer.events.length
    peer.will(says(""))
    expect(await call(peer.client())).toMatchObject({ kind: "unknown", code: "empty_answer" })
    const [event] = peer.events.slice(before)
    expect([verb, event?.documented ?? false]).toEqual([verb, verb === "pay/close"])
  }
})

describe.each(Object.entries(endpoints))("%s", (verb, { call, good, fields }) => {
  it("goes out as signed JSON with exactly its documented fields, and a good answer succeeds", async () => {
    peer.will(good)
    expect((await call(peer.client())).kind).toBe("succeeded")
    expect(peer.paths()).toEqual([`/api/${verb}`])
    expect(peer.fields()).toEqual(fields)
    expect(peer.server.calls[0]?.headers["content-type"]).toBe("application/json")
    expect(peer.events).toEqual([{ gateway: "gnete", verb, outcome: "succeeded", ms: 0 }])
  })

  it.each([
    ["a broken connection", reset, "ECONNRESET"],
    ["a server error", says("{}", 502), "http_502"],
    ["an empty body", says(""), "empty_answer"],
    ["a web page", says("<html>"), "unreadable_answer"],
    ["a list", says("[]"), "unreadable_answer"],
    ["no code", json({ data: {} }), "unreadable_answer"],
    ["a reason in other words", error("服务繁忙"), "9999"],
    ["no reason", json({ code: 9999 }), "9999"],
    ["a reason that is no text", error({ a: 1 }), "9999"],
    ["a system error", error("系统异常"), "9999"],
    ["a system error by code", error("系统异常[x]", 10), "10"],
    ["a database error", error("数据库服务异常", 12), "12"],
    ["an undocumented code", error("?", 5000), "5000"],
    ["a success that says nothing", json({ code: 0, msg: "SUCCESS" }), "bad_signature"],
    ["a success without signature", json({ code: 0, msg: "SUCCESS", data: {} }), "bad_signature"],
    ["another's signature", answer({ state: 2 }, "another secret"), "bad_signature"],
    [
      "a signature over something else",
      json({ code: 0, data: { state: 2 }, sign: signed({ state: 1 }) }),
      "bad_signature",
    ],
  ])("is unknown after %s", async (_what, reply, expected) => {
    peer.will(reply)
    expect(await call(peer.client())).toMatchObject({ kind: "unknown", code: expected })
    expect(peer.events).toMatchObject([{ verb, outcome: "unknown", code: expected }])
  })

  it.each([
    ["验签失败", 9999, "credentials"],
    ["商户或商户应用不存在", 9999, "credentials"],
    ["参数appId与商户号不匹配", 9999, "credentials"],
    ["参数有误！", 9999, "invalid"],
    ["时间戳不能为空", 9999, "invalid"],
    ["参数有误[x]", 11, "invalid"],
  ])("is refused with %s (%i)", async (text, code, reason) => {
    peer.will(error(text, code))
    expect(await call(peer.client())).toMatchObject({
      kind: "refused",
      reason,
      code: String(code),
      message: expect.stringMatching(/^[A-Z][^\n]{20,200}[.]$/) as string,
    })
  })

  it("is not_sent where nobody listens", async () => {
    expect(await call(peer.client({ baseUrl: "http://127.0.0.1:1" }))).toMatchObject({ kind: "not_sent" })
  })
})

describe("what Gnete says", () => {
  const table: [keyof typeof endpoints, string, string][] = [
    ["pay/unifiedOrder", "商户订单[01J9ZK]已存在", "refused duplicate"],
    ["pay/unifiedOrder", "商户应用不支持该支付方式", "refused not_supported"],
    ["pay/unifiedOrder", "不支持的支付方式", "refused not_supported"],
    ["pay/unifiedOrder", "异步通知地址协议仅支持http:// 或 https:// !", "refused invalid"],
    ["pay/unifiedOrder", "支付金额不能为空", "refused invalid"],
    ["pay/query", "订单不存在", "refused absent"],
    ["pay/close", "订单不存在", "refused absent"],
    ["pay/close", "当前订单不可关闭", "refused already_closed"],
    ["pay/cancel", "订单不存在", "refused absent"],
    ["pay/cancel", "订单状态不正确", "refused wrong_state"],
    ["pay/cancel", "当前订单不可关闭", "unknown"],
    ["cancel/query", "订单不存在", "refused absent"],
    ["refund/refundOrder", "退款订单不存在", "refused absent"],
    ["refund/refundOrder", "订单不存在", "refused absent"],
    ["refund/refundOrder", "订单状态不正确， 无法完成退款", "refused wrong_state"],
    ["refund/refundOrder", "订单已全额退款，本次申请失败", "refused already_refunded"],
    ["refund/refundOrder", "退款单已完成全部订单退款，本次申请失败", "refused already_refunded"],
    ["refund/refundOrder", "申请金额超出订单可退款余额，请检查退款金额", "refused exceeds_balance"],
    ["refund/refundOrder", "支付订单具有在途退款申请，请稍后再试", "refused in_progress"],
    ["refund/refundOrder", "当前通道不支持退款！", "refused not_supported"],
    ["refund/refundOrder", "退款原因不能为空", "refused invalid"],
    ["refund/refundOrder", "商户退款订单号[REF1]已存在", "unknown"],
    ["refund/query", "订单不存在", "refused absent"],
  ]
  it.each(table)("%s: %s", async (verb, text, expected) => {
    peer.will(error(text))
    const outcome = await endpoints[verb].call(peer.client())
    expect(outcome.kind === "refused" ? `refused ${outcome.reason}` : outcome.kind).toBe(expected)
    expect(JSON.stringify(outcome)).not.toMatch(/[\u4e00-\u9fff]/)
  })
})

describe("an answer about something else is unknown", () => {
  it.each([
    ["another new order", endpoints["pay/unifiedOrder"], opened({ mchOrderNo: "OTHER" })],
    ["another order", endpoints["pay/query"], payOrder({ mchOrderNo: "OTHER" })],
    ["another merchant", endpoints["pay/query"], payOrder({ mchNo: "M2" })],
    ["another application", endpoints["pay/query"], payOrder({ appId: "other" })],
    ["another reversal", endpoints["cancel/query"], cancelOrder({ cancelOrderId: "C2022" })],
    ["another's reversal", endpoints["cancel/query"], cancelOrder({ mchNo: "M2" })],
    ["another refund", endpoints["refund/refundOrder"], refunded({ mchRefundNo: "REF2" })],
    ["a refund of another amount", endpoints["refund/refundOrder"], refunded({ refundAmount: 1205 })],
    ["a refund asked for by another number", endpoints["refund/query"], refundOrder({ mchRefundNo: "REF2" })],
    ["another's refund", endpoints["refund/query"], refundOrder({ appId: "other" })],
  ])("%s", async (_what, { call }, data) => {
    peer.will(answer(data))
    expect(await call(peer.client())).toMatchObject({ kind: "unknown", code: "answer_mismatch" })
  })
})

describe("fields", () => {
  it("numbers come as numbers or text, added fields are passed over, who paid is left out", async () => {
    peer.will(answer(payOrder({ amount: "35050", state: "2", brandNew: "x" })))
    expect(await peer.client().payQuery(order)).toEqual({
      kind: "succeeded",
      value: {
        ...account,
        payOrderId: "P2021",
        mchOrderNo: "01J9ZK",
        wayCode: "UP_OP",
        amount: 35050,
        currency: "hkd",
        state: 2,
        successTime: new Date(1709269567000),
      },
    })
  })

  it("seconds are told from milliseconds, as some of Gnete's examples print them", async () => {
    peer.will(answer(payOrder({ successTime: 1709269567 })))
    expect(await peer.client().payQuery(order)).toMatchObject({
      value: { successTime: new Date(1709269567000) },
    })
  })

  it.each([
    { amount: -1 },
    { amount: 1.5 },
    { amount: "" },
    { currency: "hkd" },
    { state: "paid" },
    { state: 10 },
    { payOrderId: "" },
    { mchOrderNo: "" },
    { successTime: 17 },
    { successTime: "now" },
  ])("%j is in no document", async (change) => {
    peer.will(answer(payOrder(change)))
    expect(await peer.client().payQuery(order)).toMatchObject({ kind: "unknown", code: "unreadable_answer" })
  })

  it("a number Gnete wrote with decimals verifies as it was written", async () => {
    const data = { cancelOrderId: "C2021", rate: "1.0", state: 2 }
    peer.will(
      says(`{"code":0,"data":{"cancelOrderId":"C2021","rate":1.0,"state":2},"sign":"${signed(data)}"}`),
    )
    expect((await endpoints["pay/cancel"].call(peer.client())).kind).toBe("succeeded")
  })
})

it.each([
  ["A&B shop", "A B shop"],
  ['1 + 1 = 2; 100% "sure" #1 {a}', '1 + 1 = 2; 100% "sure" #1 {a}'],
  ["Crème brûlée, Phở, ชาไทย, 茶, 😀", "Crème brûlée, Phở, ชาไทย, 茶, 😀"],
  ["好茶\n\t两杯\u0000", "好茶 两杯"],
  ["x".repeat(70), "x".repeat(64)],
  [`${"x".repeat(63)}😀`, "x".repeat(63)],
  ["&&&", ""],
])("the text %j is sent as %j", (text, cleaned) => {
  expect(cleanText(text, 64)).toBe(cleaned)
})

it("shows no secret when it is printed", () => {
  expect(inspect(peer.client(), { showHidden: true, depth: 9 })).not.toContain(secret)
  expect(JSON.stringify(peer.client())).toBe("{}")
})

it.each([
  [{ mchNo: undefined }, "mchNo"],
  [{ appId: "" }, "appId"],
  [{ appSecret: undefined, mchNo: undefined }, "mchNo, appSecret"],
])("is not made with %j", (missing, names) => {
  expect(() => peer.client(missing as never)).toThrow(
    new TypeError(`GneteClient needs ${names}: see that the variables they come from are set.`),
  )
})
