import type { INotificationModuleService, MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import { logLine, wordsOf } from "../observability"
import type { GatewayPayments } from "./application"
import type { MadeLink } from "./make-link"
import type { Payable } from "./pay-links"

/** Why a link was not sent. */
export const notSentReasons = ["no_provider", "no_address", "failed"] as const
export type NotSent = (typeof notSentReasons)[number]

/** The providers of a channel hang on a service of the notification module that its interface does not name. */
type WithProviders = INotificationModuleService & {
  notificationProviderService_?: { getProviderForChannels?: (channels: string[]) => Promise<unknown[]> }
}

/** Whether Medusa has somebody to send by the configured channel. */
export async function canSendLinks(container: MedusaContainer, plugin: GatewayPayments): Promise<boolean> {
  const providers = container.resolve<WithProviders>(Modules.NOTIFICATION).notificationProviderService_
  const found = await providers?.getProviderForChannels?.([plugin.options.payPage.channel])
  return found === undefined || found.some((one) => one !== undefined && one !== null)
}

/** Has Medusa's Notification module send a link to the customer of the order. `undefined`: it is on its way. */
export async function sendLink(
  container: MedusaContainer,
  plugin: GatewayPayments,
  { link, url }: MadeLink,
  { email, displayId, shop }: Pick<Payable, "email" | "displayId"> & { shop: string },
): Promise<NotSent | undefined> {
  if (!email) return "no_address"
  if (!(await canSendLinks(container, plugin))) return "no_provider"
  const { channel, template } = plugin.options.payPage
  try {
    await container.resolve<INotificationModuleService>(Modules.NOTIFICATION).createNotifications([
      {
        to: email,
        channel,
        template,
        data: {
          ...{ url, shop, order_display_id: displayId, amount: Number(link.amount) },
          ...{ currency_code: link.currency, expires_at: link.expiresAt.toISOString() },
        },
        trigger_type: "gateway_payment.link",
        resource_type: "order",
        resource_id: link.orderId,
        idempotency_key: link.id,
      },
    ])
  } catch (error) {
    plugin.log.error(logLine("link_not_sent", { link: link.id }, wordsOf(error)))
    return "failed"
  }
  await plugin.ledger.payLinks.noteSent(link.id)
  return undefined
}
