import { createTestDatabase } from "../setup/database"
import { databaseEnv, databaseServer } from "../../scripts/postgres"
import { connectLedger, type LedgerConnection } from "../support/ledger-line"
import { Random } from "../support/random"
import type { Schedule } from "./config"
import { play, type Played } from "./play"
import { report } from "./report"
import { changing, onDemand, payingOut, reconfigured, scheduleOf, skewed } from "./steps"
import { shrink } from "./shrink"
import { playWritten, written } from "./written"

interface Wish {
  schedules: number
  seed: number
  trace: boolean
  /** Only names what fails, without looking for a smaller schedule. */
  list: boolean
  /** Ends at the first that fails. */
  first: boolean
  /** In a shop where payments wait for the shopper's choice. */
  onDemand: boolean
  /** In a shop that changes its orders. */
  changing: boolean
  /** In a shop whose PromptPay refunds are paid out. */
  payouts: boolean
  /** On machines whose clocks differ. */
  skewed: boolean
  /** In a shop whose entries change for a while. */
  reconfigured: boolean
  /** The written schedules before the seeds. */
  written: boolean
}

/** `npm run simulate -- --schedules 100000 --seed 1`, or `--seed 42 --schedules 1 --trace` to see one. */
function wishOf(args: readonly string[]): Wish {
  const value = (name: string, fallback: number) => {
    const index = args.indexOf(`--${name}`)
    if (index < 0) return fallback
    const number = Number(args[index + 1])
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} wants a whole number.`)
    return number
  }
  return {
    schedules: value("schedules", 2_000),
    seed: value("seed", 1),
    trace: args.includes("--trace"),
    list: args.includes("--list"),
    first: args.includes("--first"),
    onDemand: args.includes("--on-demand"),
    changing: args.includes("--changing"),
    payouts: args.includes("--payouts"),
    skewed: args.includes("--skewed"),
    reconfigured: args.includes("--reconfigured"),
    written: args.includes("--written"),
  }
}

/** Of so many the shrunk schedule is shown; of the others the seed. */
const mostShrunk = 5

async function main(): Promise<number> {
  const wish = wishOf(process.argv.slice(2))
  const server = await databaseServer()
  Object.assign(process.env, databaseEnv(server))
  const database = await createTestDatabase("simulation")
  const connection = await connectLedger(database.knex)
  const started = Date.now()
  const failed: (number | string)[] = []
  print([`seeds ${wish.seed} to ${wish.seed + wish.schedules - 1}`])
  try {
    if (wish.written) failed.push(...(await playAllWritten(connection)))
    for (let seed = wish.seed; seed < wish.seed + wish.schedules && !(wish.first && failed.length); seed++) {
      const schedule = scheduleOf(seed, new Random(seed))
      const played = await play(flavoured(schedule, wish), connection, { tracing: wish.trace })
      if (played.problems.length) failed.push(seed)
      await show(played, failed.length, wish, connection)
      progress(seed - wish.seed + 1, wish.schedules, failed.length)
    }
  } finally {
    await connection.close()
    await database.drop()
    await server.stop()
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  const seeds = failed.length ? `: ${failed.slice(0, 20).join(", ")}` : ""
  print([`${wish.schedules} schedules in ${seconds} s, ${failed.length} failed${seeds}`])
  return failed.length ? 1 : 0
}

function flavoured(schedule: Schedule, wish: Wish): Schedule {
  const wished = [
    wish.onDemand && onDemand,
    wish.changing && changing,
    wish.payouts && payingOut,
    wish.skewed && skewed,
    wish.reconfigured && reconfigured,
  ]
  return wished.reduce<Schedule>((one, flavour) => (flavour ? flavour(one) : one), schedule)
}

async function playAllWritten(connection: LedgerConnection): Promise<string[]> {
  const failed: string[] = []
  for (const one of written) {
    const [problem] = await playWritten(one, connection)
    if (problem) failed.push(one.name)
    if (problem) print([`written: ${one.name}: ${problem}`])
  }
  return failed
}

async function show(
  played: Played,
  failures: number,
  wish: Wish,
  connection: LedgerConnection,
): Promise<void> {
  if (!played.problems.length) {
    print(played.trace)
    return
  }
  if (wish.list || failures > mostShrunk) {
    print([`seed ${played.schedule.seed}: ${played.problems[0] ?? ""}`])
    return
  }
  const small = await shrink(played.schedule, connection)
  if (wish.trace) print((await play(small.schedule, connection, { tracing: true })).trace)
  print(report(small))
}

/** On a terminal, one line that is written over; in a pipe, nothing. */
function progress(done: number, all: number, failures: number): void {
  if (!process.stderr.isTTY || (done % 10 && done < all)) return
  process.stderr.write(`\r${done} of ${all}, ${failures} failed${done < all ? "" : "\n"}`)
}

const print = (lines: readonly string[]) => {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""))
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    process.exit(1)
  },
)
