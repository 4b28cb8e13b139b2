import { performance } from "node:perf_hooks"

import { ulid } from "../src/core"
import { fromKnex, openLedger, type Ledger } from "../src/services/ledger"
import { createLedgerTables } from "./lib/tables"
import { ms, progress, ratio, type Result, type Row } from "./lib/report"
import { median, rounds, timed } from "./lib/statistics"
import { connect, newDatabase, whileRunning, type Knex, type Stops } from "./shop"

const sizes = [10_000, 100_000, 1_000_000]
const count = 60
const perRound = 12
const chunk = 50_000

/** Years of a shop: most payments at rest, one in five hundred due, some under attention, each with its `open`. */
export async function fill(knex: Knex, from: number, to: number): Promise<void> {
  await knex.raw(
    `insert into gateway_payment (id, session_id, collection_id, order_id, provider_id, gateway, account, mode,
       merchant_order_no, gateway_order_no, pay_order_no, currency_code, digits, amount, paid_amount, state, attention,
       attention_code, next_check_at, created_at, updated_at)
     select 'gpay_' || lpad(n::text, 26, '0'), 'payses_' || n, 'pay_col_' || n, 'order_' || n,
       (array['pp_ksher_th', 'pp_ksher_my', 'pp_gnete_hk'])[1 + n % 3], (array['ksher', 'ksher', 'gnete'])[1 + n % 3],
       'account', 'redirect', 'M' || n, 'G' || n, 'P' || n, 'thb', 2, 10000, 10000,
       case when n % 500 = 0 then 'pending' when n % 10 = 2 then 'void' when n % 20 = 3 then 'refunded' else 'paid' end,
       case when n % 1000 = 1 then 'Look.' end, case when n % 1000 = 1 then 'close_failed' end,
       case when n % 500 = 0 then date_trunc('milliseconds', now()) - n * interval '1 second' end,
       now() - n * interval '30 seconds', date_trunc('milliseconds', now())
     from generate_series(?::int, ?::int) n`,
    [from, to],
  )
  await knex.raw(
    `insert into gateway_operation (id, gateway_payment_id, kind, number, state, created_at, updated_at)
     select 'gpop_' || n, 'gpay_' || lpad(n::text, 26, '0'), 'open', 'M' || n, 'succeeded', now(), now()
     from generate_series(?::int, ?::int) n`,
    [from, to],
  )
}

export async function ledgerOf(size: number, stops: Stops): Promise<{ ledger: Ledger; knex: Knex }> {
  const knex = connect(await newDatabase(stops))
  stops.add(() => knex.destroy())
  await createLedgerTables(knex)
  for (let from = 1; from <= size; from += chunk) {
    progress(`filling ${size}: ${from}`)
    await fill(knex, from, Math.min(size, from + chunk - 1))
  }
  await knex.raw("vacuum analyze gateway_payment")
  await knex.raw("vacuum analyze gateway_operation")
  await knex.raw("checkpoint")
  return { ledger: openLedger(fromKnex(knex)), knex }
}

/** A payment opened, with its operation: all that is written before a shopper sees a link. */
async function write({ payments }: Ledger): Promise<void> {
  const number = ulid(Date.now())
  const { payment, operationId = "" } = await payments.open(
    {
      sessionId: `payses_${number}`,
      collectionId: `pay_col_${number}`,
      providerId: "pp_ksher_th",
      gateway: "ksher",
      account: "account",
      mode: "redirect",
      channel: null,
      number,
      currency: "thb",
      digits: 2,
      amount: 10_000,
    },
    new Date(Date.now() + 3_600_000),
  )
  await payments.opened(payment, { id: operationId, gatewayNo: undefined }, { mode: "redirect" })
}

let looked = 0

/** What a look writes that changes nothing: the payment taken, given back, and its next look. */
async function look({ payments, leases }: Ledger): Promise<void> {
  const lease = await leases.take({ id: `gpay_${String(1 + (looked++ % 9_000)).padStart(26, "0")}` }, 60_000)
  if (!lease) throw new Error("Somebody else is at the payment.")
  await leases.release(lease)
  const { payment } = lease
  if (!(await payments.scheduleUnchanged(payment, payment.wakes, payment.nextCheckAt)))
    throw new Error("The payment has changed meanwhile.")
}

/** Each claim takes what is due at once again, so that no size runs dry. */
const claim = ({ payments }: Ledger) => payments.claimDue(20, -1_000_000_000)

const page = { limit: 20, offset: 0 }
export const acts: Record<string, (ledger: Ledger) => Promise<unknown>> = {
  write,
  claim,
  "a look that changes nothing": look,
  "admin list": ({ payments }) => payments.list(page),
  "admin list of a state": ({ payments }) => payments.list({ ...page, state: ["paid"] }),
  // Near the end of the list at 10⁴, and far from both ends at the other sizes.
  "admin list, a page by cursor": ({ payments }) =>
    payments.list({
      ...page,
      order: "created_at",
      cursor: { side: "after", id: `gpay_${"9000".padStart(26, "0")}` },
    }),
  // Ten: as many are under attention at 10⁴, so that the page is full at every size.
  "admin list under attention": ({ payments }) => payments.list({ ...page, limit: 10, attention: true }),
  "admin search": ({ payments }) => payments.list({ ...page, number: "M4242" }),
}

export interface Compared {
  first: number[]
  against: Record<number, number>
  raw: object
}

/** Every act on every ledger, in turns; what each takes beside the smallest. */
export async function compare(
  ledgers: Readonly<Record<string, Ledger>>,
  turns: number,
  note: (name: string, compared: Compared) => void,
): Promise<void> {
  const [first = 0, ...others] = Object.keys(ledgers).map(Number)
  for (const [name, act] of Object.entries(acts)) {
    const once = async (ledger: Ledger) => {
      const taken: number[] = []
      for (let i = 0; i < perRound; i++) taken.push(await timed(() => act(ledger)))
      return median(taken)
    }
    const contenders = Object.fromEntries(
      Object.entries(ledgers).map(([size, ledger]) => [size, () => once(ledger)]),
    )
    await rounds(2, contenders)
    const started = performance.now()
    const measured = await rounds(turns, contenders, (done) => progress(`${name}: round ${done} of ${turns}`))
    const own = measured[String(first)] ?? []
    const against = Object.fromEntries(
      others.map((size) => [
        size,
        median((measured[String(size)] ?? []).map((one, at) => one / (own[at] ?? NaN))),
      ]),
    )
    note(name, { first: own, against, raw: { ...measured, seconds: (performance.now() - started) / 1000 } })
  }
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const ledgers: Record<string, Ledger> = {}
    for (const size of sizes) ledgers[size] = (await ledgerOf(size, stops)).ledger
    const rows: Row[] = []
    const raw: Result["raw"] = {}
    await compare(ledgers, count, (name, compared) => {
      raw[name] = compared.raw
      const at = (size: number) => compared.against[size] ?? NaN
      rows.push({
        what: `ledger of 10⁴, 10⁵, 10⁶ payments: ${name}, p50`,
        against: `itself at 10⁴ (${ms(median(compared.first))})`,
        measured: `${ratio(at(100_000))} at 10⁵, ${ratio(at(1_000_000))} at 10⁶`,
        toReach: "≤ 1.3× at 10⁶",
        reached: at(1_000_000) <= 1.3,
      })
    })
    return { rows, raw }
  })
