import { gatewayPayments, providerCard } from "../../../../services/host"
import { route } from "../../../problems"

export const GET = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const ids = await plugin.providerIds()
  res.json({ providers: await Promise.all(ids.map((id) => providerCard(plugin, id))) })
})
