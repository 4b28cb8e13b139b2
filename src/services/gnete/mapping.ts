import {
  answeredUnknown,
  refused,
  unknown,
  type Refused,
  type RefusalReason,
  type Standing,
  type Unknown,
} from "../../core"

/**
 * What Gnete's documented codes, texts and states mean. Pure tables; what is in none of them is `unknown`. All business
 * errors share the code 9999 and differ only by their Chinese text, which is compared by the part that does not vary.
 */
type Meaning = { reason: RefusalReason; message: string } | { unknown: string }
type Row = readonly [text: string, meaning: Meaning]

const says = (text: string, reason: RefusalReason, message: string): Row => [text, { reason, message }]
const open = (text: string, message: string): Row => [text, { unknown: message }]

/** Texts of every call, raised before anything is done. */
const common: readonly Row[] = [
  says(
    "验签失败",
    "credentials",
    "Gnete does not accept the signature: check appSecret, and that baseUrl is the host it belongs to.",
  ),
  says(
    "商户或商户应用不存在",
    "credentials",
    "Gnete does not know this merchant or application: check mchNo and appId.",
  ),
  says("参数appId与商户号不匹配", "credentials", "Gnete says that appId and mchNo do not belong together."),
  says(
    "商户应用不存在或应用状态不可用",
    "credentials",
    "This application is switched off at Gnete, or unknown there: check appId, and its state in Gnete's console.",
  ),
  says("参数有误", "invalid", "Gnete found a parameter wrong."),
  says("不能为空", "invalid", "Gnete misses a parameter."),
  says("不能同时为空", "invalid", "Gnete misses the number of what it is asked about."),
  says("通知地址协议仅支持", "invalid", "Gnete takes addresses only that begin with http:// or https://."),
  open("系统异常", "Gnete had a system error: it is asked again."),
]

const noOrder = says("订单不存在", "absent", "Gnete knows no such order.")

export const unifiedOrderTexts: readonly Row[] = [
  ["已存在", { reason: "duplicate", message: "Gnete has had an order under this number already." }],
  says("不支持该支付方式", "not_supported", "This merchant's application may not use the wayCode."),
  says("不支持的支付方式", "not_supported", "Gnete does not know the wayCode."),
  ...common,
]

export const payQueryTexts: readonly Row[] = [noOrder, ...common]

export const payCloseTexts: readonly Row[] = [
  noOrder,
  says(
    "当前订单不可关闭",
    "already_closed",
    "Gnete closes only an order that is not paid, failed or closed yet.",
  ),
  ...common,
]

export const payCancelTexts: readonly Row[] = [
  noOrder,
  says("订单状态不正确", "wrong_state", "Gnete reverses only an order it holds as paid."),
  ...common,
]

export const cancelQueryTexts: readonly Row[] = [
  says("订单不存在", "absent", "Gnete knows no such reversal."),
  ...common,
]

export const refundOrderTexts: readonly Row[] = [
  noOrder, // also 退款订单不存在: the order that was to be refunded
  says(
    "订单状态不正确",
    "wrong_state",
    "Gnete refunds only an order it holds as paid, and it does not hold this one so.",
  ),
  says("订单已全额退款", "already_refunded", "Gnete has refunded this payment in full already."),
  says("退款单已完成全部订单退款", "already_refunded", "Gnete has refunded this payment in full already."),
  says(
    "申请金额超出订单可退款余额",
    "exceeds_balance",
    "The refund is larger than what Gnete has left of this payment: record what was returned in its console, then refund the rest.",
  ),
  says(
    "具有在途退款申请",
    "in_progress",
    "Gnete is still at an earlier refund of this payment: try again when that is done.",
  ),
  says(
    "当前通道不支持退款",
    "not_supported",
    "This channel cannot refund: return the money by hand and record it as refunded.",
  ),
  says("退款金额请大于", "invalid", "Gnete refunds one cent at least."),
  // A repeated number is an error and not a replay: the refund under it may have gone through.
  open("已存在", "Gnete has a refund under this number already: it is asked what became of it."),
  ...common,
]

export const refundQueryTexts: readonly Row[] = [
  says("订单不存在", "absent", "Gnete knows no refund with this number: it has refunded nothing under it."),
  ...common,
]

/** Envelope codes other than 0 and 9999. */
const codes: Readonly<Record<string, Meaning>> = {
  10: { unknown: "Gnete had a system error: it is asked again." },
  11: { reason: "invalid", message: "Gnete could not read the request." },
  12: { unknown: "Gnete had a database error: it is asked again." },
}

const businessError = 9999

/** Reads an error: refused as listed, or unknown. Errors are unsigned; TLS is what vouches for them. */
export function meaning(texts: readonly Row[], code: number, message: unknown): Refused | Unknown {
  const listed =
    code === businessError
      ? texts.find(([part]) => typeof message === "string" && message.includes(part))?.[1]
      : codes[String(code)]
  if (listed === undefined)
    return answeredUnknown(String(code), "Gnete gave a reason that its documents do not list.")
  return "unknown" in listed
    ? unknown(String(code), listed.unknown)
    : refused(listed.reason, String(code), listed.message)
}

/** `state` of pay/query. */
export const standings: Readonly<Record<number, Pick<Standing, "state" | "returned">>> = {
  0: { state: "unpaid" },
  1: { state: "in_progress" },
  2: { state: "paid" }, // also after partial refunds
  3: { state: "failed" },
  4: { state: "reversed", returned: "all" },
  5: { state: "refunded", returned: "all" },
  6: { state: "closed" },
}

/** `orderState` of pay/unifiedOrder: what a new order can be. */
export const openStates: Readonly<Record<number, "opened" | "declined">> = {
  0: "opened",
  1: "opened",
  3: "declined",
}

/** Where a refund or reversal stands, with the sentence for those that are not plain. */
export type Progress = { is: "succeeded" | "pending" } | { is: "declined" | "unknown"; message: string }

/** `state` of a refund. */
export const refundStates: Readonly<Record<number, Progress>> = {
  // Gnete stops looking after a 0 and makes a 4 of it, while the channel may have paid.
  0: {
    is: "unknown",
    message: "Gnete has taken the refund in and not said that its channel did: the money may have moved.",
  },
  1: { is: "pending" },
  2: { is: "succeeded" },
  3: { is: "declined", message: "The channel refused the refund. Another try needs a new refund number." },
  4: {
    is: "unknown",
    message: "Gnete has stopped following the refund: the money may have moved; look in its console.",
  },
}

/** `state` of a same-day reversal. */
export const cancelStates: Readonly<Record<number, Progress>> = {
  0: { is: "pending" },
  1: { is: "pending" },
  2: { is: "succeeded" },
  3: { is: "declined", message: "The channel refused the same-day reversal: refund instead." },
  4: {
    is: "unknown",
    message: "Gnete has stopped following the reversal: the money may have moved; look in its console.",
  },
}

/** What a new order's payData is, lower-cased: Gnete writes it both ways. What is not here no browser can follow. */
const payDataKinds: Readonly<Record<string, "url" | "content" | "picture">> = {
  payurl: "url",
  codeurl: "content",
  codeimgurl: "picture",
}

export const payDataKindOf = ({ payDataType = "none" }: { payDataType?: string | undefined }) =>
  payDataKinds[payDataType.toLowerCase()]
