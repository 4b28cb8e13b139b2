import { isDeepStrictEqual } from "node:util"

import { doubts, hasMoney, sentenceOf, toMajor, unreachable, waitingPayouts, withDecimals } from "../../core"
import type { AttentionCode, AttentionValues, Sum, WaitingPayout } from "../../core"
import type { GatewayPayment, PaymentPatch, SetAside } from "../ledger"
import { count, logLine } from "../observability"
import type { Deps } from "./deps"

export const isOutOfReach = ({ attentionCode }: Pick<GatewayPayment, "attentionCode">): boolean =>
  attentionCode !== null && unreachable.has(attentionCode)

/** Puts a payment under attention, and says so once. */
export async function raise<Code extends AttentionCode>(
  payment: GatewayPayment,
  code: Code,
  values: AttentionValues[Code],
  deps: Pick<Deps, "ledger" | "log" | "emit">,
): Promise<GatewayPayment> {
  const raising = decideRaise(payment, code, values)
  if (!raising) return payment
  const raised = await deps.ledger.payments.update(payment.id, raising.patch)
  if (!raising.isNews) return raised
  deps.log.warn(logLine("attention", { payment: payment.id, code }, raising.sentence))
  count("gateway_payments.attention", { gateway: payment.gateway, code })
  await deps.emit("attention_required", raised)
  return raised
}

/** What is written for an attention, and whether somebody is told. `undefined`: nothing is new, or a doubt about money comes first. Pure. */
export function decideRaise<Code extends AttentionCode>(
  payment: GatewayPayment,
  code: Code,
  values: AttentionValues[Code],
): { patch: PaymentPatch; sentence: string; isNews: boolean } | undefined {
  const stands = payment.attentionCode
  const known = stands === code && isTold(code, payment.attentionValues, values)
  if (known && isDeepStrictEqual(payment.attentionValues, values)) return undefined
  const urgent = unreachable.has(code)
  if (stands && doubts.has(stands) && !doubts.has(code) && !urgent) return undefined
  // Whatever else needs a person comes first, and is told once: what waits is told when that is done.
  if (stands && stands !== code && code === "payout_waits") return undefined
  const sentence = sentenceOf({ code, values })
  const patch: PaymentPatch = {
    attentionCode: code,
    attention: sentence,
    attentionValues: values,
    ...(urgent && !isOutOfReach(payment) ? { setAside: setAside(payment) } : {}),
    ...(code === "outside_unclear" ? { returnedUnsaid: true } : {}),
  }
  return { patch, sentence, isNews: !known }
}

/** What goes on under the same reason: it is written down, and nobody is told again. */
const goesOn: ReadonlySet<string> = new Set(["attempts", "owed"])

type Values = GatewayPayment["attentionValues"]

/** An attention of a release that kept no values gets them, and is no other for that. */
function isSameReason(stands: Values, values: Values): boolean {
  const reason = (all: object) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !goesOn.has(name)))
  return stands === null || values === null || isDeepStrictEqual(reason(stands), reason(values))
}

/** Of one payment, the payouts that a person was told of, each with what it waits for. */
export const toldWaits = ({
  attentionCode,
  attentionValues,
}: Pick<GatewayPayment, "attentionCode" | "attentionValues">): WaitingPayout[] =>
  attentionCode === "payout_waits" ? waitsIn(attentionValues) : []

const waitsIn = (values: Values): WaitingPayout[] =>
  values && "why" in values ? waitingPayouts(values as AttentionValues["payout_waits"]) : []

/** Where some of what waited waits no more, the rest was told: nobody is told of it again. */
const isTold = (code: AttentionCode, stands: Values, values: Values): boolean =>
  isSameReason(stands, values) ||
  (code === "payout_waits" &&
    waitsIn(values).every((one) => waitsIn(stands).some((before) => isDeepStrictEqual(before, one))))

/** Whether a payment still stands under what a person saw of it. */
export const isSameAttention = (seen: GatewayPayment, now: GatewayPayment): boolean =>
  seen.attentionCode === now.attentionCode && isSameReason(seen.attentionValues, now.attentionValues)

const setAside = ({ attentionCode, attention, attentionValues }: GatewayPayment): SetAside | null =>
  attentionCode && attention ? { code: attentionCode, sentence: attention, values: attentionValues } : null

/** The payment can be asked about again: what stood before stands again. */
export const setBack = (payment: GatewayPayment, deps: Pick<Deps, "ledger">): Promise<GatewayPayment> =>
  deps.ledger.payments.update(payment.id, {
    attentionCode: payment.setAside?.code ?? null,
    attention: payment.setAside?.sentence ?? null,
    attentionValues: payment.setAside?.values ?? null,
    setAside: null,
  })

/** Without its attention. Where that was "returned, amount unknown", this is known now, or a person has decided. */
export const withoutAttention = ({ attentionCode }: GatewayPayment): PaymentPatch => ({
  attentionCode: null,
  attention: null,
  attentionValues: null,
  ...(attentionCode === "outside_unclear" ? { returnedUnsaid: false } : {}),
})

/** Takes attention away once its reason no longer holds. */
export async function clear(
  payment: GatewayPayment,
  codes: readonly AttentionCode[],
  deps: Deps,
): Promise<GatewayPayment> {
  if (!payment.attentionCode || !codes.includes(payment.attentionCode)) return payment
  return deps.ledger.payments.update(payment.id, withoutAttention(payment))
}

/** What is paid need not be closed, and what is paid back needs nobody any more, whoever was faster to return it. */
export function staleCodes({ state }: Pick<GatewayPayment, "state">): readonly AttentionCode[] {
  if (!hasMoney(state)) return []
  const ofUnpaid = ["qr_stays_open", "close_failed"] as const
  if (state !== "refunded") return ofUnpaid
  return [...ofUnpaid, "refund_refused", "refund_unsupported", "late_held", "not_captured", "no_order"]
}

/** An amount of the payment, in minor units, as an attention names it. */
export const sumOf = ({ digits, currency }: GatewayPayment, minor: number): Sum => ({
  amount: toMajor(minor, digits),
  currency,
})

/** As `sumOf`, of an amount of Medusa's, which may have fractions of a minor unit. */
export const majorSumOf = ({ digits, currency }: GatewayPayment, major: string): Sum => ({
  amount: withDecimals(major, digits),
  currency,
})
