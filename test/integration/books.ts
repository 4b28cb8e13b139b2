import { medusaBooks, type MedusaBooks, type PlacedOrder, type ShopClient } from "../../demo/shop"
import { lessMajor, roundToMinor } from "../../src/core/money"
import type { Sandbox } from "../../src/sandbox"
import type { Ledger } from "../../src/services/ledger"

/** Where the three books of an order are. */
export interface Books {
  shop: ShopClient
  sandbox: Sandbox
  plugin: { ledger: Ledger }
}

/** What is asked again until it holds: Medusa's events and a route's work after its answer end when they end. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  // Of a machine that other suites keep busy.
  patienceMs = 60_000,
): Promise<T> {
  const until = Date.now() + patienceMs
  for (;;) {
    const value = await ask()
    if (holds(value)) return value
    if (Date.now() > until)
      throw new Error(`It never came to hold. Last seen: ${JSON.stringify(value, null, 1)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const books = (world: Books, order: PlacedOrder): Promise<MedusaBooks> =>
  medusaBooks(world.shop, order.id)

/** The gateway's own books of a session's order: true money, minor units. */
export const gatewayBooks = (world: Books, order: { session: { number: string } }) =>
  world.sandbox.book(order.session.number)

/** The ledger's view of an order's payment. */
export async function ledgerPayment(world: Books, order: { session: { id: string } }) {
  const payment = await world.plugin.ledger.payments.ofSession(order.session.id)
  if (!payment) throw new Error("The ledger does not know this session.")
  return payment
}

/** What the three books say is with the shop for one order, in minor units. */
export async function threeBooks(world: Books, order: PlacedOrder) {
  const [gateway, medusa, ledger] = [
    await gatewayBooks(world, order),
    await books(world, order),
    await ledgerPayment(world, order),
  ]
  const minor = (major: number | string) => roundToMinor(String(major), 2)
  const { captured, refunded, transactions } = medusa
  return {
    gateway: gateway.taken - gateway.returned,
    // Each sum is rounded, as the plugin does: the difference of two fractions may round to another cent.
    medusa: minor(captured) - minor(refunded),
    collection: minor(medusa.collectionCaptured) - minor(medusa.collectionRefunded),
    transactions: minor(captured) - minor(lessMajor(String(captured), String(transactions))),
    ledger: ledger.paidAmount - ledger.refundedAmount,
  }
}

/** The books of gateway, Medusa and ledger come to agree that `held` (minor units) is with the shop. */
export async function expectBooks(world: Books, order: PlacedOrder, held: number): Promise<void> {
  const agreed = { gateway: held, medusa: held, collection: held, transactions: held, ledger: held }
  const agrees = (now: typeof agreed) => Object.values(now).every((one) => one === held)
  const last = await eventually(() => threeBooks(world, order), agrees).catch(() => threeBooks(world, order))
  if (agrees(last)) return
  const { state, unwanted, attention, capturedAt, nextCheckAt, checks } = await ledgerPayment(world, order)
  expect({ ...last, payment: { state, unwanted, attention, capturedAt, nextCheckAt, checks } }).toEqual(
    agreed,
  )
}
