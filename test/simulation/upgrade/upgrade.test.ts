import { createHash } from "node:crypto"

import { operationStates, states } from "../../../src/core"
import { fromKnex, openLedger, type Database } from "../../../src/services/ledger"
import * as settlement from "../../../src/services/settlement"
import { migrations, type PlainMigration } from "../../../scripts/migrations"
import { createEmptyDatabase, type TestDatabase } from "../../setup/database"
import * as medusa from "../../support/fake-medusa"
import * as gateway from "../../support/model-gateway"
import { Random } from "../../support/random"
import { load, readDump, reportsOf, type Report } from "./dump"
import { Town, type Code } from "./town"

const today: Code = { openLedger, settlement, medusa, gateway, Random }
const dump = readDump()

/** Where today's release leads a payment better than 0.1.0 did. */
const better: Readonly<Record<string, Partial<Report>>> = {
  // A person had recorded what the gateway lists later: it was counted twice.
  "recorded by hand before it is listed": { refunded: 4_000, inMedusa: 6_000 },
}

let created: TestDatabase
let database: Database
let all: PlainMigration[]
let town: Town

const of010 = ({ name }: PlainMigration) => name in dump.migrations

beforeAll(async () => {
  all = await migrations()
  created = await createEmptyDatabase("upgrade")
  database = fromKnex(created.knex)
  await migrate(all.filter(of010))
  await load(database, dump.ledger)
  await migrate(all.filter((one) => !of010(one)))
  town = Town.from(today, database, dump.surroundings)
})
afterAll(() => created.drop())

async function migrate(some: readonly PlainMigration[]): Promise<void> {
  for (const { up } of some) for (const statement of up) await database.query(statement)
}

const named = (reports: ReadonlyMap<string, Report>) =>
  Object.fromEntries(Object.entries(dump.payments).map(([number, { name }]) => [name, reports.get(number)]))

const by010 = (when: "said" | "end") =>
  Object.fromEntries(Object.values(dump.payments).map((one) => [one.name, one[when]]))

const inOrder = (values: readonly unknown[]) => [...new Set(values)].map(String).sort()

it("a migration that shops have run is what it was", () => {
  const hashes = all
    .filter(of010)
    .map(({ name, up }) => [name, createHash("sha256").update(up.join(";\n")).digest("hex")])
  expect(Object.fromEntries(hashes)).toEqual(dump.migrations)
})

it("the ledger of 0.1.0 holds every state, every operation, every attention and every kind of notification", () => {
  const { gateway_payment, gateway_operation, gateway_notification } = dump.ledger
  expect(inOrder(gateway_payment.map(({ state }) => state))).toEqual(
    // A payment that waits to be opened came later.
    inOrder(states.filter((state) => state !== "unopened")),
  )
  expect(inOrder(gateway_payment.flatMap(({ attention_code }) => attention_code ?? []))).toEqual([
    "amount_mismatch",
    "books_differ",
    "close_failed",
    "contradiction",
    "late_held",
    "no_order",
    "not_captured",
    "outside_unclear",
    "qr_stays_open",
    "refund_refused",
    "refund_unknown",
    "refund_unsupported",
    "unanswered",
  ])
  const made = gateway_operation.map(({ kind, state }) => `${String(kind)} ${String(state)}`)
  const every = ["open", "close", "cancel", "refund"].flatMap((kind) =>
    operationStates.map((state) => `${kind} ${state}`),
  )
  // No gateway takes its time to open a payment.
  expect(inOrder(made)).toEqual(every.filter((one) => one !== "open pending").sort())
  expect(inOrder(gateway_notification.map(({ result }) => result))).toEqual([
    "acted",
    "failed",
    "ignored",
    "received",
  ])
})

it("once migrated, each payment has the sums and the attention that 0.1.0 said", async () => {
  expect(named(await reportsOf(town))).toEqual(by010("said"))
})

it("once migrated, a part of unknown size that was returned is known by its column", async () => {
  const rows = await database.query<{ attention_code: string | null; attention_values: unknown }>(
    "select attention_code, attention_values from gateway_payment where returned_unsaid",
  )
  const before = dump.ledger.gateway_payment.filter((row) => row.attention_code === "outside_unclear")
  expect(before.length).toBeGreaterThan(0)
  expect(rows).toEqual(before.map(() => ({ attention_code: "outside_unclear", attention_values: null })))
})

it("once migrated, the kept counts are those of the notifications of the last day", async () => {
  const { notifications } = openLedger(database)
  const newest = await database.query<{ provider_id: string; at: Date; day: string }>(
    `select n.provider_id, newest.at, count(*) as day from gateway_notification n,
       (select max(created_at) as at from gateway_notification) newest
     where n.created_at >= newest.at - interval '24 hours' group by 1, 2`,
  )
  expect(newest.length).toBeGreaterThan(0)
  for (const { provider_id, at, day } of newest) {
    const { count } = await notifications.summary(provider_id, new Date(at.getTime() - 86_400_000))
    expect([provider_id, count]).toEqual([provider_id, Number(day)])
  }
})

it("the job of today leads each payment where the job of 0.1.0 led it", async () => {
  await town.toRest()
  const expected = Object.entries(by010("end")).map(([name, report]) => [
    name,
    { ...report, ...better[name] },
  ])
  expect(named(await reportsOf(town))).toEqual(Object.fromEntries(expected))
  expect([...town.gateways.values()].flatMap(({ violations }) => violations)).toEqual([])
})
