import { addMajor, lessMajor, roundToMinor, toMajor } from "../../../core"
import type { GatewayPayment, Operation } from "../../ledger"
import type { HostPayment } from "../host"

/** What Medusa's books say of an operation, in major units: its own number where it has asked for it. */
export const amountInMedusa = (operation: Operation, { digits }: GatewayPayment): string =>
  operation.medusaAmount ?? toMajor(operation.amount ?? 0, digits)

/**
 * What goes back for a refund of Medusa's, in minor units. Medusa keeps fractions of one, a gateway does not: the refunds up to
 * this one are rounded as a sum, and what went back for those before is taken off. So whole cents go back exactly, and the
 * last refund returns the rest. `booked`: what went back under Medusa's other rows.
 */
export function shareOf(major: string, booked: readonly Operation[], payment: GatewayPayment): number {
  const sum = addMajor(major, ...booked.map((one) => amountInMedusa(one, payment)))
  const before = booked.reduce((minor, one) => minor + (one.amount ?? 0), 0)
  return Math.max(0, roundToMinor(sum, payment.digits) - before)
}

/** A whole amount as Medusa is to enter it: with the last of the money goes the fraction that Medusa still holds. */
export function withFraction(
  amount: string,
  { captured, refunds }: HostPayment,
  { digits }: GatewayPayment,
): string {
  const before = refunds.map((row) => row.amount)
  const isLast = roundToMinor(addMajor(amount, ...before), digits) === roundToMinor(captured, digits)
  return isLast ? lessMajor(captured, ...before) : amount
}
