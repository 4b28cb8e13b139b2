import { reported, type Cancel, type GneteOrder, type Refund } from "../books"
import type { ChannelAnswer, Outcome } from "../outcomes"
import type { World } from "../world"
import { cancelData, cancelReply, refundData, refundReply, type Data } from "./answers"
import { checkColumns, textOf, maybe, type Bean } from "./beans"
import { announceCancel, announceRefund } from "./notification"
import { findOrder, makeNo } from "./orders"
import { checkNotifyUrl, requireNumber, type GneteContext } from "./pay-calls"
import { GneteRefusal, systemError } from "./refusal"
import { paidState, refresh, sameDay, stateOf } from "./states"

export function payCancel({ world, bean }: GneteContext): Data {
  const order = findOrder(world, bean)
  if (!order) throw new GneteRefusal("订单不存在")
  checkNotifyUrl(bean)
  const earlier = order.cancels.find(({ status }) => status !== "failed" && status !== "closed")
  if (earlier && world.quirks.gnete.repeatedCancel === "same") return cancelReply(earlier)
  checkCancel(world, order, earlier)

  const cancel = newCancel(world, order, textOf(bean, "notifyUrl"), maybe(bean, "extParam"))
  concludeCancel(world, order, cancel, world.outcomes.next("gnete", "cancel"))
  return cancelReply(cancel)
}

/** The order of these checks and their words are the sandbox's own: Gnete's page lists neither. */
function checkCancel(world: World, order: GneteOrder, earlier: Cancel | undefined): void {
  if (earlier) throw new GneteRefusal("订单已撤销或撤销中")
  if (stateOf(world, order) !== paidState) throw new GneteRefusal("订单状态不正确， 无法完成撤销")
  if (order.returned > 0 && !world.quirks.gnete.cancelAfterPartialRefund)
    throw new GneteRefusal("订单已退款，不可撤销")
  if (underWay(order)) throw new GneteRefusal("支付订单具有在途退款申请，请稍后再试")
  if (!sameDay(world, order)) throw new GneteRefusal("订单已超过撤销时限")
}

export function newCancel(world: World, order: GneteOrder, notifyUrl: string, extParam?: string): Cancel {
  const cancel: Cancel = {
    no: makeNo(world, "C"),
    channelNo: world.serial(10),
    amount: order.taken - order.returned,
    status: "created",
    createdAt: world.clock.now(),
    doneAt: null,
    notifyUrl,
    extParam,
  }
  world.books.addCancel(order, cancel)
  return cancel
}

/** What the channel says to a cancel. Success takes the whole payment back and tells the merchant. */
export function concludeCancel(world: World, order: GneteOrder, cancel: Cancel, outcome: Outcome): void {
  if (outcome === "created") return
  if (outcome === "in_progress") {
    cancel.status = "in_progress"
    return
  }
  cancel.doneAt = world.clock.now()
  if (outcome === "success") {
    cancel.status = "success"
    order.returned += cancel.amount
    order.status = "cancelled"
  } else {
    cancel.status = "failed"
    cancel.error = channelError(outcome)
  }
  if (cancel.status === "success" || world.quirks.gnete.failedCancelNotifies)
    announceCancel(world, order, cancel)
}

export function cancelQuery({ world, app, bean }: GneteContext): Data {
  const [found] = world.books.cancels(app.mchNo, textOf(bean, "cancelOrderId"))
  if (!found) throw new GneteRefusal("订单不存在")
  return cancelData(found.order, found.cancel)
}

export function refundOrder({ world, app, bean }: GneteContext): Data {
  requireNumber(world, bean, ["mchOrderNo", "payOrderId"])
  const order = findOrder(world, bean)
  if (!order) throw new GneteRefusal("退款订单不存在")
  checkNotifyUrl(bean)
  checkRefund(world, order, bean)
  const number = textOf(bean, "mchRefundNo")
  const used = world.books.refunds("gnete", app.mchNo, number).some(({ refund }) => refund.no === number)
  if (used) throw new GneteRefusal(`商户退款订单号[${number}]已存在`)
  if (!world.quirks.gnete.refundBeforeSettlement && sameDay(world, order))
    throw new GneteRefusal("当前通道不支持退款！")

  checkColumns(bean, world.quirks.gnete)
  const refund = newRefund(world, order, number, Number(bean.refundAmount), textOf(bean, "notifyUrl"))
  const extParam = maybe(bean, "extParam")
  if (extParam !== undefined) refund.echoed = { extParam }
  const answer = world.outcomes.nextAnswer("refund")
  if (answer) return answeredRefund(world, order, refund, answer)
  concludeRefund(world, order, refund, world.outcomes.next("gnete", "refund"))
  const stuck = refund.status === "created" && world.quirks.gnete.createdRefundAnswers === "error"
  if (stuck) throw new GneteRefusal(systemError)
  return refundReply(order, refund)
}

/** What becomes of a refund by what the channel says to it. One that is left in state 0 may have moved money. */
function answeredRefund(
  world: World,
  order: GneteOrder,
  refund: Refund,
  { says, thrown, code, message }: ChannelAnswer,
): Data {
  const stuck = says === "system_error" || says === "exception" || says === "nothing"
  const outcome = stuck
    ? "created"
    : says === "confirms"
      ? "success"
      : says === "declines"
        ? "fail"
        : "in_progress"
  concludeRefund(world, order, refund, outcome, { code, message })
  if (says === "exception") throw new GneteRefusal(systemError)
  if (thrown && stuck) throw new GneteRefusal(`系统：${message ?? ""}`)
  return { ...refundReply(order, refund), ...(thrown && { errMsg: message }) }
}

/** In the order in which the server checks. */
function checkRefund(world: World, order: GneteOrder, bean: Bean): void {
  const amount = Number(bean.refundAmount)
  if (stateOf(world, order) !== paidState) throw new GneteRefusal("订单状态不正确， 无法完成退款")
  if (order.returned >= order.taken) throw new GneteRefusal("订单已全额退款，本次申请失败")
  if (order.returned + amount > order.taken)
    throw new GneteRefusal("申请金额超出订单可退款余额，请检查退款金额")
  if (underWay(order)) throw new GneteRefusal("支付订单具有在途退款申请，请稍后再试")
  const foreign = bean.currency !== reported(order).currency && world.quirks.gnete.like === "pages"
  if (foreign) throw new GneteRefusal("货币代码与支付订单不一致")
}

/** Only state 1 blocks: a refund left in state 0 does not. */
function underWay(order: GneteOrder): boolean {
  return order.refunds.some(({ status }) => status === "in_progress")
}

export function newRefund(
  world: World,
  order: GneteOrder,
  no: string,
  amount: number,
  notifyUrl: string,
): Refund {
  const gatewayNo = makeNo(world, "R")
  const refund: Refund = {
    no: no || gatewayNo,
    gatewayNo,
    channelNo: world.serial(10),
    amount,
    status: "created",
    createdAt: world.clock.now(),
    doneAt: null,
    notifyUrl,
    echoed: {},
  }
  world.books.addRefund(order, refund)
  return refund
}

/** What the channel says to a refund. Success and failure tell the merchant. */
export function concludeRefund(
  world: World,
  order: GneteOrder,
  refund: Refund,
  outcome: Outcome,
  error: Refund["error"] = channelError(outcome),
): void {
  if (outcome === "created") return
  if (outcome === "in_progress") {
    refund.status = "in_progress"
    return
  }
  refund.doneAt = world.clock.now()
  if (outcome === "success") {
    refund.status = "success"
    order.returned += refund.amount
    // The row of an order paid after its close stays as it is, whatever happens at the channel.
    const whole = order.returned >= order.taken && stateOf(world, order) === paidState
    if (whole) order.status = "refunded"
  } else {
    refund.status = "failed"
    refund.error = error
  }
  announceRefund(world, order, refund)
}

function channelError(outcome: Outcome) {
  return outcome === "insufficient_balance"
    ? { code: "BALANCE_NOT_ENOUGH", message: "merchant balance is not enough" }
    : { code: "CHANNEL_REFUSED", message: "channel refused" }
}

export function refundQuery({ world, app, bean }: GneteContext): Data {
  requireNumber(world, bean, ["mchRefundNo", "refundOrderId"])
  const byGateway = textOf(bean, "refundOrderId")
  const number = byGateway || textOf(bean, "mchRefundNo")
  const found = world.books
    .refunds("gnete", app.mchNo, number)
    .find(({ refund }) => number !== "" && number === (byGateway ? refund.gatewayNo : refund.no))
  if (found?.order.gateway !== "gnete") throw new GneteRefusal("订单不存在")
  return refundData(refresh(world, found.order), found.refund)
}
