import { PaymentProblem, formatMoney, hasMoney, money, toMajor, toMinor } from "../../core"
import { committedAmount, isUnsettled, returns } from "../ledger"
import type { GatewayPayment } from "../ledger"
import { logLine } from "../observability"
import type { AttentionCode } from "./attention"
import { carriedRows } from "./carried"
import type { SettleDeps } from "./deps"
import type { HostPayment } from "./host"
import { withLease } from "./lease"
import { tally } from "./confirm"
import { refund } from "./refund"
import { settle } from "./settle"
import { withFraction } from "./share"

export interface Resolution {
  action: "refund" | "record_refund" | "dismiss"
  /** Major units, plain decimal; absent: all that is left. */
  amount?: string | undefined
  note: string
  /** Who decided, for the operation's record. */
  by: string
}

/** Carries out what a person decided about a payment under attention. */
export async function resolveByHand(
  payment: GatewayPayment,
  resolution: Resolution,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (!resolution.note.trim()) throw invalid("A note is needed: say what was decided and why.")
  const { action, by } = resolution
  deps.log.info(logLine("resolved", { payment: payment.id, action, by }, resolution.note))
  if (resolution.action === "dismiss") return dismiss(payment, deps)
  if (!hasMoney(payment.state))
    throw invalid(`Payment ${payment.number} is ${payment.state}: there is no money to return.`)
  const decided = await withLease(payment.id, deps, (leased, held) => decideDoubt(leased, resolution, held))
  if (decided !== "done") await carryOut(payment, decided, deps)
  await deps.ledger.payments.update(payment.id, { attention: null, attentionCode: null })
  return settle(payment.id, deps)
}

async function carryOut(payment: GatewayPayment, resolution: Resolution, deps: SettleDeps): Promise<void> {
  if (resolution.action === "refund") await refundByHand(payment, resolution, deps)
  else await withLease(payment.id, deps, (leased, held) => record(leased, resolution, held))
}

/**
 * Somebody has looked in the gateway's console at a refund that the gateway leaves in doubt. "Record" says that it went
 * through; "refund" says that it did not, and is to be made again: under Medusa's own row where it still holds one.
 * Returns what is left to carry out.
 */
async function decideDoubt(
  payment: GatewayPayment,
  resolution: Resolution,
  deps: SettleDeps,
): Promise<Resolution | "done"> {
  const doubtful = returns(await deps.ledger.operations.ofPayment(payment.id)).find(isUnsettled)
  if (!doubtful) return resolution
  const sum = toMajor(doubtful.amount ?? 0, payment.digits)
  if (resolution.amount !== undefined && minorOf(resolution.amount, payment.digits) !== doubtful.amount)
    throw invalid(
      `Refund ${doubtful.number} of ${sum} is in doubt: decide about that one first, without another amount.`,
    )
  const wentThrough = resolution.action === "record_refund"
  await deps.ledger.operations.conclude(doubtful.id, {
    state: wentThrough ? "succeeded" : "refused",
    reason: "by_hand",
    message: resolution.note,
  })
  await tally(payment, deps)
  return wentThrough ? "done" : { ...resolution, amount: sum }
}

/**
 * Attention goes. Where a person decided that nothing more is to be done, that is kept; any other reason that still holds
 * raises it again.
 */
async function dismiss(payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> {
  if (!payment.attention)
    throw invalid(`Payment ${payment.number} is not under attention: there is nothing to dismiss.`)
  const { payments } = deps.ledger
  const dismissed = await payments.update(payment.id, { attention: null, attentionCode: null })
  switch (payment.attentionCode as AttentionCode) {
    case "qr_stays_open":
      return (await payments.move(payment.id, "void", { settledBy: "outside" })) ?? dismissed
    case "late_held":
    case "refund_unsupported":
    case "refund_refused":
      return payments.update(payment.id, { settledBy: "outside" })
    case "amount_mismatch":
      return (await payments.move(payment.id, "failed", { nextCheckAt: null })) ?? dismissed
    default:
      return dismissed
  }
}

/** Booked by Medusa where it holds a capture, sent at the gateway alone where it never took the money. */
async function refundByHand(
  payment: GatewayPayment,
  resolution: Resolution,
  deps: SettleDeps,
): Promise<void> {
  const booked = await deps.host.payment(payment.sessionId)
  const row = booked && (await owedRow(payment, booked, deps))
  if (row) {
    const amount = { major: row.amount }
    await refund({ of: { sessionId: payment.sessionId }, amount, refundId: row.id, owed: true }, deps)
    return
  }
  if (booked && Number(booked.captured) > 0) {
    const order = payment.collectionId ? await deps.host.orderOf(payment.collectionId) : undefined
    const amount = toMajor(await amountOf(payment, resolution, deps), payment.digits)
    await deps.host.refund(booked, order, withFraction(amount, booked, payment), resolution.note)
    return
  }
  const amount =
    resolution.amount === undefined ? ("rest" as const) : await amountOf(payment, resolution, deps)
  await refund({ of: { sessionId: payment.sessionId }, amount, refundId: null }, deps)
}

/** A refund that Medusa holds and that nothing carries out: what is owed is paid under its own row. */
async function owedRow(payment: GatewayPayment, booked: HostPayment, deps: SettleDeps) {
  const carried = carriedRows(await deps.ledger.operations.ofPayment(payment.id))
  return booked.refunds.find((row) => !carried.has(row.id))
}

/** Money that was returned outside the gateway: a bank transfer for a PromptPay payment. */
async function record(
  payment: GatewayPayment,
  resolution: Resolution,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const made = returns(await deps.ledger.operations.ofPayment(payment.id)).length
  await deps.ledger.operations.recordOutside(payment.id, {
    kind: "refund",
    number: `by-hand-${made + 1}`,
    amount: await amountOf(payment, resolution, deps),
    message: resolution.note,
  })
  return tally(payment, deps)
}

async function amountOf(payment: GatewayPayment, resolution: Resolution, deps: SettleDeps): Promise<number> {
  const left = payment.paidAmount - committedAmount(await deps.ledger.operations.ofPayment(payment.id))
  const amount = resolution.amount === undefined ? left : minorOf(resolution.amount, payment.digits)
  if (amount > 0 && amount <= left) return amount
  throw invalid(
    `${formatMoney(money(Math.max(left, 0), payment.currency), payment.digits)} is left of payment ${payment.number}; ${resolution.amount ?? "nothing"} cannot be returned.`,
  )
}

function minorOf(amount: string, digits: number): number {
  try {
    return toMinor(amount, digits)
  } catch (error) {
    throw invalid((error as Error).message)
  }
}

const invalid = (message: string) => new PaymentProblem("invalid_data", "resolve_invalid", message)
