import { PaymentProblem } from "../../core"

/** What was looked up of a payment that has to be there. */
export function known<Found>(found: Found | undefined): Found {
  if (found !== undefined) return found
  throw new PaymentProblem(
    "not_found",
    "payment_unknown",
    "No gateway payment belongs to this payment session. Nothing was sent.",
  )
}
