import type { Timer } from "../../../src/services/transport"
import { createHash } from "node:crypto"
import type { OrderRef, RefundOrder } from "../../../src/core"
import type { CallEvent } from "../../../src/services/gnete"
import { createGneteGateway, GneteClient, type GneteOptionsInput } from "../../../src/services/gnete"
import { json, says, ScriptedServer, type Reply, neverUp } from "../transport/scripted-server"

export const secret = "test-secret-of-nobody-0123456789"
export const account = { mchNo: "M1621873433", appId: "60cc09bce4b0f1c0b83761c9" }

/** Gnete's rule, written for the test: empty values out, sorted, MD5 with the secret at the end. */
export const signed = (fields: Record<string, unknown>, key = secret) =>
  createHash("md5")
    .update(
      Object.keys(fields)
        .filter((name) => fields[name] !== "" && fields[name] !== null)
        .sort()
        .map((name) => `${name}=${String(fields[name])}&`)
        .join("") + `key=${key}`,
    )
    .digest("hex")
    .toUpperCase()

export const answer = (data: Record<string, unknown>, key = secret): Reply =>
  json({ code: 0, msg: "SUCCESS", data, sign: signed(data, key) })

/** A business error: unsigned, told apart by its text alone. */
export const error = (msg: unknown, code: unknown = 9999): Reply => json({ code, msg })

export const closed: Reply = answer({})
export const nothing: Reply = says("")

export const hkd = (minor: number) => ({ minor, currency: "hkd" })

export const opened = (changes: Record<string, unknown> = {}) => ({
  payOrderId: "P2021",
  mchOrderNo: "01J9ZK",
  orderState: 1,
  payDataType: "payurl",
  payData: "https://api-pay.gnete.com.hk/api/unionpay/upop/cashier?orderId=1",
  ...changes,
})

export const payOrder = (changes: Record<string, unknown> = {}) => ({
  payOrderId: "P2021",
  ...account,
  mchOrderNo: "01J9ZK",
  ifCode: "unionpay",
  wayCode: "UP_OP",
  amount: 35050,
  currency: "HKD",
  state: 2,
  clientIp: "203.0.113.7",
  subject: "Order",
  body: "Order",
  channelOrderNo: "c1",
  createdAt: 1709269500000,
  successTime: 1709269567000,
  ...changes,
})

export const unpaid = (changes: Record<string, unknown> = {}) => {
  const { successTime: _none, ...order } = payOrder({ state: 0, ...changes })
  return order
}

export const cancelOrder = (changes: Record<string, unknown> = {}) => ({
  cancelOrderId: "C2021",
  payOrderId: "P2021",
  ...account,
  payAmount: 35050,
  currency: "HKD",
  state: 2,
  channelOrderNo: "c2",
  createdAt: 1709269500000,
  successTime: 1709269567000,
  ...changes,
})

export const refunded = (changes: Record<string, unknown> = {}) => ({
  refundOrderId: "R2021",
  mchRefundNo: "REF1",
  payAmount: 35050,
  refundAmount: 12050,
  state: 2,
  channelOrderNo: "c3",
  ...changes,
})

export const refundOrder = (changes: Record<string, unknown> = {}) => ({
  ...refunded(),
  ...account,
  payOrderId: "P2021",
  currency: "HKD",
  createdAt: 1709269500000,
  successTime: 1709269567000,
  ...changes,
})

export const ref = (changes: Partial<OrderRef> = {}): OrderRef => ({
  number: "01J9ZK",
  amount: hkd(35050),
  mode: "redirect",
  channel: "UP_OP",
  gatewayNo: "P2021",
  ...changes,
})

export const notifyUrl = "https://shop.example/hooks/gateway/pp_gnete_hk"

export const refundOf = (changes: Partial<RefundOrder> = {}): RefundOrder => ({
  number: "REF1",
  amount: hkd(12050),
  order: ref(),
  notifyUrl,
  ...changes,
})

export const newOrder = { number: "01J9ZK", amount: hkd(35050), sessionId: "payses_01J9ZK", notifyUrl }

const clock = { now: () => new Date("2024-03-01T05:06:07.089Z") }

/** A Gnete on 127.0.0.1 that answers as told, with a client and gateways that talk to it. */
export class GnetePeer {
  readonly events: CallEvent[] = []
  /** No call takes too long, but where a test says so. */
  timer: Timer = neverUp
  private constructor(readonly server: ScriptedServer) {}

  static async start(): Promise<GnetePeer> {
    return new GnetePeer(await ScriptedServer.start())
  }

  will(...replies: Reply[]): void {
    this.server.will(...replies)
  }

  options(changes: Partial<GneteOptionsInput> = {}): GneteOptionsInput {
    return {
      ...account,
      appSecret: secret,
      wayCodes: ["UP_OP", "ALI_H5", "WX_QR", "YSF_QR"],
      notifyBaseUrl: "https://shop.example",
      returnUrl: "https://shop.example/paid/{session_id}",
      baseUrl: this.server.url,
      ...changes,
    }
  }

  gateway(changes: Partial<GneteOptionsInput> = {}) {
    return createGneteGateway(this.options(changes), { ...clock, ...this.tools }).gateway
  }

  client(changes: Partial<ConstructorParameters<typeof GneteClient>[0]> = {}) {
    return new GneteClient({
      ...account,
      appSecret: secret,
      baseUrl: this.server.url,
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

  /** The fields of a call but those every call has, which are checked here, as is the signature. */
  fields(at = 0): Record<string, unknown> {
    const { sign, ...fields } = JSON.parse(this.server.calls[at]?.body ?? "{}") as Record<string, unknown>
    if (sign !== signed(fields)) throw new Error("the request is not signed with the secret")
    const { mchNo, appId, reqTime, version, signType, ...own } = fields
    expect({ mchNo, appId, reqTime, version, signType }).toEqual({
      ...account,
      reqTime: 1709269567089,
      version: "1.0",
      signType: "MD5",
    })
    return own
  }

  paths(): string[] {
    return this.server.calls.map(({ path }) => path)
  }
}
