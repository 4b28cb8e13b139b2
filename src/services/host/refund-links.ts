import type { INotificationModuleService, MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import { PaymentProblem, toMajor } from "../../core"
import { systemClock } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { logLine, wordsOf } from "../observability"
import { hashOf, newToken } from "../pay-page"
import { hour, orderIdOf, payoutNotAsSeen, settle, takePayoutBack, waitingPayout } from "../settlement"
import type { PayoutSight } from "../settlement"
import type { GatewayPayments } from "./application"
import { graph } from "./graph"
import { pageBase } from "./pay-links"
import { canSendLinks, type NotSent } from "./send-link"
import { shopName } from "./pay-page"

/** A link that was just made: its address is known now and never again. */
export interface MadeRefundLink {
  id: string
  url: string
  expiresAt: Date
  operation: Operation
}

/** Makes a new link for a refund that waits for the shopper. The one before is worth nothing from then on. */
export async function makeRefundLink(
  plugin: GatewayPayments,
  payment: GatewayPayment,
  { operationId, seen, by: madeBy }: PayoutSight,
): Promise<MadeRefundLink> {
  const operation = await waiting(plugin, payment, operationId)
  const { payouts } = plugin.depsOfPayment(payment).policy
  if (!payouts) throw notConfigured(payment)
  const token = newToken()
  const expiresAt = new Date(systemClock.now().getTime() + payouts.linkHours * hour)
  const row = { tokenHash: hashOf(token), expiresAt, madeBy }
  const linked = await plugin.ledger.shopperPayouts.relink(operation.id, seen, row)
  if (!linked?.link) throw payoutNotAsSeen(payment)
  await lookAgain(plugin, payment)
  return { id: linked.link.id, url: `${await pageBase(plugin)}/refund/${token}`, expiresAt, operation }
}

/** An admin lets a payout go whose account the shopper has named. */
export async function releasePayout(
  plugin: GatewayPayments,
  payment: GatewayPayment,
  { operationId, seen, by }: PayoutSight,
): Promise<void> {
  await waiting(plugin, payment, operationId)
  if (!(await plugin.ledger.shopperPayouts.release(operationId, seen, by))) throw payoutNotAsSeen(payment)
  await lookAgain(plugin, payment)
}

/** As `takePayoutBack`, while nobody else is at the order: Medusa's dialog may ask for the same refund in this moment. */
export async function takeBackAtOrder(
  plugin: GatewayPayments,
  payment: GatewayPayment,
  sight: PayoutSight,
): Promise<void> {
  await plugin.atOrderOf(payment, () => takePayoutBack(payment, sight, plugin.depsOfPayment(payment)))
  await lookAgain(plugin, payment)
}

/** What was changed shows in the attention at once. Where somebody else is at the payment, he or the job looks. */
async function lookAgain(plugin: GatewayPayments, payment: GatewayPayment): Promise<void> {
  try {
    await plugin.atOrderOf(payment, () => settle(payment.id, plugin.depsOfPayment(payment)))
  } catch (error) {
    await plugin.ledger.payments.wakeWhenFree(payment.id)
    plugin.log.warn(logLine("payout_not_carried", { payment: payment.id }, wordsOf(error)))
  }
}

const waiting = async (
  { ledger }: GatewayPayments,
  payment: GatewayPayment,
  operationId: string,
): Promise<Operation> => waitingPayout(payment, await ledger.operations.ofPayment(payment.id), operationId)

const notConfigured = ({ providerId }: GatewayPayment) =>
  new PaymentProblem(
    "not_allowed",
    "refund_unsupported",
    `Refunds to the shopper's account are not configured for ${providerId}. No link was made: set its option payouts, or return the money another way and record it.`,
  )

/** Has Medusa's Notification module send a link to the customer of the order. `undefined`: it is on its way. */
export async function sendRefundLink(
  container: MedusaContainer,
  plugin: GatewayPayments,
  payment: GatewayPayment,
  { id, url, expiresAt, operation }: MadeRefundLink,
): Promise<NotSent | undefined> {
  const fields = ["email", "display_id"]
  const orderId = await orderIdOf(payment, plugin.host)
  const [order] = orderId
    ? await graph<{ email: string | null; display_id: number | null }>(container, "order", fields, {
        id: orderId,
      })
    : []
  if (!order?.email) return "no_address"
  if (!(await canSendLinks(container, plugin))) return "no_provider"
  try {
    await container.resolve<INotificationModuleService>(Modules.NOTIFICATION).createNotifications([
      {
        to: order.email,
        channel: plugin.options.payPage.channel,
        template: "gateway-payments-refund-link",
        data: {
          ...{ url, shop: await shopName(container), order_display_id: order.display_id },
          ...{ currency_code: payment.currency, expires_at: expiresAt.toISOString() },
          amount: Number(toMajor(operation.amount ?? 0, payment.digits)),
        },
        trigger_type: "gateway_payment.refund_link",
        resource_type: "order",
        resource_id: orderId,
        idempotency_key: id,
      },
    ])
  } catch (error) {
    plugin.log.error(logLine("link_not_sent", { link: id }, wordsOf(error)))
    return "failed"
  }
  return undefined
}
