import { reported, type KsherOrder, type Refund } from "../books"
import { wallClock } from "../clock"
import type { Envelope } from "../exchange"
import type { World } from "../world"
import type { KsherMerchant } from "./merchants"
import { signFields } from "./signature"

export type SignVersion = "V1" | "V2"
export type Data = Record<string, unknown>

/** `gateway.ksher.com`. Each call has its own word for success, so `msg` comes from the caller. */
export function linkEnvelope(world: World, data: Data, msg: string, version: SignVersion): Envelope {
  return {
    code: 0,
    msg,
    data,
    sign: signFields(data, world.ksherKeys[version].privateKey),
    message: msg,
    ...(world.quirks.ksher.langInEnvelope && { lang: "" }),
  }
}

/** `api.mch.ksher.net`. Its time stamp is in +08:00, whatever the merchant's zone. */
export function walletEnvelope(world: World, data: Data, version: SignVersion): Envelope {
  return {
    code: 0,
    data,
    msg: "ok",
    sign: signFields(data, world.ksherKeys[version].privateKey),
    ...walletFrame(world),
  }
}

/** `merchant_info`: what is not among these fields is not signed. */
export function infoEnvelope(world: World, data: Data, version: SignVersion): Envelope {
  const signed = Object.fromEntries(signedInfo.map((name) => [name, data[name]]))
  return { ...walletEnvelope(world, signed, version), data }
}

const signedInfo = ["account_type", "business_mode", "mch_id", "mobile", "nonce_str"]

/** A refusal outside the signed data, for a caller that is not known. */
export function walletError(world: World, code: number, msg: string): Envelope {
  return { code, data: {}, msg, sign: "", ...walletFrame(world) }
}

function walletFrame(world: World) {
  return {
    status_code: "",
    status_msg: "",
    time_stamp: `${wallClock(world.clock.now(), 8)}${world.random.digits(3)}+08:00`,
    version: "3.0.0",
  }
}

/** Letters beyond ASCII are written as \u escapes, as Python does: what is signed is the letters they stand for. */
export function writeJson(envelope: Envelope): string {
  return JSON.stringify(envelope).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}

export function failData(errCode: string, errMsg: string, nonce: string, result = "FAIL"): Data {
  return { err_code: errCode, err_msg: errMsg, nonce_str: nonce, result }
}

/** The 16 fields of `gateway_order_query` and of a link's webhook, "" where they do not apply. */
export const blankLinkData: Data = {
  channel: "",
  openid: "",
  channel_order_no: "",
  cash_fee_type: "",
  ksher_order_no: "",
  nonce_str: "",
  time_end: "",
  fee_type: "",
  attach: "",
  rate: "",
  result: "",
  total_fee: "",
  appid: "",
  cash_fee: "",
  mch_order_no: "",
  pay_mch_order_no: "",
}

export function linkData(world: World, order: KsherOrder, result: string): Data {
  const { amount, currency } = reported(order)
  return {
    ...blankLinkData,
    ...(order.taken > 0 && paidData(world, order)),
    ksher_order_no: order.gatewayOrderNo,
    fee_type: currency,
    attach: order.attach,
    result,
    total_fee: amount,
    appid: order.account,
    mch_order_no: order.merchantOrderNo,
    pay_mch_order_no: order.payOrderNo,
  }
}

function paidData(world: World, order: KsherOrder): Data {
  const { fee, type, rate } = cash(order)
  return {
    channel: namedChannel(world, order),
    openid: "sandbox-payer",
    channel_order_no: order.channelOrderNo,
    cash_fee_type: type,
    nonce_str: order.payerNonce,
    time_end: order.paidAt === null ? "" : naiveTime(order.paidAt, world.ksherMerchants.get(order.account)),
    rate,
    cash_fee: fee,
  }
}

/** The fields of `order_query`, and of a QR's webhook. */
export function walletData(world: World, order: KsherOrder, result: string, nonce: string): Data {
  const { pay_mch_order_no: payOrderNo, ...data } = linkData(world, order, result)
  return {
    ...data,
    cash_fee: data.cash_fee === "" ? 0 : data.cash_fee,
    device_id: order.deviceId,
    mch_order_no: order.kind === "link" ? payOrderNo : order.merchantOrderNo,
    nonce_str: nonce,
    operation: order.kind === "link" ? "GATEWAY-PAY" : "NATIVE-PAY",
    operator_id: order.operatorId,
  }
}

/** `order_query`, by the one real answer there is. */
export function queriedData(world: World, order: KsherOrder, result: string, nonce: string): Data {
  const data = walletData(world, order, result, nonce)
  return {
    ...data,
    cash_fee: Number(data.cash_fee),
    consumer_remark: "",
    merchant_remark: "",
    operation: "ORDER-QUERY",
    raw_total_fee: data.total_fee,
    rate: data.rate || "1.000000",
    ...(result === "PENDING" && { err_msg: "pending" }),
  }
}

export function refundData(world: World, order: KsherOrder, refund: Refund, nonce: string): Data {
  return {
    appid: order.account,
    attach: refund.echoed.attach ?? "",
    cash_refund_fee: refund.amount,
    channel: order.channel,
    channel_order_no: order.channelOrderNo,
    channel_refund_no: refund.channelNo,
    device_id: refund.echoed.device_id ?? "",
    fee_type: reported(order).currency,
    ksher_order_no: order.gatewayOrderNo,
    ksher_refund_no: refund.gatewayNo,
    mch_order_no: order.payOrderNo,
    mch_refund_no: refund.no,
    nonce_str: nonce,
    operator_id: refund.echoed.operator_id ?? "",
    refund_fee: refund.amount,
    refund_time: naiveTime(refund.doneAt ?? refund.createdAt, world.ksherMerchants.get(order.account)),
    result: "SUCCESS",
    total_fee: reported(order).amount,
  }
}

/** `refund_query`. In the one real message `refund_fee` repeats the count, and is no sum. */
export function refundsData(world: World, order: KsherOrder, refunds: Refund[], nonce: string): Data {
  const merchant = world.ksherMerchants.get(order.account)
  const first = refunds[0]
  return {
    appid: order.account,
    cash_fee: String(cash(order).fee),
    cash_fee_type: cash(order).type,
    channel_order_no: order.channelOrderNo,
    fee_type: reported(order).currency,
    ksher_order_no: order.gatewayOrderNo,
    mch_order_no: order.payOrderNo,
    nonce_str: nonce,
    refund_count: String(refunds.length),
    refund_fee: String(refunds.length),
    refund_orders: refunds.map((refund) => ({
      channel_refund_no: refund.channelNo,
      ksher_refund_no: refund.gatewayNo,
      mch_refund_fee: refund.amount,
      mch_refund_no: refund.no,
      refund_state: refundState(world, refund),
      refund_time: naiveTime(refund.doneAt ?? refund.createdAt, merchant),
    })),
    result: "SUCCESS",
    time_end: first ? naiveTime(first.doneAt ?? first.createdAt, merchant) : "",
    total_fee: reported(order).amount,
  }
}

function refundState(world: World, refund: Refund): string {
  switch (refund.status) {
    case "success":
      return "REFUNDSUCCESS"
    case "failed":
    case "closed":
      return "REFUNDFAIL"
    default:
      return world.quirks.ksher.pendingRefundState
  }
}

/** What the payer sees. The Chinese wallets pay in yuan, and their sum comes as text. */
function cash(order: KsherOrder): { fee: number | string; type: string; rate: string } {
  const { amount, currency } = reported(order)
  const chinese = order.channel === "alipay" || order.channel === "wechat"
  if (!chinese) return { fee: amount, type: currency, rate: "1.000000" }
  return { fee: String(Math.max(1, Math.round(amount / 5))), type: "CNY", rate: "5.000000" }
}

/** As answers call it. */
function namedChannel(world: World, { channel }: KsherOrder): string {
  return channel === "promptpay" ? world.quirks.ksher.promptPayNamed : channel
}

/** The merchant's wall clock, without a zone: `2021-05-27 10:18:07`. */
function naiveTime(time: number, merchant: KsherMerchant | undefined): string {
  return wallClock(time, merchant?.utcOffset ?? 7)
    .slice(0, 19)
    .replace("T", " ")
}
