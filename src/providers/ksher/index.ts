import { ModuleProvider, Modules } from "@medusajs/framework/utils"

import { KsherPaymentProvider } from "../../services/ksher/provider"

export default ModuleProvider(Modules.PAYMENT, { services: [KsherPaymentProvider] })
