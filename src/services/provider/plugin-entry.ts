import path from "node:path"
import { configManager } from "@medusajs/framework/config"

import { pluginEntryMissing } from "../../core"
import { OptionsError } from "../options/shared"

interface Config {
  modules?: Readonly<Record<string, unknown>> | undefined
  plugins?: readonly unknown[] | undefined
}

/**
 * Stops the boot of a shop that has provider entries and no `plugins` entry: it would send shoppers to real payment pages, answer
 * every notification 404 and never run the job.
 */
export function requirePluginEntry(config: Config | undefined = configured()): void {
  // The entry's module is merged into these before any module is loaded; without a configuration, no shop is booting.
  if (!config?.modules || config.modules.gateway_payments || config.plugins?.some(isThisPackage)) return
  throw new OptionsError(pluginEntryMissing)
}

/** A program of the shop's own may load the modules without those of its plugins. One under development is named by its folder. */
function isThisPackage(entry: unknown): boolean {
  const resolve = typeof entry === "string" ? entry : (entry as { resolve?: unknown } | null)?.resolve
  return typeof resolve === "string" && path.basename(resolve) === "medusa-payment-ksher-gnete"
}

/** Asked for what it has not read, Medusa's manager complains. */
const configured = (): Config | undefined =>
  (configManager.baseDir as string | undefined) === undefined ? undefined : configManager.config
