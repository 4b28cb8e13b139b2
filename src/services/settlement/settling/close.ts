import { hasMoney, isOpen } from "../../../core"
import type { Attention, Outcome } from "../../../core"
import type { GatewayPayment, Operation } from "../../ledger"
import { raise, withoutAttention } from "../attention"
import { confirm } from "./confirm"
import type { Deps } from "../deps"
import { orderRef, problemOf } from "../order-ref"
import { decideClosed } from "./decide-standing"
import { after, minute } from "../schedule"

/** A QR code of some channels stays open whatever is asked (Ksher's `order_close` does not take them). */
export const canClose = (payment: GatewayPayment, deps: Deps): boolean =>
  payment.mode !== "qr" || deps.gateway.channelFacts(payment.channel ?? undefined).close

/**
 * Closes an unpaid payment at the gateway. Never moves money: one that turns out paid comes back as `paid` or
 * `paid_late`. What could not be closed stays open here, due again. Call it inside the payment's lease.
 */
export async function closeAtGateway(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  if (payment.state === "unopened") return voidUnopened(payment, deps)
  if (!isOpen(payment.state) || !canClose(payment, deps)) return payment
  const operation = await writeClose(payment, deps)
  const outcome = await deps.gateway.close(orderRef(payment, deps))
  await deps.ledger.operations.conclude(operation.id, { state: outcome.kind, ...problemOf(outcome) })
  return applyClose(payment, outcome, deps)
}

/** The gateway knows nothing of it. Under the lease nobody opens it meanwhile. */
async function voidUnopened(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  const over = { nextCheckAt: null, checks: 0 }
  return (await deps.ledger.payments.move(payment.id, "void", over)) ?? payment
}

/**
 * A create request that was held up may make the order after it had been looked for and called void. `isOver`: the gateway says that it
 * is closed now, or was paid.
 */
export async function closeOnceMore(
  payment: GatewayPayment,
  deps: Deps,
): Promise<{ payment: GatewayPayment; isOver: boolean; refusal?: Attention<"close_failed"> }> {
  const operation = await writeClose(payment, deps)
  const outcome = await deps.gateway.close(orderRef(payment, deps))
  await deps.ledger.operations.conclude(operation.id, { state: outcome.kind, ...problemOf(outcome) })
  const end = decideClosed(outcome)
  if (end.do === "raise")
    return { payment, isOver: false, ...(isCloseFailed(end.attention) ? { refusal: end.attention } : {}) }
  if (end.do !== "query") return { payment, isOver: end.do === "call_void" }
  const { payment: now, standing } = await confirm(payment, deps)
  return { payment: now, isOver: standing !== undefined }
}

/** That no call closes it, somebody may have been told before, and have decided about. */
const isCloseFailed = (
  attention: Attention<"qr_stays_open" | "close_failed">,
): attention is Attention<"close_failed"> => attention.code === "close_failed"

/** A close has no number of its own at the gateway and may be repeated: one row counts the attempts. */
async function writeClose(payment: GatewayPayment, deps: Deps): Promise<Operation> {
  const earlier = (await deps.ledger.operations.ofPayment(payment.id)).find(
    (operation) => operation.kind === "close" && operation.settledAt === null,
  )
  return (
    (earlier && (await deps.ledger.operations.again(earlier.id))) ??
    deps.ledger.operations.intend(payment.id, { kind: "close" })
  )
}

async function applyClose(
  payment: GatewayPayment,
  outcome: Outcome<unknown>,
  deps: Deps,
): Promise<GatewayPayment> {
  const end = decideClosed(outcome)
  switch (end.do) {
    case "call_void":
      return recordVoid(payment, deps)
    case "query":
      return confirmEnd(payment, deps)
    case "raise":
      return raise(payment, end.attention.code, end.attention.values, deps)
    case "leave":
      return payment
  }
}

/** What can no longer be closed is over, one way or the other: one that failed for good cannot be paid any more. */
async function confirmEnd(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  const { payment: now, standing } = await confirm(payment, deps)
  if (standing?.state !== "failed" || hasMoney(now.state)) return now
  return (await deps.ledger.payments.move(now.id, "void", { settledBy: "outside", checks: 0 })) ?? now
}

/** That a notification says paid, a close does not answer. */
export const closedAttention = (payment: GatewayPayment) =>
  payment.attentionCode === "contradiction" ? {} : withoutAttention(payment)

async function recordVoid(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  const moved = await deps.ledger.payments.move(payment.id, "void", {
    settledBy: "close",
    ...closedAttention(payment),
    dueBy: after(deps, minute),
    checks: 0,
  })
  if (moved) return moved
  const now = await deps.ledger.payments.get(payment.id)
  return now && hasMoney(now.state) ? now : payment
}
