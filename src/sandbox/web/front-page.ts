import type { Order } from "../books"
import type { World } from "../world"
import { escaped, page } from "./page"
import { gatewayOf, moneyOf, stateText } from "./pay-page"

const latest = 50

/** What a person sees who opens the sandbox's address: the latest payments, newest first, and the page of each. */
export function frontPage(world: World): string {
  const orders = world.books.orders.slice(-latest).reverse()
  return page(
    `<p class="notice">Simulated Ksher and Gnete. No real money moves here.</p>
    <h1>Payments</h1>
    ${orders.length ? table(world, orders) : "<p>None yet. They appear here when a shop opens one.</p>"}`,
    "Simulated Ksher and Gnete",
  )
}

const table = (world: World, orders: readonly Order[]): string => `
  <table>
    <thead><tr><th>Order</th><th>Amount</th><th>State</th></tr></thead>
    <tbody>${orders.map((order) => row(world, order)).join("")}</tbody>
  </table>`

const row = (world: World, order: Order): string => `<tr>
  <td><a href="/pay/${order.token}">${escaped(order.merchantOrderNo)}</a><br>${gatewayOf(order)}</td>
  <td>${escaped(moneyOf(world, order))}</td><td>${stateText(order)}</td></tr>`
