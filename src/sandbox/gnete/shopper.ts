import type { Cancel, GneteOrder, Refund } from "../books"
import { SandboxError } from "../errors"
import type { Shopper } from "../shopper"
import type { World } from "../world"
import { complete } from "./complete"
import { concludeCancel, concludeRefund, newCancel, newRefund } from "./return-calls"
import { paidState, refresh, stateOf } from "./states"

export const gneteShopper: Shopper<GneteOrder> = {
  refresh,

  pay(world, order, options) {
    refresh(world, order)
    if (order.taken > 0) throw new SandboxError(`Order ${order.merchantOrderNo} is paid already.`)
    const over = order.status === "closed" || order.status === "failed"
    if (over && !options.force) {
      throw new SandboxError(
        `Order ${order.merchantOrderNo} is ${order.status}: only a saved QR pays it, with force.`,
      )
    }
    if (over && options.inProgress)
      throw new SandboxError("A payment of a closed order cannot be left in progress.")
    if (options.channel !== undefined && options.channel !== order.channel) {
      throw new SandboxError(`Order ${order.merchantOrderNo} is paid by ${order.channel} only.`)
    }
    order.paying = { amount: options.amount ?? order.amount, currency: options.currency ?? order.currency }
    if (options.inProgress) order.status = "in_progress"
    else complete(world, order)
  },

  fail(world, order) {
    refresh(world, order)
    refuseOver(order)
    order.status = "failed"
    order.paying = null
    order.error = { code: "PAYERROR", message: "payment failed" }
  },

  finish(world, order) {
    refresh(world, order)
    if (!order.paying || order.taken > 0)
      throw new SandboxError(`Nobody is paying order ${order.merchantOrderNo}.`)
    complete(world, order)
  },

  abandon(_, order) {
    if (order.status !== "in_progress")
      throw new SandboxError(`Nobody is paying order ${order.merchantOrderNo}.`)
    order.status = "open"
    order.paying = null
  },

  refundInConsole(world, order, amount) {
    refresh(world, order)
    const left = order.taken - order.returned
    if (amount > left)
      throw new SandboxError(`Only ${left} of order ${order.merchantOrderNo} is left to refund.`)
    const refund = newRefund(world, order, "", amount, consoleUrl(world, order))
    concludeRefund(world, order, refund, world.outcomes.next("gnete", "refund"))
  },

  cancelInConsole(world, order) {
    refresh(world, order)
    if (stateOf(world, order) !== paidState)
      throw new SandboxError(`Order ${order.merchantOrderNo} is not paid.`)
    concludeCancel(world, order, newCancel(world, order, consoleUrl(world, order)), "success")
  },

  answers: (world, order) => stateOf(world, refresh(world, order)),
}

function consoleUrl(world: World, order: GneteOrder): string {
  return world.quirks.gnete.consoleNotifies ? order.notifyUrl : ""
}

function refuseOver(order: GneteOrder): void {
  const over = order.status !== "open" && order.status !== "in_progress"
  if (over) throw new SandboxError(`Order ${order.merchantOrderNo} is ${order.status} already.`)
}

export type Settlement = "success" | "fail" | "close"

/**
 * Ends a refund that was left in state 0 or 1. One that Gnete has given up (4) can still succeed at the channel: the money moves, and
 * nobody is told.
 */
export function settleGneteRefund(
  world: World,
  order: GneteOrder,
  refund: Refund,
  outcome: Settlement,
): void {
  refresh(world, order)
  if (refund.status === "closed" && outcome === "success" && refund.doneAt === null) {
    refund.doneAt = world.clock.now()
    order.returned += refund.amount
    return
  }
  refuseSettled(refund.no, refund)
  const left = order.taken - order.returned
  if (outcome === "success" && refund.amount > left) {
    throw new SandboxError(`The channel has only ${left} left to give back for refund ${refund.no}.`)
  }
  if (outcome === "close") refund.status = "closed"
  else concludeRefund(world, order, refund, outcome)
}

export function settleGneteCancel(
  world: World,
  order: GneteOrder,
  cancel: Cancel,
  outcome: Settlement,
): void {
  refuseSettled(cancel.no, cancel)
  if (outcome === "close") cancel.status = "closed"
  else concludeCancel(world, order, cancel, outcome)
}

function refuseSettled(no: string, { status }: Refund | Cancel): void {
  if (status !== "created" && status !== "in_progress") throw new SandboxError(`${no} is ${status} already.`)
}
