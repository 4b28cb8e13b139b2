import type { Timer } from "../../../src/services/transport"
import { createSign, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto"
import type { OrderRef, RefundOrder } from "../../../src/core"
import {
  createKsherGateway,
  KsherClient,
  type CallEvent,
  type KsherOptionsInput,
} from "../../../src/services/ksher"
import { json, says, ScriptedServer, type Call, type Reply, neverUp } from "../transport/scripted-server"

const pair = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength })
export const merchant = pair(1024)
export const ksherKey = pair(512)
export const strangerKey = pair(512)

const pem = (key: KeyObject, type: "pkcs1" | "spki") => key.export({ type, format: "pem" }).toString()
export const merchantPem = pem(merchant.privateKey, "pkcs1")
export const ksherPem = pem(ksherKey.publicKey, "spki")

/** Ksher's rule, written for the test: sorted, no separators, numbers and lists as compact JSON. */
export const signedText = (data: Record<string, unknown>) =>
  Object.keys(data)
    .sort()
    .map((name) => `${name}=${typeof data[name] === "string" ? data[name] : JSON.stringify(data[name])}`)
    .join("")

export const signData = (data: Record<string, unknown>, key = ksherKey.privateKey) =>
  createSign("RSA-MD5").update(signedText(data)).sign(key, "hex")

/** A signed envelope, as both hosts send it. */
export const answer = (data: Record<string, unknown>, key = ksherKey.privateKey): Reply =>
  json({ code: 0, msg: "ok", data, sign: signData(data, key) })

/** An unsigned envelope with a code of its own. */
export const code = (value: number, data: unknown = ""): Reply => json({ code: value, msg: "失败", data })

export const cancelled: Reply = says('{"code":0,"msg":"操作成功","data":"取消成功","message":"操作成功"}')

export const fail = (err_code?: string): Reply =>
  answer({ result: "FAIL", ...(err_code !== undefined && { err_code }), err_msg: "…", nonce_str: "n" })

export const notSure = answer({ result: "NOTSURE", err_code: "", err_msg: "", nonce_str: "n" })

/** A gateway_order_query answer: all 16 keys. */
export const gatewayOrder = (changes: Record<string, unknown> = {}) => ({
  channel: "airpay",
  openid: "payer-7",
  channel_order_no: "c1",
  cash_fee_type: "THB",
  ksher_order_no: "900202105",
  nonce_str: "",
  time_end: "2021-05-27 10:18:07",
  fee_type: "THB",
  attach: "",
  rate: "1.000000",
  result: "SUCCESS",
  total_fee: 35050,
  appid: "mch35005",
  cash_fee: 35050,
  mch_order_no: "01J9ZK",
  pay_mch_order_no: "2105271017",
  ...changes,
})

export const unpaidOrder = (changes: Record<string, unknown> = {}) =>
  gatewayOrder({
    result: "NOTSURE",
    channel: "",
    ksher_order_no: "",
    channel_order_no: "",
    time_end: "",
    cash_fee: "",
    cash_fee_type: "",
    rate: "",
    openid: "",
    ...changes,
  })

/** An order_refund answer. */
export const refunded = (changes: Record<string, unknown> = {}) => ({
  appid: "mch35005",
  attach: "",
  cash_refund_fee: 12050,
  channel: "airpay",
  channel_order_no: "c1",
  channel_refund_no: "cr1",
  device_id: "",
  fee_type: "THB",
  ksher_order_no: "900202105",
  ksher_refund_no: "900202106",
  mch_order_no: "2105271017",
  mch_refund_no: "REF1",
  nonce_str: "n",
  operator_id: "",
  refund_fee: 12050,
  refund_time: "2021-05-28 09:00:00",
  result: "SUCCESS",
  total_fee: 35050,
  ...changes,
})

export const refundRow = (changes: Record<string, unknown> = {}) => ({
  channel_refund_no: "cr1",
  ksher_refund_no: "900202106",
  mch_refund_fee: 12050,
  mch_refund_no: "REF1",
  refund_state: "REFUNDSUCCESS",
  refund_time: "2021-05-28 09:00:00",
  ...changes,
})

export const refundList = (rows: Record<string, unknown>[], changes: Record<string, unknown> = {}) => ({
  appid: "mch35005",
  fee_type: "THB",
  mch_order_no: "2105271017",
  nonce_str: "n",
  refund_count: String(rows.length),
  refund_fee: "2",
  refund_orders: rows,
  result: "SUCCESS",
  total_fee: 35050,
  ...changes,
})

export const thb = (minor: number) => ({ minor, currency: "thb" })

export const page = (changes: Partial<OrderRef> = {}): OrderRef => ({
  number: "01J9ZK",
  amount: thb(35050),
  mode: "redirect",
  channel: "airpay",
  gatewayNo: "900202105",
  payNo: "2105271017",
  ...changes,
})

export const qr = (changes: Partial<OrderRef> = {}): OrderRef => ({
  number: "01J9ZK",
  amount: thb(35050),
  mode: "qr",
  channel: "wechat",
  gatewayNo: "900202105",
  ...changes,
})

export const refundOf = (order: OrderRef, changes: Partial<RefundOrder> = {}): RefundOrder => ({
  number: "REF1",
  amount: thb(12050),
  order,
  notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
  ...changes,
})

export const newOrder = {
  number: "01J9ZK",
  amount: thb(35050),
  sessionId: "payses_01J9ZK",
  notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
}

const clock = { now: () => new Date("2024-03-01T05:06:07Z"), nonce: () => "0".repeat(32) }

/** A Ksher on 127.0.0.1 that answers as told, with a client and gateways that talk to it. */
export class KsherPeer {
  readonly events: CallEvent[] = []
  /** No call takes too long, but where a test says so. */
  timer: Timer = neverUp
  private constructor(readonly server: ScriptedServer) {}

  static async start(): Promise<KsherPeer> {
    return new KsherPeer(await ScriptedServer.start())
  }

  will(...replies: Reply[]): void {
    this.server.will(...replies)
  }

  options(changes: Partial<KsherOptionsInput> = {}): KsherOptionsInput {
    return {
      appid: "mch35005",
      privateKey: merchantPem,
      channels: ["airpay", "truemoney"],
      notifyBaseUrl: "https://shop.example",
      returnUrl: "https://shop.example/paid/{session_id}",
      publicKeys: [ksherPem],
      gatewayUrl: this.server.url,
      apiUrl: this.server.url,
      ...changes,
    }
  }

  gateway(changes: Partial<KsherOptionsInput> = {}) {
    return createKsherGateway(this.options(changes), { ...clock, ...this.tools }).gateway
  }

  client(changes: Partial<ConstructorParameters<typeof KsherClient>[0]> = {}) {
    const { url } = this.server
    return new KsherClient({
      appid: "mch35005",
      privateKey: merchant.privateKey,
      publicKeys: [ksherKey.publicKey],
      gatewayUrl: url,
      apiUrl: url,
      ...clock,
      ...this.tools,
      ...changes,
    })
  }

  private get tools() {
    return {
      onCall: (event: CallEvent) => this.events.push(event),
      timer: (ms: number, act: () => void) => this.timer(ms, act),
    }
  }

  reset(): void {
    this.server.reset()
    this.timer = neverUp
    this.events.length = 0
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  /** The parameters of a call, without its signature, which is checked here. */
  params(at = 0): Record<string, string> {
    const call = this.server.calls[at] as Call
    const { sign = "", ...params } = Object.fromEntries(new URLSearchParams(call.body))
    const good = createVerify("RSA-MD5").update(signedText(params)).verify(merchant.publicKey, sign, "hex")
    if (!good || sign !== sign.toLowerCase())
      throw new Error("the request is not signed by the merchant's key")
    return params
  }

  paths(): string[] {
    return this.server.calls.map(({ path }) => path)
  }
}
