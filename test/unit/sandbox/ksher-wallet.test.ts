import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { HandClock, KsherCaller, type Json } from "./support"

const minute = 60_000

let sandbox: Sandbox
let ksher: KsherCaller

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  ksher = new KsherCaller(sandbox.ksher)
})
afterEach(() => sandbox.stop())

const close = (number: string, channel = "airpay") =>
  ksher.data("order_close", { mch_order_no: number, channel })

async function paidLink(number: string, channel = "truemoney", fields: Json = {}): Promise<Json> {
  await ksher.open(number, { channel_list: channel, ...fields })
  await sandbox.pay(number, { channel })
  return ksher.query(number)
}

describe("native_pay and order_query", () => {
  it("shows a QR that is a picture of its text", async () => {
    const { data } = (await ksher.native("N1")) as { data: Json }
    expect(data).toMatchObject({ result: "SUCCESS", mch_order_no: "N1", nonce_str: "7a57e84495bfe7ab" })
    expect(data.code_url).toBe(`${(await sandbox.book("N1")).payUrl}/saved`)
    const png = Buffer.from(String(data.imgdat).replace("data:image/png;base64,", ""), "base64")
    expect(png.subarray(1, 4).toString()).toBe("PNG")
  })

  it("refuses, signed, what it cannot open", async () => {
    const open = async (fields: Json) =>
      (await ksher.data("native_pay", { ...nativeFields, ...fields })).err_code
    expect(await open({ channel: "card" })).toBe("KSHER_INVALID_PARAM")
    expect(await open({ channel: "" })).toBe("KSHER_INVALID_PARAM")
    expect(await open({ channel: "promptpay", total_fee: 99 })).toBe("KSHER_INVALID_PARAM")
    await ksher.native("N1")
    expect(await open({})).toBe("KSHER_ORDER_EXISTS")
    await sandbox.pay("N1")
    expect(await open({})).toBe("KSHER_ORDER_PAID")
  })

  it("is queried by any of its numbers", async () => {
    await ksher.native("N1", { attach: "payses01", device_id: "till" })
    await sandbox.pay("N1")
    const { gatewayOrderNo } = await sandbox.book("N1")
    const data = await ksher.data("order_query", { mch_order_no: "N1" })
    expect(data).toMatchObject({
      result: "SUCCESS",
      attach: "payses01",
      device_id: "till",
      operation: "ORDER-QUERY",
      ksher_order_no: gatewayOrderNo,
      total_fee: 10_000,
    })
    for (const name of ["ksher_order_no", "channel_order_no"]) {
      expect(await ksher.data("order_query", { [name]: data[name] })).toEqual(data)
    }
    const mixed = await ksher.data("order_query", { mch_order_no: "N1", ksher_order_no: "900" })
    expect(mixed.err_code).toBe("KSHER_INVALID_ORDER_NO")
  })

  it("a right ksher_order_no wins over other numbers, or all must agree, by quirk", async () => {
    await ksher.native("N1")
    await ksher.native("N2")
    const { gatewayOrderNo: ksher_order_no } = await sandbox.book("N1")
    const ask = () =>
      ksher.data("order_query", { ksher_order_no, mch_order_no: "N2", channel_order_no: "airpay" })
    expect(await ask()).toMatchObject({ mch_order_no: "N1" })
    await sandbox.setQuirks({ ksher: { disagreeingNumbers: "refused" } })
    expect((await ask()).err_code).toBe("KSHER_INVALID_ORDER_NO")
  })

  it("answers order_query as the one real answer does", async () => {
    await ksher.native("N1")
    await sandbox.pay("N1")
    const data = await ksher.data("order_query", { mch_order_no: "N1" })
    expect(data).toMatchObject({
      operation: "ORDER-QUERY",
      consumer_remark: "",
      merchant_remark: "",
      raw_total_fee: 10_000,
      cash_fee: 10_000,
      rate: "1.000000",
    })
  })

  it("numbers by the merchant, whatever the channel, and names its stall so", async () => {
    const made = await Promise.all(
      ["airpay", "alipay", "wechat", "promptpay"].map((channel) => ksher.native(channel, { channel })),
    )
    const numbers = made.map(({ data }) => data as Json)
    const prefix = String(numbers[0]?.ksher_order_no).slice(0, 3)
    for (const { ksher_order_no, stalls_name } of numbers) {
      expect(String(ksher_order_no)).toMatch(new RegExp(`^${prefix}2026`))
      expect(stalls_name).toBe(prefix + sandbox.ksher.appid.replace("mch", ""))
    }
    const { data } = (await ksher
      .open("A1")
      .then(() => ksher.call("gateway_order_query", { mch_order_no: "A1" }))) as {
      data: Json
    }
    expect(data.pay_mch_order_no).toMatch(/^\d{16}$/)
  })

  it("makes a PromptPay code that can be paid once", async () => {
    const { data } = (await ksher.native("N1", { channel: "promptpay" })) as { data: Json }
    expect(data.code_url).toMatch(/^000201010212/)
  })

  it("a card's own number is longer than its page says", async () => {
    const { channel_order_no } = await paidLink("A1", "card")
    expect(String(channel_order_no).length).toBe(45)
    expect(await ksher.data("order_query", { channel_order_no })).toMatchObject({ result: "SUCCESS" })
  })

  it.each(["promptpay", "promptpay2"] as const)(
    "calls a payment by PromptPay %s, by quirk",
    async (promptPayNamed) => {
      await sandbox.setQuirks({ ksher: { promptPayNamed } })
      expect(await paidLink("A1", "promptpay", { channel_list: "promptpay" })).toMatchObject({
        channel: promptPayNamed,
      })
    },
  )

  it.each([
    ["ignored", 120],
    ["minutes", 5],
    ["seconds", 5 / 60],
  ] as const)("takes the lifetime of a QR as %s, by quirk", async (nativeExpireTime, minutes) => {
    await sandbox.setQuirks({ ksher: { nativeExpireTime } })
    await ksher.native("P1", { channel: "promptpay", expire_time: 5 })
    const { data } = (await ksher.native("T1", { channel: "truemoney", tmn_expire_time: 5 })) as {
      data: Json
    }
    expect(data.tmn_expire_time).toBe(5)
    for (const number of ["P1", "T1"]) {
      const { createdAt, expiresAt } = await sandbox.book(number)
      expect((expiresAt ?? 0) - createdAt).toBe(minutes * minute)
    }
  })

  it("goes on calling a QR PENDING whose time is over, by quirk, until it is closed", async () => {
    await sandbox.setQuirks({ ksher: { lapsedNativeQueriesAs: "PENDING" } })
    await ksher.native("N1")
    await sandbox.advance(120 * minute)
    const ask = () => ksher.data("order_query", { mch_order_no: "N1" })
    expect(await ask()).toMatchObject({ result: "PENDING", err_msg: expect.any(String) })
    await close("N1")
    expect(await ask()).toMatchObject({ result: "CLOSED" })
  })

  it("a link is known by its wallet order, once the payer has chosen a channel", async () => {
    await ksher.open("A1")
    const { pay_mch_order_no: inner } = await ksher.query("A1")
    const ask = async (number: unknown) => ksher.data("order_query", { mch_order_no: number })
    expect(await ask(inner)).toMatchObject({ result: "FAIL", err_code: "KSHER_INVALID_ORDER_NO" })
    await sandbox.pay("A1")
    expect(await ask(inner)).toMatchObject({ result: "SUCCESS", mch_order_no: inner })
    expect(await ask("A1")).toMatchObject({ result: "FAIL", err_code: "KSHER_INVALID_ORDER_NO" })
  })

  it.each(["NOTSURE", "NOTPAY", "USERPAYING", "PENDING"] as const)(
    "says %s while unpaid, by quirk",
    async (result) => {
      await sandbox.setQuirks({ ksher: { unpaidNativeQueriesAs: result } })
      await ksher.native("N1")
      expect(await ksher.data("order_query", { mch_order_no: "N1" })).toMatchObject({ result })
    },
  )

  it("closes by itself, or never, as the quirk says", async () => {
    await ksher.native("N1")
    await sandbox.setQuirks({ ksher: { nativeExpireMinutes: null } })
    await ksher.native("N2")
    await sandbox.advance(120 * minute)
    expect(await ksher.data("order_query", { mch_order_no: "N1" })).toMatchObject({ result: "CLOSED" })
    expect(await ksher.data("order_query", { mch_order_no: "N2" })).toMatchObject({ result: "NOTSURE" })
  })

  it("does not know operator_id", async () => {
    await ksher.native("N1")
    const data = await ksher.data("order_query", { mch_order_no: "N1", operator_id: "1" })
    expect(data.err_code).toBe("KSHER_INVALID_PARAM")
  })
})

const nativeFields = { mch_order_no: "N1", total_fee: 10_000, fee_type: "THB", channel: "airpay" }

describe("order_close", () => {
  it("closes an unpaid QR", async () => {
    await ksher.native("N1")
    expect(await close("N1")).toEqual({
      appid: sandbox.ksher.appid,
      mch_order_no: "N1",
      nonce_str: "7a57e84495bfe7ab",
      result: "SUCCESS",
    })
    expect(await ksher.data("order_query", { mch_order_no: "N1" })).toMatchObject({ result: "CLOSED" })
  })

  it("without a channel is refused, or taken, by quirk", async () => {
    await ksher.native("N1")
    const ask = () => ksher.data("order_close", { mch_order_no: "N1" })
    expect((await ask()).err_code).toBe("KSHER_INVALID_PARAM")
    await sandbox.setQuirks({ ksher: { closeWithoutChannel: "taken" } })
    expect((await ask()).result).toBe("SUCCESS")
  })

  it.each(["success", "error"] as const)("a second time: %s, by quirk", async (answer) => {
    await sandbox.setQuirks({ ksher: { repeatedClose: answer } })
    await ksher.native("N1")
    await close("N1")
    expect((await close("N1")).result).toBe(answer === "success" ? "SUCCESS" : "FAIL")
  })

  it.each(["promptpay", "truemoney", "linepay", "alipayplus"])(
    "does not take %s in Thailand",
    async (channel) => {
      await ksher.native("N1", { channel, total_fee: 10_000 })
      expect(await close("N1", channel)).toMatchObject({ err_code: "KSHER_CHANNEL_NOT_SUPPORTED" })
    },
  )

  it("takes Alipay+ in Japan", async () => {
    await ksher.native("N1", { channel: "alipayplus", fee_type: "JPY" })
    expect((await close("N1", "alipayplus")).result).toBe("SUCCESS")
  })

  it("needs the order's own channel", async () => {
    await ksher.native("N1")
    expect(await close("N1", "wechat")).toMatchObject({ err_code: "KSHER_CHANNEL_NOT_SUPPORTED" })
    expect(await close("N1", "")).toMatchObject({ err_code: "KSHER_INVALID_PARAM" })
  })

  it("refuses what is paid or being paid", async () => {
    await ksher.native("N1")
    await ksher.native("N2")
    await sandbox.pay("N1")
    await sandbox.pay("N2", { inProgress: true })
    expect(await close("N1")).toMatchObject({ result: "FAIL", err_code: "KSHER_ORDER_PAID" })
    expect(await close("N2")).toMatchObject({ result: "FAIL", err_code: "PAYMENT_IN_PROCESS" })
  })

  it("a QR paid after it was closed is paid", async () => {
    await ksher.native("N1")
    await close("N1")
    await sandbox.pay("N1", { force: true })
    expect(await ksher.data("order_query", { mch_order_no: "N1" })).toMatchObject({ result: "SUCCESS" })
  })

  it("reaches the QR of a cancelled link only where the quirk says so", async () => {
    await ksher.open("A1", { channel_list: "airpay" })
    const { pay_mch_order_no: inner } = await ksher.query("A1")
    await fetch(`${(await sandbox.book("A1")).payUrl}/save`, { method: "POST" })
    await ksher.call("cancel_order", { mch_order_no: "A1" })
    expect(await close(String(inner))).toMatchObject({ err_code: "KSHER_INVALID_ORDER_NO" })
    await sandbox.setQuirks({ ksher: { closeReachesGatewayOrder: true } })
    expect((await close(String(inner))).result).toBe("SUCCESS")
    await expect(sandbox.pay("A1", { force: true })).rejects.toThrow(/QR of order A1 was closed/)
  })
})

describe("order_refund", () => {
  it("gives back, in parts, to exactly nothing left", async () => {
    await paidLink("A1")
    expect(await ksher.refund("A1", "R1", 4_000, { attach: "because" })).toMatchObject({
      result: "SUCCESS",
      mch_refund_no: "R1",
      refund_fee: 4_000,
      cash_refund_fee: 4_000,
      total_fee: 10_000,
      attach: "because",
      refund_time: "2026-03-30 10:00:00",
    })
    expect(await ksher.refund("A1", "R2", 6_001)).toMatchObject({ err_code: "KSHER_REFUND_FEE_EXCEEDED" })
    expect((await ksher.refund("A1", "R3", 6_000)).result).toBe("SUCCESS")
    expect(await ksher.refund("A1", "R4", 1)).toMatchObject({ err_code: "KSHER_REFUND_FEE_EXCEEDED" })
    expect(await sandbox.book("A1")).toMatchObject({ taken: 10_000, returned: 10_000, state: "refunded" })
  })

  it("knows a link by pay_mch_order_no, never by the merchant's own number", async () => {
    await paidLink("A1")
    const own = { mch_order_no: "A1", ksher_order_no: "" }
    expect(await ksher.refund("A1", "R1", 100, own)).toMatchObject({
      result: "FAIL",
      err_code: "KSHER_INVALID_ORDER_NO",
      err_msg: "failed to find this order no ('mch_order_no:A1,ksher_order_no:,channel_order_no:',).",
    })
    expect((await sandbox.book("A1")).returned).toBe(0)
  })

  it("knows a QR by the merchant's own number", async () => {
    await ksher.native("N1")
    await sandbox.pay("N1")
    const fields = { mch_order_no: "N1", total_fee: 10_000, refund_fee: 10_000, fee_type: "THB" }
    expect((await ksher.data("order_refund", { ...fields, mch_refund_no: "R1" })).result).toBe("SUCCESS")
  })

  it("a card refund must name ksher_order_no", async () => {
    await paidLink("A1", "card")
    const without = await ksher.refund("A1", "R1", 100, { ksher_order_no: "" })
    expect(without).toMatchObject({ result: "FAIL", err_code: "KSHER_INVALID_PARAM" })
    expect((await ksher.refund("A1", "R1", 100)).result).toBe("SUCCESS")
  })

  it.each(["promptpay", "scb_easy", "bbl_deeplink", "baybank_deeplink", "kplus"])(
    "%s cannot refund",
    async (channel) => {
      await paidLink("A1", channel)
      expect(await ksher.refund("A1", "R1", 100)).toMatchObject({ err_code: "KSHER_CHANNEL_NOT_SUPPORTED" })
    },
  )

  it.each([
    ["total_fee", 9_999],
    ["fee_type", "MYR"],
    ["channel", "wechat"],
    ["refund_fee", 0],
    ["refund_fee", "1.5"],
    ["mch_refund_no", ""],
    ["mch_refund_no", "1".repeat(33)],
  ])("refuses %s=%j", async (name, value) => {
    await paidLink("A1")
    expect((await ksher.refund("A1", "R1", 100, { [name]: value })).result).toBe("FAIL")
    expect((await sandbox.book("A1")).refunds).toEqual([])
  })

  it("refuses what is not paid", async () => {
    await ksher.native("N1")
    const fields = {
      mch_order_no: "N1",
      total_fee: 10_000,
      refund_fee: 1,
      fee_type: "THB",
      mch_refund_no: "R1",
    }
    expect(await ksher.data("order_refund", fields)).toMatchObject({ err_code: "KSHER_ORDER_NOT_PAID" })
  })

  it("refuses parts where the merchant may not", async () => {
    const whole = new KsherCaller(await sandbox.addKsherMerchant({ allowPartialRefund: false }))
    await whole.open("B1")
    await sandbox.pay("B1")
    expect((await whole.refund("B1", "R1", 100)).result).toBe("FAIL")
    expect((await whole.refund("B1", "R2", 10_000)).result).toBe("SUCCESS")
  })

  describe("a number is one refund for ever", () => {
    it.each(["same_success", "error"] as const)(
      "repeated: %s, by quirk; the money moves once",
      async (quirk) => {
        await sandbox.setQuirks({ ksher: { repeatedRefund: quirk } })
        await paidLink("A1")
        const first = await ksher.refund("A1", "R1", 10_000)
        const again = await ksher.refund("A1", "R1", 10_000)
        if (quirk === "same_success") expect(again).toEqual(first)
        else expect(again).toMatchObject({ result: "FAIL", err_code: "KSHER_REFUND_NO_USED" })
        expect((await sandbox.book("A1")).returned).toBe(10_000)
      },
    )

    it("another amount or another order under it is refused", async () => {
      await paidLink("A1")
      await paidLink("A2")
      await ksher.refund("A1", "R1", 100)
      expect(await ksher.refund("A1", "R1", 200)).toMatchObject({ err_code: "KSHER_REFUND_NO_USED" })
      expect(await ksher.refund("A2", "R1", 100)).toMatchObject({ err_code: "KSHER_REFUND_NO_USED" })
    })

    it("a system error leaves the number free: the same one goes through later", async () => {
      await paidLink("A1")
      await sandbox.nextRefund({ gateway: "ksher", outcome: "fail" })
      expect(await ksher.refund("A1", "R1", 100)).toEqual({
        err_code: "KSHER_SYSTEMERROR",
        err_msg: "ksher system error. please retry.",
        nonce_str: "7a57e84495bfe7ab",
        result: "FAIL",
      })
      expect((await ksher.refund("A1", "R1", 100)).result).toBe("SUCCESS")
    })

    it("an empty balance today is no failure tomorrow", async () => {
      await paidLink("A1")
      await sandbox.nextRefund({ gateway: "ksher", outcome: "insufficient_balance", times: 2 })
      const results = []
      for (const number of ["R1", "R2", "R3"]) results.push((await ksher.refund("A1", number, 100)).result)
      expect(results).toEqual(["FAIL", "FAIL", "SUCCESS"])
    })
  })

  describe("NOTSURE", () => {
    beforeEach(async () => {
      await paidLink("A1")
      await sandbox.nextRefund({ gateway: "ksher", outcome: "in_progress" })
      expect((await ksher.refund("A1", "R1", 6_000)).result).toBe("NOTSURE")
    })

    const state = async () => ((await ksher.refunds("A1")).refund_orders as Json[])[0]?.refund_state

    it("holds the money until it is done", async () => {
      expect((await sandbox.book("A1")).returned).toBe(0)
      expect((await ksher.refund("A1", "R1", 6_000)).result).toBe("NOTSURE")
      expect(await ksher.refund("A1", "R2", 6_000)).toMatchObject({ err_code: "KSHER_REFUND_FEE_EXCEEDED" })
    })

    it("is done by itself after a minute", async () => {
      expect(await state()).toBe("REFUNDPROCESSING")
      await sandbox.advance(minute)
      expect(await state()).toBe("REFUNDSUCCESS")
      expect((await sandbox.book("A1")).returned).toBe(6_000)
      expect((await ksher.refund("A1", "R1", 6_000)).result).toBe("SUCCESS")
    })

    it("waits for settleRefund where the quirk says so", async () => {
      await sandbox.setQuirks({ ksher: { refundSettlesAfterMs: null, pendingRefundState: "REFUNDING" } })
      await sandbox.advance(100 * minute)
      expect(await state()).toBe("REFUNDING")
      await sandbox.settleRefund("R1", "success")
      expect(await state()).toBe("REFUNDSUCCESS")
      await expect(sandbox.settleRefund("R1", "fail")).rejects.toThrow(/success already/)
    })

    it("can fail in the end, which frees the money and not the number", async () => {
      await sandbox.settleRefund("R1", "fail")
      expect(await state()).toBe("REFUNDFAIL")
      expect(await ksher.refund("A1", "R1", 6_000)).toMatchObject({ err_code: "KSHER_REFUND_NO_USED" })
      expect((await ksher.refund("A1", "R2", 10_000)).result).toBe("SUCCESS")
    })
  })
})

describe("refund_query", () => {
  it("lists all refunds of the order, or the one asked for, by quirk", async () => {
    await paidLink("A1")
    await ksher.refund("A1", "R1", 100)
    await ksher.refund("A1", "R2", 200)
    const { pay_mch_order_no } = await ksher.query("A1")
    const ask = async (refundNo: string) =>
      (await ksher.data("refund_query", { mch_order_no: pay_mch_order_no, mch_refund_no: refundNo })) as {
        refund_orders?: Json[]
        refund_count?: string
      }
    expect((await ask("R2")).refund_orders?.map((each) => each.mch_refund_no)).toEqual(["R1", "R2"])
    await sandbox.setQuirks({ ksher: { refundQueryLists: "asked" } })
    expect((await ask("R2")).refund_orders?.map((each) => each.mch_refund_fee)).toEqual([200])
    expect(await ask("R3")).toMatchObject({ result: "FAIL" })
  })

  it("with nothing to list fails, or lists nothing, by quirk", async () => {
    await paidLink("A1")
    expect(await ksher.refunds("A1")).toMatchObject({ result: "FAIL" })
    await sandbox.setQuirks({ ksher: { unknownRefund: "empty_list" } })
    expect(await ksher.refunds("A1")).toMatchObject({
      result: "SUCCESS",
      refund_count: "0",
      refund_orders: [],
    })
  })

  it.each(["alipay", "promptpay"])("does not take %s", async (channel) => {
    await paidLink("A1", channel)
    expect(await ksher.refunds("A1")).toMatchObject({ err_code: "KSHER_CHANNEL_NOT_SUPPORTED" })
  })

  it("shows what an operator refunded, under a number of Ksher's", async () => {
    await paidLink("A1")
    await sandbox.refundInConsole("A1", 3_000)
    const [only] = (await ksher.refunds("A1")).refund_orders as Json[]
    expect(only).toMatchObject({ mch_refund_fee: 3_000, refund_state: "REFUNDSUCCESS" })
    expect(only?.mch_refund_no).toBe(only?.ksher_refund_no)
    await expect(sandbox.refundInConsole("A1", 7_001)).rejects.toThrow(/Only 7000/)
  })
})

it("an operator closes an unpaid link, and no paid one", async () => {
  await ksher.open("A1")
  await sandbox.cancelInConsole("A1")
  expect((await ksher.query("A1")).result).toBe("CLOSED")
  await paidLink("A2")
  await expect(sandbox.cancelInConsole("A2")).rejects.toThrow(/paid already/)
})
