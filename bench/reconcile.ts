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
import { ms, progress, ratio, type Result } from "./lib/report"
import { median, rounds, timed } from "./lib/statistics"
import { connect, newDatabase, whileRunning, type Knex, type Stops } from "./shop"

/** The job's own, in `src/jobs`. */
const limits = { batch: 16, concurrency: 8, budgetMs: 3_600_000 }
const latencyMs = 100
const small = 1_000
/** So many are due; `RECONCILE_DUE=1000000` for the ledger of a shop that was away for long. */
const large = Number(process.env.RECONCILE_DUE ?? 10_000)
/** So many of them are settled. */
const settled = Math.min(large, 20_000)

const pause = (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay))

/** Says of every order, after a gateway's usual time, that nobody has paid it yet. */
const answering = async () => {
  await pause(latencyMs)
  return { kind: "succeeded" as const, value: { state: "unpaid" as const } }
}

/** As long as the client waits for an answer. */
const timeoutMs = 10_000
const hanging = async () => {
  await pause(timeoutMs)
  return { kind: "unknown" as const, code: "timeout", message: "No answer in time.", silent: true }
}

const gatewayOf = (query: () => Promise<unknown>): Gateway =>
  ({
    name: "ksher",
    listsRefunds: true,
    refundsOneAtATime: false,
    account: "mch1",
    query,
  }) as Partial<Gateway> as Gateway
const gateway = gatewayOf(answering)

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

async function fill(knex: Knex, count: number, entries: readonly string[] = ["pp_ksher_th"]): Promise<void> {
  await knex.raw("truncate gateway_decision, gateway_notification, gateway_operation, gateway_payment")
  await knex.raw(
    `insert into gateway_payment (id, session_id, provider_id, gateway, account, mode, merchant_order_no, currency_code,
       digits, amount, state, announced, next_check_at, created_at, updated_at)
     select 'gpay_' || lpad(n::text, 26, '0'), 'payses_' || n, (string_to_array(?, ','))[1 + n % ?::int], 'ksher', 'mch1', 'redirect', 'M' || n, 'thb', 2,
       10000, 'pending', 'pending:0', now() - interval '1 minute', now(), now()
     from generate_series(1, ?::int) n`,
    [entries.join(","), entries.length, count],
  )
  await knex.raw("vacuum analyze gateway_payment")
}

function depsOf(knex: Knex, hung: string | undefined, enough: () => boolean): ReconcileDeps {
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
    // Nothing new is claimed any more once enough is settled.
    now: () => new Date(enough() ? Date.now() + limits.budgetMs : Date.now()),
    depsOf: (providerId) =>
      providerId === hung ? { ...deps, providerId, gateway: gatewayOf(hanging) } : deps,
    emit: deps.emit,
    eachStrayRefund: async () => undefined,
  }
}

interface Run {
  payments: number
  settled: number
  seconds: number
  perSecond: number
  peakMb: number
}

async function once(knex: Knex, payments: number, most = payments): Promise<Run> {
  await fill(knex, payments)
  let asked = 0
  const counted = gatewayOf(() => {
    asked++
    return answering()
  })
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 100)
  const start = performance.now()
  progress(`reconcile: ${payments}`)
  const deps = depsOf(knex, undefined, () => asked >= most - limits.concurrency)
  const own = deps.depsOf("pp_ksher_th")
  const report = await reconcile({ ...deps, depsOf: () => ({ ...own, gateway: counted }) }, limits)
  const seconds = (performance.now() - start) / 1000
  clearInterval(look)
  if (report.settled < most - limits.batch)
    throw new Error(`${report.settled} of ${most} were settled, ${report.failed} failed.`)
  return {
    payments,
    settled: report.settled,
    seconds,
    perSecond: report.settled / seconds,
    peakMb: peak / 2 ** 20,
  }
}

/** What is due is claimed as fast, however much that is: two ledgers, in turns. */
async function claims(stops: Stops, sizes: readonly number[]): Promise<Record<string, number[]>> {
  const contenders: Record<string, () => Promise<number>> = {}
  for (const size of sizes) {
    const knex = connect(await newDatabase(stops))
    stops.add(() => knex.destroy())
    await createLedgerTables(knex)
    await fill(knex, size)
    const { payments } = openLedger(fromKnex(knex))
    // Each takes what is due at once again, so that none runs dry.
    const claim = () => payments.claimDue(limits.batch, -1_000_000_000, "pp_ksher_th")
    contenders[String(size)] = async () => {
      const taken: number[] = []
      for (let i = 0; i < 10; i++) taken.push(await timed(claim))
      return median(taken)
    }
  }
  await rounds(3, contenders)
  return rounds(40, contenders)
}

const ofEach = 400

/** Seconds until every payment of one entry is settled while the other one's gateway answers, or hangs. */
async function beside(knex: Knex, hangs: boolean): Promise<number> {
  await fill(knex, 2 * ofEach, ["pp_ksher_th", "pp_gnete_hk"])
  let left = ofEach
  const start = performance.now()
  let end = 0
  const deps = depsOf(knex, hangs ? "pp_ksher_th" : undefined, () => end > 0)
  const running = reconcile(
    {
      ...deps,
      depsOf: (providerId) => {
        const own = deps.depsOf(providerId)
        if (providerId !== "pp_gnete_hk") return own
        const counted = gatewayOf(async () => {
          const answer = await answering()
          if (--left === 0) end = performance.now()
          return answer
        })
        return { ...own, providerId, gateway: counted }
      },
    },
    limits,
  )
  await running
  return (end - start) / 1000
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const knex = connect(await newDatabase(stops))
    stops.add(() => knex.destroy())
    await createLedgerTables(knex)
    await once(knex, small)
    const few = await once(knex, small)
    const many = await once(knex, large, settled)
    const few10k = 10_000
    const most = Math.max(large, 200_000)
    const claim = await claims(stops, [few10k, most])
    const claimed = median(
      (claim[String(most)] ?? []).map((one, at) => one / (claim[String(few10k)]?.[at] ?? NaN)),
    )
    const bulkhead = await rounds(
      3,
      { alone: () => beside(knex, false), hung: () => beside(knex, true) },
      (done) => progress(`reconcile beside a gateway that hangs: round ${done} of 3`),
    )
    const held = median(bulkhead.hung.map((one, at) => one / (bulkhead.alone[at] ?? NaN)))
    const limit = (limits.concurrency * 1000) / latencyMs
    const grown = many.peakMb - few.peakMb
    return {
      rows: [
        {
          what: `the job, ${large.toLocaleString("en")} payments due, ${settled.toLocaleString("en")} settled`,
          against: `a gateway that takes ${latencyMs} ms, ${limits.concurrency} at once: ${limit}/s`,
          measured: `${(many.perSecond / limit).toFixed(2)} of that limit (${many.perSecond.toFixed(0)}/s)`,
          toReach: "≥ 0.95",
          reached: many.perSecond >= 0.95 * limit,
        },
        {
          what: `the job claims of ${most.toLocaleString("en")} that are due`,
          against: `of 10,000 (${ms(median(claim[String(few10k)] ?? []))})`,
          measured: ratio(claimed),
          toReach: "≤ 1.3×",
          reached: claimed <= 1.3,
        },
        {
          what: `the job's ${ofEach} payments of one gateway while the other one hangs`,
          against: `while both answer (${median(bulkhead.alone).toFixed(1)} s)`,
          measured: ratio(held),
          toReach: "≤ 1.2×",
          reached: held <= 1.2,
        },
        {
          what: "peak memory of it",
          against: "reconciling 1,000",
          measured: `${grown.toFixed(0)} MB more (${many.peakMb.toFixed(0)} MB)`,
          toReach: "≤ 30 MB more",
          reached: grown <= 30,
        },
      ],
      raw: { few, many, claim, bulkhead, latencyMs, limits },
    }
  })
