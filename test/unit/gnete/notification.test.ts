import fc from "fast-check"
import { readGneteNotification, signGnete } from "../../../src/services/gnete"
import { cancelOrder, GnetePeer, payOrder, refundOrder, secret, signed } from "./peer"

const form = (fields: Record<string, unknown>) =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString()
const signedForm = (fields: Record<string, unknown>) => {
  const all = { ...fields, reqTime: "1709269567089", extParam: "" }
  return form({ ...all, sign: signed(all) })
}
const type = "application/x-www-form-urlencoded;charset=UTF-8"
const raw = (body: string | Buffer, query = "", contentType: string | undefined = type) => ({
  body: Buffer.from(body as string),
  query,
  contentType,
})
const read = (body: string | Buffer, query = "", contentType: string | undefined = type) =>
  readGneteNotification(raw(body, query, contentType), secret)

const account = "M1621873433/60cc09bce4b0f1c0b83761c9"
const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string
const paid = {
  readable: true,
  digest,
  verified: true,
  about: "payment",
  account,
  number: "01J9ZK",
  gatewayNo: "P2021",
  state: "2",
  amount: { minor: 35050, currency: "hkd" },
}

it("a payment's says who, what and how much, and nothing about the payer", () => {
  expect(read(signedForm(payOrder({ subject: "茶 = tea" })))).toEqual(paid)
})

it("a refund's names the refund and Gnete's number of the payment", () => {
  expect(read(signedForm(refundOrder({ state: 3 })))).toEqual({
    readable: true,
    digest,
    verified: true,
    about: "refund",
    account,
    gatewayNo: "P2021",
    refundNumber: "REF1",
    refundGatewayNo: "R2021",
    state: "3",
    amount: { minor: 12050, currency: "hkd" },
  })
})

it("a reversal's names Gnete's numbers alone", () => {
  expect(read(signedForm(cancelOrder()))).toEqual({
    readable: true,
    digest,
    verified: true,
    about: "cancel",
    account,
    gatewayNo: "P2021",
    cancelGatewayNo: "C2021",
    state: "2",
    amount: { minor: 35050, currency: "hkd" },
  })
  const { payAmount: _none, ...bare } = cancelOrder()
  expect(read(signedForm(bare))).not.toHaveProperty("amount")
})

it("older builds put it in the query string of an empty body", () => {
  expect(read("", signedForm(payOrder()))).toEqual(paid)
  expect(read(" \n", `?${signedForm(payOrder())}`)).toEqual(paid)
})

it("a query string beside a body is not looked at", () => {
  expect(read(signedForm(payOrder()), "state=6&amount=1")).toEqual(paid)
})

it("JSON, where it says so", () => {
  const fields = { ...payOrder(), reqTime: 1709269567089 }
  expect(read(JSON.stringify({ ...fields, sign: signed(fields) }), "", "application/json")).toEqual(paid)
})

it("the same message hours later is as good: Gnete repeats it with the old time", () => {
  const body = signedForm(payOrder({ createdAt: 1 }))
  expect([read(body), read(body)]).toEqual([paid, paid])
})

it("every field that is changed afterwards shows", () => {
  const good = new URLSearchParams(signedForm(payOrder()))
  for (const [name, value] of [
    ["amount", "1"],
    ["mchOrderNo", "OTHER"],
    ["mchNo", "M2"],
    ["state", "6"],
    ["reqTime", "1"],
    ["extra", "1"],
  ] as const) {
    const forged = new URLSearchParams(good)
    forged.set(name, value)
    expect(read(forged.toString())).toMatchObject({
      readable: true,
      verified: false,
      code: "bad_signature",
      reason: "the signature does not fit the secret",
    })
  }
})

it("a text cut at its & no longer fits the signature, but is still about its order", () => {
  const fields = { ...payOrder({ subject: "A&B shop" }), reqTime: "1" }
  expect(read(form({ ...fields, subject: "A", sign: signed(fields) }))).toMatchObject({
    readable: true,
    verified: false,
    number: "01J9ZK",
  })
})

it("no signature is told", () => {
  expect(read(form(payOrder()))).toMatchObject({
    readable: true,
    verified: false,
    code: "unsigned",
    reason: "it carries no signature",
  })
})

const manyFields = Object.fromEntries(Array.from({ length: 128 }, (_, n) => [`f${n}`, String(n)]))

it.each([
  ["nothing", "", ""],
  ["JSON under the name of a form", '{"a":1}', ""],
  ["no order", signedForm(payOrder({ mchOrderNo: "" })), ""],
  ["no account", signedForm(payOrder({ appId: "" })), ""],
  ["no amount", signedForm(payOrder({ amount: "" })), ""],
  ["an amount with decimals", signedForm(payOrder({ amount: "350.50" })), ""],
  ["a state of its own", signedForm(payOrder({ state: "PAID" })), ""],
  ["a field twice", `${signedForm(payOrder())}&amount=1`, ""],
  ["more than 16 KB", signedForm(payOrder({ subject: "x".repeat(17_000) })), ""],
  ["a query of more than 16 KB", "", signedForm(payOrder({ subject: "x".repeat(17_000) }))],
  ["more fields than any notification", signedForm(payOrder(manyFields)), ""],
  ["a query with more fields than any notification", "", signedForm(payOrder(manyFields))],
  ["bytes that are no text", Buffer.from([0xff, 0xfe]), ""],
])("%s is not readable", (_what, body, query) => {
  expect(read(body, query)).toMatchObject({
    readable: false,
    reason: expect.stringMatching(/^[a-z]/) as string,
  })
})

it.each(["[1]", "{", '"x"', '{"a":1,"a":2}'])("the JSON %s is not readable", (body) => {
  expect(read(body, "", "application/json").readable).toBe(false)
})

it("nothing that comes in makes it throw", () => {
  const names = fc.constantFrom(
    ...Object.keys(payOrder()),
    "cancelOrderId",
    "refundOrderId",
    "sign",
    "__proto__",
    "constructor",
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.string({ unit: "binary" }))), fc.boolean(), (pairs, asQuery) => {
      const text = new URLSearchParams(pairs).toString()
      expect(read(asQuery ? "" : text, asQuery ? text : "")).not.toMatchObject({ verified: true })
    }),
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(read(Buffer.from(bytes)).readable).toBe(false)))
})

it("a gateway reads its own with its secret", async () => {
  const peer = await GnetePeer.start()
  expect(peer.gateway().readNotification(raw(signedForm(payOrder())))).toEqual(paid)
  expect(
    peer.gateway({ appSecret: "another-secret" }).readNotification(raw(signedForm(payOrder()))),
  ).toMatchObject({ verified: false })
  await peer.stop()
})

describe("the same message, however it is written, is one", () => {
  const fields = { ...payOrder(), reqTime: "1709269567089", extParam: "" }
  const sign = signed(fields)
  const digestOf = (...given: Parameters<typeof read>) => {
    const reading = read(...given)
    expect(reading).toMatchObject({ readable: true, verified: true })
    return reading.readable ? reading.digest : undefined
  }
  const asItCame = () => digestOf(form({ ...fields, sign }))

  it.each<[string, Parameters<typeof read>]>([
    ["a query string beside it", [form({ ...fields, sign }), "n=1"]],
    ["in the query string", ["", form({ ...fields, sign })]],
    ["as JSON", [JSON.stringify({ ...fields, sign }), "", "application/json"]],
    [
      "as JSON with numbers",
      [JSON.stringify({ ...fields, reqTime: 1709269567089, sign }), "", "application/json"],
    ],
    ["with spaces in the JSON", [JSON.stringify({ ...fields, sign }, null, 2), "", "application/json"]],
    ["in another order", [form({ sign, ...Object.fromEntries(Object.entries(fields).reverse()) })]],
    ["with more empty fields", [form({ ...fields, sign, a: "", b: "" })]],
    [
      "without the empty ones",
      [form({ ...fields, extParam: undefined, sign }).replace(/extParam=[^&]*&/, "")],
    ],
    ["signed in small letters", [form({ ...fields, sign: sign.toLowerCase() })]],
    ["percent-encoded throughout", [form({ ...fields, sign }).replaceAll("P", "%50")]],
  ])("%s", (_, given) => {
    expect(digestOf(...given)).toBe(asItCame())
  })

  it("another message is another", () => {
    const other = { ...fields, reqTime: "1709269567090" }
    expect(digestOf(form({ ...other, sign: signed(other) }))).not.toBe(asItCame())
  })
})

it("a form is read as a browser reads it, however its fields are encoded", () => {
  const piece = fc.constantFrom(
    "&",
    "=",
    "?",
    "+",
    "%",
    "%zz",
    "%2",
    "%41",
    "%26",
    "%E8%8C%B6",
    "%E8",
    "a",
    "b",
    "茶",
    " ",
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const body = `${form(payOrder())}&${pieces.join("")}`
      const fields = [...new URLSearchParams(body)]
      const isPlain = new Set(fields.map(([name]) => name)).size === fields.length
      const sign = signGnete(Object.fromEntries(fields), secret)
      const reading = read(`${body}&sign=${sign}`)
      expect(reading.readable && reading.verified).toBe(isPlain)
    }),
    { numRuns: 500 },
  )
})
