import { configManager } from "@medusajs/framework/config"

import { pluginEntryMissing } from "../../core"
import { OptionsError } from "../options/shared"

interface Config {
  modules?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Stops the boot of a shop that has provider entries and no `plugins` entry: it would send shoppers to real payment pages, answer
 * every notification 404 and never run the job.
 */
export function requirePluginEntry(config: Config | undefined = configured()): void {
  // The entry's module is merged into these before any module is loaded; without a configuration, no shop is booting.
  if (!config?.modules || config.modules.gateway_payments) return
  throw new OptionsError(pluginEntryMissing)
}

/** Asked for what it has not read, Medusa's manager complains. */
const configured = (): Config | undefined =>
  (configManager.baseDir as string | undefined) === undefined ? undefined : configManager.config
