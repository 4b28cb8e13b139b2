import { hasMoney, isOpen, isUnclear } from "../../../src/core"
import { committedAmount, returnedAmount, returns, standingOf } from "../../../src/services/ledger"
import type { GatewayPayment, Operation } from "../../../src/services/ledger"
import { SandboxError, type Book } from "../../../src/sandbox"
import type { Payout } from "../../../src/sandbox/ksher/payout-calls"
import { captured, exactly, refunded, rounded, type Payment, type Session } from "../../support/fake-medusa"
import type { Shop } from "./shop"

export type Finding = string | false | undefined

/** One payment in the three books. */
export interface Account {
  payment: GatewayPayment
  operations: Operation[]
  /** The gateway's own truth; `undefined`: no order was ever made there. */
  book: Book | undefined
  /** What has truly gone back: of the gateway's order, and by payouts. */
  back: number
  medusa: Payment | undefined
  session: Session | undefined
  order: { canceled: boolean } | undefined
}

export async function accountsOf(shop: Shop): Promise<Account[]> {
  const { sandbox, ledger } = shop.lane
  const payments = await shop.payments()
  const payouts = await sandbox.payouts()
  return Promise.all(
    payments.map(async (payment) => {
      const operations = await ledger.operations.ofPayment(payment.id)
      const book = await sandbox.book(payment.number).catch(noSuchOrder)
      return {
        ...{ payment, operations, book, back: (book?.returned ?? 0) + paidOut(operations, payouts) },
        medusa: [...shop.tables.payments.values()].find((one) => one.sessionId === payment.sessionId),
        session: shop.tables.sessions.get(payment.sessionId),
        order: shop.tables.orders.get(shop.tables.collections.get(payment.collectionId ?? "")?.orderId ?? ""),
      }
    }),
  )
}

function paidOut(operations: readonly Operation[], payouts: readonly Payout[]): number {
  const numbers = new Set(operations.map(({ number }) => number))
  return payouts
    .filter(({ no, state }) => state === "success" && numbers.has(no))
    .reduce((total, { amount }) => total + amount, 0)
}

function noSuchOrder(error: unknown): undefined {
  if (!(error instanceof SandboxError)) throw error
}

export const inWords = (findings: Finding[]): string[] =>
  findings.filter((one): one is string => typeof one === "string")

/** What must hold at every moment, also while nothing is known: nothing moved twice, nothing claimed, nothing forgotten. */
export function never({ payment, operations, book, back, medusa }: Account): string[] {
  const taken = book?.taken ?? 0
  const said = returnedAmount(operations)
  return inWords([
    back > taken && `${back} went back for ${taken} paid`,
    said > back && `the ledger says that ${said} went back, it was ${back}`,
    back > committedAmount(operations) &&
      `${back} went back, the ledger reckons with ${committedAmount(operations)}`,
    hasMoney(payment.state) && !taken && `${payment.state}, and nobody has paid`,
    medusa && rounded(captured(medusa)) > taken && `Medusa captured ${captured(medusa)} of ${taken}`,
    !scheduled(payment, operations) && `nobody will look at it again: ${payment.state}`,
  ])
}

/** The gateway refused to open it, or was not reached: there is nothing to look at. */
const neverOpened = (payment: GatewayPayment): boolean =>
  payment.state === "failed" && !payment.action && !payment.unwanted

function scheduled(payment: GatewayPayment, operations: readonly Operation[]): boolean {
  if (payment.nextCheckAt || payment.attentionCode) return true
  const open = isOpen(payment.state) && !neverOpened(payment)
  return !open && returns(operations).every(isSettled)
}

const isSettled = ({ state }: Operation) => state !== "pending" && !isUnclear(state)

/** What must hold of a payment that no person is called for, once everything has had its time: the books are equal. */
export function settled(account: Account): string[] {
  const { payment, operations, book, back, medusa, session, order } = account
  const taken = book?.taken ?? 0
  const doubtful = returns(operations).find((operation) => !isSettled(operation))
  return inWords([
    taken > 0 && !hasMoney(payment.state) && `paid there, ${payment.state} here`,
    payment.paidAmount !== taken && `${payment.paidAmount} paid here, ${taken} there`,
    payment.refundedAmount !== back && `${payment.refundedAmount} returned here, ${back} there`,
    doubtful && `${doubtful.kind} ${doubtful.number} is still ${doubtful.state}`,
    medusa &&
      rounded(captured(medusa)) !== taken &&
      `Medusa captured ${captured(medusa)}, the gateway took ${taken}`,
    medusa &&
      rounded(refunded(medusa)) !== back &&
      `Medusa refunded ${refunded(medusa)}, the gateway ${back}`,
    !medusa && taken !== back && `${taken - back} is held and Medusa does not know`,
    order?.canceled && taken !== back && `the order is cancelled and ${taken - back} is held`,
    payable(account) &&
      (payment.state === "void" || payment.unwanted !== null) &&
      "nobody wants it and it can be paid",
    payment.announced !== standingOf(payment) &&
      !neverOpened(payment) &&
      `announced ${payment.announced}, is ${standingOf(payment)}`,
    ...sessionFindings(payment, session),
    ...rowFindings(operations, medusa),
  ])
}

const payable = ({ book }: Account): boolean => book?.state === "open" || book?.state === "in_progress"

/** What Medusa's session says to the storefront and to the admin. */
function sessionFindings(payment: GatewayPayment, session: Session | undefined): Finding[] {
  if (!session) return []
  const said = session.metadata.gateway_state
  return [
    said !== payment.state && `the session says ${String(said)}, it is ${payment.state}`,
    payment.state === "void" && session.status !== "canceled" && `void, and its session is ${session.status}`,
  ]
}

/** What Medusa's row for an operation is to say, in minor units. */
const inMedusasBooks = ({ amount, medusaAmount }: Operation): number =>
  medusaAmount === null ? (amount ?? 0) : exactly(Number(medusaAmount) * 100)

/** Every refund row stands for one operation of its amount, and every operation that moved money has its row. */
function rowFindings(operations: readonly Operation[], medusa: Payment | undefined): Finding[] {
  if (!medusa) return []
  const done = returns(operations).filter((operation) => operation.state === "succeeded")
  const amounts = (rows: readonly { id: string | null; amount: number | null }[]) =>
    rows
      .map((row) => `${row.id ?? "none"} ${row.amount ?? 0}`)
      .sort()
      .join(", ")
  const booked = amounts(medusa.refunds)
  const moved = amounts(done.map((one) => ({ id: one.refundId, amount: inMedusasBooks(one) })))
  return [booked !== moved && `Medusa's refunds are [${booked}], those of the ledger [${moved}]`]
}

/** Medusa's sums are those of its own rows. */
export function medusasSums(shop: Shop): string[] {
  const { collections, payments, orders } = shop.tables
  return [...collections.values()].flatMap((collection) => {
    const mine = [...payments.values()].filter((payment) => payment.collectionId === collection.id)
    const [paid, back] = [sum(mine.map(captured)), sum(mine.map(refunded))]
    const order = orders.get(collection.orderId ?? "")
    const transactions = sum((order?.transactions ?? []).map((one) => one.amount))
    return inWords([
      (collection.captured !== paid || collection.refunded !== back) &&
        `the collection says ${collection.captured} − ${collection.refunded}, its rows ${paid} − ${back}`,
      order &&
        transactions !== exactly(paid - back) &&
        `the order's transactions are ${transactions}, its rows ${paid - back}`,
    ])
  })
}

const sum = (amounts: readonly number[]): number =>
  exactly(amounts.reduce((total, amount) => total + amount, 0))
