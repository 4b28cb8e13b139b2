import type { AxiosRequestConfig } from "axios"

import type { Cart, PlacedOrder, Session } from "../../../demo/shop"
import { books, ledgerPayment } from "../books"
import type { Premises } from "../processes/process"
import { gnete, ksher, type Way } from "../ways"

/** One order, as far as it has come. */
export interface Subject {
  cart: Cart
  session?: Session
  order?: PlacedOrder
}

/** Something that people or gateways ask of a shop, which dies in the middle of it. */
export interface Story {
  title: string
  way: Way
  /** All that comes before the request. */
  begin(world: Premises): Promise<Subject>
  request(world: Premises, subject: Subject): Promise<AxiosRequestConfig>
  /** Whether an undisturbed request, and all that it sets off, has come to its end. */
  ended(world: Premises, subject: Subject): Promise<boolean>
  /**
   * What the shop must hold after a start and one run of the job, in minor units, by what it found: read after the crash.
   * `undefined` where there is no order yet.
   */
  owed(world: Premises, subject: Subject): Promise<number | undefined>
  /** What people do then: they look, and ask again for what is not there. */
  goOn(world: Premises, subject: Subject): Promise<unknown>
  /** Who holds what, in minor units; default: the three books, compared. */
  expectHeld?(world: Premises, subject: Subject, held: number): Promise<void>
  /** What the shop holds in the end, what has become of the order by then, and how the session says so. */
  held: number
  status?: "pending" | "canceled"
  mark: string
}

const part = { ksher: 120.25, gnete: 30.05 }

export const sql = async (world: Premises, text: string, bindings: (string | undefined)[]) =>
  (await world.database.knex.raw<{ rows: Record<string, unknown>[] }>(text, bindings as string[])).rows

const opened = async (world: Premises, way: Way, provider = way.provider): Promise<Required<Subject>> => {
  const cart = await world.shopper.fillCart(way.currency)
  return { cart, session: await world.shopper.choose(cart, provider) } as Required<Subject>
}

export const paid = async (world: Premises, way: Way): Promise<Required<Subject>> => {
  const subject = await opened(world, way)
  await world.sandbox.pay(subject.session.number, way.pay)
  return subject
}

export async function placed(world: Premises, subject: Subject): Promise<Subject> {
  const done = await world.shopper.complete(subject.cart)
  if (!done.orderId) throw new Error(`The cart was not completed: ${done.error}`)
  subject.order = { id: done.orderId, cart: subject.cart, session: subject.session! }
  return subject
}

const byAdmin = (world: Premises, url: string, data: object = {}): AxiosRequestConfig => ({
  method: "post",
  url: `${world.shop.url}${url}`,
  data,
  headers: world.shop.adminHeaders,
})

export const paymentOf = async (world: Premises, { order }: Subject): Promise<string> =>
  (await books(world, order!)).payments[0]!.id

/** The last that is written: the ledger has told of its state, and Medusa's session shows it. */
export async function told(world: Premises, { order }: Subject, mark: string): Promise<boolean> {
  const payment = await ledgerPayment(world, order!)
  const { sessions } = await books(world, order!)
  return (
    payment.announced === `${payment.state}:${payment.refundedAmount}` &&
    sessions.some((one) => one.gatewayState === mark)
  )
}

const refundRows = async (world: Premises, { order }: Subject): Promise<number> =>
  (
    await sql(
      world,
      `select refund.id from refund join payment on payment.id = refund.payment_id
       where payment.payment_session_id = ? and refund.deleted_at is null`,
      [order!.session.id],
    )
  ).length

const opens = (way: Way): Story => ({
  title: `${way.gateway}: a shopper chooses how to pay`,
  way,
  begin: async (world) => ({ cart: await world.shopper.fillCart(way.currency) }),
  request: async (world, { cart }) => ({
    method: "post",
    url: `${world.shop.url}/store/payment-collections/${cart.collectionId}/payment-sessions`,
    data: { provider_id: way.provider },
    headers: world.shop.storeHeaders(),
  }),
  ended: async () => true,
  owed: async () => undefined,
  // The shop shows an error; the shopper chooses once more, and pays.
  goOn: async (world, subject) => {
    subject.session = await world.shopper.choose(subject.cart, way.provider)
    await world.sandbox.pay(subject.session.number, way.pay)
    await placed(world, subject)
  },
  held: way.minor,
  mark: "paid",
})

const hears = (way: Way): Story => ({
  title: `${way.gateway}: a notification says that a cart is paid`,
  way,
  begin: (world) => paid(world, way),
  request: async (world, { session }) => {
    const message = await world.sandbox.craftNotification(session!.number)
    const { notifyUrl } = await world.sandbox.book(session!.number)
    return {
      method: "post",
      url: notifyUrl,
      data: message.body,
      headers: { "content-type": message.contentType },
    }
  },
  ended: async (world, { session }) => {
    const rows = await sql(
      world,
      `select result from gateway_notification notification
       join gateway_payment payment on payment.id = notification.gateway_payment_id where payment.session_id = ?`,
      [session!.id],
    )
    return rows[0]?.result === "acted"
  },
  owed: async () => way.minor,
  // Back from the gateway's page the storefront completes the cart: one that is completed has its order.
  goOn: placed,
  held: way.minor,
  mark: "paid",
})

const completes = (way: Way): Story => ({
  title: `${way.gateway}: the storefront completes a paid cart`,
  way,
  begin: (world) => paid(world, way),
  request: async (world, { cart }) => ({
    method: "post",
    url: `${world.shop.url}/store/carts/${cart.id}/complete`,
    data: {},
    headers: world.shop.storeHeaders(),
  }),
  ended: async (world, subject) => told(world, await placed(world, subject), "paid"),
  // The gateway has the money: whether anybody comes back or not, there has to be an order for it.
  owed: async () => way.minor,
  goOn: placed,
  held: way.minor,
  mark: "paid",
})

const refunds = (way: Way): Story => {
  const amount = part[way.gateway]
  const left = way.minor - Math.round(amount * 100)
  return {
    title: `${way.gateway}: an admin refunds a part`,
    way,
    begin: async (world) => placed(world, await paid(world, way)),
    request: async (world, subject) =>
      byAdmin(world, `/admin/payments/${await paymentOf(world, subject)}/refund`, { amount }),
    ended: (world, subject) => told(world, subject, "partially_refunded"),
    // What Medusa had committed is carried out, and what it had not is not.
    owed: async (world, subject) => ((await refundRows(world, subject)) ? left : way.minor),
    goOn: async (world, subject) => {
      const { refunds, payments } = await books(world, subject.order!)
      if (!refunds.length)
        await world.shop.admin("post", `/admin/payments/${payments[0]!.id}/refund`, { amount })
    },
    held: left,
    mark: "partially_refunded",
  }
}

const cancels = (world: Premises, { order }: Subject) => byAdmin(world, `/admin/orders/${order!.id}/cancel`)

/** Who reads an error, or nothing, cancels again: the job may have finished the cancel by then, or is about to. */
const cancelsAgain = async (world: Premises, subject: Subject): Promise<void> => {
  if ((await books(world, subject.order!)).status === "canceled") return
  const answer = await world.shop.http.request(cancels(world, subject))
  expect([200, 409]).toContain(answer.status)
}

/** A cancel is written down before Medusa is asked: from then on it is finished. */
const cancelBegun = async (world: Premises, { order }: Subject): Promise<boolean> =>
  (
    await sql(world, "select 1 from gateway_order where order_id = ? and cancel_asked_at is not null", [
      order!.id,
    ])
  ).length > 0

const cancelsPaid = (way: Way): Story => ({
  title: `${way.gateway}: an admin cancels a paid order`,
  way,
  begin: async (world) => placed(world, await paid(world, way)),
  request: async (world, subject) => cancels(world, subject),
  ended: (world, subject) => told(world, subject, "refunded"),
  owed: async (world, subject) =>
    (await refundRows(world, subject)) || (await cancelBegun(world, subject)) ? 0 : way.minor,
  goOn: cancelsAgain,
  held: 0,
  mark: "refunded",
})

const cancelsUnpaid = (way: Way): Story => ({
  title: `${way.gateway}: an admin cancels an unpaid order`,
  way,
  begin: async (world) => placed(world, await opened(world, way, way.orderFirst)),
  request: async (world, subject) => cancels(world, subject),
  ended: (world, subject) => told(world, subject, "void"),
  owed: async () => 0,
  goOn: cancelsAgain,
  held: 0,
  mark: "void",
})

export const storiesOfBoth: readonly Story[] = [ksher, gnete].flatMap((way) =>
  [opens, hears, completes, refunds, cancelsPaid, cancelsUnpaid].map((story) => story(way)),
)
