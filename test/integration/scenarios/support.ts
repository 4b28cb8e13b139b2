import axios from "axios"
import type { AxiosResponse } from "axios"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import type { Cart, PlacedOrder, Session } from "../../../demo/shop"
import type { Call, Fault } from "../../../src/sandbox"
import type { Notification, Operation } from "../../../src/services/settlement"
import type { Way } from "../ways"
import { backToThePresent, books, eventually, gatewayBooks, ledgerPayment, type World } from "../world"

export * from "../ways"

type Knex = { raw(sql: string, bindings?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> }

/** Medusa's own tables, for what its API no longer shows: rows it has deleted. */
export async function rows(world: World, sql: string, bindings: unknown[] = []) {
  const knex = world.container.resolve<Knex>(ContainerRegistrationKeys.PG_CONNECTION)
  return (await knex.raw(sql, bindings)).rows
}

/** Ends what a test disturbed, and lets the job forget its payments: the next test's runs are about its own. */
export async function atRest(world: World): Promise<void> {
  backToThePresent()
  await world.sandbox.clearFaults()
  await rows(world, "update gateway_payment set next_check_at = null")
  await rows(world, "update gateway_notification set next_try_at = null")
}

/** A cart with an open payment session: the shopper is at the gateway's page. */
export async function atThePage(
  world: World,
  provider: string,
  data: Record<string, unknown> = {},
): Promise<{ cart: Cart; session: Session }> {
  const cart = await world.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
  return { cart, session: await world.shopper.choose(cart, provider, data) }
}

/** The gateway sends its notification about an order now (once more, where it was sent before). */
export const deliver = (
  world: World,
  { session }: { session: Session },
  kind?: "payment" | "refund" | "cancel",
) => world.sandbox.resendNotification(session.number, kind)

/** Posts a message to where the gateway was told to notify. */
export async function post(
  world: World,
  { session }: { session: Session },
  message: { body: string | Buffer; contentType?: string },
): Promise<AxiosResponse<string>> {
  const { notifyUrl } = await world.sandbox.book(session.number)
  return axios.post<string>(notifyUrl, message.body, {
    headers: message.contentType ? { "content-type": message.contentType } : { "content-type": false },
    responseType: "text",
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
  })
}

export async function medusaPaymentId(world: World, order: PlacedOrder): Promise<string> {
  const [payment] = (await books(world, order)).payments
  if (!payment) throw new Error("Medusa holds no payment of this order.")
  return payment.id
}

/** The admin refunds; what Medusa answers. */
export async function refund(world: World, order: PlacedOrder, amount?: number): Promise<AxiosResponse> {
  const id = await medusaPaymentId(world, order)
  return world.shop.tryAdmin("post", `/admin/payments/${id}/refund`, amount === undefined ? {} : { amount })
}

export const cancelOrder = (world: World, order: PlacedOrder): Promise<AxiosResponse> =>
  world.shop.tryAdmin("post", `/admin/orders/${order.id}/cancel`)

/** The refund rows Medusa has of an order in its own table, oldest first: one that it deletes is gone. */
export async function refundRows(world: World, order: PlacedOrder) {
  const found = await rows(world, "select id, amount from refund where payment_id = ? order by id", [
    await medusaPaymentId(world, order),
  ])
  return found.map((row) => ({ id: String(row.id), amount: Number(row.amount) }))
}

/**
 * What Medusa does when a provider throws (H1): the refund row under whose id it had asked is no more. Returns that id.
 */
export async function deletedRefund(world: World, order: PlacedOrder): Promise<string> {
  const made = (await operations(world, order)).filter((one) => one.refundId !== null)
  const held = new Set((await refundRows(world, order)).map((row) => row.id))
  const [gone] = made.flatMap((one) => (held.has(one.refundId ?? "") ? [] : [one.refundId]))
  if (!gone) throw new Error("Medusa holds the row of every refund that was asked of the gateway.")
  return gone
}

/** The shopper wants two: Medusa deletes every payment session of the cart, since the total has changed. */
export async function changeCart(world: World, cart: Cart): Promise<void> {
  const path = `/store/carts/${cart.id}`
  const { cart: before } = await world.shop.store("get", path)
  await world.shop.store("post", `${path}/line-items/${before.items[0].id}`, { quantity: 2 })
}

/** The order that was made of a cart, by whomever. */
export async function orderOfCart(world: World, at: { cart: Cart; session: Session }): Promise<PlacedOrder> {
  const [link] = await eventually(
    () =>
      rows(world, "select order_id from order_cart where cart_id = ? and deleted_at is null", [at.cart.id]),
    (found) => found.length === 1,
  )
  return { id: String(link?.order_id), ...at }
}

export async function operations(
  world: World,
  order: { session: Session },
  kind?: Operation["kind"],
): Promise<Operation[]> {
  const payment = await ledgerPayment(world, order)
  const all = await world.plugin.ledger.operations.ofPayment(payment.id)
  return all.filter((operation) => kind === undefined || operation.kind === kind)
}

export async function notifications(world: World, order: { session: Session }): Promise<Notification[]> {
  const payment = await ledgerPayment(world, order)
  return world.plugin.ledger.notifications.ofPayment(payment.id)
}

/** The calls of one kind that reached the gateway for an order, whichever of its numbers they carry. */
export async function calls(world: World, order: { session: Session }, call: string): Promise<Call[]> {
  const { merchantOrderNo, payOrderNo, gatewayOrderNo } = await gatewayBooks(world, order)
  const numbers = [merchantOrderNo, payOrderNo, gatewayOrderNo].filter(Boolean)
  return (await world.sandbox.calls({ call })).filter((one) =>
    Object.values(one.request).some((value) => numbers.includes(value as string)),
  )
}

type Disturbance = Pick<Fault, "kind" | "when" | "times" | "delayMs" | "code" | "message">

/** The next calls of this kind to a gateway go wrong. */
export const disturb = (world: World, way: Way, call: string, fault: Disturbance): Promise<void> =>
  world.sandbox.fault({ gateway: way.gateway, call, ...fault } as Fault)

/** The admin's view of a gateway payment: attention and all. */
export async function adminView(world: World, order: { session: Session }) {
  const payment = await ledgerPayment(world, order)
  const { gateway_payment } = await world.shop.admin("get", `/admin/gateway-payments/${payment.id}`)
  return gateway_payment as {
    id: string
    state: string
    attention: string | null
    attention_code: string | null
    operations: {
      id: string
      kind: string
      state: string
      amount: number | null
      outside: boolean
      payout: { link_id: string | null; given_at: string | null } | null
    }[]
  }
}

export const faultKinds = [
  "timeout",
  "reset",
  "http500",
  "empty",
  "garbage",
  "bad_signature",
  "notsure",
] as const

/** Asks the gateway about one payment now, as the admin's button does. */
export const sync = async (world: World, order: { session: Session }): Promise<AxiosResponse> =>
  world.shop.tryAdmin("post", `/admin/gateway-payments/${(await ledgerPayment(world, order)).id}/sync`)

export interface Decided {
  action: string
  note?: string
  amount?: number
  operation_id?: string | undefined
  how?: "console" | "other"
  refund_id?: string
  /** Absent: as the payment is now. */
  version?: number
}

/** What a person decides about a payment, who has just looked at it. */
export async function decide(
  world: World,
  order: { session: Session },
  decision: Decided,
): Promise<AxiosResponse> {
  const { id, version } = await ledgerPayment(world, order)
  return world.shop.tryAdmin("post", `/admin/gateway-payments/${id}/resolve`, { version, ...decision })
}

/** The operation that returns money and has no end yet. */
export async function inDoubt(world: World, order: { session: Session }): Promise<string | undefined> {
  const unsettled = ["sent", "unknown", "pending"]
  const found = (await operations(world, order)).find(
    ({ state, amount }) => amount !== null && unsettled.includes(state),
  )
  return found?.id
}

/** Waits until the payment stands under this attention, and returns it. */
export const underAttention = (world: World, order: { session: Session }, code: string) =>
  eventually(
    () => ledgerPayment(world, order),
    (payment) => payment.attentionCode === code,
  )

let promotions = 0

/** A code that takes so many per cent, or a fixed amount, off everything in a cart. */
export async function promotion(
  world: World,
  currency_code: string,
  cut: { percent: number } | { fixed: number },
): Promise<string> {
  const code = `CUT-${++promotions}`
  const percent = "percent" in cut
  await world.shop.admin("post", "/admin/promotions", {
    code,
    type: "standard",
    status: "active",
    is_automatic: false,
    application_method: {
      type: percent ? "percentage" : "fixed",
      target_type: "items",
      allocation: "across",
      value: percent ? cut.percent : cut.fixed,
      currency_code,
    },
  })
  return code
}
