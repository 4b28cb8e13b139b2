import { gatewayPayments } from "../../../../services/host"
import { booksOf, payoutBooksView, payoutRange } from "../../../payout-views"
import { parsed, route } from "../../../problems"

export const GET = route(async (req, res) => {
  const plugin = gatewayPayments(req.scope)
  const books = await booksOf(plugin, parsed(payoutRange, req.query))
  res.json({ configured: plugin.options.payoutBooks !== null, accounts: books.map(payoutBooksView) })
})
