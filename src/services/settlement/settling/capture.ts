import type { Attention } from "../../../core"
import { committedAmount } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import { logLine } from "../../observability"
import { clear, raise, sumOf } from "../attention"
import type { SettleDeps } from "../deps"
import type { HostOrder, HostPayment } from "../host"
import { reload } from "../required"
import { after, day, justPaid, linkedWithin, minute, sincePaid } from "../schedule"
import { isReturning, noteAbandonment } from "./abandonment"
import { decideCapture, isCaptured, medusasAmount } from "./decide-capture"
import type { CaptureFacts, CapturePicture, CaptureStep } from "./decide-capture"

/**
 * Medusa captures first and places the order then, and links it to its payments after that. Where the process died in
 * between, the link is made up for, or Medusa is told once more that the payment is captured: it takes that for a repetition,
 * and completes the cart.
 */
export async function findOrder(payment: GatewayPayment, deps: SettleDeps): Promise<HostOrder | undefined> {
  const { collectionId } = payment
  if (!collectionId) return undefined
  // Whoever captured it a moment ago is still placing the order.
  const age = sincePaid(payment, deps)
  if (payment.capturedAt === null || age < linkedWithin || age >= day) return deps.host.orderOf(collectionId)
  const order = await deps.host.linkOrder(collectionId, after(deps, -linkedWithin))
  if (order || !(await mayBePlaced(payment, deps))) return order
  await deps.host.capture(payment.sessionId, await medusasAmountNow(payment, deps))
  return deps.host.orderOf(collectionId)
}

/**
 * It is not so long ago that the shopper has given the order up, and nothing of it has gone back, is going or may have gone: a
 * cart that Medusa could not complete is refunded by it, and that refund may be in doubt, or not be written down here yet.
 */
export async function mayBePlaced(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  if (payment.state !== "paid" || payment.capturedAt === null || payment.unwanted) return false
  if (sincePaid(payment, deps) >= day) return false
  if (await isReturning(payment, deps)) return false
  return !(await deps.host.payment(payment.sessionId))?.refunds.length
}

/** A payment, and what Medusa holds of it. */
export interface Booked {
  payment: GatewayPayment
  booked: HostPayment | undefined
}

/** What Medusa holds of it. That it has captured it, however it came to that, is noted. */
export async function lookUpCapture(payment: GatewayPayment, deps: SettleDeps): Promise<Booked> {
  const booked = await deps.host.payment(payment.sessionId)
  const isNews = payment.capturedAt === null && isCaptured(booked)
  return { payment: isNews ? await noteCaptured(payment, deps) : payment, booked }
}

/** Each step is done once in a look; more of them would be a fault of the decision. */
const mostSteps = 12

/** Tells Medusa of money it waits for. Money it gave up waiting for becomes late, and is not captured. */
export async function captureInMedusa(known: Booked, deps: SettleDeps): Promise<Booked> {
  let seen: Seen = { payment: known.payment, facts: {} }
  for (let steps = 0; steps < mostSteps; steps++) {
    const step = decideCapture({ ...seen, now: deps.clock.now() })
    seen = await perform(step, seen, deps)
    if (step.do === "rest")
      return {
        payment: seen.payment,
        booked: seen.facts.booked === undefined ? known.booked : (seen.facts.booked ?? undefined),
      }
  }
  throw new Error(
    `Payment ${known.payment.number} came to no rest within ${mostSteps} steps. Its money is at the gateway.`,
  )
}

/** What the look has come to. */
type Seen = Pick<CapturePicture, "payment" | "facts">

async function perform(step: CaptureStep, { payment, facts }: Seen, deps: SettleDeps): Promise<Seen> {
  const read = (learned: CaptureFacts): Seen => ({ payment, facts: { ...facts, ...learned } })
  switch (step.do) {
    case "read_books":
      return read({ booked: await readBooks(payment, deps) })
    case "note_captured":
      return { payment: await noteCaptured(payment, deps), facts }
    case "call_late": {
      const late = await deps.ledger.payments.move(payment.id, "paid_late", { dueBy: after(deps, minute) })
      return { payment: late ?? (await reload(payment, deps)), facts }
    }
    case "read_returns":
      return read({ returning: await isReturning(payment, deps) })
    case "read_session":
      return read({ session: (await deps.host.session(payment.sessionId)) ?? null })
    case "link_order":
      await deps.host.linkOrder(step.collectionId, after(deps, -linkedWithin))
      return read({ linked: true })
    case "tell": {
      const { problem = null } = await deps.host.capture(payment.sessionId, step.amount)
      return read({ told: { problem }, booked: await readBooks(payment, deps) })
    }
    case "note_abandonment":
      deps.log.warn(logLine("capture_failed", { payment: payment.id }, facts.told?.problem ?? undefined))
      return {
        payment: await noteAbandonment(await reload(payment, deps), deps),
        facts: { ...facts, abandonmentNoted: true },
      }
    case "rest":
      return { payment: await raiseIf(step.raise, payment, deps), facts }
  }
}

const readBooks = async (payment: GatewayPayment, deps: SettleDeps): Promise<HostPayment | null> =>
  (await deps.host.payment(payment.sessionId)) ?? null

const medusasAmountNow = async (payment: GatewayPayment, deps: SettleDeps): Promise<string> =>
  medusasAmount(payment, (await deps.host.session(payment.sessionId))?.amount)

const noteCaptured = async (payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> =>
  clear(
    await deps.ledger.payments.update(payment.id, { capturedAt: deps.clock.now() }),
    ["not_captured"],
    deps,
  )

const raiseIf = async (
  raised: Attention | undefined,
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> => (raised ? raise(payment, raised.code, raised.values, deps) : payment)

/** Medusa captured, could not place the order, and could not give the money back (it logs that and goes on): a person must. */
export async function reportWithoutOrder(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (order || payment.state === "refunded") return clear(payment, ["no_order"], deps)
  if (justPaid(payment, deps)) return payment
  // All of it is on its way back: where that waits for somebody, he is told of that.
  if (payment.paidAmount <= committedAmount(await deps.ledger.operations.ofPayment(payment.id)))
    return clear(payment, ["no_order"], deps)
  return raise(payment, "no_order", { paid: sumOf(payment, payment.paidAmount) }, deps)
}
