import { doubts, isOpen } from "../../../core"
import type { Attention, AttentionCode, AttentionValues, Gateway } from "../../../core"
import { begunAt, isUnfinished, returnedAmount, returns, sentSince } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { sumOf } from "../attention"
import { answeredReason } from "../order-ref"
import { isToldTwice, unseenTwice } from "../returns/dismissed"
import { day, hour } from "../schedule"

/* What a person is told of a payment that the gateway was asked about, and when. Each function is pure, and says nothing where nothing changes. */

export interface Report {
  raise?: Attention
  clear?: AttentionCode
}

/** What of the gateway decides about that. */
export type Reported = Pick<Gateway, "name" | "refundCodes"> & Partial<Pick<Gateway, "shopperPayouts">>

interface Seen {
  payment: GatewayPayment
  operations: readonly Operation[]
  gateway: Reported
  now: Date
}

const doubtfulAfter = hour
/** Gnete follows an accepted refund for two hours and then makes a 4 of it, "may have moved". */
const unfinishedAfter = 3 * hour
/** Gnete asks the channel for two hours; what is still only taken in then, it will not follow. */
const createdFor = 2 * hour
const lostAfter = 24 * hour
/** Ksher looks for a payment for two hours; what its pages say of a card at the bank is over long before. */
const closesWithin = 2 * hour
/** How long a QR code that is not closed may still be paid, at the most; a later payment is still noticed, and late. */
const openQrLapses = 3 * day

const since = (payment: GatewayPayment, now: Date): number =>
  now.getTime() - (payment.expiresAt ?? begunAt(payment)).getTime()

/** A QR code that is not closed has lapsed by now, whatever the gateway calls it. */
export const hasOutlived = (payment: GatewayPayment, now: Date): boolean => since(payment, now) > openQrLapses

/** An operation stays in doubt, or the doubt is gone. */
export function doubtReport({ payment, operations, gateway, now }: Seen): Report {
  const open = returns(operations).find(isUnfinished)
  if (!open) return { clear: "refund_unknown", ...twiceReport(payment, operations, gateway) }
  if (now.getTime() - sentSince(open).getTime() < patienceWith(open, gateway)) return {}
  const { kind, number, amount } = open
  const values: AttentionValues["refund_unknown"] = {
    gateway: gateway.name,
    kind: kind === "cancel" ? "cancel" : "refund",
    number,
    amount: sumOf(payment, amount ?? 0),
    ...saidOf(open),
  }
  return { raise: { code: "refund_unknown", values } }
}

/** The same went back twice, and within what was paid: where it is more than that, or another doubt stands, that is told. */
function twiceReport(
  payment: GatewayPayment,
  operations: readonly Operation[],
  { name }: Pick<Reported, "name">,
): Report {
  const [first] = unseenTwice(payment, operations)
  const { attentionCode: stands } = payment
  if (!first || returnedAmount(operations) > payment.paidAmount) return {}
  if (stands && doubts.has(stands) && stands !== "refund_unknown" && !isToldTwice(payment)) return {}
  const amount = sumOf(payment, first.amount ?? 0)
  const values = { why: "returned_twice", gateway: name, number: first.number, amount } as const
  return { raise: { code: "books_differ", values } }
}

/** What the gateway has stopped following does not change by itself any more, and is a matter for a person at once. */
function patienceWith(open: Operation, { refundCodes, shopperPayouts }: Reported): number {
  const said = open.asked?.code ?? open.code
  if (open.kind === "payout" && said === shopperPayouts?.absentCode) return patienceWithAbsent(open)
  if (open.kind === "refund" && said && said === refundCodes?.stopped) return 0
  if (open.state !== "pending") return doubtfulAfter
  return said && said === refundCodes?.created ? createdFor : unfinishedAfter
}

/**
 * Nothing that was sent before is sent again by itself: a person has to look at what Ksher does not know. A payout that had failed counts
 * as refused as soon as Ksher says so once more.
 */
const patienceWithAbsent = ({ reason, attempts }: Operation): number =>
  reason === answeredReason && attempts === 1 ? Infinity : 0

/** What became of sending it, and what became of asking about it. */
const saidOf = ({
  code,
  message,
  asked,
}: Operation): Pick<AttentionValues["refund_unknown"], "sent" | "asked"> => ({
  sent: message === null ? null : { code, message },
  asked: asked && { outcome: asked.outcome, code: asked.code, message: asked.message },
})

/** The gateway has given no sure answer for long after the payment was to be over. */
export const silenceReport = ({ payment, now }: Seen, message: string): Report =>
  isOpen(payment.state) && since(payment, now) > lostAfter
    ? { raise: { code: "unanswered", values: { order: payment.number, message } } }
    : {}

/** The gateway answers, was asked to close it, and calls it open: that may stay so, and somebody may still pay. */
export const stillOpenReport = ({ payment, gateway, now }: Seen): Report =>
  payment.attentionCode === null && since(payment, now) >= closesWithin
    ? { raise: { code: "close_failed", values: { why: "still_open", gateway: gateway.name } } }
    : {}

/** A code that somebody was shown, and that no call closes, belongs to a cancelled order. */
export function qrReport({ payment, gateway }: Seen): Report {
  if (payment.unwanted !== "order_canceled" || payment.action === null) return {}
  const values = { why: "order_canceled", gateway: gateway.name, channel: payment.channel } as const
  return { raise: { code: "qr_stays_open", values } }
}
