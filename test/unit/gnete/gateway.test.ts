import type { Outcome } from "../../../src/core"
import { reset, says, upOnArrival } from "../transport/scripted-server"
import {
  answer,
  cancelOrder,
  closed,
  error,
  GnetePeer,
  hkd,
  newOrder,
  nothing,
  notifyUrl,
  opened,
  payOrder,
  ref,
  refunded,
  refundOf,
  refundOrder,
  secret,
  unpaid,
} from "./peer"

let peer: GnetePeer
beforeAll(async () => (peer = await GnetePeer.start()))
beforeEach(() => peer.reset())
afterAll(() => peer.stop())

const brief = (outcome: Outcome<unknown>) =>
  outcome.kind === "refused" ? `refused ${outcome.reason}` : outcome.kind

describe("open", () => {
  it("sends the shopper to the cashier for as long as the order lives", async () => {
    peer.will(answer(opened()))
    expect(await peer.gateway().open(newOrder)).toEqual({
      kind: "succeeded",
      value: {
        action: { type: "redirect", url: opened().payData },
        mode: "redirect",
        channel: "UP_OP",
        gatewayNo: "P2021",
        expiresAt: new Date("2024-03-01T07:06:07.089Z"),
      },
    })
    expect(peer.fields()).toEqual({
      mchOrderNo: "01J9ZK",
      wayCode: "UP_OP",
      amount: 35050,
      currency: "HKD",
      subject: "Order at shop.example",
      body: "Order at shop.example",
      notifyUrl,
      returnUrl: "https://shop.example/paid/payses_01J9ZK",
      expiredTime: 7200,
    })
  })

  it("sends what the options say", async () => {
    peer.will(answer(opened()))
    const gateway = peer.gateway({
      subject: "Tea & cups",
      body: "Two",
      expireSeconds: 600,
      returnUrl: undefined,
      channelExtra: { ALI_H5: { walletType: "HK" } },
    })
    expect(await gateway.open({ ...newOrder, channel: "ALI_H5" })).toMatchObject({
      value: { channel: "ALI_H5", expiresAt: new Date("2024-03-01T05:16:07.089Z") },
    })
    expect(peer.fields()).toMatchObject({
      wayCode: "ALI_H5",
      subject: "Tea cups",
      body: "Two",
      expiredTime: 600,
      channelExtra: '{"walletType":"HK"}',
    })
    expect(peer.fields()).not.toHaveProperty("returnUrl")
  })

  it.each([
    ["payurl", "https://a.example/1", { type: "redirect", url: "https://a.example/1" }],
    ["payUrl", "https://a.example/1", { type: "redirect", url: "https://a.example/1" }],
    ["codeUrl", "weixin://wxpay/1", { type: "qr", content: "weixin://wxpay/1" }],
    ["CODEURL", "https://qr.alipay.com/1", { type: "qr", content: "https://qr.alipay.com/1" }],
    ["codeImgUrl", "https://a.example/1.png", { type: "qr", image: "https://a.example/1.png" }],
  ])("%s is followed", async (payDataType, payData, action) => {
    peer.will(answer(opened({ payDataType, payData })))
    expect(await peer.gateway().open(newOrder)).toMatchObject({
      kind: "succeeded",
      value: { action, mode: action.type },
    })
  })

  it.each(["form", "wxapp", "aliapp", "ysfapp", "none", "", "toString"])(
    "%j, which no browser can follow, is refused in words",
    async (payDataType) => {
      peer.will(answer(opened({ payDataType, payData: "<form>" })))
      expect(await peer.gateway().open(newOrder)).toMatchObject({
        kind: "refused",
        reason: "not_supported",
        message:
          "Gnete answered with a payment that only an app can make, not a browser: choose another wayCode.",
      })
    },
  )

  it.each([
    ["a script", { payData: "javascript:alert(1)" }],
    ["a script for a picture", { payDataType: "codeImgUrl", payData: "javascript:alert(1)" }],
    ["nothing", { payData: "" }],
    ["a NUL in a code", { payDataType: "codeUrl", payData: "weixin://\u0000" }],
    ["half a character in a code", { payDataType: "codeUrl", payData: "weixin://\ud800" }],
    ["half a character in a link", { payData: "https://a.example/\ud800" }],
    ["a link without end", { payData: `https://a.example/${"x".repeat(9000)}` }],
  ])("is unknown with %s to pay by", async (_what, changes) => {
    peer.will(answer(opened(changes)))
    expect(brief(await peer.gateway().open(newOrder))).toBe("unknown")
  })

  it.each([
    [0, "succeeded"],
    [1, "succeeded"],
    [2, "unknown"],
    [3, "refused declined"],
    [4, "unknown"],
    [5, "unknown"],
    [6, "unknown"],
    [7, "unknown"],
  ])("in state %i is %s", async (orderState, expected) => {
    peer.will(
      answer(
        opened({ orderState, ...(orderState === 3 && { payDataType: "", payData: "", errCode: "ACQ.X" }) }),
      ),
    )
    expect(brief(await peer.gateway().open(newOrder))).toBe(expected)
  })

  it.each([
    ["WX_QR", '{"payDataType":"codeUrl"}'],
    ["YSF_QR", '{"payDataType":"codeImgUrl"}'],
  ])("%s is asked for as %s", async (channel, channelExtra) => {
    peer.will(answer(opened({ payDataType: "codeUrl", payData: "x" })))
    await peer.gateway().open({ ...newOrder, channel })
    expect(peer.fields()).toMatchObject({ wayCode: channel, channelExtra })
  })

  it.each([
    ["baht", { amount: { minor: 1, currency: "thb" } }, /HKD only, not THB/],
    ["nothing", { amount: hkd(0) }, /one cent/],
    ["a number of 31 characters", { number: "x".repeat(31) }, /1 to 30/],
    ["a way code that is not configured", { channel: "NUVEI_H5" }, /NUVEI_H5 is not among/],
    ["a notify URL with a query", { notifyUrl: `${notifyUrl}?a=1` }, /must not contain/],
  ])("refuses %s and sends nothing", async (_what, change, message) => {
    expect(await peer.gateway().open({ ...newOrder, ...change })).toMatchObject({
      reason: "invalid",
      message: expect.stringMatching(message) as string,
    })
    expect(peer.paths()).toEqual([])
  })

  it("a number that was used is a duplicate", async () => {
    peer.will(error("商户订单[01J9ZK]已存在"))
    expect(brief(await peer.gateway().open(newOrder))).toBe("refused duplicate")
  })
})

describe("query", () => {
  it.each([
    [0, "unpaid", undefined],
    [1, "in_progress", undefined],
    [2, "paid", undefined],
    [3, "failed", undefined],
    [4, "reversed", "all"],
    [5, "refunded", "all"],
    [6, "closed", undefined],
  ])("state %i is %s", async (state, standing, returned) => {
    peer.will(answer(payOrder({ state })))
    expect(await peer.gateway().query(ref())).toEqual({
      kind: "succeeded",
      value: {
        state: standing,
        returned,
        amount: hkd(35050),
        channel: "UP_OP",
        gatewayNo: "P2021",
        paidAt: new Date(1709269567000),
      },
    })
    expect(peer.fields()).toEqual({ mchOrderNo: "01J9ZK" })
  })

  it("an unpaid order has no time of success", async () => {
    peer.will(answer(unpaid()))
    expect(await peer.gateway().query(ref())).toMatchObject({ value: { state: "unpaid", paidAt: undefined } })
  })

  it("what Gnete does not know is absent, what it does not document is unknown", async () => {
    peer.will(error("订单不存在"), answer(payOrder({ state: 7 })), error("系统异常"))
    const gateway = peer.gateway()
    expect(await gateway.query(ref())).toEqual({ kind: "succeeded", value: { state: "absent" } })
    for (let time = 0; time < 2; time++) expect(brief(await gateway.query(ref()))).toBe("unknown")
  })
})

it("an answer that does not come in time leaves it unknown", async () => {
  peer.timer = upOnArrival(peer)
  expect(await peer.gateway().query(ref())).toMatchObject({ kind: "unknown", code: "timeout" })
})

describe("close", () => {
  const both = ["/api/pay/close", "/api/pay/query"]
  it.each([
    ["accepted, and the query says closed", [closed, answer(unpaid({ state: 6 }))], "succeeded", both],
    [
      "answered with nothing, and the query says closed",
      [nothing, answer(unpaid({ state: 6 }))],
      "succeeded",
      both,
    ],
    ["answered with nothing, and the query says unpaid", [nothing, answer(unpaid())], "unknown", both],
    ["answered with nothing, and the query fails", [nothing, nothing], "unknown", both],
    ["accepted, and still unpaid", [closed, answer(unpaid({ state: 1 }))], "pending", both],
    ["accepted, and paid meanwhile", [closed, answer(payOrder())], "refused already_paid", both],
    ["accepted, and the query fails", [closed, reset], "unknown", both],
    ["closed before", [error("当前订单不可关闭"), answer(unpaid({ state: 6 }))], "succeeded", both],
    ["paid", [error("当前订单不可关闭"), answer(payOrder())], "refused already_paid", both],
    ["refunded", [error("当前订单不可关闭"), answer(payOrder({ state: 5 }))], "refused already_paid", both],
    ["reversed", [error("当前订单不可关闭"), answer(payOrder({ state: 4 }))], "refused already_paid", both],
    ["failed", [error("当前订单不可关闭"), answer(unpaid({ state: 3 }))], "refused already_closed", both],
    ["not closable, and yet unpaid", [error("当前订单不可关闭"), answer(unpaid())], "unknown", both],
    ["the channel's own words", [error("通道关单失败"), answer(unpaid({ state: 1 }))], "unknown", both],
    ["accepted, and then not known", [closed, error("订单不存在")], "unknown", both],
    ["not known", [error("订单不存在"), error("订单不存在")], "refused absent", both],
    ["not known to the channel", [error("订单不存在"), answer(unpaid({ state: 1 }))], "unknown", both],
    [
      "not known, and paid meanwhile",
      [error("订单不存在"), answer(payOrder())],
      "refused already_paid",
      both,
    ],
    ["not known, and closed", [error("订单不存在"), answer(unpaid({ state: 6 }))], "succeeded", both],
    ["not known, and the query fails", [error("订单不存在"), reset], "unknown", both],
    ["a wrong secret", [error("验签失败")], "refused credentials", both.slice(0, 1)],
  ])("%s", async (_what, replies, expected, paths) => {
    peer.will(...replies)
    expect(brief(await peer.gateway().close(ref()))).toBe(expected)
    expect(peer.paths()).toEqual(paths)
  })

  it("that could not be sent is not_sent", async () => {
    expect(brief(await peer.gateway({ baseUrl: "http://127.0.0.1:1" }).close(ref()))).toBe("not_sent")
  })
})

describe("cancel, the same-day reversal", () => {
  const record = (state: string) => ({ gatewayNo: "C2021", state })
  const table = [
    [0, "pending", record("pending")],
    [1, "pending", record("pending")],
    [2, "succeeded", record("succeeded")],
    [3, "refused declined", undefined],
    [4, "unknown", undefined],
    [5, "unknown", undefined],
  ] as const

  it.each(table)("in state %i is %s", async (state, expected, value) => {
    peer.will(answer({ cancelOrderId: "C2021", state }))
    const outcome = await peer.gateway().cancel(ref(), notifyUrl)
    expect(brief(outcome)).toBe(expected)
    expect("value" in outcome ? outcome.value : undefined).toEqual(value)
    expect(peer.fields()).toEqual({ mchOrderNo: "01J9ZK", payOrderId: "P2021", notifyUrl })
  })

  it.each([4, 5])("in state %i, which leaves it in doubt, is named all the same", async (state) => {
    peer.will(answer({ cancelOrderId: "C2021", state }))
    expect(await peer.gateway().cancel(ref(), notifyUrl)).toMatchObject({ gatewayNo: "C2021" })
  })

  it.each(table)("asked about in state %i is %s", async (state, expected, value) => {
    peer.will(answer(cancelOrder({ state })))
    const outcome = await peer.gateway().cancelQuery(ref(), "C2021")
    expect(brief(outcome)).toBe(expected)
    expect("value" in outcome ? outcome.value : undefined).toEqual(value)
    expect(peer.fields()).toEqual({ cancelOrderId: "C2021" })
  })

  it.each([
    ["another payment", { payOrderId: "P9" }],
    ["no payment", { payOrderId: "" }],
    ["another amount", { payAmount: 35049 }],
    ["another currency", { currency: "JPY" }],
  ])("asked about and answered with that of %s is unknown", async (_what, changes) => {
    peer.will(answer(cancelOrder(changes)))
    expect(await peer.gateway().cancelQuery(ref(), "C2021")).toMatchObject({
      kind: "unknown",
      code: "answer_mismatch",
    })
  })

  it.each([
    ["a lost answer", reset, "unknown"],
    ["an empty answer", nothing, "unknown"],
    ["a reason in other words", error("已过撤销时间"), "unknown"],
    ["an order in another state", error("订单状态不正确"), "refused wrong_state"],
    ["an order it does not know", error("订单不存在"), "refused absent"],
  ])("after %s", async (_what, reply, expected) => {
    peer.will(reply)
    expect(brief(await peer.gateway().cancel(ref({ gatewayNo: undefined }), notifyUrl))).toBe(expected)
    expect(peer.fields()).toEqual({ mchOrderNo: "01J9ZK", notifyUrl })
  })

  it("is not sent with a notify URL Gnete would not call", async () => {
    expect(brief(await peer.gateway().cancel(ref(), `${notifyUrl}?a=1`))).toBe("refused invalid")
    expect(brief(await peer.gateway().refund(refundOf({ notifyUrl: `${notifyUrl}?a=1` })))).toBe(
      "refused invalid",
    )
    expect(peer.paths()).toEqual([])
  })
})

describe("refund", () => {
  it("that an empty balance stops says so; any other code of the channel is not repeated to a person", async () => {
    const failed = (fields: object) => answer(refunded({ state: 3, ...fields }))
    peer.will(
      failed({ errCode: "BALANCE_NOT_ENOUGH" }),
      failed({ errCode: "a b" }),
      failed({ errCode: null }),
      failed({}),
    )
    const messages = []
    for (let time = 0; time < 4; time++) {
      const outcome = await peer.gateway().refund(refundOf())
      expect(brief(outcome)).toBe("refused declined")
      messages.push("message" in outcome && outcome.message)
    }
    const other = "The channel refused the refund. Another try needs a new refund number."
    const empty =
      "The balance at Gnete does not cover it (BALANCE_NOT_ENOUGH): top the balance up, then try again."
    expect(messages).toEqual([empty, other, other, other])
  })

  const table = [
    [0, "unknown", undefined],
    [1, "pending", "pending"],
    [2, "succeeded", "succeeded"],
    [3, "refused declined", undefined],
    [4, "unknown", undefined],
    [5, "unknown", undefined],
  ] as const

  it.each(table)("in state %i is %s", async (state, expected, progress) => {
    peer.will(answer(refunded({ state })))
    const outcome = await peer.gateway().refund(refundOf())
    expect(brief(outcome)).toBe(expected)
    expect("value" in outcome ? outcome.value : undefined).toEqual(
      progress && { number: "REF1", gatewayNo: "R2021", amount: hkd(12050), state: progress, at: undefined },
    )
    expect(peer.fields()).toEqual({
      mchOrderNo: "01J9ZK",
      mchRefundNo: "REF1",
      refundAmount: 12050,
      currency: "HKD",
      refundReason: "Refund by shop.example",
      notifyUrl,
    })
  })

  it.each(table)("asked about in state %i is %s", async (state, expected, progress) => {
    peer.will(answer(refundOrder({ state })))
    const outcome = await peer.gateway().refundQuery(refundOf())
    expect(brief(outcome)).toBe(expected)
    expect("value" in outcome ? outcome.value : undefined).toEqual(
      progress && {
        number: "REF1",
        gatewayNo: "R2021",
        amount: hkd(12050),
        state: progress,
        at: new Date(1709269567000),
      },
    )
    expect(peer.fields()).toEqual({ mchRefundNo: "REF1" })
  })

  it.each([
    ["a number that was used", error("商户退款订单号[REF1]已存在"), "unknown"],
    ["a refund that runs", error("支付订单具有在途退款申请，请稍后再试"), "refused in_progress"],
    ["a system error", error("系统异常"), "unknown"],
    ["a reset", reset, "unknown"],
    ["success in words only", says('{"code":0,"data":{"state":2}}'), "unknown"],
  ])("after %s", async (_what, reply, expected) => {
    peer.will(reply)
    expect(brief(await peer.gateway().refund(refundOf()))).toBe(expected)
  })

  it.each([
    ["not known", error("订单不存在"), "refused absent"],
    ["of another amount", answer(refundOrder({ refundAmount: 1 })), "unknown"],
    ["in another currency", answer(refundOrder({ currency: "CNY" })), "unknown"],
    ["of another payment", answer(refundOrder({ payOrderId: "P9" })), "unknown"],
    ["lost", reset, "unknown"],
  ])("asked about and %s", async (_what, reply, expected) => {
    peer.will(reply)
    expect(brief(await peer.gateway().refundQuery(refundOf()))).toBe(expected)
  })

  it.each([
    ["nothing", { amount: hkd(0) }, "refused invalid"],
    ["more than was paid", { amount: hkd(35051) }, "refused exceeds_balance"],
    ["another currency", { amount: { minor: 1, currency: "thb" } }, "refused invalid"],
    ["under a number of 31 characters", { number: "x".repeat(31) }, "refused invalid"],
    ["under no number", { number: "" }, "refused invalid"],
  ])("of %s is refused and not sent", async (_what, change, expected) => {
    expect(brief(await peer.gateway().refund(refundOf(change)))).toBe(expected)
    expect(peer.paths()).toEqual([])
  })

  it("Gnete lists no refunds", async () => {
    expect(brief(await peer.gateway().refundsOf())).toBe("refused not_supported")
  })
})

describe("way codes, currency, words", () => {
  it("a shop may choose among the configured way codes and nothing else; the first is the default", () => {
    const gateway = peer.gateway({ wayCodes: ["UP_OP", "ALI_H5"] })
    expect(gateway.chooseChannel("ALI_H5")).toEqual({ channel: "ALI_H5" })
    expect(gateway.chooseChannel(undefined)).toEqual({ channel: "UP_OP" })
    for (const asked of ["WX_QR", "", 1, {}, ["UP_OP"]])
      expect(gateway.chooseChannel(asked)).toEqual({
        problem: "Choose one of these way codes: UP_OP, ALI_H5.",
      })
  })

  it("only Hong Kong dollars", () => {
    expect(peer.gateway().digits("hkd")).toEqual({ digits: 2 })
    expect(peer.gateway().digits("jpy")).toEqual({ problem: "Gnete takes HKD only, not JPY." })
  })

  it("answers a notification in Gnete's word, and nothing else", () => {
    const { acknowledgement, account, name, maxNumberLength } = peer.gateway()
    expect([acknowledgement.contentType, acknowledgement.accepted, acknowledgement.rejected()]).toEqual([
      "text/plain",
      "success",
      "fail",
    ])
    expect([account, name, maxNumberLength]).toEqual(["M1621873433/60cc09bce4b0f1c0b83761c9", "gnete", 30])
    expect(peer.gateway().channelFacts()).toEqual({
      refund: true,
      partialRefund: true,
      paysOut: false,
      refundQuery: true,
      close: true,
      minimum: 1,
    })
  })
})

it("no outcome and no event carries the payer, the secret or a raw answer", async () => {
  peer.will(
    answer(payOrder()),
    answer(payOrder({ mchNo: "M9" })),
    says("203.0.113.7 raw"),
    error("203.0.113.7 raw"),
  )
  const gateway = peer.gateway()
  const outcomes = []
  for (let count = 0; count < 4; count++) outcomes.push(await gateway.query(ref()))
  expect(JSON.stringify([outcomes, peer.events])).not.toMatch(new RegExp(`203\\.0|raw|${secret}`))
})
