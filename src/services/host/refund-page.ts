import { createHash, timingSafeEqual } from "node:crypto"

import type { MedusaContainer } from "@medusajs/framework/types"

import { readReceiver, tailOf, toMajor } from "../../core"
import type { GivenReceiver, Receiver } from "../../core"
import { isWaitingPayout, systemClock } from "../ledger"
import type { GatewayPayment, Operation, ShopperPayout } from "../ledger"
import { logLine, wordsOf } from "../observability"
import type { RefundView } from "../refund-page"
import { canBeTakenBack, mostWrongTries, orderIdOf, seal, settle } from "../settlement"
import type { GatewayPayments } from "./application"
import { graph } from "./graph"

/** What a shopper sent from the page. */
export type RefundStep =
  { step: "who"; who: string } | { step: "where" | "change" | "confirm"; who: string; given: GivenReceiver }

/** A link that can still be used, with what it is for. */
export interface OpenRefund {
  payout: ShopperPayout & { link: NonNullable<ShopperPayout["link"]> }
  operation: Operation
  payment: GatewayPayment
}

/** What a link leads to; `undefined`: an account was named, the payout has ended, the link has expired or is locked. */
export async function openRefund(
  plugin: GatewayPayments,
  payout: ShopperPayout,
): Promise<OpenRefund | undefined> {
  const { link } = payout
  if (
    !link ||
    payout.givenAt !== null ||
    link.expiresAt <= systemClock.now() ||
    link.wrongTries >= mostWrongTries
  )
    return undefined
  const payment = await plugin.ledger.payments.get(payout.paymentId)
  const operations = payment ? await plugin.ledger.operations.ofPayment(payment.id) : []
  const operation = operations.find(({ id }) => id === payout.operationId)
  const isOn = payment && plugin.provider(payment.providerId)?.policy.payouts !== undefined
  if (!payment || !operation || !isOn || !isWaitingPayout(operation)) return undefined
  return { payout: { ...payout, link }, operation, payment }
}

/**
 * Carries out a step. Every step is proven anew: the link alone shows and moves nothing. `undefined`: the link is over, by this try or
 * before it.
 */
export async function takeStep(
  container: MedusaContainer,
  plugin: GatewayPayments,
  refund: OpenRefund,
  asked: RefundStep,
): Promise<RefundView | undefined> {
  const { link } = refund.payout
  if (!(await plugin.ledger.shopperPayouts.countTry(link.id, mostWrongTries))) return undefined
  if (!(await isOwner(container, plugin, refund.payment, asked.who))) return { step: "who", isWrong: true }
  await plugin.ledger.shopperPayouts.uncountTry(link.id)
  const { who } = asked
  const { digits, currency } = refund.payment
  const amount = { amount: toMajor(refund.operation.amount ?? 0, digits), currency }
  if (asked.step === "who") return { step: "where", who, amount }
  if (asked.step === "change") return { step: "where", who, amount, given: asked.given }
  const read = readReceiver(asked.given)
  if ("problem" in read) return { step: "where", who, amount, given: asked.given, problem: read.problem }
  if (asked.step === "where") return { step: "check", who, amount, receiver: read.receiver }
  return (await keep(plugin, refund, read.receiver)) ? { step: "done" } : undefined
}

/** Kept once, and then on its way as far as it comes now; what fails there is tried again by the job. */
async function keep(
  plugin: GatewayPayments,
  { payout, operation, payment }: OpenRefund,
  receiver: Receiver,
): Promise<boolean> {
  const deps = plugin.depsOfPayment(payment)
  const keys = deps.policy.payouts?.keys ?? []
  const sealed = seal(receiver, payout.operationId, keys)
  const given = { sealed, type: receiver.type, tail: tailOf(receiver) }
  if (!(await plugin.ledger.shopperPayouts.give(payout.link.id, given))) return false
  try {
    await plugin.atOrderOf(payment, async () => {
      const now = await settle(payment.id, deps)
      // Medusa has booked it by that: it is sent now.
      if (canBeTakenBack(now, operation)) await settle(payment.id, deps)
    })
  } catch (error) {
    plugin.log.warn(logLine("payout_not_carried", { payment: payment.id }, wordsOf(error)))
  }
  return true
}

interface OrderRow {
  email?: string | null
  shipping_address?: { phone?: string | null } | null
  billing_address?: { phone?: string | null } | null
  customer?: { email?: string | null; phone?: string | null } | null
}

const ownerFields = [
  "email",
  "shipping_address.phone",
  "billing_address.phone",
  "customer.email",
  "customer.phone",
]

/** Whether these are the e-mail address or a phone number of the order. Of a payment without an order nobody can prove it. */
async function isOwner(
  container: MedusaContainer,
  { host }: GatewayPayments,
  payment: GatewayPayment,
  who: string,
): Promise<boolean> {
  const orderId = await orderIdOf(payment, host)
  const [order] = orderId ? await graph<OrderRow>(container, "order", ownerFields, { id: orderId }) : []
  const known = [
    order?.email,
    order?.customer?.email,
    ...[order?.shipping_address?.phone, order?.billing_address?.phone, order?.customer?.phone],
  ].map(plain)
  const given = plain(who)
  // Each is compared, so that the time says nothing of which one it was.
  const same = known.map((one) => isSame(one, given))
  return given !== "" && same.some(Boolean)
}

/** Of an address its letters, of a phone number its last nine digits: the country's code may be written or not. */
function plain(contact: string | null | undefined): string {
  const text = (contact ?? "").trim().toLowerCase()
  if (text.includes("@")) return text
  const digits = text.replace(/\D/g, "")
  return digits.length >= 9 ? digits.slice(-9) : ""
}

const isSame = (one: string, other: string): boolean => {
  const digest = (text: string) => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(one), digest(other)) && one !== ""
}
