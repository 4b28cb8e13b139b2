import { z } from "zod"

import { isZoneName } from "../core"
import { day, decisionActions, waysBack } from "../services/settlement"
import { filters } from "./admin/gateway-payments/filters"
import { cursor } from "./cursor"
import { moment, storable } from "./problems"

/*
 * What each route takes: its query or its body. The routes parse with these, and docs/openapi.json is made of them.
 */

/** What is skipped is read all the same: farther than this, a cursor finds the page at once. */
const farthestOffset = 10_000

export const listQuery = filters
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

/** A quarter. */
const mostDays = 92

export const totalsQuery = z
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

const id = z.string().regex(/^\w{1,64}$/)
export const linksQuery = z.object({ order_id: id })
export const linksRequest = z.strictObject({ order_id: id, send: z.boolean().default(false) })

export const syncRequest = z.object({
  /** Nothing is closed and no money goes back: the gateway is asked, and what it says is entered. */
  only_ask: z.boolean().default(false),
  /** Of the payment as the person saw it: 409 where it has changed since. */
  version: z.number().int().min(1).optional(),
})

export const resolveRequest = z.strictObject({
  action: z.enum(decisionActions),
  operation_id: storable(64).min(1).optional(),
  version: z.number().int().min(1),
  amount: z
    .union([z.number(), z.string()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,15}(\.\d{1,4})?$/, "is not an amount in major units"))
    .optional(),
  note: storable(1000).min(1, "is needed: say what was decided and why"),
  how: z.enum(waysBack).optional(),
  refund_id: storable(64).min(1).optional(),
})

export const payoutRequest = z.strictObject({
  /**
   * `link`: a new link for the shopper, in the place of the one before. `release`: the account that was named is paid. `take_back`: a
   * refund that was started under Gateway payments ends before the shopper has named an account.
   */
  action: z.enum(["link", "release", "take_back"]),
  operation_id: storable(64).min(1),
  /** What the admin saw of it, as the payment's operation has it under `payout`. Of another, nothing is done. */
  link_id: storable(64).min(1).nullable(),
  given_at: moment.nullable(),
  /** Has the link sent to the customer of the order. */
  send: z.boolean().default(false),
})

export const resolveHeaders = z.object({ "idempotency-key": storable(255).min(1).optional() })

const date = z.union([z.iso.date().transform((text) => new Date(text)), moment])

export const reconcileRequest = z.strictObject({
  dry_run: z.boolean().default(false),
  /** Payments made since then, and before: absent, those that are not settled for good or were made lately. */
  created_from: date.optional(),
  created_to: date.optional(),
  /** Only these: what a person has seen, and wants to be put right. */
  gateway_payment_ids: z.array(storable(64).min(1)).min(1).max(1_000).optional(),
})

/** What a storefront may choose, and nothing else: the channel, by the names that session data has for it. */
export const openRequest = z.object({
  channel: z.string().max(64).nullish(),
  way_code: z.string().max(64).nullish(),
})
