import { Module } from "@medusajs/framework/utils"

import { checkAtBoot } from "./loaders/check-at-boot"
import GatewayPaymentsService from "./services/gateway-payments"

export const GATEWAY_PAYMENTS_MODULE = "gateway_payments"

export default Module(GATEWAY_PAYMENTS_MODULE, { service: GatewayPaymentsService, loaders: [checkAtBoot] })
