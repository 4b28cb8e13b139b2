import { PaymentProblem, hasMoney, isOpen, isUnended, roundToMinor } from "../../../core"
import type { Standing } from "../../../core"
import { begunAt } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import { count, logLine, wordsOf } from "../../observability"
import { paymentsOfOrder } from "./cancelled-order"
import type { CancelDeps } from "./cancel-journal"
import { confirm } from "../settling/confirm"
import type { Policy, SettleDeps } from "../deps"
import type { UnpaidOrder } from "../host"
import { withLease } from "../lease"
import { withOrderLease } from "./order-lease"
import { after, hour, minute } from "../schedule"
import { emitState } from "../settling/publish"
import { canClose, closeAtGateway } from "../settling/close"

/** Why an order is left as it is. */
export type Kept =
  | "not_ended_here"
  | "not_open"
  | "fulfilled"
  | "paid"
  | "nothing_asked"
  | "other_provider"
  | "order_changing"
  | "attention"
  | "being_opened"
  | "stays_payable"
  | "too_early"

/** `never`: not by itself. `wait`: looked at again by then. */
export type Verdict =
  | { do: "never"; why: Kept }
  | { do: "wait"; why: Kept; until: Date }
  | { do: "end"; open: readonly GatewayPayment[] }

/** A payment of the order with what is known of its entry; `undefined`: it is not configured now, or has another account. */
export interface OfEntry {
  payment: GatewayPayment
  policy: Pick<Policy, "completion" | "unpaidOrder"> | undefined
  canClose: boolean
}

/** When an unpaid payment's order may be ended at the earliest, where its entry wants that. */
export const endsUnpaidAt = (
  payment: GatewayPayment,
  policy: Pick<Policy, "completion" | "unpaidOrder"> | undefined,
): Date | null =>
  policy?.unpaidOrder && policy.completion === "order_first" && !hasMoney(payment.state)
    ? new Date(begunAt(payment).getTime() + policy.unpaidOrder.cancelAfterMinutes * minute)
    : null

const soon = 5 * minute
const later = 6 * hour

/** Whether an order that nobody has paid is ended now. One reason against it is enough. Pure. */
export function verdict(order: UnpaidOrder | undefined, all: readonly OfEntry[], now: Date): Verdict {
  const never = (why: Kept): Verdict => ({ do: "never", why })
  const wait = (why: Kept, ms: number): Verdict => ({ do: "wait", why, until: new Date(now.getTime() + ms) })
  if (order?.status !== "pending") return never("not_open")
  if (order.fulfilled) return never("fulfilled")
  const unowned = reasonOfMoney(order, all)
  if (unowned) return never(unowned)
  if (all.some(({ policy }) => policy && (!policy.unpaidOrder || policy.completion !== "order_first")))
    return never("not_ended_here")
  const due = dueAt(order, all)
  if (due > now) return { do: "wait", why: "too_early", until: due }
  if (order.change) return wait("order_changing", soon)
  const payments = all.map(({ payment }) => payment)
  // Nobody can ask about one of a removed entry.
  if (all.some(({ policy, payment }) => !policy || payment.attentionCode !== null))
    return wait("attention", later)
  if (payments.some(isBeingOpened)) return wait("being_opened", soon)
  const open = all.filter(({ payment }) => isUnended(payment.state) && !hasNothingThere(payment))
  if (open.some((one) => isOpen(one.payment.state) && !one.canClose)) return wait("stays_payable", later)
  return { do: "end", open: open.map(({ payment }) => payment) }
}

/** Money of whatever kind, or the chance of another provider's, keeps an order. */
function reasonOfMoney(
  { demand, otherSessions, credited }: UnpaidOrder,
  all: readonly OfEntry[],
): Kept | undefined {
  if (!demand?.order || all.length === 0) return "not_ended_here"
  if (credited || all.some(({ payment }) => mayHold(payment))) return "paid"
  const digits = all[0]?.payment.digits ?? 0
  if (demand.held.length > 0 || !/^-?0*(\.0*)?$/.test(demand.elsewhere)) return "paid"
  if (roundToMinor(demand.order.wanted, digits) <= 0) return "nothing_asked"
  return otherSessions > 0 ? "other_provider" : undefined
}

/** What came too late and has all gone back is as if it had never come. */
const mayHold = ({ state, capturedAt }: GatewayPayment): boolean =>
  capturedAt !== null || (hasMoney(state) && state !== "refunded")

/** Whoever chose to pay a moment ago has as much time as the order had. */
function dueAt({ placedAt }: UnpaidOrder, all: readonly OfEntry[]): Date {
  const minutes = Math.max(0, ...all.map(({ policy }) => policy?.unpaidOrder?.cancelAfterMinutes ?? 0))
  const since = Math.max(placedAt.getTime(), ...all.map(({ payment }) => begunAt(payment).getTime()))
  return new Date(since + minutes * minute)
}

/** Its create answer is not there yet, or was lost: what is open under it is found out by the job. */
const isBeingOpened = ({ state, unwanted }: GatewayPayment): boolean =>
  state === "created" || (state === "failed" && unwanted === "open_lost")

/** The gateway refused to open it, or was not reached. */
const hasNothingThere = ({ state, action, unwanted }: GatewayPayment): boolean =>
  state === "failed" && action === null && unwanted === null

/**
 * Ends an order of `order_first` that nobody has paid: its payments are closed, the gateway confirms that each of them is, and only
 * then Medusa cancels the order. Nothing is written down for it: whatever dies in between, the next look decides anew. Returns when to
 * look again; null where there is nothing to wait for.
 */
export async function endUnpaidOrder(
  payment: GatewayPayment,
  deps: CancelDeps & Pick<SettleDeps, "clock">,
): Promise<Date | null> {
  const { orderId } = payment
  const policy = policyOf(payment, deps)
  const due = endsUnpaidAt(payment, policy)
  if (orderId === null || due === null || due > deps.clock.now()) return null
  try {
    return await withOrderLease(orderId, deps, () => endLeased(orderId, deps))
  } catch (error) {
    if (!(error instanceof PaymentProblem)) throw error
    deps.log.info(logLine("unpaid_order_kept", { order: orderId, code: error.code }, wordsOf(error)))
    return after(deps, minute)
  }
}

async function endLeased(orderId: string, deps: CancelDeps): Promise<Date | null> {
  const first = await lookAtOrder(orderId, deps)
  if (first.verdict.do !== "end") return noteKept(orderId, first.verdict, deps)
  for (const payment of first.payments) if (!(await isClosed(payment, deps))) return after(deps, 15 * minute)
  // Somebody may have paid, or begun to pay, while they were being closed.
  const { verdict: last } = await lookAtOrder(orderId, deps)
  if (last.do !== "end" || last.open.length > 0)
    return last.do === "end" ? after(deps, minute) : noteKept(orderId, last, deps)
  const { problem } = await deps.host.cancelOrder(orderId)
  if (problem !== undefined) {
    deps.log.warn(logLine("unpaid_order_kept", { order: orderId }, problem))
    return after(deps, soon)
  }
  deps.log.info(logLine("unpaid_order_ended", { order: orderId }))
  count("gateway_payments.unpaid_orders_ended", {})
  return null
}

function noteKept(orderId: string, found: Exclude<Verdict, { do: "end" }>, deps: CancelDeps): Date | null {
  if (found.why !== "too_early")
    deps.log.info(logLine("unpaid_order_kept", { order: orderId, code: found.why }))
  return found.do === "wait" ? found.until : null
}

async function lookAtOrder(
  orderId: string,
  deps: CancelDeps,
): Promise<{ verdict: Verdict; payments: readonly GatewayPayment[] }> {
  const payments = await paymentsOfOrder(orderId, deps.ledger, deps.host)
  // Read after the payments: what is captured by now is seen in one or the other.
  const order = await deps.host.unpaidOrder(orderId)
  const all = payments.map((payment) => {
    const policy = policyOf(payment, deps)
    return { payment, policy, canClose: policy !== undefined && canClose(payment, deps.depsOf(payment)) }
  })
  return { verdict: verdict(order, all, deps.clock.now()), payments }
}

/** `undefined`: its entry is gone, or has another account. */
function policyOf(payment: GatewayPayment, deps: CancelDeps): Policy | undefined {
  try {
    const { policy, gateway } = deps.depsOf(payment)
    return payment.openedAt === null || gateway.account === payment.account ? policy : undefined
  } catch (error) {
    if (error instanceof PaymentProblem) return undefined
    throw error
  }
}

const ended: ReadonlySet<Standing["state"]> = new Set(["closed", "failed", "absent"])

/** Ksher goes on calling a code unpaid that cannot be closed; once it must have lapsed, the ledger calls it void. */
const hasEnded = ({ state }: GatewayPayment, standing: Standing, isClosable: boolean): boolean =>
  ended.has(standing.state) || (standing.state === "unpaid" && state === "void" && !isClosable)

/**
 * Whether nothing of a payment can be paid any more. What was closed before is asked about once more: the gateway's own word, and not
 * an old one, ends the order.
 */
async function isClosed({ id }: GatewayPayment, deps: CancelDeps): Promise<boolean> {
  const payment = await deps.ledger.payments.get(id)
  if (!payment) return true
  const own = deps.depsOf(payment)
  const { now, isOver } = await withLease(id, own, async (leased, held) => {
    const closed =
      isUnended(leased.state) && !hasNothingThere(leased) ? await closeAtGateway(leased, held) : leased
    if (closed.openedAt === null || hasNothingThere(closed))
      return { now: closed, isOver: !isOpen(closed.state) || hasNothingThere(closed) }
    const { payment: asked, standing } = await confirm(closed, held)
    if (asked.state === "refunded") return { now: asked, isOver: true }
    const over = !hasMoney(asked.state) && standing && hasEnded(asked, standing, canClose(asked, held))
    return { now: asked, isOver: over === true && !isOpenThere(asked) }
  })
  await emitState(now, own)
  return isOver
}

const isOpenThere = ({ state }: GatewayPayment): boolean => state === "created" || state === "pending"
