import { inspect } from "node:util"
import { KsherClient } from "../../../src/services/ksher"
import { json, reset, says } from "../transport/scripted-server"
import {
  answer,
  cancelled,
  code,
  fail,
  gatewayOrder,
  KsherPeer,
  merchant,
  notSure,
  refunded,
  refundList,
  refundRow,
  signData,
  strangerKey,
} from "./peer"

let peer: KsherPeer
beforeAll(async () => (peer = await KsherPeer.start()))
beforeEach(() => peer.reset())
afterAll(() => peer.stop())

const gatewayPay = {
  mch_order_no: "01J9ZK",
  total_fee: 35050,
  fee_type: "THB",
  channel_list: "airpay,truemoney",
  mch_redirect_url: "https://shop.example/paid",
  mch_redirect_url_fail: "https://shop.example/failed",
  refer_url: "https://shop.example",
  product_name: "Tea & more + 100% “fun” $5 / ชา",
}
const refund = {
  mch_order_no: "2105271017",
  ksher_order_no: "900202105",
  mch_refund_no: "REF1",
  total_fee: 35050,
  refund_fee: 12050,
  fee_type: "THB",
}
const nativePay = { mch_order_no: "01J9ZK", total_fee: 35050, fee_type: "THB", channel: "promptpay" }
const qrData = {
  result: "SUCCESS",
  appid: "mch35005",
  mch_order_no: "01J9ZK",
  total_fee: 35050,
  fee_type: "THB",
  ksher_order_no: "900",
  code_url: "00020101",
  PaymentCode: "00020101",
  PaymentID: "900",
  imgdat: "",
  nonce_str: "0".repeat(32),
  trade_type: "NATIVE",
}

/** Every endpoint with a good request, a good answer, and where and as what it goes out. */
const endpoints = {
  gateway_pay: {
    call: (client: KsherClient) => client.gatewayPay(gatewayPay),
    good: answer({ pay_content: "https://gateway.ksher.com/ua?order_uuid=1&lang=en" }),
    path: "/api/gateway_pay",
    params: {
      channel_list: "airpay,truemoney",
      fee_type: "THB",
      mch_code: "01J9ZK",
      mch_order_no: "01J9ZK",
      mch_redirect_url: "https://shop.example/paid",
      mch_redirect_url_fail: "https://shop.example/failed",
      operator_id: "001",
      product_name: "Tea more 100 fun 5",
      refer_url: "https://shop.example",
      total_fee: "35050",
    },
  },
  native_pay: {
    call: (client: KsherClient) =>
      client.nativePay({ ...nativePay, product: "A+B", notify_url: "https://shop.example/n" }),
    good: answer(qrData),
    path: "/KsherPay/native_pay",
    params: {
      channel: "promptpay",
      device_id: "web",
      fee_type: "THB",
      mch_order_no: "01J9ZK",
      notify_url: "https://shop.example/n",
      operator_id: "001",
      product: "A B",
      total_fee: "35050",
    },
  },
  gateway_order_query: {
    call: (client: KsherClient) => client.gatewayOrderQuery({ mch_order_no: "01J9ZK" }),
    good: answer(gatewayOrder()),
    path: "/api/gateway_order_query",
    params: { mch_order_no: "01J9ZK" },
  },
  order_query: {
    call: (client: KsherClient) => client.orderQuery({ mch_order_no: "01J9ZK", channel: "wechat" }),
    good: answer({
      result: "SUCCESS",
      total_fee: 35050,
      fee_type: "THB",
      mch_order_no: "01J9ZK",
      nonce_str: "0".repeat(32),
    }),
    path: "/KsherPay/order_query",
    params: { channel: "wechat", mch_order_no: "01J9ZK" },
  },
  cancel_order: {
    call: (client: KsherClient) => client.cancelOrder({ mch_order_no: "01J9ZK", lang: "en" }),
    good: cancelled,
    path: "/api/cancel_order",
    params: { lang: "en", mch_order_no: "01J9ZK" },
  },
  order_close: {
    call: (client: KsherClient) => client.orderClose({ mch_order_no: "01J9ZK", channel: "wechat" }),
    good: answer({ appid: "mch35005", mch_order_no: "01J9ZK", nonce_str: "0".repeat(32), result: "SUCCESS" }),
    path: "/KsherPay/order_close",
    params: { channel: "wechat", mch_order_no: "01J9ZK", operator_id: "001" },
  },
  order_refund: {
    call: (client: KsherClient) => client.orderRefund(refund),
    good: answer(refunded({ nonce_str: "0".repeat(32) })),
    path: "/KsherPay/order_refund",
    params: {
      device_id: "web",
      fee_type: "THB",
      ksher_order_no: "900202105",
      mch_order_no: "2105271017",
      mch_refund_no: "REF1",
      operator_id: "001",
      refund_fee: "12050",
      total_fee: "35050",
    },
  },
  refund_query: {
    call: (client: KsherClient) => client.refundQuery({ mch_order_no: "2105271017", mch_refund_no: "REF1" }),
    good: answer(refundList([refundRow()], { nonce_str: "0".repeat(32) })),
    path: "/KsherPay/refund_query",
    params: { mch_order_no: "2105271017", mch_refund_no: "REF1" },
  },
}
const each = Object.entries(endpoints)

describe.each(each)("%s", (verb, { call, good, path, params }) => {
  it("goes out as a signed form with exactly its documented fields, and a good answer succeeds", async () => {
    peer.will(good)
    const outcome = await call(peer.client({ operatorId: "001", deviceId: "web" }))
    expect(outcome.kind).toBe("succeeded")
    expect(peer.paths()).toEqual([path])
    expect(peer.params()).toEqual({
      ...params,
      appid: "mch35005",
      nonce_str: "0".repeat(32),
      time_stamp: "20240301120607",
    })
    expect(peer.server.calls[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded")
    expect(peer.server.calls[0]?.headers["ksher-sign-version"]).toBeUndefined()
    expect(peer.events).toMatchObject([{ gateway: "ksher", verb, outcome: "succeeded", ms: 0 }])
  })

  it("asks for V2 signatures when told to", async () => {
    peer.will(good)
    await call(peer.client({ signVersion: "V2" }))
    expect(peer.server.calls[0]?.headers["ksher-sign-version"]).toBe("V2")
  })

  it.each([
    ["a broken connection", reset, "ECONNRESET"],
    ["a server error", says("{}", 500), "http_500"],
    ["an empty body", says(""), "empty_answer"],
    ["a web page", says("<html>"), "unreadable_answer"],
    ["a list", says("[]"), "unreadable_answer"],
    ["no code", json({ data: {} }), "unreadable_answer"],
    ["an undocumented code", code(77), "77"],
  ])("is unknown after %s", async (_what, reply, expected) => {
    peer.will(reply)
    const outcome = await call(peer.client())
    expect(outcome).toMatchObject({ kind: "unknown", code: expected })
    expect(peer.events).toMatchObject([{ verb, outcome: "unknown", code: expected }])
  })

  it("is not_sent where nobody listens", async () => {
    const outcome = await call(
      peer.client({ gatewayUrl: "http://127.0.0.1:1", apiUrl: "http://127.0.0.1:1" }),
    )
    expect(outcome).toMatchObject({ kind: "not_sent", code: "ECONNREFUSED" })
  })
})

const signedEndpoints = each.filter(([verb]) => verb !== "cancel_order")

describe.each(signedEndpoints)("%s believes only Ksher's signature", (_verb, { call, good }) => {
  it.each(["", "00", "zz", undefined, 5])("not %p", async (sign) => {
    peer.will((request, response, socket) => {
      const end = response.end.bind(response)
      response.end = ((text: string) =>
        end(JSON.stringify({ ...JSON.parse(text), sign }))) as typeof response.end
      good(request, response, socket)
    })
    expect(await call(peer.client())).toMatchObject({ kind: "unknown", code: "bad_signature" })
  })

  it("not another's", async () => {
    peer.will(answer({ result: "SUCCESS", pay_content: "https://evil.example" }, strangerKey.privateKey))
    expect(await call(peer.client())).toMatchObject({ kind: "unknown", code: "bad_signature" })
  })

  it("not the success of a data that is a sentence", async () => {
    peer.will(cancelled)
    expect(await call(peer.client())).toMatchObject({ kind: "unknown", code: "bad_signature" })
  })

  it("and nothing that the signature covers but no document shows", async () => {
    peer.will(answer({ result: "SUCCESS", total_fee: "1e2" }))
    expect((await call(peer.client())).kind).toBe("unknown")
  })
})

describe("an answer about something else is unknown", () => {
  it.each([
    [
      "another order",
      () => peer.client().gatewayOrderQuery({ mch_order_no: "01J9ZK" }),
      gatewayOrder({ mch_order_no: "OTHER" }),
    ],
    [
      "another account",
      () => peer.client().gatewayOrderQuery({ mch_order_no: "01J9ZK" }),
      gatewayOrder({ appid: "mch1" }),
    ],
    ["another QR", () => peer.client().nativePay(nativePay), { ...qrData, mch_order_no: "OTHER" }],
    ["a QR of another amount", () => peer.client().nativePay(nativePay), { ...qrData, total_fee: 1 }],
    ["a QR in another currency", () => peer.client().nativePay(nativePay), { ...qrData, fee_type: "MYR" }],
    [
      "another native order",
      () => peer.client().orderQuery({ mch_order_no: "A" }),
      { result: "SUCCESS", mch_order_no: "B" },
    ],
    [
      "another closed order",
      () => peer.client().orderClose({ mch_order_no: "A", channel: "wechat" }),
      { result: "SUCCESS", appid: "mch35005", mch_order_no: "B" },
    ],
    ["another refund", () => peer.client().orderRefund(refund), refunded({ mch_refund_no: "REF2" })],
    ["a refund of another amount", () => peer.client().orderRefund(refund), refunded({ refund_fee: 1205 })],
    ["a refund of another total", () => peer.client().orderRefund(refund), refunded({ total_fee: 1 })],
    ["a refund in another currency", () => peer.client().orderRefund(refund), refunded({ fee_type: "MYR" })],
    ["a refund of another order", () => peer.client().orderRefund(refund), refunded({ mch_order_no: "X" })],
    ["a refund of another account", () => peer.client().orderRefund(refund), refunded({ appid: "mch1" })],
    [
      "another order's refunds",
      () => peer.client().refundQuery({ mch_order_no: "A" }),
      refundList([], { mch_order_no: "B" }),
    ],
  ])("%s", async (_what, call, data) => {
    peer.will(answer(data))
    expect(await call()).toMatchObject({ kind: "unknown", code: "answer_mismatch" })
  })
})

describe("what Ksher says", () => {
  const {
    gateway_pay,
    native_pay,
    order_close,
    order_refund,
    refund_query,
    order_query,
    gateway_order_query,
    cancel_order,
  } = endpoints

  it.each([
    ["gateway_pay code 1", gateway_pay, code(1), "refused", "already_paid"],
    ["cancel_order code -1", cancel_order, code(-1), "refused", "credentials"],
    ["cancel_order code -2", cancel_order, code(-2), "refused", "credentials"],
    ["cancel_order code -3", cancel_order, code(-3), "refused", "absent"],
    ["cancel_order code -4", cancel_order, code(-4), "refused", "already_paid"],
    ["cancel_order code -5", cancel_order, code(-5), "refused", "already_closed"],
    ["cancel_order code -6", cancel_order, code(-6), "refused", "in_progress"],
    ["cancel_order code -7", cancel_order, code(-7), "unknown", undefined],
    ["gateway_pay code -1, documented for cancel_order alone", gateway_pay, code(-1), "unknown", undefined],
    ["native_pay KSHER_ORDER_PAID", native_pay, fail("KSHER_ORDER_PAID"), "refused", "already_paid"],
    ["native_pay KSHER_SYSTEMERROR", native_pay, fail("KSHER_SYSTEMERROR"), "unknown", undefined],
    ["native_pay NOTSURE", native_pay, notSure, "unknown", undefined],
    ["order_query KSHER_INVALID_ORDER_NO", order_query, fail("KSHER_INVALID_ORDER_NO"), "refused", "absent"],
    ["order_query SYSTEMERROR", order_query, fail("SYSTEMERROR"), "unknown", undefined],
    [
      "gateway_order_query KSHER_INVALID_ORDER_NO",
      gateway_order_query,
      fail("KSHER_INVALID_ORDER_NO"),
      "refused",
      "absent",
    ],
    ["gateway_order_query a FAIL without reason", gateway_order_query, fail(), "unknown", undefined],
    [
      "gateway_order_query a state of its own",
      gateway_order_query,
      answer(gatewayOrder({ result: "HALFPAID" })),
      "unknown",
      undefined,
    ],
    ["order_close KSHER_INVALID_ORDER_NO", order_close, fail("KSHER_INVALID_ORDER_NO"), "refused", "absent"],
    ["order_close KSHER_ORDER_PAID", order_close, fail("KSHER_ORDER_PAID"), "refused", "already_paid"],
    ["order_close KSHER_SYSTEMERROR", order_close, fail("KSHER_SYSTEMERROR"), "unknown", undefined],
    ["order_close NOTSURE", order_close, notSure, "unknown", undefined],
    [
      "order_refund KSHER_INVALID_ORDER_NO",
      order_refund,
      fail("KSHER_INVALID_ORDER_NO"),
      "refused",
      "absent",
    ],
    ["order_refund KSHER_SYSTEMERROR", order_refund, fail("KSHER_SYSTEMERROR"), "unknown", undefined],
    ["order_refund SYSTEMERROR", order_refund, fail("SYSTEMERROR"), "unknown", undefined],
    ["order_refund an undocumented code", order_refund, fail("KSHER_BALANCE"), "unknown", undefined],
    [
      "order_refund KSHER_ORDER_PAID, which means nothing here",
      order_refund,
      fail("KSHER_ORDER_PAID"),
      "unknown",
      undefined,
    ],
    ["order_refund NOTSURE", order_refund, notSure, "unknown", undefined],
    ["order_refund PENDING", order_refund, answer({ result: "PENDING" }), "unknown", undefined],
    [
      "refund_query KSHER_INVALID_ORDER_NO",
      refund_query,
      fail("KSHER_INVALID_ORDER_NO"),
      "refused",
      "absent",
    ],
    ["refund_query NOTSURE", refund_query, notSure, "unknown", undefined],
  ])("%s", async (_what, { call }, reply, kind, reason) => {
    peer.will(reply)
    const outcome = await call(peer.client())
    expect([outcome.kind, "reason" in outcome ? outcome.reason : undefined]).toEqual([kind, reason])
    expect("message" in outcome && outcome.message).toMatch(/^[A-Z][^\n]{20,200}[.]$/)
  })

  it("a code that is not a plain word is not repeated", async () => {
    peer.will(fail("line\nbreak <script>"))
    expect(await order_refund.call(peer.client())).toMatchObject({ kind: "unknown", code: "unlisted" })
  })

  it.each(["constructor", "__proto__", "toString"])("a code named %s is as unlisted as any", async (name) => {
    peer.will(fail(name))
    expect((await order_refund.call(peer.client())).kind).toBe("unknown")
  })
})

describe("fields", () => {
  it("amounts come as numbers or strings, fields Ksher adds are passed over, what says who paid is left out", async () => {
    peer.will(answer(gatewayOrder({ total_fee: "35050", brand_new: { a: [1] } })))
    expect(await peer.client().gatewayOrderQuery({ mch_order_no: "01J9ZK" })).toEqual({
      kind: "succeeded",
      value: {
        result: "SUCCESS",
        appid: "mch35005",
        mch_order_no: "01J9ZK",
        pay_mch_order_no: "2105271017",
        ksher_order_no: "900202105",
        channel: "airpay",
        total_fee: 35050,
        fee_type: "thb",
        time_end: new Date("2021-05-27T10:18:07+07:00"),
      },
    })
  })

  it.each([
    ["THB", "+07:00"],
    ["MYR", "+08:00"],
    ["JPY", "+09:00"],
    ["AED", "+04:00"],
  ])("a time of a merchant in %s is read in the zone %s", async (fee_type, zone) => {
    peer.will(answer(gatewayOrder({ fee_type, cash_fee_type: fee_type })))
    expect(await peer.client().gatewayOrderQuery({ mch_order_no: "01J9ZK" })).toMatchObject({
      value: { time_end: new Date(`2021-05-27T10:18:07${zone}`) },
    })
  })

  it.each([
    { total_fee: "-1" },
    { total_fee: "" },
    { total_fee: 1.5 },
    { total_fee: "9".repeat(16) },
    { fee_type: "thb" },
    { fee_type: "" },
    { appid: "" },
    { mch_order_no: "" },
    { mch_order_no: "a b" },
    { time_end: "yesterday" },
    { time_end: "2021-13-45 99:00:00" },
    { channel: "air pay" },
    { ksher_order_no: "x".repeat(65) },
    { result: "success" },
  ])("%j is in no document", async (change) => {
    peer.will(answer(gatewayOrder(change)))
    expect(await peer.client().gatewayOrderQuery({ mch_order_no: "01J9ZK" })).toMatchObject({
      kind: "unknown",
    })
  })

  it("a field that swallowed its neighbour is caught though the signature holds", async () => {
    const { attach: _attach, ...order } = gatewayOrder()
    const malleated = { ...order, appid: "mch35005attach=" }
    peer.will(json({ code: 0, data: malleated, sign: signData(gatewayOrder()) }))
    expect(await peer.client().gatewayOrderQuery({ mch_order_no: "01J9ZK" })).toMatchObject({
      kind: "unknown",
      code: "answer_mismatch",
    })
  })

  it("a refund list may be left out only where the count says that there is none", async () => {
    const { refund_orders: _none, ...rest } = refundList([])
    peer.will(answer({ ...rest, refund_count: "0" }), answer({ ...rest, refund_count: "2" }))
    const ask = () => peer.client().refundQuery({ mch_order_no: "2105271017" })
    expect(await ask()).toMatchObject({ kind: "succeeded", value: { refund_orders: [] } })
    expect(await ask()).toMatchObject({ kind: "unknown", code: "unreadable_answer" })
  })
})

describe("the observer", () => {
  it("learns of a nonce that came back different, which is not held against the answer", async () => {
    peer.will(answer(refunded({ nonce_str: "another" })))
    expect((await endpoints.order_refund.call(peer.client())).kind).toBe("succeeded")
    expect(peer.events).toEqual([
      { gateway: "ksher", verb: "order_refund", outcome: "succeeded", ms: 0, nonceMismatch: true },
    ])
  })

  it("cannot break a call", async () => {
    const client = peer.client({
      onCall: () => {
        throw new Error("the metrics server is down")
      },
    })
    peer.will(answer(refunded()))
    expect((await endpoints.order_refund.call(client)).kind).toBe("succeeded")
  })
})

it("each request has its own nonce and the time of its own", async () => {
  peer.will(cancelled, cancelled)
  const client = new KsherClient({
    appid: "mch35005",
    privateKey: merchant.privateKey,
    gatewayUrl: peer.server.url,
  })
  await client.cancelOrder({ mch_order_no: "A" })
  await client.cancelOrder({ mch_order_no: "A" })
  const [first, second] = [peer.params(0), peer.params(1)]
  expect(first.nonce_str).toMatch(/^[0-9a-f]{32}$/)
  expect(first.time_stamp).toMatch(/^20\d{12}$/)
  expect(second.nonce_str).not.toBe(first.nonce_str)
})

it.each([
  [{ appid: undefined }, "KsherClient needs appid"],
  [{ privateKey: "" }, "KsherClient needs privateKey"],
  [{ appid: "", privateKey: undefined }, "KsherClient needs appid, privateKey"],
])("is not made with %j", (missing, sentence) => {
  expect(() => peer.client(missing as never)).toThrow(
    new TypeError(`${sentence}: see that the variables they come from are set.`),
  )
})

it("shows no key when it is printed", () => {
  const client = peer.client()
  expect(inspect(client, { showHidden: true, depth: 9 })).not.toMatch(/PRIVATE|privateKey|exponent/)
  expect(JSON.stringify(client)).toBe("{}")
})

it.each([
  "javascript:alert(1)",
  "http://gateway.ksher.com/ua",
  "https://a@evil.example/",
  "data:text/html,x",
])("never gives the link %s, which whoever uses it would follow", async (pay_content) => {
  peer.will(answer({ pay_content }))
  expect(await endpoints.gateway_pay.call(peer.client())).toMatchObject({
    kind: "unknown",
    code: "unsafe_link",
  })
})

it.each(["code_url", "PaymentCode"])("never gives a %s that is a script", async (field) => {
  peer.will(answer({ ...qrData, [field]: "javascript:alert(1)" }))
  expect(await endpoints.native_pay.call(peer.client())).toMatchObject({ kind: "unknown" })
})
