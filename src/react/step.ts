import { isOpen, type State } from "../core/states"
import type { Tried } from "../core/shopper-texts"
import type { GatewayPaymentAction, StoreGatewayPayment } from "../types"

/**
 * What a shopper is shown.
 *
 * - `none`: there is no session yet. `loading`: nothing has been heard of it yet; nothing is asked of the shopper before.
 * - `choose`: the session waits for a choice. `opening`: the gateway is making the order.
 * - `pay`: it can be paid by `action`.
 * - `failed`, `expired`: nothing was paid by it, and another try takes a new session.
 * - `paid`: the money is there.
 * - `part_returned`, `returned`: it is on its way back, also before the gateway has sent it. Where no order was made by it, another try takes a
 *   new session.
 * - `late`: the money came after the shop had given the payment up.
 */
export const steps = [
  "none",
  "loading",
  "choose",
  "opening",
  "pay",
  "failed",
  "expired",
  "paid",
  "part_returned",
  "returned",
  "late",
] as const
export type Step = (typeof steps)[number]

export type Action = GatewayPaymentAction
export type Payment = StoreGatewayPayment

const byState: Readonly<Record<State, Step>> = {
  unopened: "choose",
  created: "opening",
  pending: "pay",
  failed: "failed",
  void: "expired",
  paid: "paid",
  partially_refunded: "part_returned",
  refunded: "returned",
  paid_late: "late",
}

/** Pure. `now` is the server's time in milliseconds; without it nothing has run out. */
export function stepOf(payment: Payment | null, now: number | null): Step {
  if (!payment) return "loading"
  const step = payment.returning ? "returned" : byState[payment.state]
  if (step !== "pay") return step
  return payment.action && msLeft(payment, now) !== 0 ? "pay" : "expired"
}

/** Until it can no longer be paid; `null` where nothing says when, or the time is not known. */
export function msLeft({ expires_at }: Payment, now: number | null): number | null {
  return expires_at === null || now === null ? null : Math.max(0, new Date(expires_at).getTime() - now)
}

/** The money has arrived, in time or not, whatever became of it since. */
export const hasArrived = (step: Step): boolean =>
  step === "paid" || step === "part_returned" || step === "returned" || step === "late"

/**
 * Why the shopper is asked to try once more. `waitsForMoney`: the page has an order to make by it. Money that went back before made none;
 * what an order's page sees go back was paid for it, and nothing is asked for again.
 */
export function triedOf(step: Step, waitsForMoney: boolean): Tried | null {
  switch (step) {
    case "failed":
    case "expired":
      return step
    case "returned":
    case "part_returned":
      return waitsForMoney ? "returned" : null
    default:
      return null
  }
}

/** No other payment may be started: the money is there. */
export const isHeld = (step: Step, waitsForMoney: boolean): boolean =>
  hasArrived(step) && triedOf(step, waitsForMoney) === null

/**
 * Nothing is left to wait for. A payment that failed or ran out may be paid all the same while the gateway's page or code is open.
 * `isRefundAwaited`: somebody wants to see the money go back.
 */
export function isDone(payment: Payment, isRefundAwaited: boolean): boolean {
  // Its refund may still fail, and an order be made by it.
  if (payment.returning) return false
  if (isOpen(payment.state) || payment.state === "unopened")
    return payment.state === "failed" && !payment.action
  return !isRefundAwaited || payment.state === "refunded" || payment.state === "void"
}
