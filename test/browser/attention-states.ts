import { Client } from "pg"

import type { RunningShop } from "../../demo/running-shop"
import { medusaBooks, toSession, type Answer, type PlacedOrder, type Session } from "../../demo/shop"
import { eventually, paid, unpaid } from "../../demo/stories"
import type { AttentionCode } from "../../src/core"
import type { Fault } from "../../src/sandbox"

/*
 * Each reason for attention, brought about as it would be in a shop: by what shoppers, admins and the gateways do. Only hours are
 * not waited for: what a payment has behind it is moved into the past.
 */

/** A payment that a state is about. The order is absent where none was placed. */
export interface Staged {
  number: string
  order?: PlacedOrder
}

export type Stage = (shop: RunningShop) => Promise<Staged>

type Calls<Name extends Fault["gateway"]> = Extract<Fault, { gateway: Name }>["call"]

const often = 999

const ofRefunds: ReadonlySet<string> = new Set(["order_refund", "refund_query"] satisfies Calls<"ksher">[])

const payOrderNoOf = async (shop: RunningShop, number: string): Promise<string> =>
  (await shop.sandbox.book(number)).payOrderNo ?? number

/** What goes wrong with calls about one order. Those about refunds name it by the number that Ksher gave the payment. */
async function disturb(
  shop: RunningShop,
  number: string,
  call: Calls<"ksher">,
  how: Pick<Fault, "kind" | "when" | "code" | "times" | "delayMs">,
): Promise<void> {
  const orderNo = ofRefunds.has(call) ? await payOrderNoOf(shop, number) : number
  await shop.sandbox.fault({ times: often, ...how, gateway: "ksher", call, orderNo })
}

const upset = (shop: RunningShop, number: string, ...calls: Calls<"ksher">[]) =>
  Promise.all(calls.map((call) => disturb(shop, number, call, { kind: "http500", when: "before" })))

/** The gateway answers as it should again about one order. The faults of all others stay until a person comes to them. */
export async function answersAgain(shop: RunningShop, number: string): Promise<void> {
  for (const one of new Set([number, await payOrderNoOf(shop, number)])) await shop.sandbox.clearFaults(one)
}

const noBalance = { kind: "refuse", when: "before", code: "KSHER_BALANCE_NOT_ENOUGH" } as const

export async function paymentNumbered(shop: RunningShop, number: string): Promise<Answer> {
  const { gateway_payments } = await shop.shop.admin("get", `/admin/gateway-payments?q=${number}`)
  return gateway_payments[0]
}

export const attentionOf = async (shop: RunningShop, number: string): Promise<AttentionCode | null> =>
  (await paymentNumbered(shop, number))?.attention_code ?? null

/** As the page does where money may move. */
export async function sync(shop: RunningShop, number: string): Promise<void> {
  const { id } = await paymentNumbered(shop, number)
  await shop.shop.admin("post", `/admin/gateway-payments/${id}/sync`, {})
}

const cancel = (shop: RunningShop, order: PlacedOrder) =>
  shop.shop.tryAdmin("post", `/admin/orders/${order.id}/cancel`)

async function refund(shop: RunningShop, order: PlacedOrder, amount: number) {
  const { payments } = await medusaBooks(shop.shop, order.id)
  return shop.shop.tryAdmin("post", `/admin/payments/${payments[0]?.id}/refund`, { amount })
}

const staged = (order: PlacedOrder): Staged => ({ number: order.session.number, order })

const moments = [
  ["gateway_payment", "id", ["created_at", "opened_at", "expires_at", "paid_at", "next_check_at"]],
  ["gateway_operation", "gateway_payment_id", ["created_at", "settled_at"]],
  ["gateway_notification", "gateway_payment_id", ["created_at"]],
] as const

async function inDatabase(
  shop: Pick<RunningShop, "databaseUrl">,
  work: (client: Client) => Promise<unknown>,
): Promise<void> {
  const client = new Client({ connectionString: shop.databaseUrl })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** The job leaves a payment to the person who looks at it. */
export const looksNoMore = (shop: Pick<RunningShop, "databaseUrl">, number: string): Promise<void> =>
  inDatabase(shop, (client) =>
    client.query(
      "update gateway_payment set next_check_at = now() + interval '1 day' where merchant_order_no = $1",
      [number],
    ),
  )

/** All that was done about this payment was done so much earlier. */
export async function hoursLater(shop: RunningShop, number: string, hours: number): Promise<void> {
  const { id } = await paymentNumbered(shop, number)
  await inDatabase(shop, async (client) => {
    for (const [table, key, times] of moments) {
      const earlier = times.map((time) => `${time} = ${time} - $2 * interval '1 hour'`)
      await client.query(`update ${table} set ${earlier.join()} where ${key} = $1`, [id, hours])
    }
  })
}

async function atThePage(shop: RunningShop, provider: string, channel?: string): Promise<Session> {
  const cart = await shop.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
  return shop.shopper.choose(cart, provider, channel ? { channel } : {})
}

/** A shop whose checkout forgets the delivery: what is paid is captured, and the cart cannot become an order. */
async function withoutDelivery(shop: RunningShop): Promise<Session> {
  const { regions, variantId } = shop.seeded
  const { cart } = await shop.shop.store("post", "/store/carts", {
    region_id: regions.thb?.id,
    email: "shopper@shop.example",
    items: [{ variant_id: variantId, quantity: 1 }],
  })
  const { payment_collection: asked } = await shop.shop.store("post", "/store/payment-collections", {
    cart_id: cart.id,
  })
  const { payment_collection } = await shop.shop.store(
    "post",
    `/store/payment-collections/${asked.id}/payment-sessions`,
    { provider_id: "pp_ksher_th" },
  )
  return toSession(payment_collection.payment_sessions[0])
}

const beginEdit = (shop: RunningShop, { id }: PlacedOrder) =>
  shop.shop.admin("post", "/admin/order-edits", { order_id: id })

/** What only a restart makes: the payments of the account and the entry that are gone, and what a crash leaves behind. */
export const beforeRestart = {
  account_changed: async (shop) => staged(await paid(shop, "pp_ksher_th", { channel: "truemoney" })),
  entry_removed: async (shop) => staged(await unpaid(shop, "pp_gnete_first")),
  cancel_unfinished: async (shop) => {
    const order = await paid(shop, "pp_gnete_hk")
    await shop.sandbox.fault({
      ...{ gateway: "gnete", call: "pay/cancel", kind: "timeout", when: "after" },
      orderNo: order.session.number,
    })
    void cancel(shop, order).catch(() => undefined)
    await eventually(
      () => shop.sandbox.book(order.session.number),
      ({ returned }) => returned > 0,
    )
    await finishesCancel(shop, order, "1 day")
    return staged(order)
  },
  notification_failed: async (shop) => {
    const order = await paid(shop, "pp_gnete_hk")
    const { number } = order.session
    await shop.sandbox.setQuirks({ gnete: { consoleNotifies: true } })
    await shop.sandbox.fault({
      ...{ gateway: "gnete", call: "refund/query", kind: "http500", when: "before", times: often },
    })
    await shop.sandbox.refundInConsole(number, 1000)
    await shop.sandbox.setQuirks({ gnete: { consoleNotifies: false } })
    const { id } = await paymentNumbered(shop, number)
    await eventually(
      () => shop.shop.admin("get", `/admin/gateway-payments/${id}`),
      ({ gateway_payment }) => gateway_payment.notifications.some((one: Answer) => one.result === "failed"),
    )
    return staged(order)
  },
} satisfies Partial<Record<AttentionCode, Stage>>

/** When the job finishes the cancel. The process that was at it has died, and holds the order no longer. */
const finishesCancel = (shop: RunningShop, { id }: PlacedOrder, later: string) =>
  inDatabase(shop, async (client) => {
    const moved = "update gateway_order set cancel_next_at = now() + $2::interval where order_id = $1"
    await client.query(moved, [id, later])
  })

/** After a crash in a cancel, and before it is finished: the goods are sent. */
async function sendGoods(shop: RunningShop, { number, order }: Staged): Promise<void> {
  if (!order) throw new Error("Only an order has goods.")
  await inDatabase(shop, async (client) => {
    await client.query("update gateway_order set lease_until = now() where order_id = $1", [order.id])
    await client.query("update gateway_payment set lease_until = now() where merchant_order_no = $1", [
      number,
    ])
  })
  const { items } = (await shop.shop.admin("get", `/admin/orders/${order.id}?fields=id,*items`)).order
  const { stock_locations } = await shop.shop.admin("get", "/admin/stock-locations?q=Store hk")
  await shop.shop.admin("post", `/admin/orders/${order.id}/fulfillments`, {
    location_id: stock_locations[0].id,
    items: items.map((item: Answer) => ({ id: item.id, quantity: item.quantity })),
  })
  await finishesCancel(shop, order, "0")
}

/** What becomes of them under the other configuration. */
export const afterRestart: Record<
  keyof typeof beforeRestart,
  (shop: RunningShop, staged: Staged) => Promise<unknown>
> = {
  account_changed: async (shop, { number }) => {
    const { id } = await paymentNumbered(shop, number)
    return shop.shop.tryAdmin("post", `/admin/gateway-payments/${id}/sync`, { only_ask: true })
  },
  entry_removed: (shop, { number }) => hoursLater(shop, number, 1),
  cancel_unfinished: sendGoods,
  /** The job has tried in vain all day: the next try is the last. */
  notification_failed: async (shop, { number }) => {
    const { id } = await paymentNumbered(shop, number)
    const tried = "update gateway_notification set tries = 7, next_try_at = now()"
    await inDatabase(shop, (client) =>
      client.query(`${tried} where gateway_payment_id = $1 and result = 'failed'`, [id]),
    )
  },
}

export const whileRunning = {
  amount_mismatch: async (shop) => {
    const { number } = await atThePage(shop, "pp_ksher_th")
    await shop.sandbox.pay(number, { channel: "truemoney", amount: 100 })
    return { number }
  },
  qr_mismatch: async (shop) => {
    await shop.sandbox.setQuirks({ ksher: { promptPayCode: "wrong_amount" } })
    const cart = await shop.shopper.fillCart("thb")
    await shop.shop.tryStore("post", `/store/payment-collections/${cart.collectionId}/payment-sessions`, {
      provider_id: "pp_ksher_qr",
      data: { channel: "promptpay" },
    })
    await shop.sandbox.setQuirks({ ksher: { promptPayCode: "right" } })
    const { gateway_payments } = await shop.shop.admin("get", "/admin/gateway-payments?attention=true")
    const one = gateway_payments.find((each: Answer) => each.attention_code === "qr_mismatch")
    return { number: one.merchant_order_no }
  },
  contradiction: async (shop) => {
    const order = await unpaid(shop, "pp_gnete_first")
    await cancel(shop, order)
    await eventually(
      () => paymentNumbered(shop, order.session.number),
      ({ state }) => state === "void",
    )
    await shop.sandbox.pay(order.session.number, { force: true })
    return staged(order)
  },
  not_captured: async (shop) => {
    const { number } = await atThePage(shop, "pp_ksher_th")
    // In one breath: the gateway is asked about the payment when a part of it has gone back already.
    await Promise.all([
      shop.sandbox.pay(number, { channel: "truemoney" }),
      shop.sandbox.refundInConsole(number, 1000),
    ])
    await eventually(
      () => paymentNumbered(shop, number),
      ({ state }) => state === "partially_refunded",
    )
    await hoursLater(shop, number, 1)
    await sync(shop, number)
    return { number }
  },
  close_failed: async (shop) => {
    const order = await unpaid(shop, "pp_ksher_first")
    const { number } = order.session
    await upset(shop, number, "cancel_order")
    await hoursLater(shop, number, 4)
    await sync(shop, number)
    return staged(order)
  },
  qr_stays_open: async (shop) => {
    const order = await unpaid(shop, "pp_ksher_hold")
    await cancel(shop, order)
    return staged(order)
  },
  refund_unknown: async (shop) => {
    const order = await paid(shop, "pp_ksher_th", { channel: "airpay" })
    const { number } = order.session
    await disturb(shop, number, "order_refund", { kind: "reset", when: "after", times: 1 })
    await upset(shop, number, "refund_query")
    await refund(shop, order, 100)
    await hoursLater(shop, number, 2)
    await sync(shop, number)
    return staged(order)
  },
  refund_refused: async (shop) => {
    const order = await paid(shop, "pp_ksher_th", { channel: "truemoney" })
    await disturb(shop, order.session.number, "order_refund", noBalance)
    await cancel(shop, order)
    await eventually(
      () => attentionOf(shop, order.session.number),
      (code) => code === "refund_refused",
    )
    // The job would try as well, and the page would be of before that.
    await looksNoMore(shop, order.session.number)
    return staged(order)
  },
  refund_unsupported: async (shop) => {
    const order = await paid(shop, "pp_ksher_th", { channel: "promptpay" })
    await refund(shop, order, 350.5)
    return staged(order)
  },
  payout_waits: async (shop) => {
    const { appid } = shop.sandbox.ksher
    await shop.sandbox.changeKsherMerchant(appid, { payoutBalance: 0 })
    const order = await paid(shop, "pp_ksher_hold", { channel: "promptpay" })
    await refund(shop, order, 350.5)
    return staged(order)
  },
  late_held: async (shop) => {
    const cart = await shop.shopper.fillCart("thb")
    const session = await shop.shopper.choose(cart, "pp_ksher_hold", { channel: "airpay" })
    const { orderId = "" } = await shop.shopper.complete(cart)
    const order = { id: orderId, cart, session }
    await upset(shop, session.number, "order_close")
    await cancel(shop, order)
    await shop.sandbox.pay(session.number)
    return staged(order)
  },
  outside_unclear: async (shop) => {
    const order = await paid(shop, "pp_ksher_th", { channel: "alipay" })
    await shop.sandbox.refundInConsole(order.session.number, 1000)
    await sync(shop, order.session.number)
    return staged(order)
  },
  books_differ: async (shop) => {
    const order = await paid(shop, "pp_ksher_th", { channel: "truemoney" })
    const { number } = order.session
    await shop.sandbox.setQuirks({ ksher: { overRefund: "paid" } })
    const later = { kind: "delay", when: "before", delayMs: 6000, times: 1 } as const
    await disturb(shop, number, "order_refund", later)
    const asked = refund(shop, order, 100)
    // Asked of the sandbox itself, which is quick: the call has arrived, and its operation was written before.
    await eventually(
      () => shop.sandbox.faults(),
      (left) => !left.some(({ kind }) => kind === "delay"),
    )
    await shop.sandbox.refundInConsole(number, 35050)
    await asked
    await shop.sandbox.setQuirks({ ksher: { overRefund: "refused" } })
    await sync(shop, number)
    return staged(order)
  },
  unanswered: async (shop) => {
    const order = await unpaid(shop, "pp_ksher_first")
    const { number } = order.session
    await upset(shop, number, "gateway_order_query", "cancel_order")
    await hoursLater(shop, number, 30)
    await sync(shop, number)
    return staged(order)
  },
  no_order: async (shop) => {
    const { number } = await withoutDelivery(shop)
    await disturb(shop, number, "order_refund", noBalance)
    await shop.sandbox.pay(number, { channel: "truemoney" })
    await eventually(
      () => paymentNumbered(shop, number),
      ({ state }) => state === "paid",
    )
    await hoursLater(shop, number, 1)
    await sync(shop, number)
    return { number }
  },
  order_changing: async (shop) => {
    const order = await paid(shop, "pp_ksher_th", { channel: "truemoney" })
    const { number } = order.session
    await beginEdit(shop, order)
    await shop.sandbox.refundInConsole(number, 1500)
    await sync(shop, number)
    await hoursLater(shop, number, 1)
    await sync(shop, number)
    return staged(order)
  },
} satisfies Partial<Record<AttentionCode, Stage>>
