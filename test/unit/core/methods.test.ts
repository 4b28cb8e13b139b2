import { methodsOf, wayOf, type AskingDevice, type Names, type Offering } from "../../../src/core"
import { createGneteGateway } from "../../../src/services/gnete"
import { createKsherGateway } from "../../../src/services/ksher"
import { channels as ksherChannels } from "../../../src/sandbox/ksher/channels"
import { merchantPem } from "../ksher/peer"

const shared = { notifyBaseUrl: "https://shop.example", returnUrl: "https://shop.example/back" }

const ksher = (channels: string[], options: object = {}): Offering => ({
  providerId: "pp_ksher_th",
  gateway: createKsherGateway({ ...shared, appid: "mch35005", privateKey: merchantPem, channels, ...options })
    .gateway,
})

const gnete = (wayCodes: string[]): Offering => ({
  providerId: "pp_gnete_hk",
  gateway: createGneteGateway({ ...shared, mchNo: "M1", appId: "a1", appSecret: "s".repeat(128), wayCodes })
    .gateway,
})

const listed = (offering: Offering, device: AskingDevice, amount = "100", currency = "thb") =>
  methodsOf([offering], { amount, currency, device })

const codes = (...asked: Parameters<typeof listed>) => listed(...asked).map(({ channel }) => channel)

describe("the names", () => {
  const languages: (keyof Names)[] = ["en", "th", "zh-CN", "zh-TW"]
  const wayCodes = ["UP_OP", "UP_QR", "YSF_QR", "ALI_H5", "ALI_QR", "WX_H5", "WX_QR"]

  it.each([...ksherChannels.keys(), ...wayCodes])(
    "%s has one in every language, and not its code",
    (code) => {
      const { name } = wayOf(code)
      expect(Object.keys(name).sort()).toEqual([...languages].sort())
      for (const language of languages) {
        expect(name[language].trim()).not.toBe("")
        expect(name[language]).not.toContain("_")
      }
    },
  )

  it.each([
    ["promptpay2", "PromptPay", "qr"],
    ["new_instal", "new_instal", "instalments"],
    ["FPS_QR", "FPS_QR", "qr"],
    ["constructor", "constructor", "wallet"],
  ])("%s, which is in no table, is called %s", (code, name, kind) => {
    expect(wayOf(code)).toMatchObject({ name: { en: name }, kind })
  })
})

describe("instalments", () => {
  const instalments = { kcc_instal: { months: [3, 10], interest: "shop" }, kfc_instal: { months: [10] } }
  const offering = ksher(["card", "kcc_instal", "kfc_instal", "ktc_instal"], { instalments })
  const of = (amount: string) =>
    Object.fromEntries(
      listed(offering, "phone", amount).map(({ channel, instalments }) => [channel, instalments]),
    )

  it("are named with their months for the amount, and with who pays the interest", () => {
    expect(of("5000")).toEqual({
      card: null,
      kcc_instal: { months: [3, 10], interest: "shop" },
      kfc_instal: { months: [10], interest: "shopper" },
      ktc_instal: { months: null, interest: null },
    })
    expect(of("4999.99").kcc_instal).toEqual({ months: [3], interest: "shop" })
  })

  it("of ten months and more at Krungsri alone are not available below 5,000 baht", () => {
    const long = ksher(["kcc_instal"], { instalments: { kcc_instal: { months: [10] } } })
    const at = (amount: string) => listed(long, "phone", amount)[0]
    expect(at("4999.99")).toMatchObject({ available: false, reason: "below_minimum", minimum: 500_000 })
    expect(at("5000")).toMatchObject({ available: true, minimum: 500_000 })
  })
})

describe("what is available, and why not", () => {
  it.each([
    ["promptpay", "0.99", "thb", "desktop", "below_minimum"],
    ["promptpay", "1", "thb", "desktop", null],
    ["promptpay", "100", "myr", "desktop", "other_currency"],
    ["alipay", "100", "myr", "desktop", null],
    ["alipay", "100", "hkd", "desktop", "other_currency"],
    ["alipay", "100", "jpy", "desktop", "other_currency"],
    ["kplus", "100", "thb", "desktop", "phone_only"],
    ["kplus", "100", "thb", "phone", null],
    ["kplus", "19.99", "thb", "desktop", "below_minimum"],
    ["ktc_instal", "2999.99", "thb", "phone", "below_minimum"],
    ["ktc_instal", "3000", "thb", "phone", null],
  ] as const)("%s for %s %s on a %s: %s", (channel, amount, currency, device, reason) => {
    const [method] = listed(ksher([channel]), device, amount, currency)
    expect(method).toMatchObject({ channel, reason, available: reason === null })
  })

  it("minimums are in the currency asked about, and nothing is said of one that is not taken", () => {
    expect(listed(ksher(["atome"]), "phone")[0]).toMatchObject({ minimum: 2000, digits: 2, maximum: null })
    expect(listed(ksher(["atome"]), "phone", "1", "myr")[0]).toMatchObject({ minimum: 1 })
    expect(listed(ksher(["atome"]), "phone", "1", "usd")[0]).toMatchObject({ minimum: null })
  })

  it.each([
    ["promptpay", "none"],
    ["truemoney", "part"],
    ["kplus", "none"],
  ])("%s returns %s", (channel, refunds) => {
    expect(listed(ksher([channel]), "phone")[0]).toMatchObject({ refunds })
  })
})

describe("the order", () => {
  const all = ["card", "atome", "kplus", "promptpay", "truemoney", "ktc_instal"]

  it("a phone: apps first", () => {
    expect(codes(ksher(all), "phone", "5000")).toEqual([
      "kplus",
      "truemoney",
      "card",
      "promptpay",
      "atome",
      "ktc_instal",
    ])
  })

  it("a desktop: codes first, and what works on phones only at the end", () => {
    expect(codes(ksher(all), "desktop", "5000")).toEqual([
      "promptpay",
      "truemoney",
      "card",
      "atome",
      "ktc_instal",
      "kplus",
    ])
  })

  it("what cannot be chosen comes after what can", () => {
    expect(codes(ksher(["atome", "truemoney", "airpay"]), "phone", "5")).toEqual([
      "truemoney",
      "airpay",
      "atome",
    ])
  })

  it("entries keep their own order within a place", () => {
    const first = { ...ksher(["truemoney"]), providerId: "pp_ksher_a" }
    const second = { ...ksher(["airpay"]), providerId: "pp_ksher_b" }
    const ids = methodsOf([first, second], { amount: "10", currency: "thb", device: "phone" })
    expect(ids.map(({ providerId }) => providerId)).toEqual(["pp_ksher_a", "pp_ksher_b"])
  })
})

describe("pairs of Gnete", () => {
  const inHk = (wayCodes: string[], device: AskingDevice) =>
    listed(gnete(wayCodes), device, "100", "hkd").map(({ channel, available, device: works }) => ({
      channel,
      available,
      works,
    }))
  const either = (channel: string) => [{ channel, available: true, works: "any" }]

  it.each([
    [["ALI_H5", "ALI_QR"], "ALI_H5", "ALI_QR"],
    [["ALI_QR", "ALI_H5"], "ALI_H5", "ALI_QR"],
    [["WX_H5", "WX_QR"], "WX_H5", "WX_QR"],
    [["ALI_WAP", "ALI_PC"], "ALI_WAP", "ALI_PC"],
  ])("%s are one method", (wayCodes, onPhone, onDesktop) => {
    expect(inHk(wayCodes, "phone")).toEqual(either(onPhone))
    expect(inHk(wayCodes, "desktop")).toEqual(either(onDesktop))
  })

  it("half a pair is a method of its own", () => {
    expect(inHk(["ALI_H5", "WX_QR"], "desktop")).toEqual([
      { channel: "WX_QR", available: true, works: "desktop" },
      { channel: "ALI_H5", available: false, works: "phone" },
    ])
    expect(inHk(["ALI_H5", "WX_QR"], "phone").map(({ channel }) => channel)).toEqual(["ALI_H5", "WX_QR"])
  })

  it("halves of different wallets are no pair", () => {
    expect(inHk(["ALI_H5", "ALI_QR", "WX_QR", "UP_OP"], "phone").map(({ channel }) => channel)).toEqual([
      "ALI_H5",
      "UP_OP",
      "WX_QR",
    ])
  })
})
