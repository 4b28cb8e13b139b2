import { z } from "zod"

import { gatewayPayments } from "../../../services/host"
import { cursor, cursorView } from "../../cursor"
import { parsed, route } from "../../problems"
import { paymentView } from "../../views"
import { filters, wanted } from "./filters"

/** What is skipped is read all the same: farther than this, a cursor finds the page at once. */
const farthestOffset = 10_000

const page = filters
  .extend({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    offset: z.coerce
      .number()
      .int()
      .min(0)
      .max(farthestOffset, `is at most ${farthestOffset}: follow next_cursor beyond`)
      .default(0),
    cursor: cursor.optional(),
  })
  .refine(({ cursor, offset }) => !cursor || offset === 0, {
    path: ["offset"],
    message: "goes with no cursor: a cursor says itself where the page begins",
  })

export const GET = route(async (req, res) => {
  const asked = parsed(page, req.query)
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
