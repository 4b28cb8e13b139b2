import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { HandClock, KsherCaller, ksherSign, linkFields, type Json } from "./support"

const minute = 60_000

let sandbox: Sandbox
let ksher: KsherCaller

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  ksher = new KsherCaller(sandbox.ksher)
})
afterEach(() => sandbox.stop())

const cancel = (number: string) => ksher.call("cancel_order", { mch_order_no: number })

describe("who asks", () => {
  it("an appid that is not known is refused without a signature", async () => {
    const answer = await ksher.open("A1", { appid: "mch99999" })
    expect(answer).toEqual({ code: -1, msg: expect.any(String), message: expect.any(String) })
  })

  it("a signature by another key is refused", async () => {
    const other = await sandbox.addKsherMerchant()
    const fields = ksher.signed(linkFields("A1"))
    const answer = await ksher.send("gateway_pay", { ...fields, sign: ksherSign(fields, other.privateKey) })
    expect(answer.code).toBe(-2)
  })

  it("a field changed, added or dropped after signing is refused", async () => {
    const signed = ksher.signed({ ...linkFields("A1"), attach: "" })
    const { attach: _, ...dropped } = signed
    for (const fields of [{ ...signed, total_fee: 1 }, { ...signed, extra: "1" }, dropped]) {
      expect((await ksher.send("gateway_pay", fields)).code).toBe(-2)
    }
    expect((await ksher.send("gateway_pay", signed)).code).toBe(0)
  })

  it("on the merchant API a wrong signature is refused outside the signed data", async () => {
    const answer = await ksher.send("order_query", { ...ksher.signed({ mch_order_no: "1" }), sign: "00" })
    expect(answer).toMatchObject({ code: -2, data: {}, sign: "" })
  })

  it("takes SHA-1 as Ksher's WooCommerce plugin signs with it, or MD5 alone, by quirk", async () => {
    const sha1 = ksher.signed(linkFields("A1"), "RSA-SHA1")
    expect((await ksher.send("gateway_pay", sha1)).code).toBe(0)
    await sandbox.setQuirks({ ksher: { sha1Requests: false } })
    expect(
      (await ksher.send("gateway_order_query", ksher.signed({ mch_order_no: "A1" }, "RSA-SHA1"))).code,
    ).toBe(-2)
    expect((await ksher.send("gateway_order_query", ksher.signed({ mch_order_no: "A1" }))).code).toBe(0)
  })

  it("takes upper-case hex, Thai text and empty values", async () => {
    const fields = ksher.signed({ ...linkFields("A1"), attach: "", shop_name: "ร้านค้า & co" })
    const answer = await ksher.send("gateway_pay", { ...fields, sign: String(fields.sign).toUpperCase() })
    expect(answer.code).toBe(0)
  })

  it("takes GET with a query string, and no JSON", async () => {
    await ksher.open("A1")
    const signed = ksher.signed({ mch_order_no: "A1" })
    const query = new URLSearchParams(Object.entries(signed).map(([name, value]) => [name, String(value)]))
    const get = await fetch(`${ksher.url("gateway_order_query")}?${query.toString()}`)
    expect((await get.json()) as Json).toMatchObject({ code: 0, data: { mch_order_no: "A1" } })
    const json = await fetch(ksher.url("gateway_order_query"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(signed),
    })
    expect((await json.json()) as Json).toMatchObject({ code: -1 })
  })
})

describe("gateway_pay", () => {
  it.each([
    ["mch_order_no", ""],
    ["mch_order_no", "1".repeat(33)],
    ["total_fee", "100.50"],
    ["total_fee", "0"],
    ["total_fee", "-5"],
    ["total_fee", "0100"],
    ["fee_type", "USD"],
    ["channel_list", "truemoney, promptpay"],
    ["channel_list", "paypal"],
    ["mch_redirect_url", "shop.example"],
    ["mch_notify_url", "ftp://shop.example"],
    ["product_name", "x".repeat(51)],
    ["attach", "x".repeat(128)],
    ["expire_time", "1.5"],
    ["nonce_str", "x".repeat(33)],
    ["nonce_str", ""],
    ["time_stamp", ""],
  ])("refuses %s=%j", async (name, value) => {
    const answer = await ksher.open("A1", { [name]: value })
    expect(answer).toEqual({ code: -7, msg: expect.any(String), message: expect.any(String) })
    expect(await sandbox.books()).toEqual([])
  })

  it.each(["mch_code", "mch_redirect_url", "mch_redirect_url_fail", "product_name", "refer_url"])(
    "takes an empty %s, or refuses it, by quirk",
    async (name) => {
      expect((await ksher.open("A1", { [name]: "" })).code).toBe(0)
      await sandbox.setQuirks({ ksher: { emptyPageFields: "refused" } })
      expect((await ksher.open("A2", { [name]: "" })).code).toBe(-7)
      const { [name]: _, ...without } = linkFields("A3")
      expect((await ksher.call("gateway_pay", without)).code).toBe(-7)
    },
  )

  it.each(["A & B", "เสื้อ", "茶"])("takes the product name %j, or refuses it, by quirk", async (name) => {
    expect((await ksher.open("A1", { product_name: name })).code).toBe(0)
    await sandbox.setQuirks({ ksher: { strictProductName: true } })
    expect((await ksher.open("A2", { product_name: name })).code).toBe(-7)
  })

  it("takes a channel_list of any length, or as its table says, by quirk", async () => {
    const every =
      "alipay,linepay,airpay,promptpay,truemoney,atome,card,ktc_instal,kbank_instal,kcc_instal,kfc_instal,scb_easy,bbl_deeplink,baybank_deeplink,kplus,wechat"
    expect(every.length).toBeGreaterThan(128)
    expect((await ksher.open("A1", { channel_list: every })).code).toBe(0)
    await sandbox.setQuirks({ ksher: { channelListMax: 128 } })
    expect((await ksher.open("A2", { channel_list: every })).code).toBe(-7)
  })

  it("hides a channel whose minimum is above the amount, or refuses the order, by quirk", async () => {
    const wanted = { channel_list: "atome,card", total_fee: 1_999 }
    expect((await ksher.open("A1", wanted)).code).toBe(0)
    await sandbox.setQuirks({ ksher: { channelBelowMinimum: "refused" } })
    expect((await ksher.open("A2", wanted)).code).toBe(-7)
  })

  it.each([
    ["atome", 1_999, 2_000],
    ["kplus", 1_999, 2_000],
    ["ktc_instal", 299_999, 300_000],
  ])("holds to the minimum of %s", async (channel, tooLittle, enough) => {
    expect((await ksher.open("A1", { channel_list: channel, total_fee: tooLittle })).code).toBe(-7)
    expect((await ksher.open("A2", { channel_list: channel, total_fee: enough })).code).toBe(0)
  })

  it("asks for 5,000 baht at Krungsri from ten months on", async () => {
    const wanted = { channel_list: "kcc_instal", total_fee: 300_000 }
    const months = (each: number[]) => ({ channel_instal_times_list: JSON.stringify({ kcc_instal: each }) })
    expect((await ksher.open("A1", { ...wanted, ...months([10]) })).code).toBe(-7)
    expect((await ksher.open("A2", { ...wanted, ...months([3, 10]) })).code).toBe(0)
  })

  it.each([
    [{ channel_instal_times_list: '{"ktc_instal":[3,6,10]}' }, 0],
    [
      {
        channel_instal_times_list: '{"ktc_instal":[3]}',
        instal_fee_payer_merchant_channel_list: "ktc_instal",
      },
      0,
    ],
    [{ channel_instal_times_list: '{"kbank_instal":[3]}' }, -7],
    [{ channel_instal_times_list: '{"card":[3]}' }, -7],
    [{ channel_instal_times_list: '{"ktc_instal":["3"]}' }, -7],
    [{ channel_instal_times_list: '{"ktc_instal":[]}' }, -7],
    [{ channel_instal_times_list: "ktc_instal:3" }, -7],
    [{ instal_fee_payer_merchant_channel_list: "kbank_instal" }, -7],
    [{ member_id: "0123456789abcdef0123456789abcdef" }, 0],
    [{ member_id: "cus 1" }, -7],
    [{ member_id: "" }, -7],
  ])("the fields of its page are checked: %p", async (fields, code) => {
    const wanted = { channel_list: "card,ktc_instal", total_fee: 300_000 }
    expect((await ksher.open("A1", { ...wanted, ...fields })).code).toBe(code)
  })

  it.each([
    ["MYR", "truemoney", false],
    ["MYR", "alipay", true],
    ["THB", "alipayplus", false],
    ["JPY", "alipayplus", true],
  ])("%s by %s: %s", async (feeType, channel, taken) => {
    const answer = await ksher.open("A1", { fee_type: feeType, channel_list: channel })
    expect(answer.code).toBe(taken ? 0 : -7)
  })

  it("takes what the merchant's contract holds, and no more", async () => {
    const narrow = new KsherCaller(
      await sandbox.addKsherMerchant({ channels: ["promptpay"], feeTypes: ["THB"] }),
    )
    expect((await narrow.open("A1", { channel_list: "promptpay" })).code).toBe(0)
    expect((await narrow.open("A2", { channel_list: "truemoney" })).code).toBe(-7)
    expect((await narrow.open("A3", { channel_list: "alipay", fee_type: "MYR" })).code).toBe(-7)
  })

  it("yen have decimals or not, as the quirk says", async () => {
    const yen = { fee_type: "JPY", channel_list: "alipayplus", total_fee: 150 }
    expect((await ksher.open("A1", yen)).code).toBe(0)
    expect((await sandbox.book("A1")).minorUnits).toBe(0)
    await sandbox.setQuirks({ ksher: { jpyMinorUnits: 2 } })
    expect((await ksher.open("A2", yen)).code).toBe(-7)
    expect((await ksher.open("A3", { ...yen, total_fee: 15_000 })).code).toBe(0)
    expect((await sandbox.book("A3")).minorUnits).toBe(2)
  })

  it("a number is used once; code 1 where it is paid", async () => {
    await ksher.open("A1")
    expect((await ksher.open("A1")).code).toBe(-7)
    await sandbox.pay("A1")
    expect((await ksher.open("A1")).code).toBe(1)
    expect(await sandbox.books()).toHaveLength(1)
  })

  it("or gives the same link again for the same order, as the quirk says", async () => {
    await sandbox.setQuirks({ ksher: { repeatedOrderNo: "same_link" } })
    const first = await ksher.open("A1")
    expect((await ksher.open("A1")).data).toEqual(first.data)
    expect((await ksher.open("A1", { total_fee: 9_999 })).code).toBe(-7)
  })

  it("two merchants may use one number", async () => {
    const other = new KsherCaller(await sandbox.addKsherMerchant())
    expect((await ksher.open("A1")).code).toBe(0)
    expect((await other.open("A1")).code).toBe(0)
    await expect(sandbox.pay("A1")).rejects.toThrow(/more than one order A1/)
  })

  it("carries lang in its envelope only where the quirk says so", async () => {
    expect(await ksher.open("A1")).not.toHaveProperty("lang")
    await sandbox.setQuirks({ ksher: { langInEnvelope: true } })
    expect(await ksher.open("A2")).toHaveProperty("lang", "")
  })
})

describe("gateway_order_query", () => {
  it("follows an order through its life", async () => {
    await ksher.open("A1", { attach: "payses01" })
    expect(await ksher.query("A1")).toMatchObject({
      result: "NOTSURE",
      ksher_order_no: "",
      cash_fee: "",
      channel: "",
    })

    await sandbox.pay("A1", { channel: "card", inProgress: true })
    expect(await ksher.query("A1")).toMatchObject({ result: "USERPAYING", ksher_order_no: "", channel: "" })

    await sandbox.finish("A1")
    expect(await ksher.query("A1")).toMatchObject({
      result: "SUCCESS",
      channel: "card",
      total_fee: 10_000,
      fee_type: "THB",
      cash_fee: 10_000,
      cash_fee_type: "THB",
      rate: "1.000000",
      attach: "payses01",
    })
  })

  it.each(["REFUND", "SUCCESS"] as const)("says %s of a partly refunded order, by quirk", async (result) => {
    await sandbox.setQuirks({ ksher: { partialRefundQueriesAs: result } })
    await ksher.open("A1")
    await sandbox.pay("A1")
    await ksher.refund("A1", "R1", 1)
    expect((await ksher.query("A1")).result).toBe(result)
    await ksher.refund("A1", "R2", 9_999)
    expect((await ksher.query("A1")).result).toBe("REFUND")
  })

  it("answers an unknown number in each of three ways", async () => {
    const ask = () => ksher.call("gateway_order_query", { mch_order_no: "none" })
    expect(await ask()).toMatchObject({
      code: 0,
      data: { result: "FAIL", err_code: "KSHER_INVALID_ORDER_NO" },
    })
    await sandbox.setQuirks({ ksher: { gatewayQueryNotFound: "fail_of_16_keys" } })
    const blank = await ask()
    expect(Object.keys(blank.data as Json)).toHaveLength(16)
    expect(blank).toMatchObject({ code: 0, data: { result: "FAIL", mch_order_no: "none", total_fee: "" } })
    await sandbox.setQuirks({ ksher: { gatewayQueryNotFound: "code" } })
    expect(await ask()).toEqual({ code: -3, msg: expect.any(String), message: expect.any(String) })
  })

  it("does not know operator_id, nor the numbers of QR orders", async () => {
    await ksher.open("A1")
    await ksher.native("N1")
    const withOperator = await ksher.call("gateway_order_query", { mch_order_no: "A1", operator_id: "1" })
    expect(withOperator.code).toBe(-7)
    expect(await ksher.query("N1")).toMatchObject({ result: "FAIL" })
  })

  it("reports what was paid where it is not what was asked for", async () => {
    await ksher.open("A1")
    await sandbox.pay("A1", { amount: 9_000, currency: "MYR" })
    expect(await ksher.query("A1")).toMatchObject({ result: "SUCCESS", total_fee: 9_000, fee_type: "MYR" })
    expect(await sandbox.book("A1")).toMatchObject({ amount: 10_000, taken: 9_000, currency: "MYR" })
  })

  it("shows yuan to payers of the Chinese wallets", async () => {
    await ksher.open("A1", { channel_list: "wechat" })
    await sandbox.pay("A1")
    const data = await ksher.query("A1")
    expect(data).toMatchObject({ cash_fee: "2000", cash_fee_type: "CNY", total_fee: 10_000, fee_type: "THB" })
    expect(data.ksher_order_no).toMatch(/^700/)
  })
})

describe("cancel_order", () => {
  it("closes an unpaid link, once", async () => {
    await ksher.open("A1")
    expect((await cancel("A1")).code).toBe(0)
    expect((await ksher.query("A1")).result).toBe("CLOSED")
    expect((await cancel("A1")).code).toBe(-5)
  })

  it("answers each state in its code", async () => {
    for (const number of ["paid", "refunded", "paying", "failed"]) await ksher.open(number)
    await sandbox.pay("paid")
    await sandbox.pay("refunded")
    await ksher.refund("refunded", "R1", 10_000)
    await sandbox.pay("paying", { channel: "card", inProgress: true })
    await sandbox.fail("failed")
    await ksher.open("closed")
    await cancel("closed")
    const answers = []
    for (const number of ["none", "paid", "refunded", "closed", "paying", "failed"]) {
      const { code, msg } = await cancel(number)
      answers.push([code, msg])
    }
    expect(answers).toEqual([
      [-3, "order does not exist"],
      [-4, "order already paid"],
      [-4, "order already paid"],
      [-5, "order already cancelled"],
      [-6, "cancel failed"],
      [0, "操作成功"],
    ])
  })

  it.each(["code", "fail"] as const)(
    "answers whom it does not know in its code, whatever the quirk: %s",
    async (wrongCaller) => {
      await sandbox.setQuirks({ ksher: { wrongCaller } })
      const signed = ksher.signed({ mch_order_no: "A1" })
      expect(await ksher.send("cancel_order", { ...signed, appid: "mch99999" })).toMatchObject({
        code: -1,
        msg: "wrong merchant info",
      })
      expect(await ksher.send("cancel_order", { ...signed, sign: "00" })).toMatchObject({
        code: -2,
        msg: "merchant signature failed",
      })
      const { code } = await ksher.send("gateway_order_query", { ...signed, sign: "00" })
      expect(code).toBe(wrongCaller === "code" ? -2 : 0)
    },
  )

  it("refusals are unsigned", async () => {
    expect(Object.keys(await cancel("none")).sort()).toEqual(["code", "message", "msg"])
  })

  it("closes the link only: a saved QR still takes the money", async () => {
    await ksher.open("A1")
    await cancel("A1")
    await expect(sandbox.pay("A1")).rejects.toThrow(/saved QR/)
    await sandbox.pay("A1", { force: true })
    expect(await ksher.query("A1")).toMatchObject({ result: "SUCCESS" })
    expect(await sandbox.book("A1")).toMatchObject({ taken: 10_000, state: "paid" })
    expect((await cancel("A1")).code).toBe(-4)
  })

  it("a card payment given up can be cancelled, and paid again before that", async () => {
    await ksher.open("A1")
    await sandbox.pay("A1", { channel: "card", inProgress: true })
    await sandbox.abandon("A1")
    expect(await ksher.query("A1")).toMatchObject({ result: "NOTSURE", channel: "" })
    expect((await cancel("A1")).code).toBe(0)
  })
})

describe("time", () => {
  it("a link closes when its minutes are over, and not before", async () => {
    await ksher.open("A1", { expire_time: 15 })
    await sandbox.advance(15 * minute - 1)
    expect((await ksher.query("A1")).result).toBe("NOTSURE")
    await sandbox.advance(1)
    expect((await ksher.query("A1")).result).toBe("CLOSED")
    expect((await cancel("A1")).code).toBe(-5)
  })

  it("without minutes it closes after two hours, or never, as the quirk says", async () => {
    await ksher.open("A1")
    await sandbox.setQuirks({ ksher: { defaultExpireMinutes: null } })
    await ksher.open("A2")
    await sandbox.advance(120 * minute)
    expect((await ksher.query("A1")).result).toBe("CLOSED")
    expect((await ksher.query("A2")).result).toBe("NOTSURE")
  })

  it("a payment in progress outlives its link", async () => {
    await ksher.open("A1", { expire_time: 15 })
    await sandbox.pay("A1", { channel: "card", inProgress: true })
    await sandbox.advance(16 * minute)
    await sandbox.finish("A1")
    expect((await ksher.query("A1")).result).toBe("SUCCESS")
  })

  it("a failed payment can be tried again until the link closes", async () => {
    await ksher.open("A1", { expire_time: 15 })
    await sandbox.fail("A1")
    expect((await ksher.query("A1")).result).toBe("PAYERROR")
    await sandbox.pay("A1")
    expect((await ksher.query("A1")).result).toBe("SUCCESS")
  })
})
