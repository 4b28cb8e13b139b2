import type { KsherOrder } from "../books"
import type { Envelope } from "../exchange"
import { pngDataUri } from "../../drawing/qr-png"
import { encodeQr } from "../qr"
import type { World } from "../world"
import { failData, queriedData, walletData, walletEnvelope } from "./answers"
import { channels } from "./channels"
import { blankOrder, notFound, type KsherContext } from "./link-calls"
import { findWalletOrder, ksherPrefix, makeKsherNo, resultOf, walletOrderExists } from "./orders"
import { paymentCode } from "./payment-code"
import { WalletRefusal } from "./refusal"
import { orderComplaint, type Fields } from "./requests"

export function nativePay({ world, merchant, fields, version }: KsherContext): Envelope {
  const channel = fields.channel ?? ""
  const wrong = orderComplaint(fields, [channel], "native", merchant, world.quirks.ksher)
  if (wrong) throw new WalletRefusal("KSHER_INVALID_PARAM", wrong)
  refuseKnownNumber(world, fields)

  const order = makeNative(world, fields, channel)
  const code =
    channel === "promptpay"
      ? paymentCode(order, world.quirks.ksher.promptPayCode)
      : `${world.url}/pay/${order.token}/saved`
  const data = {
    trade_type: "NATIVE",
    ksher_order_no: order.gatewayOrderNo,
    mch_order_no: order.merchantOrderNo,
    nonce_str: fields.nonce_str,
    fee_type: order.currency,
    imgdat: pngDataUri(encodeQr(code)),
    result: "SUCCESS",
    total_fee: order.amount,
    appid: order.account,
    PaymentID: order.gatewayOrderNo,
    PaymentCode: code,
    code_url: code,
    stalls_name: ksherPrefix(order.account) + order.account.replace(/\D/g, ""),
    device_id: order.deviceId,
    ...(channel === "truemoney" && { tmn_expire_time: Number(fields.tmn_expire_time) || 0 }),
  }
  return walletEnvelope(world, data, version)
}

export function refuseKnownNumber(world: World, fields: Fields): void {
  const known = world.books
    .ksherOrders(fields.appid ?? "", fields.mch_order_no ?? "")
    .find((order) => order.merchantOrderNo === fields.mch_order_no)
  if (known)
    throw new WalletRefusal(
      known.taken > 0 ? "KSHER_ORDER_PAID" : "KSHER_ORDER_EXISTS",
      "duplicate mch_order_no",
    )
}

/** Milliseconds that a QR lives; null: for ever. */
function lifetime({ quirks }: World, fields: Fields, channel: string): number | null {
  const { nativeExpireTime, nativeExpireMinutes } = quirks.ksher
  const unit = { ignored: 0, minutes: 60_000, seconds: 1_000 }[nativeExpireTime]
  const asked = Number(channel === "truemoney" ? fields.tmn_expire_time : fields.expire_time) || 0
  if (unit * asked > 0) return unit * asked
  return nativeExpireMinutes === null ? null : nativeExpireMinutes * 60_000
}

export function makeNative(world: World, fields: Fields, channel: string): KsherOrder {
  const ms = lifetime(world, fields, channel)
  const order: KsherOrder = {
    ...blankOrder(world, fields),
    kind: "native",
    channel,
    gatewayOrderNo: makeKsherNo(world, fields.appid ?? ""),
    payOrderNo: fields.mch_order_no ?? "",
    channels: [channel],
    productName: fields.product ?? "",
    notifyUrl: fields.notify_url ?? "",
    redirectUrl: fields.redirect_url ?? "",
    failUrl: "",
    expiresAt: ms === null ? null : world.clock.now() + ms,
    // A QR shown by the shop is as good as saved.
    qrSaved: true,
  }
  world.books.add(order)
  return order
}

export function orderQuery({ world, fields, version }: KsherContext): Envelope {
  const order = namedOrder(world, fields)
  if (fields.channel && !channels.has(fields.channel))
    throw new WalletRefusal("KSHER_INVALID_PARAM", "channel is wrong")
  const result = resultOf(world, order)
  const nonce = fields.nonce_str ?? ""
  const unpaid = order.taken === 0 && result !== "CLOSED"
  if (unpaid && world.quirks.ksher.unpaidOrderQuery === "short") {
    const { ksher_order_no, mch_order_no } = walletData(world, order, result, nonce)
    const data = {
      ...failData("PAYMENT_IN_PROCESS", "payment in process", nonce, result),
      ksher_order_no,
      mch_order_no,
    }
    return walletEnvelope(world, data, version)
  }
  return walletEnvelope(world, queriedData(world, order, result, nonce), version)
}

/** The wallet order that a request names, or Ksher's refusal. */
export function namedOrder(world: World, fields: Fields): KsherOrder {
  const order = findWalletOrder(world, fields)
  if (!order || !walletOrderExists(order)) throw new WalletRefusal("KSHER_INVALID_ORDER_NO", notFound(fields))
  return order
}

export function orderClose({ world, fields, version }: KsherContext): Envelope {
  const order = closableOrder(world, fields)
  if (order.taken > 0) throw new WalletRefusal("KSHER_ORDER_PAID", "order paid")
  if (order.status === "in_progress") throw new WalletRefusal("PAYMENT_IN_PROCESS", "payment in process")
  // A closed link leaves a QR behind, which is still to be closed.
  const closed = order.status === "closed" && (order.kind === "native" || order.qrDead)
  if (closed && world.quirks.ksher.repeatedClose === "error") {
    throw new WalletRefusal("KSHER_ORDER_CLOSED", "order closed")
  }
  order.status = "closed"
  order.lapsed = false
  if (order.kind === "link") order.qrDead = true
  const data = {
    appid: order.account,
    mch_order_no: order.payOrderNo,
    nonce_str: fields.nonce_str,
    result: "SUCCESS",
  }
  return walletEnvelope(world, data, version)
}

function closableOrder(world: World, fields: Fields): KsherOrder {
  const order = namedOrder(world, fields)
  const channel = fields.channel || order.channel
  if (order.kind === "link" && !world.quirks.ksher.closeReachesGatewayOrder) {
    throw new WalletRefusal("KSHER_INVALID_ORDER_NO", notFound(fields))
  }
  const asPaid = order.channel || channel
  // Alipay+ is closed for merchants in Japan only.
  const closable = channels.get(channel)?.closable && (channel !== "alipayplus" || order.currency === "JPY")
  if (!closable || asPaid !== channel) {
    throw new WalletRefusal("KSHER_CHANNEL_NOT_SUPPORTED", `channel ${channel} does not support close`)
  }
  return order
}
