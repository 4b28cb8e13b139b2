import type { Outcome } from "../../../src/core"
import { reset, says, upOnArrival } from "../transport/scripted-server"
import {
  answer,
  cancelled,
  code,
  fail,
  gatewayOrder,
  KsherPeer,
  newOrder,
  notSure,
  page,
  qr,
  refunded,
  refundList,
  refundOf,
  refundRow,
  thb,
  unpaidOrder,
} from "./peer"

let peer: KsherPeer
beforeAll(async () => (peer = await KsherPeer.start()))
beforeEach(() => peer.reset())
afterAll(() => peer.stop())

const brief = (outcome: Outcome<unknown>) =>
  outcome.kind === "refused" ? `refused ${outcome.reason}` : outcome.kind

const link = answer({ pay_content: "https://gateway.ksher.com/ua?order_uuid=1" })
const closedOrder = answer(unpaidOrder({ result: "CLOSED" }))
const closedQr = answer({ appid: "mch35005", mch_order_no: "01J9ZK", nonce_str: "n", result: "SUCCESS" })
const png = `data:image/png;base64,${Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").toString("base64")}`

describe("open, as a page", () => {
  it("sends the shopper to Ksher's page for the time the link lives", async () => {
    peer.will(link)
    expect(await peer.gateway({ expireMinutes: 30 }).open(newOrder)).toEqual({
      kind: "succeeded",
      value: {
        action: { type: "redirect", url: "https://gateway.ksher.com/ua?order_uuid=1" },
        mode: "redirect",
        channel: undefined,
        expiresAt: new Date("2024-03-01T05:36:07Z"),
      },
    })
    expect(peer.params()).toMatchObject({
      mch_order_no: "01J9ZK",
      total_fee: "35050",
      fee_type: "THB",
      channel_list: "airpay,truemoney",
      mch_redirect_url: "https://shop.example/paid/payses_01J9ZK",
      mch_redirect_url_fail: "https://shop.example/paid/payses_01J9ZK",
      mch_notify_url: "https://shop.example/hooks/gateway/pp_ksher_th",
      refer_url: "https://shop.example",
      product_name: "Order at shop.example",
      lang: "en",
      expire_time: "30",
    })
    expect(peer.params()).not.toHaveProperty("attach")
  })

  describe("by instalments", () => {
    const channels = ["card", "ktc_instal", "kcc_instal"]
    const instalments = {
      ktc_instal: { months: [10, 3, 6] },
      kcc_instal: { months: [3, 10], interest: "shop" as const },
    }
    const sent = async (minor: number, channel?: string) => {
      peer.will(link)
      const order = { ...newOrder, amount: thb(minor), ...(channel ? { channel } : {}) }
      const outcome = await peer.gateway({ channels, instalments }).open(order)
      return outcome.kind === "succeeded" ? peer.params() : outcome
    }

    it("tells the page the months of each channel, and whose interest the shop pays", async () => {
      expect(await sent(500_000)).toMatchObject({
        channel_instal_times_list: '{"ktc_instal":[3,6,10],"kcc_instal":[3,10]}',
        instal_fee_payer_merchant_channel_list: "kcc_instal",
      })
    })

    it("offers ten months at Krungsri from 5,000 baht on", async () => {
      expect(await sent(499_999, "kcc_instal")).toMatchObject({
        channel_instal_times_list: '{"kcc_instal":[3]}',
      })
    })

    it("says nothing of them where none can be chosen", async () => {
      const params = await sent(500_000, "card")
      expect(Object.keys(params)).not.toContain("channel_instal_times_list")
      expect(Object.keys(params)).not.toContain("instal_fee_payer_merchant_channel_list")
    })

    it("does not open what Krungsri takes from 5,000 baht on, and sends nothing", async () => {
      const only = { kcc_instal: { months: [10, 24] } }
      const gateway = peer.gateway({ channels, instalments: only })
      expect(gateway.channelFacts("kcc_instal").minimum).toBe(500_000)
      const order = { ...newOrder, amount: thb(499_999), channel: "kcc_instal" }
      expect(await gateway.open(order)).toMatchObject({ kind: "refused", reason: "invalid" })
      expect(gateway.instalments("kcc_instal", thb(500_000))).toEqual({
        months: [10, 24],
        interest: "shopper",
      })
      expect(gateway.instalments("ktc_instal", thb(500_000))).toEqual({ months: null, interest: null })
      expect(gateway.instalments("card", thb(500_000))).toBeNull()
    })
  })

  describe("a customer whose card may be kept", () => {
    it("has a name that is the same each time, another for each customer and merchant, and tells nothing", () => {
      const gateway = peer.gateway({ savedCards: true })
      const name = gateway.memberOf("cus_01J9ZK")
      expect(name).toMatch(/^[0-9a-f]{32}$/)
      expect(peer.gateway({ savedCards: true }).memberOf("cus_01J9ZK")).toBe(name)
      expect(gateway.memberOf("cus_01J9ZL")).not.toBe(name)
    })

    it("is named to Ksher's page only where the shop wants it", async () => {
      expect(peer.gateway().memberOf("cus_01J9ZK")).toBeUndefined()
      peer.will(link)
      await peer.gateway({ savedCards: true }).open({ ...newOrder, memberId: "m1" })
      expect(peer.params().member_id).toBe("m1")
    })
  })

  it("gives the link an hour where nothing is said, since Ksher's default is not published", async () => {
    peer.will(link)
    await peer.gateway().open(newOrder)
    expect(peer.params().expire_time).toBe("60")
  })

  it("offers only the channel the shopper chose, and goes back to its own page after a failure", async () => {
    peer.will(link)
    const gateway = peer.gateway({ failUrl: "https://shop.example/failed?s={session_id}", language: "th" })
    expect(await gateway.open({ ...newOrder, channel: "truemoney" })).toMatchObject({
      value: { channel: "truemoney" },
    })
    expect(peer.params()).toMatchObject({
      channel_list: "truemoney",
      mch_redirect_url_fail: "https://shop.example/failed?s=payses_01J9ZK",
      lang: "th",
    })
  })

  it.each(["http://gateway.ksher.com/ua", "javascript:alert(1)", "//evil.example", "https//"])(
    "never shows a shopper the link %s of an https gateway",
    async (pay_content) => {
      const client = peer.gateway()
      peer.will(answer({ pay_content }))
      const outcome = await client.open(newOrder)
      // The peer here is http, as a simulated gateway is: http is let through to its own host only.
      expect(brief(outcome)).toBe("unknown")
    },
  )

  it.each([
    ["a currency Ksher does not take", { amount: { minor: 100, currency: "usd" } }, /not USD/],
    [
      "yen, before Ksher has said how it counts them",
      { amount: { minor: 100, currency: "jpy" } },
      /minorUnits\.jpy/,
    ],
    ["nothing", { amount: thb(0) }, /smallest payment/],
    ["less than nothing", { amount: thb(-1) }, /smallest payment/],
    ["a number of 33 characters", { number: "x".repeat(33) }, /1 to 32/],
    ["a number with a blank", { number: "a b" }, /1 to 32/],
    ["a channel that is not configured", { channel: "promptpay" }, /promptpay is not among/],
    ["a notify URL with a query", { notifyUrl: "https://shop.example/n?a=1" }, /must not contain/],
    [
      "a notify URL of 129 characters",
      { notifyUrl: `https://shop.example/${"n".repeat(108)}` },
      /129 characters/,
    ],
  ])("refuses %s and sends nothing", async (_what, change, message) => {
    expect(await peer.gateway().open({ ...newOrder, ...change })).toMatchObject({
      kind: "refused",
      reason: "invalid",
      message: expect.stringMatching(message) as string,
    })
    expect(peer.paths()).toEqual([])
  })

  it("refuses less than the channel's published minimum, in baht", async () => {
    const gateway = peer.gateway({ channels: ["atome", "card"] })
    expect(await gateway.open({ ...newOrder, channel: "atome", amount: thb(1999) })).toMatchObject({
      reason: "invalid",
    })
    peer.will(link, link)
    expect(brief(await gateway.open({ ...newOrder, channel: "atome", amount: thb(2000) }))).toBe("succeeded")
    expect(brief(await gateway.open({ ...newOrder, amount: thb(1) }))).toBe("succeeded")
  })

  it("leaves out the channels whose minimum is above the amount, and refuses where none is left", async () => {
    const gateway = peer.gateway({ channels: ["ktc_instal", "promptpay", "card", "kplus"] })
    const offered = async (amount: number) => {
      peer.will(link)
      const outcome = await gateway.open({ ...newOrder, amount: thb(amount) })
      return outcome.kind === "succeeded" ? peer.params(peer.paths().length - 1).channel_list : brief(outcome)
    }
    expect(await offered(300_000)).toBe("ktc_instal,promptpay,card,kplus")
    expect(await offered(299_999)).toBe("promptpay,card,kplus")
    expect(await offered(1_999)).toBe("promptpay,card")
    expect(await offered(99)).toBe("card")

    const dear = peer.gateway({ channels: ["ktc_instal", "atome"] })
    expect(await dear.open({ ...newOrder, amount: thb(1_999) })).toMatchObject({
      reason: "invalid",
      message: expect.stringMatching(/smallest payment is 2000 /) as string,
    })
  })

  it("leaves nothing out in a currency in which no minimum is published", async () => {
    peer.will(link)
    const gateway = peer.gateway({ channels: ["atome", "alipay"] })
    await gateway.open({ ...newOrder, amount: { minor: 1, currency: "myr" } })
    expect(peer.params().channel_list).toBe("atome,alipay")
  })

  it("takes yen once the option says how they are counted", async () => {
    peer.will(link)
    const gateway = peer.gateway({ minorUnits: { jpy: 0 } })
    expect(brief(await gateway.open({ ...newOrder, amount: { minor: 500, currency: "jpy" } }))).toBe(
      "succeeded",
    )
    expect(peer.params()).toMatchObject({ total_fee: "500", fee_type: "JPY" })
  })

  it.each([
    ["paid before", code(1), "refused already_paid"],
    ["an undocumented code", code(-9), "unknown"],
  ])("%s", async (_what, reply, expected) => {
    peer.will(reply)
    expect(brief(await peer.gateway().open(newOrder))).toBe(expected)
  })
})

it("an answer that does not come in time leaves it unknown", async () => {
  peer.timer = upOnArrival(peer)
  expect(await peer.gateway().query(page())).toMatchObject({ kind: "unknown", code: "timeout" })
})

describe("open, as a QR", () => {
  const qrAnswer = (changes: Record<string, unknown>) =>
    answer({
      result: "SUCCESS",
      appid: "mch35005",
      mch_order_no: "01J9ZK",
      total_fee: 35050,
      fee_type: "THB",
      ksher_order_no: "900",
      nonce_str: "n",
      ...changes,
    })
  const gateway = () => peer.gateway({ mode: "qr", channels: ["promptpay", "wechat"] })

  it.each([
    ["promptpay", 30, { expire_time: "30" }],
    ["promptpay2", 30, { expire_time: "30" }],
    ["truemoney", 30, { tmn_expire_time: "30" }],
    ["airpay", 30, {}],
    ["promptpay", undefined, {}],
    ["truemoney", undefined, {}],
  ])("of %s with qrExpireTime %s sends %j", async (channel, qrExpireTime, sent) => {
    peer.will(qrAnswer({ PaymentCode: "00020101", imgdat: "" }))
    await peer.gateway({ mode: "qr", channels: [channel], qrExpireTime }).open(newOrder)
    const { expire_time, tmn_expire_time } = peer.params()
    expect({ expire_time, tmn_expire_time }).toEqual({
      expire_time: undefined,
      tmn_expire_time: undefined,
      ...sent,
    })
  })

  it("gives the QR as text where Ksher does", async () => {
    peer.will(qrAnswer({ code_url: "", PaymentCode: "00020101", imgdat: png }))
    expect(await gateway().open(newOrder)).toEqual({
      kind: "succeeded",
      value: {
        action: { type: "qr", content: "00020101" },
        unread: true,
        mode: "qr",
        channel: "promptpay",
        gatewayNo: "900",
        expiresAt: new Date("2024-03-01T06:06:07Z"),
      },
    })
    expect(peer.paths()).toEqual(["/KsherPay/native_pay"])
    expect(peer.params()).toMatchObject({
      channel: "promptpay",
      notify_url: newOrder.notifyUrl,
      redirect_url: "https://shop.example/paid/payses_01J9ZK",
      product: "Order at shop.example",
    })
  })

  it("else as Ksher's picture", async () => {
    peer.will(qrAnswer({ imgdat: png }))
    expect(await gateway().open({ ...newOrder, channel: "wechat" })).toMatchObject({
      value: { action: { type: "qr", image: png }, channel: "wechat" },
    })
  })

  it.each([
    ["nothing to scan", {}],
    ["an empty one", { imgdat: "", code_url: "" }],
    ["a NUL in the code", { code_url: "0002\u0000" }],
    ["half a character in the code", { code_url: "0002\udc00" }],
    ["a picture from elsewhere", { imgdat: "https://evil.example/qr.png" }],
    ["a picture that is a script", { imgdat: "data:image/svg+xml;base64,PHN2Zz4=" }],
    ["a picture without end", { imgdat: png.replace(/=+$/, "") + "A".repeat(200_000) }],
  ])("is unknown with %s", async (_what, changes) => {
    peer.will(qrAnswer(changes))
    expect(brief(await gateway().open(newOrder))).toBe("unknown")
  })

  it("needs no return page", async () => {
    peer.will(qrAnswer({ code_url: "0002" }))
    const { gateway: bare } = { gateway: peer.gateway({ mode: "qr", returnUrl: undefined }) }
    expect(brief(await bare.open(newOrder))).toBe("succeeded")
    expect(peer.params()).not.toHaveProperty("redirect_url")
  })
})

describe("query", () => {
  it.each([
    ["SUCCESS", "paid", undefined],
    ["REFUND", "refunded", "unsaid"],
    ["CLOSED", "closed", undefined],
    ["NOTPAY", "unpaid", undefined],
    ["NOTSURE", "unpaid", undefined],
    ["USERPAYING", "in_progress", undefined],
    ["PENDING", "in_progress", undefined],
    ["PAYERROR", "failed", undefined],
  ])("a page order that is %s is %s", async (result, state, returned) => {
    peer.will(answer(gatewayOrder({ result })))
    const outcome = await peer.gateway().query(page())
    expect(outcome).toMatchObject({
      kind: "succeeded",
      value: { state, amount: thb(35050), channel: "airpay", gatewayNo: "900202105", payNo: "2105271017" },
    })
    expect(outcome.kind === "succeeded" && outcome.value.returned).toBe(returned)
    const paidAt = state === "paid" || state === "refunded" ? new Date("2021-05-27T03:18:07Z") : undefined
    expect(outcome.kind === "succeeded" && outcome.value.paidAt).toEqual(paidAt)
    expect(peer.params()).toEqual({
      appid: "mch35005",
      mch_order_no: "01J9ZK",
      nonce_str: "0".repeat(32),
      time_stamp: "20240301120607",
    })
  })

  it("an unpaid page order names no channel and no order of Ksher's yet", async () => {
    peer.will(answer(unpaidOrder()))
    expect(await peer.gateway().query(page())).toEqual({
      kind: "succeeded",
      value: { state: "unpaid", amount: thb(35050), payNo: "2105271017" },
    })
  })

  const paidQr = {
    result: "SUCCESS",
    appid: "mch35005",
    mch_order_no: "01J9ZK",
    total_fee: 35050,
    fee_type: "THB",
    nonce_str: "n",
  }

  it("a paid QR order is paid, in the amount that Ksher names", async () => {
    peer.will(answer(paidQr))
    expect(await peer.gateway({ mode: "qr" }).query(qr())).toMatchObject({
      kind: "succeeded",
      value: { state: "paid", amount: thb(35050) },
    })
  })

  it.each(["SUCCESS", "REFUND"])(
    "a QR order that is %s is unknown where Ksher leaves out whose, which or how much it is",
    async (result) => {
      for (const name of ["appid", "mch_order_no", "total_fee", "fee_type"]) {
        const { [name as keyof typeof paidQr]: _left, ...rest } = { ...paidQr, result }
        peer.will(answer(rest))
        expect(await peer.gateway({ mode: "qr" }).query(qr())).toMatchObject({
          kind: "unknown",
          code: "unproven",
        })
      }
    },
  )

  it.each([
    ["NOTSURE", "PAYMENT_IN_PROCESS", "in_progress"],
    ["NOTSURE", "", "unpaid"],
    ["CLOSED", undefined, "closed"],
  ])("a QR order that is %s %s is %s", async (result, err_code, state) => {
    peer.will(
      answer({ result, ...(err_code !== undefined && { err_code }), appid: "mch35005", nonce_str: "n" }),
    )
    expect(await peer.gateway({ mode: "qr" }).query(qr())).toMatchObject({
      kind: "succeeded",
      value: { state },
    })
    expect(peer.paths()).toEqual(["/KsherPay/order_query"])
    expect(peer.params()).toMatchObject({ mch_order_no: "01J9ZK", channel: "wechat" })
  })

  it("a QR order that is NOTSURE for an undocumented reason is unknown", async () => {
    peer.will(answer({ result: "NOTSURE", err_code: "SOMETHING", nonce_str: "n" }))
    expect(brief(await peer.gateway().query(qr()))).toBe("unknown")
  })

  it.each([
    ["page", page()],
    ["QR", qr()],
  ])(
    "a %s order Ksher does not know is absent, and any other failed query says nothing",
    async (_kind, order) => {
      peer.will(fail("KSHER_INVALID_ORDER_NO"), fail("KSHER_SYSTEMERROR"), reset)
      const gateway = peer.gateway()
      expect(await gateway.query(order)).toEqual({ kind: "succeeded", value: { state: "absent" } })
      expect(brief(await gateway.query(order))).toBe("unknown")
      expect(brief(await gateway.query(order))).toBe("unknown")
    },
  )
})

describe("close", () => {
  const asked = ["/api/cancel_order", "/api/gateway_order_query"]

  it.each([
    ["accepted, and the query says CLOSED", [cancelled, closedOrder], "succeeded", asked],
    ["closed before, and the query says CLOSED", [code(-5), closedOrder], "succeeded", asked],
    ["accepted, and the query says unpaid", [cancelled, answer(unpaidOrder())], "pending", asked],
    [
      "accepted, and a payment runs",
      [cancelled, answer(unpaidOrder({ result: "USERPAYING" }))],
      "pending",
      asked,
    ],
    [
      "accepted, and the shopper has just paid",
      [cancelled, answer(gatewayOrder())],
      "refused already_paid",
      asked,
    ],
    [
      "accepted, and it was paid and refunded",
      [cancelled, answer(gatewayOrder({ result: "REFUND" }))],
      "refused already_paid",
      asked,
    ],
    [
      "closed before, and paid all the same",
      [code(-5), answer(gatewayOrder())],
      "refused already_paid",
      asked,
    ],
    ["closed before, and still unpaid", [code(-5), answer(unpaidOrder())], "unknown", asked],
    ["accepted, and then unknown to Ksher", [cancelled, fail("KSHER_INVALID_ORDER_NO")], "unknown", asked],
    ["accepted, and the query fails", [cancelled, reset], "unknown", asked],
    [
      "accepted, and the query is not signed",
      [cancelled, says('{"code":0,"data":{"result":"CLOSED"}}')],
      "unknown",
      asked,
    ],
    ["an answer that was lost, and the query says CLOSED", [reset, closedOrder], "succeeded", asked],
    ["an answer that was lost, and the query says unpaid", [reset, answer(unpaidOrder())], "unknown", asked],
    [
      "an answer that was lost, and the shopper has paid",
      [reset, answer(gatewayOrder())],
      "refused already_paid",
      asked,
    ],
    ["no such order", [code(-3)], "refused absent", asked.slice(0, 1)],
    ["paid", [code(-4)], "refused already_paid", asked.slice(0, 1)],
    ["a card payment at the bank", [code(-6)], "refused in_progress", asked.slice(0, 1)],
    ["a wrong merchant", [code(-1)], "refused credentials", asked.slice(0, 1)],
    ["a wrong key", [code(-2)], "refused credentials", asked.slice(0, 1)],
  ])("of a link: %s", async (_what, replies, expected, paths) => {
    peer.will(...replies)
    expect(brief(await peer.gateway().close(page()))).toBe(expected)
    expect(peer.paths()).toEqual(paths)
  })

  it("of a link that could not be sent is not_sent, and nothing else is asked", async () => {
    const gateway = peer.gateway({ gatewayUrl: "http://127.0.0.1:1" })
    expect(brief(await gateway.close(page()))).toBe("not_sent")
  })

  it("says the language Ksher's table asks for", async () => {
    peer.will(code(-3))
    await peer.gateway({ language: "cn" }).close(page())
    expect(peer.params()).toMatchObject({ lang: "cn", mch_order_no: "01J9ZK" })
  })

  const qrAsked = ["/KsherPay/order_close", "/KsherPay/order_query"]
  it.each([
    ["closed", [closedQr, answer({ result: "CLOSED", nonce_str: "n" })], "succeeded", qrAsked],
    [
      "closed, and not yet so in the query",
      [closedQr, answer({ result: "NOTPAY", nonce_str: "n" })],
      "pending",
      qrAsked,
    ],
    [
      "not sure, and the query says CLOSED",
      [notSure, answer({ result: "CLOSED", nonce_str: "n" })],
      "succeeded",
      qrAsked,
    ],
    [
      "not sure, and the query is not either",
      [notSure, answer({ result: "NOTSURE", nonce_str: "n" })],
      "unknown",
      qrAsked,
    ],
    ["paid", [fail("KSHER_ORDER_PAID")], "refused already_paid", qrAsked.slice(0, 1)],
    ["no such order", [fail("KSHER_INVALID_ORDER_NO")], "refused absent", qrAsked.slice(0, 1)],
  ])("of a QR: %s", async (_what, replies, expected, paths) => {
    peer.will(...replies)
    expect(brief(await peer.gateway({ mode: "qr", channels: ["wechat"] }).close(qr()))).toBe(expected)
    expect(peer.paths()).toEqual(paths)
  })

  it.each([
    "promptpay",
    "truemoney",
    "linepay",
    "card",
    "atome",
    "ktc_instal",
    "kplus",
    "scb_easy",
    "alipayplus",
  ])("of a QR of %s, which order_close does not take, is refused in words", async (channel) => {
    expect(await peer.gateway({ mode: "qr" }).close(qr({ channel }))).toMatchObject({
      kind: "refused",
      reason: "not_supported",
      message: expect.stringContaining(channel) as string,
    })
    expect(peer.paths()).toEqual([])
  })

  it.each(["airpay", "wechat", "alipay", "alipayplus", "ktbcard"])(
    "of a QR of %s is sent",
    async (channel) => {
      peer.will(closedQr, answer({ result: "CLOSED", nonce_str: "n" }))
      // order_close takes alipayplus of merchants in Japan only: of those whose yen are counted.
      const gateway = peer.gateway(channel === "alipayplus" ? { minorUnits: { jpy: 0 } } : {})
      expect(brief(await gateway.close(qr({ channel })))).toBe("succeeded")
      expect(peer.params()).toMatchObject({ channel })
    },
  )

  it("of a QR whose channel was not noted is that of the first configured one", async () => {
    peer.will(closedQr, answer({ result: "CLOSED", nonce_str: "n" }))
    await peer.gateway({ mode: "qr", channels: ["wechat", "airpay"] }).close(qr({ channel: undefined }))
    expect(peer.params()).toMatchObject({ channel: "wechat" })
  })
})

it("Ksher has no same-day reversal, and says so", async () => {
  const gateway = peer.gateway()
  expect(brief(await gateway.cancel())).toBe("refused not_supported")
  expect(brief(await gateway.cancelQuery())).toBe("refused not_supported")
})

describe("refund", () => {
  it("goes out once under Ksher's own numbers of the order", async () => {
    peer.will(answer(refunded()))
    expect(await peer.gateway().refund(refundOf(page()))).toEqual({
      kind: "succeeded",
      value: {
        number: "REF1",
        gatewayNo: "900202106",
        amount: thb(12050),
        state: "succeeded",
        at: new Date("2021-05-28T09:00:00+07:00"),
      },
    })
    expect(peer.paths()).toEqual(["/KsherPay/order_refund"])
    expect(peer.params()).toMatchObject({
      mch_order_no: "2105271017",
      ksher_order_no: "900202105",
      mch_refund_no: "REF1",
      total_fee: "35050",
      refund_fee: "12050",
      fee_type: "THB",
    })
    expect(peer.params()).not.toHaveProperty("channel")
  })

  it("asks for the numbers first where they are not known", async () => {
    peer.will(answer(gatewayOrder()), answer(refunded()))
    const order = page({ payNo: undefined, gatewayNo: undefined, channel: undefined })
    expect(brief(await peer.gateway().refund(refundOf(order)))).toBe("succeeded")
    expect(peer.paths()).toEqual(["/api/gateway_order_query", "/KsherPay/order_refund"])
    expect(peer.params(1)).toMatchObject({ mch_order_no: "2105271017", ksher_order_no: "900202105" })
  })

  it("of a QR order goes under its own number", async () => {
    peer.will(answer(refunded({ mch_order_no: "01J9ZK" })))
    expect(brief(await peer.gateway().refund(refundOf(qr())))).toBe("succeeded")
    expect(peer.params()).toMatchObject({ mch_order_no: "01J9ZK", ksher_order_no: "900202105" })
  })

  it.each([
    ["cannot be asked about", reset, "not_sent"],
    ["may not be paid", answer(unpaidOrder()), "not_sent"],
    ["is being paid", answer(unpaidOrder({ result: "USERPAYING" })), "not_sent"],
    ["is closed", closedOrder, "refused invalid"],
    ["is not known to Ksher", fail("KSHER_INVALID_ORDER_NO"), "refused absent"],
    ["was paid with PromptPay", answer(gatewayOrder({ channel: "promptpay" })), "refused not_supported"],
    ["has no number to refund it by", answer(gatewayOrder({ pay_mch_order_no: "" })), "not_sent"],
  ])(
    "of an order whose numbers are not known and which %s sends no refund",
    async (_what, reply, expected) => {
      peer.will(reply)
      const order = page({ payNo: undefined, channel: undefined })
      expect(brief(await peer.gateway().refund(refundOf(order)))).toBe(expected)
      expect(peer.paths()).toEqual(["/api/gateway_order_query"])
    },
  )

  it.each([
    "promptpay",
    "scb_easy",
    "bbl_deeplink",
    "bbl_ibs",
    "baybank_deeplink",
    "kplus",
    "scb_instal",
    "bbl_promptpay",
  ])("of %s is refused in words, and nothing is sent", async (channel) => {
    expect(await peer.gateway().refund(refundOf(page({ channel })))).toMatchObject({
      kind: "refused",
      reason: "not_supported",
      message: `Ksher cannot refund ${channel} payments: return the money by hand, by bank transfer say, and record it as refunded.`,
    })
    expect(peer.paths()).toEqual([])
  })

  it.each([
    "alipay",
    "alipayplus",
    "wechat",
    "linepay",
    "airpay",
    "truemoney",
    "atome",
    "card",
    "ktc_instal",
    "kbank_instal",
    "kcc_instal",
    "kfc_instal",
    "of_next_year",
  ])("of %s is sent", async (channel) => {
    peer.will(answer(refunded({ channel })))
    expect(brief(await peer.gateway().refund(refundOf(page({ channel }))))).toBe("succeeded")
  })

  it.each([
    ["nothing", { amount: thb(0) }, "refused invalid"],
    ["a fraction", { amount: { minor: 0.5, currency: "thb" } }, "refused invalid"],
    ["more than was paid", { amount: thb(35051) }, "refused exceeds_balance"],
    ["another currency", { amount: { minor: 1, currency: "myr" } }, "refused invalid"],
    ["under a number of 33 characters", { number: "x".repeat(33) }, "refused invalid"],
  ])("of %s is refused and not sent", async (_what, change, expected) => {
    expect(brief(await peer.gateway().refund(refundOf(page(), change)))).toBe(expected)
    expect(peer.paths()).toEqual([])
  })

  it.each([
    ["Ksher's system error", fail("KSHER_SYSTEMERROR"), "unknown"],
    ["an undocumented failure, a balance that is too low say", fail("KSHER_BALANCE"), "unknown"],
    ["a failure that names the balance", fail("KSHER_BALANCE_NOT_ENOUGH"), "unknown"],
    ["Ksher not being sure", notSure, "unknown"],
    ["a reset", reset, "unknown"],
    ["the right words for another refund", answer(refunded({ mch_refund_no: "REF9" })), "unknown"],
    ["a number that is not refundable", fail("KSHER_INVALID_ORDER_NO"), "refused absent"],
  ])("after %s", async (_what, reply, expected) => {
    peer.will(reply)
    expect(brief(await peer.gateway().refund(refundOf(page())))).toBe(expected)
  })

  it("that an empty balance stops says so, and what to do", async () => {
    peer.will(fail("KSHER_BALANCE_NOT_ENOUGH"))
    expect(await peer.gateway().refund(refundOf(page()))).toMatchObject({
      message:
        "The balance of this Ksher account does not cover it (KSHER_BALANCE_NOT_ENOUGH): top the balance up, then try again.",
    })
  })
})

it("what a query is answered says nothing of what was done: a question does nothing", async () => {
  peer.will(code(-1), fail("KSHER_NEW"), says("", 500), reset)
  for (let time = 0; time < 4; time++) {
    const outcome = await peer.gateway().query(page())
    expect("message" in outcome && outcome.message).toMatch(/^[^;]*(not list|HTTP 500|broke)[^;]*$/)
  }
})

describe("refundQuery", () => {
  const ask = (...rows: Record<string, unknown>[]) => {
    peer.will(answer(refundList(rows)))
    return peer.gateway().refundQuery(refundOf(page()))
  }

  it("finds the refund by its number among the others", async () => {
    expect(await ask(refundRow({ mch_refund_no: "REF0", mch_refund_fee: 1 }), refundRow())).toEqual({
      kind: "succeeded",
      value: {
        number: "REF1",
        gatewayNo: "900202106",
        amount: thb(12050),
        state: "succeeded",
        at: new Date("2021-05-28T02:00:00Z"),
      },
    })
    expect(peer.params()).toMatchObject({
      mch_order_no: "2105271017",
      mch_refund_no: "REF1",
      refund_fee: "12050",
      channel: "airpay",
    })
  })

  it.each([
    ["wechat", "wechat"],
    ["linepay", "linepay"],
    ["truemoney", "truemoney"],
    ["card", undefined],
    ["atome", undefined],
    ["ktc_instal", undefined],
    ["kbank_instal", undefined],
    ["later_channel", undefined],
  ])("of a payment by %s names the channel %s: its page lists six", async (channel, named) => {
    peer.will(answer(refundList([refundRow()])), answer(refundList([])))
    await peer.gateway().refundQuery(refundOf(page({ channel })))
    expect(peer.params().channel).toBe(named)
    await peer.gateway().refundsOf(page({ channel }))
    expect(peer.params(1).channel).toBe(named)
  })

  it("says absent where the list has no such number", async () => {
    expect(brief(await ask())).toBe("refused absent")
    expect(brief(await ask(refundRow({ mch_refund_no: "REF2" })))).toBe("refused absent")
  })

  it("is unknown in another state, and with another amount", async () => {
    expect(brief(await ask(refundRow({ refund_state: "REFUNDING" })))).toBe("unknown")
    expect(brief(await ask(refundRow({ refund_state: "constructor" })))).toBe("unknown")
    expect(brief(await ask(refundRow({ mch_refund_fee: 1205 })))).toBe("unknown")
  })

  it.each(["alipay", "alipayplus", "promptpay"])("cannot be asked of %s", async (channel) => {
    expect(brief(await peer.gateway().refundQuery(refundOf(page({ channel }))))).toBe("refused not_supported")
    expect(brief(await peer.gateway().refundsOf(page({ channel })))).toBe("refused not_supported")
    expect(peer.paths()).toEqual([])
  })

  it("lost on its way is unknown", async () => {
    peer.will(reset)
    expect(brief(await peer.gateway().refundQuery(refundOf(page())))).toBe("unknown")
  })
})

it("refundsOf of an answer that is a failure, undocumented, says that Ksher does not tell", async () => {
  peer.will(fail("KSHER_NO_LIST"))
  expect(brief(await peer.gateway().refundsOf(page()))).toBe("refused not_supported")
})

it("refundsOf lists every refund, also those made elsewhere", async () => {
  peer.will(
    answer(
      refundList([refundRow(), refundRow({ mch_refund_no: "", refund_state: "REFUNDING", refund_time: "" })]),
    ),
  )
  expect(await peer.gateway().refundsOf(page())).toMatchObject({
    kind: "succeeded",
    value: [
      { number: "REF1", state: "succeeded" },
      { number: "", state: "unclear", at: undefined },
    ],
  })
})

describe("channels and currencies", () => {
  it("a shop may choose among the configured channels and nothing else", () => {
    const gateway = peer.gateway()
    expect(gateway.chooseChannel("truemoney")).toEqual({ channel: "truemoney" })
    expect(gateway.chooseChannel(undefined)).toEqual({ channel: undefined })
    for (const asked of ["promptpay", "", 1, {}, ["airpay"], "__proto__"])
      expect(gateway.chooseChannel(asked)).toEqual({
        problem: "Choose one of these channels: airpay, truemoney.",
      })
  })

  it("the first channel is a QR's, and the only one a page's", () => {
    expect(peer.gateway({ mode: "qr" }).chooseChannel(null)).toEqual({ channel: "airpay" })
    expect(peer.gateway({ channels: ["card"] }).chooseChannel(undefined)).toEqual({ channel: "card" })
  })

  it("before the shopper has chosen, a page can do what one of its channels can", () => {
    const gateway = peer.gateway({ channels: ["promptpay", "atome"] })
    expect(gateway.channelFacts(undefined)).toEqual({
      refund: true,
      partialRefund: true,
      paysOut: false,
      refundQuery: true,
      close: false,
      minimum: 100,
    })
    expect(gateway.channelFacts("promptpay")).toMatchObject({ refund: false, refundQuery: false })
  })

  it.each([
    [["promptpay", "kplus"], true],
    [["promptpay", "scb_instal"], false],
    [["promptpay", "card"], false],
    ["auto" as const, false],
  ])("a payment whose channel is not known is paid out only where each of %j is: %s", (channels, paysOut) => {
    expect(peer.gateway({ channels }).channelFacts(undefined)).toMatchObject({ paysOut })
  })

  it.each([
    ["thb", 2],
    ["myr", 2],
    ["aed", 2],
  ])("%s has %i decimals", (currency, digits) => {
    expect(peer.gateway().digits(currency)).toEqual({ digits })
  })

  it.each([0, 2] as const)("yen have the %i decimals that were set", (jpy) => {
    expect(peer.gateway({ minorUnits: { jpy } }).digits("jpy")).toEqual({ digits: jpy })
  })

  it("answers a notification in Ksher's words", () => {
    const { acknowledgement, account, name, maxNumberLength } = peer.gateway()
    expect(JSON.parse(acknowledgement.accepted)).toEqual({ result: "SUCCESS", msg: "OK" })
    expect(JSON.parse(acknowledgement.rejected('bad "sign"'))).toEqual({ result: "FAIL", msg: 'bad "sign"' })
    expect([acknowledgement.contentType, account, name, maxNumberLength]).toEqual([
      "application/json",
      "mch35005",
      "ksher",
      32,
    ])
  })
})

it("no outcome and no event carries the payer, the key or a raw answer", async () => {
  peer.will(
    answer(gatewayOrder()),
    answer(gatewayOrder({ appid: "mch1" })),
    says("payer-7 raw"),
    fail("KSHER_SYSTEMERROR"),
  )
  const gateway = peer.gateway()
  const outcomes = []
  for (let count = 0; count < 4; count++) outcomes.push(await gateway.query(page()))
  expect(JSON.stringify([outcomes, peer.events])).not.toMatch(/payer-7|PRIVATE|raw|sign=/)
})

describe.each(["promptpay", "promptpay2", "PromptPay2", "promptpay_qr"])("%s is PromptPay", (name) => {
  it("once it is paid by it: nothing is asked of it, and nothing returned", async () => {
    peer.will(answer(gatewayOrder({ channel: name })))
    expect(await peer.gateway().query(page())).toMatchObject({
      value: { state: "paid", channel: "promptpay" },
    })
    peer.will(answer(gatewayOrder({ channel: name })))
    const unlearned = page({ payNo: undefined, gatewayNo: undefined, channel: undefined })
    expect(brief(await peer.gateway().refund(refundOf(unlearned)))).toBe("refused not_supported")
    expect(brief(await peer.gateway().refundsOf(page({ channel: name })))).toBe("refused not_supported")
  })

  it("also where it is configured, or was learned before", () => {
    expect(peer.gateway({ channels: [name] }).channelFacts(undefined)).toEqual(
      peer.gateway().channelFacts("promptpay"),
    )
    expect(peer.gateway().channelFacts(name)).toEqual(peer.gateway().channelFacts("promptpay"))
  })
})
