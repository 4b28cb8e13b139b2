import { gatewayPayments } from "../../../../services/host"
import { parsed, route } from "../../../problems"
import { totalsQuery } from "../../../requests"
import { totalView } from "../../../views"

export const GET = route(async (req, res) => {
  const { from, to, time_zone } = parsed(totalsQuery, req.query)
  const days = await gatewayPayments(req.scope).ledger.turnovers.byDay(from, to, time_zone)
  res.json({ totals: days.map(totalView) })
})
