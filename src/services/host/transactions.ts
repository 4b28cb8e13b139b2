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
  id: string
  version: number
  /** What it asks for; below zero it owes the shopper. What is on its way back by a return is taken off. */
  pending: Amount
}

/** Of an order: each change that is confirmed begins a new one, and a credit line is one. */
export interface Version {
  version: number
  /** What it asked for at its end; below zero it owed the shopper. */
  pending: Amount
  /** All credit lines of the order. */
  credited: Amount
  /** A return, an exchange or a claim had begun by then: what Medusa kept of `pending` does not take off what is on its way back. */
  hasReturns: boolean
}

/**
 * What an order asks for only because it went back: its process died before Medusa entered the credit line. Each version adds what
 * went back in it, and takes off the credit lines that it began with. It is never more than the order asks for: what Medusa owed
 * anyway has no credit line, and a person who makes the order smaller has dealt with it.
 *
 * `versions`: in their order and without a gap, the last is the present one. What was entered before the first counts as credited.
 */
export function creditDue(
  versions: readonly Version[],
  payments: readonly Booked[],
  transactions: readonly Entered[],
  others: readonly Named[] = [],
): string {
  const gap = gapOf(payments, transactions, others)
  const isOfRefund = (one: Entered) => one.reference !== "capture" && isOfPayments(one, payments, others)
  const back = (entered: readonly Entered[]) => MathBN.mult(total(entered.filter(isOfRefund)), -1)
  let due = MathBN.convert(0)
  for (const [index, { version, pending, credited, hasReturns }] of versions.entries()) {
    const isPresent = index === versions.length - 1
    const entered = transactions.filter((one) => one.version === version)
    const credits = MathBN.sub(credited, versions[index - 1]?.credited ?? 0)
    const carried = hasReturns ? MathBN.convert(0) : MathBN.sub(due, credits)
    const begun = within(carried, MathBN.add(pending, total(entered)))
    // What was never entered went back under the present one.
    const returned = isPresent
      ? MathBN.sub(
          total(payments.flatMap(({ refunds = [] }) => refunds)),
          back(transactions.filter((one) => one.version !== version)),
        )
      : back(entered)
    const unentered = isPresent ? MathBN.sub(gap.entered, gap.held) : 0
    due = within(MathBN.add(begun, returned), MathBN.add(pending, unentered))
  }
  return plainDecimal(due)
}

const within = (due: Amount, asked: Amount) => MathBN.max(0, MathBN.min(due, asked))
