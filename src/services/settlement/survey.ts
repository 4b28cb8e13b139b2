import { addMajor, formatMoney, hasMoney, isOpen, money, roundToMinor, sameMoney, toMajor } from "../../core"
import type { RefundRecord, Standing } from "../../core"
import { isUnsettled, returnedAmount, returns } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { isKnown, listsRefunds, numberOf } from "./confirm"
import type { SettleDeps } from "./deps"
import type { HostOrder, HostPayment } from "./host"
import { orderRef } from "./orders"

export interface Change {
  gateway_payment_id: string
  what: string
  from: string
  to: string
}

/** What settling a payment would change, found by asking the gateway and reading Medusa, changing nothing. */
export async function survey(payment: GatewayPayment, deps: SettleDeps): Promise<Change[]> {
  const answer = await deps.gateway.query(orderRef(payment, deps))
  const standing = answer.kind === "succeeded" ? answer.value : undefined
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const mayHaveReturned =
    standing?.state === "refunded" || (standing?.state === "paid" && listsRefunds(payment, deps))
  const listed = mayHaveReturned ? await deps.gateway.refundsOf(orderRef(payment, deps)) : undefined
  const booked = await deps.host.payment(payment.sessionId)
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  return differences({
    payment,
    standing,
    listed: listed?.kind === "succeeded" ? listed.value : undefined,
    operations,
    booked,
    order,
  })
}

interface Picture {
  payment: GatewayPayment
  standing: Standing | undefined
  /** The refunds that the gateway lists, where it lists any. */
  listed: readonly RefundRecord[] | undefined
  operations: readonly Operation[]
  booked: HostPayment | undefined
  order: HostOrder | undefined
}

/** The differences between gateway, ledger and Medusa, in both directions. Pure. */
export function differences(picture: Picture): Change[] {
  return [...atTheGateway(picture), ...inDoubt(picture), ...inTheBooks(picture)].map(([what, from, to]) => ({
    gateway_payment_id: picture.payment.id,
    what,
    from,
    to,
  }))
}

type Difference = [what: string, from: string, to: string]

function atTheGateway(picture: Picture): Difference[] {
  const { payment, standing } = picture
  if (!standing) return [["no answer from the gateway", payment.state, payment.state]]
  const asked = money(payment.amount, payment.currency)
  if (standing.amount && !sameMoney(standing.amount, asked))
    return [["amount", formatMoney(asked, payment.digits), formatMoney(standing.amount, payment.digits)]]
  const paidThere = ["paid", "refunded", "reversed"].includes(standing.state)
  if (hasMoney(payment.state)) return paidThere ? returnedThere(picture, standing) : ofPaid(payment, standing)
  if (!paidThere) return ofOpen(payment, standing)
  const late = payment.unwanted !== null || payment.state === "void"
  return [["paid there, unpaid here", payment.state, late ? "paid_late" : "paid"]]
}

const ofPaid = (payment: GatewayPayment, standing: Standing): Difference[] =>
  standing.state === "in_progress" ? [] : [["paid here, not there", payment.state, standing.state]]

function returnedThere({ payment, listed, operations }: Picture, standing: Standing): Difference[] {
  if (standing.returned === "all" || standing.state === "reversed")
    return payment.state === "refunded" ? [] : [["refunded there, not here", payment.state, "refunded"]]
  if (!listed)
    return standing.state === "paid" || returnedAmount(operations) > 0
      ? []
      : [["refunded there, not here", toMajor(0, payment.digits), "an amount it does not say"]]
  return listed
    .filter((record) => record.state === "succeeded" && !isKnown(record, operations))
    .map((record) => [
      `refund ${numberOf(record)} there, not here`,
      toMajor(0, payment.digits),
      toMajor(record.amount.minor, payment.digits),
    ])
}

function ofOpen(payment: GatewayPayment, standing: Standing): Difference[] {
  if (!isOpen(payment.state)) return []
  if (standing.state === "closed") return [["closed there, open here", payment.state, "void"]]
  if (standing.state === "failed")
    return payment.state === "failed" ? [] : [["failed there, open here", payment.state, "failed"]]
  return payment.unwanted ? [["open there, unwanted here", payment.state, "void"]] : []
}

const inDoubt = ({ operations }: Picture): Difference[] =>
  returns(operations)
    .filter(isUnsettled)
    .map((operation) => [
      `${operation.kind} ${operation.number} to be asked about`,
      operation.state,
      "settled",
    ])

function inTheBooks({ payment, operations, booked, order }: Picture): Difference[] {
  const show = (minor: number) => toMajor(minor, payment.digits)
  // Medusa keeps fractions of a minor unit: its sums are rounded, never its rows.
  const rounded = (...majors: string[]) => roundToMinor(addMajor(...majors), payment.digits)
  const captured = booked ? rounded(booked.captured) : 0
  const refunded = booked ? rounded(...booked.refunds.map((row) => row.amount)) : 0
  const returned = returnedAmount(operations)
  const pending = returns(operations)
    .filter((operation) => operation.state === "pending")
    .reduce((sum, operation) => sum + (operation.amount ?? 0), 0)
  if (!captured) {
    if (payment.state === "paid" && !payment.unwanted)
      return [["captured in Medusa", "0", show(payment.paidAmount)]]
    if (hasMoney(payment.state) && returned + pending < payment.paidAmount)
      return [["late money to give back", show(payment.paidAmount - returned - pending), "0"]]
    return []
  }
  const found: Difference[] = []
  if (refunded !== returned + pending)
    found.push(["refunds in Medusa's books", show(refunded), show(returned + pending)])
  if (order?.canceled && returned + pending < payment.paidAmount)
    found.push(["cancelled order still holds", show(payment.paidAmount - returned - pending), "0"])
  return found
}
