import Link from "next/link"
import { notFound } from "next/navigation"

import { CancelOrder, OrderPayment } from "@components/order-payment"
import { retrieveCustomer } from "@lib/data/customer"
import { retrieveOrder } from "@lib/data/orders"
import { money } from "@lib/money"

export default async function Confirmed({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const [order, customer] = await Promise.all([retrieveOrder(id), retrieveCustomer()])
  if (!order) notFound()
  const isCanceled = order.status === "canceled"
  const session = order.payment_collections?.flatMap(({ payment_sessions }) => payment_sessions ?? []).at(-1)
  return (
    <>
      <h1>{isCanceled ? "Your order is cancelled" : "Thank you for your order"}</h1>
      <p>
        Order #{order.display_id}: {money(order.original_total, order.currency_code)}
      </p>
      {session && <OrderPayment session={session} isCanceled={isCanceled} />}
      {!isCanceled && customer && <CancelOrder orderId={order.id} />}
      {!isCanceled && !customer && <p>Sign in before you buy to be able to cancel.</p>}
      <p>
        <Link href="/">Back to the shop</Link>
      </p>
    </>
  )
}
