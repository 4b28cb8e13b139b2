import { PaymentProblem, changeInWords } from "../../../core"
import type { OrderChange } from "../../../core"
import type { OrderStanding } from "../host"

/**
 * Medusa's refund has the provider return the money first, and refuses only then an order that is cancelled or has a change open.
 * What it could not enter is refused before anything is sent.
 */
export function refuseUnenterable(standing: OrderStanding): void {
  if (!standing.needsCreditLine) return
  if (standing.canceled)
    throw new PaymentProblem(
      "conflict",
      "order_canceled",
      "The order is cancelled: what it still holds is returned automatically. Nothing was sent for this request; refund what is owed beyond that under Gateway payments.",
    )
  if (standing.change) throw beside(standing.change, "Medusa cannot enter a refund beside it", "refund again")
}

/** Medusa's cancel returns the money first and enters a credit line after, whatever the order owes. */
export function refuseHalfCancel(standing: OrderStanding): void {
  if (standing.canceled)
    throw new PaymentProblem(
      "conflict",
      "order_canceled",
      "The order has been cancelled already. Nothing was sent for this request.",
    )
  if (standing.change)
    throw beside(standing.change, "Medusa cannot cancel the order beside it", "cancel again")
}

/** The same for the order's own customer, who can end no change but a transfer. */
export const changingForShopper = () =>
  new PaymentProblem(
    "conflict",
    "order_changing",
    "The shop is changing this order at the moment (a return, an exchange, a claim or an edit), so it cannot be cancelled. Nothing has changed; please ask the shop.",
  )

function beside(change: OrderChange, why: string, then: string): PaymentProblem {
  const { name, end } = changeInWords(change)
  return new PaymentProblem(
    "conflict",
    "order_changing",
    `The order has ${name} open, and ${why}. Nothing was sent: ${end}, then ${then}.`,
  )
}
