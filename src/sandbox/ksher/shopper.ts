import type { KsherOrder, Refund } from "../books"
import { SandboxError } from "../errors"
import type { PayOptions, Shopper } from "../shopper"
import type { World } from "../world"
import { reaches } from "./channels"
import { giveBack, makeChannelNo, makeKsherNo, refresh, resultOf } from "./orders"
import { newRefund } from "./refund-calls"
import { announcePayment } from "./webhook"

export const ksherShopper: Shopper<KsherOrder> = {
  refresh,

  pay(world, order, options) {
    refresh(world, order)
    if (order.taken > 0) throw new SandboxError(`Order ${order.merchantOrderNo} is paid already.`)
    if (order.qrDead) throw new SandboxError(`The QR of order ${order.merchantOrderNo} was closed.`)
    if (order.status === "closed" && !options.force) {
      throw new SandboxError(`Order ${order.merchantOrderNo} is closed: only a saved QR pays it, with force.`)
    }
    if (order.status === "closed" && options.inProgress) {
      throw new SandboxError("A payment of a closed order cannot be left in progress.")
    }
    order.channel = chosenChannel(order, options)
    order.paying = { amount: options.amount ?? order.amount, currency: options.currency ?? order.currency }
    if (options.inProgress) order.status = "in_progress"
    else complete(world, order)
  },

  fail(world, order) {
    refresh(world, order)
    refuseOver(order)
    order.status = "failed"
    order.paying = null
  },

  finish(world, order) {
    if (order.status !== "in_progress")
      throw new SandboxError(`Nobody is paying order ${order.merchantOrderNo}.`)
    complete(world, order)
  },

  abandon(_, order) {
    if (order.status !== "in_progress")
      throw new SandboxError(`Nobody is paying order ${order.merchantOrderNo}.`)
    order.status = "open"
    order.paying = null
    if (order.kind === "link") order.channel = ""
  },

  refundInConsole(world, order, amount) {
    refresh(world, order)
    const left = order.taken - order.returned
    if (amount > left)
      throw new SandboxError(`Only ${left} of order ${order.merchantOrderNo} is left to refund.`)
    giveBack(world, order, newRefund(world, order, "", amount))
  },

  cancelInConsole(world, order) {
    refresh(world, order)
    refuseOver(order)
    order.status = "closed"
  },

  answers: (world, order) => resultOf(world, refresh(world, order)),
}

function refuseOver(order: KsherOrder): void {
  const over = order.taken > 0 || order.status === "closed"
  if (over) throw new SandboxError(`Order ${order.merchantOrderNo} is ${order.status} already.`)
}

function chosenChannel(order: KsherOrder, { channel }: PayOptions): string {
  const wanted = channel ?? order.channels.find((each) => reaches(each, order.amount, order.currency, []))
  if (wanted === undefined || !order.channels.includes(wanted)) {
    throw new SandboxError(`Order ${order.merchantOrderNo} is offered by ${order.channels.join(", ")} only.`)
  }
  return wanted
}

function complete(world: World, order: KsherOrder): void {
  order.status = "paid"
  order.paidAt = world.clock.now()
  order.taken = order.paying?.amount ?? order.amount
  order.channelOrderNo = makeChannelNo(world, order.channel)
  order.gatewayOrderNo ||= makeKsherNo(world, order.account)
  world.books.know(order, order.gatewayOrderNo)
  world.books.know(order, order.channelOrderNo)
  announcePayment(world, order)
}

/** Ends a refund that was left pending, as the wallet does sooner or later. Ksher tells nobody. */
export function settleKsherRefund(
  world: World,
  order: KsherOrder,
  refund: Refund,
  outcome: "success" | "fail" | "close",
): void {
  refresh(world, order)
  if (refund.status !== "created" && refund.status !== "in_progress") {
    throw new SandboxError(`Refund ${refund.no} is ${refund.status} already.`)
  }
  if (outcome === "success") return giveBack(world, order, refund)
  refund.status = outcome === "fail" ? "failed" : "closed"
  refund.doneAt = world.clock.now()
}
