import axios from "axios"

import type { Answer, PlacedOrder } from "../../../demo/shop"
import { books, eventually, expectBooks, gatewayBooks, ledgerPayment } from "../books"
import { following, openPremises, sharing, type MedusaProcess, type Premises } from "../processes/process"
import { ways as gateways, minute, type Way } from "../ways"
import { sweepRedis, ways } from "./modules"

let world: Premises
let one: MedusaProcess
let two: MedusaProcess

beforeAll(async () => {
  world = await openPremises("instances", { instances: 2, modules: ways[0]![1] })
  ;[one, two] = world.processes as [MedusaProcess, MedusaProcess]
}, 600_000)
afterAll(async () => {
  await world.close()
  await sweepRedis()
})

const atThePage = async (way: Way) => {
  const cart = await world.shopper.fillCart(way.currency)
  return { cart, session: await world.shopper.choose(cart, way.provider) }
}

async function paid(way: Way) {
  const at = await atThePage(way)
  await world.sandbox.pay(at.session.number, way.pay)
  return at
}

async function paidOrder(way: Way): Promise<PlacedOrder> {
  const at = await paid(way)
  const { orderId = "" } = await world.shopper.complete(at.cart)
  return { id: orderId, ...at }
}

/** The order that a cart has become. */
async function orderOf(at: Omit<PlacedOrder, "id">): Promise<PlacedOrder> {
  const rows = await eventually(
    () => rowsOf("select order_id from order_cart where cart_id = ?", at.cart.id),
    (found) => found.length > 0,
  )
  expect(rows).toHaveLength(1)
  return { id: rows[0]!.order_id as string, ...at }
}

const rowsOf = async (text: string, binding: string) =>
  (await world.database.knex.raw<{ rows: Record<string, unknown>[] }>(text, [binding])).rows

/** One notification of the gateway about an order, at these instances' own doors, at the same instant. */
async function notifies(at: Omit<PlacedOrder, "id">, ...doors: MedusaProcess[]) {
  const message = await world.sandbox.craftNotification(at.session.number)
  const { notifyUrl } = await world.sandbox.book(at.session.number)
  const headers = { "content-type": message.contentType }
  return Promise.all(
    doors.map((medusa) => axios.post(medusa.url + new URL(notifyUrl).pathname, message.body, { headers })),
  )
}

async function refunds(
  medusa: MedusaProcess,
  order: PlacedOrder,
  amount: number,
  headers: Record<string, string> = {},
): Promise<{ status: number; data: Answer }> {
  const { payments } = await books({ ...world, shop: two.shop }, order)
  return medusa.shop.http.post(
    `/admin/payments/${payments[0]!.id}/refund`,
    { amount },
    { headers: { ...medusa.shop.adminHeaders, ...headers } },
  )
}

const returnsAt = async (order: PlacedOrder) => {
  const { refunds: made, cancels } = await gatewayBooks(world, order)
  return [...made, ...cancels].filter((each) => each.state === "success").map((each) => each.amount)
}

/** Time passes for both, and these run the job, at the same instant. */
async function later(ms: number, ...running: MedusaProcess[]): Promise<void> {
  for (const medusa of world.processes) medusa.travel(ms)
  await Promise.all(running.map((medusa) => medusa.runJob()))
}

describe.each(ways)("two instances on %s", (_name, modules) => {
  beforeAll(async () => {
    if (modules === ways[0]![1]) return
    await Promise.all([one.kill(), two.kill()])
    await Promise.all([one.start(sharing(modules)), two.start(sharing(modules))])
  })

  describe.each(gateways)("%s", (_gateway, way) => {
    const part = way.major > 100 ? 100 : 20

    it("the same notification to both at the same instant has one effect", async () => {
      const at = await paid(way)
      const answers = await notifies(at, one, two)
      expect(answers.map((answer) => answer.status)).toEqual([200, 200])
      const order = await orderOf(at)
      await expectBooks(world, order, way.minor)
      const { id } = await ledgerPayment(world, order)
      expect(
        await rowsOf("select deliveries from gateway_notification where gateway_payment_id = ?", id),
      ).toEqual([{ deliveries: 2 }])
      expect((await gatewayBooks(world, order)).returned).toBe(0)
    })

    it("a storefront completes the cart at one while the other hears that it is paid: one order", async () => {
      const at = await paid(way)
      await Promise.all([notifies(at, two), world.shopper.complete(at.cart)])
      const order = await orderOf(at)
      await expectBooks(world, order, way.minor)
      expect((await gatewayBooks(world, order)).returned).toBe(0)
    })

    it("the whole refunded at both at once goes back once", async () => {
      const order = await paidOrder(way)
      const answers = await Promise.all([refunds(one, order, way.major), refunds(two, order, way.major)])
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
      await expectBooks(world, order, 0)
      expect(await returnsAt(order)).toEqual([way.minor])
    })

    it("the same part refunded at both at once by one admin is one click, and two parts are two refunds", async () => {
      const order = await paidOrder(way)
      const same = await Promise.all([refunds(one, order, part), refunds(two, order, part)])
      expect(same.map((answer) => answer.status).sort()).toEqual([200, 409])
      const others = await Promise.all([refunds(one, order, 3), refunds(two, order, 4)])
      expect(others.map((answer) => answer.status)).toEqual([200, 200])
      await expectBooks(world, order, way.minor - 100 * (part + 7))
      expect((await returnsAt(order)).sort((a, b) => a - b)).toEqual([300, 400, 100 * part])
    })

    it("a cancel at one while the other refunds and opens an exchange: each is whole, or refused with nothing sent", async () => {
      const order = await paidOrder(way)
      const at = (medusa: MedusaProcess, path: string, body: object) =>
        medusa.shop.http.post(path, body, { headers: medusa.shop.adminHeaders })

      const [cancel] = await Promise.all([
        at(one, `/admin/orders/${order.id}/cancel`, {}),
        refunds(two, order, part),
        at(two, "/admin/exchanges", { order_id: order.id }),
      ])

      const { status } = await books({ ...world, shop: two.shop }, order)
      expect(status).toBe(cancel.status === 200 ? "canceled" : "pending")
      const returned = (await returnsAt(order)).reduce((sum, amount) => sum + amount, 0)
      if (cancel.status === 200) expect(returned).toBe(way.minor)
      else expect([0, 100 * part]).toContain(returned)
      await expectBooks(world, order, way.minor - returned)
    })
  })

  it("the job at both at once asks about each payment once, and captures it once", async () => {
    const all = [...gateways, ...gateways].map(([, way]) => way)
    const waiting = []
    for (const way of all) waiting.push({ way, at: await paid(way) })
    const before = (await world.sandbox.calls()).length
    await later(3 * minute, one, two)
    const asked = (await world.sandbox.calls()).slice(before).map((call) => JSON.stringify(call.request))
    for (const { way, at } of waiting) {
      await expectBooks(world, await orderOf(at), way.minor)
      expect(asked.filter((request) => request.includes(at.session.number))).toHaveLength(1)
    }
  })

  it("one dies when the gateways have done what it asked for: the other takes over when its lease ends", async () => {
    const orders = await Promise.all(gateways.map(async ([, way]) => ({ way, order: await paidOrder(way) })))
    // The order and the payment taken, Medusa's row, the operation, the gateway's answer.
    for (const { order } of orders) await refunds(one, order, 20, following({ flow: order.id, after: 5 }))
    await one.kill()

    const early = await refunds(two, orders[0]!.order, 20)
    expect(early.data.message).toMatch(/working at this order.*Nothing was sent/)

    await later(5 * minute, two)
    for (const { order, way } of orders) {
      await expectBooks({ ...world, shop: two.shop }, order, way.minor - 2000)
      expect(await returnsAt(order)).toEqual([2000])
    }
    await one.start()
  })
})
