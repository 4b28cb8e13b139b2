import { z } from "zod"

import { gatewayNames, refusalReasons } from "../../../core"

/** `unpaid`: opened, never shown, closed. `paid`: paid and refunded. `cancelled`: paid and reversed on the same day. */
export const orderNames = ["unpaid", "paid", "cancelled"] as const
export type OrderName = (typeof orderNames)[number]

const minor = z.number().int().positive()
const number = z.string().regex(/^\w{1,32}$/)
const order = z.enum(orderNames)

/** What is settled before anything is sent. No key and no whole account is in it: it is a line of a file. */
export const plan = z.object({
  providerId: z.string(),
  gateway: z.enum(gatewayNames),
  /** The account as people are shown it, and a mark by which the same one is known again. */
  account: z.string(),
  accountMark: z.string(),
  mode: z.enum(["redirect", "qr"]),
  channel: z.string(),
  currency: z.string(),
  digits: z.number().int().nonnegative(),
  amount: minor,
  /** What is refunded first; null: the payment is refunded whole. Twice this is never more than the payment. */
  part: minor.nullable(),
  /** Whether this channel gives money back, tells about refunds, and lists them; whether the gateway closes its orders. */
  refunds: z.boolean(),
  tells: z.boolean(),
  lists: z.boolean(),
  closes: z.boolean(),
  /** Whether a second payment is reversed on the same day. */
  reverses: z.boolean(),
  numbers: z.object({ unpaid: number, paid: number, cancelled: number }),
  startedAt: z.iso.datetime(),
})
export type Plan = z.infer<typeof plan>

const refunding = { order, number, amount: minor }

/** One thing to ask of the gateway, or of the person. */
export const step = z.discriminatedUnion("do", [
  z.object({ do: z.literal("ask_wrong_key"), order }),
  z.object({ do: z.literal("ask_v2"), order }),
  z.object({ do: z.literal("open"), order }),
  z.object({ do: z.literal("open_again"), order }),
  z.object({ do: z.literal("await_payment"), order }),
  z.object({
    do: z.literal("ask_order"),
    order,
    as: z.enum(["found", "unpaid", "part", "end", "cancelled"]),
  }),
  z.object({ do: z.literal("close"), order }),
  z.object({ do: z.literal("list_refunds"), order, as: z.enum(["before", "between", "after"]) }),
  z.object({ do: z.literal("refund"), ...refunding }),
  z.object({ do: z.literal("refund_again"), ...refunding }),
  z.object({ do: z.literal("ask_refund"), ...refunding }),
  z.object({ do: z.literal("cancel"), order }),
  z.object({ do: z.literal("ask_cancel"), order, gatewayNo: z.string() }),
])
export type Step = z.infer<typeof step>

const states = [
  "absent",
  "unpaid",
  "in_progress",
  "paid",
  "failed",
  "closed",
  "reversed",
  "refunded",
] as const

/** What came of a step: of an outcome only its values. Sentences of others are not kept. */
export const answer = z.object({
  kind: z.enum(["succeeded", "refused", "pending", "unknown", "not_sent"]),
  code: z.string().optional(),
  reason: z.enum(refusalReasons).optional(),
  answered: z.literal(true).optional(),
  unhandled: z.literal(true).optional(),
  silent: z.literal(true).optional(),
  gatewayNo: z.string().optional(),
  payNo: z.string().optional(),
  channel: z.string().optional(),
  state: z.enum(states).optional(),
  returned: z.enum(["all", "some", "unsaid"]).optional(),
  paidAt: z.iso.datetime().optional(),
  /** The gateway names another amount or currency than was asked for. */
  differs: z.literal(true).optional(),
  refunds: z
    .array(
      z.object({
        number: z.string(),
        amount: z.number(),
        state: z.enum(["succeeded", "pending", "failed", "unclear"]),
      }),
    )
    .optional(),
  /** The code is in a layout that nothing here reads. */
  unread: z.literal(true).optional(),
  /** Length of the key that signed. */
  bits: z.number().optional(),
})
export type Answer = z.infer<typeof answer>

/** A step that was begun. Without an answer the process died before it was noted: the gateway may have carried it out. */
export interface Done {
  step: Step
  answer?: Answer
  at: string
  /** The first process has 0, the one that goes on after it 1. */
  run: number
}

export interface Probe {
  plan: Plan
  done: readonly Done[]
  run: number
}
