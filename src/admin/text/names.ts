import { titleOf } from "../../core/gateways"
import type { GatewayName, Payment } from "../api/schema"

export const gatewayName = (gateway: GatewayName): string => titleOf(gateway)

/** A channel in the gateway's own spelling, which is also how its console shows it. */
export const channelName = (payment: Payment): string => payment.channel ?? gatewayName(payment.gateway)
