import type { GneteOrder } from "../books"
import type { World } from "../world"
import { paymentData, type Data } from "./answers"
import type { GneteApp } from "./apps"
import { maybe, textOf, type Bean } from "./beans"
import { findOrder, makeNo } from "./orders"
import { GneteRefusal } from "./refusal"
import { stateOf } from "./states"

export interface GneteContext {
  world: World
  app: GneteApp
  bean: Bean
}

/** Way codes seen in use or named in Gnete's pages. */
const wayCodes = [
  "UP_OP",
  "WX_H5",
  "WX_QR",
  "WX_APP",
  "WX_LITE",
  "WX_JSAPI",
  "ALI_H5",
  "ALI_QR",
  "ALI_APP",
  "YSF_QR",
]

export function unifiedOrder({ world, app, bean }: GneteContext): Data {
  checkOrder(world, app, bean)
  const order = makeOrder(world, app, bean)
  const numbers = { payOrderId: order.gatewayOrderNo, mchOrderNo: order.merchantOrderNo }
  if (world.outcomes.next("gnete", "open") === "fail") {
    order.status = "failed"
    order.error = { code: "CHANNEL_REFUSED", message: "channel refused the order" }
    return { ...numbers, orderState: 3, errCode: order.error.code, errMsg: order.error.message }
  }
  return { ...numbers, orderState: stateOf(world, order), ...payData(world, order, bean) }
}

function checkOrder(world: World, app: GneteApp, bean: Bean): void {
  const [number, wayCode] = [textOf(bean, "mchOrderNo"), textOf(bean, "wayCode")]
  if (!wayCodes.includes(wayCode)) throw new GneteRefusal("不支持的支付方式")
  if (app.wayCodes && !app.wayCodes.includes(wayCode)) throw new GneteRefusal("商户应用不支持该支付方式")
  if (bean.currency !== "HKD") throw new GneteRefusal("不支持的货币代码")
  checkNotifyUrl(bean)
  const returnUrl = textOf(bean, "returnUrl")
  if (returnUrl && !isAddress(returnUrl)) throw new GneteRefusal("参数有误！")
  checkChannelExtra(bean)
  const known = world.books.gneteOrders(app.mchNo, number)
  if (known.some((order) => order.merchantOrderNo === number))
    throw new GneteRefusal(`商户订单[${number}]已存在`)
}

export function checkNotifyUrl(bean: Bean): void {
  const url = textOf(bean, "notifyUrl")
  if (url && !isAddress(url)) throw new GneteRefusal("异步通知地址协议仅支持http:// 或 https:// !")
}

const isAddress = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text)

function checkChannelExtra(bean: Bean): void {
  const extra = textOf(bean, "channelExtra")
  if (extra && parsedExtra(extra) === undefined) throw new GneteRefusal("channelExtra参数有误！")
}

function parsedExtra(text: string): Record<string, unknown> | undefined {
  try {
    const extra: unknown = JSON.parse(text)
    return typeof extra === "object" && extra !== null ? (extra as Record<string, unknown>) : undefined
  } catch {
    return undefined // refused by the caller: channelExtra must be JSON
  }
}

function makeOrder(world: World, app: GneteApp, bean: Bean): GneteOrder {
  const now = world.clock.now()
  const order: GneteOrder = {
    gateway: "gnete",
    account: app.mchNo,
    appId: app.appId,
    merchantOrderNo: textOf(bean, "mchOrderNo"),
    gatewayOrderNo: makeNo(world, "P"),
    token: world.random.hex(32),
    channel: textOf(bean, "wayCode"),
    channelOrderNo: "",
    currency: textOf(bean, "currency"),
    amount: Number(bean.amount),
    notifyUrl: textOf(bean, "notifyUrl"),
    returnUrl: textOf(bean, "returnUrl"),
    subject: textOf(bean, "subject"),
    body: textOf(bean, "body"),
    clientIp: maybe(bean, "clientIp"),
    extParam: maybe(bean, "extParam"),
    createdAt: now,
    expiresAt: now + Number(bean.expiredTime ?? 7200) * 1000,
    status: "open",
    paying: null,
    taken: 0,
    returned: 0,
    paidAt: null,
    qrSaved: false,
    paidAfterClose: false,
    refunds: [],
    cancels: [],
  }
  world.books.add(order)
  return order
}

function payData(world: World, order: GneteOrder, bean: Bean): Data {
  const page = `${world.url}/pay/${order.token}`
  const way = order.channel
  if (way.endsWith("_QR")) {
    // A QR shown by the shop is as good as saved.
    order.qrSaved = true
    const type = parsedExtra(textOf(bean, "channelExtra") || "{}")?.payDataType ?? "codeUrl"
    return type === "codeImgUrl"
      ? { payDataType: "codeImgUrl", payData: `${page}/qr.png` }
      : { payDataType: "codeUrl", payData: `${page}/saved` }
  }
  if (way.endsWith("_APP") || way.endsWith("_LITE") || way.endsWith("_JSAPI")) {
    const payDataType = way.startsWith("WX_") ? "wxapp" : "aliapp"
    return { payDataType, payData: JSON.stringify({ prepayId: order.token }) }
  }
  return { payDataType: world.quirks.gnete.payDataTypeCase, payData: page }
}

export function payQuery({ world, bean }: GneteContext): Data {
  const order = findOrder(world, bean)
  if (!order) throw new GneteRefusal("订单不存在")
  return paymentData(world, order)
}

/** null: the empty body of a channel that cannot close. */
export function payClose({ world, bean }: GneteContext): Data | null {
  const order = findOrder(world, bean)
  if (!order) throw new GneteRefusal("订单不存在")
  const state = stateOf(world, order)
  if (state !== 0 && state !== 1) throw new GneteRefusal("当前订单不可关闭")
  if (state === 1 && world.quirks.gnete.emptyClose) return null
  if (state === 1 && world.quirks.gnete.closeInProgress === "refused")
    throw new GneteRefusal("channel refused to close")
  order.status = "closed"
  return {}
}
