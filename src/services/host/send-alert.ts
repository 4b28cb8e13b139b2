import type { INotificationModuleService, MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"

import { alertText, reportText, toMajor } from "../../core"
import type { Alert, Report, ReportLine } from "../../core"
import { feedTemplate } from "../options/plugin"
import type { PluginOptions, Recipient, ReportOption } from "../options/plugin"

/** Sends an alert over the feed of Medusa's admin and whatever channels are configured. */
export async function sendAlert(
  container: MedusaContainer,
  { feed, language, channels }: PluginOptions["alerts"],
  alert: Alert,
  key: string,
): Promise<void> {
  const { title, description } = alertText(alert, language)
  const { kind, code, providerId, gateway, payments } = alert
  const data = { title, description, kind, code, provider_id: providerId, gateway, payments }
  const wanted = [...(feed ? [{ channel: "feed", to: "", template: feedTemplate }] : []), ...channels]
  await send(container, wanted, { data, key, trigger: "gateway_payment.alert" })
}

/** Sends the report of a day. */
export async function sendReport(
  container: MedusaContainer,
  { report, language }: { report: ReportOption; language: PluginOptions["alerts"]["language"] },
  told: Report,
  key: string,
): Promise<void> {
  const { title, description } = reportText(told, language)
  const { day, lines, isCut, unread } = told
  const data = {
    ...{ title, description, day, time_zone: report.timeZone },
    ...{ lines: lines.map(lineView), cut: isCut, unread },
  }
  await send(container, [report], { data, key, trigger: "gateway_payment.report" })
}

const lineView = ({ digits, ...line }: ReportLine) => ({
  gateway: line.gateway,
  channel: line.channel,
  currency_code: line.currency,
  payments: line.payments,
  taken: toMajor(line.taken, digits),
  refunds: line.refunds,
  returned: toMajor(line.returned, digits),
  owed_payments: line.owedPayments,
  owed: toMajor(line.owed, digits),
  late_payments: line.latePayments,
  late: toMajor(line.late, digits),
  stuck_payments: line.stuckPayments,
})

const resourceType = "gateway_payment_message"

interface Message {
  data: Record<string, unknown>
  key: string
  trigger: string
}

/**
 * Through Medusa's Notification module. A recipient that fails keeps no other from being sent to; then it throws. Who has got it under this
 * key gets nothing again.
 */
async function send(
  container: MedusaContainer,
  recipients: readonly Recipient[],
  { data, key, trigger }: Message,
): Promise<void> {
  const module = container.resolve<INotificationModuleService>(Modules.NOTIFICATION)
  const failures: unknown[] = []
  for (const [index, { channel, to, template }] of recipients.entries())
    try {
      const message = `${key}:${channel}:${index}`
      const [[last], tries] = await module.listAndCountNotifications(
        { resource_id: message, resource_type: resourceType },
        { order: { created_at: "DESC" }, take: 1 },
      )
      if (last && last.status !== "failure") continue
      await module.createNotifications([
        {
          ...{ channel, to, template, data, trigger_type: trigger },
          ...{ resource_id: message, resource_type: resourceType },
          // Under the key of a try that failed Medusa 2.21 sends, and then throws: it looks for a row that it has not written.
          idempotency_key: `${message}:${tries}`,
        },
      ])
    } catch (error) {
      failures.push(error)
    }
  if (failures.length) throw failures[0]
}
