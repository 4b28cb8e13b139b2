import type { INotificationModuleService, MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import { PaymentProblem, toMajor } from "../../core"
import { isWaitingPayout, systemClock } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { logLine, wordsOf } from "../observability"
import { hashOf, newToken } from "../pay-page"
import { hour, orderIdOf, settle } from "../settlement"
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
  operationId: string,
  madeBy: string,
): Promise<MadeRefundLink> {
  const operation = await waitingPayout(plugin, payment, operationId)
  const { payouts } = plugin.depsOfPayment(payment).policy
  if (!payouts) throw notConfigured(payment)
  const token = newToken()
  const expiresAt = new Date(systemClock.now().getTime() + payouts.linkHours * hour)
  const row = { tokenHash: hashOf(token), expiresAt, madeBy }
  const linked = await plugin.ledger.shopperPayouts.relink(operation.id, row)
  if (!linked?.link) throw notWaiting(payment)
  await lookAgain(plugin, payment)
  return { id: linked.link.id, url: `${await pageBase(plugin)}/refund/${token}`, expiresAt, operation }
}

/** An admin lets a payout go whose account the shopper has named. */
export async function releasePayout(
  plugin: GatewayPayments,
  payment: GatewayPayment,
  operationId: string,
  by: string,
): Promise<void> {
  await waitingPayout(plugin, payment, operationId)
  if (!(await plugin.ledger.shopperPayouts.release(operationId, by)))
    throw new PaymentProblem(
      "conflict",
      "changed",
      `The shopper has not named an account for this refund of payment ${payment.number} yet. Nothing was sent: make a link and send it.`,
    )
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

async function waitingPayout(
  plugin: GatewayPayments,
  payment: GatewayPayment,
  operationId: string,
): Promise<Operation> {
  const operations = await plugin.ledger.operations.ofPayment(payment.id)
  const operation = operations.find(({ id }) => id === operationId)
  if (operation?.kind !== "payout")
    throw new PaymentProblem(
      "invalid_data",
      "resolve_invalid",
      `Payment ${payment.number} has no refund of that id that is paid out to the shopper's account.`,
    )
  if (!isWaitingPayout(operation)) throw notWaiting(payment)
  return operation
}

const notWaiting = ({ number }: GatewayPayment) =>
  new PaymentProblem(
    "conflict",
    "changed",
    `This refund of payment ${number} has been sent or has ended. Nothing was changed: look at the payment again.`,
  )

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
