import { generateKeyPairSync } from "node:crypto"
import {
  createKsherGateway,
  notifyUrl,
  OptionsError,
  readKsherOptions,
  type KsherOptionsInput,
} from "../../../src/services/ksher"
import { cleanProductName } from "../../../src/services/ksher/text"
import { ksherPem, merchantPem } from "./peer"

const good: KsherOptionsInput = {
  appid: "mch35000",
  privateKey: merchantPem,
  channels: ["promptpay", "truemoney"],
  notifyBaseUrl: "https://shop.example",
  returnUrl: "https://shop.example/paid?session={session_id}",
}
const read = (changes: Record<string, unknown> = {}) => readKsherOptions({ ...good, ...changes })
const sentence = (changes: Record<string, unknown>): string => {
  try {
    read(changes)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return (error as Error).message
  }
  throw new Error("these options were accepted")
}

it("what is not given has the documented default", () => {
  const { privateKey, publicKeys, ...rest } = read()
  expect(rest).toEqual({
    ...good,
    privateKey: undefined,
    mode: "redirect",
    failUrl: good.returnUrl,
    shopUrl: "https://shop.example",
    productName: "Order at shop.example",
    language: "en",
    expireMinutes: 60,
    completion: "pay_first",
    open: "at_once",
    checkout: "gateway",
    instalments: {},
    savedCards: false,
    latePayment: "refund",
    signVersion: "V1",
    minorUnits: {},
    gatewayUrl: "https://gateway.ksher.com",
    apiUrl: "https://api.mch.ksher.net",
    timeoutMs: 10_000,
  })
  expect(privateKey.type).toBe("private")
  expect(publicKeys.map((key) => key.asymmetricKeyDetails?.modulusLength)).toEqual([512, 2048])
})

it("everything design names can be set", () => {
  const all = {
    mode: "qr",
    failUrl: "https://shop.example/failed",
    shopUrl: "https://www.shop.example",
    productName: "Tea",
    language: "th",
    expireMinutes: 15,
    qrExpireTime: 60,
    operatorId: "001",
    deviceId: "web",
    completion: "order_first",
    open: "on_demand",
    unpaidOrder: { cancelAfterMinutes: 120 },
    latePayment: "hold",
    signVersion: "V2",
    minorUnits: { jpy: 0 },
    gatewayUrl: "http://127.0.0.1:9300/ksher/gateway",
    apiUrl: "http://127.0.0.1:9300/ksher/api",
    timeoutMs: 5_000,
  }
  expect(read({ ...all, publicKeys: [ksherPem] })).toMatchObject(all)
})

it("instalments of a channel, with who pays their interest", () => {
  const channels = ["card", "ktc_instal", "kcc_instal"]
  const instalments = { ktc_instal: { months: [3, 6, 10] }, kcc_instal: { months: [10], interest: "shop" } }
  expect(read({ channels, instalments, savedCards: true })).toMatchObject({
    instalments: {
      ktc_instal: { months: [3, 6, 10], interest: "shopper" },
      kcc_instal: { interest: "shop" },
    },
    savedCards: true,
  })
  expect(read({ channels: "auto", instalments })).toMatchObject({ channels: "auto" })
})

it.each([
  [{ unpaidOrder: { cancelAfterMinutes: 120 } }, "unpaidOrder", 'set completion to "order_first"'],
  [{ unpaidOrder: { cancelAfterMinutes: 0 }, completion: "order_first" }, "unpaidOrder", "whole minutes"],
  [{ unpaidOrder: { after: 5 }, completion: "order_first" }, "unpaidOrder", "whole minutes"],
  [{ open: "later" }, "open", '"on_demand"'],
  [{ instalments: { ktc_instal: { months: [3] } } }, "instalments", "ktc_instal is not among the channels"],
  [{ instalments: { card: { months: [3] } } }, "instalments", "months by channel"],
  [{ instalments: { ktc_instal: { months: [] } } }, "instalments", "months by channel"],
  [{ instalments: { ktc_instal: { months: [3, 3] } } }, "instalments", "months by channel"],
  [{ savedCards: true, mode: "qr" }, "savedCards", 'set mode to "redirect"'],
])("%p stops the boot, and says what to write", (options, option, help) => {
  expect(() => read(options as never)).toThrow(new RegExp(`"${option}[."]`))
  expect(() => read(options as never)).toThrow(help)
})

it("a slash at the end of an address is one too many", () => {
  expect(read({ gatewayUrl: "https://g.example/x/", notifyBaseUrl: "https://shop.example/" })).toMatchObject({
    gatewayUrl: "https://g.example/x",
    notifyBaseUrl: "https://shop.example",
  })
})

it("a key from an environment variable, with \\n as two characters, is read", () => {
  expect(read({ privateKey: merchantPem.replaceAll("\n", "\\n") }).privateKey.type).toBe("private")
})

describe("one sentence names the option and says what to paste there", () => {
  it.each([
    ["appid", "paste the appid of merchant.ksher.net, such as mch35000."],
    [
      "privateKey",
      "paste the merchant's private key from merchant.ksher.net (.pem), BEGIN and END lines too.",
    ],
    [
      "channels",
      'list the channel codes of the contract, each once, such as ["promptpay", "truemoney"], or give "auto".',
    ],
    ["notifyBaseUrl", "paste the public address of this Medusa backend, such as https://shop.example."],
  ])("%s is missing", (option, help) => {
    expect(sentence({ [option]: undefined })).toBe(`Ksher option "${option}" is missing: ${help}`)
  })

  const weak = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "sec1",
    format: "pem",
  })
  it.each([
    ["appid", "mch 35000"],
    ["appid", 35000],
    ["appid", ""],
    ["channels", []],
    ["channels", "promptpay"],
    ["channels", ["a b"]],
    ["channels", ["card", "card"]],
    ["mode", "page"],
    ["language", "de"],
    ["expireMinutes", 0],
    ["expireMinutes", 1.5],
    ["qrExpireTime", 0],
    ["qrExpireTime", "60"],
    ["completion", "later"],
    ["latePayment", "keep"],
    ["signVersion", "V3"],
    ["minorUnits", { jpy: 1 }],
    ["minorUnits", { thb: 2 }],
    ["gatewayUrl", "gateway.ksher.com"],
    ["apiUrl", "https://api.mch.ksher.net/?a=1"],
    ["timeoutMs", 0],
    ["timeoutMs", "10s"],
    ["shopUrl", "shop.example"],
    ["productName", "ชา"],
    ["productName", ""],
    ["operatorId", "a b"],
    ["deviceId", "x".repeat(33)],
    ["publicKeys", []],
    ["returnUrl", "/paid"],
    ["returnUrl", 1],
    ["failUrl", "shop.example/failed"],
    ["privateKey", "not a key"],
    ["privateKey", String(weak)],
    ["publicKeys", [merchantPem]],
    ["notifyBaseUrl", "shop.example"],
    ["notifyBaseUrl", "https://shop.example/?a=1"],
  ])("%s cannot be %j", (option, value) => {
    const said = sentence({ [option]: value })
    expect(said).toMatch(
      new RegExp(`^Ksher option "${option}(\\.\\w+)?" is not (valid|known): .{10,200}[.]$`),
    )
    expect(said).not.toContain("not a key")
    expect(said).not.toContain("PRIVATE")
  })

  it("an unknown option is told with what it may have meant", () => {
    expect(sentence({ appId: "mch1" })).toBe('Ksher option "appId" is not known: write "appid".')
    expect(sentence({ private_key: "x" })).toBe(
      'Ksher option "private_key" is not known: write "privateKey".',
    )
    expect(sentence({ token: "secret" })).toMatch(
      /^Ksher option "token" is not known: the options are appid, privateKey, mode, /,
    )
  })

  it("names every problem at once, and the name that was most likely meant", () => {
    expect(
      sentence({ appid: undefined, appId: "mch1", channels: undefined, chanels: ["card"], expireMinutes: 0 }),
    ).toBe(
      [
        'Ksher option "appid" is missing: paste the appid of merchant.ksher.net, such as mch35000.',
        'Ksher option "channels" is missing: list the channel codes of the contract, each once, such as ["promptpay", "truemoney"], or give "auto".',
        'Ksher option "expireMinutes" is not valid: give whole minutes from 1 to 44640.',
        'Ksher option "appId" is not known: write "appid".',
        'Ksher option "chanels" is not known: write "channels".',
      ].join(" "),
    )
  })

  it("names the key inside of an option", () => {
    expect(sentence({ minorUnits: { jpn: 0 } })).toBe(
      'Ksher option "minorUnits.jpn" is not known: write "jpy".',
    )
    expect(sentence({ unpaidOrder: { cancelAfter: 5 }, completion: "order_first" })).toMatch(
      /^Ksher option "unpaidOrder.cancelAfterMinutes" is missing: .* Ksher option "unpaidOrder.cancelAfter" is not known: the options are cancelAfterMinutes\.$/,
    )
    expect(sentence({ instalments: { ktc_instal: { month: [3] } } })).toMatch(
      /"instalments.ktc_instal.month" is not known: write "months"/,
    )
  })

  it.each(["undefined/checkout", "https://undefined/checkout", "undefined", "null/checkout"])(
    "says of %s that a variable is not set",
    (returnUrl) => {
      expect(sentence({ returnUrl, notifyBaseUrl: returnUrl })).toMatch(
        /"returnUrl" is not valid: it begins with "undefined": an environment variable .*"notifyBaseUrl" is not valid: it begins/,
      )
    },
  )

  it("notes channels that no table has, with what was meant, and braces that nothing fills in", () => {
    const channels = ["true_money", "promptpay", "newpay"]
    expect(
      createKsherGateway({ ...good, channels, returnUrl: "https://shop.example/{sessionId}" }).warnings,
    ).toEqual([
      "Ksher channels that this version does not know: true_money (did you mean truemoney?), newpay. Compare them with the contract.",
      'Ksher option "returnUrl" has braces that stay as they are: only {session_id} is filled in.',
    ])
  })

  it("a page needs a place to come back to, a QR does not", () => {
    expect(sentence({ returnUrl: undefined })).toMatch(
      /^Ksher option "returnUrl" is not valid: mode "redirect"/,
    )
    expect(read({ returnUrl: undefined, mode: "qr" }).shopUrl).toBe("https://shop.example")
  })

  it("no options at all", () => {
    expect(() => readKsherOptions(undefined)).toThrow('Ksher option "appid" is missing')
    expect(() => readKsherOptions("x")).toThrow("The Ksher options must be an object with appid, ")
  })
})

describe("the notify URL", () => {
  it("is this plugin's route", () => {
    expect(notifyUrl("https://shop.example", "pp_ksher_th")).toBe(
      "https://shop.example/hooks/gateway/pp_ksher_th",
    )
  })

  it.each([
    ["https://shop.example", `pp_ksher_${"x".repeat(100)}`, /has 144 characters and the gateways take 128/],
    [`https://${"shop".repeat(30)}.example`, "pp_ksher_th", /has 162 characters and the gateways take 128/],
    ["https://shop.example", "pp_ksher_th?x=1", /must not contain a \? or #/],
    ["shop.example", "pp_ksher_th", /https:\/\/ or http:\/\//],
  ])("from %s for %s stops the boot", (base, provider, message) => {
    expect(() => notifyUrl(base, provider)).toThrow(OptionsError)
    expect(() => notifyUrl(base, provider)).toThrow(message)
  })
})

describe("createKsherGateway", () => {
  it("gives the gateway and the shop's wishes", () => {
    const { gateway, policy, warnings } = createKsherGateway({
      ...good,
      completion: "order_first",
      latePayment: "hold",
    })
    expect([gateway.name, gateway.account]).toEqual(["ksher", "mch35000"])
    expect(policy).toEqual({
      completion: "order_first",
      checkout: "gateway",
      open: "at_once",
      latePayment: "hold",
      notifyBaseUrl: "https://shop.example",
      returnUrl: good.returnUrl,
    })
    expect(warnings).toEqual([])
  })

  it("opens nothing before the shopper has chosen on the pay page", () => {
    expect(createKsherGateway({ ...good, checkout: "page" }).policy).toMatchObject({
      checkout: "page",
      open: "on_demand",
    })
  })

  it("warns of channels whose open QR cannot be closed", () => {
    expect(createKsherGateway({ ...good, mode: "qr", channels: ["promptpay", "wechat"] }).warnings).toEqual([
      "Ksher cannot close an open QR code of promptpay: after a cancelled order it can still be paid.",
    ])
  })

  it("warns of more channels than one of Ksher's pages takes, and boots", () => {
    const channels = Array.from({ length: 20 }, (_, at) => `channel_${at}`)
    const lengthsOf = ({ warnings }: { warnings: string[] }) =>
      warnings.filter((warning) => warning.includes("characters"))
    expect(lengthsOf(createKsherGateway({ ...good, channels }))).toEqual([
      `Ksher option "channels" has 209 characters when joined by commas: one of Ksher's pages takes 128 only, and payments may not open. Ksher's own examples have up to 201.`,
    ])
    expect(lengthsOf(createKsherGateway({ ...good, channels: channels.slice(0, 12) }))).toEqual([])
    // A QR code names one channel.
    const qr = createKsherGateway({ ...good, mode: "qr", channels: ["airpay", ...channels] })
    expect(lengthsOf(qr)).toEqual([])
  })

  it("stops at bad options", () => {
    expect(() => createKsherGateway({ ...good, appid: "" })).toThrow(OptionsError)
  })
})

it.each([
  ["Tea & more", "Tea more"],
  ["100% + $5 / tax", "100 5 tax"],
  ["Café №1", "Cafe No1"],
  ["Crème brûlée", "Creme brulee"],
  ["Cre\u0300me bru\u0302le\u0301e", "Creme brulee"],
  ["Phở Hà Nội", "Pho Ha Noi"],
  ["naïve café", "naive cafe"],
  ["Đà Nẵng, đậu đỏ", "Da Nang, dau do"],
  ["Łódź smørrebrød Straße", "Lodz smorrebrod Strasse"],
  ["Æbleskiver, œuvre, Þingvellir, dağ ılık", "Aebleskiver, oeuvre, Thingvellir, dag ilik"],
  ["Ｔｅａ ﬁne", "Tea fine"],
  ["Chef’s d'Or l‘eau K`n´o", "Chefs dOr leau Kno"],
  ["soft\u00adhy\u200bphen", "softhyphen"],
  ["Café ชา Bar ☕", "Cafe Bar"],
  ["ชาเขียว", ""],
  ["x".repeat(60), "x".repeat(50)],
  [`${"x".repeat(49)} y`, "x".repeat(49)],
])("the product name %j is sent as %j", (name, cleaned) => {
  expect(cleanProductName(name)).toBe(cleaned)
})
