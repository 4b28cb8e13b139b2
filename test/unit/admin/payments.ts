import type { Notification, Operation, PaymentDetail } from "../../../src/admin/api/schema"

const at = "2026-03-01T08:00:00.000Z"

/** A payment of 350.50 baht by TrueMoney, paid and untouched; a test sets what it is about. */
export const payment = (facts: Partial<PaymentDetail> = {}): PaymentDetail => ({
  id: "gpay_1",
  session_id: "payses_1",
  order_id: "order_1",
  provider_id: "pp_ksher_th",
  gateway: "ksher",
  channel: "truemoney",
  merchant_order_no: "01ORDER",
  gateway_order_no: "9000001",
  currency_code: "thb",
  amount: 350.5,
  paid_amount: 350.5,
  refunded_amount: 0,
  state: "paid",
  settled_by: null,
  attention: null,
  attention_code: null,
  expires_at: null,
  paid_at: null,
  created_at: at,
  updated_at: at,
  operations: [],
  notifications: [],
  capabilities: { refund: true, partial_refund: true },
  ...facts,
})

export const operation = (facts: Partial<Operation> = {}): Operation => ({
  id: "gop_1",
  kind: "refund",
  merchant_no: "01REFUND",
  gateway_no: null,
  amount: 100,
  state: "succeeded",
  outside: false,
  reason: null,
  code: null,
  message: null,
  asked_at: null,
  asked_outcome: null,
  asked_code: null,
  asked_message: null,
  attempts: 1,
  created_at: at,
  settled_at: null,
  ...facts,
})

export const notification = (facts: Partial<Notification> = {}): Notification => ({
  id: "gnot_1",
  about: "payment",
  verified: true,
  reason: null,
  state: "SUCCESS",
  result: "acted",
  message: null,
  deliveries: 1,
  created_at: at,
  ...facts,
})
