import http from "node:http"

import type { NotificationReading, RawNotification } from "../src/core"
import { readGneteNotification } from "../src/services/gnete/notification"
import { readKsherNotification } from "../src/services/ksher/notification"
import { parsePublicKey } from "../src/services/ksher/signature"
import { longestNotification, mostFields } from "../src/services/transport"
import { paidInMedusa } from "./lib/paid"
import { ms, progress, ratio, type Result, type Row } from "./lib/report"
import { median, rounds, timed } from "./lib/statistics"
import { openShop, whileRunning, type BenchShop } from "./shop"

interface Body {
  name: string
  read: (raw: RawNotification) => NotificationReading
  body: string
  contentType: string
}

/** As many as are read, together as long as is read. */
const fields = (count: number, value: (at: number) => string): [string, string][] =>
  Array.from({ length: count }, (_, at) => [`f${at}`, value(at)])

/** Without what makes it a message, a reader stops early: these are messages, as far as anybody without the key can make them. */
const ksherData = {
  appid: "mch35005",
  mch_order_no: "01KANKCZ8T6V3H9D2PQ5S7W4XY",
  ksher_order_no: "90020260101",
  result: "SUCCESS",
  total_fee: 35050,
  fee_type: "THB",
}
const gneteData = {
  mchNo: "M1",
  appId: "A1",
  mchOrderNo: "01KANKCZ8T6V3H9D2PQ5S7W4XY",
  payOrderId: "P1",
  amount: "8840",
  currency: "HKD",
  state: "2",
  ifCode: "bench",
  wayCode: "UP_OP",
  sign: "0".repeat(32),
}

function worstBodies(ksherKeys: readonly string[]): Body[] {
  // A shop has the keys of both versions: a signature is as long as one of them, or tried with none.
  const keys = ksherKeys.map(parsePublicKey)
  const ksher = (raw: RawNotification) => readKsherNotification(raw, keys)
  const gnete = (raw: RawNotification) => readGneteNotification(raw, "secret")
  const room = longestNotification - 1_000
  const many = mostFields - 20
  const each = Math.floor(room / many) - 14
  const json = "application/json"
  const form = "application/x-www-form-urlencoded"
  const envelope = (data: object) => JSON.stringify({ code: 0, msg: "ok", data, sign: "a".repeat(512) })
  const ofKsher = (name: string, more: [string, unknown][]): Body => ({
    name: `Ksher, ${name}`,
    read: ksher,
    body: envelope({ ...ksherData, ...Object.fromEntries(more) }),
    contentType: "text/plain",
  })
  const ofGnete = (name: string, more: [string, string][]): Body[] => [
    {
      name: `Gnete JSON, ${name}`,
      read: gnete,
      body: JSON.stringify({ ...gneteData, ...Object.fromEntries(more) }),
      contentType: json,
    },
    {
      name: `Gnete form, ${name}`,
      read: gnete,
      body: new URLSearchParams({ ...gneteData, ...Object.fromEntries(more) }).toString(),
      contentType: form,
    },
  ]
  const long: [string, string][] = [["f", "x".repeat(room - 200)]]
  const spread = fields(many, (at) => String.fromCharCode(97 + (at % 26)).repeat(each))
  const escaped = fields(many, () => "%é".repeat(Math.floor(each / 12)))
  const nested = "[".repeat(12) + "]".repeat(12)
  const unescaped = `{"f":"${"\\u0041".repeat(Math.floor(room / 6))}"}`
  return [
    ofKsher("many long fields", spread),
    ofKsher("one long field", long),
    ofKsher(
      "nested",
      fields(6, () => nested),
    ),
    ...ofGnete("many long fields", spread),
    ...ofGnete("one long field", long),
    ...ofGnete("many escaped", escaped),
    ...ofGnete("many escaped, one of them wrongly", escaped)
      .filter(({ contentType }) => contentType === form)
      .map((one) => ({ ...one, body: `${one.body}&z=%zz` })),
    { name: "Gnete JSON, escapes alone", read: gnete, body: unescaped, contentType: json },
    { name: "Gnete JSON, empty objects", read: gnete, body: `[${"{},".repeat(5_000)}{}]`, contentType: json },
    { name: "Ksher, spaces", read: ksher, body: `${" ".repeat(room)}{}`, contentType: "text/plain" },
    { name: "Gnete form, ampersands", read: gnete, body: "&".repeat(room), contentType: form },
  ].filter(({ body }) => Buffer.byteLength(body) <= longestNotification)
}

const perRound = 200

/** Milliseconds of processor time to read one, by this process alone. */
function cpuOf({ read, body, contentType }: Body): number {
  const raw = { body: Buffer.from(body), contentType, query: "" }
  const before = process.cpuUsage()
  for (let i = 0; i < perRound; i++) read(raw)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / perRound
}

async function reading(bodies: readonly Body[]): Promise<{ row: Row; raw: object; worst: Body }> {
  const contenders = Object.fromEntries(bodies.map((body) => [body.name, () => cpuOf(body)]))
  await rounds(2, contenders)
  const measured = await rounds(5, contenders, (done) => progress(`reading: round ${done} of 5`))
  const [slowest] = bodies
    .map((body) => ({ body, took: median(measured[body.name] ?? []) }))
    .sort((a, b) => b.took - a.took)
  if (!slowest) throw new Error("Nothing was read.")
  return {
    row: {
      what: `CPU to read a notification of 16 KB, the worst of ${bodies.length} kinds`,
      against: "–",
      measured: `${ms(slowest.took)} (${slowest.body.name})`,
      toReach: "≤ 0.2 ms",
      reached: slowest.took <= 0.2,
    },
    raw: { cpuMs: measured, bytes: Object.fromEntries(bodies.map(({ name, body }) => [name, body.length])) },
    worst: slowest.body,
  }
}

const connections = 50
const agent = new http.Agent({ keepAlive: true, maxSockets: connections + 4 })

const request = (url: string, body?: Pick<Body, "body" | "contentType">): Promise<number> =>
  new Promise((resolve, reject) => {
    const method = body ? "POST" : "GET"
    const headers = body
      ? { "content-type": body.contentType, "content-length": Buffer.byteLength(body.body) }
      : {}
    const sent = http.request(url, { method, agent, headers }, (response) => {
      response.resume()
      response.once("end", () => resolve(response.statusCode ?? 0))
    })
    sent.once("error", reject)
    sent.end(body?.body)
  })

/** Milliseconds from a genuine notification to the order paid, while so many connections ask the same again and again. */
async function genuine(
  shop: BenchShop,
  flood: () => Promise<number>,
): Promise<{ took: number; asked: number }> {
  const cart = await shop.shopper.fillCart("hkd")
  const session = await shop.shopper.choose(cart, "pp_gnete_hk")
  await shop.sandbox.pay(session.number)
  const message = await shop.sandbox.craftNotification(session.number)
  let over = false
  let asked = 0
  const asking = Array.from({ length: connections }, async () => {
    while (!over) {
      // A connection that Medusa breaks off is opened anew, as whoever floods does.
      await flood().catch(() => undefined)
      asked++
    }
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const took = await timed(async () => {
    const status = await request(`${shop.url}/hooks/gateway/pp_gnete_hk`, message)
    if (status !== 200) throw new Error(`The genuine notification was answered ${status}.`)
    await paidInMedusa(shop.knex, session.id)
  })
  over = true
  await Promise.all(asking)
  return { took, asked }
}

const count = Number(process.env.FLOOD_ROUNDS ?? 15)

async function beside(shop: BenchShop, worst: Body): Promise<{ row: Row; raw: object }> {
  const gnete = `${shop.url}/hooks/gateway/${worst.name.startsWith("Ksher") ? "pp_ksher_th" : "pp_gnete_hk"}`
  const asked: Record<string, number[]> = { flood: [], health: [] }
  const once = async (who: "flood" | "health") => {
    const found = await genuine(shop, () =>
      who === "flood" ? request(gnete, worst) : request(`${shop.url}/health`),
    )
    asked[who]?.push(found.asked)
    return found.took
  }
  const contenders = { flood: () => once("flood"), health: () => once("health") }
  await rounds(1, contenders)
  const measured = await rounds(count, contenders, (done) => progress(`flood: round ${done} of ${count}`))
  const share = median(measured.flood.map((one, at) => one / (measured.health[at] ?? NaN)))
  return {
    row: {
      what: `a genuine notification to its order paid, while ${connections} connections send the worst body`,
      against: `while as many ask GET /health (${ms(median(measured.health))})`,
      measured: ratio(share),
      toReach: "≤ 1.5×",
      reached: share <= 1.5,
    },
    raw: { milliseconds: measured, asked },
  }
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const shop = await openShop(stops)
    const read = await reading(worstBodies(shop.sandbox.ksher.publicKeys))
    // What was kept open meanwhile has been closed by Medusa, and is to be noticed before it is used.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const flood = await beside(shop, read.worst)
    return { rows: [read.row, flood.row], raw: { reading: read.raw, beside: flood.raw } }
  })
