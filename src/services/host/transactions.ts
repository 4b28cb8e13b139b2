import { MathBN, type BigNumber } from "@medusajs/framework/utils"

export type Amount = ConstructorParameters<typeof BigNumber>[0]

/** Medusa's BigNumber, at the edge, to a plain decimal (invariant 9). */
export const plainDecimal = (amount: Amount): string => MathBN.convert(amount).toFixed()

export const total = (rows: readonly { amount: Amount }[]): string =>
  rows.reduce((sum, row) => MathBN.add(sum, row.amount), MathBN.convert(0)).toFixed()

/** What the plugin adds where Medusa did not get to write what its payments hold. */
export const correction = "gateway_payments_correction"

interface Named {
  id: string
  captures?: readonly { id: string }[]
  refunds?: readonly { id: string }[]
}

interface Entered {
  amount: Amount
  reference?: string | null
  reference_id?: string | null
}

/**
 * Whether a transaction of an order is Medusa's of one of these payments, and of none of the others. One that the shop or another
 * plugin wrote without a payment carries a reference of its own.
 */
export const isOfPayments = (
  transaction: Omit<Entered, "amount">,
  payments: readonly Named[],
  others: readonly Named[] = [],
): boolean => names(payments, transaction) || (isOfDeletedRefund(transaction) && !names(others, transaction))

const names = (payments: readonly Named[], { reference_id: id }: Omit<Entered, "amount">): boolean =>
  payments.some(
    (payment) =>
      payment.id === id ||
      [...(payment.captures ?? []), ...(payment.refunds ?? [])].some((row) => row.id === id),
  )

/** Medusa deletes the row of a refund that its provider throws on (H1), and not what was entered of it. */
const isOfDeletedRefund = ({ reference, reference_id: id }: Omit<Entered, "amount">): boolean =>
  reference === "refund" && (id?.startsWith("ref_") ?? false)

interface Row {
  id: string
  amount: Amount
}

interface Booked {
  id: string
  captures?: readonly Row[]
  refunds?: readonly Row[]
}

export interface Gap {
  /** What the captures and refunds of these payments add up to. */
  held: string
  /** What the order's transactions say of them. */
  entered: string
  /** Makes up for the difference. */
  missing: { amount: string; reference: string; referenceId: string }[]
}

/**
 * What an order's transactions leave out of its payments, or say too much. What is missing is entered as Medusa would have: it
 * takes a transaction of the same reference for its own, and writes none besides. What is too much is corrected by one of ours.
 */
export function gapOf(
  payments: readonly Booked[],
  transactions: readonly Entered[],
  others: readonly Named[] = [],
): Gap {
  const held = MathBN.sub(
    total(payments.flatMap((payment) => payment.captures ?? [])),
    total(payments.flatMap((payment) => payment.refunds ?? [])),
  )
  const entered = total(transactions.filter((one) => isOfPayments(one, payments, others)))
  const gap = MathBN.sub(held, entered)
  const absent = unentered(payments, transactions)
  const missing = MathBN.eq(total(absent), gap)
    ? absent
    : [{ amount: gap.toFixed(), reference: correction, referenceId: payments[0]?.id ?? "" }]
  return { held: held.toFixed(), entered, missing: MathBN.eq(gap, 0) ? [] : missing }
}

const unentered = (payments: readonly Booked[], transactions: readonly Entered[]): Gap["missing"] => {
  const named = new Set(transactions.map((one) => `${one.reference} ${one.reference_id}`))
  return payments
    .flatMap(({ captures = [], refunds = [] }) => [
      ...captures.map(({ id, amount }) => ({
        amount: plainDecimal(amount),
        reference: "capture",
        referenceId: id,
      })),
      ...refunds.map(({ id, amount }) => ({
        amount: MathBN.mult(amount, -1).toFixed(),
        reference: "refund",
        referenceId: id,
      })),
    ])
    .filter(({ reference, referenceId }) => !named.has(`${reference} ${referenceId}`))
}
