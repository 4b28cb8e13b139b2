import { observeCalls } from "../observability"
import { GatewayPaymentProvider, requirePluginEntry } from "../provider"
import type { Cradle } from "../provider"
import { createKsherGateway, readKsherOptions } from "./index"

export class KsherPaymentProvider extends GatewayPaymentProvider {
  static override identifier = "ksher"

  static override validateOptions(options: Record<string, unknown>): void {
    readKsherOptions(options)
    requirePluginEntry()
  }

  protected override readonly channelKeys = ["channel"]

  constructor(cradle: Cradle, options: Record<string, unknown>) {
    super(cradle, createKsherGateway(options, { onCall: observeCalls(cradle.logger) }))
  }
}
