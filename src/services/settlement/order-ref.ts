import { money, titleOf } from "../../core"
import type { GatewayName, NotSent, OrderRef, Outcome, RefundOrder, Unknown } from "../../core"
import type { GatewayPayment, Operation } from "../ledger"
import { requireOwnAccount } from "./accounts/account"
import type { Deps } from "./deps"

/** How the gateway finds the order of a payment again. No order is named at another account than the one that it was opened with. */
export function orderRef(payment: GatewayPayment, deps: Pick<Deps, "gateway">): OrderRef {
  requireOwnAccount(payment, deps)
  return {
    number: payment.number,
    amount: money(payment.amount, payment.currency),
    mode: payment.mode,
    channel: payment.channel ?? undefined,
    gatewayNo: payment.gatewayNo ?? undefined,
    payNo: payment.payNo ?? undefined,
  }
}

/** How the gateway finds a refund of ours again, or makes it. */
export const refundOrder = (payment: GatewayPayment, operation: Operation, deps: Deps): RefundOrder => ({
  number: operation.number,
  amount: money(operation.amount ?? 0, payment.currency),
  order: orderRef(payment, deps),
  notifyUrl: deps.notifyUrl,
})

/** What a question came to, in words that nobody takes for words about what was asked about. */
export const messageOfAnswer = (
  answer: Exclude<Outcome<unknown>, { kind: "succeeded" }>,
  gateway: GatewayName,
): string =>
  answer.kind === "not_sent" ? `${titleOf(gateway)} could not be asked (${answer.code}).` : answer.message

/** Kept with an operation in doubt: the gateway did answer, with a failure it does not document. */
export const answeredReason = "answered"

/** Kept with an operation in doubt: the gateway's host says that it takes no such call. */
export const unhandledReason = "unhandled"

/** What of an outcome is kept with the operation. */
export const problemOf = (
  outcome: Outcome<unknown>,
): { reason?: string; code?: string; message?: string } => {
  if (outcome.kind === "succeeded") return {}
  if (outcome.kind === "pending") return { message: outcome.message }
  if (outcome.kind === "refused")
    return { reason: outcome.reason, code: outcome.code, message: outcome.message }
  return { ...doubtOf(outcome), code: outcome.code, message: outcome.message }
}

const doubtOf = (outcome: Unknown | NotSent): { reason?: string } => {
  if (outcome.kind === "not_sent") return {}
  if (outcome.unhandled) return { reason: unhandledReason }
  return outcome.answered ? { reason: answeredReason } : {}
}
