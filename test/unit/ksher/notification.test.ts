import fc from "fast-check"
import { generateKeyPairSync } from "node:crypto"
import stored from "../../vectors/ksher-responses.json"
import { readKsherNotification, parsePublicKey, publishedKeys } from "../../../src/services/ksher"
import { gatewayOrder, KsherPeer, ksherKey, signData, strangerKey } from "./peer"

const published = Object.values(publishedKeys).map(parsePublicKey)
const raw = (body: string | Buffer, contentType: string | undefined = "text/plain;charset=utf-8") => ({
  body: Buffer.from(body as string),
  contentType,
  query: "",
})
const signed = (data: Record<string, unknown>, key = ksherKey.privateKey) =>
  JSON.stringify({ code: 0, msg: "操作成功", data, sign: signData(data, key), message: "操作成功" })
const read = (body: string | Buffer, contentType?: string) =>
  readKsherNotification(raw(body, contentType), [ksherKey.publicKey])

const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string
const paid = {
  readable: true,
  digest,
  verified: true,
  about: "payment",
  account: "mch35005",
  number: "01J9ZK",
  gatewayNo: "900202105",
  state: "SUCCESS",
  amount: { minor: 35050, currency: "thb" },
}

it("a signed one says who, what and how much, and nothing about the payer", () => {
  expect(read(signed(gatewayOrder()))).toEqual(paid)
})

it("a message Ksher really signed verifies under its published keys", () => {
  const vector = stored.vectors.find(({ name }) => name.startsWith("gateway_order_query"))
  expect(readKsherNotification(raw(JSON.stringify(vector?.envelope)), published)).toEqual({
    readable: true,
    digest,
    verified: true,
    about: "payment",
    account: "mch35005",
    number: "2023-02-22-17-11-00",
    gatewayNo: undefined,
    state: "NOTSURE",
    amount: { minor: 100, currency: "thb" },
  })
})

it("either key version will do, since Ksher does not say which one signs notifications", () => {
  const v2 = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const body = raw(signed(gatewayOrder(), v2.privateKey))
  expect(readKsherNotification(body, [ksherKey.publicKey, v2.publicKey])).toMatchObject({ verified: true })
})

it.each(["application/json", "application/x-www-form-urlencoded", undefined])(
  "the content type %s makes no difference",
  (contentType) => {
    expect(read(signed(gatewayOrder()), contentType)).toEqual(paid)
  },
)

it("a + or % in a field is read as it stands", () => {
  expect(read(signed(gatewayOrder({ attach: "100%+1%20" })))).toEqual(paid)
})

it("every field that is changed afterwards shows", () => {
  const order = gatewayOrder()
  for (const [name, value] of [
    ["total_fee", 1],
    ["mch_order_no", "OTHER"],
    ["appid", "mch1"],
    ["result", "CLOSED"],
    ["fee_type", "MYR"],
  ] as const) {
    const forged = JSON.stringify({ code: 0, data: { ...order, [name]: value }, sign: signData(order) })
    expect(read(forged)).toMatchObject({
      readable: true,
      verified: false,
      code: "bad_signature",
      reason: "the signature is not Ksher's",
    })
  }
})

it("another's signature, or none, is told", () => {
  expect(read(signed(gatewayOrder(), strangerKey.privateKey))).toMatchObject({
    readable: true,
    verified: false,
  })
  expect(read(JSON.stringify({ code: 0, data: gatewayOrder() }))).toMatchObject({
    verified: false,
    code: "unsigned",
    reason: "it carries no signature",
  })
})

const manyMembers = Object.fromEntries(Array.from({ length: 128 }, (_, n) => [`m${n}`, n]))

it.each([
  ["nothing", ""],
  ["a form", "data=1&sign=2"],
  ["a word", '"SUCCESS"'],
  ["no data", '{"code":0,"sign":"00"}'],
  ["data that is a sentence", '{"code":0,"data":"取消成功"}'],
  ["no account", signed({ ...gatewayOrder(), appid: undefined })],
  ["no order", signed(gatewayOrder({ mch_order_no: "" }))],
  ["no amount", signed(gatewayOrder({ total_fee: "" }))],
  ["a negative amount", signed(gatewayOrder({ total_fee: -1 }))],
  ["an amount with decimals", signed(gatewayOrder({ total_fee: "350.50" }))],
  ["the same name twice", '{"code":0,"data":{"appid":"a","appid":"b"}}'],
  ["bytes that are no text", Buffer.from([0xff, 0xfe])],
  ["more than 16 KB", signed(gatewayOrder({ attach: "x".repeat(17_000) }))],
  ["more members than any notification", signed(gatewayOrder(manyMembers))],
  ["more items than any notification", `[${"1,".repeat(128)}1]`],
  ["lists without end", "[".repeat(60_000)],
])("%s is not readable", (_what, body) => {
  const reading = read(body)
  expect(reading).toMatchObject({ readable: false, reason: expect.stringMatching(/^[a-z]/) as string })
})

it("nothing that comes in makes it throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        expect(read(Buffer.from(bytes)).readable).toBe(false)
      },
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(gatewayOrder())), fc.jsonValue(), (name, value) => {
      const body = JSON.stringify({ code: 0, data: { ...gatewayOrder(), [name]: value }, sign: "00" })
      expect(read(body)).not.toMatchObject({ verified: true })
    }),
  )
})

it("a gateway reads its own account's with the keys it was given", async () => {
  const peer = await KsherPeer.start()
  expect(peer.gateway().readNotification(raw(signed(gatewayOrder())))).toEqual(paid)
  await peer.stop()
})

describe("the same message, whatever stands around what is signed, is one", () => {
  const data = gatewayOrder()
  const sign = signData(data)
  const digestOf = (envelope: object, space?: number) => {
    const reading = read(JSON.stringify(envelope, null, space))
    expect(reading).toMatchObject({ readable: true, verified: true })
    return reading.readable ? reading.digest : undefined
  }
  const asItCame = () => digestOf({ code: 0, msg: "ok", data, sign })

  it.each<[string, object]>([
    ["other words", { code: 0, msg: "1 ok", data, sign }],
    ["more words", { code: 0, data, sign, n: 1 }],
    [
      "the data in another order",
      { code: 0, data: Object.fromEntries(Object.entries(data).reverse()), sign },
    ],
    ["a sign within the data, which is not signed", { code: 0, data: { ...data, sign: "1" }, sign }],
    ["signed in capitals", { code: 0, data, sign: sign.toUpperCase() }],
  ])("%s", (_, envelope) => {
    expect(digestOf(envelope)).toBe(asItCame())
    expect(digestOf(envelope, 2)).toBe(asItCame())
  })

  it("one whose bytes were moved between fields is another: it is not taken for the genuine one", () => {
    const moved = { ...data, attach: "xattacha=1" }
    const signedSo = signData(moved)
    const cut = { ...data, attach: "x", attacha: "1" }
    expect(digestOf({ code: 0, data: cut, sign: signedSo })).not.toBe(
      digestOf({ code: 0, data: moved, sign: signedSo }),
    )
  })
})
