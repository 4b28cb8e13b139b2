import type { GatewayName, Payment } from "../api/schema"

const names: Readonly<Record<GatewayName, string>> = { ksher: "Ksher", gnete: "Gnete" }

export const gatewayName = (gateway: GatewayName): string => names[gateway]

/** A channel in the gateway's own spelling, which is also how its console shows it. */
export const channelName = (payment: Payment): string => payment.channel ?? gatewayName(payment.gateway)
