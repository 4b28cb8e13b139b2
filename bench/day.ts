import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"

import { freePort } from "../scripts/free-port"
import { ShopClient, Shopper } from "../demo/shop"
import { progress, type Result } from "./lib/report"
import { median } from "./lib/statistics"
import { boot, login, openShop, whileRunning, type BenchShop } from "./shop"

/** A day is played in so many minutes. */
const minutes = Number(process.env.DAY_MINUTES ?? 20)
const shoppers = 3
const restarts = 5
const pause = (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay))
const chance = (share: number) => Math.random() < share
const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T

const faults = [
  { gateway: "ksher", call: "gateway_order_query", kind: "timeout", when: "before" },
  { gateway: "ksher", call: "order_refund", kind: "reset", when: "after" },
  { gateway: "ksher", call: "gateway_pay", kind: "http500", when: "before" },
  { gateway: "gnete", call: "pay/query", kind: "reset", when: "before" },
  { gateway: "gnete", call: "refund/refundOrder", kind: "timeout", when: "after" },
  { gateway: "gnete", call: "pay/cancel", kind: "empty", when: "after" },
] as const

/** What several instances share, under keys that no other run has. */
function sharedModules(): string {
  const redisUrl = process.env.REDIS_URL
  if (!redisUrl) return "{}"
  const prefix = `gateway-payments-${randomBytes(6).toString("hex")}`
  const queues = { queueOptions: { prefix }, workerOptions: { prefix } }
  const options = { redisUrl, namespace: `${prefix}:lock:` }
  const locking = { resolve: "@medusajs/medusa/locking-redis", id: "redis", is_default: true, options }
  return JSON.stringify({
    event_bus: { resolve: "@medusajs/medusa/event-bus-redis", options: { redisUrl, ...queues } },
    workflows: {
      resolve: "@medusajs/medusa/workflow-engine-redis",
      options: { redis: { redisUrl, ...queues } },
    },
    locking: { resolve: "@medusajs/medusa/locking", options: { providers: [locking] } },
  })
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024

interface Till {
  shop: ShopClient
  shopper: Shopper
}

/** One shopper, and at times the admin after that. What goes wrong on such a day is a value: the books tell in the end. */
async function live(shop: BenchShop, till: Till, done: Record<string, number>): Promise<void> {
  const count = (what: string) => (done[what] = (done[what] ?? 0) + 1)
  const provider = pick(["pp_ksher_th", "pp_gnete_hk"])
  const cart = await till.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
  const session = await till.shopper.choose(cart, provider)
  if (chance(0.1)) return void count("left unpaid")
  await shop.sandbox.pay(session.number)
  count("paid")
  if (chance(0.4)) return
  const { orderId } = await till.shopper.complete(cart)
  if (!orderId) return
  count("completed by the shopper")
  if (chance(0.6)) return
  if (chance(0.3)) {
    const { status } = await till.shop.tryAdmin("post", `/admin/orders/${orderId}/cancel`)
    return void count(`cancel answered ${status}`)
  }
  const { order } = await till.shop.admin(
    "get",
    `/admin/orders/${orderId}?fields=id,*payment_collections.payments`,
  )
  const id = order.payment_collections[0].payments[0].id as string
  const { status } = await till.shop.tryAdmin("post", `/admin/payments/${id}/refund`, { amount: 10 })
  count(`refund answered ${status}`)
}

/** How many are not where they will stay. */
async function restless({ knex }: BenchShop): Promise<number> {
  const { rows } = await knex.raw<{ rows: { count: string }[] }>(
    `select (select count(*) from gateway_payment where state = 'paid' and captured_at is null and unwanted is null)
       + (select count(*) from gateway_operation where state in ('sent', 'unknown', 'pending'))
       + (select count(*) from gateway_notification where next_try_at is not null) as count`,
  )
  return Number(rows[0]?.count)
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const shared = { SHARED_MODULES: sharedModules() }
    const shop = await openShop(stops, shared)
    const port = await freePort()
    const url = `http://localhost:${port}`
    const second = () => boot({ ...shop, url }, { ...shared, PORT: String(port) })
    let other = (await second()).running
    stops.add(() => other.stop())
    const otherShop = new ShopClient(url)
    await otherShop.logIn(login.email, login.password)
    const tills: Till[] = [shop, { shop: otherShop, shopper: new Shopper(otherShop, shop.seeded) }]

    const done: Record<string, number> = {}
    const memory: number[] = []
    const until = Date.now() + minutes * 60_000
    const isOver = () => Date.now() > until
    const sometimes = async (delay: number, work: () => Promise<unknown>) => {
      while (!isOver()) {
        await pause(Math.min(delay, Math.max(0, until - Date.now())))
        if (!isOver()) await work().catch(() => (done.failed = (done.failed ?? 0) + 1))
      }
    }
    const restarting = async () => {
      await other.stop()
      other = (await second()).running
      done.restarts = (done.restarts ?? 0) + 1
    }
    await Promise.all([
      ...Array.from({ length: shoppers }, () => sometimes(100, () => live(shop, pick(tills), done))),
      sometimes(20_000, () => shop.sandbox.fault({ ...pick(faults), times: 3 })),
      sometimes(3_000, () => shop.sandbox.deliverNotifications()),
      sometimes((minutes * 60_000) / (restarts + 1), restarting),
      sometimes(2_000, async () => {
        memory.push(residentMb(shop.running.process.pid ?? 0))
        progress(`day: ${Math.round((until - Date.now()) / 1000)} s left, ${JSON.stringify(done)}`)
      }),
    ])
    await shop.sandbox.clearFaults()
    await shop.sandbox.deliverNotifications()
    const patience = Date.now() + 15 * 60_000
    while ((await restless(shop)) > 0 && Date.now() < patience) await pause(2_000)
    const left = await restless(shop)

    const compared = await shop.shop.admin("post", "/admin/gateway-payments/reconcile", { dry_run: true })
    const { gateway_payments: flagged } = await shop.shop.admin(
      "get",
      "/admin/gateway-payments?attention=true&limit=200",
    )
    const codes = (flagged as { attention_code: string }[]).map((one) => one.attention_code)
    const quarter = Math.floor(memory.length / 4)
    const [early, late] = [median(memory.slice(quarter, 2 * quarter)), median(memory.slice(-quarter))]
    const differences = (compared.changes as unknown[]).length
    return {
      rows: [
        {
          what: `a day in ${minutes} minutes, two instances, one killed ${done.restarts ?? 0} times: what the comparison finds`,
          against: "the gateways' books",
          measured: `${differences} differences, ${codes.length} under attention, ${left} not at rest (${done.paid ?? 0} paid)`,
          toReach: "0, 0, 0",
          reached: differences === 0 && codes.length === 0 && left === 0 && compared.complete === true,
        },
        {
          what: "memory of the instance that stays, in the last quarter",
          against: `in the second (${early.toFixed(0)} MB)`,
          measured: `${(late / early).toFixed(2)}× (${late.toFixed(0)} MB)`,
          toReach: "≤ 1.15×",
          reached: late / early <= 1.15,
        },
      ],
      raw: { minutes, done, codes, changes: compared.changes, memoryMb: memory },
    }
  })
