import {
  addMajor,
  changeWords,
  formatMoney,
  hasMoney,
  heldBeyond,
  isOpen,
  isUnclear,
  money,
  roundToMinor,
  toMajor,
} from "../../core"
import type { ChangeCode, Demand, RefundRecord, Standing, Unwanted } from "../../core"
import { committedAmount, isDone, isUnfinished, returnedAmount, returns } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { listsRefunds } from "./settling/confirm"
import type { SettleDeps } from "./deps"
import { dismissedAmount, dismissedRefunds, isDismissed, isLeftOut } from "./returns/dismissed"
import type { BookDifference, HostOrder, HostPayment } from "./host"
import { matchDescriptions, unknownHere } from "./returns/listed"
import { unmatchedRows } from "./returns/refund-rows"
import { orderRef } from "./order-ref"
import { lookUpDemand } from "./settling/abandonment"
import { decideCapture, isCaptured } from "./settling/decide-capture"
import { decideOwed } from "./settling/decide-owed"
import type { Debt } from "./settling/decide-owed"
import { decideStanding, saysMoney } from "./settling/decide-standing"
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
    now: deps.clock.now(),
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
  now: Date
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

/** What the next look would write of the gateway's answer: `decideStanding` says so here as there. */
function atTheGateway(picture: Picture): Difference[] {
  const { payment, standing, why, now } = picture
  if (!standing) return [["no_answer", payment.state, payment.state]]
  const step = decideStanding({ ...payment, unwanted: why ?? null }, standing, now)
  switch (step.do) {
    case "raise":
      return step.attention.code === "amount_mismatch"
        ? [["amount", shownSum(payment, payment.amount), saidSum(payment, standing)]]
        : [["unpaid_there", payment.state, standing.state]]
    case "call_paid":
      return [["paid_there", payment.state, step.to]]
    case "end":
      return [[step.to === "void" ? "closed_there" : "failed_there", payment.state, step.to]]
    case "note":
      if (!hasMoney(payment.state)) return ofOpen(picture)
      return saysMoney(standing.state) ? returnedThere(picture, standing) : ofPaid(payment, standing)
  }
}

const shownSum = ({ currency, digits }: GatewayPayment, minor: number): string =>
  formatMoney(money(minor, currency), digits)

const saidSum = ({ digits }: GatewayPayment, { amount }: Standing): string =>
  amount ? formatMoney(amount, digits) : "unsaid"

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

const ofOpen = ({ payment, why }: Picture): Difference[] =>
  why && isOpen(payment.state) ? [["unwanted", payment.state, "void"]] : []

const inDoubt = ({ operations }: Picture): Difference[] =>
  returns(operations)
    .filter(isUnfinished)
    .map((operation) => ["doubt", operation.state, "settled", operation.number])

function inTheBooks(seen: Picture): Difference[] {
  const picture = { ...seen, operations: handedOver(seen) }
  const { payment, booked, order, beyond } = picture
  const show = (minor: number) => toMajor(minor, payment.digits)
  if (!isCaptured(booked)) return uncaptured(picture, owedBack(picture))
  const found = refundsInMedusa(picture, booked)
  const owed = order?.canceled ? owedBack(picture) : 0
  if (owed > 0) found.push(["cancelled_order", show(owed), "0"])
  if (beyond > 0) found.push(["captured_beyond", show(beyond), "0"])
  return found
}

/** A return that Medusa does not know is handed to a row of the same amount that nothing carries, and is the money of that row. */
function handedOver({ payment, operations, booked }: Picture): readonly Operation[] {
  const open = unmatchedRows(booked, operations).filter(({ id }) => !isDismissed(payment, id))
  return open.reduce<readonly Operation[]>((now, row) => {
    const amount = roundToMinor(row.amount, payment.digits)
    const twin = notBookedOf(now, booked).find((one) => one.amount === amount)
    return twin ? now.map((one) => (one.id === twin.id ? { ...one, refundId: row.id } : one)) : now
  }, operations)
}

/** Of what is done, what Medusa holds no row for. */
function notBookedOf(operations: readonly Operation[], booked: HostPayment | undefined): Operation[] {
  const rows = new Set(booked?.refunds.map(({ id }) => id))
  return returns(operations).filter(
    (one) => isDone(one) && (one.refundId === null || !rows.has(one.refundId)),
  )
}

/** Money that Medusa has not captured: it is told of it, or it goes back. */
function uncaptured(picture: Picture, owed: number): Difference[] {
  const { payment, operations, why } = picture
  const show = (minor: number) => toMajor(minor, payment.digits)
  if (owed > 0) return [["late", show(owed), "0"]]
  // How much of it is still there, only a person can find out.
  if (payment.returnedUnsaid || why) return []
  // Medusa captures whole payments only: where a part went back before, a person is told.
  const goes = committedAmount(operations)
  const left = payment.paidAmount - goes - dismissedAmount(payment, operations)
  const isPart = payment.state === "partially_refunded" && left > 0
  return (payment.state === "paid" && goes === 0) || isPart
    ? [["capture", "0", show(isPart ? left : payment.paidAmount)]]
    : []
}

/** More debts than rows and a rest there are none. */
const mostDebts = (booked: HostPayment | undefined): number => 2 + (booked?.refunds.length ?? 0)

/**
 * What the next looks give back by themselves, or have left to a person, in minor units: `decideOwed` says so here as there. What is held
 * by the shop's policy is among it. What may have gone back is not: it is asked about first.
 */
function owedBack({ payment, operations, booked, order, why, now }: Picture): number {
  const seen = asNextSeen(payment, booked, why ?? null, now)
  const debts: Debt[] = []
  for (let looked = 0; looked < mostDebts(booked); looked++) {
    const step = decideOwed({
      ...{ payment: seen, booked, order, now, gateway: payment.gateway },
      ...{ latePayment: "refund", onlyAsks: false },
      facts: {
        operations,
        notBooked: notBookedOf(operations, booked),
        passed: debts.map(({ refundId }) => refundId),
      },
    })
    if (!("debt" in step)) break
    debts.push(step.debt)
  }
  const sum = roundToMinor(addMajor("0", ...debts.map(({ owed }) => owed.amount)), payment.digits)
  return Math.min(sum, payment.paidAmount - committedAmount(operations))
}

/** What Medusa gave up without a word is late by then. */
function asNextSeen(
  payment: GatewayPayment,
  booked: HostPayment | undefined,
  unwanted: Unwanted | null,
  now: Date,
): GatewayPayment {
  const known = { ...payment, unwanted }
  const step = decideCapture({ payment: known, now, facts: { booked: booked ?? null } })
  return step.do === "call_late" ? { ...known, state: "paid_late" } : known
}

function refundsInMedusa({ payment, operations, books }: Picture, booked: HostPayment): Difference[] {
  const show = (minor: number) => toMajor(minor, payment.digits)
  // Medusa keeps fractions of a minor unit: its sums are rounded, never its rows.
  const refunded = roundToMinor(addMajor("0", ...booked.refunds.map((row) => row.amount)), payment.digits)
  const rows = new Set(booked.refunds.map(({ id }) => id))
  const isInMedusa = ({ refundId }: Operation) => refundId !== null && rows.has(refundId)
  // Of what is in doubt it is said that it is asked about, and of what a person left out nothing any more.
  const doubtful = returns(operations).filter((one) => isUnclear(one.state) && isInMedusa(one))
  const counted = returns(operations).filter(
    (one) => isDone(one) && (isInMedusa(one) || !isLeftOut(payment, one.id)),
  )
  const back =
    [...counted, ...doubtful].reduce((sum, { amount }) => sum + (amount ?? 0), 0) +
    dismissedRefunds(payment, operations)
  // How much went back nobody knows: none of it is sent.
  if (payment.returnedUnsaid && refunded > back) return []
  if (refunded !== back) return [["refunds", show(refunded), show(back)]]
  // A refund that is missing on one side, or in doubt, explains what the sums made of it say.
  return doubtful.length ? [] : books.map(({ what, from, to }) => [what, from, to])
}
