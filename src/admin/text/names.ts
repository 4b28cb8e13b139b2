import { titleOf } from "../../core/gateways"
import type { GatewayName } from "../api/schema"

export const gatewayName = (gateway: GatewayName): string => titleOf(gateway)
