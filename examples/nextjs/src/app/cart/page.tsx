import Link from "next/link"

import { retrieveCart } from "@lib/data/cart"
import { money } from "@lib/money"

export default async function Cart() {
  const cart = await retrieveCart()
  if (!cart?.items?.length)
    return (
      <>
        <h1>Your cart is empty</h1>
        <Link href="/">Back to the shop</Link>
      </>
    )
  return (
    <>
      <h1>Cart</h1>
      <ul>
        {cart.items.map(({ id, quantity, product_title }) => (
          <li key={id}>
            {quantity} × {product_title}
          </li>
        ))}
      </ul>
      <p>Total: {money(cart.total, cart.currency_code)}</p>
      <Link className="button" href="/checkout">
        Go to checkout
      </Link>
    </>
  )
}
