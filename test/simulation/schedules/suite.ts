import { createTestDatabase, type TestDatabase } from "../../setup/database"
import { connectLedger, type LedgerConnection } from "../../support/ledger-line"
import { Random } from "../../support/random"
import { play } from "../play"
import { report } from "../report"
import { shrink } from "../shrink"
import { scheduleOf } from "../steps"

const step = 100

/** Plays the schedules of these seeds, a hundred to a test. Two files share them, as two workers share two cores. */
export function playSeeds(first: number, last: number): void {
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
  it.each(starts.map((from) => [from, Math.min(from + step - 1, last)]))(
    "seeds %i to %i leave books that agree",
    async (from, to) => {
      for (let seed = from; seed <= to; seed++) {
        const { problems, schedule } = await play(scheduleOf(seed, new Random(seed)), connection)
        if (problems.length) throw new Error(report(await shrink(schedule, connection)).join("\n"))
      }
    },
  )
}
