import type { GatewayName } from "../api/schema"

const names: Readonly<Record<GatewayName, string>> = { ksher: "Ksher", gnete: "Gnete" }

export const gatewayName = (gateway: GatewayName): string => names[gateway]
