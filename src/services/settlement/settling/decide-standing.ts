import { hasMoney, isOpen, money, sameMoney, toMajor } from "../../../core"
import type { Attention, AttentionCode, AttentionValues, Outcome, Standing } from "../../../core"
import { begunAt } from "../../ledger"
import type { GatewayPayment, PaymentPatch } from "../../ledger"
import { sumOf } from "../attention"
import { second } from "../schedule"

/** What of an answer is written down. `clears`: the attention that it does away with. */
export type StandingStep =
  | { do: "raise"; attention: Attention<"amount_mismatch" | "contradiction"> }
  | { do: "call_paid"; to: "paid" | "paid_late"; patch: PaymentPatch; clears: readonly AttentionCode[] }
  | { do: "end"; to: "void" | "failed"; clears: readonly AttentionCode[] }
  | { do: "note"; patch: PaymentPatch | null; clears: readonly AttentionCode[] }

/**
 * What an answer about the order proves of a payment. One for another amount or currency proves nothing, nor does "paid" alone. Pure and
 * total.
 */
export function decideStanding(payment: GatewayPayment, standing: Standing, now: Date): StandingStep {
  const disagreement = disagrees(payment, standing)
  if (disagreement) return { do: "raise", attention: { code: "amount_mismatch", values: disagreement } }
  switch (standing.state) {
    case "paid":
    case "refunded":
    case "reversed":
      return hasMoney(payment.state) ? noteFacts(payment, standing, now) : callPaid(payment, standing, now)
    case "closed":
      return endAs("void", payment)
    case "failed":
      return endAs("failed", payment)
    case "absent":
      // Ksher answers NOTSURE for more than an unpaid order: of one that was paid it proves nothing.
      return hasMoney(payment.state) ? notPaidNow(payment, "absent") : noteFacts(payment, standing, now)
    case "unpaid":
    case "in_progress":
      return noteFacts(payment, standing, now)
  }
}

const ofMoney: ReadonlySet<string> = new Set<Standing["state"]>(["paid", "refunded", "reversed"])

/** Whether an answer says that money is there, or was. */
export const saysMoney = (state: string): boolean => ofMoney.has(state)

function disagrees(
  payment: GatewayPayment,
  { state, amount }: Standing,
): AttentionValues["amount_mismatch"] | undefined {
  const expected = money(payment.amount, payment.currency)
  if (amount ? sameMoney(amount, expected) : !saysMoney(state)) return undefined
  const said = amount ? { amount: toMajor(amount.minor, payment.digits), currency: amount.currency } : null
  return { order: payment.number, asked: sumOf(payment, payment.amount), said, state }
}

const facts = (payment: GatewayPayment, standing: Standing, now: Date): PaymentPatch => ({
  ...(standing.gatewayNo ? { gatewayNo: standing.gatewayNo } : {}),
  ...(standing.payNo ? { payNo: standing.payNo } : {}),
  ...(standing.channel ? { channel: standing.channel } : {}),
  ...(standing.paidAt && !payment.paidAt ? { paidAt: paidAt(standing.paidAt, payment, now) } : {}),
})

/** Ksher tells a time without its zone, and clocks differ: nothing was paid before it was opened, or is still to be. */
const paidAt = (said: Date, payment: GatewayPayment, now: Date): Date =>
  new Date(Math.min(Math.max(said.getTime(), begunAt(payment).getTime()), now.getTime()))

/** Money that Medusa has given up, or that came after an end, is late. */
function callPaid(payment: GatewayPayment, standing: Standing, now: Date): StandingStep {
  const late = payment.unwanted !== null || payment.state === "void"
  const patch: PaymentPatch = {
    ...facts(payment, standing, now),
    paidAt: standing.paidAt ? paidAt(standing.paidAt, payment, now) : now,
    paidAmount: payment.amount,
    // What had ended it has not: money is here, and is still to be returned.
    settledBy: null,
    ...(late ? { unwanted: payment.unwanted ?? ("closed" as const) } : {}),
    dueBy: new Date(now.getTime() + 30 * second),
    checks: 0,
  }
  const clears = ["amount_mismatch", "contradiction", "close_failed", "qr_stays_open", "unanswered"] as const
  return { do: "call_paid", to: late ? "paid_late" : "paid", patch, clears }
}

function endAs(to: "void" | "failed", payment: GatewayPayment): StandingStep {
  if (hasMoney(payment.state)) return notPaidNow(payment, to === "void" ? "closed" : "failed")
  if (payment.state === "void") return { do: "note", patch: null, clears: ofVoid }
  return payment.state === to ? { do: "note", patch: null, clears: [] } : { do: "end", to, clears: ofOpen }
}

/** Of what was void already: what was said of its being payable. That another amount was named, stands. */
const ofVoid = ["close_failed"] as const

/** What stands only while somebody may pay it. */
const ofOpen = ["close_failed", "qr_stays_open", "unanswered", "amount_mismatch"] as const

/** The gateway called it paid before. */
const notPaidNow = (payment: GatewayPayment, state: "closed" | "failed" | "absent"): StandingStep => ({
  do: "raise",
  attention: { code: "contradiction", values: { why: "not_paid_now", order: payment.number, state } },
})

function noteFacts(payment: GatewayPayment, standing: Standing, now: Date): StandingStep {
  const patch = facts(payment, standing, now)
  const isNews =
    (patch.gatewayNo && patch.gatewayNo !== payment.gatewayNo) ||
    (patch.payNo && patch.payNo !== payment.payNo) ||
    patch.paidAt
  return { do: "note", patch: isNews ? patch : null, clears: agreedOn(payment, standing) }
}

/** "Unpaid" agrees with the books, and not with a notification that says paid. */
function agreedOn(payment: GatewayPayment, standing: Standing): readonly AttentionCode[] {
  if (isOpen(payment.state)) return ["unanswered", "amount_mismatch"]
  if (payment.state === "void" && standing.state === "absent") return ofVoid
  // Ksher calls an order refunded as soon as a part of it went back.
  const agrees = hasMoney(payment.state) && saysMoney(standing.state)
  return agrees ? ["contradiction", "unanswered", "amount_mismatch"] : []
}

/** What follows of what a close came to. */
export type ClosedStep =
  | { do: "call_void" }
  /** It can no longer be closed: the gateway says what it is. */
  | { do: "query" }
  | { do: "raise"; attention: Attention<"qr_stays_open" | "close_failed"> }
  /** It stays open here, due again. */
  | { do: "leave" }

/** What a close has proven about a payment. Pure. */
export function decideClosed(outcome: Outcome<unknown>): ClosedStep {
  if (outcome.kind === "succeeded") return { do: "call_void" }
  if (outcome.kind !== "refused") return { do: "leave" }
  const { reason, code, message } = outcome
  const refusal = { reason, code, message }
  switch (reason) {
    case "absent":
      return { do: "call_void" }
    case "already_paid":
    case "already_closed":
    case "already_refunded":
      return { do: "query" }
    case "not_supported":
      return {
        do: "raise",
        attention: { code: "qr_stays_open", values: { why: "not_supported", refusal } },
      }
    case "in_progress":
      return { do: "leave" }
    default:
      return { do: "raise", attention: { code: "close_failed", values: { why: "refused", refusal } } }
  }
}
