import { gatewayPayments, paymentMethods, refreshMemory } from "../../../../services/host"
import { parsed, route } from "../../../problems"
import { methodView } from "../../../views"
import { deviceOf, methodsQuery } from "./query"

export const GET = route(async (req, res) => {
  const { payable, device } = parsed(methodsQuery, req.query)
  const plugin = gatewayPayments(req.scope)
  const methods = await paymentMethods(req.scope, plugin, payable, device ?? deviceOf(req.headers))
  refreshMemory(plugin, [...new Set(methods.map((one) => one.providerId))], plugin.log)
  res.setHeader("Cache-Control", "no-store")
  res.json({ methods: methods.map(methodView) })
})
