import { signGnete } from "../../../src/services/gnete"
import { canonical } from "../../../src/services/ksher/signature"
import { parseJson, type JsonObject } from "../../../src/services/transport"
import { answering, gneteGateway, gneteSecret, ksherPage, ksherQr, signAsKsher } from "../../fuzz/gateways"
import * as gnete from "../gnete/peer"
import * as ksher from "../ksher/peer"

const million = 1_000_000
const digits = "9".repeat(million)

/** Each of them signed as the gateway signs: what is behind the signature has to stand it too. */
const hostile: [string, string][] = [
  ["a number of a million digits", `{"total_fee":${digits},"amount":${digits},"state":${digits}}`],
  ["a text of a million digits", `{"total_fee":"${digits}","amount":"${digits}","mchOrderNo":"${digits}"}`],
  ["an exponent of a million digits", `{"total_fee":1e${digits}}`],
  ["a million escapes", `{"result":"${"\\\\".repeat(million / 2)}"}`],
  ["a name of a million letters", `{"${"n".repeat(million)}":1}`],
  ["eighty thousand names", `{${Array.from({ length: 80_000 }, (_, n) => `"n${n}":1`).join()}}`],
  ["a list of three hundred thousand lists", `{"refund_orders":[${"[],".repeat(300_000)}[]]}`],
  ["__proto__", `{"__proto__":{"result":"SUCCESS","state":2}}`],
]

const signed = (data: string, sign: (data: JsonObject) => string) =>
  Buffer.from(`{"code":0,"data":${data},"sign":"${sign(parseJson(data) as JsonObject)}"}`)

it.each(hostile)("an answer with %s is unknown to every verb", async (_, data) => {
  const fromKsher = signed(data, (fields) => signAsKsher(canonical(fields)))
  const fromGnete = signed(data, (fields) => signGnete(fields, gneteSecret))
  const outcomes = [
    await answering(fromKsher, () => ksherPage.query(ksher.page())),
    await answering(fromKsher, () => ksherPage.open(ksher.newOrder)),
    await answering(fromKsher, () => ksherQr.open({ ...ksher.newOrder, channel: "airpay" })),
    await answering(fromKsher, () => ksherPage.refund(ksher.refundOf(ksher.page()))),
    await answering(fromKsher, () => ksherQr.refundsOf(ksher.qr())),
    await answering(fromGnete, () => gneteGateway.query(gnete.ref())),
    await answering(fromGnete, () => gneteGateway.open({ ...gnete.newOrder, channel: "UP_OP" })),
    await answering(fromGnete, () => gneteGateway.refund(gnete.refundOf())),
    await answering(fromGnete, () => gneteGateway.refundQuery(gnete.refundOf())),
  ]
  for (const outcome of outcomes) {
    expect(outcome.kind).toBe("unknown")
    expect(JSON.stringify(outcome).length).toBeLessThan(400)
  }
})

it.each([
  ["a code of a million digits", `{"code":${digits},"data":{},"sign":""}`],
  ["a code that is a list", '{"code":[0],"data":{},"sign":""}'],
  ["two codes", '{"code":0,"code":1,"data":{},"sign":""}'],
  ["ten thousand lists, one in the other", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
  ["a megabyte of backslashes", `{"code":"${"\\".repeat(million)}`],
])("an envelope that is %s is unknown", async (_, text) => {
  for (const outcome of [
    await answering(Buffer.from(text), () => ksherPage.query(ksher.page())),
    await answering(Buffer.from(text), () => gneteGateway.query(gnete.ref())),
  ])
    expect(outcome).toMatchObject({ kind: "unknown", code: "unreadable_answer" })
})
