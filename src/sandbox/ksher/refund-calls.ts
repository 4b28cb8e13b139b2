import type { KsherOrder, Refund } from "../books"
import { reported } from "../books"
import type { Envelope } from "../exchange"
import type { World } from "../world"
import { failData, refundData, refundsData, walletEnvelope } from "./answers"
import { channels, namedInRefundQuery } from "./channels"
import type { KsherContext } from "./link-calls"
import { giveBack, makeKsherNo } from "./orders"
import { WalletRefusal } from "./refusal"
import type { Fields } from "./requests"
import { namedOrder } from "./wallet-calls"

export function orderRefund(context: KsherContext): Envelope {
  const { world, fields, version } = context
  const order = refundableOrder(context)
  const earlier = earlierRefund(world, order, fields)
  if (!earlier) checkAmount(context, order)
  const refund = earlier ?? makeRefund(world, order, fields)
  const nonce = fields.nonce_str ?? ""
  const data =
    refund.status === "success"
      ? refundData(world, order, refund, nonce)
      : failData("KSHER_SYSTEMERROR", "ksher system error. please retry.", nonce, "NOTSURE")
  return walletEnvelope(world, data, version)
}

function refundableOrder({ world, fields }: KsherContext): KsherOrder {
  const order = namedOrder(world, fields)
  if (order.taken === 0) throw new WalletRefusal("KSHER_ORDER_NOT_PAID", "order not paid")
  const channel = channels.get(order.channel)
  if (!channel?.refundable || (fields.channel && fields.channel !== order.channel)) {
    throw new WalletRefusal("KSHER_CHANNEL_NOT_SUPPORTED", `channel ${order.channel} does not support refund`)
  }
  if (channel.refundByKsherNo && !fields.ksher_order_no) {
    throw new WalletRefusal("KSHER_INVALID_PARAM", "ksher_order_no is required")
  }
  const { amount, currency } = reported(order)
  if (Number(fields.total_fee) !== amount)
    throw new WalletRefusal("KSHER_INVALID_PARAM", "total_fee does not match")
  if (fields.fee_type !== currency) throw new WalletRefusal("KSHER_INVALID_PARAM", "fee_type does not match")
  return order
}

/** "Each refund no. can be used once only": a number that reached a refund stays with that refund. */
function earlierRefund(world: World, order: KsherOrder, fields: Fields): Refund | undefined {
  const [known] = world.books
    .refunds("ksher", order.account, fields.mch_refund_no ?? "")
    .filter(({ refund }) => refund.no === fields.mch_refund_no)
  if (!known) return undefined
  const same = known.order === order && known.refund.amount === Number(fields.refund_fee)
  const over = known.refund.status === "failed" || known.refund.status === "closed"
  const again = known.refund.status !== "success" || world.quirks.ksher.repeatedRefund === "same_success"
  if (!same || over || !again) throw new WalletRefusal("KSHER_REFUND_NO_USED", "duplicate mch_refund_no")
  return known.refund
}

function checkAmount({ world, merchant, fields }: KsherContext, order: KsherOrder): void {
  const wanted = Number(fields.refund_fee)
  const pending = order.refunds
    .filter(({ status }) => status === "created" || status === "in_progress")
    .reduce((sum, { amount }) => sum + amount, 0)
  const left = world.quirks.ksher.overRefund === "paid" ? order.taken : order.taken - order.returned - pending
  if (wanted > left) {
    throw new WalletRefusal("KSHER_REFUND_FEE_EXCEEDED", "refund_fee exceeds what is left")
  }
  if (wanted !== order.taken && !merchant.allowPartialRefund) {
    throw new WalletRefusal("KSHER_CHANNEL_NOT_SUPPORTED", "partial refund is not allowed")
  }
}

function makeRefund(world: World, order: KsherOrder, fields: Fields): Refund {
  const outcome = world.outcomes.next("ksher", "refund")
  // Nothing has happened and the number stays free: Ksher asks to repeat with the same parameters.
  if (outcome === "fail") throw new WalletRefusal("KSHER_SYSTEMERROR", "ksher system error. please retry.")
  if (outcome === "insufficient_balance") {
    throw new WalletRefusal("KSHER_BALANCE_NOT_ENOUGH", "merchant balance is not enough")
  }
  const { attach = "", device_id = "", operator_id = "" } = fields
  const refund = newRefund(world, order, fields.mch_refund_no ?? "", Number(fields.refund_fee))
  refund.echoed = { attach, device_id, operator_id }
  if (outcome !== "success") refund.status = outcome
  else giveBack(world, order, refund)
  return refund
}

/** A refund that is known to the books but has moved nothing yet. */
export function newRefund(world: World, order: KsherOrder, no: string, amount: number): Refund {
  const gatewayNo = makeKsherNo(world, order.account)
  const refund: Refund = {
    no: no || gatewayNo,
    gatewayNo,
    channelNo: world.serial(10),
    amount,
    status: "created",
    createdAt: world.clock.now(),
    doneAt: null,
    notifyUrl: "",
    echoed: {},
  }
  world.books.addRefund(order, refund)
  return refund
}

export function refundQuery({ world, fields, version }: KsherContext): Envelope {
  const order = namedOrder(world, fields)
  if (fields.channel && !namedInRefundQuery.includes(fields.channel))
    throw new WalletRefusal("KSHER_INVALID_PARAM", "channel is wrong")
  if (channels.get(order.channel)?.noRefundQuery) {
    throw new WalletRefusal(
      "KSHER_CHANNEL_NOT_SUPPORTED",
      `channel ${order.channel} does not support refund query`,
    )
  }
  const quirks = world.quirks.ksher
  const asked = fields.mch_refund_no && quirks.refundQueryLists === "asked"
  const listed = order.refunds.filter((refund) => !asked || refund.no === fields.mch_refund_no)
  if (listed.length === 0 && quirks.unknownRefund === "fail") {
    throw new WalletRefusal("KSHER_REFUND_NOT_FOUND", "failed to find this refund")
  }
  return walletEnvelope(world, refundsData(world, order, listed, fields.nonce_str ?? ""), version)
}
