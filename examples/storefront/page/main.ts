import type { HttpTypes } from "@medusajs/types"
import { toCanvas } from "qrcode"

import { action, ask, attempt, countdown, el, facts, money, say, show } from "./dom"
import {
  gatewayPayment,
  isOpen,
  watch,
  type Action,
  type GatewayPayment,
  type Method,
} from "./gateway-payment"
import { Shop } from "./shop"

/** What survives the way to the gateway's page and back. */
interface Checkout {
  cartId: string
  sessionId: string
  /** As it is shown. */
  total: string
  orderId?: string
}

const storageKey = "checkout"
const remember = (checkout: Checkout) => localStorage.setItem(storageKey, JSON.stringify(checkout))
const forget = () => localStorage.removeItem(storageKey)
const remembered = (): Checkout | undefined => {
  const stored = localStorage.getItem(storageKey)
  return stored ? (JSON.parse(stored) as Checkout) : undefined
}

let shop: Shop

/** The view that is shown ends what the view before was waiting for. */
let waiting = new AbortController()
const restart = (): AbortSignal => {
  waiting.abort()
  waiting = new AbortController()
  return waiting.signal
}

/** The way out of every page: what was bought is in the e-mail of a real shop. */
const leave = () =>
  action(
    "Back to the shop",
    async () => {
      forget()
      await catalogue()
    },
    false,
  )

async function catalogue(): Promise<void> {
  restart()
  const [regions, customer] = await Promise.all([shop.regions(), shop.customer()])
  const select = el(
    "select",
    { id: "region" },
    ...regions.map((one) => el("option", { value: one.id }, one.name)),
  )
  const list = el("div")
  const fill = async () => {
    const region = regions.find((one) => one.id === select.value)
    if (!region) return
    const products = await shop.products(region.id)
    list.replaceChildren(...products.map((product) => offer(product, region, customer)))
  }
  select.addEventListener("change", () => void fill())
  show("Tea", el("label", { for: "region" }, "Deliver to", select), list, customer ? undefined : signInForm())
  await fill()
}

function offer(
  product: HttpTypes.StoreProduct,
  region: HttpTypes.StoreRegion,
  customer: HttpTypes.StoreCustomer | undefined,
): HTMLElement {
  const variant = product.variants?.[0]
  const price = variant?.calculated_price?.calculated_amount ?? 0
  return el(
    "article",
    {},
    el("h2", {}, product.title),
    facts({ Price: money(price, region.currency_code) }),
    action(`Buy ${product.title}`, async () => {
      if (!variant) throw new Error("This is sold out.")
      const email = customer?.email ?? "guest@shop.example"
      await choosePayment(await shop.fillCart(region, variant.id, email))
    }),
  )
}

function signInForm(): HTMLElement {
  const email = el("input", { id: "email", type: "email", autocomplete: "email", required: true })
  const password = el("input", {
    id: "password",
    type: "password",
    autocomplete: "current-password",
    required: true,
  })
  const submit = el("button", { class: "main" }, "Sign in")
  const create = el("button", { type: "button" }, "Create an account")
  const form = el(
    "form",
    {},
    el("h2", {}, "Sign in"),
    el("p", {}, "With an account you can cancel an order."),
    el("label", { for: "email" }, "E-mail", email),
    el("label", { for: "password" }, "Password", password),
    submit,
    create,
  )
  const enter = (button: HTMLButtonElement, way: "signIn" | "signUp") =>
    attempt(button, async () => {
      await shop[way](email.value, password.value)
      await catalogue()
    })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    void enter(submit, "signIn")
  })
  create.addEventListener("click", () => {
    // The browser says at the field what is missing.
    if (form.reportValidity()) void enter(create, "signUp")
  })
  return form
}

/** This shop offers the same ways to pay in several manners, to show them all. */
const manners: Record<string, string> = {
  pp_ksher_qr: "QR code here",
  pp_ksher_first: "order now, pay later",
  pp_ksher_demand: "opened when you choose",
  pp_ksher_page: "on the plugin's page",
  pp_gnete_first: "order now, pay later",
}

const nameOf = ({ name, provider_id }: Method): string => {
  const manner = manners[provider_id]
  return manner ? `${name.en} (${manner})` : name.en
}

/** Entries configured with `completion: "order_first"`: the order is placed before it is paid. */
const orderFirst = (providerId: string): boolean => providerId.endsWith("_first")

async function choosePayment(cart: HttpTypes.StoreCart, problem = ""): Promise<void> {
  restart()
  const methods = await shop.methods(cart.id)
  const choices = methods.map((method, index) =>
    el(
      "label",
      {},
      el("input", { type: "radio", name: "method", value: String(index), checked: index === 0 }),
      ` ${nameOf(method)}`,
    ),
  )
  const form = el("fieldset", {}, el("legend", {}, "Pay with"), ...choices)
  show(
    "How do you want to pay?",
    problem ? el("p", { role: "alert" }, problem) : undefined,
    facts({ Total: money(cart.total, cart.currency_code) }),
    form,
    action("Pay", async () => {
      const method = methods[Number(form.querySelector<HTMLInputElement>("input:checked")?.value)]
      if (method) await pay(cart, method)
    }),
    leave(),
  )
}

/** Why nothing is opened where the gateway gave no sure answer: the shopper could pay twice. */
const notKnown =
  "It is not known yet whether your last payment has arrived. Nothing new was opened: please wait a moment, and check again before you pay."

async function pay(cart: HttpTypes.StoreCart, method: Method): Promise<void> {
  const earlier = remembered()
  if (earlier?.cartId === cart.id && !earlier.orderId && (await isSettled(earlier))) return
  // Read anew: a payment opened before has left its collection on the cart.
  const current = await shop.cart(cart.id)
  const payment = await shop.openPayment(current, method)
  const orderId = orderFirst(method.provider_id) ? await shop.complete(cart.id) : undefined
  const total = money(current.total, current.currency_code)
  const checkout = { cartId: cart.id, sessionId: payment.session_id, total, ...(orderId ? { orderId } : {}) }
  remember(checkout)
  await follow(payment, checkout)
}

/** Sends the shopper to the gateway's page, or shows the QR code and waits here. */
async function follow(payment: GatewayPayment, checkout: Checkout): Promise<void> {
  const how = payment.action
  if (!how) return decided(payment, checkout)
  if (how.type === "redirect") {
    location.assign(how.url)
    return
  }
  const signal = restart()
  const until = payment.expires_at
  show(
    "Scan to pay",
    facts({
      Amount: checkout.total,
      ...(until ? { "Time left": countdown(new Date(until), signal) } : {}),
    }),
    await qr(how),
    el("p", {}, "Keep this page open: it goes on by itself. You may load it again."),
    checkout.orderId ? action("Back to the order", () => orderPage(checkout), false) : undefined,
    checkout.orderId ? undefined : anotherChoice(checkout),
    checkout.orderId ? undefined : leave(),
  )
  await wait(signal)
}

/** The gateway is asked first: what is paid is not paid twice. Throws where there is no sure answer. */
async function isSettled(checkout: Checkout): Promise<boolean> {
  const answer = await shop.check(checkout.cartId)
  if (answer === "unknown") throw new Error(notKnown)
  if (answer === "not_paid") return false
  await orderPage({ ...checkout, orderId: answer.orderId })
  return true
}

const anotherChoice = (checkout: Checkout) =>
  action(
    "Choose another payment",
    async () => {
      if (await isSettled(checkout)) return
      await choosePayment(
        await shop.cart(checkout.cartId),
        "Please do not pay by the code or the page that you opened before.",
      )
    },
    false,
  )

async function qr(how: Extract<Action, { type: "qr" }>): Promise<HTMLElement> {
  if (how.image !== undefined) return el("img", { class: "qr", src: how.image, alt: "QR code to pay" })
  const canvas = el("canvas", { role: "img", "aria-label": "QR code to pay" })
  await toCanvas(canvas, how.content, { width: 240, margin: 2 })
  return canvas
}

/** Waits until the payment is decided, then goes on with what it came to. */
async function wait(signal = restart()): Promise<void> {
  const checkout = remembered()
  if (!checkout) return catalogue()
  say("Waiting for your payment.")
  const payment = await watch(shop.sdk, checkout.sessionId, (one) => isDecided(one), signal)
  if (payment) await decided(payment, checkout)
}

const isDecided = (payment: GatewayPayment): boolean =>
  payment.state === "failed" || !isOpen(payment, new Date())

async function decided(payment: GatewayPayment, checkout: Checkout): Promise<void> {
  say("")
  if (checkout.orderId) return orderPage(checkout)
  switch (payment.state) {
    case "paid": {
      // The gateway's notification may have completed the cart already: the answer is the same order.
      const orderId = await shop.complete(checkout.cartId)
      return orderId ? orderPage({ ...checkout, orderId }) : wait()
    }
    // It went back before there was an order: none is made by it any more.
    case "partially_refunded":
    case "refunded":
      return choosePayment(
        await shop.cart(checkout.cartId),
        "An earlier payment arrived and could not be used. The shop returns it: please ask the shop before you pay again.",
      )
    case "paid_late":
      show(
        "Your payment came too late",
        el("p", {}, "The shop returns it: please ask the shop before you pay again."),
        leave(),
      )
      return
    case "failed":
      return choosePayment(await shop.cart(checkout.cartId), "The payment failed. Nothing was charged.")
    case "unopened":
    case "created":
    case "pending":
    case "void":
      return choosePayment(
        await shop.cart(checkout.cartId),
        "The payment was not made in time. Please choose again.",
      )
  }
}

async function orderPage(checkout: Checkout & { orderId?: string }): Promise<void> {
  const { orderId, sessionId } = checkout
  if (!orderId) return catalogue()
  remember(checkout)
  const signal = restart()
  const [order, payment, customer] = await Promise.all([
    shop.order(orderId),
    gatewayPayment(shop.sdk, sessionId),
    shop.customer(),
  ])
  const canceled = order.status === "canceled"
  const canBePaid = !canceled && isOpen(payment, new Date())
  show(
    canceled ? "Your order is cancelled" : "Thank you for your order",
    facts({
      Order: `#${order.display_id ?? order.id}`,
      Total: money(order.original_total, order.currency_code),
      Payment: moneyText(payment),
      ...(canBePaid && payment.expires_at
        ? { "Time left": countdown(new Date(payment.expires_at), signal) }
        : {}),
    }),
    canBePaid ? action("Pay now", () => follow(payment, checkout)) : undefined,
    canceled || !customer ? undefined : action("Cancel the order", () => cancel(checkout), false),
    canceled || customer ? undefined : el("p", {}, "Sign in before you buy to be able to cancel."),
    leave(),
  )
  const before = payment.state
  const changed = await watch(shop.sdk, sessionId, (one) => one.state !== before, signal)
  if (changed) await orderPage(checkout)
}

async function cancel(checkout: Checkout): Promise<void> {
  const text = "This cannot be undone. What you have paid is returned to you."
  if (!(await ask("Cancel this order?", text, "Yes, cancel it", "Keep the order"))) return
  await shop.cancelOrder(checkout.orderId ?? "")
  // Its money follows in a moment: this page looks until it has.
  void orderPage(checkout)
}

function moneyText(payment: GatewayPayment): string {
  switch (payment.state) {
    case "unopened":
    case "created":
    case "pending":
      return isOpen(payment, new Date())
        ? "waiting for payment"
        : "the time to pay is over: please ask the shop for a new link"
    case "paid":
      return "paid"
    case "partially_refunded":
      return "partly refunded"
    case "refunded":
      return "refunded: the money is on its way back to you"
    case "void":
      return "closed, nothing was charged"
    case "failed":
      return "failed, nothing was charged"
    case "paid_late":
      return "came too late, it is returned to you"
  }
}

/** Back from the gateway's page with the session in the address, or here for the first time. */
async function start(): Promise<void> {
  const config = (await (await fetch("/config.json")).json()) as {
    backendUrl: string
    publishableKey: string
  }
  shop = new Shop(config)
  const sessionId = new URLSearchParams(location.search).get("session_id")
  history.replaceState(null, "", "/")
  const checkout = remembered()
  if (!checkout || (sessionId && checkout.sessionId !== sessionId)) return catalogue()
  // Placed before it is paid: the order's own page says how it stands, and waits there.
  if (checkout.orderId) return orderPage(checkout)
  show("Your payment", el("p", {}, "We ask whether it has arrived."))
  // The gateways tell of success. Completing the cart asks them now, and an unpaid one does not become an order.
  const orderId = await shop.complete(checkout.cartId).catch(() => undefined)
  if (orderId) return orderPage({ ...checkout, orderId })
  const payment = await gatewayPayment(shop.sdk, checkout.sessionId)
  if (payment.state === "failed" || !isOpen(payment, new Date())) return decided(payment, checkout)
  if (payment.action?.type === "qr") return follow(payment, checkout)
  // The shopper came back; the gateway may tell in a moment, or the shopper turned round.
  const signal = restart()
  show(
    "Your payment",
    el("p", {}, "It has not arrived yet. This page goes on by itself."),
    facts({
      Amount: checkout.total,
      ...(payment.expires_at ? { "Time left": countdown(new Date(payment.expires_at), signal) } : {}),
    }),
    action("Back to the payment", () => follow(payment, checkout)),
    anotherChoice(checkout),
    leave(),
  )
  const later = await watch(
    shop.sdk,
    checkout.sessionId,
    (one) => isDecided(one) || one.state === "paid",
    signal,
  )
  if (later) await decided(later, checkout)
}

start().catch((error: unknown) => say(error instanceof Error ? error.message : "The shop cannot be reached."))
