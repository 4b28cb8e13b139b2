import { PaymentProblem, hasMoney, holdsMoney, isUnclear, money } from "../../../core"
import type { NotSent, Outcome, Refused, Sum, Unknown } from "../../../core"
import {
  awaitsDescription,
  committedAmount,
  isDone,
  isOfOrder,
  isReversal,
  isUnsettled,
  returns,
} from "../../ledger"
import type { GatewayPayment, Notification, Operation } from "../../ledger"
import { raise, sumOf } from "../attention"
import { namelessReturn, recordReturns, recordReversed, tally } from "../settling/confirm"
import type { Deps } from "../deps"
import { withLease } from "../lease"
import { concludeFound, findOutcome } from "./outcomes"
import { messageOfAnswer, orderRef } from "../order-ref"
import { mayHaveReversed, wasRepeated } from "./decide-doubt"

/**
 * Money was returned in Gnete's console, or by a reversal of ours whose answer was lost: its queries list no returns and may go
 * on saying "paid", so that the notification is all there is. What it names is asked about by its own number, and recorded
 * once, for Medusa's books to follow. Throws where the gateway has no sure answer, so that it is tried again.
 */
export async function recordNotifiedReturn(
  notification: Notification,
  payment: GatewayPayment,
  deps: Deps,
): Promise<void> {
  const { about, refundNo, amount } = notification
  if (!refundNo || !hasMoney(payment.state)) return
  if (about === "cancel")
    return withLease(payment.id, deps, (leased, held) => recordReversal(leased, refundNo, held))
  if (about !== "refund" || !amount) return
  return withLease(payment.id, deps, (leased, held) => recordRefund(leased, refundNo, amount, held))
}

async function recordRefund(
  payment: GatewayPayment,
  number: string,
  minor: number,
  deps: Deps,
): Promise<void> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const known = operations.find(
    (one) => one.number === number || one.gatewayNo === number || one.describedBy.includes(number),
  )
  // What an answer, or a person, has called refused may have gone back all the same.
  if (known && (known.outside || holdsMoney(known.state))) return
  const recorded = operations.find((one) => awaitsDescription(one) && one.amount === minor)
  // What is in doubt may not have gone through, and leaves room for this; so does what a bank transfer has returned.
  const gone = committedAmount(operations.filter((one) => isDone(one) && isOfOrder(one)))
  if (!known && !recorded && minor > payment.paidAmount - gone) return
  const amount = money(minor, payment.currency)
  const { notifyUrl } = deps
  const answer = await deps.gateway.refundQuery({ number, amount, order: orderRef(payment, deps), notifyUrl })
  if (answer.kind === "unknown" || answer.kind === "not_sent") throw notConfirmed(answer, deps)
  if (isFailed(answer)) return
  if (answer.kind === "refused") {
    await reportNotConfirmed(payment, { kind: "refund", number, amount: sumOf(payment, minor) }, answer, deps)
    return
  }
  if (answer.kind === "pending") {
    if (known) await deps.ledger.operations.wentBack(known.id, answer.kind, answer.value.gatewayNo)
    return
  }
  const told = { name: known?.number ?? number, record: answer.value }
  await recordReturns(payment, operations, [told], deps)
}

const notConfirmed = (answer: Unknown | NotSent, deps: Deps) =>
  new PaymentProblem("not_allowed", "not_confirmed", messageOfAnswer(answer, deps.gateway.name))

/** The gateway has it, and its channel said no: nothing moved, and nothing is to be recorded. */
const isFailed = (answer: Outcome<unknown>): boolean =>
  answer.kind === "refused" && answer.reason === "declined"

/** A payment is reversed once, and whole: what had not gone back by then went back with it. */
async function recordReversal(payment: GatewayPayment, number: string, deps: Deps): Promise<void> {
  const made = returns(await deps.ledger.operations.ofPayment(payment.id))
  if (made.some(isReversal)) return
  if (made.some(({ describedBy }) => describedBy.includes(number))) return
  const answer = await deps.gateway.cancelQuery(orderRef(payment, deps), number)
  if (answer.kind === "unknown" && answer.code === "answer_mismatch") {
    await reportNotConfirmed(payment, { kind: "cancel", number, amount: null }, answer, deps)
    return
  }
  if (answer.kind === "unknown" || answer.kind === "not_sent") throw notConfirmed(answer, deps)
  const ours = made.find(
    (one) => isOurs(one, number) || (answer.kind === "succeeded" && isOursByAnotherName(one)),
  )
  if (ours?.settledAt === null && (answer.kind !== "refused" || isFailed(answer))) {
    const found = await findOutcome(payment, { ...ours, gatewayNo: number }, deps, { reversal: answer })
    await concludeFound(payment, ours, found, deps)
    return
  }
  if (answer.kind === "pending" || isFailed(answer)) return
  if (answer.kind === "refused") {
    await reportNotConfirmed(payment, { kind: "cancel", number, amount: null }, answer, deps)
    return
  }
  return recordNamed(payment, made, ours, number, deps)
}

/** Sent by us, and not known to be another one: its answer was lost, or was a failure that nobody documents. */
const isOurs = (operation: Operation, number: string): boolean =>
  operation.kind === "cancel" &&
  !operation.outside &&
  (operation.gatewayNo === number ||
    (!operation.gatewayNo && (isUnclear(operation.state) || mayHaveReversed(operation))))

/** Sent more than once, it may have a name for each time. */
const isOursByAnotherName = (operation: Operation): boolean =>
  operation.kind === "cancel" &&
  !operation.outside &&
  wasRepeated(operation) &&
  (isUnsettled(operation) || mayHaveReversed(operation))

/** What a person recorded of it already is a part of what went back with it. */
async function recordNamed(
  payment: GatewayPayment,
  made: readonly Operation[],
  ours: Operation | undefined,
  number: string,
  deps: Deps,
): Promise<void> {
  if (!ours || made.some(awaitsDescription)) return recordRest(payment, made, number, deps)
  await deps.ledger.operations.overturn(ours.id, number)
  await tally(payment, deps)
}

async function recordRest(
  payment: GatewayPayment,
  made: readonly Operation[],
  gatewayNo: string,
  deps: Deps,
): Promise<void> {
  if ((await recordReversed(payment, made, gatewayNo, deps)).isNew) return
  // What a query called returned before it was known by what is this very reversal; what was refunded by name is not.
  if (!made.some(({ state, number }) => state === "succeeded" && number === namelessReturn(payment)))
    await raise(
      payment,
      "outside_unclear",
      { why: "reversed_too", order: payment.number, number: gatewayNo },
      deps,
    )
}

/** A verified notification speaks of it, this shop did not make it, and the gateway's query does not know it. */
const reportNotConfirmed = (
  payment: GatewayPayment,
  named: { kind: "refund" | "cancel"; number: string; amount: Sum | null },
  { code, message }: Refused | Unknown,
  deps: Deps,
) => raise(payment, "outside_unclear", { why: "not_confirmed", ...named, answer: { code, message } }, deps)
