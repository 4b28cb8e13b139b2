import Medusa from "@medusajs/js-sdk"
import type { z } from "zod"

import type { ListQuery } from "../rules/list-view"
import {
  adminsAnswer,
  connectionAnswer,
  detailAnswer,
  listAnswer,
  madeLinkAnswer,
  orderNamesAnswer,
  payLinksAnswer,
  payoutAnswer,
  providersAnswer,
  reconcileAnswer,
  refusalAnswer,
  totalsAnswer,
  type Connection,
  type MadeLink,
  type PayLinks,
  type PaymentDetail,
  type PayoutMade,
  type PaymentList,
  type Provider,
  type Reconciliation,
  type Resolution,
  type Total,
} from "./schema"

// The dashboard's bundler fills these in, for its own client and for the plugins'.
const backend = new URL(__BACKEND_URL__ || "/", window.location.origin)
/** Holds the token where the shop's admin logs in with one. */
const sdk = new Medusa({
  baseUrl: backend.href,
  auth: { type: __AUTH_TYPE__ ?? "session", jwtTokenStorageKey: __JWT_TOKEN_STORAGE_KEY__ ?? undefined },
})

type Query = ListQuery

const base = "/admin/gateway-payments"

/** What the server answered instead of doing it. Medusa's own client keeps the sentence, and not the code. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string | undefined,
  ) {
    super(message)
    this.name = "Refusal"
  }
}

interface Call {
  method?: "POST"
  body?: string | File
  headers?: Record<string, string>
}

function address(path: string, query: Query): URL {
  const url = new URL(`${backend.pathname.replace(/\/$/, "")}${path}`, backend)
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value) url.searchParams.append(`${name}[]`, one)
    else if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

async function authorization(): Promise<Record<string, string>> {
  const token = __AUTH_TYPE__ === "jwt" ? await sdk.client.getToken() : undefined
  return token ? { authorization: `Bearer ${token}` } : {}
}

async function send(path: string, query: Query, call: Call = {}): Promise<unknown> {
  const headers = { accept: "application/json", ...(await authorization()), ...call.headers }
  const response = await fetch(address(path, query), { credentials: "include", ...call, headers })
  if (response.ok) return response.json()
  const said = refusalAnswer.safeParse(await response.json().catch(() => undefined))
  const { code, message } = said.success ? said.data : { code: undefined, message: response.statusText }
  throw new Refusal(message, response.status, code ?? undefined)
}

export { get as read, post as write }

async function get<Schema extends z.ZodType>(path: string, answer: Schema, query: Query = {}) {
  return answer.parse(await send(path, query))
}

async function post<Schema extends z.ZodType>(
  path: string,
  answer: Schema,
  body: object = {},
  headers: Record<string, string> = {},
) {
  return answer.parse(
    await send(
      path,
      {},
      {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      },
    ),
  )
}

/** A file as it is, in the body. */
export async function upload<Schema extends z.ZodType>(
  path: string,
  answer: Schema,
  query: Query,
  file: File,
): Promise<z.infer<Schema>> {
  const call = { method: "POST" as const, body: file, headers: { "content-type": "text/csv" } }
  return answer.parse(await send(path, query, call))
}

export async function listPayments(query: ListQuery): Promise<PaymentList> {
  return get(base, listAnswer, query)
}

/** The whole list as a file. A browser that is logged in by its cookie takes it as it comes; a token has to be sent along. */
export const downloadPayments = (query: ListQuery): Promise<void> =>
  download(`${base}/export`, query, "gateway-payments.csv")

export async function download(path: string, query: Query, name: string): Promise<void> {
  const url = address(path, query)
  if (__AUTH_TYPE__ !== "jwt") {
    save(url.href, name)
    return
  }
  const response = await fetch(url, { headers: await authorization() })
  if (!response.ok) throw new Refusal(response.statusText, response.status, undefined)
  const file = URL.createObjectURL(await response.blob())
  save(file, name)
  URL.revokeObjectURL(file)
}

function save(href: string, name: string): void {
  const link = document.createElement("a")
  Object.assign(link, { href, download: name })
  link.click()
}

/** What came in and went back between two moments, by day where the person is. */
export async function totalsOf(from: string, to: string): Promise<Total[]> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return (await get(`${base}/totals`, totalsAnswer, { from, to, time_zone: timeZone })).totals
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

/** How these admins are called, by their id. */
export async function adminNames(ids: readonly string[]): Promise<Record<string, string>> {
  if (!ids.length) return {}
  const { users } = await get("/admin/users", adminsAnswer, {
    id: [...ids],
    fields: "id,email,first_name,last_name",
    limit: ids.length,
  })
  return Object.fromEntries(
    users.map(({ id, email, first_name, last_name }) => [
      id,
      [first_name, last_name].filter(Boolean).join(" ") || email,
    ]),
  )
}

/** Asks the gateway and moves no money, or tries again what was owed as the person saw it. */
export type Look = { only_ask: true } | { version: number }

export async function syncPayment(id: string, look: Look): Promise<PaymentDetail> {
  return (await post(`${base}/${id}/sync`, detailAnswer, look)).gateway_payment
}

export interface PayoutAsked {
  action: "link" | "release" | "take_back"
  operation_id: string
  /** As the person saw it. */
  link_id: string | null
  given_at: string | null
  send?: boolean
}

export const askPayout = (id: string, asked: PayoutAsked): Promise<PayoutMade> =>
  post(`${base}/${id}/payout`, payoutAnswer, asked)

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
export const isAnswered = (error: unknown): boolean => error instanceof Refusal

export interface Comparison {
  dryRun: boolean
  /** Days, `2026-11-27`: payments made from then on, and up to the end of that day. */
  from?: string | undefined
  to?: string | undefined
  /** Only these payments. */
  ids?: readonly string[] | undefined
}

export async function reconcile({ dryRun, from, to, ids }: Comparison): Promise<Reconciliation> {
  const range = { created_from: startOf(from), created_to: startOf(to, 1), gateway_payment_ids: ids }
  return post(`${base}/reconcile`, reconcileAnswer, { dry_run: dryRun, ...range })
}

/** When a day begins where the admin is, or the one so many days later. */
function startOf(day: string | undefined, later = 0): string | undefined {
  if (!day) return undefined
  const start = new Date(`${day}T00:00:00`)
  start.setDate(start.getDate() + later)
  return start.toISOString()
}

export const payLinksOf = (orderId: string): Promise<PayLinks> =>
  get(`${base}/links`, payLinksAnswer, { order_id: orderId })

export const makePayLink = (orderId: string, send: boolean): Promise<MadeLink> =>
  post(`${base}/links`, madeLinkAnswer, { order_id: orderId, send })

export async function listProviders(): Promise<Provider[]> {
  return (await get(`${base}/providers`, providersAnswer)).providers
}

export async function testProvider(id: string): Promise<Connection> {
  return post(`${base}/providers/${id}/check`, connectionAnswer)
}
