import { createPublicKey } from "node:crypto"
import { readFileSync } from "node:fs"
import path from "node:path"

import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { isSigned, signedText } from "../../../src/sandbox/ksher/signature"
import { HandClock, KsherCaller, ksherVerifies, linkFields, type Json } from "./support"

interface Vectors {
  publicKeyV1: string
  vectors: { name: string; canonical: string; envelope: Json & { data: Json; sign: string } }[]
}

const vectors = JSON.parse(
  readFileSync(path.join(__dirname, "../../vectors/ksher-responses.json"), "utf8"),
) as Vectors

function real(start: string): Json & { data: Json } {
  const found = vectors.vectors.find(({ name }) => name.startsWith(start))
  if (!found) throw new Error(`no vector ${start}`)
  return found.envelope
}

/** The names of a message and the kind of each of its values. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape)
  if (typeof value !== "object" || value === null) return typeof value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, shape((value as Json)[name])]))
}

describe("Ksher's signature rule", () => {
  const key = createPublicKey(vectors.publicKeyV1)

  it.each(vectors.vectors)("signs what Ksher signed: $name", ({ canonical, envelope }) => {
    expect(signedText(envelope.data)).toBe(canonical)
    expect(isSigned(envelope.data, envelope.sign, key, false)).toBe(true)
    expect(isSigned(envelope.data, envelope.sign.toUpperCase(), key, false)).toBe(true)
  })

  it.each(vectors.vectors)("refuses a changed message: $name", ({ envelope }) => {
    const first = Object.keys(envelope.data)[0] ?? ""
    expect(isSigned({ ...envelope.data, [first]: "changed" }, envelope.sign, key, false)).toBe(false)
    expect(isSigned(envelope.data, "not hex", key, true)).toBe(false)
  })
})

describe("Ksher's answers have the names and kinds of the real ones", () => {
  let sandbox: Sandbox
  let ksher: KsherCaller

  beforeEach(async () => {
    sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
    ksher = new KsherCaller(sandbox.ksher)
  })
  afterEach(() => sandbox.stop())

  it("gateway_pay", async () => {
    expect(shape(await ksher.open("A1"))).toEqual(shape(real("gateway_pay SUCCESS")))
  })

  it("gateway_order_query, unpaid", async () => {
    await ksher.open("A1")
    const answer = await ksher.call("gateway_order_query", { mch_order_no: "A1" })
    const example = real("gateway_order_query NOTSURE")
    expect(shape(answer)).toEqual(shape(example))
    const changing = ["appid", "mch_order_no", "pay_mch_order_no", "total_fee"]
    for (const [name, value] of Object.entries(example.data)) {
      if (!changing.includes(name)) expect([name, (answer.data as Json)[name]]).toEqual([name, value])
    }
  })

  it.each(["SUCCESS", "CLOSED", "PAYERROR", "REFUND"])(
    "gateway_order_query has its 16 names as %s",
    async (result) => {
      await ksher.open("A1")
      if (result === "CLOSED") await ksher.call("cancel_order", { mch_order_no: "A1" })
      if (result === "PAYERROR") await sandbox.fail("A1")
      if (result === "SUCCESS" || result === "REFUND") await sandbox.pay("A1", { channel: "truemoney" })
      if (result === "REFUND") await ksher.refund("A1", "R1", 10_000)
      const data = await ksher.query("A1")
      expect(data.result).toBe(result)
      expect(Object.keys(data).sort()).toEqual(Object.keys(real("gateway_order_query").data).sort())
    },
  )

  it("native_pay", async () => {
    const answer = await ksher.native("N1", { channel: "promptpay", total_fee: 100 })
    const example = real("native_pay SUCCESS")
    expect(shape(answer)).toEqual(shape(example))
    expect(String((answer.data as Json).code_url)).toHaveLength(String(example.data.code_url).length)
  })

  it("order_refund", async () => {
    await ksher.open("A1")
    await sandbox.pay("A1", { channel: "truemoney" })
    const { pay_mch_order_no } = await ksher.query("A1")
    const answer = await ksher.call("order_refund", {
      mch_order_no: pay_mch_order_no,
      total_fee: 10_000,
      refund_fee: 4_000,
      fee_type: "THB",
      mch_refund_no: "R1",
    })
    expect(shape(answer)).toEqual(shape(real("order_refund SUCCESS")))
  })

  it("refund_query", async () => {
    await ksher.open("A1")
    await sandbox.pay("A1", { channel: "truemoney" })
    await ksher.refund("A1", "R1", 4_000)
    const { pay_mch_order_no } = await ksher.query("A1")
    const answer = await ksher.call("refund_query", { mch_order_no: pay_mch_order_no })
    expect(shape(answer)).toEqual(shape(real("refund_query SUCCESS")))
    expect(ksherVerifies(answer, sandbox.ksher.publicKeys[0] ?? "")).toBe(true)
  })

  it("a refusal of the merchant API", async () => {
    const answer = await ksher.call("order_close", { channel: "airpay", mch_order_no: "test33" })
    const example = real("order_close FAIL")
    expect(shape(answer)).toEqual(shape(example))
    expect(answer.data).toEqual({ ...example.data, nonce_str: "7a57e84495bfe7ab" })
  })

  it("a payment in process", async () => {
    await sandbox.setQuirks({ ksher: { unpaidOrderQuery: "short" } })
    await ksher.native("N1")
    const answer = await ksher.call("order_query", { mch_order_no: "N1" })
    const example = real("quick_pay NOTSURE")
    expect(shape(answer)).toEqual(shape(example))
    expect((answer.data as Json).err_code).toBe(example.data.err_code)
  })

  it("quick_pay: paid at once, or waiting for the payer, as the one real message shows it", async () => {
    const fields = { total_fee: "35050", fee_type: "THB", channel: "truemoney" }
    const paid = await ksher.call("quick_pay", { ...fields, mch_order_no: "Q1", auth_code: "281" })
    expect(paid.data).toMatchObject({ result: "SUCCESS", operation: "QUICK-PAY", total_fee: 35050 })
    expect((await sandbox.book("Q1")).taken).toBe(35050)
    const waiting = await ksher.call("quick_pay", { ...fields, mch_order_no: "Q2", auth_code: "280" })
    const example = real("quick_pay NOTSURE")
    expect(shape(waiting)).toEqual(shape(example))
    expect((waiting.data as Json).err_code).toBe(example.data.err_code)
    expect(ksherVerifies(waiting, sandbox.ksher.publicKeys[0] ?? "")).toBe(true)
    await sandbox.finish("Q2")
    expect((await sandbox.book("Q2")).taken).toBe(35050)
  })

  it("merchant_info: five of its fields are signed, and no other", async () => {
    const answer = await ksher.call("merchant_info", {})
    const data = answer.data as Json
    expect(data).toMatchObject({ account_type: "Test", allow_partial_refund: "Y", time_zone: "+07:00" })
    const { account_type, business_mode, mch_id, mobile, nonce_str } = data
    const signed = { ...answer, data: { account_type, business_mode, mch_id, mobile, nonce_str } }
    const key = sandbox.ksher.publicKeys[0] ?? ""
    expect([ksherVerifies(signed as Json, key), ksherVerifies(answer, key)]).toEqual([true, false])
  })

  it("a cancelled link: a string for data, and no sign", async () => {
    await ksher.open("A1")
    expect(await ksher.call("cancel_order", { mch_order_no: "A1" })).toEqual({
      code: 0,
      msg: "操作成功",
      data: "取消成功",
      message: "操作成功",
    })
  })

  it("the key of the version that the header asks for signs the answer", async () => {
    const [v1 = "", v2 = ""] = sandbox.ksher.publicKeys
    expect(createPublicKey(v1).asymmetricKeyDetails?.modulusLength).toBeLessThan(2048)
    expect(createPublicKey(v2).asymmetricKeyDetails?.modulusLength).toBe(2048)
    const old = await ksher.call("gateway_pay", linkFields("A1"))
    const newer = await ksher.call("gateway_pay", linkFields("A2"), { "ksher-sign-version": "V2" })
    expect([ksherVerifies(old, v1), ksherVerifies(old, v2)]).toEqual([true, false])
    expect([ksherVerifies(newer, v1), ksherVerifies(newer, v2)]).toEqual([false, true])
  })

  it("writes Chinese as escapes", async () => {
    await ksher.open("A1")
    const response = await ksher.post("gateway_order_query", ksher.signed({ mch_order_no: "A1" }))
    expect(await response.text()).toContain('"msg":"\\u64cd\\u4f5c\\u6210\\u529f"')
  })

  it("tells the time without a zone in +07:00, and the time stamp in +08:00", async () => {
    await ksher.open("A1")
    await sandbox.pay("A1", { channel: "truemoney" })
    const { pay_mch_order_no, ksher_order_no, time_end } = await ksher.query("A1")
    expect(time_end).toBe("2026-03-30 10:00:00")
    expect(ksher_order_no).toMatch(/^(700|900)20260330110000\d{6}$/)
    expect(pay_mch_order_no).toMatch(/^2603301000\d{6}$/)
    const answer = await ksher.call("order_query", { mch_order_no: pay_mch_order_no })
    expect(answer.time_stamp).toMatch(/^2026-03-30T11:00:00\.000\d{3}\+08:00$/)
  })
})
