import type { GneteCall } from "../faults"
import type { GneteQuirks } from "../quirks"
import { GneteRefusal, systemError } from "./refusal"

/** The fields a call knows, as the server's typed bean holds them: absent ones are left out, integers are numbers. */
export type Bean = Readonly<Record<string, string | number | undefined>>

interface Field {
  type: "text" | "integer"
  longest?: number
  /** What the server says where it is missing. */
  missing?: string
}

const text = (longest: number, missing?: string): Field => ({
  type: "text",
  longest,
  ...(missing && { missing }),
})
const integer = (missing?: string): Field => ({ type: "integer", ...(missing && { missing }) })

const common: Record<string, Field> = {
  mchNo: text(30, "商户号不能为空"),
  appId: text(24, "应用ID不能为空"),
  reqTime: text(13, "时间戳不能为空"),
  version: text(3, "版本号不能为空"),
  signType: text(32, "签名类型不能为空"),
  sign: text(32, "签名值不能为空"),
}

const ofPayment: Record<string, Field> = { payOrderId: text(30), mchOrderNo: text(30) }

const beans: Record<GneteCall, Record<string, Field>> = {
  "pay/unifiedOrder": {
    ...common,
    mchOrderNo: text(30, "商户订单号不能为空"),
    wayCode: text(30, "支付方式不能为空"),
    amount: integer("支付金额不能为空"),
    currency: text(3, "货币代码不能为空"),
    clientIp: text(32),
    subject: text(64, "商品标题不能为空"),
    body: text(256, "商品描述信息不能为空"),
    notifyUrl: text(256),
    returnUrl: text(256),
    expiredTime: integer(),
    channelExtra: text(256),
    extParam: text(512),
  },
  "pay/query": { ...common, ...ofPayment },
  "pay/close": { ...common, ...ofPayment },
  "pay/cancel": {
    ...common,
    ...ofPayment,
    clientIp: text(32),
    notifyUrl: text(128),
    channelExtra: text(256),
    extParam: text(512),
  },
  "cancel/query": { ...common, cancelOrderId: text(30, "撤销订单号不能为空") },
  "refund/refundOrder": {
    ...common,
    ...ofPayment,
    mchRefundNo: text(30, "商户退款单号不能为空"),
    refundAmount: integer("申请退款金额不能为空"),
    currency: text(3, "货币代码不能为空"),
    refundReason: text(64, "退款原因不能为空"),
    clientIp: text(32),
    notifyUrl: text(128),
    channelExtra: text(256),
    extParam: text(512),
  },
  "refund/query": { ...common, refundOrderId: text(30), mchRefundNo: text(30) },
}

/** Texts and checks of a running Jeepay where they differ from Gnete's pages. */
const jeepayTexts: Readonly<Record<string, string>> = {
  appId: "商户应用ID不能为空",
  refundAmount: "退款金额不能为空",
}

/** The columns of Jeepay's tables: what is longer cannot be stored, and nobody says why. */
const jeepayColumns: Readonly<Record<string, number>> = {
  subject: 64,
  body: 256,
  notifyUrl: 128,
  returnUrl: 128,
  mchOrderNo: 64,
  mchRefundNo: 64,
  currency: 3,
  extParam: 128,
  refundReason: 256,
}

/** As the database throws. Gnete's pages have lengths of their own, checked before. */
export function checkColumns(bean: Bean, { like, enforceLengths }: GneteQuirks): void {
  if (like !== "jeepay" || !enforceLengths) return
  const long = Object.keys(jeepayColumns).some(
    (name) => textOf(bean, name).length > (jeepayColumns[name] ?? 0),
  )
  if (long) throw new GneteRefusal(systemError)
}

/** Reads the request into its bean. What the call does not know never gets in, and so is missing from what is signed. */
export function readBean(call: GneteCall, params: Record<string, unknown>, quirks: GneteQuirks): Bean {
  const known = beans[call]
  const bean: Record<string, string | number> = {}
  for (const [name, field] of Object.entries(known)) {
    const value =
      quirks.like === "jeepay" && field.type === "integer"
        ? parsedLong(name, params[name])
        : valueOf(field, params[name])
    if (value !== undefined) bean[name] = value
  }
  if (quirks.like === "jeepay") checkAsJeepay(bean, known)
  else checkBean(bean, known, quirks)
  return bean
}

/** Java's long: decimals are cut off, which the sign of whoever sent them does not fit. */
function parsedLong(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === "") return undefined
  const number = Number(value)
  if (Number.isNaN(number)) throw new GneteRefusal(`系统异常[parseLong error, field : ${name}]`, 10)
  return Math.trunc(number)
}

function checkAsJeepay(bean: Bean, known: Record<string, Field>): void {
  // Who asks is looked at first.
  for (const [name, { missing }] of [["appId", { missing: "appId" }] as const, ...Object.entries(known)]) {
    if (missing && textOf(bean, name).trim() === "") throw new GneteRefusal(jeepayTexts[name] ?? missing)
  }
  if (Number(bean.amount ?? 1) < 1) throw new GneteRefusal("支付金额不能为空")
  if (Number(bean.refundAmount ?? 1) < 1) throw new GneteRefusal("退款金额请大于1分")
}

function valueOf({ type }: Field, value: unknown): string | number | undefined {
  if (value === undefined || value === null || (type === "integer" && value === "")) return undefined
  if (typeof value !== "string" && typeof value !== "number") throw new GneteRefusal("参数有误！")
  if (type === "text") return String(value)
  if (!/^-?\d{1,15}$/.test(String(value))) throw new GneteRefusal("参数有误！")
  return Number(value)
}

function checkBean(bean: Bean, known: Record<string, Field>, quirks: GneteQuirks): void {
  for (const [name, { missing }] of Object.entries(known)) {
    if (missing && String(bean[name] ?? "").trim() === "") throw new GneteRefusal(missing)
  }
  for (const name of ["amount", "refundAmount", "expiredTime"]) {
    if (Number(bean[name] ?? 1) < 1) throw new GneteRefusal(`${name}必须大于0`)
  }
  if (bean.version !== "1.0" || bean.signType !== "MD5") throw new GneteRefusal("参数有误！")
  if (!/^(\d{10}|\d{13})$/.test(String(bean.reqTime))) throw new GneteRefusal("参数有误！")
  if (quirks.enforceLengths) checkLengths(bean, known, quirks)
}

function checkLengths(bean: Bean, known: Record<string, Field>, quirks: GneteQuirks): void {
  for (const [name, { longest }] of Object.entries(known)) {
    const limit = longest === 256 && name.endsWith("Url") ? quirks.urlMax : longest
    if (limit !== undefined && String(bean[name] ?? "").length > limit) throw new GneteRefusal(systemError)
  }
}

/** The text of a field, "" where it is absent. */
export const textOf = (bean: Bean, name: string) => String(bean[name] ?? "")

/** The text of a field, absent where it is. */
export const maybe = (bean: Bean, name: string) => (bean[name] === undefined ? undefined : String(bean[name]))
