import { createTestDatabase } from "../setup/database"
import { databaseEnv, databaseServer } from "../../scripts/postgres"
import { connectLedger } from "../support/ledger-line"
import { Random } from "../support/random"
import { play, type Played } from "./play"
import { inWords, scheduleOf } from "./steps"
import { shrink } from "./shrink"

interface Wish {
  schedules: number
  seed: number
  trace: boolean
  /** Only names what fails, without looking for a smaller schedule. */
  list: boolean
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
  }
}

async function main(): Promise<number> {
  const wish = wishOf(process.argv.slice(2))
  const server = await databaseServer()
  Object.assign(process.env, databaseEnv(server))
  const database = await createTestDatabase("simulation")
  const connection = await connectLedger(database.knex)
  const started = Date.now()
  const failed: number[] = []
  try {
    for (let index = 0; index < wish.schedules; index++) {
      const seed = wish.seed + index
      const played = await play(scheduleOf(seed, new Random(seed)), connection, { tracing: wish.trace })
      if (!played.problems.length) {
        if (wish.trace) print(played.trace)
        continue
      }
      failed.push(seed)
      if (wish.list) print([`seed ${seed}: ${played.problems[0] ?? ""}`])
      else if (failed.length <= 5) {
        const small = await shrink(played.schedule, connection)
        if (wish.trace) print((await play(small.schedule, connection, { tracing: true })).trace)
        report(small)
      }
    }
  } finally {
    await connection.close()
    await database.drop()
    await server.stop()
  }
  const seconds = (Date.now() - started) / 1000
  print([
    `${wish.schedules} schedules in ${seconds.toFixed(1)} s, ${failed.length} failed${failed.length ? `: ${failed.slice(0, 20).join(", ")}` : ""}`,
  ])
  return failed.length ? 1 : 0
}

function report({ schedule, problems }: Played): void {
  const { steps, seed, ...rest } = schedule
  print([
    `seed ${seed} fails:`,
    ...problems.map((problem) => `  ${problem}`),
    `  ${JSON.stringify(rest)}`,
    ...steps.map((step, index) => `  ${index + 1}. ${inWords(step)}`),
    `  replay: npm run simulate -- --seed ${seed} --schedules 1 --trace`,
  ])
}

const print = (lines: readonly string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(""))

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    process.exit(1)
  },
)
