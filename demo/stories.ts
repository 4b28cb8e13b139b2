import { toMajor } from "../src/core/money"
import type { SandboxControl } from "../src/sandbox"
import type { RunningShop } from "./running-shop"
import {
  PageVisitor,
  medusaBooks,
  toSession,
  withTax,
  type Cart,
  type MedusaBooks,
  type PlacedOrder,
  type Session,
} from "./shop"

/** Whom it takes to place an order and pay it. */
export type People = Pick<RunningShop, "shop" | "shopper"> & { sandbox: Pick<SandboxControl, "pay"> }

/** One order of the demo: how it went is told by what the gateway and Medusa say about it afterwards. */
export interface Story {
  title: string
  play: (world: RunningShop) => Promise<Told>
}

export interface Told {
  /** The gateway's orders of this story, by merchant number. */
  numbers: string[]
  orderId?: string
  /** The mark that the last session has to bear; absent where Medusa keeps no session. */
  mark?: string
  /** What the story is about besides books that agree, in a few words. */
  seen: string
}

export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  patienceMs = 20_000,
): Promise<T> {
  const until = Date.now() + patienceMs
  for (;;) {
    const value = await ask()
    if (holds(value) || Date.now() > until) return value
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
}

const currencyOf = (provider: string) => (provider.includes("gnete") ? ("hkd" as const) : ("thb" as const))

async function place(world: People, cart: Cart, session: Session): Promise<PlacedOrder> {
  const done = await world.shopper.complete(cart)
  if (!done.orderId) throw new Error(`The cart of ${session.number} was not completed: ${done.error}`)
  return { id: done.orderId, cart, session }
}

export async function paid(
  world: People,
  provider: string,
  options: { channel?: string; customerToken?: string } = {},
): Promise<PlacedOrder> {
  const cart = await world.shopper.fillCart(currencyOf(provider), options)
  const session = await world.shopper.choose(cart, provider)
  await world.sandbox.pay(session.number, options.channel ? { channel: options.channel } : {})
  const order = await place(world, cart, session)
  await notified(world, order)
  return order
}

/**
 * The gateway's notification comes by itself, and Medusa captures on it once more while an admin's refund may be under
 * way: it then counts a refund that is about to be refused, until the job puts that right. People are slower than that.
 */
const notified = (world: People, order: PlacedOrder): Promise<unknown> =>
  eventually(
    async () => {
      const { gateway_payments } = await world.shop.admin(
        "get",
        `/admin/gateway-payments?session_id=${order.session.id}`,
      )
      const { gateway_payment } = await world.shop.admin(
        "get",
        `/admin/gateway-payments/${gateway_payments[0].id}`,
      )
      return gateway_payment.notifications as { result: string }[]
    },
    (all) => all.some((one) => one.result === "acted"),
  )

export async function unpaid(world: People, provider: string): Promise<PlacedOrder> {
  const cart = await world.shopper.fillCart(currencyOf(provider))
  return place(world, cart, await world.shopper.choose(cart, provider))
}

const cancel = (world: RunningShop, order: PlacedOrder) =>
  world.shop.admin("post", `/admin/orders/${order.id}/cancel`)

async function refund(world: RunningShop, order: PlacedOrder, amount: number) {
  const { payments } = await medusaBooks(world.shop, order.id)
  return world.shop.tryAdmin("post", `/admin/payments/${payments[0]?.id}/refund`, { amount })
}

async function refunded(world: RunningShop, order: PlacedOrder, amount: number): Promise<void> {
  const { status, data } = await refund(world, order, amount)
  if (status >= 400) throw new Error(`The refund of ${amount} was refused: ${data.message}`)
}

const marked = (world: RunningShop, order: PlacedOrder, mark: string): Promise<MedusaBooks> =>
  eventually(
    () => medusaBooks(world.shop, order.id),
    (books) => books.sessions.some((session) => session.gatewayState === mark),
  )

async function told(
  world: RunningShop,
  order: PlacedOrder,
  mark: string,
  seen: string | (() => Promise<string>),
): Promise<Told> {
  await marked(world, order, mark)
  return {
    numbers: [order.session.number],
    orderId: order.id,
    mark,
    seen: typeof seen === "string" ? seen : await seen(),
  }
}

const endedBy = (world: RunningShop, order: PlacedOrder) => async () =>
  `ended by ${await verbs(world, order)}`

const verbs = async (world: RunningShop, order: PlacedOrder): Promise<string> => {
  const book = await world.sandbox.book(order.session.number)
  const calls = await world.sandbox.calls()
  const asked = calls.filter(
    (call) =>
      JSON.stringify(call.request).includes(order.session.number) ||
      JSON.stringify(call.request).includes(book.payOrderNo ?? book.gatewayOrderNo),
  )
  const ending = [
    "pay/cancel",
    "refund/refundOrder",
    "order_refund",
    "pay/close",
    "cancel_order",
    "order_close",
  ]
  return (
    asked
      .map((call) => call.call)
      .filter((call) => ending.includes(call))
      .at(-1) ?? "nothing"
  )
}

/** The first story is told by a gateway whose clock stands on yesterday: see `demo/index.ts`. */
export const yesterday = (paidThen: PlacedOrder): Story => ({
  title: "Gnete paid yesterday → refund",
  play: async (world) => {
    await refunded(world, paidThen, 88.4)
    return told(world, paidThen, "refunded", endedBy(world, paidThen))
  },
})

/** The admin edits the order to one packet more; the collection that asks for the difference. */
async function addOne(world: RunningShop, order: PlacedOrder): Promise<string> {
  const { order: before } = await world.shop.admin("get", `/admin/orders/${order.id}?fields=id,*items`)
  const [item] = before.items
  await world.shop.admin("post", "/admin/order-edits", { order_id: order.id })
  await world.shop.admin("post", `/admin/order-edits/${order.id}/items/item/${item.id}`, {
    quantity: Number(item.quantity) + 1,
  })
  await world.shop.admin("post", `/admin/order-edits/${order.id}/request`, {})
  await world.shop.admin("post", `/admin/order-edits/${order.id}/confirm`, {})
  const { order: after } = await world.shop.admin(
    "get",
    `/admin/orders/${order.id}?fields=id,*payment_collections`,
  )
  return after.payment_collections.find((one: { id: string }) => one.id !== order.cart.collectionId).id
}

async function pendingDifference(world: RunningShop, order: PlacedOrder): Promise<number> {
  const { order: now } = await world.shop.admin("get", `/admin/orders/${order.id}?fields=id,total,*summary`)
  return Number(now.summary.pending_difference)
}

/** What the pay page says in the end. */
async function saidOn(visitor: PageVisitor, page: { url: string }): Promise<string> {
  const { body } = await eventually(
    () => visitor.get(page.url),
    (now) => now.body.includes("Your payment has arrived"),
  )
  return body.includes("Your payment has arrived") ? "the page says: paid" : "the page does not say: paid"
}

export const stories: Story[] = [
  {
    title: "Ksher paid → admin cancels → refunded",
    play: async (world) => {
      const order = await paid(world, "pp_ksher_th", { channel: "truemoney" })
      await cancel(world, order)
      return told(world, order, "refunded", endedBy(world, order))
    },
  },
  {
    title: "Ksher order first, unpaid link → admin cancels → closed",
    play: async (world) => {
      const order = await unpaid(world, "pp_ksher_first")
      await cancel(world, order)
      return told(world, order, "void", endedBy(world, order))
    },
  },
  {
    title: "Ksher QR unpaid → closed by order_close",
    play: async (world) => {
      const cart = await world.shopper.fillCart("thb")
      const session = await world.shopper.choose(cart, "pp_ksher_qr")
      // Leaving the QR for another way to pay deletes the session: the gateway's order must not stay payable.
      const other = await world.shopper.choose(cart, "pp_ksher_th")
      const book = await eventually(
        () => world.sandbox.book(session.number),
        (now) => now.state === "closed",
      )
      await world.sandbox.pay(other.number, { channel: "airpay" })
      const order = await place(world, cart, other)
      const done = await told(
        world,
        order,
        "paid",
        `QR ${book.state} by ${await verbs(world, { ...order, session })}`,
      )
      return { ...done, numbers: [session.number, ...done.numbers] }
    },
  },
  {
    title: "Ksher two partial refunds, then the rest",
    play: async (world) => {
      const order = await paid(world, "pp_ksher_th", { channel: "airpay" })
      for (const amount of [100, 90.25, 160.25]) await refunded(world, order, amount)
      const { refunds } = await world.sandbox.book(order.session.number)
      return told(world, order, "refunded", `${refunds.length} refunds of their own`)
    },
  },
  {
    title: "Ksher with 7 % VAT on top → refunded in three parts",
    play: async (world) => {
      const order = await withTax(world.shop, "th", 7, () =>
        paid(world, "pp_ksher_th", { channel: "truemoney" }),
      )
      // Medusa's total is 375.035: 375.04 is paid, and the last part returns what is left of that.
      for (const amount of [100, 120.01, 155.025]) await refunded(world, order, amount)
      const { refunds } = await world.sandbox.book(order.session.number)
      const parts = refunds.map(({ amount }) => toMajor(amount, 2)).join(" + ")
      return told(world, order, "refunded", `${parts} back`)
    },
  },
  {
    title: "Ksher card refund",
    play: async (world) => {
      const order = await paid(world, "pp_ksher_th", { channel: "card" })
      await refunded(world, order, 50)
      return told(world, order, "partially_refunded", "found by ksher_order_no")
    },
  },
  {
    title: "PromptPay refund → refused in words",
    play: async (world) => {
      const order = await paid(world, "pp_ksher_th", { channel: "promptpay" })
      const { status, data } = await refund(world, order, 350.5)
      if (status < 400) throw new Error("A PromptPay refund was taken for done.")
      return told(world, order, "paid", `${status}: ${String(data.message).slice(0, 60)}…`)
    },
  },
  {
    title: "Gnete paid → cancelled the same day",
    play: async (world) => {
      const order = await paid(world, "pp_gnete_hk")
      await cancel(world, order)
      return told(world, order, "refunded", endedBy(world, order))
    },
  },
  {
    title: "Gnete partial refund",
    play: async (world) => {
      const order = await paid(world, "pp_gnete_hk")
      await refunded(world, order, 30.05)
      return told(world, order, "partially_refunded", endedBy(world, order))
    },
  },
  {
    title: "Gnete unpaid → closed",
    play: async (world) => {
      const order = await unpaid(world, "pp_gnete_first")
      await cancel(world, order)
      return told(world, order, "void", endedBy(world, order))
    },
  },
  {
    title: "Gnete refund accepted, finished by a notification",
    play: async (world) => {
      const order = await paid(world, "pp_gnete_hk")
      await world.sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
      await refunded(world, order, 40)
      const before = await world.sandbox.book(order.session.number)
      await world.sandbox.settleRefund(before.refunds[0]?.no ?? "", "success")
      return told(world, order, "partially_refunded", `${before.returned} back at first, then ${40 * 100}`)
    },
  },
  ...["pp_ksher_th", "pp_gnete_hk"].map((provider) => ({
    title: `A customer cancels in the storefront (${provider.includes("ksher") ? "Ksher" : "Gnete"})`,
    play: async (world: RunningShop) => {
      const customerToken = await world.shopper.register(`${provider}-${Date.now()}@shop.example`)
      const channel = provider.includes("ksher") ? { channel: "truemoney" } : {}
      const order = await paid(world, provider, { customerToken, ...channel })
      const { status } = await world.shop.tryStore(
        "post",
        `/store/orders/${order.id}/cancel`,
        {},
        customerToken,
      )
      return told(world, order, "refunded", `the shop answered ${status}`)
    },
  })),
  {
    title: "Gnete order edited after it was paid → the difference is paid",
    play: async (world) => {
      const order = await paid(world, "pp_gnete_hk")
      const difference = await addOne(world, order)
      const { payment_collection } = await world.shop.store(
        "post",
        `/store/payment-collections/${difference}/payment-sessions`,
        { provider_id: "pp_gnete_hk" },
      )
      const session = toSession(payment_collection.payment_sessions[0])
      await world.sandbox.pay(session.number)
      await notified(world, { ...order, session })
      const outstanding = await eventually(
        () => pendingDifference(world, order),
        (now) => now === 0,
      )
      const done = await told(world, order, "paid", `outstanding: ${outstanding.toFixed(2)}`)
      return { ...done, numbers: [...done.numbers, session.number] }
    },
  },
  {
    title: "Ksher, by a way to pay from the shop's list",
    play: async (world) => {
      const cart = await world.shopper.fillCart("thb")
      const { methods } = await world.shop.store("get", `/store/gateway-payments/methods?cart_id=${cart.id}`)
      const offered = methods as {
        provider_id: string
        channel: string
        available: boolean
        name: { en: string }
      }[]
      const method = offered.find(
        (one) => one.available && one.provider_id === "pp_ksher_th" && one.channel === "card",
      )
      if (!method) throw new Error("The list does not offer a card.")
      const session = await world.shopper.choose(cart, method.provider_id, { channel: method.channel })
      await world.sandbox.pay(session.number, { channel: method.channel })
      const order = await place(world, cart, session)
      return told(world, order, "paid", `${methods.length} ways listed: ${method.name.en}`)
    },
  },
  {
    title: "Ksher on demand: the cart changes twice → one order at the gateway",
    play: async (world) => {
      const cart = await world.shopper.fillCart("thb")
      const before = (await world.sandbox.calls({ call: "gateway_pay" })).length
      await world.shopper.choose(cart, "pp_ksher_demand")
      for (const quantity of [2, 1]) {
        const { cart: now } = await world.shop.store("get", `/store/carts/${cart.id}`)
        await world.shop.store("post", `/store/carts/${cart.id}/line-items/${now.items[0].id}`, { quantity })
        await world.shopper.choose(cart, "pp_ksher_demand")
      }
      const session = await world.shopper.choose(cart, "pp_ksher_demand")
      await world.shop.store("post", `/store/gateway-payments/${session.id}/open`, { channel: "truemoney" })
      await world.sandbox.pay(session.number, { channel: "truemoney" })
      const order = await place(world, cart, session)
      const opened = (await world.sandbox.calls({ call: "gateway_pay" })).length - before
      return told(world, order, "paid", `4 sessions, ${opened} order opened`)
    },
  },
  {
    title: "Ksher QR code on the plugin's pay page → paid",
    play: async (world) => {
      const cart = await world.shopper.fillCart("thb")
      const session = await world.shopper.choose(cart, "pp_ksher_page")
      const visitor = new PageVisitor(world.url)
      const page = await visitor.open(String(session.data.action.url))
      const code = await visitor.press(page, "pp_ksher_page airpay")
      if (!code.body.includes("data:image/png")) throw new Error("The page draws no code.")
      await world.sandbox.pay(session.number)
      const order = await place(world, cart, session)
      return told(world, order, "paid", await saidOn(visitor, page))
    },
  },
  {
    title: "Ksher order edited after it was paid → the difference is paid by its link",
    play: async (world) => {
      const order = await paid(world, "pp_ksher_th", { channel: "truemoney" })
      await addOne(world, order)
      const made = await world.shop.admin("post", "/admin/gateway-payments/links", { order_id: order.id })
      const visitor = new PageVisitor(world.url)
      const page = await visitor.open(String(made.url))
      await visitor.press(page, "pp_ksher_th truemoney")
      const { gateway_payments } = await world.shop.admin(
        "get",
        `/admin/gateway-payments?order_id=${order.id}`,
      )
      const numbers = gateway_payments.map((one: { merchant_order_no: string }) => one.merchant_order_no)
      await world.sandbox.pay(numbers.find((number: string) => number !== order.session.number))
      await eventually(
        () => pendingDifference(world, order),
        (now) => now === 0,
      )
      return { ...(await told(world, order, "paid", await saidOn(visitor, page))), numbers }
    },
  },
  {
    title: "A session switched from Ksher to Gnete before paying",
    play: async (world) => {
      const cart = await world.shopper.fillCart("thb")
      const first = await world.shopper.choose(cart, "pp_ksher_th")
      const hongKong = world.seeded.regions.hkd
      if (!hongKong) throw new Error("The demo's shop sells in Hong Kong.")
      // Another country is another currency, and with it another gateway.
      await world.shop.store("post", `/store/carts/${cart.id}`, {
        region_id: hongKong.id,
        shipping_address: { country_code: "hk" },
      })
      await world.shop.store("post", `/store/carts/${cart.id}/shipping-methods`, {
        option_id: hongKong.shippingOptionId,
      })
      const { payment_collection } = await world.shop.store("post", "/store/payment-collections", {
        cart_id: cart.id,
      })
      const opened = await world.shop.store(
        "post",
        `/store/payment-collections/${payment_collection.id}/payment-sessions`,
        {
          provider_id: "pp_gnete_hk",
        },
      )
      const second = toSession(opened.payment_collection.payment_sessions.at(-1))
      await eventually(
        () => world.sandbox.book(first.number),
        (now) => now.state === "closed",
      )
      await world.sandbox.pay(second.number)
      const order = await place(world, { ...cart, collectionId: payment_collection.id }, second)
      const { state } = await world.sandbox.book(first.number)
      const done = await told(world, order, "paid", `Ksher's link is ${state}`)
      return { ...done, numbers: [first.number, ...done.numbers] }
    },
  },
]
