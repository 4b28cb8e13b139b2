import type { NotificationReading, Outcome } from "../../src/core"
import { signGnete } from "../../src/services/gnete"
import { readGneteNotification } from "../../src/services/gnete/notification"
import { readKsherNotification } from "../../src/services/ksher"
import { canonical } from "../../src/services/ksher/signature"
import { isJsonObject, JsonNumber, parseJson, type JsonObject } from "../../src/services/transport"
import * as gnete from "../unit/gnete/peer"
import * as ksher from "../unit/ksher/peer"
import {
  answering,
  gneteGateway,
  gneteSecret,
  ksherKeys,
  ksherPage,
  ksherQr,
  secrets,
  signAsKsher,
} from "./gateways"

/**
 * One way in from outside: bytes to a reading or an outcome. `run` throws where something is accepted that must not be, and
 * answers what became of the input, in a word or two: inputs of a new kind are worth keeping.
 */
export interface Target {
  name: string
  seeds: Buffer[]
  run(input: Buffer): string | Promise<string>
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

// What the gateways really say.
const ksherData: Record<string, unknown>[] = [
  ksher.gatewayOrder(),
  ksher.unpaidOrder(),
  ksher.gatewayOrder({ result: "CLOSED" }),
  ksher.gatewayOrder({ result: "REFUND" }),
  ksher.refunded(),
  ksher.refundList([ksher.refundRow()]),
  { result: "FAIL", err_code: "KSHER_INVALID_ORDER_NO", err_msg: "none", nonce_str: "n" },
  { result: "SUCCESS", pay_content: "https://gateway.ksher.com/m/1" },
  {
    result: "SUCCESS",
    appid: "mch35005",
    mch_order_no: "01J9ZK",
    ksher_order_no: "9002",
    total_fee: 35050,
    fee_type: "THB",
    code_url: "0002010102",
    imgdat: "data:image/png;base64,iVBORw0KGgoAAAA=",
  },
]
const gneteData: Record<string, unknown>[] = [
  gnete.payOrder(),
  gnete.unpaid(),
  gnete.payOrder({ state: 6 }),
  gnete.opened(),
  gnete.opened({ payDataType: "codeUrl", payData: "weixin://wxpay/bizpayurl?pr=1" }),
  gnete.opened({ payDataType: "codeImgUrl", payData: "https://api-pay.gnete.com.hk/qr/1.png" }),
  gnete.cancelOrder(),
  { cancelOrderId: "C2021", state: 2 },
  gnete.refunded(),
  gnete.refundOrder(),
  {},
]

const ksherEnvelope = (data: Record<string, unknown>) => ({
  code: 0,
  msg: "ok",
  data,
  sign: signAsKsher(canonical(data)),
})
const gneteEnvelope = (data: Record<string, unknown>) => ({
  code: 0,
  msg: "SUCCESS",
  data,
  sign: signGnete(data, gneteSecret),
})
const form = (fields: Record<string, unknown>) =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString()
const signedForm = (fields: Record<string, unknown>) => ({ ...fields, sign: signGnete(fields, gneteSecret) })
const gneteNotices = gneteData
  .filter((data) => "mchNo" in data)
  .map((data) => signedForm({ ...data, reqTime: 1709269567000 }))

// What has been signed: nothing else may ever verify.
const ksherSigned = new Set(ksherData.map(canonical))
const gneteSigns = new Set(
  [...gneteNotices.map(({ sign }) => sign), ...gneteData.map((data) => signGnete(data, gneteSecret))].map(
    (sign) => sign.toUpperCase(),
  ),
)

class WrongAcceptance extends Error {
  override readonly name = "WrongAcceptance"
}
const insist = (holds: boolean, what: string) => {
  if (!holds) throw new WrongAcceptance(what)
}

const reference = /^[\x21-\x7e]{1,64}$/
const inherited = Object.getOwnPropertyNames(Object.prototype).length

/** What holds of every reading, whoever signed it. */
function checkReading(reading: NotificationReading): string {
  insist(Object.getOwnPropertyNames(Object.prototype).length === inherited, "the prototype was changed")
  if (!reading.readable) return `unreadable: ${reading.reason}`
  const { account, number, gatewayNo, refundNumber, refundGatewayNo, cancelGatewayNo, state, amount } =
    reading
  for (const text of [number, gatewayNo, refundNumber, refundGatewayNo, cancelGatewayNo])
    insist(text === undefined || reference.test(text), "a number that is none")
  insist(/^[\x21-\x7e/]{1,130}$/.test(account), "an account that is none")
  insist(/^\w{1,32}$/.test(state), "a state that is no word")
  if (amount) checkMoney(amount)
  return `${reading.about} ${reading.verified ? "verified" : (reading.reason ?? "")} ${Boolean(amount)}`
}

function checkMoney({ minor, currency }: { minor: number; currency: string }) {
  insist(Number.isSafeInteger(minor) && minor >= 0 && minor < 1e15, "an amount that is none")
  insist(/^[a-z]{3}$/.test(currency), "a currency that is none")
}

const object = (text: string): JsonObject | undefined => {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function ksherNotification(body: Buffer): string {
  const reading = readKsherNotification({ body, contentType: "text/plain", query: "" }, ksherKeys)
  if (reading.readable && reading.verified) {
    const text = canonical(object(body.toString("utf8").replace(/^\ufeff/, ""))?.data as JsonObject)
    insist(ksherSigned.has(text), "Ksher never signed this")
    insist(text.includes(`mch_order_no=${reading.number}`), "another order than was signed")
    insist(text.includes(`total_fee=${reading.amount?.minor}`), "another amount than was signed")
  }
  return checkReading(reading)
}

function gneteNotification(body: Buffer, contentType: string, query = ""): string {
  const reading = readGneteNotification({ body, contentType, query }, gneteSecret)
  if (reading.readable && reading.verified) {
    const text = `${body.toString("utf8")}${query}`
    insist(
      [...gneteSigns].some((sign) => text.toUpperCase().includes(sign)),
      "Gnete never signed this",
    )
  }
  return checkReading(reading)
}

const formType = "application/x-www-form-urlencoded;charset=UTF-8"

/** The verbs of both gateways; the answer to every call they make is the input. */
const ksherVerbs = {
  openPage: () => ksherPage.open(ksher.newOrder),
  openQr: () => ksherQr.open({ ...ksher.newOrder, channel: "airpay" }),
  queryPage: () => ksherPage.query(ksher.page()),
  queryQr: () => ksherQr.query(ksher.qr()),
  close: () => ksherPage.close(ksher.page()),
  closeQr: () => ksherQr.close(ksher.qr({ channel: "airpay" })),
  refund: () => ksherPage.refund(ksher.refundOf(ksher.page())),
  refundQuery: () => ksherPage.refundQuery(ksher.refundOf(ksher.page())),
  refundsOf: () => ksherQr.refundsOf(ksher.qr()),
}
const gneteVerbs = {
  open: () => gneteGateway.open({ ...gnete.newOrder, channel: "UP_OP" }),
  query: () => gneteGateway.query(gnete.ref()),
  close: () => gneteGateway.close(gnete.ref()),
  cancel: () => gneteGateway.cancel(gnete.ref(), gnete.notifyUrl),
  cancelQuery: () => gneteGateway.cancelQuery(gnete.ref(), "C2021"),
  refund: () => gneteGateway.refund(gnete.refundOf()),
  refundQuery: () => gneteGateway.refundQuery(gnete.refundOf()),
}

/** Which fields of an answer say what it is about, by verb, and what was asked about. */
const page = ["appid", "mch_order_no"]
const echoed: Record<string, string[]> = {
  openQr: page,
  queryPage: page,
  queryQr: page,
  close: page,
  closeQr: page,
  refund: [...page, "mch_refund_no", "mchRefundNo"],
  refundQuery: [...page, "mchRefundNo", "mchNo", "appId"],
  refundsOf: page,
  open: ["mchOrderNo"],
  query: ["mchOrderNo", "mchNo", "appId"],
  cancelQuery: ["cancelOrderId", "mchNo", "appId"],
}
const asked = ["mch35005", "01J9ZK", "2105271017", "REF1", "C2021", ...Object.values(gnete.account), ""]

const textOf = (value: unknown) => (value instanceof JsonNumber ? value.lexeme : String(value))

function checkAbout(verb: string, bytes: Buffer) {
  const data = envelopeOf(bytes)?.data
  if (!isJsonObject(data)) return
  for (const name of echoed[verb] ?? [])
    insist(
      !(name in data) || asked.includes(textOf(data[name])),
      `${verb}: a success about something else (${name})`,
    )
}

type Verbs = Record<string, () => Promise<Outcome<unknown>>>

/** Which verb hears the answer is told by its length, so that a changed input meets another one. */
const verbFor = (verbs: Verbs, bytes: Buffer) => {
  const names = Object.keys(verbs)
  return names[bytes.length % names.length] ?? ""
}

async function heard(verbs: Verbs, bytes: Buffer, mayBelieve: (value: object) => boolean): Promise<string> {
  const name = verbFor(verbs, bytes)
  const verb = verbs[name]
  if (!verb) throw new Error(`There is no verb ${name}.`)
  const outcome = await answering(bytes, verb)
  insist(
    ["succeeded", "refused", "pending", "unknown", "not_sent"].includes(outcome.kind),
    "an outcome of another kind",
  )
  insist(Object.getOwnPropertyNames(Object.prototype).length === inherited, "the prototype was changed")
  if (outcome.kind === "succeeded") {
    const value = outcome.value as object
    insist(mayBelieve(value), `${name}: a success that nobody signed`)
    if (!isAbsent(value)) checkAbout(name, bytes)
    checkSuccess(value as Record<string, unknown>)
    return `${name} succeeded ${(value as { state?: string }).state ?? ""}`
  }
  const shown = JSON.stringify(outcome)
  insist(!secrets.some((secret) => shown.includes(secret)), "a secret in an outcome")
  insist(outcome.message.length < 500, "a message without bound")
  // The gateway's own codes are whatever the input says; ours are few.
  const code = "code" in outcome && /^[a-z_]+$/.test(outcome.code) ? outcome.code : ""
  return `${name} ${outcome.kind} ${code}`
}

function checkSuccess(value: Record<string, unknown>) {
  if (value.amount) checkMoney(value.amount as { minor: number; currency: string })
  for (const name of ["number", "gatewayNo", "payNo"])
    insist(value[name] === undefined || reference.test(textOf(value[name])), `${name}: a number that is none`)
  insist(value.channel === undefined || /^\w{1,32}$/.test(textOf(value.channel)), "a channel that is none")
  const action = value.action as { url?: string; image?: string; content?: string } | undefined
  if (!action) return
  for (const link of [action.url, action.image])
    insist(
      link === undefined || link.startsWith("data:image/png;base64,iVBORw0KGgo") || isHttps(link),
      "a link that no shopper may follow",
    )
  insist((action.content?.length ?? 0) <= 8192, "a QR without bound")
  // What PostgreSQL does not take would be an open payment that nobody could store.
  for (const text of [action.url, action.image, action.content])
    insist(text === undefined || !/[\p{Cc}\p{Cs}]/u.test(text), "a text that cannot be stored")
}

const isHttps = (link: string) => URL.canParse(link) && new URL(link).protocol === "https:"

/** Gnete's errors carry no signature; that it knows no order is the one of them that is an answer. */
const isAbsent = (value: object) => (value as { state?: string }).state === "absent"

const envelopeOf = (bytes: Buffer) => object(bytes.toString("utf8").replace(/^\ufeff/, ""))

const ksherBelievable = (bytes: Buffer) => () => {
  const data = envelopeOf(bytes)?.data
  return isJsonObject(data) && ksherSigned.has(canonical(data))
}
const gneteBelievable = (bytes: Buffer) => (value: object) => {
  const sign = envelopeOf(bytes)?.sign
  return isAbsent(value) || (typeof sign === "string" && gneteSigns.has(sign.toUpperCase()))
}

/** The input is what the gateway signs: what is behind the signature meets hostile fields too. */
const resigned = (input: Buffer, sign: (data: JsonObject) => string): Buffer => {
  const text = input.toString("utf8")
  const data = object(text)
  const signature = data ? sign(data) : ""
  return Buffer.from(`{"code":0,"msg":"","data":${text},"sign":"${signature}"}`)
}
const byKsher = (data: JsonObject) => signAsKsher(canonical(data))
const byGnete = (data: JsonObject) => signGnete(data, gneteSecret)
const anything = () => true

export const targets: Target[] = [
  {
    name: "ksher notification",
    seeds: ksherData.map((data) => json(ksherEnvelope(data))),
    run: ksherNotification,
  },
  {
    name: "ksher notification, signed",
    seeds: ksherData.map(json),
    run: (input) =>
      checkReading(
        readKsherNotification(
          { body: resigned(input, byKsher), contentType: undefined, query: "" },
          ksherKeys,
        ),
      ),
  },
  {
    name: "gnete notification, form",
    seeds: gneteNotices.map((fields) => Buffer.from(form(fields))),
    run: (input) => gneteNotification(input, formType),
  },
  {
    name: "gnete notification, query string",
    seeds: gneteNotices.map((fields) => Buffer.from(form(fields))),
    run: (input) => gneteNotification(Buffer.alloc(0), formType, input.toString("latin1")),
  },
  {
    name: "gnete notification, json",
    seeds: gneteNotices.map(json),
    run: (input) => gneteNotification(input, "application/json"),
  },
  {
    name: "gnete notification, signed",
    seeds: gneteNotices.map(({ sign: _, ...fields }) => Buffer.from(form(fields))),
    run: (input) => {
      const fields = Object.fromEntries(new URLSearchParams(input.toString("utf8")))
      const body = Buffer.from(form(signedForm(fields)))
      return checkReading(readGneteNotification({ body, contentType: formType, query: "" }, gneteSecret))
    },
  },
  {
    name: "ksher answer",
    seeds: [
      ...ksherData.map((data) => json(ksherEnvelope(data))),
      json({ code: -4, msg: "", data: "" }),
      json({ code: 0, msg: "", data: "取消成功" }),
    ],
    run: (input) => heard(ksherVerbs, input, ksherBelievable(input)),
  },
  {
    name: "ksher answer, signed",
    seeds: ksherData.map(json),
    run: (input) => heard(ksherVerbs, resigned(input, byKsher), anything),
  },
  {
    name: "gnete answer",
    seeds: [...gneteData.map((data) => json(gneteEnvelope(data))), json({ code: 9999, msg: "订单不存在" })],
    run: (input) => heard(gneteVerbs, input, gneteBelievable(input)),
  },
  {
    name: "gnete answer, signed",
    seeds: gneteData.map(json),
    run: (input) => heard(gneteVerbs, resigned(input, byGnete), anything),
  },
]

/** For a fuzzer that hands over bytes only: the first one chooses the target. */
export async function fuzz(bytes: Buffer): Promise<void> {
  const target = targets[(bytes[0] ?? 0) % targets.length]
  await target?.run(bytes.subarray(1))
}
