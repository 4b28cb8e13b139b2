import Medusa, { FetchError } from "@medusajs/js-sdk"
import type { z } from "zod"

import {
  connectionAnswer,
  detailAnswer,
  listAnswer,
  orderNamesAnswer,
  providersAnswer,
  reconcileAnswer,
  type Connection,
  type PaymentDetail,
  type PaymentList,
  type Provider,
  type Reconciliation,
  type Resolution,
} from "./schema"

// The dashboard's bundler fills these in, for its own client and for the plugins'.
const sdk = new Medusa({
  baseUrl: __BACKEND_URL__ ?? "/",
  auth: { type: __AUTH_TYPE__ ?? "session", jwtTokenStorageKey: __JWT_TOKEN_STORAGE_KEY__ ?? undefined },
})

type Query = Record<string, string | number | string[] | undefined>

const base = "/admin/gateway-payments"

async function get<Schema extends z.ZodType>(path: string, answer: Schema, query: Query = {}) {
  return answer.parse(await sdk.client.fetch(path, { query }))
}

async function post<Schema extends z.ZodType>(
  path: string,
  answer: Schema,
  body: object = {},
  headers: Record<string, string> = {},
) {
  return answer.parse(await sdk.client.fetch(path, { method: "POST", body, headers }))
}

export interface PaymentFilters {
  gateway?: string | undefined
  state?: string | undefined
  attention?: string | undefined
  q?: string | undefined
  order_id?: string | undefined
}

export interface Page {
  limit: number
  offset: number
}

export async function listPayments(filters: PaymentFilters, page: Page): Promise<PaymentList> {
  return get(base, listAnswer, { ...(await byOrderName(filters)), ...page })
}

/** The route compares whole numbers of gateway and shop. A person also knows an order by the short number Medusa shows. */
async function byOrderName(filters: PaymentFilters): Promise<Query> {
  const name = /^#?(\d{1,8})$/.exec(filters.q ?? "")?.[1]
  if (!name) return { ...filters }
  const { orders } = await get("/admin/orders", orderNamesAnswer, {
    q: name,
    fields: "id,display_id",
    limit: 50,
  })
  const order = orders.find((one) => one.display_id === Number(name))
  return order ? { ...filters, q: undefined, order_id: order.id } : { ...filters }
}

/** The short numbers of orders, by order id. */
export async function orderNames(ids: readonly string[]): Promise<Record<string, string>> {
  if (!ids.length) return {}
  const { orders } = await get("/admin/orders", orderNamesAnswer, {
    id: [...ids],
    fields: "id,display_id",
    limit: ids.length,
  })
  return Object.fromEntries(orders.map((order) => [order.id, `#${order.display_id ?? order.id}`]))
}

export async function paymentDetail(id: string): Promise<PaymentDetail> {
  return (await get(`${base}/${id}`, detailAnswer)).gateway_payment
}

/** All gateway payments of an order with what happened to them, newest first. */
export async function paymentsOfOrder(orderId: string): Promise<PaymentDetail[]> {
  const { gateway_payments } = await get(base, listAnswer, { order_id: orderId, limit: 50 })
  return Promise.all(gateway_payments.map((payment) => paymentDetail(payment.id)))
}

export async function syncPayment(id: string): Promise<PaymentDetail> {
  return (await post(`${base}/${id}/sync`, detailAnswer)).gateway_payment
}

/** Under its key a decision is carried out once, however often it is sent. */
export async function resolvePayment(
  id: string,
  resolution: Resolution,
  key: string,
): Promise<PaymentDetail> {
  const headers = { "Idempotency-Key": key }
  return (await post(`${base}/${id}/resolve`, detailAnswer, resolution, headers)).gateway_payment
}

/** Whether the server has answered: then it knows the request, and has said what became of it. */
export const isAnswered = (error: unknown): boolean =>
  error instanceof FetchError && error.status !== undefined

export interface Comparison {
  dryRun: boolean
  /** Days, `2026-11-27`: payments made from then on, and up to the end of that day. */
  from?: string | undefined
  to?: string | undefined
}

export async function reconcile({ dryRun, from, to }: Comparison): Promise<Reconciliation> {
  const range = { created_from: startOf(from), created_to: startOf(to, 1) }
  return post(`${base}/reconcile`, reconcileAnswer, { dry_run: dryRun, ...range })
}

/** When a day begins where the admin is, or the one so many days later. */
function startOf(day: string | undefined, later = 0): string | undefined {
  if (!day) return undefined
  const start = new Date(`${day}T00:00:00`)
  start.setDate(start.getDate() + later)
  return start.toISOString()
}

export async function listProviders(): Promise<Provider[]> {
  return (await get(`${base}/providers`, providersAnswer)).providers
}

export async function testProvider(id: string): Promise<Connection> {
  return post(`${base}/providers/${id}/check`, connectionAnswer)
}
