import axios from "axios"

import { paidInMedusa } from "./lib/paid"
import { progress, type Result } from "./lib/report"
import { manual, openShop, whileRunning, type BenchShop } from "./shop"

const orders = Number(process.env.OUTAGE_ORDERS ?? 200)
const outageMs = Number(process.env.OUTAGE_MS ?? 120_000)
const atOnce = 8
const gnete = "pp_gnete_hk"
const patienceMs = 1_800_000

const http = axios.create({ timeout: 120_000 })
const pause = (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay))

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** As many carts with an open payment as there are orders. */
async function carts(shop: BenchShop, provider: string) {
  const made: Awaited<ReturnType<typeof one>>[] = []
  const one = async () => {
    const cart = await shop.shopper.fillCart("hkd")
    return { cart, session: await shop.shopper.choose(cart, provider) }
  }
  await inTurns(
    Array.from({ length: orders }, (_, at) => at),
    async (at) => {
      made.push(await one())
      progress(`${provider}: cart ${at + 1} of ${orders}`)
    },
  )
  return made
}

/** Seconds from the gateway's first answer until every order is paid in Medusa. */
async function afterOutage(shop: BenchShop): Promise<number> {
  const open = await carts(shop, gnete)
  await shop.sandbox.fault({
    ...{ gateway: "gnete", call: "pay/query", kind: "timeout", when: "before", times: 1_000_000 },
  })
  const down = performance.now()
  // As the gateway does it: the shopper has paid, it tells the shop, and does not answer when it is asked.
  for (const { session } of open) await shop.sandbox.pay(session.number)
  await inTurns(open, async ({ session }) => {
    const { body, contentType } = await shop.sandbox.craftNotification(session.number)
    await http.post(`${shop.url}/hooks/gateway/${gnete}`, body, { headers: { "content-type": contentType } })
  })
  progress("outage: every notification is stored, and the gateway is silent")
  await pause(Math.max(0, outageMs - (performance.now() - down)))
  await shop.sandbox.clearFaults()
  const up = performance.now()
  for (const [at, { session }] of open.entries()) {
    await paidInMedusa(shop.knex, session.id, patienceMs)
    progress(`outage: ${at + 1} of ${orders} paid`)
  }
  return (performance.now() - up) / 1000
}

/** Seconds of Medusa's own workflow for as many carts, so many at once, each with one query at the same gateway. */
async function byWorkflow(shop: BenchShop): Promise<number> {
  const known = await shop.shopper.choose(await shop.shopper.fillCart("hkd"), gnete)
  const { amount: minor } = await shop.sandbox.book(known.number)
  const open = await carts(shop, manual)
  const start = performance.now()
  await inTurns(open, ({ cart, session }) =>
    http.post(`${shop.url}/bench/process`, {
      ...{ session_id: session.id, amount: cart.total, number: known.number, minor },
    }),
  )
  for (const { session } of open) await paidInMedusa(shop.knex, session.id, patienceMs)
  return (performance.now() - start) / 1000
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const shop = await openShop(stops)
    const workflow = await byWorkflow(shop)
    const ours = await afterOutage(shop)
    const goal = 1.25 * workflow + 90
    return {
      rows: [
        {
          what: `${orders} paid orders captured after a silence of the gateway of ${outageMs / 1_000} s`,
          against: `processPaymentWorkflow ${atOnce} at once on as many carts (${workflow.toFixed(0)} s)`,
          measured: `${ours.toFixed(0)} s`,
          toReach: `≤ 1.25× and 90 s: ${goal.toFixed(0)} s`,
          reached: ours <= goal,
        },
      ],
      raw: { orders, outageMs, seconds: { ours, workflow } },
    }
  })
