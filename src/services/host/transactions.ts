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

export interface Entered {
  amount: Amount
  reference?: string | null
  reference_id?: string | null
  /** The order's, when it was entered. */
  version?: number
}

/** Whether a provider of Medusa's is this plugin's. */
export const isOurs = (providerId: string): boolean => /^pp_(ksher|gnete)(_|$)/.test(providerId)

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

/** What an order says of itself. */
export interface Asked {
  version: number
  /** What it asks for; below zero it owes the shopper. */
  pending: Amount
}

/**
 * What an order asks for only because it went back: its process died before Medusa entered the credit line. A credit line begins
 * a new version of the order, so it can only be missing of refunds under the present one, and of those not entered yet.
 */
export function creditDue(
  { version, pending }: Asked,
  payments: readonly Booked[],
  transactions: readonly Entered[],
  gap: Pick<Gap, "held" | "entered">,
): string {
  const asked = MathBN.add(pending, MathBN.sub(gap.entered, gap.held))
  const back = total(
    payments
      .flatMap(({ refunds = [] }) => refunds)
      .filter((row) => (enteredUnder(row, payments, transactions) ?? version) === version),
  )
  const due = MathBN.lt(asked, back) ? asked : MathBN.convert(back)
  return MathBN.gt(due, 0) ? plainDecimal(due) : "0"
}

/**
 * The version a refund was entered under. Medusa's cancel and a correction enter several at once, under a payment's id. Medusa's
 * next refund enters one that its dead process had not, by its own amount: what makes up for that counts.
 */
function enteredUnder(
  { id, amount }: Row,
  payments: readonly Booked[],
  transactions: readonly Entered[],
): number | undefined {
  const own = transactions.find((one) => one.reference === "refund" && one.reference_id === id)
  if (own && MathBN.eq(MathBN.add(own.amount, amount), 0)) return own.version
  const ids = new Set(payments.map((payment) => payment.id))
  const versions = transactions
    .filter((one) => one.reference !== "capture" && ids.has(one.reference_id ?? ""))
    .map((one) => one.version ?? 0)
  return versions.length ? Math.max(...versions) : undefined
}
