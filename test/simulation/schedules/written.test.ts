import { createTestDatabase, type TestDatabase } from "../../setup/database"
import { connectLedger, type LedgerConnection } from "../../support/ledger-line"
import { playWritten, written } from "../written"

let database: TestDatabase
let connection: LedgerConnection
beforeAll(async () => {
  database = await createTestDatabase("written")
  connection = await connectLedger(database.knex)
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

it.each(written.map((one) => [one.name, one] as const))("%s", async (_, one) => {
  expect(await playWritten(one, connection)).toEqual([])
})
