import { formatMoney, hasMoney, money } from "../../core"
import { committedAmount } from "../ledger"
import type { GatewayPayment, Notification } from "../ledger"
import { raise } from "./attention"
import { tally } from "./confirm"
import type { Deps } from "./deps"
import { withLease } from "./lease"
import { orderRef } from "./orders"

/**
 * Part of a payment was refunded in Gnete's console: its queries list no refunds and go on saying "paid", so that the
 * notification is all there is. The refund is asked about under the number it names, and recorded once, for Medusa's
 * books to follow. Says whether it was. Throws where the gateway has no sure answer, so that it is tried again.
 */
export async function recordNotifiedRefund(
  notification: Notification,
  payment: GatewayPayment,
  deps: Deps,
): Promise<boolean> {
  const { about, refundNo, amount } = notification
  if (about !== "refund" || !refundNo || !amount || !hasMoney(payment.state)) return false
  return withLease(payment.id, deps, (leased) => recordUnknown(leased, refundNo, amount, deps))
}

async function recordUnknown(
  payment: GatewayPayment,
  number: string,
  minor: number,
  deps: Deps,
): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const known = operations.some((one) => one.number === number || one.gatewayNo === number)
  if (known || minor > payment.paidAmount - committedAmount(operations)) return false
  const amount = money(minor, payment.currency)
  const { notifyUrl } = deps
  const answer = await deps.gateway.refundQuery({ number, amount, order: orderRef(payment), notifyUrl })
  if (answer.kind === "unknown" || answer.kind === "not_sent") throw new Error(answer.message)
  if (answer.kind === "pending") return false
  if (answer.kind === "refused") {
    await raise(
      payment,
      "outside_unclear",
      `A verified notification speaks of refund ${number} of ${formatMoney(amount, payment.digits)} that this shop did not make, and the gateway's query does not confirm it (${answer.message}). Nothing was booked: look it up in the gateway's console.`,
      deps,
    )
    return false
  }
  const { gatewayNo } = answer.value
  await deps.ledger.operations.recordOutside(payment.id, { kind: "refund", number, gatewayNo, amount: minor })
  await tally(payment, deps)
  return true
}
