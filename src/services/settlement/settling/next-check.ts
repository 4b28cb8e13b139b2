import { hasMoney, isOpen, isUnclear } from "../../../core"
import type { AttentionCode } from "../../../core"
import { begunAt, committedAmount, isWaitingPayout, returnedAtGateway, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { toldWaits } from "../attention"
import type { SettleDeps } from "../deps"
import { unsureRefusals } from "../returns/decide-doubt"
import { dismissedAmount } from "../returns/dismissed"
import { endsUnpaidAt } from "../orders/unpaid-order"
import { nextLateAsk, triedAgain } from "../shopper-payouts/decide-payout"
import { after, backOff, day, earliest, hour, minute, nextOf } from "../schedule"

/**
 * A closed payment is looked at again, since a saved QR may still be paid and Ksher's notification may not come: soon, and
 * after the time it would have lived for.
 */
const soonAfterVoid = [hour]
const afterVoid = [hour, day, 3 * day]
/** How long a QR code of a channel that cannot close it lives, nobody says; it is taken for lapsed after three days. */
const afterVoidQr = [...afterVoid, 7 * day, 30 * day]
/** A captured one too, since neither gateway need say that money was returned in its console. */
const afterPaid = [day, 7 * day, 30 * day]

/** A refund that counts as refused without the gateway's own word may have gone through all the same. */
const afterRefused = [hour, day, 7 * day]

/** One that waits to be opened: whether anybody still asks for it. The gateway is asked nothing. */
export const whileUnopened = [hour, day, 7 * day, 30 * day]

/** What a look has found that the payment does not say. */
export interface Found {
  /** Medusa holds a refund that nothing carries out. */
  owedInMedusa?: boolean
  /** The gateway gave no sure answer about the order. */
  unanswered?: boolean
  /** It is void here, and the gateway calls it payable. */
  staysPayable?: boolean
}

/** When the job looks at a payment again; null: nothing is open. */
export function nextCheck(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Pick<SettleDeps, "clock" | "random"> & Partial<Pick<SettleDeps, "policy">>,
  found: Found = {},
): Date | null {
  const now = deps.clock.now()
  const look = nextLook(payment, operations, deps, found)
  const next = earliest([look, nextLateAsk(operations, now)])
  // The moment its order may be ended is the moment to look.
  const ends = payment.orderId === null ? null : endsUnpaidAt(payment, deps.policy)
  return ends && ends > now && (!next || ends < next) ? ends : next
}

function nextLook(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: Pick<SettleDeps, "clock" | "random">,
  found: Found,
): Date | null {
  const now = deps.clock.now()
  const later = (base: number, longest: number) =>
    after(deps, backOff(payment.checks, base, longest, deps.random))
  if (returns(operations).some((operation) => isUnclear(operation.state))) return later(minute, 6 * hour)
  const pending = returns(operations).filter((operation) => operation.state === "pending")
  // Its account is named: a balance is topped up, the closed hours end. What waits for a person is looked at once that person has acted.
  const isGiven = (one: Operation) => isWaitingPayout(one) && one.reason === "given"
  if (pending.some((one) => isGiven(one) && !payoutNeedsPerson(payment, one, operations)))
    return later(5 * minute, hour / 2)
  if (pending.length) return later(5 * minute, 6 * hour)
  if (payment.state === "unopened") return nextOf(payment.createdAt, whileUnopened, now)
  if (isOpen(payment.state)) return openCheck(payment, now, later)
  if (payment.state === "void") return voidCheck(payment, now, later, found)
  if (found.owedInMedusa || owes(payment, operations)) return later(minute, 6 * hour)
  if (payment.state === "refunded") return settledCheck(payment, now)
  return earliest([
    nextOf(payment.paidAt ?? payment.createdAt, afterPaid, now),
    ...unsureRefusals(operations).map((one) => nextOf(one.settledAt ?? one.updatedAt, afterRefused, now)),
  ])
}

function openCheck(
  payment: GatewayPayment,
  now: Date,
  later: (base: number, longest: number) => Date,
): Date | null {
  if (payment.state === "failed" && !payment.unwanted && payment.action === null) return null
  // One whose create answer was lost has no known end, and nobody has its link.
  const ends = payment.expiresAt ?? (payment.unwanted === "open_lost" ? begunAt(payment) : null)
  const overdue = ends !== null && now.getTime() - ends.getTime() > hour
  const next = later(2 * minute, overdue ? 6 * hour : payment.unwanted ? hour : 15 * minute)
  // The moment it expires is the moment to close it.
  if (payment.expiresAt && payment.expiresAt > now && payment.expiresAt < next && !payment.unwanted)
    return payment.expiresAt
  return next
}

/** So long what is void is looked at again where the gateway calls it payable, or did not answer. */
const asksAboutVoid = 90 * day

function voidCheck(
  payment: GatewayPayment,
  now: Date,
  later: (base: number, longest: number) => Date,
  { unanswered = false, staysPayable = false }: Found,
): Date | null {
  // The gateway has never heard of one that was not opened: nobody can pay it.
  if (payment.openedAt === null) return null
  const isYoung = now.getTime() - begunAt(payment).getTime() < asksAboutVoid
  if (isYoung && (staysPayable || payment.attentionCode === "close_failed"))
    return later(2 * minute, 6 * hour)
  const next =
    nextOf(begunAt(payment), soonAfterVoid, now) ??
    nextOf(payment.expiresAt ?? begunAt(payment), payment.mode === "qr" ? afterVoidQr : afterVoid, now)
  return next ?? (isYoung && unanswered ? later(hour, day) : null)
}

/**
 * Its money may have gone back in the console, or a person was told what only a person can do. Where a part did go back there, the gateway
 * never says for certain that no more did.
 */
function payoutNeedsPerson(
  payment: GatewayPayment,
  { number }: Operation,
  operations: readonly Operation[],
): boolean {
  if (payment.returnedUnsaid) return true
  const why = toldWaits(payment).find((told) => told.number === number)?.why
  if (why === "balance") return false
  return (why !== undefined && !triedAgain.has(why)) || returnedAtGateway(operations) > 0
}

/** Asking again changes nothing about these. */
const waitsForAPerson: ReadonlySet<string> = new Set([
  "late_held",
  "refund_unsupported",
] satisfies AttentionCode[])

/** Money that Medusa has not taken yet, or that has to go back. */
const owes = (payment: GatewayPayment, operations: readonly Operation[]): boolean =>
  hasMoney(payment.state) &&
  payment.state !== "refunded" &&
  !payment.returnedUnsaid &&
  !waitsForAPerson.has(payment.attentionCode ?? "") &&
  (payment.capturedAt === null || payment.unwanted !== null) &&
  payment.paidAmount - committedAmount(operations) - dismissedAmount(payment, operations) > 0

/** One more look after the last refund, for what Medusa may not have got to write. */
const settledCheck = (payment: GatewayPayment, now: Date): Date | null =>
  payment.checks === 0 ? new Date(now.getTime() + 2 * minute) : null
