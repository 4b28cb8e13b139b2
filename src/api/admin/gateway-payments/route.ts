import { gatewayPayments } from "../../../services/host"
import { cursorView } from "../../cursor"
import { parsed, route } from "../../problems"
import { listQuery } from "../../requests"
import { paymentView } from "../../views"
import { wanted } from "./filters"

export const GET = route(async (req, res) => {
  const asked = parsed(listQuery, req.query)
  const plugin = gatewayPayments(req.scope)
  const { limit, offset, cursor } = asked
  const { payments, count, next, previous } = await plugin.ledger.payments.list({
    ...(await wanted(asked, plugin)),
    ...{ limit, offset, cursor },
  })
  const unclear = await plugin.ledger.operations.unclearOf(payments.map(({ id }) => id))
  res.json({
    gateway_payments: payments.map((payment) => paymentView(payment, unclear.get(payment.id) ?? [])),
    count,
    offset,
    limit,
    next_cursor: next && cursorView(next),
    previous_cursor: previous && cursorView(previous),
  })
})
