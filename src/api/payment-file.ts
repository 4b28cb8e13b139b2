import { toMajor } from "../core"
import { unconfirmedOf } from "../services/settlement"
import type { GatewayPayment, Operation } from "../services/settlement"

/** What else is known of a payment that stands in the file. */
export interface Beside {
  unclear: readonly Pick<Operation, "kind" | "state">[]
  /** The short number of its order. */
  order: number | undefined
}

interface Column {
  name: string
  of: (payment: GatewayPayment, beside: Beside) => string | number | Date | null | undefined
}

const major = (minor: number, { digits }: GatewayPayment): string => toMajor(minor, digits)

/** The file's columns, named as the list's route names them. Amounts in major units, times in UTC. */
export const columns: readonly Column[] = [
  { name: "created_at", of: (payment) => payment.createdAt },
  { name: "paid_at", of: (payment) => payment.paidAt },
  { name: "order", of: (_payment, { order }) => order },
  { name: "order_id", of: (payment) => payment.orderId },
  { name: "provider_id", of: (payment) => payment.providerId },
  { name: "gateway", of: (payment) => payment.gateway },
  { name: "channel", of: (payment) => payment.channel },
  { name: "merchant_order_no", of: (payment) => payment.number },
  { name: "gateway_order_no", of: (payment) => payment.gatewayNo },
  { name: "currency_code", of: (payment) => payment.currency },
  { name: "amount", of: (payment) => major(payment.amount, payment) },
  { name: "paid_amount", of: (payment) => major(payment.paidAmount, payment) },
  { name: "refunded_amount", of: (payment) => major(payment.refundedAmount, payment) },
  { name: "state", of: (payment) => payment.state },
  { name: "settled_by", of: (payment) => payment.settledBy },
  { name: "unconfirmed", of: (payment, { unclear }) => unconfirmedOf(payment, unclear) },
  { name: "attention_code", of: (payment) => payment.attentionCode },
]

/** One payment as a line of the file: a cell for each column, empty where there is nothing. */
export const lineView = (payment: GatewayPayment, beside: Beside): string[] =>
  columns.map(({ of }) => {
    const value = of(payment, beside)
    return value instanceof Date ? value.toISOString() : String(value ?? "")
  })
