import Link from "next/link"
import { redirect } from "next/navigation"

import { Payment } from "@components/payment"
import { retrieveCart, setAddress } from "@lib/data/cart"
import { retrieveCustomer } from "@lib/data/customer"
import { money } from "@lib/money"

/** The gateway leads back to here, with `?session_id=…`. */
export default async function Checkout({ searchParams }: { searchParams: Promise<{ session_id?: string }> }) {
  const [cart, customer, { session_id }] = await Promise.all([
    retrieveCart(),
    retrieveCustomer(),
    searchParams,
  ])
  if (!cart) redirect("/cart")
  const session = cart.payment_collection?.payment_sessions?.at(-1)
  const isReady = cart.email && (cart.shipping_methods?.length ?? 0) > 0
  return (
    <>
      <h1>Checkout</h1>
      <p>Total: {money(cart.total, cart.currency_code)}</p>
      {isReady ? (
        <Payment
          cartId={cart.id}
          session={session ?? null}
          hasReturned={session_id !== undefined && session_id === session?.id}
        />
      ) : (
        <form action={setAddress}>
          <label>
            E-mail
            <input name="email" type="email" defaultValue={customer?.email ?? ""} required />
          </label>
          <label>
            First name
            <input name="first_name" defaultValue="Example" required />
          </label>
          <label>
            Last name
            <input name="last_name" defaultValue="Shopper" required />
          </label>
          <label>
            Address
            <input name="address_1" defaultValue="2 Garden Lane" required />
          </label>
          <label>
            City
            <input name="city" defaultValue="City" required />
          </label>
          <label>
            Postal code
            <input name="postal_code" defaultValue="10110" required />
          </label>
          <button>Continue to payment</button>
        </form>
      )}
      <p>
        <Link href="/cart">Back to the cart</Link>
      </p>
    </>
  )
}
