import type { ModuleExports } from "@medusajs/framework/types"
import { Module } from "@medusajs/framework/utils"

import { checkAtBoot } from "./loaders/check-at-boot"
import GatewayPaymentsService from "./services/gateway-payments"

export const GATEWAY_PAYMENTS_MODULE = "gateway_payments"

// What is inferred would be written into the types by the name of a package that is no peer of this one.
const door: ModuleExports<typeof GatewayPaymentsService> = Module(GATEWAY_PAYMENTS_MODULE, {
  service: GatewayPaymentsService,
  loaders: [checkAtBoot],
})

export default door
