import type { KsherOrder } from "../books"
import { wallDigits } from "../clock"
import type { Envelope } from "../exchange"
import type { World } from "../world"
import { blankLinkData, failData, linkData, linkEnvelope, type SignVersion } from "./answers"
import type { KsherMerchant } from "./merchants"
import { findLink, resultOf } from "./orders"
import { LinkRefusal } from "./refusal"
import { orderComplaint, type Fields } from "./requests"

const done = "操作成功"

export interface KsherContext {
  world: World
  merchant: KsherMerchant
  fields: Fields
  version: SignVersion
}

export function gatewayPay({ world, merchant, fields, version }: KsherContext): Envelope {
  const number = fields.mch_order_no ?? ""
  const wanted = (fields.channel_list ?? "").split(",")
  const wrong = orderComplaint(fields, wanted, "link", merchant, world.quirks.ksher)
  if (wrong) throw new LinkRefusal(world.quirks.ksher.invalidRequestCode, wrong)

  const order = existing({ world, merchant, fields, version }) ?? makeLink(world, fields, wanted)
  const link = `${world.url}/pay/${order.token}?order_no=${encodeURIComponent(number)}&lang=${fields.lang || "en"}`
  return linkEnvelope(world, { pay_content: link }, "SUCCESS", version)
}

/** The same number again: code 1 where it is paid (so the plugins of the field read it), otherwise a quirk. */
function existing({ world, fields }: KsherContext): KsherOrder | undefined {
  const [known] = world.books
    .ksherOrders(fields.appid ?? "", fields.mch_order_no ?? "")
    .filter((order) => order.merchantOrderNo === fields.mch_order_no)
  if (!known) return undefined
  if (known.taken > 0) throw new LinkRefusal(1, "订单已支付")
  const same =
    known.kind === "link" && known.amount === Number(fields.total_fee) && known.currency === fields.fee_type
  if (world.quirks.ksher.repeatedOrderNo === "same_link" && same) return known
  throw new LinkRefusal(world.quirks.ksher.invalidRequestCode, "商户订单号重复")
}

function makeLink(world: World, fields: Fields, wanted: string[]): KsherOrder {
  const now = world.clock.now()
  const minutes = fields.expire_time ? Number(fields.expire_time) : world.quirks.ksher.defaultExpireMinutes
  const order: KsherOrder = {
    ...blankOrder(world, fields),
    kind: "link",
    gatewayOrderNo: "",
    payOrderNo: wallDigits(now, 7).slice(2, 12) + world.serial(6),
    channels: wanted,
    productName: fields.product_name ?? "",
    notifyUrl: fields.mch_notify_url ?? "",
    redirectUrl: fields.mch_redirect_url ?? "",
    failUrl: fields.mch_redirect_url_fail ?? "",
    expiresAt: minutes === null ? null : now + minutes * 60_000,
  }
  world.books.add(order)
  return order
}

/** What a link and a QR have in common when they are new. */
export function blankOrder(world: World, fields: Fields) {
  return {
    gateway: "ksher" as const,
    account: fields.appid ?? "",
    merchantOrderNo: fields.mch_order_no ?? "",
    token: world.random.hex(32),
    currency: fields.fee_type ?? "",
    amount: Number(fields.total_fee),
    attach: fields.attach ?? "",
    deviceId: fields.device_id ?? "",
    operatorId: fields.operator_id ?? "",
    payerNonce: world.random.hex(32),
    createdAt: world.clock.now(),
    status: "open" as const,
    channel: "",
    channelOrderNo: "",
    paying: null,
    taken: 0,
    returned: 0,
    paidAt: null,
    qrSaved: false,
    qrDead: false,
    lapsed: false,
    refunds: [],
    cancels: [],
  }
}

export function gatewayOrderQuery({ world, fields, version }: KsherContext): Envelope {
  const order = findLink(world, fields)
  if (order) return linkEnvelope(world, linkData(world, order, resultOf(world, order)), done, version)
  return linkEnvelope(world, unknownLink(world, fields), done, version)
}

function unknownLink(world: World, fields: Fields) {
  switch (world.quirks.ksher.gatewayQueryNotFound) {
    case "code":
      throw new LinkRefusal(-3, "订单不存在")
    case "fail":
      return failData("KSHER_INVALID_ORDER_NO", notFound(fields), "")
    case "fail_of_16_keys":
      return { ...blankLinkData, appid: fields.appid, mch_order_no: fields.mch_order_no, result: "FAIL" }
  }
}

/** Ksher's own words for a number it does not know. */
export function notFound({
  mch_order_no: mch = "",
  ksher_order_no: ksher = "",
  channel_order_no: channel = "",
}: Fields) {
  const numbers = `mch_order_no:${mch},ksher_order_no:${ksher},channel_order_no:${channel}`
  return `failed to find this order no ('${numbers}',).`
}

/** What the page of `cancel_order` says of its codes. */
const cancelTexts = {
  [-1]: "wrong merchant info",
  [-2]: "merchant signature failed",
  [-3]: "order does not exist",
  [-4]: "order already paid",
  [-5]: "order already cancelled",
  [-6]: "cancel failed",
} as const

export const cancelRefusal = (code: keyof typeof cancelTexts): LinkRefusal =>
  new LinkRefusal(code, cancelTexts[code])

export function cancelOrder({ world, fields }: KsherContext): Envelope {
  const order = findLink(world, fields)
  if (!order) throw cancelRefusal(-3)
  switch (order.status) {
    case "paid":
    case "refunded":
      throw cancelRefusal(-4)
    case "closed":
    case "cancelled":
      throw cancelRefusal(-5)
    case "in_progress":
      throw cancelRefusal(-6)
    default:
      order.status = "closed"
  }
  // The one success without a signature, and with a string for its data.
  return { code: 0, msg: done, data: "取消成功", message: done }
}
