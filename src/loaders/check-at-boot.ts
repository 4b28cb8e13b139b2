import type { LoaderOptions } from "@medusajs/framework/types"

import { gatewayOfEntry, providerIdOf } from "../core"
import { logLine } from "../services/observability"
import { notifyUrl } from "../services/options/shared"
import { readPluginOptions } from "../services/options/plugin"

interface ProviderEntry {
  resolve?: unknown
  id?: string
  options?: { notifyBaseUrl?: unknown }
}

interface Config {
  modules?: Record<string, { options?: { providers?: ProviderEntry[] } } | boolean | undefined>
}

/** Stops the boot where the plugin's options or a notify URL cannot work, and prints the URLs to register. */
export async function checkAtBoot({ container, options, logger }: LoaderOptions): Promise<void> {
  readPluginOptions(options)
  const config = container.resolve("configModule", { allowUnregistered: true }) as unknown as
    Config | undefined
  for (const { id, gateway, base } of ourProviders(config)) {
    const providerId = providerIdOf(gateway, id)
    const url = notifyUrl(base, providerId)
    logger?.info(logLine("notify_url", { provider: providerId }, `notifications are expected at ${url}`))
  }
}

function ourProviders(config: Config | undefined) {
  const payment = config?.modules?.payment
  const entries = typeof payment === "object" ? (payment.options?.providers ?? []) : []
  return entries.flatMap(({ resolve, id, options }) => {
    const gateway = gatewayOfEntry(resolve)
    const base = options?.notifyBaseUrl
    return gateway && typeof base === "string" ? [{ gateway, id, base: base.replace(/\/+$/, "") }] : []
  })
}
