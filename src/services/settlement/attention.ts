import type { Attention, GatewayPayment } from "../ledger"
import { count, logLine } from "../observability"
import type { Deps } from "./deps"

/** Why a person must look; stable codes, one sentence each from the place that raises it. */
export type AttentionCode =
  | "amount_mismatch"
  | "qr_mismatch"
  | "contradiction"
  | "not_captured"
  | "close_failed"
  | "qr_stays_open"
  | "refund_unknown"
  | "refund_refused"
  | "refund_unsupported"
  | "late_held"
  | "outside_unclear"
  | "books_differ"
  | "unanswered"
  | "no_order"
  | "account_changed"
  | "entry_removed"
  | "order_changing"
  | "cancel_unfinished"
  | "notification_failed"

/**
 * Doubts about where the money is. What else is said of a payment says how to return it or to go on, and would have it
 * returned twice: it waits until the doubt is gone.
 */
const doubts: ReadonlySet<string> = new Set([
  "amount_mismatch",
  "qr_mismatch",
  "contradiction",
  "refund_unknown",
  "outside_unclear",
  "books_differ",
] satisfies AttentionCode[])

/** Nothing can be asked about the payment at all: it comes before everything else, and what stood before comes back. */
const unreachable: ReadonlySet<string> = new Set([
  "account_changed",
  "entry_removed",
] satisfies AttentionCode[])

export const isOutOfReach = ({ attentionCode }: Pick<GatewayPayment, "attentionCode">): boolean =>
  unreachable.has(attentionCode ?? "")

/** Puts a payment under attention, and says so once. */
export async function raise(
  payment: GatewayPayment,
  code: AttentionCode,
  sentence: string,
  deps: Pick<Deps, "ledger" | "log" | "emit">,
): Promise<GatewayPayment> {
  if (payment.attentionCode === code && payment.attention === sentence) return payment
  const urgent = unreachable.has(code)
  if (payment.attentionCode && doubts.has(payment.attentionCode) && !doubts.has(code) && !urgent)
    return payment
  const raised = await deps.ledger.payments.update(payment.id, {
    attentionCode: code,
    attention: sentence,
    ...(urgent && !isOutOfReach(payment) ? { setAside: attentionOf(payment) } : {}),
  })
  deps.log.warn(logLine("attention", { payment: payment.id, code }, sentence))
  count("gateway_payments.attention", { gateway: payment.gateway, code })
  await deps.emit("attention_required", raised)
  return raised
}

const attentionOf = ({ attentionCode, attention }: GatewayPayment): Attention | null =>
  attentionCode && attention ? { code: attentionCode, sentence: attention } : null

/** The payment can be asked about again: what stood before stands again. */
export const setBack = (payment: GatewayPayment, deps: Pick<Deps, "ledger">): Promise<GatewayPayment> =>
  deps.ledger.payments.update(payment.id, {
    attentionCode: payment.setAside?.code ?? null,
    attention: payment.setAside?.sentence ?? null,
    setAside: null,
  })

/** Takes attention away once its reason no longer holds. */
export async function clear(
  payment: GatewayPayment,
  codes: readonly AttentionCode[],
  deps: Deps,
): Promise<GatewayPayment> {
  if (!payment.attentionCode || !codes.includes(payment.attentionCode as AttentionCode)) return payment
  return deps.ledger.payments.update(payment.id, { attentionCode: null, attention: null })
}
