import { PaymentProblem, hasMoney, isToCapture } from "../../core"
import type { GatewayPayment } from "../ledger"
import { requireReach } from "./accounts/account"
import { confirm } from "./settling/confirm"
import type { Deps } from "./deps"
import { reserve } from "./settling/abandonment"
import { emitState } from "./settling/publish"

/** What Medusa is told of a session it wants to complete. */
export interface Authorization {
  payment: GatewayPayment
  status: "captured" | "requires_more" | "pending_authorization" | "canceled" | "error"
}

/**
 * `captured` only for money the gateway has confirmed and Medusa still waits for: never for a payment that is void, late,
 * given back, or of a cancelled order. Throws where the gateway gives no sure answer, or while a refund is under way; Medusa then leaves
 * the session as it is.
 */
export async function authorize(sessionId: string, deps: Deps): Promise<Authorization> {
  const found = await deps.ledger.payments.ofSession(sessionId)
  if (!found)
    throw new PaymentProblem(
      "not_found",
      "payment_unknown",
      "This payment session was not opened by this provider. Nothing has been paid; open a new one.",
    )
  const known = await requireReach(found, deps)
  if (isToCapture(known)) return reserveCapture(known, deps)
  if (hasMoney(known.state) || known.unwanted || known.state === "void")
    return { payment: known, status: "canceled" }
  if (known.state === "unopened") return { payment: known, status: statusOf(known, deps) }
  const { payment, standing, message } = await confirm(known, deps)
  if (!standing)
    throw new PaymentProblem(
      "not_allowed",
      "not_confirmed",
      `The gateway has not confirmed the payment: ${message} Try again in a moment; the payment is not lost.`,
    )
  await emitState(payment, deps)
  if (isToCapture(payment)) return reserveCapture(payment, deps)
  return { payment, status: statusOf(payment, deps) }
}

/**
 * Paid, still wanted, and not on its way back: two payments that are paid at the same moment, for what is wanted once, are told apart here.
 */
async function reserveCapture(payment: GatewayPayment, deps: Deps): Promise<Authorization> {
  const { payment: now, reserved } = await reserve(payment, deps)
  if (!isToCapture(now)) return { payment: now, status: "canceled" }
  if (reserved) return { payment: now, status: "captured" }
  throw new PaymentProblem(
    "conflict",
    "refund_in_progress",
    "A refund of this payment is under way, and nothing is captured meanwhile. Try again when it has ended; the payment is not lost.",
  )
}

/** What Medusa is told where there is nothing to capture: also of what is paid, and was given up while the gateway was asked. */
function statusOf(payment: GatewayPayment, deps: Deps): Authorization["status"] {
  switch (payment.state) {
    case "failed":
      return "error"
    case "unopened":
    case "created":
    case "pending":
      return deps.policy.completion === "order_first" ? "pending_authorization" : "requires_more"
    case "paid":
    case "void":
    case "paid_late":
    case "partially_refunded":
    case "refunded":
      return "canceled"
  }
}
