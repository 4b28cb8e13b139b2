import {
  createGneteGateway,
  OptionsError,
  readGneteOptions,
  type GneteOptionsInput,
} from "../../../src/services/gnete"
import { account, secret } from "./peer"

const good: GneteOptionsInput = {
  ...account,
  appSecret: secret,
  wayCodes: ["UP_OP"],
  notifyBaseUrl: "https://shop.example",
}
const sentence = (changes: Record<string, unknown>): string => {
  try {
    readGneteOptions({ ...good, ...changes })
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return (error as Error).message
  }
  throw new Error("these options were accepted")
}

it("what is not given has the documented default", () => {
  expect(readGneteOptions(good)).toEqual({
    ...good,
    channelExtra: {},
    subject: "Order at shop.example",
    body: "Order at shop.example",
    refundReason: "Refund by shop.example",
    expireSeconds: 7200,
    completion: "pay_first",
    open: "at_once",
    checkout: "gateway",
    latePayment: "refund",
    sameDayCancel: { enabled: true, cutoff: "23:00", timeZone: "Asia/Hong_Kong" },
    baseUrl: "https://api-pay.gnete.com.hk",
    timeoutMs: 10_000,
  })
})

it("everything design names can be set", () => {
  const all = {
    wayCodes: ["UP_OP", "ALI_H5"],
    channelExtra: { ALI_H5: { walletType: "HK" } },
    subject: "Tea",
    body: "Two cups",
    refundReason: "Sold out",
    returnUrl: "https://www.shop.example/paid?s={session_id}",
    expireSeconds: 600,
    completion: "order_first",
    latePayment: "hold",
    sameDayCancel: { enabled: false, cutoff: "22:30", timeZone: "Asia/Shanghai" },
    baseUrl: "http://127.0.0.1:9300/gnete",
    timeoutMs: 5_000,
  }
  expect(readGneteOptions({ ...good, ...all })).toMatchObject(all)
  expect(readGneteOptions({ ...good, sameDayCancel: { enabled: false } }).sameDayCancel.cutoff).toBe("23:00")
  expect(readGneteOptions({ ...good, subject: "Tea" }).body).toBe("Tea")
})

it.each([
  ["mchNo", "paste the merchant number of Gnete's merchant console, such as M1621873433953."],
  ["appId", "paste the application id of Gnete's merchant console (24 characters)."],
  ["appSecret", "paste the application's secret of Gnete's merchant console, without spaces."],
  ["wayCodes", 'list the payment methods of the contract, each once, such as ["UP_OP"].'],
  ["notifyBaseUrl", "paste the public address of this Medusa backend, such as https://shop.example."],
])("%s is missing: one sentence says what to paste there", (option, help) => {
  expect(sentence({ [option]: undefined })).toBe(`Gnete option "${option}" is missing: ${help}`)
})

it.each([
  ["mchNo", "M 1"],
  ["appId", ""],
  ["appSecret", "has a blank in it"],
  ["appSecret", "short"],
  ["wayCodes", []],
  ["wayCodes", ["UP_OP", "UP_OP"]],
  ["wayCodes", ["UP OP"]],
  ["channelExtra", { UP_OP: "x" }],
  ["channelExtra", { UP_OP: { accNo: "x".repeat(300) } }],
  ["subject", "&&"],
  ["body", ""],
  ["refundReason", 1],
  ["returnUrl", "/paid"],
  ["returnUrl", `https://shop.example/${"x".repeat(250)}`],
  ["expireSeconds", 10],
  ["expireSeconds", "600"],
  ["sameDayCancel", { cutoff: "24:00" }],
  ["sameDayCancel", { timeZone: "Hong Kong" }],
  ["sameDayCancel", { enable: true }],
  ["sameDayCancel", true],
  ["baseUrl", "api-pay.gnete.com.hk"],
  ["baseUrl", "https://api-pay.gnete.com.hk?x"],
  ["timeoutMs", 1],
  ["completion", "never"],
  ["latePayment", ""],
  ["notifyBaseUrl", "https://shop.example#top"],
  ["channelExtra", { ALI_H5: { walletType: "HK" } }],
])("%s cannot be %j, and the value is not repeated", (option, value) => {
  const said = sentence({ [option]: value })
  expect(said).toMatch(new RegExp(`^Gnete option "${option}(\\.\\w+)?" is not (valid|known): .{10,200}[.]$`))
  expect(said).not.toMatch(/has a blank|short/)
})

it("an unknown option is told with what it may have meant", () => {
  expect(sentence({ appid: "x" })).toBe('Gnete option "appid" is not known: write "appId".')
  expect(sentence({ privateKey: "x" })).toMatch(
    /^Gnete option "privateKey" is not known: the options are mchNo, appId, appSecret, /,
  )
})

it("createGneteGateway gives the gateway and the shop's wishes", () => {
  const { gateway, policy, warnings } = createGneteGateway(good)
  expect(gateway.account).toBe("M1621873433/60cc09bce4b0f1c0b83761c9")
  expect(policy).toEqual({
    completion: "pay_first",
    checkout: "gateway",
    open: "at_once",
    latePayment: "refund",
    notifyBaseUrl: "https://shop.example",
    sameDayCancel: { enabled: true, cutoff: "23:00", timeZone: "Asia/Hong_Kong" },
  })
  expect(warnings).toEqual([])
  // On the page a shopper chooses before anything is opened.
  expect(createGneteGateway({ ...good, checkout: "page" }).policy.open).toBe("on_demand")
  expect(() => createGneteGateway({})).toThrow('Gnete option "mchNo" is missing')
})

it.each([
  [128, 0],
  [129, 1],
])("a returnUrl of %i characters gives %i warnings at boot", (length, count) => {
  const start = "https://shop.example/paid/"
  const returnUrl = `${start}${"x".repeat(length - start.length - 33)}{session_id}`
  const { warnings } = createGneteGateway({ ...good, returnUrl })
  expect(warnings).toEqual(Array(count).fill(expect.stringContaining(`has ${length} characters`)))
})

it("notes a way code that no table has, with what was meant", () => {
  expect(createGneteGateway({ ...good, wayCodes: ["UPOP", "up_qr"] }).warnings).toEqual([
    "Gnete channels that this version does not know: UPOP (did you mean UP_OP?), up_qr (did you mean UP_QR?). Compare them with the contract.",
  ])
})
