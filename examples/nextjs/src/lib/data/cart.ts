"use server"

import { revalidatePath } from "next/cache"
import { redirect } from "next/navigation"

import { sdk } from "@lib/config"
import { getAuthHeaders, getCartId, removeCartId, setCartId } from "./cookies"

export async function retrieveCart() {
  const id = await getCartId()
  if (!id) return null
  const fields = "*items,*region,*shipping_methods,*payment_collection.payment_sessions,+completed_at"
  return sdk.store.cart.retrieve(id, { fields }, await getAuthHeaders()).then(
    ({ cart }) => cart,
    () => null,
  )
}

export async function addToCart(form: FormData) {
  const headers = await getAuthHeaders()
  const regionId = String(form.get("region"))
  const item = { variant_id: String(form.get("variant")), quantity: 1 }
  const current = await retrieveCart()
  if (current?.region_id === regionId && !("completed_at" in current && current.completed_at))
    await sdk.store.cart.createLineItem(current.id, item, {}, headers)
  else {
    const { cart } = await sdk.store.cart.create({ region_id: regionId, items: [item] }, {}, headers)
    await setCartId(cart.id)
  }
  redirect("/cart")
}

/** The address, and the first way to send it there is. */
export async function setAddress(form: FormData) {
  const cart = await retrieveCart()
  if (!cart) redirect("/cart")
  const headers = await getAuthHeaders()
  const address = {
    first_name: String(form.get("first_name")),
    last_name: String(form.get("last_name")),
    address_1: String(form.get("address_1")),
    city: String(form.get("city")),
    postal_code: String(form.get("postal_code")),
    country_code: cart.region?.countries?.[0]?.iso_2 ?? "",
  }
  await sdk.store.cart.update(
    cart.id,
    { email: String(form.get("email")), shipping_address: address, billing_address: address },
    {},
    headers,
  )
  const { shipping_options } = await sdk.store.fulfillment.listCartOptions({ cart_id: cart.id }, headers)
  const [option] = shipping_options
  if (option) await sdk.store.cart.addShippingMethod(cart.id, { option_id: option.id }, {}, headers)
  revalidatePath("/checkout")
}

export async function initiatePaymentSession(data: { provider_id: string; data?: Record<string, unknown> }) {
  const cart = await retrieveCart()
  if (!cart) redirect("/cart")
  await sdk.store.payment.initiatePaymentSession(cart, data, {}, await getAuthHeaders())
  revalidatePath("/checkout")
}

/** Leads to the order of the cart, or to the one it has become already. `false` while there is none. */
export async function placeOrder(): Promise<false> {
  await checkPayment()
  return false
}

/**
 * Completing the cart has the gateway asked: a paid one leads to its order. Any refusal but a sure one leaves open whether it is paid, and
 * then no other payment may be started.
 */
export async function checkPayment(): Promise<"not_paid" | "unknown"> {
  const id = await getCartId()
  if (!id) return "unknown"
  const answer = await sdk.store.cart
    .complete(id, {}, await getAuthHeaders())
    .catch((error: unknown) => error)
  if (answer instanceof Error) return isUnpaid(answer) ? "not_paid" : "unknown"
  const { type, order } = answer as { type: string; order?: { id: string } }
  if (type !== "order" || !order) return "unknown"
  await removeCartId()
  redirect(`/order/${order.id}/confirmed`)
}

/** Medusa's sentences for a payment that the gateway calls unpaid, and for a cart without one that could be paid. The SDK passes no code. */
const isUnpaid = ({ message }: Error): boolean =>
  /was not authorized with the provider|Payment sessions are required/.test(message)
