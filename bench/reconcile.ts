import type { Gateway } from "../src/core"
import { fromKnex, openLedger, systemClock } from "../src/services/ledger"
import {
  reconcile,
  Silence,
  type Host,
  type ReconcileDeps,
  type SettleDeps,
} from "../src/services/settlement"
import { createLedgerTables } from "./lib/tables"
import { progress, type Result } from "./lib/report"
import { connect, newDatabase, whileRunning, type Knex } from "./shop"

/** The job's own, in `src/jobs`. */
const limits = { batch: 96, concurrency: 8, budgetMs: 600_000 }
const latencyMs = 100
const small = 1_000
const large = 10_000

const pause = (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay))

/** Says of every order, after a gateway's usual time, that nobody has paid it yet. */
const gateway = {
  name: "ksher",
  listsRefunds: true,
  refundsOneAtATime: false,
  account: "mch1",
  query: async () => {
    await pause(latencyMs)
    return { kind: "succeeded" as const, value: { state: "unpaid" as const } }
  },
} satisfies Partial<Gateway> as unknown as Gateway

/** A Medusa whose sessions are all still there. Its own reads are part of no limit that a gateway sets. */
const host = {
  orderOf: async () => undefined,
  session: async (id: string) => ({
    id,
    status: "pending",
    collectionId: "",
    amount: "100",
    currency: "thb",
    metadata: {},
  }),
  mark: async () => undefined,
} satisfies Partial<Host> as unknown as Host

async function fill(knex: Knex, count: number): Promise<void> {
  await knex.raw("truncate gateway_notification, gateway_operation, gateway_payment")
  await knex.raw(
    `insert into gateway_payment (id, session_id, provider_id, gateway, account, mode, merchant_order_no, currency_code,
       digits, amount, state, announced, next_check_at, created_at, updated_at)
     select 'gpay_' || lpad(n::text, 26, '0'), 'payses_' || n, 'pp_ksher_th', 'ksher', 'mch1', 'redirect', 'M' || n, 'thb', 2,
       10000, 'pending', 'pending:0', now() - interval '1 minute', now(), now()
     from generate_series(1, ?::int) n`,
    [count],
  )
  await knex.raw("vacuum analyze gateway_payment")
}

function depsOf(knex: Knex): ReconcileDeps {
  const ledger = openLedger(fromKnex(knex))
  const log = { info: () => undefined, warn: () => undefined, error: (text: string) => progress(text) }
  const deps: SettleDeps = {
    providerId: "pp_ksher_th",
    silence: new Silence(),
    gateway,
    policy: { completion: "pay_first", latePayment: "refund" },
    notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
    ledger,
    clock: systemClock,
    random: Math.random,
    wait: pause,
    log,
    refundsHeld: async (ids) => new Set(ids),
    emit: async () => undefined,
    medusa: host,
    host,
  }
  return {
    ledger,
    cancels: { ...deps, depsOf: () => deps },
    log,
    now: () => new Date(),
    depsOf: () => deps,
    emit: deps.emit,
    strayRefundSessions: async () => [],
    notificationRetentionDays: 90,
  }
}

interface Run {
  payments: number
  seconds: number
  perSecond: number
  peakMb: number
}

async function once(knex: Knex, payments: number): Promise<Run> {
  await fill(knex, payments)
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 100)
  const start = performance.now()
  progress(`reconcile: ${payments}`)
  const report = await reconcile(depsOf(knex), limits)
  const seconds = (performance.now() - start) / 1000
  clearInterval(look)
  if (report.settled !== payments)
    throw new Error(`${report.settled} of ${payments} were settled, ${report.failed} failed.`)
  return { payments, seconds, perSecond: payments / seconds, peakMb: peak / 2 ** 20 }
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const knex = connect(await newDatabase(stops))
    stops.add(() => knex.destroy())
    await createLedgerTables(knex)
    await once(knex, small)
    const few = await once(knex, small)
    const many = await once(knex, large)
    const limit = (limits.concurrency * 1000) / latencyMs
    const grown = many.peakMb - few.peakMb
    return {
      rows: [
        {
          what: "reconciling 10,000 open payments",
          against: `a gateway that takes ${latencyMs} ms, ${limits.concurrency} at once: ${limit}/s`,
          measured: `${(many.perSecond / limit).toFixed(2)} of that limit (${many.perSecond.toFixed(0)}/s)`,
          toReach: "≥ 0.8",
          reached: many.perSecond >= 0.8 * limit,
        },
        {
          what: "peak memory of it",
          against: "reconciling 1,000",
          measured: `${grown.toFixed(0)} MB more (${many.peakMb.toFixed(0)} MB)`,
          toReach: "≤ 30 MB more",
          reached: grown <= 30,
        },
      ],
      raw: { few, many, latencyMs, limits },
    }
  })
