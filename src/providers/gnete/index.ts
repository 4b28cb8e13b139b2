import type { ModuleProviderExports } from "@medusajs/framework/types"
import { ModuleProvider, Modules } from "@medusajs/framework/utils"

import { GnetePaymentProvider } from "../../services/gnete/provider"

const door: ModuleProviderExports = ModuleProvider(Modules.PAYMENT, { services: [GnetePaymentProvider] })

export default door
