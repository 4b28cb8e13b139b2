import type { GneteOrder } from "../books"
import type { ChannelAnswer } from "../outcomes"
import type { World } from "../world"
import { paymentData, type Data } from "./answers"
import type { GneteApp } from "./apps"
import { checkColumns, maybe, textOf, type Bean } from "./beans"
import { complete } from "./complete"
import { findOrder, makeNo } from "./orders"
import { GneteRefusal, systemError } from "./refusal"
import { stateOf } from "./states"

export interface GneteContext {
  world: World
  app: GneteApp
  bean: Bean
  /** The caller's address. */
  from?: string | undefined
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

export function unifiedOrder(context: GneteContext): Data {
  const { world, app, bean } = context
  checkOrder(world, app, bean)
  checkColumns(bean, world.quirks.gnete)
  const order = makeOrder(context)
  const numbers = { payOrderId: order.gatewayOrderNo, mchOrderNo: order.merchantOrderNo }
  if (world.outcomes.next("gnete", "open") === "fail")
    return { ...numbers, ...declined(order, "CHANNEL_REFUSED", "channel refused the order") }
  const answer = world.outcomes.nextAnswer("open")
  if (answer) return { ...numbers, ...answeredOpen(world, order, answer) }
  return { ...numbers, orderState: stateOf(world, order), ...payData(world, order, bean) }
}

function declined(order: GneteOrder, code: string | undefined, message: string | undefined): Data {
  order.status = "failed"
  order.error = { code, message }
  return { orderState: 3, errCode: code, errMsg: message }
}

/** What becomes of a new order by what the channel says to it. Only one that declines or confirms leaves no doubt. */
function answeredOpen(world: World, order: GneteOrder, { says, thrown, code, message }: ChannelAnswer): Data {
  if (says === "declines") return declined(order, code, message)
  if (says === "confirms") complete(world, order)
  order.openState = says === "system_error" || says === "exception" || says === "nothing" ? 0 : 1
  if (says === "exception") throw new GneteRefusal(systemError)
  if (thrown && says === "unknown")
    throw new GneteRefusal(`${systemError}[Cannot invoke the channel's answer]`, 10)
  if (thrown) throw new GneteRefusal(`系统：${message ?? ""}`)
  return { orderState: stateOf(world, order), payDataType: "payurl", payData: "" }
}

function checkOrder(world: World, app: GneteApp, bean: Bean): void {
  const [number, wayCode] = [textOf(bean, "mchOrderNo"), textOf(bean, "wayCode")]
  const jeepay = world.quirks.gnete.like === "jeepay"
  const notOfApp = "商户应用不支持该支付方式"
  if (!wayCodes.includes(wayCode)) throw new GneteRefusal(jeepay ? notOfApp : "不支持的支付方式")
  if (app.wayCodes && !app.wayCodes.includes(wayCode)) throw new GneteRefusal(notOfApp)
  if (!jeepay && bean.currency !== "HKD") throw new GneteRefusal("不支持的货币代码")
  checkNotifyUrl(bean)
  const returnUrl = textOf(bean, "returnUrl")
  if (returnUrl && !isAddress(returnUrl))
    throw new GneteRefusal(jeepay ? "同步通知地址协议仅支持http:// 或 https:// !" : "参数有误！")
  if (!jeepay) checkChannelExtra(bean)
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

function makeOrder({ world, app, bean, from }: GneteContext): GneteOrder {
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
    clientIp: maybe(bean, "clientIp") ?? (world.quirks.gnete.like === "jeepay" ? from : undefined),
    extParam: maybe(bean, "extParam"),
    createdAt: now,
    expiresAt: now + (Number(bean.expiredTime ?? 0) > 0 ? Number(bean.expiredTime) : 7200) * 1000,
    status: "open",
    paying: null,
    taken: 0,
    returned: 0,
    paidAt: null,
    qrSaved: false,
    openState: undefined,
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
  requireNumber(world, bean, ["mchOrderNo", "payOrderId"])
  const order = findOrder(world, bean)
  if (!order) throw new GneteRefusal("订单不存在")
  return paymentData(world, order)
}

/** Jeepay names the missing numbers, in `pay/close` with a blank more. Gnete's pages do not say what it answers. */
export function requireNumber(world: World, bean: Bean, [first, second]: [string, string], blank = ""): void {
  if (world.quirks.gnete.like !== "jeepay" || textOf(bean, first) || textOf(bean, second)) return
  throw new GneteRefusal(`${first} 和 ${second}${blank}不能同时为空`)
}

/** The row stays as it is: with the channel's words, without any, or with an empty body. */
function answeredClose({ says, message = "" }: ChannelAnswer): null {
  if (says === "exception" || says === "nothing") return null
  throw new GneteRefusal(says === "waits" || says === "unknown" ? "" : message)
}

/** null: the empty body of a channel that cannot close. */
export function payClose({ world, bean }: GneteContext): Data | null {
  requireNumber(world, bean, ["mchOrderNo", "payOrderId"], " ")
  const order = findOrder(world, bean)
  if (!order) throw new GneteRefusal("订单不存在")
  const state = stateOf(world, order)
  if (state !== 0 && state !== 1) throw new GneteRefusal("当前订单不可关闭")
  const answer = state === 1 ? world.outcomes.nextAnswer("close") : undefined
  if (answer && answer.says !== "confirms") return answeredClose(answer)
  if (state === 1 && world.quirks.gnete.emptyClose) return null
  if (state === 1 && world.quirks.gnete.closeInProgress === "refused")
    throw new GneteRefusal("channel refused to close")
  order.status = "closed"
  return {}
}
