import type { ModuleProviderExports } from "@medusajs/framework/types"
import { ModuleProvider, Modules } from "@medusajs/framework/utils"

import { KsherPaymentProvider } from "../../services/ksher/provider"

const door: ModuleProviderExports = ModuleProvider(Modules.PAYMENT, { services: [KsherPaymentProvider] })

export default door
