import { PaymentProblem, hasMoney, isUnclear, money } from "../../../core"
import type { NotSent, Outcome, Refused, Sum, Unknown } from "../../../core"
import { awaitsDescription, committedAmount, returnedAtGateway, returns } from "../../ledger"
import type { GatewayPayment, Notification, Operation } from "../../ledger"
import { raise, sumOf } from "../attention"
import { namelessReturn, tally } from "../settling/confirm"
import type { Deps } from "../deps"
import { withLease } from "../lease"
import { concludeFound } from "./outcomes"
import { messageOfAnswer, orderRef } from "../order-ref"
import { mayHaveReversed } from "./decide-doubt"

/**
 * Money was returned in Gnete's console, or by a reversal of ours whose answer was lost: its queries list no returns and may go
 * on saying "paid", so that the notification is all there is. What it names is asked about by its own number, and recorded
 * once, for Medusa's books to follow. Says whether it was. Throws where the gateway has no sure answer, so that it is tried again.
 */
export async function recordNotifiedReturn(
  notification: Notification,
  payment: GatewayPayment,
  deps: Deps,
): Promise<boolean> {
  const { about, refundNo, amount } = notification
  if (!refundNo || !hasMoney(payment.state)) return false
  if (about === "cancel")
    return withLease(payment.id, deps, (leased, held) => recordReversal(leased, refundNo, held))
  if (about !== "refund" || !amount) return false
  return withLease(payment.id, deps, (leased, held) => recordRefund(leased, refundNo, amount, held))
}

async function recordRefund(
  payment: GatewayPayment,
  number: string,
  minor: number,
  deps: Deps,
): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const known = operations.some(
    (one) => one.number === number || one.gatewayNo === number || one.describedBy.includes(number),
  )
  if (known) return false
  const recorded = operations.find((one) => awaitsDescription(one) && one.amount === minor)
  if (!recorded && minor > payment.paidAmount - committedAmount(operations)) return false
  const amount = money(minor, payment.currency)
  const { notifyUrl } = deps
  const answer = await deps.gateway.refundQuery({ number, amount, order: orderRef(payment, deps), notifyUrl })
  if (answer.kind === "unknown" || answer.kind === "not_sent") throw notConfirmed(answer, deps)
  if (answer.kind === "pending" || isFailed(answer)) return false
  if (answer.kind === "refused") {
    await reportNotConfirmed(payment, { kind: "refund", number, amount: sumOf(payment, minor) }, answer, deps)
    return false
  }
  const { gatewayNo } = answer.value
  if (recorded) await deps.ledger.operations.describe(recorded.id, { names: [number], gatewayNo })
  else
    await deps.ledger.operations.recordOutside(payment.id, {
      kind: "refund",
      number,
      gatewayNo,
      amount: minor,
    })
  await tally(payment, deps)
  return true
}

const notConfirmed = (answer: Unknown | NotSent, deps: Deps) =>
  new PaymentProblem("not_allowed", "not_confirmed", messageOfAnswer(answer, deps.gateway.name))

/** The gateway has it, and its channel said no: nothing moved, and nothing is to be recorded. */
const isFailed = (answer: Outcome<unknown>): boolean =>
  answer.kind === "refused" && answer.reason === "declined"

/** A payment is reversed once, and whole: what had not gone back by then went back with it. */
async function recordReversal(payment: GatewayPayment, number: string, deps: Deps): Promise<boolean> {
  const made = returns(await deps.ledger.operations.ofPayment(payment.id))
  if (made.some(({ kind, state }) => kind === "cancel" && state === "succeeded")) return false
  if (made.some(({ describedBy }) => describedBy.includes(number))) return false
  const answer = await deps.gateway.cancelQuery(orderRef(payment, deps), number)
  if (answer.kind === "unknown" && answer.code === "answer_mismatch") {
    await reportNotConfirmed(payment, { kind: "cancel", number, amount: null }, answer, deps)
    return false
  }
  if (answer.kind === "unknown" || answer.kind === "not_sent") throw notConfirmed(answer, deps)
  const ours = made.find((one) => isOurs(one, number))
  if (ours?.settledAt === null && (answer.kind !== "refused" || isFailed(answer))) {
    await concludeFound(payment, ours, { outcome: answer, by: "asking" }, deps)
    return true
  }
  if (answer.kind === "pending" || isFailed(answer)) return false
  if (answer.kind === "refused") {
    await reportNotConfirmed(payment, { kind: "cancel", number, amount: null }, answer, deps)
    return false
  }
  return ours ? recordOwnReversal(payment, ours, number, deps) : recordRest(payment, made, number, deps)
}

/** Sent by us, and not known to be another one: its answer was lost, or was a failure that nobody documents. */
const isOurs = (operation: Operation, number: string): boolean =>
  operation.kind === "cancel" &&
  !operation.outside &&
  (operation.gatewayNo === number ||
    (!operation.gatewayNo && (isUnclear(operation.state) || mayHaveReversed(operation))))

async function recordOwnReversal(payment: GatewayPayment, ours: Operation, number: string, deps: Deps) {
  await deps.ledger.operations.overturn(ours.id, number)
  await tally(payment, deps)
  return true
}

async function recordRest(
  payment: GatewayPayment,
  made: readonly Operation[],
  gatewayNo: string,
  deps: Deps,
): Promise<boolean> {
  // What a person recorded of it already is a part of what went back with it.
  const recorded = made.filter(awaitsDescription)
  for (const one of recorded) await deps.ledger.operations.describe(one.id, { names: [gatewayNo] })
  const amount = payment.paidAmount - returnedAtGateway(made)
  if (amount > 0) {
    await deps.ledger.operations.recordOutside(payment.id, {
      kind: "cancel",
      number: gatewayNo,
      gatewayNo,
      amount,
    })
    await tally(payment, deps)
  }
  if (amount > 0 || recorded.length) return true
  // What a query called returned before it was known by what is this very reversal; what was refunded by name is not.
  if (!made.some(({ state, number }) => state === "succeeded" && number === namelessReturn(payment)))
    await raise(
      payment,
      "outside_unclear",
      { why: "reversed_too", order: payment.number, number: gatewayNo },
      deps,
    )
  return false
}

/** A verified notification speaks of it, this shop did not make it, and the gateway's query does not know it. */
const reportNotConfirmed = (
  payment: GatewayPayment,
  named: { kind: "refund" | "cancel"; number: string; amount: Sum | null },
  { code, message }: Refused | Unknown,
  deps: Deps,
) => raise(payment, "outside_unclear", { why: "not_confirmed", ...named, answer: { code, message } }, deps)
