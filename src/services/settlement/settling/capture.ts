import { roundToMinor, toMajor } from "../../../core"
import { committedAmount } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import { logLine } from "../../observability"
import { clear, raise, sumOf } from "../attention"
import type { SettleDeps } from "../deps"
import type { HostOrder, HostPayment } from "../host"
import { reload } from "../required"
import { after, ageOf, day, justPaid, leaseMs, minute, sincePaid } from "../schedule"
import { noteAbandonment } from "./abandonment"

/** Whether Medusa holds money of it. Its amounts are decimals as text. */
export const isCaptured = (booked: HostPayment | undefined): booked is HostPayment =>
  booked !== undefined && !/^0*(\.0*)?$/.test(booked.captured)

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
  if (payment.capturedAt === null || age < 2 * minute || age >= day) return deps.host.orderOf(collectionId)
  const order = await deps.host.linkOrder(collectionId, after(deps, -2 * minute))
  if (order || !(await mayBePlaced(payment, deps))) return order
  await deps.host.capture(payment.sessionId, await medusasAmount(payment, deps))
  return deps.host.orderOf(collectionId)
}

/**
 * It is not so long ago that the shopper has given the order up, and nothing of it has gone back, is going or may have gone: a
 * cart that Medusa could not complete is refunded by it, and that refund may be in doubt, or not be written down here yet.
 */
export async function mayBePlaced(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  if (payment.state !== "paid" || payment.capturedAt === null || payment.unwanted) return false
  if (sincePaid(payment, deps) >= day) return false
  if (committedAmount(await deps.ledger.operations.ofPayment(payment.id)) > 0) return false
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

/** Tells Medusa of money it waits for. Money it gave up waiting for becomes late, and is not captured. */
export async function captureInMedusa(known: Booked, deps: SettleDeps): Promise<Booked> {
  if (known.payment.capturedAt) return known
  // Whoever held the order until now may have had it captured.
  const found = await lookUpCapture(known.payment, deps)
  if (found.payment.capturedAt || found.payment.state !== "paid") return found
  return captureWanted(found, deps)
}

async function captureWanted({ payment, booked }: Booked, deps: SettleDeps): Promise<Booked> {
  if (payment.unwanted) {
    const late = await deps.ledger.payments.move(payment.id, "paid_late", { dueBy: after(deps, minute) })
    return { payment: late ?? payment, booked }
  }
  if (await isStillOpening(payment, deps)) return { payment, booked }
  // Told of the capture of an order that it did not get to link, Medusa would give the money back. A younger one is being linked.
  if (payment.collectionId && ageOf(payment, deps) >= 2 * minute)
    await deps.host.linkOrder(payment.collectionId, after(deps, -2 * minute))
  const { problem } = await deps.host.capture(payment.sessionId, await medusasAmount(payment, deps))
  const tried = await lookUpCapture(payment, deps)
  if (tried.payment.capturedAt) return tried
  deps.log.warn(logLine("capture_failed", { payment: payment.id }, problem))
  const why = { why: "cart_open", problem: problem ?? null } as const
  const wanted = await noteAbandonment(await reload(payment, deps), deps)
  return { payment: await reportNotCaptured(wanted, why, deps), booked: tried.booked }
}

/** The number that Medusa asked for, with its fractions of a cent: told the rounded one, it would capture another than it wants. */
async function medusasAmount(payment: GatewayPayment, deps: SettleDeps): Promise<string> {
  const amount = (await deps.host.session(payment.sessionId))?.amount
  const same = amount !== undefined && roundToMinor(amount, payment.digits) === payment.paidAmount
  return same ? amount : toMajor(payment.paidAmount, payment.digits)
}

/**
 * A notification may be faster than the create answer. When that comes, Medusa writes the session as pending over whatever
 * was captured meanwhile, the cart cannot be completed, and Medusa gives the money back. So the capture waits for it; where
 * the process that opened the session has died, not for ever.
 */
async function isStillOpening(payment: GatewayPayment, deps: SettleDeps): Promise<boolean> {
  if (deps.clock.now().getTime() - payment.createdAt.getTime() > leaseMs) return false
  return (await deps.host.session(payment.sessionId))?.beingOpened === true
}

const noteCaptured = async (payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> =>
  clear(
    await deps.ledger.payments.update(payment.id, { capturedAt: deps.clock.now() }),
    ["not_captured"],
    deps,
  )

/** `why`: what keeps Medusa from it. */
export async function reportNotCaptured(
  payment: GatewayPayment,
  why: { why: "cart_open"; problem: string | null } | { why: "part_returned" },
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (payment.unwanted || payment.state === "refunded") return payment
  if (justPaid(payment, deps)) return payment
  return raise(payment, "not_captured", { ...why, paid: sumOf(payment, payment.paidAmount) }, deps)
}

/** Medusa captured, could not place the order, and could not give the money back (it logs that and goes on): a person must. */
export async function reportWithoutOrder(
  payment: GatewayPayment,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<GatewayPayment> {
  if (order || payment.state === "refunded") return clear(payment, ["no_order"], deps)
  if (justPaid(payment, deps)) return payment
  return raise(payment, "no_order", { paid: sumOf(payment, payment.paidAmount) }, deps)
}
