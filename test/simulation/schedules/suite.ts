import { createTestDatabase, type TestDatabase } from "../../setup/database"
import { connectLedger, type LedgerConnection } from "../../support/ledger-line"
import { Random } from "../../support/random"
import { play } from "../play"
import type { Schedule } from "../config"
import { report } from "../report"
import { shrink } from "../shrink"
import { scheduleOf } from "../steps"

const step = 100

/** Plays the schedules of these seeds, a hundred to a test, and some others. Two files share them, as two workers share two cores. */
export function playSeeds(
  first: number,
  last: number,
  others: readonly number[] = [],
  flavour: (schedule: Schedule) => Schedule = (schedule) => schedule,
): void {
  let database: TestDatabase
  let connection: LedgerConnection
  beforeAll(async () => {
    database = await createTestDatabase("schedules")
    connection = await connectLedger(database.knex)
  })
  afterAll(async () => {
    await connection.close()
    await database.drop()
  })

  const starts = Array.from(
    { length: Math.ceil((last - first + 1) / step) },
    (_, index) => first + index * step,
  )
  const ranges = starts.map((from) => seedsFrom(from, Math.min(from + step - 1, last)))
  it.each(
    [...ranges, others]
      .filter((seeds) => seeds.length)
      .map((seeds) => [seeds.at(0), seeds.at(-1), seeds] as const),
  )("seeds %i to %i leave books that agree", async (_, __, seeds) => {
    for (const seed of seeds) {
      const { problems, schedule } = await play(flavour(scheduleOf(seed, new Random(seed))), connection)
      if (problems.length) throw new Error(report(await shrink(schedule, connection)).join("\n"))
    }
  })
}

const seedsFrom = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
