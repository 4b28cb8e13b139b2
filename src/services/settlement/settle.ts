import {
  PaymentProblem,
  hasMoney,
  holdsMoney,
  isOpen,
  isUnclear,
  titleOf,
  toMajor,
  toMinor,
} from "../../core"
import type { Standing } from "../../core"
import { committedAmount, returns, standingOf } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { logLine } from "../observability"
import { booking } from "./booking"
import { clear, raise } from "./attention"
import { confirm } from "./confirm"
import type { SettleDeps } from "./deps"
import type { HostOrder, HostPayment } from "./host"
import { leaseMs, withLease } from "./lease"
import { resolveAll } from "./operations"
import { notBooked, refund, untoldOf } from "./refund"
import { after, day, hour, minute } from "./schedule"
import { tell } from "./tell"
import { nextCheck } from "./watch"
import { canClose, closeAtGateway, closeOnceMore } from "./void"

/**
 * Drives a gateway payment to where it should be, one idempotent step after the other: what is in doubt is asked, what is
 * unwanted is closed, what is paid is captured or given back, what happened at the gateway is booked in Medusa, and what
 * is left is scheduled. The job, a notification, a cancelled order and the admin's "ask now" all do this and nothing else.
 */
export async function settle(paymentId: string, deps: SettleDeps): Promise<GatewayPayment> {
  let payment = await withLease(paymentId, deps, (leased) => atGateway(leased, deps))
  const unfinished = await inMedusa(payment, deps)
  payment = await announce(await atRest(payment, deps), deps)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const owed = unfinished || (await owedInMedusa(operations, deps))
  return deps.ledger.payments.update(payment.id, { nextCheckAt: nextCheck(payment, operations, deps, owed) })
}

/** Whether Medusa holds a refund that the gateway accepted and failed later: it is made again within minutes, not days. */
async function owedInMedusa(operations: readonly Operation[], deps: SettleDeps): Promise<boolean> {
  const carried = carriedRows(operations)
  const failed = returns(operations).flatMap((one) => (carried.has(one.refundId) ? [] : (one.refundId ?? [])))
  return failed.length > 0 && (await deps.refundsHeld(failed)).size > 0
}

/** Medusa's refund rows whose money went back, is going, or may have gone. */
const carriedRows = (operations: readonly Operation[]): ReadonlySet<string | null> =>
  new Set(
    returns(operations)
      .filter((one) => holdsMoney(one.state))
      .map((one) => one.refundId),
  )

/** Longer than settling takes: as long as the job's own claim. */
const settlingMs = 10 * minute

/** Whoever asked for this, a process that dies half-way leaves the rest to the job, also of a payment that was at rest. */
async function dueMeanwhile(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const nextCheckAt = after(deps, settlingMs)
  if (payment.nextCheckAt && payment.nextCheckAt <= nextCheckAt) return payment
  return deps.ledger.payments.update(payment.id, { nextCheckAt })
}

/** The half that talks to the gateway, under the lease. */
async function atGateway(leased: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const wanted = await stillWanted(await dueMeanwhile(leased, deps), deps)
  const resolved = await resolveAll(wanted, deps)
  let payment = await doubts(resolved.payment, resolved.operations, deps)
  const answer = await confirm(payment, deps)
  payment = answer.standing ? answer.payment : await unanswered(payment, answer.message ?? "", deps)
  if (payment.state === "void" && answer.standing?.state === "unpaid") return closeOnceMore(payment, deps)
  if (!isOpen(payment.state)) return payment
  const expired = payment.expiresAt !== null && payment.expiresAt <= deps.clock.now()
  if (!payment.unwanted && !expired) return payment
  return canClose(payment, deps) ? closeAtGateway(payment, deps) : watchOpenQr(payment, answer.standing, deps)
}

/** How long a QR code that nobody can close may still be paid, at the most; a later payment is still noticed, and late. */
const openQrLapses = 3 * day

/** No call can close it: it is watched until it must have lapsed. Only of a cancelled order must somebody know. */
async function watchOpenQr(
  payment: GatewayPayment,
  standing: Standing | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const since = (payment.expiresAt ?? payment.createdAt).getTime()
  const over =
    standing?.state === "failed" ||
    (standing?.state === "absent" && neverOpened(payment)) ||
    deps.clock.now().getTime() - since > openQrLapses
  if (over && standing && standing.state !== "in_progress") return lapsed(payment, deps)
  // A code that nobody was shown is paid by nobody.
  if (payment.unwanted !== "order_canceled" || payment.action === null) return payment
  // Medusa may have asked meanwhile, and heard that it was paid.
  const now = await fresh(payment, deps)
  if (!isOpen(now.state)) return now
  return raise(
    now,
    "qr_stays_open",
    `The order was cancelled, and ${titleOf(deps.gateway.name)} cannot close an open QR code of ${payment.channel ?? "this channel"}: it stays payable until it lapses. If it is paid, the money is treated as late.`,
    deps,
  )
}

/** The gateway refused to open it, or was not reached: nothing can still be on its way. */
const neverOpened = (payment: GatewayPayment): boolean =>
  payment.state === "failed" && payment.action === null && payment.unwanted !== "open_lost"

async function lapsed(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const over = { settledBy: "outside" as const, checks: 0, attention: null, attentionCode: null }
  return (await deps.ledger.payments.move(payment.id, "void", over)) ?? fresh(payment, deps)
}

/** Notes that Medusa gave the payment up: its order was cancelled or its session deleted. From then on money is late. */
export async function stillWanted(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (payment.unwanted) return wantedAfterAll(payment, deps)
  // The process died before the create answer was stored: nobody has the link, and no query returns it.
  if (payment.state === "created" && ageOf(payment, deps) > openPatience)
    return deps.ledger.payments.update(payment.id, { unwanted: "open_lost" })
  const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
  const known =
    order && payment.orderId !== order.id
      ? await deps.ledger.payments.update(payment.id, { orderId: order.id })
      : payment
  if (order?.canceled) return deps.ledger.payments.update(payment.id, { unwanted: "order_canceled" })
  if (payment.capturedAt) return known
  if (await deps.host.session(payment.sessionId)) return known
  return deps.ledger.payments.update(payment.id, { unwanted: "session_deleted" })
}

/** Medusa captured it for an order that stands: that its session is deleted since, as a shop may, takes nothing back. */
async function wantedAfterAll(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (!payment.capturedAt || !payment.collectionId) return payment
  const order = await deps.host.orderOf(payment.collectionId)
  if (!order || order.canceled) return payment
  return deps.ledger.payments.update(payment.id, { unwanted: null, orderId: order.id })
}

/** Longer than a create call takes. */
const openPatience = 10 * minute

const ageOf = (payment: GatewayPayment, deps: SettleDeps): number =>
  deps.clock.now().getTime() - payment.createdAt.getTime()

const doubtfulAfter = hour
/** Gnete follows an accepted refund for two hours and then makes a 4 of it, "may have moved". */
const unfinishedAfter = 3 * hour
const lostAfter = 24 * hour

/** Says so when an operation stays in doubt, and when the doubt is gone. */
async function doubts(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const open = returns(operations).find(
    (operation) => isUnclear(operation.state) || operation.state === "pending",
  )
  if (!open) return clear(payment, ["refund_unknown"], deps)
  const patience = open.state === "pending" ? unfinishedAfter : doubtfulAfter
  if (deps.clock.now().getTime() - open.createdAt.getTime() < patience) return payment
  return raise(
    payment,
    "refund_unknown",
    `${titleOf(deps.gateway.name)} has not said whether ${open.kind} ${open.number} of ${toMajor(open.amount ?? 0, payment.digits)} ${payment.currency.toUpperCase()} went through (${(open.message ?? "no answer").replace(/\.$/, "")}). It is being asked about; look it up in the gateway's console if it is urgent, and do not repeat it there.`,
    deps,
  )
}

async function unanswered(
  payment: GatewayPayment,
  message: string,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const since = payment.expiresAt ?? payment.createdAt
  const waiting = isOpen(payment.state) && deps.clock.now().getTime() - since.getTime() > lostAfter
  if (!waiting) return payment
  return raise(
    payment,
    "unanswered",
    `The gateway has given no usable answer about order ${payment.number} for a day (${message}). It is asked again; look it up in its console.`,
    deps,
  )
}

/** What is paid need not be closed, and what is paid back needs nobody any more, whoever was faster to return it. */
async function atRest(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const found = await fresh(payment, deps)
  const now = hasMoney(found.state) ? await clear(found, ["qr_stays_open", "close_failed"], deps) : found
  if (now.state !== "refunded") return now
  return clear(now, ["refund_refused", "refund_unsupported", "late_held", "not_captured", "no_order"], deps)
}

/** The half that puts Medusa right; whether something is left to do there soon. Outside the lease, since Medusa calls the provider back. */
async function inMedusa(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  if (!hasMoney(payment.state)) return false
  // How much of it is still there, only a person can find out: nothing is captured, and nothing sent back.
  const unsure = payment.attentionCode === "outside_unclear"
  const captured = unsure ? payment : await inMedusaCaptured(payment, deps)
  const order = await orderFor(captured, deps)
  const booked = await deps.host.payment(payment.sessionId)
  if (!booked || isZero(booked.captured)) {
    if (!unsure) await giveBackUnbooked(captured, deps)
    return false
  }
  const returned = unsure ? captured : await giveBackOwed(captured, booked, order, deps)
  const entered = await bookReturns(returned, order, deps)
  const rested = await aligned(payment.sessionId, order, deps)
  const last = await orphaned(await fresh(payment, deps), order, deps)
  return !entered || !rested || (!order && (await mayBePlaced(last, deps)))
}

/** What goes back for Medusa: under its own rows first, then what a cancelled order still holds. */
async function giveBackOwed(
  payment: GatewayPayment,
  booked: HostPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  return giveBackCancelled(await carryOutOwed(payment, booked, deps), booked, order, deps)
}

/**
 * Medusa captures first and places the order then, and links it to its payments after that. Where the process died in
 * between, the link is made up for, or Medusa is told once more that the payment is captured: it takes that for a repetition,
 * and completes the cart.
 */
async function orderFor(payment: GatewayPayment, deps: SettleDeps): Promise<HostOrder | undefined> {
  const { collectionId } = payment
  if (!collectionId) return undefined
  // Whoever captured it a moment ago is still placing the order.
  const age = sincePaid(payment, deps)
  if (payment.capturedAt === null || age < 2 * minute || age >= day) return deps.host.orderOf(collectionId)
  const order = await deps.host.linkOrder(collectionId, after(deps, -2 * minute))
  if (order || !(await mayBePlaced(payment, deps))) return order
  await deps.host.capture(payment.sessionId, toMajor(payment.paidAmount, payment.digits))
  return deps.host.orderOf(collectionId)
}

/**
 * It is not so long ago that the shopper has given the order up, and nothing of it has gone back, is going or may have gone: a
 * cart that Medusa could not complete is refunded by it, and that refund may be in doubt, or not be written down here yet.
 */
async function mayBePlaced(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  if (payment.state !== "paid" || payment.capturedAt === null || payment.unwanted) return false
  if (sincePaid(payment, deps) >= day) return false
  if (committedAmount(await deps.ledger.operations.ofPayment(payment.id)) > 0) return false
  return !(await deps.host.payment(payment.sessionId))?.refunds.length
}

const sincePaid = (payment: GatewayPayment, deps: SettleDeps): number =>
  deps.clock.now().getTime() - (payment.paidAt ?? payment.createdAt).getTime()

const isZero = (amount: string) => /^0*(\.0*)?$/.test(amount)

/** Tells Medusa of money it waits for. Money it gave up waiting for becomes late, and is not captured. */
async function inMedusaCaptured(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (payment.capturedAt) return payment
  const booked = await deps.host.payment(payment.sessionId)
  if (booked && !isZero(booked.captured)) return capturedNow(payment, deps)
  if (payment.state !== "paid") return payment
  if (payment.unwanted)
    return (
      (await deps.ledger.payments.move(payment.id, "paid_late", { nextCheckAt: after(deps, minute) })) ??
      payment
    )
  if (await stillOpening(payment, deps)) return payment
  // Told of the capture of an order that it did not get to link, Medusa would give the money back. A younger one is being linked.
  if (payment.collectionId && ageOf(payment, deps) >= 2 * minute)
    await deps.host.linkOrder(payment.collectionId, after(deps, -2 * minute))
  const { problem } = await deps.host.capture(payment.sessionId, toMajor(payment.paidAmount, payment.digits))
  const now = await deps.host.payment(payment.sessionId)
  if (now && !isZero(now.captured)) return capturedNow(await fresh(payment, deps), deps)
  deps.log.warn(logLine("capture_failed", { payment: payment.id }, problem))
  return notCaptured(await stillWanted(await fresh(payment, deps), deps), problem, deps)
}

/**
 * A notification may be faster than the create answer. When that comes, Medusa writes the session as pending over whatever
 * was captured meanwhile, the cart cannot be completed, and Medusa gives the money back. So the capture waits for it; where
 * the process that opened the session has died, not for ever.
 */
async function stillOpening(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  if (deps.clock.now().getTime() - payment.createdAt.getTime() > leaseMs) return false
  return (await deps.host.session(payment.sessionId))?.beingOpened === true
}

const capturedNow = async (payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> =>
  clear(
    await deps.ledger.payments.update(payment.id, { capturedAt: deps.clock.now() }),
    ["not_captured"],
    deps,
  )

const fresh = async (payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> =>
  (await deps.ledger.payments.get(payment.id)) ?? payment

/** Medusa may still be placing the order. */
const justPaid = (payment: GatewayPayment, deps: SettleDeps): boolean =>
  sincePaid(payment, deps) < 10 * minute

async function notCaptured(
  payment: GatewayPayment,
  problem: string | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (payment.unwanted || payment.state === "refunded") return payment
  if (justPaid(payment, deps)) return payment
  return raise(
    payment,
    "not_captured",
    `The shopper has paid ${toMajor(payment.paidAmount, payment.digits)} ${payment.currency.toUpperCase()}, and Medusa has not completed the cart${problem ? ` (${problem})` : ""}. It is tried again; complete the cart, or refund the payment here.`,
    deps,
  )
}

/** Money that Medusa never booked: late, or paid for an order that was cancelled before. Given back, or held for a person. */
async function giveBackUnbooked(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const late =
    payment.settledBy === null &&
    (payment.state === "paid_late" || (payment.unwanted !== null && payment.state !== "refunded"))
  // A part went back in the gateway's console before Medusa had captured: it captures whole payments only.
  if (payment.state === "partially_refunded" && !payment.unwanted)
    return notCaptured(payment, "part of it was returned in the gateway's console", deps)
  if (!late) return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  if (payment.paidAmount - committedAmount(operations) <= 0)
    return clear(payment, ["late_held", "refund_refused", "refund_unsupported"], deps)
  if (deps.policy.latePayment === "hold")
    return raise(
      payment,
      "late_held",
      `${toMajor(payment.paidAmount, payment.digits)} ${payment.currency.toUpperCase()} came in after Medusa had given the payment up (${(payment.unwanted ?? "closed").replace("_", " ")}), and is held as configured. Refund it here, or dismiss.`,
      deps,
    )
  if (givenUp(payment, operations)) return payment
  return attemptReturn(payment, deps, () =>
    refund({ of: { sessionId: payment.sessionId }, amount: "rest", refundId: null }, deps),
  )
}

/** What a cancelled order still holds goes back by Medusa's payment module: the workflow refuses cancelled orders. */
async function giveBackCancelled(
  payment: GatewayPayment,
  booked: HostPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (!order?.canceled) return payment
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const unbooked = await notBooked(returns(operations).filter(isDone), deps)
  const inBooks = booked.refunds.reduce((sum, row) => sum + toMinor(row.amount, payment.digits), 0)
  const owed =
    toMinor(booked.captured, payment.digits) -
    inBooks -
    unbooked.reduce((sum, one) => sum + (one.amount ?? 0), 0)
  // What Medusa holds a row for counts as given back there, and may not be so at the gateway.
  if (owed <= 0)
    return (await uncarried(payment, deps))
      ? payment
      : clear(payment, ["refund_refused", "refund_unsupported"], deps)
  if (givenUp(payment, operations)) return payment
  return attemptReturn(payment, deps, () =>
    deps.host.refund(booked, order, toMajor(owed, payment.digits), "The order was cancelled."),
  )
}

/** A channel that cannot refund never will; one that has refused this often needs a person. The attention stays. */
const givenUp = (payment: GatewayPayment, operations: readonly Operation[]): boolean =>
  (payment.settledBy !== null && payment.state !== "refunded") ||
  payment.attentionCode === "refund_unsupported" ||
  returns(operations).filter((one) => one.state === "refused").length >= mostRefusals

const mostRefusals = 12

const isDone = (operation: Operation) => operation.state === "succeeded" || operation.state === "pending"

/** A refusal is a case for a person, and is tried again; anything in doubt is settled by the next run. */
async function attemptReturn(
  payment: GatewayPayment,
  deps: SettleDeps,
  give: () => Promise<unknown>,
): Promise<GatewayPayment> {
  try {
    await give()
  } catch (error) {
    const code = error instanceof PaymentProblem ? error.code : codeOf(error)
    const now = await fresh(payment, deps)
    if (quiet.has(code) || (code === "refund_not_sent" && now.checks < patientChecks)) return now
    if (code === "refund_exceeds" && now.state === "refunded") return now
    return raise(
      now,
      "refund_refused",
      `${(error as Error).message} The money is still owed to the shopper; it is tried again by itself.`,
      deps,
    )
  }
  return clear(await fresh(payment, deps), ["refund_refused", "refund_unsupported", "late_held"], deps)
}

/** Says so itself, is in doubt and asked about, or waits for somebody else who is at it: nothing for a person yet. */
const quiet: ReadonlySet<unknown> = new Set([
  "refund_unsupported",
  "refund_unknown",
  "refund_in_progress",
  "earlier_refund_booked_first",
  "busy",
])
/** Of attempts that did not reach the gateway: an hour of them, by the back-off. */
const patientChecks = 6

/** The provider's `MedusaError` carries our code. */
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code

/**
 * Refund rows that Medusa holds and that no operation carries: the process died between the row and the operation, or the
 * gateway accepted the refund and failed it later. The money is owed under that very row.
 */
async function carryOutOwed(
  payment: GatewayPayment,
  booked: HostPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  let current = payment
  for (const row of booked.refunds) {
    const operations = await deps.ledger.operations.ofPayment(payment.id)
    const mine = returns(operations).filter((operation) => operation.refundId === row.id)
    if (
      mine.some((operation) => isUnclear(operation.state) || isDone(operation)) ||
      givenUp(current, operations)
    )
      continue
    const since = Math.max(
      row.createdAt.getTime(),
      ...mine.map((operation) => operation.settledAt?.getTime() ?? 0),
    )
    // Medusa deletes the row itself right after a refusal: give the request that made it time to end.
    if (deps.clock.now().getTime() - since < 2 * minute) continue
    const amount = toMinor(row.amount, payment.digits)
    if (!mine.length && (await maybeTheSame(operations, amount, deps))) {
      current = await raise(current, "books_differ", twoForOne(current, row.amount, deps), deps)
      continue
    }
    current = await attemptReturn(current, deps, () =>
      refund({ of: { sessionId: payment.sessionId }, amount, refundId: row.id, owed: true }, deps),
    )
  }
  return current
}

/**
 * Somebody who did not know that his refund had gone through asked for it again, and the process died before he was told. A
 * refund that Medusa does not hold yet is simply this row's.
 */
async function maybeTheSame(
  operations: readonly Operation[],
  amount: number,
  deps: SettleDeps,
): Promise<boolean> {
  if (!untoldOf(operations, amount)) return false
  const unbooked = await notBooked(returns(operations).filter(isDone), deps)
  return !unbooked.some((one) => one.amount === amount)
}

const twoForOne = (payment: GatewayPayment, amount: string, deps: SettleDeps): string =>
  `Medusa holds two refunds of ${amount} ${payment.currency.toUpperCase()}, and ${titleOf(deps.gateway.name)} made one: whoever asked the second time may not have known that the first had gone through. Nothing was sent for the second: refund it here if it is wanted as well, or return it by hand and record it.`

/**
 * Refunds that went through and that Medusa does not know: it is asked to refund, and the provider hands it the one that is
 * done. True where nothing is left to enter.
 */
async function bookReturns(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<boolean> {
  for (const operation of await unbooked(payment, deps)) {
    const booked = await deps.host.payment(payment.sessionId)
    if (!booked) return true
    // Medusa captures first and places the order then: a refund entered in between would miss the order's transactions.
    if (!order && justPaid(payment, deps)) return false
    try {
      const note = operation.outside
        ? "Refunded in the gateway's own console."
        : `Refund ${operation.number} went through.`
      await booking.run({ operationId: operation.id }, () =>
        deps.host.refund(booked, order, toMajor(operation.amount ?? 0, payment.digits), note),
      )
    } catch (error) {
      if (!(await unbooked(payment, deps)).some((one) => one.id === operation.id)) continue
      if (quiet.has(codeOf(error)) || (await yetToCarry(booked, payment, deps))) return false
      await raise(
        payment,
        "books_differ",
        `Refund ${operation.number} of ${toMajor(operation.amount ?? 0, payment.digits)} went through at the gateway and could not be entered in Medusa: ${(error as Error).message}`,
        deps,
      )
      return false
    }
  }
  const now = await fresh(payment, deps)
  if (now.attentionCode === "books_differ" && !(await uncarried(now, deps)))
    await clear(now, ["books_differ"], deps)
  return true
}

/** Whether Medusa still holds a row that no operation carries. */
async function uncarried(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const carried = carriedRows(operations)
  const booked = await deps.host.payment(payment.sessionId)
  return booked?.refunds.some((row) => !carried.has(row.id)) ?? false
}

/**
 * Medusa holds a row that no operation carries yet, and enough is left for it: it is carried out first, and may well be the
 * one for this money. Where somebody has taken the rest out in the gateway's console, it never will be.
 */
async function yetToCarry(booked: HostPayment, payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const left = payment.paidAmount - committedAmount(operations)
  const carried = carriedRows(operations)
  return booked.refunds.some((row) => !carried.has(row.id) && toMinor(row.amount, payment.digits) <= left)
}

const unbooked = async (payment: GatewayPayment, deps: SettleDeps): Promise<Operation[]> =>
  notBooked(returns(await deps.ledger.operations.ofPayment(payment.id)).filter(isDone), deps)

/** Medusa captured, could not place the order, and could not give the money back (it logs that and goes on): a person must. */
async function orphaned(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (order || payment.state === "refunded") return clear(payment, ["no_order"], deps)
  if (justPaid(payment, deps)) return payment
  return raise(
    payment,
    "no_order",
    `The shopper has paid ${toMajor(payment.paidAmount, payment.digits)} ${payment.currency.toUpperCase()}, Medusa captured it, and there is no order. Complete the cart, or refund the payment here.`,
    deps,
  )
}

/**
 * After a kill Medusa may hold a refund row whose amounts and transactions it never got to write. False where a row is so
 * young that whoever made it may still be writing: then it is looked at again.
 */
async function aligned(sessionId: string, order: HostOrder | undefined, deps: SettleDeps): Promise<boolean> {
  const booked = await deps.host.payment(sessionId)
  if (!booked) return true
  const before = after(deps, -2 * minute)
  for (const change of await deps.host.alignBooks(booked, order, before))
    deps.log.info(logLine("books_aligned", { session: sessionId }, change))
  return booked.refunds.every((row) => row.createdAt <= before)
}

/**
 * Mirrors the state into Medusa's session and tells subscribers, and notes that it is done: what dies in between is
 * repeated by the job, so that subscribers hear of every state at least once.
 */
export async function announce(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (payment.announced === standingOf(payment)) return payment
  await tell(payment, deps)
  return mark(payment, deps)
}

/** What Medusa's session shows: `void` closes it where nothing was captured on it, refunds leave their amount. */
export async function mark(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  await deps.host.mark(payment.sessionId, {
    gatewayState: payment.state,
    refundedAmount: toMajor(payment.refundedAmount, payment.digits),
    cancel: payment.state === "void" && !payment.capturedAt,
  })
  return deps.ledger.payments.update(payment.id, { announced: standingOf(payment) })
}
