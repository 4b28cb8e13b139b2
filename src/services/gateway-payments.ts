import { readPluginOptions } from "./options/plugin"
import type { PluginOptions } from "./options/plugin"

/** The module `gateway_payments`: holds what a shop wrote under `plugins`. The ledger's tables come with its migrations. */
export default class GatewayPaymentsService {
  readonly options: PluginOptions

  constructor(_cradle: object, options: unknown) {
    this.options = readPluginOptions(options)
  }
}
