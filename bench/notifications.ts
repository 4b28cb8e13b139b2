import http from "node:http"

import { paidInMedusa } from "./lib/paid"
import { ms, progress, ratio, type Result, type Row } from "./lib/report"
import { latencies, median, percentile, rounds, timed } from "./lib/statistics"
import { openShop, whileRunning, type BenchShop } from "./shop"

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })

interface Message {
  body: string
  contentType: string
}

function post(url: string, message: Message): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      {
        method: "POST",
        agent,
        headers: { "content-type": message.contentType, "content-length": Buffer.byteLength(message.body) },
      },
      (response) => {
        response.resume()
        response.once("end", () => {
          if (response.statusCode === 200) resolve()
          else reject(new Error(`${url} answered ${response.statusCode}`))
        })
      },
    )
    request.once("error", reject)
    request.end(message.body)
  })
}

/** The bare route gets the same bytes as JSON, so that Medusa's own parser reads them. */
const asJson = (message: Message): Message => ({
  body: message.contentType.includes("form")
    ? JSON.stringify(Object.fromEntries(new URLSearchParams(message.body)))
    : message.body,
  contentType: "application/json",
})

async function openPayment(shop: BenchShop, provider: string) {
  const cart = await shop.shopper.fillCart(provider.includes("gnete") ? "hkd" : "thb")
  return { cart, session: await shop.shopper.choose(cart, provider) }
}

let serial = 0
/** Verified messages that differ in one signed field, of an order the shop does not know: stored, and nothing to act on. */
async function messages(shop: BenchShop, number: string, count: number): Promise<Message[]> {
  const made: Message[] = []
  for (let i = 0; i < count; i++)
    made.push(
      await shop.sandbox.craftNotification(number, {
        mchOrderNo: `BENCH${++serial}`,
        payOrderId: `B${serial}`,
      }),
    )
  return made
}

/** Fewer than the plugin stores of one sender within an hour: what more came would be refused, which is cheaper. */
const perRound = 48

async function stored(shop: BenchShop, count: number): Promise<{ rows: Row[]; raw: object }> {
  const { session } = await openPayment(shop, "pp_gnete_hk")
  await shop.sandbox.pay(session.number)
  const all: { ours: number[]; bare: number[] } = { ours: [], bare: [] }
  const one = async (who: "ours" | "bare") => {
    await shop.knex.raw("delete from gateway_notification")
    const batch = await messages(shop, session.number, perRound)
    const url = `${shop.url}${who === "ours" ? "/hooks/gateway/pp_gnete_hk" : "/bench/insert"}`
    const taken = await latencies(batch, 16, (message) =>
      post(url, who === "ours" ? message : asJson(message)),
    )
    all[who].push(...taken)
    return median(taken)
  }
  const contenders = { ours: () => one("ours"), bare: () => one("bare") }
  await rounds(20, contenders)
  all.ours = []
  all.bare = []
  const p50 = await rounds(count, contenders, (done) => progress(`stored: round ${done} of ${count}`))
  const p99 = { ours: [percentile(all.ours, 0.99)], bare: [percentile(all.bare, 0.99)] }
  const share = (a: readonly number[], b: readonly number[]) =>
    median(a.map((value, at) => value / (b[at] ?? NaN)))
  const [half, worst] = [share(p50.ours, p50.bare), share(p99.ours, p99.bare)]
  const row = (name: string, value: number, took: readonly number[], limit: number): Row => ({
    what: `notification: POST to the gateway's answer, stored (${name}, 16 connections)`,
    against: "a bare Medusa route that does one INSERT",
    measured: `${ratio(value)} (${ms(median(took))})`,
    toReach: `≤ ${limit}×`,
    reached: value <= limit,
  })
  return {
    rows: [row("p50", half, p50.ours, 1.5), row("p99", worst, p99.ours, 2)],
    raw: { p50, p99, milliseconds: all },
  }
}

async function copies(shop: BenchShop, count: number): Promise<{ rows: Row[]; raw: object }> {
  let effects = 0
  const once = async (who: "ours" | "bare") => {
    const { session } = await openPayment(shop, "pp_gnete_hk")
    await shop.sandbox.pay(session.number)
    const message = await shop.sandbox.craftNotification(session.number)
    const url = who === "ours" ? `${shop.url}/hooks/gateway/pp_gnete_hk` : `${shop.url}/bench/insert`
    const sent = who === "ours" ? message : asJson(message)
    const took = await timed(() =>
      latencies(
        Array.from({ length: 1000 }, () => sent),
        64,
        (copy) => post(url, copy),
      ),
    )
    if (who === "ours") {
      await paidInMedusa(shop.knex, session.id)
      effects += await captures(shop, session.id)
    }
    return 1_000_000 / took
  }
  const rates = await rounds(count, { ours: () => once("ours"), bare: () => once("bare") }, (done) =>
    progress(`copies: round ${done} of ${count}`),
  )
  const share = median(rates.ours.map((value, at) => value / (rates.bare[at] ?? NaN)))
  return {
    rows: [
      {
        what: "1,000 copies of one notification at once",
        against: "as many bare inserts with on conflict do nothing, by the bare route",
        measured: `${ratio(share)} of its rate (${Math.round(median(rates.ours))}/s), ${effects / count} capture each`,
        toReach: "≥ 0.7×, one effect",
        reached: share >= 0.7 && effects === count,
      },
    ],
    raw: { perSecond: rates, captures: effects },
  }
}

async function captures(shop: BenchShop, sessionId: string): Promise<number> {
  const { rows } = await shop.knex.raw<{ rows: { count: string }[] }>(
    "select count(*) from capture c join payment p on p.id = c.payment_id where p.payment_session_id = ?",
    [sessionId],
  )
  return Number(rows[0]?.count)
}

async function acted(shop: BenchShop, count: number): Promise<{ rows: Row[]; raw: object }> {
  const answered: number[] = []
  const once = async (hook: string) => {
    const { session } = await openPayment(shop, "pp_gnete_hk")
    await shop.sandbox.pay(session.number)
    const message = await shop.sandbox.craftNotification(session.number)
    return timed(async () => {
      const taken = await timed(() => post(`${shop.url}${hook}`, message))
      if (hook.startsWith("/hooks/gateway")) answered.push(taken)
      await paidInMedusa(shop.knex, session.id)
    })
  }
  const took = await rounds(
    count,
    { ours: () => once("/hooks/gateway/pp_gnete_hk"), builtIn: () => once("/hooks/payment/gnete_hk") },
    (done) => progress(`acted on: round ${done} of ${count}`),
  )
  const sooner = median(took.builtIn) / median(took.ours)
  const rest = median(took.ours) - median(answered)
  return {
    rows: [
      {
        what: "notification: POST to the order paid in Medusa",
        against: "Medusa's own /hooks/payment/… with the same provider",
        measured: `${sooner.toFixed(1)}× sooner (${ms(median(took.ours))}: ${ms(median(answered))} to the answer, ${ms(rest)} for the query at the gateway, Medusa's capture and its completion of the cart)`,
        toReach: "≥ 8× sooner",
        reached: sooner >= 8,
      },
    ],
    raw: { milliseconds: took, answered },
  }
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const shop = await openShop(stops)
    const parts = {
      stored: await stored(shop, 75),
      copies: await copies(shop, 7),
      acted: await acted(shop, 3),
    }
    return {
      rows: Object.values(parts).flatMap((part) => part.rows),
      raw: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.raw])),
    }
  })
