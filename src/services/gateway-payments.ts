import { atStart } from "./host/at-start"
import { readPluginOptions } from "./options/plugin"
import type { PluginOptions } from "./options/plugin"
import type { Log } from "./settlement"

/** The module `gateway_payments`: holds what a shop wrote under `plugins`. The ledger's tables come with its migrations. */
export default class GatewayPaymentsService {
  readonly options: PluginOptions

  /** Medusa calls this once every module, route and job is there. */
  readonly __hooks = { onApplicationStart: () => atStart(this.cradle.logger) }

  constructor(
    private readonly cradle: { logger: Log },
    options: unknown,
  ) {
    this.options = readPluginOptions(options)
  }
}
