import { observeCalls } from "../observability"
import { GatewayPaymentProvider, requirePluginEntry } from "../provider"
import type { Cradle } from "../provider"
import { createGneteGateway, readGneteOptions } from "./index"

export class GnetePaymentProvider extends GatewayPaymentProvider {
  static override identifier = "gnete"

  static override validateOptions(options: Record<string, unknown>): void {
    readGneteOptions(options)
    requirePluginEntry()
  }

  protected override readonly channelKeys = ["way_code", "channel"]

  constructor(cradle: Cradle, options: Record<string, unknown>) {
    super(cradle, createGneteGateway(options, { onCall: observeCalls(cradle.logger) }))
  }
}
