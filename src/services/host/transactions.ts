import { MathBN, type BigNumber } from "@medusajs/framework/utils"

export type Amount = ConstructorParameters<typeof BigNumber>[0]

/** Medusa's BigNumber, at the edge, to a plain decimal (guarantee 9). */
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

interface Dated {
  amount: Amount
  created_at: string | Date
}

/** Of an order: each change that is confirmed begins a new one, and a credit line is one. */
export interface Version {
  version: number
  begun: string | Date
  /** What it was to be paid in all, its credit lines taken off. */
  wanted: Amount
  /** All credit lines of the order. */
  credited: Amount
  /** A return, an exchange or a claim had begun by then: what Medusa kept of `wanted` does not take off what is on its way back. */
  hasReturns: boolean
}

/**
 * What an order asks for only because it went back: its process died before Medusa entered the credit line. Each version adds what
 * went back in it, and takes off the credit lines that it began with. It is never more than the order asks for: what Medusa owed
 * anyway has no credit line, and a person who makes the order smaller has dealt with it. How much money moved, its rows tell:
 * what was entered of it may be missing or wrong.
 *
 * `versions`: in their order and without a gap, the last is the present one. What went back before the first counts as credited.
 */
export function creditDue(
  versions: readonly Version[],
  payments: readonly (Named & { captures?: readonly (Row & Dated)[]; refunds?: readonly (Row & Dated)[] })[],
  transactions: readonly Entered[],
  others: readonly Named[] = [],
): string {
  const captures = payments.flatMap((payment) => payment.captures ?? [])
  const refunds = payments.flatMap((payment) => payment.refunds ?? [])
  const elsewhere = transactions.filter((one) => !isOfPayments(one, payments, others))
  const isBefore = datedBy(versions, transactions)
  let due = MathBN.convert(0)
  for (const [index, { version, wanted, credited, hasReturns }] of versions.entries()) {
    const own = MathBN.sub(wanted, total(elsewhere.filter((one) => (one.version ?? 0) <= version)))
    const asked = (at: number) =>
      MathBN.add(MathBN.sub(own, total(captures.filter(isBefore(at)))), total(refunds.filter(isBefore(at))))
    const credits = MathBN.sub(credited, versions[index - 1]?.credited ?? 0)
    const carried = hasReturns ? MathBN.convert(0) : MathBN.sub(due, credits)
    const back = total(refunds.filter((row) => isBefore(index + 1)(row) && !isBefore(index)(row)))
    due = within(MathBN.add(within(carried, asked(index)), back), asked(index + 1))
  }
  return plainDecimal(due)
}

/**
 * Whether money moved before the version at an index: its row or its transaction is older. A row may be dated by a machine whose
 * clock is ahead, and a transaction entered late. No version begins before the one that it follows.
 */
function datedBy(versions: readonly Version[], transactions: readonly Entered[]) {
  const starts = versions.map(({ begun }) => new Date(begun).getTime())
  const ascending = starts.map((_, index) => Math.max(...starts.slice(0, index + 1)))
  const entered = new Map<string, number>()
  for (const { reference_id: id, version } of transactions)
    if (id && version !== undefined) entered.set(id, Math.min(version, entered.get(id) ?? version))
  return (index: number) =>
    ({ id, created_at }: Row & Dated): boolean => {
      const next = versions[index]
      if (!next) return true
      const version = entered.get(id)
      const isEntered = version !== undefined && version < next.version
      return isEntered || new Date(created_at).getTime() < (ascending[index] ?? 0)
    }
}

const within = (due: Amount, asked: Amount) => MathBN.max(0, MathBN.min(due, asked))
