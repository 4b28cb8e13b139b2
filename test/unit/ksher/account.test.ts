import { readFileSync } from "node:fs"
import path from "node:path"

import { hasChannel, infoNotices, largestPayment, methodsOf, type AccountInfo } from "../../../src/core"
import { createKsherGateway, KsherClient } from "../../../src/services/ksher"
import { json, ScriptedServer } from "../transport/scripted-server"
import { answer, gatewayOrder, KsherPeer, merchantPem, page } from "./peer"

interface Vector {
  name: string
  envelope: { code: number; sign: string; data: Record<string, unknown> }
}
const { vectors } = JSON.parse(
  readFileSync(path.join(__dirname, "../../vectors/ksher-account.json"), "utf8"),
) as { vectors: Vector[] }
const signed = vectors.find(({ name }) => name === "merchant_info")!.envelope
const changed = (changes: Record<string, unknown>) =>
  json({ ...signed, data: { ...signed.data, ...changes } })

let server: ScriptedServer
beforeAll(async () => (server = await ScriptedServer.start()))
afterEach(() => {
  server.reset()
})
afterAll(() => server.stop())

const own = () => ({ appid: "mch28811", privateKey: merchantPem, apiUrl: server.url, gatewayUrl: server.url })
const gateway = (options: object = {}) =>
  createKsherGateway({
    ...own(),
    channels: ["alipay", "promptpay"],
    notifyBaseUrl: "https://shop.example",
    returnUrl: "https://shop.example/back",
    ...options,
  }).gateway

async function infoOf(changes: Record<string, unknown> = {}): Promise<AccountInfo> {
  server.will(changed(changes))
  const read = await gateway().readAccount()
  if (read.kind !== "succeeded") throw new Error(read.kind)
  return read.value
}

describe("merchant_info", () => {
  it("is asked with the common parameters and nothing else, and keeps what is needed and nothing else", async () => {
    server.will(json(signed))
    const read = await new KsherClient(own()).merchantInfo()
    const [call] = server.calls
    expect(call!.path).toBe("/KsherPay/merchant_info")
    expect([...new URLSearchParams(call!.body).keys()].sort()).toEqual([
      "appid",
      "nonce_str",
      "sign",
      "time_stamp",
    ])
    const none = { single_order_limit: null, day_sum_limit: null }
    expect(read).toEqual({
      kind: "succeeded",
      value: {
        mch_appid: "mch28811",
        account_type: "Formal",
        allow_partial_refund: false,
        time_zone: "+07:00",
        price_fee_type: "thb",
        settlement_fee_type: "thb",
        mch_notify_url: undefined,
        country_support_channel: ["airpay", "alipay", "promptpay", "card", "linepay", "truemoney", "wechat"],
        mch_support_channel: [
          { pay_channel: "alipay", settlement_time_type: "T+1", ...none },
          { pay_channel: "linepay", settlement_time_type: "T+2", ...none },
          { pay_channel: "airpay", settlement_time_type: "T+2", ...none },
          { pay_channel: "wechat", settlement_time_type: "T+1", ...none },
        ],
      },
    })
  })

  it.each(["account_type", "business_mode", "mch_id", "mobile", "nonce_str"])(
    "another %s is not signed by Ksher",
    async (name) => {
      for (const value of ["other", undefined]) {
        server.will(changed({ [name]: value }))
        expect(await gateway().readAccount()).toMatchObject({ kind: "unknown", code: "bad_signature" })
      }
    },
  )

  it.each([
    [{ mch_appid: "mch1" }, "answer_mismatch"],
    [{ mch_support_channel: [{ pay_channel: "a b" }] }, "unreadable_answer"],
    [{ allow_partial_refund: "perhaps" }, "unreadable_answer"],
    [{ time_zone: "Bangkok" }, "unreadable_answer"],
  ])("%p is not taken", async (changes, code) => {
    server.will(changed(changes))
    expect(await gateway().readAccount()).toMatchObject({ kind: "unknown", code })
  })

  it("an account that says little: nothing is made up for it", async () => {
    const info = await infoOf({
      mch_support_channel: undefined,
      country_support_channel: undefined,
      allow_partial_refund: "",
      time_zone: "",
      price_fee_type: "",
      settlement_fee_type: "",
    })
    expect(info).toEqual({
      kind: "formal",
      channels: [],
      countryChannels: [],
      partialRefunds: null,
      timeZone: null,
      currency: null,
      settlementCurrency: null,
      notifyUrl: null,
    })
  })

  it("a registered address is kept without what stands behind its path", async () => {
    const { notifyUrl } = await infoOf({ mch_notify_url: "https://old.example/hook?token=secret#x" })
    expect(notifyUrl).toBe("https://old.example/hook")
    expect((await infoOf({ mch_notify_url: "no address" })).notifyUrl).toBeNull()
  })

  it("Ksher's times are read in the zone of the account", async () => {
    const peer = await KsherPeer.start()
    const one = peer.gateway()
    const paidAt = async () => {
      peer.will(answer(gatewayOrder({ time_end: "2021-05-27 10:18:07" })))
      const standing = await one.query(page())
      return standing.kind === "succeeded" ? standing.value.paidAt : undefined
    }
    expect(await paidAt()).toEqual(new Date("2021-05-27T03:18:07Z"))
    one.learn({ info: await infoOf({ time_zone: "+09:00" }), readAt: new Date() })
    expect(await paidAt()).toEqual(new Date("2021-05-27T01:18:07Z"))
    await peer.stop()
  })
})

describe("what an account advises", () => {
  it("a channel is lost only where Ksher says so", async () => {
    const info = await infoOf()
    expect(["alipay", "promptpay", "kplus"].map((channel) => hasChannel(info, channel))).toEqual([
      true,
      false,
      undefined,
    ])
    expect(hasChannel({ ...info, channels: [] }, "promptpay")).toBeUndefined()
  })

  it.each([
    [-1, -1, null],
    [50_000, -1, 50_000],
    [-1, 20_000, 20_000],
    [50_000, 20_000, 20_000],
    [20_000, 50_000, 20_000],
  ])("limits of %s an order and %s a day: at most %s", async (order, day, largest) => {
    const limited = [{ pay_channel: "alipay", single_order_limit: order, day_sum_limit: day }]
    const info = await infoOf({ mch_support_channel: limited })
    expect(largestPayment(info, "alipay", "thb")).toBe(largest)
    expect(largestPayment(info, "alipay", "myr")).toBeNull()
    expect(largestPayment(info, "wechat", "thb")).toBeNull()
  })

  it.each([
    [{}, "100", "alipay", { available: true, reason: null, maximum: 10_000, refunds: "whole" }],
    [{}, "100.01", "alipay", { available: false, reason: "above_limit", maximum: 10_000 }],
    [{}, "100", "promptpay2", { available: false, reason: "not_on_account", maximum: null }],
    [{ allow_partial_refund: "Y" }, "100", "alipay", { refunds: "part" }],
  ])("%p, %s by %s", async (changes, amount, channel, expected) => {
    const limited = [{ pay_channel: "alipay", single_order_limit: 10_000, day_sum_limit: -1 }]
    const account = await infoOf({ mch_support_channel: limited, ...changes })
    const offering = { providerId: "pp_ksher_th", gateway: gateway({ channels: [channel] }), account }
    const [method] = methodsOf([offering], { amount, currency: "thb", device: "phone" })
    expect(method).toMatchObject(expected)
  })

  const entry = {
    gateway: "ksher" as const,
    account: "mch28811",
    channels: ["alipay"],
    notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
    production: true,
  }

  it.each([
    [{}, {}, []],
    [{ account_type: "Formal" }, { channels: ["alipay", "promptpay"] }, ["channels_missing"]],
    [{ mch_notify_url: "https://old.example/hook" }, {}, ["notify_url_differs"]],
    [{ mch_notify_url: entry.notifyUrl }, {}, []],
  ])("%p with %p: %p", async (changes, of, codes) => {
    const notices = infoNotices(await infoOf(changes), { ...entry, ...of })
    expect(notices.map(({ code }) => code)).toEqual(codes)
  })

  it.each([
    [true, ["test_account"]],
    [false, []],
  ])("a test account, in production %s: %p", async (production, codes) => {
    const info: AccountInfo = { ...(await infoOf()), kind: "test" }
    expect(infoNotices(info, { ...entry, production }).map(({ code }) => code)).toEqual(codes)
  })
})

describe('channels: "auto"', () => {
  it.each([
    ["redirect", ["alipay", "linepay", "airpay", "wechat"]],
    ["qr", ["alipay", "linepay", "airpay", "wechat"]],
  ] as const)("in mode %s: what the account has, once it is read", async (mode, channels) => {
    const one = gateway({ channels: "auto", mode })
    expect(one.offer.channels).toEqual([])
    one.learn({ info: await infoOf(), readAt: new Date() })
    expect(one.offer.channels).toEqual(channels)
    expect(one.chooseChannel("airpay")).toEqual({ channel: "airpay" })
    expect(one.chooseChannel("promptpay")).toHaveProperty("problem")
  })

  it("a QR code is drawn of those channels only that have one", async () => {
    const one = gateway({ channels: "auto", mode: "qr" })
    const info = await infoOf({
      mch_support_channel: [{ pay_channel: "card" }, { pay_channel: "promptpay2" }],
    })
    one.learn({ info, readAt: new Date() })
    expect(one.offer.channels).toEqual(["promptpay"])
  })
})
