import { z } from "zod"

import { gatewayNames as gateways } from "../../core/gateways"
import { states } from "../../core/states"

export { gateways, states }
export type { GatewayName } from "../../core/gateways"
export type { State } from "../../core/states"

/** What this package's admin routes answer. Times are ISO strings, amounts major units, as Medusa shows them. */

export const paymentSchema = z.object({
  id: z.string(),
  session_id: z.string(),
  order_id: z.string().nullable(),
  provider_id: z.string(),
  gateway: z.enum(gateways),
  channel: z.string().nullable(),
  merchant_order_no: z.string(),
  gateway_order_no: z.string().nullable(),
  currency_code: z.string(),
  amount: z.number(),
  paid_amount: z.number(),
  refunded_amount: z.number(),
  state: z.enum(states),
  settled_by: z.enum(["close", "cancel", "refund", "outside"]).nullable(),
  /** What the gateway has not confirmed. */
  unconfirmed: z.enum(["refund", "close"]).nullable(),
  attention: z.string().nullable(),
  attention_code: z.string().nullable(),
  /** By the code; null where an earlier release wrote the sentence alone. */
  attention_values: z.record(z.string(), z.unknown()).nullable(),
  version: z.number(),
  expires_at: z.string().nullable(),
  paid_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type Payment = z.infer<typeof paymentSchema>

export const operationSchema = z.object({
  id: z.string(),
  kind: z.enum(["open", "close", "cancel", "refund", "payout"]),
  merchant_no: z.string(),
  gateway_no: z.string().nullable(),
  amount: z.number().nullable(),
  state: z.enum(["sent", "unknown", "pending", "succeeded", "refused", "not_sent"]),
  outside: z.boolean(),
  by_hand: z.enum(["console", "other"]).nullable(),
  refund_id: z.string().nullable(),
  /** The decision by hand that made it. */
  decision_id: z.string().nullable(),
  reason: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  /** What the last question about it came to; the lines above say what sending it came to. */
  asked_at: z.string().nullable(),
  asked_outcome: z.enum(["sent", "unknown", "pending", "succeeded", "refused", "not_sent"]).nullable(),
  asked_code: z.string().nullable(),
  asked_message: z.string().nullable(),
  attempts: z.number(),
  payout: z
    .object({
      link_id: z.string().nullable(),
      link_expires_at: z.string().nullable(),
      locked: z.boolean(),
      given: z.boolean(),
      given_at: z.string().nullable(),
      receiver_type: z.enum(["mobile", "national_id", "bank"]).nullable(),
      receiver_last_digits: z.string().nullable(),
      released_at: z.string().nullable(),
      can_take_back: z.boolean().default(false),
      fee: z.number().nullable(),
    })
    .nullish(),
  created_at: z.string(),
  settled_at: z.string().nullable(),
})
export type Operation = z.infer<typeof operationSchema>

export const notificationSchema = z.object({
  id: z.string(),
  about: z.enum(["payment", "refund", "cancel"]).nullable(),
  verified: z.boolean(),
  reason: z.string().nullable(),
  code: z.string().nullish(),
  state: z.string().nullable(),
  result: z.enum(["received", "acted", "ignored", "failed"]),
  message: z.string().nullable(),
  deliveries: z.number(),
  created_at: z.string(),
})
export type Notification = z.infer<typeof notificationSchema>

export const actions = ["refund", "record_refund", "went_through", "did_not", "dismiss"] as const
export type Action = (typeof actions)[number]

export const ways = ["console", "other"] as const
export type Way = (typeof ways)[number]

export const decisionSchema = z.object({
  id: z.string(),
  action: z.enum(actions),
  operation_id: z.string().nullable(),
  amount: z.number().nullable(),
  how: z.enum(ways).nullable(),
  refund_id: z.string().nullable(),
  note: z.string(),
  decided_by: z.string(),
  answer: z.string().nullable(),
  created_at: z.string(),
})
export type Decision = z.infer<typeof decisionSchema>

/** A refund that Medusa holds and whose money has not gone back. */
export const owedRefundSchema = z.object({ id: z.string(), amount: z.number(), created_at: z.string() })

/** What is to go back by itself and has not. */
export const owedSchema = z.object({
  amount: z.number(),
  /** How often the gateway has refused it, of the times that it is tried by itself. */
  attempts: z.number(),
  most_attempts: z.number(),
  /** Null: a person has to decide. */
  next_try_at: z.string().nullable(),
})

export const paymentDetailSchema = paymentSchema.extend({
  operations: z.array(operationSchema),
  notifications: z.array(notificationSchema),
  decisions: z.array(decisionSchema),
  owed: owedSchema.nullable(),
  owed_refunds: z.array(owedRefundSchema),
  /** What the gateway can do with a payment of this channel. */
  capabilities: z.object({ refund: z.boolean(), partial_refund: z.boolean() }).optional(),
})
export type PaymentDetail = z.infer<typeof paymentDetailSchema>

export const detailAnswer = z.object({ gateway_payment: paymentDetailSchema })

export const listAnswer = z.object({
  gateway_payments: z.array(paymentSchema),
  count: z.number(),
  offset: z.number(),
  limit: z.number(),
  /** Where the next page begins, and the one before; null where there is none. */
  next_cursor: z.string().nullable(),
  previous_cursor: z.string().nullable(),
})
export type PaymentList = z.infer<typeof listAnswer>

/** What a channel took and returned on a day. */
export const totalSchema = z.object({
  day: z.string(),
  provider_id: z.string(),
  gateway: z.enum(gateways),
  channel: z.string().nullable(),
  currency_code: z.string(),
  payments: z.number(),
  taken: z.number(),
  refunds: z.number(),
  returned: z.number(),
})
export type Total = z.infer<typeof totalSchema>

export const totalsAnswer = z.object({ totals: z.array(totalSchema) })

/** What a person decided, as the resolve route takes it. */
export interface Resolution {
  action: Action
  /** The operation that `went_through` and `did_not` are about. */
  operation_id?: string | undefined
  /** Of the payment as the person saw it. */
  version: number
  /** Major units, plain decimal. */
  amount?: string | undefined
  note: string
  how?: Way | undefined
  refund_id?: string | undefined
}

export const changeSchema = z.object({
  gateway_payment_id: z.string(),
  code: z.string(),
  number: z.string().optional(),
  what: z.string(),
  from: z.string(),
  to: z.string(),
})
export type Change = z.infer<typeof changeSchema>

/** A payment whose books differ. */
export const comparedSchema = z.object({
  id: z.string(),
  order_id: z.string().nullable(),
  merchant_order_no: z.string(),
  gateway: z.enum(gateways),
  currency_code: z.string(),
  /** What goes back to the payer when its differences are put right. */
  refund_amount: z.number(),
})
export type Compared = z.infer<typeof comparedSchema>

export const reconcileAnswer = z.object({
  dry_run: z.boolean(),
  changes: z.array(changeSchema),
  /** Whether every payment was looked at in the time of one request. */
  complete: z.boolean(),
  payments: z.array(comparedSchema),
  /** What no call can tell, with how many payments it concerns. */
  not_visible: z.array(z.object({ code: z.string(), gateway: z.enum(gateways), payments: z.number() })),
})
export type Reconciliation = z.infer<typeof reconcileAnswer>

export const providerSchema = z.object({
  id: z.string(),
  gateway: z.enum(gateways),
  account_hint: z.string(),
  mode: z.enum(["redirect", "qr"]).nullable(),
  channels: z.array(z.string()),
  completion: z.enum(["pay_first", "order_first"]),
  late_payment: z.enum(["refund", "hold"]),
  notification_url: z.string(),
  last_notification_at: z.string().nullable(),
  last_success_at: z.string().nullable(),
  notifications_24h: z.number(),
  rejected_24h: z.number(),
  /** Payments in a row that the gateway answered alike and did not open. */
  not_opening: z
    .object({ answer: z.string(), payments: z.number(), since: z.string(), last_at: z.string() })
    .nullable(),
})
export type Provider = z.infer<typeof providerSchema>

export const providersAnswer = z.object({ providers: z.array(providerSchema) })

/** `code`: why it does not work. */
export const connectionAnswer = z.object({
  ok: z.boolean(),
  code: z.string().optional(),
  message: z.string(),
})
export type Connection = z.infer<typeof connectionAnswer>

/** A link to the pay page: its address is told when it is made, and never again. */
const payLinkSchema = z.object({
  id: z.string(),
  amount: z.number(),
  currency_code: z.string(),
  made_by: z.string().nullable(),
  sent_at: z.string().nullable(),
  created_at: z.string(),
})
export type PayLink = z.infer<typeof payLinkSchema>

/** What can be paid of an order by a link, and the links that were made before. */
export const payLinksAnswer = z.object({
  payable: z.object({ amount: z.number(), currency_code: z.string(), has_address: z.boolean() }).nullable(),
  can_send: z.boolean(),
  links: z.array(payLinkSchema),
})
export type PayLinks = z.infer<typeof payLinksAnswer>

export const madeLinkAnswer = z.object({
  url: z.string(),
  sent: z.boolean(),
  not_sent: z.enum(["no_provider", "no_address", "failed"]).nullable(),
})
export type MadeLink = z.infer<typeof madeLinkAnswer>

export const payoutAnswer = z.object({ link: madeLinkAnswer.nullable() })
export type PayoutMade = z.infer<typeof payoutAnswer>

/** Of Medusa's own users: who decided. */
export const adminsAnswer = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      email: z.string(),
      first_name: z.string().nullish(),
      last_name: z.string().nullish(),
    }),
  ),
})

/** What a route answers that refuses: a code, and the same in English. */
export const refusalAnswer = z.object({ code: z.string().nullish(), message: z.string() })

/** Of Medusa's own order list: what a person calls an order. */
export const orderNamesAnswer = z.object({
  orders: z.array(z.object({ id: z.string(), display_id: z.number().nullish() })),
})
