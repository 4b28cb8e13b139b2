import { z } from "zod"

import { gatewayNames, states } from "../../../core"
import { gatewayPayments } from "../../../services/host"
import { cursor, cursorView } from "../../cursor"
import { parsed, route, storable } from "../../problems"
import { paymentView } from "../../views"

const many = z
  .union([z.enum(states), z.array(z.enum(states))])
  .transform((value) => (Array.isArray(value) ? value : [value]))

/** What is skipped is read all the same: farther than this, a cursor finds the page at once. */
const farthestOffset = 10_000

const filters = z
  .object({
    order_id: storable(64).optional(),
    session_id: storable(64).optional(),
    provider_id: storable(128).optional(),
    gateway: z.enum(gatewayNames).optional(),
    state: many.optional(),
    attention: z.enum(["true", "false"]).optional(),
    q: storable(128).optional(),
    order: z.enum(["created_at", "-created_at"]).default("-created_at"),
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
  const asked = parsed(filters, req.query)
  const plugin = gatewayPayments(req.scope)
  const ofOrder = asked.order_id ? await plugin.host.sessionsOfOrder(asked.order_id) : undefined
  const { payments, count, next, previous } = await plugin.ledger.payments.list({
    orderId: asked.order_id,
    collectionIds: ofOrder?.collectionIds,
    sessionId: asked.session_id,
    providerId: asked.provider_id,
    gateway: asked.gateway,
    state: asked.state,
    attention: asked.attention === undefined ? undefined : asked.attention === "true",
    q: asked.q,
    order: asked.order,
    limit: asked.limit,
    offset: asked.offset,
    cursor: asked.cursor,
  })
  const unclear = await plugin.ledger.operations.unclearOf(payments.map(({ id }) => id))
  res.json({
    gateway_payments: payments.map((payment) => paymentView(payment, unclear.get(payment.id) ?? [])),
    count,
    offset: asked.offset,
    limit: asked.limit,
    next_cursor: next && cursorView(next),
    previous_cursor: previous && cursorView(previous),
  })
})
