import {
  addMajor,
  changeWords,
  formatMoney,
  hasMoney,
  heldBeyond,
  isOpen,
  money,
  roundToMinor,
  sameMoney,
  toMajor,
} from "../../core"
import type { ChangeCode, Demand, RefundRecord, Standing, Unwanted } from "../../core"
import { isUnsettled, returnedAmount, returns } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { listsRefunds } from "./settling/confirm"
import type { SettleDeps } from "./deps"
import { dismissedAmount, dismissedRefunds } from "./returns/dismissed"
import type { BookDifference, HostOrder, HostPayment } from "./host"
import { matchDescriptions, unknownHere } from "./returns/listed"
import { orderRef } from "./order-ref"
import { lookUpDemand } from "./settling/abandonment"
import { reasonToAbandon } from "./settling/decide-abandonment"

export interface Change {
  gateway_payment_id: string
  code: ChangeCode
  /** The refund or the reversal that it is about. */
  number?: string
  /** The code in plain words. */
  what: string
  /** A state or an amount: what the books say, and what they should. */
  from: string
  to: string
}

/** What settling a payment would change, and whether parts returned in the gateway's console would be seen. */
export interface Survey {
  changes: Change[]
  isBlind: boolean
}

/** Asks the gateway and reads Medusa, and changes nothing. */
export async function survey(payment: GatewayPayment, deps: SettleDeps): Promise<Survey> {
  // Nothing was ever sent about it.
  if (payment.openedAt === null) return { changes: [], isBlind: false }
  const answer = await deps.gateway.query(orderRef(payment, deps))
  const standing = answer.kind === "succeeded" ? answer.value : undefined
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const mayHaveReturned =
    standing?.state === "refunded" || (standing?.state === "paid" && listsRefunds(payment, deps))
  const listed = mayHaveReturned ? await deps.gateway.refundsOf(orderRef(payment, deps)) : undefined
  const picture: Picture = {
    payment,
    standing,
    listed: listed?.kind === "succeeded" ? listed.value : undefined,
    operations,
    ...(await lookAtMedusa(payment, deps)),
  }
  const holds = standing?.state === "paid" && payment.refundedAmount < payment.paidAmount
  return { changes: differences(picture), isBlind: holds && !listsRefunds(payment, deps) }
}

/** What Medusa holds of it, and whether it still wants it. */
async function lookAtMedusa(
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<Pick<Picture, "booked" | "order" | "why" | "beyond" | "books">> {
  const { collectionId, unwanted } = payment
  const booked = await deps.host.payment(payment.sessionId)
  const order = collectionId ? await deps.host.orderOf(collectionId) : undefined
  const books = booked ? await deps.host.compareBooks(booked, order) : []
  if (!collectionId) return { booked, order, why: unwanted, beyond: 0, books }
  const { demand, reserved } = await lookUpDemand(collectionId, deps)
  const why = unwanted ?? reasonToAbandon(payment, demand, reserved)
  const beyond = isLastHeld(payment, demand) ? heldBeyond(demand, payment.digits) : 0
  return { booked, order, why, beyond, books }
}

/** Of several payments of an order, the last one is what was too much. */
const isLastHeld = ({ sessionId }: GatewayPayment, { held, order }: Demand): boolean =>
  !order?.canceled && held.at(-1)?.sessionId === sessionId

interface Picture {
  payment: GatewayPayment
  standing: Standing | undefined
  /** The refunds that the gateway lists, where it lists any. */
  listed: readonly RefundRecord[] | undefined
  operations: readonly Operation[]
  booked: HostPayment | undefined
  order: HostOrder | undefined
  /** Why Medusa does not want the payment, where it does not. */
  why: Unwanted | null | undefined
  /** What Medusa holds beyond what the order wants, in minor units. */
  beyond: number
  books: readonly BookDifference[]
}

/** The differences between gateway, ledger and Medusa, in both directions. Pure. */
export function differences(picture: Picture): Change[] {
  return [...atTheGateway(picture), ...inDoubt(picture), ...inTheBooks(picture)].map(
    ([code, from, to, number]) => ({
      gateway_payment_id: picture.payment.id,
      code,
      ...(number === undefined ? {} : { number }),
      what: changeWords[code](number ?? ""),
      from,
      to,
    }),
  )
}

type Difference = [code: ChangeCode, from: string, to: string, number?: string]

function atTheGateway(picture: Picture): Difference[] {
  const { payment, standing, why } = picture
  if (!standing) return [["no_answer", payment.state, payment.state]]
  const asked = money(payment.amount, payment.currency)
  if (standing.amount && !sameMoney(standing.amount, asked))
    return [["amount", formatMoney(asked, payment.digits), formatMoney(standing.amount, payment.digits)]]
  const paidThere = ["paid", "refunded", "reversed"].includes(standing.state)
  if (hasMoney(payment.state)) return paidThere ? returnedThere(picture, standing) : ofPaid(payment, standing)
  if (!paidThere) return ofOpen(picture, standing)
  const late = (why ?? null) !== null || payment.state === "void"
  return [["paid_there", payment.state, late ? "paid_late" : "paid"]]
}

const ofPaid = (payment: GatewayPayment, standing: Standing): Difference[] =>
  standing.state === "in_progress" ? [] : [["unpaid_there", payment.state, standing.state]]

function returnedThere({ payment, listed, operations }: Picture, standing: Standing): Difference[] {
  if (standing.returned === "all" || standing.state === "reversed")
    return payment.state === "refunded" ? [] : [["refunded_there", payment.state, "refunded"]]
  if (!listed)
    return standing.state === "paid" || returnedAmount(operations) > 0
      ? []
      : [["refunded_there", toMajor(0, payment.digits), "unsaid"]]
  return matchDescriptions(unknownHere(listed, operations), operations).rest.map(({ name, record }) => [
    "refund_there",
    toMajor(0, payment.digits),
    toMajor(record.amount.minor, payment.digits),
    name,
  ])
}

function ofOpen({ payment, why }: Picture, standing: Standing): Difference[] {
  if (!isOpen(payment.state)) return []
  if (standing.state === "closed") return [["closed_there", payment.state, "void"]]
  if (standing.state === "failed")
    return payment.state === "failed" ? [] : [["failed_there", payment.state, "failed"]]
  return why ? [["unwanted", payment.state, "void"]] : []
}

const inDoubt = ({ operations }: Picture): Difference[] =>
  returns(operations)
    .filter(isUnsettled)
    .map((operation) => ["doubt", operation.state, "settled", operation.number])

function inTheBooks(picture: Picture): Difference[] {
  const { payment, operations, booked, order, why, beyond, books } = picture
  const show = (minor: number) => toMajor(minor, payment.digits)
  // Medusa keeps fractions of a minor unit: its sums are rounded, never its rows.
  const rounded = (...majors: string[]) => roundToMinor(addMajor(...majors), payment.digits)
  const captured = booked ? rounded(booked.captured) : 0
  const refunded = booked ? rounded(...booked.refunds.map((row) => row.amount)) : 0
  const returned = returnedAmount(operations)
  const pending = returns(operations)
    .filter((operation) => operation.state === "pending")
    .reduce((sum, operation) => sum + (operation.amount ?? 0), 0)
  const left = payment.paidAmount - returned - pending - dismissedAmount(payment, operations)
  const back = returned + pending + dismissedRefunds(payment, operations)
  if (!captured) {
    if (payment.state === "paid" && !why) return [["capture", "0", show(payment.paidAmount)]]
    return hasMoney(payment.state) && left > 0 ? [["late", show(left), "0"]] : []
  }
  // A refund that is missing on one side explains what the sums made of it say.
  const found: Difference[] =
    refunded === back
      ? books.map(({ what, from, to }) => [what, from, to])
      : [["refunds", show(refunded), show(back)]]
  if (order?.canceled && left > 0) found.push(["cancelled_order", show(left), "0"])
  if (beyond > 0) found.push(["captured_beyond", show(beyond), "0"])
  return found
}
