import { z } from "zod"

import { isZoneName } from "../../../../core"
import { gatewayPayments } from "../../../../services/host"
import { day } from "../../../../services/settlement"
import { moment, parsed, route } from "../../../problems"
import { totalView } from "../../../views"

/** A quarter. */
const mostDays = 92

const asked = z
  .object({
    from: moment,
    to: moment,
    /** The days are those of this zone. */
    time_zone: z
      .string()
      .max(64)
      .refine(isZoneName, "is a name of the time zone database, Asia/Bangkok say")
      .default("UTC"),
  })
  .refine(({ from, to }) => from < to, { path: ["to"], message: "comes after from" })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= (mostDays + 1) * day, {
    path: ["to"],
    message: `is at most ${mostDays} days after from`,
  })

export const GET = route(async (req, res) => {
  const { from, to, time_zone } = parsed(asked, req.query)
  const days = await gatewayPayments(req.scope).ledger.turnovers.byDay(from, to, time_zone)
  res.json({ totals: days.map(totalView) })
})
