import { PaymentProblem, hasMoney, sentenceOf } from "../../core"
import type {
  Attention,
  AttentionCode,
  NotificationCode,
  NotificationReading,
  RawNotification,
  RejectionCode,
} from "../../core"
import type { GatewayPayment, NewNotification, Notification } from "../ledger"
import { logLine, wordsOf } from "../observability"
import { clear, raise } from "./attention"
import type { Deps, SettleDeps } from "./deps"
import { isBusy } from "./lease"
import { recordNotifiedReturn } from "./returns/notified-return"
import { after, backOff, hour, isToldFailed, isTriedOn, minute, mostReturnTries, mostTries } from "./schedule"
import { settle } from "./settle"
import { saysMoney } from "./settling/decide-standing"

export type Reading = Extract<NotificationReading, { readable: true }>

/** What the route answers: `accepted` says the gateway may stop sending. */
export type Receipt =
  | { kind: "accepted"; notification: Notification; fresh: boolean }
  | { kind: "unreadable" | "forged" | "flooded"; reason: string }

/**
 * Stores a notification before it is acknowledged. It is a hint: nothing is booked from it (guarantee 4). An unverified
 * one that names an open payment of ours is still a reason to ask the gateway, by the job.
 */
export async function receive(raw: RawNotification, deps: Deps): Promise<Receipt> {
  const reading = deps.gateway.readNotification(raw)
  if (!reading.readable) return { kind: "unreadable", reason: reading.reason }
  const rejected = rejection(reading, deps)
  const { paymentId, stored } = await deps.ledger.notifications.store(delivery(reading, rejected, deps))
  if (stored && !rejected) {
    await reviveIfGivenUp(stored, deps)
    return { kind: "accepted", ...stored }
  }
  // A flood of forged ones must not cost a query each. One that verifies may tell of a refund.
  if (paymentId && (stored || !rejected)) await askSoon(paymentId, deps, { alsoPaid: !rejected })
  const reason = rejected?.reason ?? "Too many different ones came within an hour."
  return { kind: stored ? "forged" : "flooded", reason }
}

/** Stored rejects per provider and hour: more are refused all the same, and not written. */
const mostRejected = 200

/**
 * Stored per payment and hour. A gateway repeats the very same message; but what Ksher signs has no separators, so that whoever has
 * seen one of its messages can make many that verify, each costing a row and a query.
 */
const mostVerified = 50

interface Rejection {
  code: RejectionCode
  reason: string
}

const rejection = ({ verified, code, reason, account }: Reading, deps: Deps): Rejection | null => {
  if (!verified) return { code: code ?? "bad_signature", reason: reason ?? "The signature does not verify." }
  if (account !== deps.gateway.account) return { code: "other_account", reason: "It is for another account." }
  return null
}

function delivery(reading: Reading, rejected: Rejection | null, deps: Deps): NewNotification {
  const ignored = { result: "ignored", nextTryAt: null } as const
  // Written before it is acted on: if the process dies now, the job acts.
  const received = { result: "received", message: null, nextTryAt: after(deps, minute) } as const
  return {
    providerId: deps.providerId,
    names: {
      number: reading.number,
      gatewayNo: reading.gatewayNo,
      returnNumber: reading.refundNumber,
      returnGatewayNo: reading.refundGatewayNo ?? reading.cancelGatewayNo,
    },
    bodyHash: reading.digest,
    about: reading.about,
    verified: !rejected,
    reason: rejected?.reason ?? null,
    code: rejected?.code ?? null,
    state: bounded(reading.state),
    orderNo: bounded(reading.number),
    gatewayNo: bounded(reading.gatewayNo),
    refundNo: bounded(reading.refundNumber ?? reading.refundGatewayNo ?? reading.cancelGatewayNo),
    amount: reading.amount?.minor ?? null,
    currency: bounded(reading.amount?.currency),
    ours: rejected ? { ...ignored, message: null } : received,
    nobodys: { ...ignored, message: rejected ? null : "It names no payment of this shop." },
    bound: { atMost: rejected ? mostRejected : mostVerified, since: after(deps, -hour) },
  }
}

const bounded = (text: string | undefined): string | null => (text === undefined ? null : text.slice(0, 64))

/** A message that is not acted on must not cost a call each: the payment comes up at the job's next run, once. */
async function askSoon(paymentId: string, deps: Deps, { alsoPaid }: { alsoPaid: boolean }): Promise<void> {
  const payment = await deps.ledger.payments.get(paymentId)
  const soon = after(deps, minute)
  if (!payment || (payment.nextCheckAt && payment.nextCheckAt <= soon)) return
  if (hasMoney(payment.state) && !alsoPaid) return
  await deps.ledger.payments.wake(payment.id, minute)
}

/** Sent again, by the gateway or by a person in its console, it is acted on again: by the job, so that no flood costs a query each. */
async function reviveIfGivenUp(stored: { notification: Notification; fresh: boolean }, deps: Deps) {
  const { notification, fresh } = stored
  if (!fresh && isToldFailed(notification)) await deps.ledger.notifications.revive(notification.id, mostTries)
}

/** Acts on a stored notification: the gateway is asked, and what it says is settled. Failing is noted, and tried again by the job. */
export async function act(notification: Notification, deps: SettleDeps): Promise<void> {
  if (!notification.paymentId) return
  try {
    const { paymentId, refundNo } = notification
    // Nothing is sent before it is known what it says of a return.
    let payment = await settle(paymentId, refundNo ? { ...deps, onlyAsks: true } : deps)
    if (refundNo) {
      await recordNotifiedReturn(notification, payment, deps)
      payment = await settle(paymentId, deps)
    }
    await noteActed(notification, payment, deps)
  } catch (error) {
    const failed = (failure: unknown) =>
      deps.log.error(logLine("notification_failed", { notification: notification.id }, wordsOf(failure)))
    failed(error)
    // The route has answered and waits for nothing: where this cannot be written either, the row still says that it is due.
    await noteFailedAct(notification, notification.paymentId, error, deps).catch(failed)
  }
}

async function noteFailedAct(
  notification: Notification,
  paymentId: string,
  error: unknown,
  deps: SettleDeps,
): Promise<void> {
  if (isBusy(error)) {
    const free = await deps.ledger.payments.wakeWhenFree(paymentId)
    await deps.ledger.notifications.postpone(notification.id, free)
    return
  }
  const why = failureOf(error)
  if (why.code === "account_changed") {
    // The payment says so. Nobody could be asked: once the account is back, it has all its tries.
    await deps.ledger.notifications.postpone(notification.id, after(deps, hour))
    return
  }
  const end = { ...again(notification, why, deps), from: notification.tries }
  // Where it is not noted, somebody has dismissed it or acted on it meanwhile.
  if (!(await deps.ledger.notifications.finish(notification.id, end)) || !isLastTry(notification)) return
  const payment = await deps.ledger.payments.get(paymentId)
  if (!payment || isToldAlready(notification, payment)) return
  const about = { order: payment.number, number: notification.refundNo }
  await raise(payment, "notification_failed", { ...about, tries: mostTries, problem: why.message }, deps)
}

/** Told once. After that only where nothing else stands: what does is told first, and this is tried on. */
const isToldAlready = (notification: Notification, { attentionCode }: GatewayPayment): boolean =>
  isToldFailed(notification) &&
  (attentionCode === "notification_failed" || (attentionCode !== null && !isGivenUp(notification)))

/** Its entry is gone, and may come back: it waits longer each time, and is never given up. Gnete tells of some money in no other way. */
export const notActedOn = (
  notification: Notification,
  error: unknown,
  deps: Pick<Deps, "clock" | "random">,
) => ({
  ...again(notification, failureOf(error), deps),
  nextTryAt: after(deps, backOff(notification.tries + 1, minute, 6 * hour, deps.random)),
})

/** Why it could not be acted on: a sentence, and what it is called in any language. */
export interface Failure {
  code: NotificationCode
  message: string
}

const failureOf = (error: unknown): Failure => ({
  code: error instanceof PaymentProblem ? error.code : "unexpected",
  message: wordsOf(error),
})

const again = (notification: Notification, why: Failure, deps: Pick<Deps, "clock" | "random">) => {
  const nextTryAt = after(deps, backOff(notification.tries + 1, minute, 6 * hour, deps.random))
  return { result: "failed" as const, ...why, ...(isGivenUp(notification) ? {} : { nextTryAt }) }
}

const isLastTry = ({ tries }: Pick<Notification, "tries">): boolean => tries + 1 >= mostTries

const isGivenUp = ({ tries, refundNo }: Pick<Notification, "tries" | "refundNo">): boolean =>
  tries + 1 >= (refundNo === null ? mostTries : mostReturnTries)

/** The gateway was asked, and what it said is settled: what that leaves of the message is written down. */
export async function noteActed(
  notification: Notification,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<void> {
  const step = decideNotified(notification, payment, deps.gateway.notifiedPaid)
  if (step.do === "finish") {
    await deps.ledger.notifications.finish(notification.id, { result: "acted" })
    if (!(await isAnotherFailed(payment, deps))) await clear(payment, step.clears, deps)
    return
  }
  if (step.raise) await raise(payment, step.raise.code, step.raise.values, deps)
  await deps.ledger.notifications.finish(notification.id, again(notification, step.why, deps))
}

/** What a person was told of may be another message than the one that was acted on. */
const isAnotherFailed = async ({ id, attentionCode }: GatewayPayment, deps: Deps): Promise<boolean> =>
  attentionCode === "notification_failed" && (await deps.ledger.notifications.ofPayment(id)).some(isTriedOn)

export type NotifiedStep =
  | { do: "finish"; clears: readonly AttentionCode[] }
  /** For the last time where it was tried often enough. */
  | { do: "try_again"; why: Failure; raise?: Attention<"contradiction"> }

/** A person was told that it is paid, with another amount than was asked for. */
const isPaidOtherwise = ({ attentionCode: code, attentionValues: values }: GatewayPayment): boolean =>
  code === "amount_mismatch" && (values === null || ("state" in values && saysMoney(values.state)))

/**
 * "Paid" by a verified message, and not by the query. On an open payment the query may be a moment behind, or the message
 * forged with Ksher's weak key: it is asked again, for a while. On a closed one money may have been taken: a person is
 * called. `notifiedPaid`: the state that a message of the gateway names where it says so; `undefined`: it sends no others. Pure.
 */
export function decideNotified(
  notification: Pick<Notification, "about" | "state" | "tries">,
  payment: GatewayPayment,
  notifiedPaid: string | undefined,
): NotifiedStep {
  const saysPaid =
    notification.about === "payment" && (notifiedPaid === undefined || notification.state === notifiedPaid)
  // The query says paid as well, of another amount: a person knows, and would be told of the one in place of the other.
  const isKnown = hasMoney(payment.state) || isPaidOtherwise(payment)
  if (!saysPaid || isKnown) return { do: "finish", clears: ["notification_failed"] }
  const doubt = {
    code: "contradiction",
    values: { why: "notified_paid", order: payment.number },
  } as const
  const why = { code: "paid_not_confirmed", message: sentenceOf(doubt) } as const
  const isToTell = payment.state === "void" || isLastTry(notification)
  return { do: "try_again", why, ...(isToTell ? { raise: doubt } : {}) }
}
