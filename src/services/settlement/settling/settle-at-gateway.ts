import { isOpen } from "../../../core"
import type { AttentionValues, Standing } from "../../../core"
import { begunAt, isUnsettled, returns } from "../../ledger"
import type { GatewayPayment, Operation } from "../../ledger"
import { clear, raise, sumOf } from "../attention"
import { confirm } from "./confirm"
import type { SettleDeps } from "../deps"
import { reload } from "../required"
import { settleOperations } from "../returns/outcomes"
import { day, hour } from "../schedule"
import { canClose, closeAtGateway, closedAttention, closeOnceMore } from "./close"
import { noteAbandonment } from "./abandonment"

/**
 * The half of settling that talks to the gateway, under the lease: what is in doubt is asked, the payment too, and what is unwanted is
 * closed.
 */
export async function settleAtGateway(
  leased: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const wanted = await noteAbandonment(leased, deps)
  return wanted.openedAt === null ? closeUnopened(wanted, deps) : askAndClose(wanted, operations, deps)
}

async function askAndClose(
  asked: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const resolved = await settleOperations(asked, operations, deps)
  let payment = await reportDoubts(resolved.payment, resolved.operations, deps)
  const answer = await confirm(payment, deps)
  payment = answer.standing ? answer.payment : await reportUnanswered(payment, answer.message ?? "", deps)
  if (deps.onlyAsks) return payment
  if (payment.state === "void" && isPayable(answer.standing)) return closeOnceMore(payment, deps)
  if (!isOpen(payment.state)) return payment
  const expired = payment.expiresAt !== null && payment.expiresAt <= deps.clock.now()
  if (!payment.unwanted && !expired) return payment
  if (!canClose(payment, deps)) return watchOpenQr(payment, answer.standing, deps)
  const closed = await closeAtGateway(payment, deps)
  if (!isOpen(closed.state) || !isPayable(answer.standing)) return closed
  return closed.mode === "qr" && hasOutlived(closed, deps)
    ? voidLapsed(closed, deps)
    : warnStillOpen(closed, deps)
}

/** The gateway knows nothing of a payment that was never opened: it is asked nothing, and there is nothing to close there. */
const closeUnopened = async (payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> =>
  payment.unwanted && !deps.onlyAsks ? closeAtGateway(payment, deps) : payment

const isPayable = (standing: Standing | undefined): boolean =>
  standing?.state === "unpaid" || standing?.state === "in_progress"

/** Ksher looks for a payment for two hours; what its pages say of a card at the bank is over long before. */
const closesWithin = 2 * hour

/** The gateway answers, was asked to close it, and calls it open: that may stay so, and somebody may still pay. */
async function warnStillOpen(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const since = (payment.expiresAt ?? begunAt(payment)).getTime()
  if (payment.attentionCode !== null || deps.clock.now().getTime() - since < closesWithin) return payment
  return raise(payment, "close_failed", { why: "still_open", gateway: deps.gateway.name }, deps)
}

/** How long a QR code that is not closed may still be paid, at the most; a later payment is still noticed, and late. */
const openQrLapses = 3 * day

/** Ksher may call it PENDING for good. */
const hasOutlived = (payment: GatewayPayment, deps: SettleDeps): boolean =>
  deps.clock.now().getTime() - (payment.expiresAt ?? begunAt(payment)).getTime() > openQrLapses

/** No call can close it: it is watched until it must have lapsed. Only of a cancelled order must somebody know. */
async function watchOpenQr(
  payment: GatewayPayment,
  standing: Standing | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const over = (standing?.state === "absent" && wasNeverOpened(payment)) || hasOutlived(payment, deps)
  if (over && standing) return voidLapsed(payment, deps)
  // A code that nobody was shown is paid by nobody.
  if (payment.unwanted !== "order_canceled" || payment.action === null) return payment
  // Medusa may have asked meanwhile, and heard that it was paid.
  const now = await reload(payment, deps)
  if (!isOpen(now.state)) return now
  const of = { gateway: deps.gateway.name, channel: payment.channel }
  return raise(now, "qr_stays_open", { why: "order_canceled", ...of }, deps)
}

/** The gateway refused to open it, or was not reached: nothing can still be on its way. */
const wasNeverOpened = (payment: GatewayPayment): boolean =>
  payment.state === "failed" && payment.action === null && payment.unwanted !== "open_lost"

async function voidLapsed(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  const over = { settledBy: "outside" as const, checks: 0, ...closedAttention(payment) }
  return (await deps.ledger.payments.move(payment.id, "void", over)) ?? reload(payment, deps)
}

const doubtfulAfter = hour
/** Gnete follows an accepted refund for two hours and then makes a 4 of it, "may have moved". */
const unfinishedAfter = 3 * hour
/** Gnete asks the channel for two hours; what is still only taken in then, it will not follow. */
const createdFor = 2 * hour
const lostAfter = 24 * hour

/** Says so when an operation stays in doubt, and when the doubt is gone. */
async function reportDoubts(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const open = returns(operations).find(isUnsettled)
  if (!open) return clear(payment, ["refund_unknown"], deps)
  if (deps.clock.now().getTime() - open.createdAt.getTime() < patienceWith(open, deps)) return payment
  const { kind, number, amount } = open
  return raise(
    payment,
    "refund_unknown",
    {
      gateway: deps.gateway.name,
      kind: kind === "cancel" ? "cancel" : "refund",
      number,
      amount: sumOf(payment, amount ?? 0),
      ...saidOf(open),
    },
    deps,
  )
}

/** What the gateway has stopped following does not change by itself any more, and is a matter for a person at once. */
function patienceWith(open: Operation, deps: SettleDeps): number {
  const { refundCodes } = deps.gateway
  const said = open.asked?.code ?? open.code
  if (open.kind === "refund" && said && said === refundCodes?.stopped) return 0
  if (open.state !== "pending") return doubtfulAfter
  return said && said === refundCodes?.created ? createdFor : unfinishedAfter
}

/** What became of sending it, and what became of asking about it. */
const saidOf = ({
  code,
  message,
  asked,
}: Operation): Pick<AttentionValues["refund_unknown"], "sent" | "asked"> => ({
  sent: message === null ? null : { code, message },
  asked: asked && { outcome: asked.outcome, code: asked.code, message: asked.message },
})

async function reportUnanswered(
  payment: GatewayPayment,
  message: string,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const since = payment.expiresAt ?? begunAt(payment)
  const waiting = isOpen(payment.state) && deps.clock.now().getTime() - since.getTime() > lostAfter
  if (!waiting) return payment
  return raise(payment, "unanswered", { order: payment.number, message }, deps)
}
