import { gatewayPayments } from "../../../../services/host"
import { route } from "../../../problems"
import { detail } from "./detail"

export const GET = route(async (req, res) => {
  res.json({ gateway_payment: await detail(gatewayPayments(req.scope), String(req.params.id)) })
})
