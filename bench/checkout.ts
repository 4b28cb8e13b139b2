import axios from "axios"

import { cpuOfGroup } from "./lib/cpu"
import { paidInMedusa } from "./lib/paid"
import { ms, progress, ratio, type Result, type Row } from "./lib/report"
import { median, rounds, timed } from "./lib/statistics"
import { manual, openShop, whileRunning, type BenchShop } from "./shop"

type Part = { rows: Row[]; raw: object }

const gnete = "pp_gnete_hk"
const http = axios.create({ timeout: 60_000, transformRequest: (data: unknown) => data })

async function open(shop: BenchShop, provider: string) {
  const cart = await shop.shopper.fillCart(provider === "pp_ksher_th" ? "thb" : "hkd")
  return { cart, session: await shop.shopper.choose(cart, provider) }
}

async function notify(shop: BenchShop, number: string, provider: string): Promise<void> {
  const { body, contentType } = await shop.sandbox.craftNotification(number)
  await http.post(`${shop.url}/hooks/gateway/${provider}`, body, { headers: { "content-type": contentType } })
}

/** Nothing of it is left to do: what was stored is acted on, and what was captured is noted. */
async function atRest(shop: BenchShop, sessionId: string): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    const { rows } = await shop.knex.raw<{ rows: unknown[] }>(
      `select 1 from gateway_payment p join gateway_notification n on n.gateway_payment_id = p.id
       where p.session_id = ? and p.captured_at is not null and n.result = 'acted'`,
      [sessionId],
    )
    if (rows.length) return
    if (Date.now() > until) throw new Error(`Session ${sessionId} has not come to rest.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** From the notification to the order paid, against Medusa's own workflow and one query. */
async function paid(shop: BenchShop, count: number): Promise<Part> {
  const known = await open(shop, gnete)
  const { amount: minor } = await shop.sandbox.book(known.session.number)
  const ours = async () => {
    const { session } = await open(shop, gnete)
    await shop.sandbox.pay(session.number)
    const took = await timed(async () => {
      await notify(shop, session.number, gnete)
      await paidInMedusa(shop.knex, session.id)
    })
    await atRest(shop, session.id)
    return took
  }
  const medusas = async () => {
    const { cart, session } = await open(shop, manual)
    const asked = { session_id: session.id, amount: cart.total, number: known.session.number, minor }
    return timed(async () => {
      await http.post(`${shop.url}/bench/process`, JSON.stringify(asked), {
        headers: { "content-type": "application/json" },
      })
      await paidInMedusa(shop.knex, session.id)
    })
  }
  const contenders = { ours, medusas }
  await rounds(3, contenders)
  const measured = await rounds(count, contenders, (done) => progress(`paid: round ${done} of ${count}`))
  const share = median(measured.ours.map((one, at) => one / (measured.medusas[at] ?? NaN)))
  return {
    rows: [
      {
        what: `notification: POST to the order paid in Medusa (${count} rounds)`,
        against: `processPaymentWorkflow called directly, plus one query at the same gateway (${ms(median(measured.medusas))})`,
        measured: `${ratio(share)} (${ms(median(measured.ours))})`,
        toReach: "≤ 1.25×",
        reached: share <= 1.25,
      },
    ],
    raw: { milliseconds: measured },
  }
}

const perRound = 5

/** Orders for each second of processor time that the Medusa process takes, from the cart to its rest. */
async function checkouts(shop: BenchShop, count: number): Promise<Part> {
  const leader = shop.running.process.pid ?? 0
  const batch = async (order: () => Promise<void>) => {
    const before = cpuOfGroup(leader)
    for (let i = 0; i < perRound; i++) await order()
    return (perRound * 1_000) / (cpuOfGroup(leader) - before)
  }
  const placed = async (shopperOf: Awaited<ReturnType<typeof open>>) => {
    const { orderId, error } = await shop.shopper.complete(shopperOf.cart)
    if (!orderId) throw new Error(`No order was placed: ${error}`)
  }
  const contenders = {
    ours: () =>
      batch(async () => {
        const bought = await open(shop, gnete)
        await shop.sandbox.pay(bought.session.number)
        await placed(bought)
        await notify(shop, bought.session.number, gnete)
        await atRest(shop, bought.session.id)
      }),
    manual: () => batch(async () => placed(await open(shop, manual))),
    // An order that is paid through a gateway is captured; with the manual provider an admin does that.
    captured: () =>
      batch(async () => {
        const bought = await open(shop, manual)
        await placed(bought)
        const { rows } = await shop.knex.raw<{ rows: { id: string }[] }>(
          `select id from payment where payment_session_id = ?`,
          [bought.session.id],
        )
        await shop.shop.admin("post", `/admin/payments/${rows[0]?.id}/capture`)
      }),
  }
  await rounds(2, contenders)
  const measured = await rounds(count, contenders, (done) => progress(`checkouts: round ${done} of ${count}`))
  const shareOf = (ones: readonly number[], others: readonly number[]) =>
    median(ones.map((one, at) => one / (others[at] ?? NaN)))
  const share = shareOf(measured.ours, measured.manual)
  return {
    rows: [
      {
        what: "checkouts for each second of Medusa's processor time, with the payment's notification",
        against: `the same shop with Medusa's manual provider (${median(measured.manual).toFixed(2)})`,
        measured: `${ratio(share)} (${median(measured.ours).toFixed(2)})`,
        toReach: "≥ 0.9×",
        reached: share >= 0.9,
      },
      {
        what: "the same, captured by an admin with the manual provider as well",
        against: `the same shop with Medusa's manual provider and that capture (${median(measured.captured).toFixed(2)})`,
        measured: ratio(shareOf(measured.ours, measured.captured)),
        toReach: "printed",
      },
    ],
    raw: { ordersPerCpuSecond: measured },
  }
}

/** The calls that reach the gateway for one refund, in their order. */
async function refunds(shop: BenchShop): Promise<Part> {
  const made: Record<string, string[]> = {}
  for (const provider of ["pp_ksher_th", gnete])
    for (const part of [true, false]) {
      const { cart, session } = await open(shop, provider)
      await shop.sandbox.pay(session.number)
      const { orderId } = await shop.shopper.complete(cart)
      const { order } = await shop.shop.admin(
        "get",
        `/admin/orders/${orderId}?fields=id,*payment_collections.payments`,
      )
      const [payment] = order.payment_collections[0].payments
      const before = (await shop.sandbox.calls()).length
      const { status } = await shop.shop.tryAdmin("post", `/admin/payments/${payment.id}/refund`, {
        ...(part && { amount: 10 }),
      })
      if (status !== 200) throw new Error(`The refund was answered ${status}.`)
      const calls = (await shop.sandbox.calls()).slice(before).map(({ call }) => call)
      made[`${provider.includes("gnete") ? "Gnete" : "Ksher"} ${part ? "part" : "whole"}`] = calls
    }
  const most = Math.max(...Object.values(made).map(({ length }) => length))
  const said = Object.entries(made).map(([name, calls]) => `${name} ${calls.length}`)
  return {
    rows: [
      {
        what: "round trips to the gateway of one refund, counted at the sandbox",
        against: "–",
        measured: said.join(", "),
        toReach: "≤ 3",
        reached: most <= 3,
      },
    ],
    raw: { calls: made },
  }
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const shop = await openShop(stops)
    const parts = {
      refunds: await refunds(shop),
      paid: await paid(shop, Number(process.env.CHECKOUT_ROUNDS ?? 40)),
      checkouts: await checkouts(shop, Number(process.env.CHECKOUT_ROUNDS ?? 40) / 2),
    }
    return {
      rows: Object.values(parts).flatMap((part) => part.rows),
      raw: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.raw])),
    }
  })
