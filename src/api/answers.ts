import { z } from "zod"

import {
  attentionCodes,
  gatewayNames,
  operationStates,
  payoutStates,
  receiverTypes,
  states,
  unavailableReasons,
  statementProblemCodes,
} from "../core"
import { decisionActions, statementMapping, waysBack } from "../services/settlement"

/**
 * What the routes answer, as the contract with whoever asks them: nothing more, nothing less. Types, `docs/openapi.json` and a test
 * on real answers are made from these. Times are ISO strings, amounts major units, as Medusa shows them.
 */

const text = z.string()
const maybeText = z.string().nullable()
const time = z.iso.datetime()
const maybeTime = time.nullable()
const gateway = z.enum(gatewayNames)

/** How a shopper pays; null once nothing is left to pay. */
export const paymentAction = z.union([
  z.strictObject({ type: z.literal("redirect"), url: text }),
  z.strictObject({ type: z.literal("qr"), content: text }),
  z.strictObject({ type: z.literal("qr"), image: text }),
])

const shopperPayment = z.strictObject({
  session_id: text,
  state: z.enum(states),
  action: paymentAction.nullable(),
  expires_at: maybeTime,
  /** It is paid, and goes back before an order is made by it. */
  returning: z.boolean(),
})

const method = z.strictObject({
  provider_id: text,
  channel: text,
  kind: z.enum(["wallet", "card", "bank_app", "qr", "instalments", "pay_later"]),
  name: z.strictObject({ en: text, th: text, "zh-CN": text, "zh-TW": text }),
  available: z.boolean(),
  reason: z.enum(unavailableReasons).nullable(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  refunds: z.enum(["whole", "part", "none"]),
  device: z.enum(["any", "phone", "desktop"]),
  instalments: z
    .strictObject({
      months: z.array(z.number()).nullable(),
      interest: z.enum(["shop", "shopper"]).nullable(),
    })
    .nullable(),
})

export const methodsAnswer = z.strictObject({ methods: z.array(method) })
export const shopperAnswer = z.strictObject({ gateway_payment: shopperPayment })
export const cancelAnswer = z.strictObject({ order: z.strictObject({ id: text, status: text }) })

const payment = z.strictObject({
  id: text,
  session_id: text,
  order_id: maybeText,
  provider_id: text,
  gateway,
  channel: maybeText,
  merchant_order_no: text,
  gateway_order_no: maybeText,
  currency_code: text,
  amount: z.number(),
  paid_amount: z.number(),
  refunded_amount: z.number(),
  state: z.enum(states),
  settled_by: z.enum(["close", "cancel", "refund", "outside"]).nullable(),
  unconfirmed: z.enum(["refund", "close"]).nullable(),
  attention: maybeText,
  attention_code: z.enum(attentionCodes).nullable(),
  attention_values: z.record(text, z.unknown()).nullable(),
  version: z.number().int(),
  expires_at: maybeTime,
  paid_at: maybeTime,
  created_at: time,
  updated_at: time,
})

const operation = z.strictObject({
  id: text,
  kind: z.enum(["open", "close", "cancel", "refund", "payout"]),
  merchant_no: text,
  gateway_no: maybeText,
  amount: z.number().nullable(),
  state: z.enum(operationStates),
  outside: z.boolean(),
  by_hand: z.enum(waysBack).nullable(),
  refund_id: maybeText,
  decision_id: maybeText,
  reason: maybeText,
  code: maybeText,
  message: maybeText,
  asked_at: maybeTime,
  asked_outcome: z.enum(operationStates).nullable(),
  asked_code: maybeText,
  asked_message: maybeText,
  attempts: z.number().int(),
  /** Of a refund to the shopper's account; null for every other. */
  payout: z
    .strictObject({
      link_id: maybeText,
      link_expires_at: maybeTime,
      link_made_by: maybeText,
      locked: z.boolean(),
      given: z.boolean(),
      given_at: maybeTime,
      receiver_type: z.enum(receiverTypes).nullable(),
      receiver_last_digits: maybeText,
      released_at: maybeTime,
      released_by: maybeText,
      can_take_back: z.boolean(),
      fee: z.number().nullable(),
    })
    .nullable(),
  created_at: time,
  settled_at: maybeTime,
})

const notification = z.strictObject({
  id: text,
  about: z.enum(["payment", "refund", "cancel"]).nullable(),
  verified: z.boolean(),
  reason: maybeText,
  code: maybeText,
  state: maybeText,
  result: z.enum(["received", "acted", "ignored", "failed"]),
  message: maybeText,
  deliveries: z.number().int(),
  created_at: time,
})

const decision = z.strictObject({
  id: text,
  action: z.enum(decisionActions),
  operation_id: maybeText,
  amount: z.number().nullable(),
  how: z.enum(waysBack).nullable(),
  refund_id: maybeText,
  note: text,
  decided_by: text,
  idempotency_key: maybeText,
  answer: maybeText,
  created_at: time,
  answered_at: maybeTime,
})

const detail = payment.extend({
  capabilities: z.strictObject({ refund: z.boolean(), partial_refund: z.boolean() }).optional(),
  operations: z.array(operation),
  notifications: z.array(notification),
  decisions: z.array(decision),
  owed: z
    .strictObject({
      amount: z.number(),
      attempts: z.number().int(),
      most_attempts: z.number().int(),
      next_try_at: maybeTime,
    })
    .nullable(),
  owed_refunds: z.array(z.strictObject({ id: text, amount: z.number(), created_at: text })),
})

export const listAnswer = z.strictObject({
  gateway_payments: z.array(payment),
  count: z.number().int(),
  offset: z.number().int(),
  limit: z.number().int(),
  next_cursor: maybeText,
  previous_cursor: maybeText,
})
export const detailAnswer = z.strictObject({ gateway_payment: detail })

/** The only time that the address of a link is told. */
export const payoutAnswer = z.strictObject({
  gateway_payment: detail,
  link: z
    .strictObject({
      url: text,
      expires_at: time,
      sent: z.boolean(),
      not_sent: z.enum(["no_address", "no_provider", "failed"]).nullable(),
    })
    .nullable(),
})

export const totalsAnswer = z.strictObject({
  totals: z.array(
    z.strictObject({
      day: text,
      provider_id: text,
      gateway,
      channel: maybeText,
      currency_code: text,
      payments: z.number().int(),
      taken: z.number(),
      refunds: z.number().int(),
      returned: z.number(),
    }),
  ),
})

export const reconcileAnswer = z.strictObject({
  dry_run: z.boolean(),
  changes: z.array(
    z.strictObject({
      gateway_payment_id: text,
      code: text,
      number: text.optional(),
      what: text,
      from: text,
      to: text,
    }),
  ),
  complete: z.boolean(),
  payments: z.array(
    z.strictObject({
      id: text,
      order_id: maybeText,
      merchant_order_no: text,
      gateway,
      currency_code: text,
      refund_amount: z.number(),
    }),
  ),
  not_visible: z.array(z.strictObject({ code: text, gateway, payments: z.number().int() })),
})

const account = z.strictObject({
  read_at: time,
  type: maybeText,
  currency_code: maybeText,
  time_zone: maybeText,
  partial_refunds: z.boolean().nullable(),
  channels: z.array(
    z.strictObject({
      channel: text,
      order_limit: z.number().nullable(),
      day_limit: z.number().nullable(),
      settles: maybeText,
    }),
  ),
  missing_channels: z.array(text),
  notices: z.array(z.strictObject({ code: text, sentence: text })),
})

export const providersAnswer = z.strictObject({
  providers: z.array(
    z.strictObject({
      id: text,
      gateway,
      account_hint: text,
      mode: z.enum(["redirect", "qr"]),
      channels: z.array(text),
      completion: z.enum(["pay_first", "order_first"]),
      late_payment: z.enum(["refund", "hold"]),
      notification_url: text,
      last_notification_at: maybeTime,
      last_success_at: maybeTime,
      notifications_24h: z.number().int(),
      rejected_24h: z.number().int(),
      account: account.nullable(),
      not_opening: z
        .strictObject({ answer: text, payments: z.number().int(), since: time, last_at: time })
        .nullable(),
    }),
  ),
})

const payLink = z.strictObject({
  id: text,
  payment_collection_id: text,
  amount: z.number(),
  currency_code: text,
  made_by: maybeText,
  sent_at: maybeTime,
  expires_at: time,
  created_at: time,
})

export const payLinksAnswer = z.strictObject({
  payable: z
    .strictObject({
      payment_collection_id: text,
      amount: z.number(),
      currency_code: text,
      has_address: z.boolean(),
    })
    .nullable(),
  can_send: z.boolean(),
  links: z.array(payLink),
})

/** The only time that the address of a link is told. */
export const madeLinkAnswer = z.strictObject({
  url: text,
  link: payLink,
  sent: z.boolean(),
  not_sent: z.enum(["no_address", "no_provider", "failed"]).nullable(),
})

export const connectionAnswer = z.strictObject({ ok: z.boolean(), code: text.optional(), message: text })

/** A refusal: a stable code, and a sentence that says what happened to the money. */
export const refusalAnswer = z.looseObject({ type: text, code: text.nullish(), message: text })

const payoutKey = { gateway, account: text, channel: maybeText, currency_code: text }

/** Amounts as exact decimals in major units: sums of many days need not fit a number. */
const payoutDay = z.strictObject({
  ...payoutKey,
  from: z.iso.date(),
  to: z.iso.date(),
  paid: text,
  returned: text,
  settled: maybeText,
  fee: text,
  vat: text,
  settles_on: maybeText,
  transferred: text,
  transferred_on: maybeText,
  state: z.enum(payoutStates),
  difference: text,
  missing: text,
  explained: z.boolean(),
  open: z.boolean(),
})

const payoutChannel = z.strictObject({
  ...payoutKey,
  settled: text,
  fee: text,
  vat: text,
  transferred: text,
  fee_percent: maybeText,
  fee_percent_with_vat: maybeText,
  cut_off: z.strictObject({ from: z.number(), to: z.number(), days: z.number() }).nullable(),
})

const payoutAccount = z.strictObject({
  gateway,
  account: text,
  time_zone: text,
  progress: z.strictObject({
    asked: z.number(),
    answered: z.number(),
    failed: z.number(),
    last_answer_at: maybeTime,
    why: z.enum(["account_not_read", "statements"]).nullable(),
    code: maybeText,
  }),
  statements: z.strictObject({ from: z.iso.date(), to: z.iso.date() }).nullable(),
  days: z.array(payoutDay),
  channels: z.array(payoutChannel),
})

export const payoutsAnswer = z.strictObject({ configured: z.boolean(), accounts: z.array(payoutAccount) })

export const payoutPaymentsAnswer = z.strictObject({
  payments: z.array(
    z.strictObject({
      id: text,
      order_id: maybeText,
      merchant_order_no: text,
      gateway_order_no: maybeText,
      kind: z.enum(["paid", "returned"]),
      at: time,
      amount: text,
      currency_code: text,
    }),
  ),
})

export const statementMappingAnswer = z.strictObject({ mapping: statementMapping.nullable() })

export const forgetAnswer = z.strictObject({ removed: z.number() })

export const importAnswer = z.strictObject({
  added: z.number(),
  changed: z.number(),
  unchanged: z.number(),
  problems: z.array(
    z.strictObject({
      line: z.number(),
      code: z.enum(statementProblemCodes),
      values: z.record(z.string(), z.union([text, z.number()])),
      reason: text,
    }),
  ),
})
