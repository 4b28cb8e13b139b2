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

/** Leads to the order of the cart, or to the one it has become already. `false` while it is not paid: Medusa refuses it then. */
export async function placeOrder(): Promise<false> {
  const id = await getCartId()
  if (!id) return false
  const answer = await sdk.store.cart.complete(id, {}, await getAuthHeaders()).catch(() => null)
  if (answer?.type !== "order") return false
  await removeCartId()
  redirect(`/order/${answer.order.id}/confirmed`)
}
