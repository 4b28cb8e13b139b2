import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"

import type { GneteCredentials, KsherCredentials } from "../../../src/sandbox"

export type Json = Record<string, unknown>

/** A clock that stands still until somebody moves it. */
export class HandClock {
  constructor(private time = Date.UTC(2026, 2, 30, 3, 0, 0)) {}
  now(): number {
    return this.time
  }
  set(time: number): void {
    this.time = time
  }
}

const linkCalls = ["gateway_pay", "gateway_order_query", "cancel_order"]

/** Ksher's rule written once more, plainly, so that the sandbox is not measured with its own code. */
export function ksherText(fields: Json): string {
  const names = Object.keys(fields).filter((name) => name !== "sign")
  names.sort((a, b) => (a < b ? -1 : 1))
  return names
    .map(
      (name) => `${name}=${typeof fields[name] === "string" ? fields[name] : JSON.stringify(fields[name])}`,
    )
    .join("")
}

export function ksherSign(fields: Json, privateKey: string, algorithm = "RSA-MD5"): string {
  return sign(algorithm, Buffer.from(ksherText(fields)), createPrivateKey(privateKey)).toString("hex")
}

export function ksherVerifies(envelope: Json, publicKey: string): boolean {
  const text = Buffer.from(ksherText(envelope.data as Json))
  return verify("RSA-MD5", text, createPublicKey(publicKey), Buffer.from(String(envelope.sign), "hex"))
}

export function gneteSign(fields: Json, secret: string): string {
  const pieces = Object.keys(fields)
    .filter((name) => fields[name] !== null && fields[name] !== undefined && fields[name] !== "")
    .map((name) => `${name}=${String(fields[name])}&`)
  pieces.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  return createHash("md5")
    .update(`${pieces.join("")}key=${secret}`)
    .digest("hex")
    .toUpperCase()
}

export class KsherCaller {
  constructor(readonly credentials: KsherCredentials) {}

  signed(fields: Json, algorithm?: string): Json {
    const { appid, privateKey } = this.credentials
    const whole = { appid, nonce_str: "7a57e84495bfe7ab", time_stamp: "20260330100000", ...fields }
    return { ...whole, sign: ksherSign(whole, privateKey, algorithm) }
  }

  url(call: string): string {
    const { gatewayUrl, apiUrl } = this.credentials
    return linkCalls.includes(call) ? `${gatewayUrl}/api/${call}` : `${apiUrl}/KsherPay/${call}`
  }

  /** Signs, posts a form and reads JSON. */
  async call(call: string, fields: Json, headers: Record<string, string> = {}): Promise<Json> {
    return this.send(call, this.signed(fields), headers)
  }

  async send(call: string, fields: Json, headers: Record<string, string> = {}): Promise<Json> {
    const response = await this.post(call, fields, headers)
    return (await response.json()) as Json
  }

  post(call: string, fields: Json, headers: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
    return fetch(this.url(call), { method: "POST", body, headers })
  }

  /** `data` of an answer, whose signature must hold. */
  async data(call: string, fields: Json): Promise<Json> {
    const answer = await this.call(call, fields)
    if (!ksherVerifies(answer, this.credentials.publicKeys[0] ?? "")) throw new Error(JSON.stringify(answer))
    return answer.data as Json
  }

  /** Opens a link; resolves with its answer. */
  open(number: string, fields: Json = {}): Promise<Json> {
    return this.call("gateway_pay", { ...linkFields(number), ...fields })
  }

  native(number: string, fields: Json = {}): Promise<Json> {
    return this.call("native_pay", {
      mch_order_no: number,
      total_fee: 10_000,
      fee_type: "THB",
      channel: "airpay",
      product: "A shirt",
      ...fields,
    })
  }

  query(number: string): Promise<Json> {
    return this.data("gateway_order_query", { mch_order_no: number })
  }

  /** Refunds a paid link as Ksher asks for: by its wallet order. */
  async refund(number: string, refundNo: string, amount: number, fields: Json = {}): Promise<Json> {
    const { pay_mch_order_no, ksher_order_no, total_fee, fee_type } = await this.query(number)
    return this.data("order_refund", {
      mch_order_no: pay_mch_order_no,
      ksher_order_no,
      total_fee,
      fee_type,
      mch_refund_no: refundNo,
      refund_fee: amount,
      ...fields,
    })
  }

  async refunds(number: string): Promise<Json> {
    const { pay_mch_order_no } = await this.query(number)
    return this.data("refund_query", { mch_order_no: pay_mch_order_no })
  }
}

export function linkFields(number: string): Json {
  return {
    mch_order_no: number,
    total_fee: 10_000,
    fee_type: "THB",
    channel_list: "truemoney,promptpay,card",
    mch_code: number,
    mch_redirect_url: "https://shop.example/paid?lang=en",
    mch_redirect_url_fail: "https://shop.example/failed",
    product_name: "A shirt",
    refer_url: "https://shop.example",
  }
}

export class GneteCaller {
  constructor(readonly credentials: GneteCredentials) {}

  signed(fields: Json): Json {
    const { mchNo, appId, appSecret } = this.credentials
    const whole = { mchNo, appId, reqTime: "1774839600000", version: "1.0", signType: "MD5", ...fields }
    return { ...whole, sign: gneteSign(whole, appSecret) }
  }

  async call(call: string, fields: Json): Promise<Json> {
    return (await (await this.post(call, this.signed(fields))).json()) as Json
  }

  post(call: string, fields: Json): Promise<Response> {
    return fetch(`${this.credentials.baseUrl}/api/${call}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    })
  }

  /** `data` of an answer, whose sign must hold. */
  async data(call: string, fields: Json): Promise<Json> {
    const answer = await this.call(call, fields)
    const data = answer.data as Json | undefined
    if (!data || gneteSign(data, this.credentials.appSecret) !== answer.sign)
      throw new Error(JSON.stringify(answer))
    return data
  }

  /** The words of a refusal, which must carry neither data nor sign. */
  async refusal(call: string, fields: Json): Promise<unknown> {
    const answer = await this.call(call, fields)
    expect(Object.keys(answer).sort()).toEqual(["code", "msg"])
    return answer.msg
  }

  open(number: string, fields: Json = {}): Promise<Json> {
    return this.data("pay/unifiedOrder", { ...orderFields(number), ...fields })
  }

  query(number: string): Promise<Json> {
    return this.data("pay/query", { mchOrderNo: number })
  }

  refund(number: string, refundNo: string, amount: number, fields: Json = {}): Promise<Json> {
    return this.data("refund/refundOrder", { ...refundFields(number, refundNo, amount), ...fields })
  }
}

export function orderFields(number: string): Json {
  return {
    mchOrderNo: number,
    wayCode: "UP_OP",
    amount: 10_000,
    currency: "HKD",
    subject: "A shirt",
    body: "One shirt",
  }
}

export function refundFields(number: string, refundNo: string, amount: number): Json {
  return {
    mchOrderNo: number,
    mchRefundNo: refundNo,
    refundAmount: amount,
    currency: "HKD",
    refundReason: "returned",
  }
}

export interface Received {
  path: string
  contentType: string | undefined
  body: string
}

/** A shop's notification address on 127.0.0.1, which answers what it is told to. */
export class Shop {
  readonly received: Received[] = []
  answer: { status: number; body: string } = { status: 200, body: "success" }
  /** Called at each notification, once it is answered. */
  onReceived: () => void = () => undefined
  private server: Server | undefined
  url = ""

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      let body = ""
      request.setEncoding("utf8")
      request.on("data", (chunk: string) => (body += chunk))
      request.on("end", () => {
        this.received.push({ path: request.url ?? "", contentType: request.headers["content-type"], body })
        response.writeHead(this.answer.status).end(this.answer.body, this.onReceived)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.server = server
    return this
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server?.close(resolve))
  }
}

export const acknowledged = '{"result": "SUCCESS", "msg": "OK"}'
