import { gatewayPayments, testConnection } from "../../../../../../services/host"
import { route } from "../../../../../problems"

export const POST = route(async (req, res) => {
  res.json(await testConnection(gatewayPayments(req.scope), String(req.params.id)))
})
