import type { PluginOptions } from "../../services/options/plugin"
import { ok, wrong, type Result } from "./finding"

/**
 * Whether Medusa can send what the plugin has to tell people. `served`: the channels that a provider of its Notification module is
 * configured for; null where there is no such module.
 */
export function checkAlerts(
  { feed, channels, report }: PluginOptions["alerts"],
  served: string[] | null,
): Result[] {
  const wanted = new Set([
    ...(feed ? ["feed"] : []),
    ...channels.map(({ channel }) => channel),
    ...(report ? [report.channel] : []),
  ])
  if (!wanted.size) return []
  if (!served)
    return [
      wrong(
        `Alerts go through Medusa's Notification module, and none is configured: add { resolve: "@medusajs/medusa/notification", options: { providers: [${localProvider}] } } to modules, or set alerts.feed to false.`,
      ),
    ]
  const missing = [...wanted].filter((channel) => !served.includes(channel))
  return missing.length
    ? missing.map(unserved)
    : [ok(`A provider serves each of: ${[...wanted].join(", ")}.`)]
}

const localProvider =
  '{ resolve: "@medusajs/medusa/notification-local", id: "local", options: { channels: ["feed"] } }'

const unserved = (channel: string): Result =>
  channel === "feed"
    ? wrong(
        `No provider of Medusa's Notification module serves the channel feed, so that alerts do not reach the admin's bell: add ${localProvider} to its providers, or set alerts.feed to false. A list of providers of your own replaces Medusa's.`,
      )
    : wrong(
        `No provider of Medusa's Notification module serves the channel ${JSON.stringify(channel)}: add one whose options have channels: [${JSON.stringify(channel)}], or take it out of alerts.`,
      )
