import { roundToMinor, toMajor } from "../../../core"
import type { Attention } from "../../../core"
import { begunAt } from "../../ledger"
import type { GatewayPayment } from "../../ledger"
import { sumOf } from "../attention"
import type { HostPayment, HostSession } from "../host"
import { leaseMs, linkedWithin, wasJustPaid } from "../schedule"

/** What was read of Medusa, and done there, since the look began. What is absent was not. */
export interface CaptureFacts {
  /** What Medusa holds of it; `null`: no payment. After it was told, as it was read then. */
  booked?: HostPayment | null
  /** Something of it goes back, or may have gone. */
  returning?: boolean
  /** `null`: Medusa has deleted it. */
  session?: Pick<HostSession, "amount" | "beingOpened"> | null
  /** A link between order and payment that a process did not get to write was looked for. */
  linked?: true
  /** Medusa was told that it is paid, and did not take it. */
  told?: { problem: string | null }
  /** Whether Medusa still wants it was looked up since. */
  abandonmentNoted?: true
}

export interface CapturePicture {
  payment: GatewayPayment
  now: Date
  facts: CaptureFacts
}

/** The one next thing to do for a capture. Only `tell` has Medusa take the money for its order. */
export type CaptureStep =
  | { do: "read_books" }
  | { do: "note_captured" }
  | { do: "call_late" }
  | { do: "read_returns" }
  | { do: "read_session" }
  | { do: "link_order"; collectionId: string }
  | { do: "tell"; amount: string }
  | { do: "note_abandonment" }
  | { do: "rest"; raise?: Attention }

/** Whether Medusa holds money of it. Its amounts are decimals as text. */
export const isCaptured = (booked: HostPayment | null | undefined): booked is HostPayment =>
  !!booked && !/^0*(\.0*)?$/.test(booked.captured)

/** Whether Medusa is told of money that it waits for. Money that it gave up becomes late, and is not captured. Pure and total. */
export function decideCapture(picture: CapturePicture): CaptureStep {
  const { payment, facts } = picture
  if (payment.capturedAt) return { do: "rest" }
  // Whoever held the order until now may have had it captured.
  if (facts.booked === undefined) return { do: "read_books" }
  if (isCaptured(facts.booked)) return { do: "note_captured" }
  if (payment.state !== "paid") return { do: "rest" }
  if (facts.told) return afterRefusal(picture, facts.told)
  if (payment.unwanted) return { do: "call_late" }
  if (facts.returning === undefined) return { do: "read_returns" }
  // Nobody ships on money that goes back. What comes of the return decides whether it is captured.
  return facts.returning ? { do: "rest" } : telling(picture)
}

/**
 * A notification may be faster than the create answer. When that comes, Medusa writes the session as pending over whatever was captured
 * meanwhile, the cart cannot be completed, and Medusa gives the money back. So the capture waits for it; where the process that
 * opened the session has died, not for ever.
 */
function telling(picture: CapturePicture): CaptureStep {
  const { payment, now, facts } = picture
  const mayBeOpening = now.getTime() - payment.createdAt.getTime() <= leaseMs
  if (mayBeOpening && facts.session === undefined) return { do: "read_session" }
  if (mayBeOpening && facts.session?.beingOpened) return { do: "rest" }
  // Told of the capture of an order that it did not get to link, Medusa would give the money back. A younger one is being linked.
  const isOld = now.getTime() - begunAt(payment).getTime() >= linkedWithin
  if (payment.collectionId && isOld && !facts.linked)
    return { do: "link_order", collectionId: payment.collectionId }
  if (facts.session === undefined) return { do: "read_session" }
  return { do: "tell", amount: medusasAmount(payment, facts.session?.amount) }
}

/** The number that Medusa asked for, with its fractions of a cent: told the rounded one, it would capture another than it wants. */
export const medusasAmount = (payment: GatewayPayment, asked: string | undefined): string =>
  asked !== undefined && roundToMinor(asked, payment.digits) === payment.paidAmount
    ? asked
    : toMajor(payment.paidAmount, payment.digits)

/** Medusa did not take it: it may have given the payment up meanwhile, and a person is told where it has not. */
function afterRefusal(
  { payment, now, facts }: CapturePicture,
  { problem }: { problem: string | null },
): CaptureStep {
  if (!facts.abandonmentNoted) return { do: "note_abandonment" }
  return { do: "rest", ...notCaptured(payment, { why: "cart_open", problem }, now) }
}

/** `why`: what keeps Medusa from it. */
export function notCaptured(
  payment: GatewayPayment,
  why: { why: "cart_open"; problem: string | null } | { why: "part_returned" },
  now: Date,
): { raise?: Attention } {
  if (payment.unwanted || payment.state === "refunded" || wasJustPaid(payment, now)) return {}
  return { raise: { code: "not_captured", values: { ...why, paid: sumOf(payment, payment.paidAmount) } } }
}
