import type { INotificationModuleService, MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import { alertText } from "../../core"
import type { Alert } from "../../core"
import type { PluginOptions } from "../options/plugin"

/** What Medusa's admin draws in its feed. */
const feedTemplate = "admin-ui"

/**
 * Sends an alert over the feed of Medusa's admin and whatever channels are configured, through Medusa's Notification module. One that
 * fails keeps no other from being sent; then it throws. Under the same key Medusa sends nothing twice.
 */
export async function sendAlert(
  container: MedusaContainer,
  { feed, language, channels }: PluginOptions["alerts"],
  alert: Alert,
  key: string,
): Promise<void> {
  const module = container.resolve<INotificationModuleService>(Modules.NOTIFICATION)
  const { title, description } = alertText(alert, language)
  const { kind, code, providerId, gateway, payments } = alert
  const data = { title, description, kind, code, provider_id: providerId, gateway, payments }
  const wanted = [...(feed ? [{ channel: "feed", to: "", template: feedTemplate }] : []), ...channels]
  const failures: unknown[] = []
  for (const [index, { channel, to, template }] of wanted.entries())
    try {
      await module.createNotifications([
        {
          channel,
          to,
          template,
          data,
          idempotency_key: `${key}:${channel}:${index}`,
          trigger_type: "gateway_payment.alert",
        },
      ])
    } catch (error) {
      failures.push(error)
    }
  if (failures.length) throw failures[0]
}
