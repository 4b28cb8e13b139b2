import { addMajor } from "../../src/core/money"
import type { Answer, ShopClient } from "./client"

/** Medusa's books of one order, as its admin API shows them. Major units, with the fractions of a cent that Medusa keeps. */
export interface MedusaBooks {
  orderId: string
  status: string
  paymentStatus: string
  captured: number
  refunded: number
  refunds: { id: string; amount: number; note: string | null }[]
  collectionCaptured: number
  collectionRefunded: number
  transactions: number
  sessions: {
    id: string
    status: string
    gatewayState: string | undefined
    refundedAmount: string | undefined
  }[]
  payments: { id: string; canceled: boolean; data: Record<string, Answer> }[]
}

const fields = [
  "id",
  "status",
  "payment_status",
  "*payment_collections",
  "*payment_collections.payments",
  "*payment_collections.payments.captures",
  "*payment_collections.payments.refunds",
  "*payment_collections.payment_sessions",
  "*transactions",
].join(",")

export async function medusaBooks(shop: ShopClient, orderId: string): Promise<MedusaBooks> {
  const { order } = await shop.admin("get", `/admin/orders/${orderId}?fields=${encodeURIComponent(fields)}`)
  const collections: Answer[] = order.payment_collections ?? []
  const payments = collections.flatMap((one) => one.payments ?? [])
  const refunds = payments.flatMap((one: Answer) => one.refunds ?? [])
  return {
    orderId,
    status: order.status,
    paymentStatus: order.payment_status,
    captured: sum(payments.flatMap((one: Answer) => one.captures ?? [])),
    refunded: sum(refunds),
    refunds: refunds.map((one: Answer) => ({
      id: one.id,
      amount: Number(one.amount),
      note: one.note ?? null,
    })),
    collectionCaptured: sum(collections.map((one) => ({ amount: one.captured_amount ?? 0 }))),
    collectionRefunded: sum(collections.map((one) => ({ amount: one.refunded_amount ?? 0 }))),
    transactions: sum(order.transactions ?? []),
    sessions: collections
      .flatMap((one) => one.payment_sessions ?? [])
      .map((one: Answer) => ({
        id: one.id,
        status: one.status,
        gatewayState: one.metadata?.gateway_state,
        refundedAmount: one.metadata?.gateway_refunded_amount,
      })),
    payments: payments.map((one: Answer) => ({
      id: one.id,
      canceled: Boolean(one.canceled_at),
      data: one.data,
    })),
  }
}

/** Exact: a sum of doubles may end a hair beside a half, and be rounded the wrong way. */
const sum = (rows: { amount: unknown }[]): number =>
  Number(addMajor(...rows.map((row) => String(Number(row.amount)))))
