import { ModuleProvider, Modules } from "@medusajs/framework/utils"

import { GnetePaymentProvider } from "../../services/gnete/provider"

export default ModuleProvider(Modules.PAYMENT, { services: [GnetePaymentProvider] })
