import { reported, type Cancel, type GneteOrder, type Refund } from "../books"
import type { World } from "../world"
import { returnState, stateOf } from "./states"

/** Fields of an answer; those undefined are absent from its JSON and from its sign. */
export type Data = Record<string, string | number | undefined>

/** Without the fields that are absent. */
export function present(data: Data): Record<string, string | number> {
  const kept: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(data)) if (value !== undefined) kept[name] = value
  return kept
}

/** `pay/query`, and the payment notification with another state. */
export function paymentData(world: World, order: GneteOrder, state = stateOf(world, order)): Data {
  const { amount, currency } = reported(order)
  return {
    payOrderId: order.gatewayOrderNo,
    mchNo: order.account,
    appId: order.appId,
    mchOrderNo: order.merchantOrderNo,
    ifCode: interfaceOf(order.channel),
    wayCode: order.channel,
    amount,
    currency,
    state,
    clientIp: order.clientIp,
    subject: order.subject,
    body: order.body,
    channelOrderNo: order.channelOrderNo || undefined,
    errCode: order.error?.code,
    errMsg: order.error?.message,
    extParam: order.extParam,
    createdAt: order.createdAt,
    successTime: state === 2 || state === 4 || state === 5 ? (order.paidAt ?? undefined) : undefined,
  }
}

export function refundReply(order: GneteOrder, refund: Refund): Data {
  return {
    refundOrderId: refund.gatewayNo,
    mchRefundNo: refund.no,
    payAmount: reported(order).amount,
    refundAmount: refund.amount,
    state: returnState[refund.status],
    channelOrderNo: refund.status === "success" ? refund.channelNo : undefined,
    errCode: refund.error?.code,
    errMsg: refund.error?.message,
  }
}

/** `refund/query`, and the refund notification. */
export function refundData(order: GneteOrder, refund: Refund): Data {
  return {
    ...refundReply(order, refund),
    payOrderId: order.gatewayOrderNo,
    mchNo: order.account,
    appId: order.appId,
    currency: reported(order).currency,
    extParam: refund.echoed.extParam,
    createdAt: refund.createdAt,
    successTime: refund.status === "success" ? (refund.doneAt ?? undefined) : undefined,
  }
}

export function cancelReply(cancel: Cancel): Data {
  return {
    cancelOrderId: cancel.no,
    state: returnState[cancel.status],
    channelOrderNo: cancel.status === "created" ? undefined : cancel.channelNo,
    errCode: cancel.error?.code,
    errMsg: cancel.error?.message,
  }
}

/** `cancel/query`, and the cancel notification. It names no merchant order, and calls `extParam` extraParam. */
export function cancelData(order: GneteOrder, cancel: Cancel): Data {
  return {
    ...cancelReply(cancel),
    payOrderId: order.gatewayOrderNo,
    mchNo: order.account,
    appId: order.appId,
    payAmount: reported(order).amount,
    currency: reported(order).currency,
    extraParam: cancel.extParam,
    createdAt: cancel.createdAt,
    successTime: cancel.status === "success" ? (cancel.doneAt ?? undefined) : undefined,
  }
}

function interfaceOf(wayCode: string): string {
  if (wayCode.startsWith("WX_")) return "wxpay"
  if (wayCode.startsWith("ALI_")) return "alipay"
  return wayCode.startsWith("YSF_") ? "ysfpay" : "unionpay"
}
