import { gatewayPayments } from "../../../../../services/host"
import { byteOrderMark, csvText } from "../../../../csv"
import { booksOf, payoutDayView, payoutRange } from "../../../../payout-views"
import { parsed, route } from "../../../../problems"

/** The file's columns, named as the route of the page names them. */
const columns = [
  ...([
    "from",
    "to",
    "gateway",
    "account",
    "channel",
    "currency_code",
    "paid",
    "returned",
    "settled",
  ] as const),
  ...([
    "fee",
    "vat",
    "settles_on",
    "transferred",
    "transferred_on",
    "state",
    "difference",
    "missing",
  ] as const),
  "explained" as const,
]

/** What a quarter of days and channels comes to is a small file: it is made at once. */
export const GET = route(async (req, res) => {
  const books = await booksOf(gatewayPayments(req.scope), parsed(payoutRange, req.query))
  const lines = books.flatMap((one) =>
    one.days.map((each) => {
      const view = payoutDayView(one, each)
      return columns.map((name) => String(view[name] ?? ""))
    }),
  )
  res.setHeader("content-type", "text/csv; charset=utf-8")
  res.setHeader("content-disposition", `attachment; filename="payouts.csv"`)
  res.setHeader("cache-control", "no-store")
  res.send(byteOrderMark + csvText([[...columns], ...lines]))
})
