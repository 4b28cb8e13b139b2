import { migrations, type PlainMigration } from "../../../scripts/migrations"
import {
  fromKnex,
  openLedger,
  type Database,
  type Ledger,
  type NewPayLink,
} from "../../../src/services/ledger"
import { createEmptyDatabase, type TestDatabase } from "../../setup/database"
import { aNewPayment } from "../ledger/support"

/** For each migration, rows that the version before it would not understand. */
const notUnderstood: Record<string, (ledger: Ledger, database: Database) => Promise<unknown>> = {
  Migration20261122000000: (ledger) => aPayment(ledger),
  Migration20261127010000: async (ledger) => {
    const { id: paymentId, version } = await aPayment(ledger)
    return ledger.decisions.begin({
      ...{ paymentId, version, key: null, fingerprint: "a", by: "user_1" },
      ...{ action: "dismiss", note: "It was looked up." },
    })
  },
  Migration20261127020000: async (ledger) =>
    ledger.payments.update((await aPayment(ledger)).id, {
      attentionCode: "notification_failed",
      attention: "A notification could not be acted on.",
    }),
  Migration20261127030000: async (ledger) =>
    ledger.payments.update((await aPayment(ledger)).id, {
      attentionCode: "account_changed",
      attention: "The account has changed.",
    }),
  Migration20261127040000: async (ledger) =>
    ledger.operations.intend((await aPayment(ledger)).id, {
      kind: "refund",
      amount: 10001,
      medusaAmount: "100.005",
      refundId: "ref_1",
    }),
  Migration20261127050000: (ledger) => ledger.orders.beginCancel("order_1", "admin", new Date()),
  Migration20261127060000: async (ledger) =>
    ledger.payments.update((await aPayment(ledger)).id, { unwanted: "not_owed" }),
  Migration20261127070000: (ledger) =>
    ledger.payments.create({ ...aNewPayment(), amount: 37_504, medusaAmount: "375.035" }, new Date()),
  Migration20261127080000: async (ledger) =>
    ledger.payments.update((await aPayment(ledger)).id, {
      dismissed: [{ refundId: "ref_1", amount: 3_000 }],
    }),
  Migration20261127090000: async (ledger) =>
    ledger.payments.update((await aPayment(ledger)).id, {
      attentionCode: "refund_unknown",
      attention: "A refund is in doubt.",
      returnedUnsaid: true,
    }),
  Migration20261128010000: (ledger) => ledger.payLinks.create(aPayLink),
  Migration20261128030000: (ledger) =>
    ledger.payouts.importLines({ gateway: "gnete", account: "m/a" }, [
      {
        ...{
          begin: "2026-11-01",
          end: "2026-11-01",
          channel: "UP_OP",
          reference: "",
          currency: "hkd",
          digits: 2,
        },
        ...{ amount: 1, fee: 0, vat: 0, settlesOn: null, transferred: 0, transferredOn: null },
      },
    ]),
  Migration20261128040000: async (ledger) =>
    ledger.operations.intendPayout((await aPayment(ledger)).id, { amount: 10_000 }),
  Migration20261127110000: (ledger) => ledger.payments.create({ ...aNewPayment(), waits: true }, new Date()),
}

/** Migrations that change no row and no column: any version reads what is there. */
const onlyIndexes = ["Migration20261127100000", "Migration20261127130000", "Migration20261128050000"]

/** Migrations of what the database keeps beside the rows, and makes again: any version reads what is there without it. */
const onlyKept = [
  "Migration20261127120000",
  "Migration20261127140000",
  "Migration20261127150000",
  "Migration20261128020000",
  "Migration20261128021000",
  "Migration20261128060000",
]
const free = [...onlyIndexes, ...onlyKept]

let all: PlainMigration[]
let created: TestDatabase
let database: Database
beforeAll(async () => {
  all = await migrations()
})
beforeEach(async () => {
  created = await createEmptyDatabase("down")
  database = fromKnex(created.knex)
  for (const { up } of all) await run(up)
})
afterEach(() => created.drop())

/** As Medusa's migrator runs one: all of it, or nothing. */
const run = (statements: readonly string[]) =>
  database.transaction(async (inside) => {
    for (const statement of statements) await inside.query(statement)
  })

/** Back to the schema that `name` had made, from the newest on. */
async function downTo(name: string): Promise<void> {
  for (const { name: each, down } of [...all].reverse()) {
    await run(down)
    if (each === name) return
  }
}

const empty = async () => {
  const tables = await database.query<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'public'",
  )
  await database.query(`truncate ${tables.map(({ tablename }) => tablename).join(", ")}`)
}

/** What PostgreSQL calls an error that the SQL itself raises. */
const raised = "P0001"

const aPayLink: NewPayLink = {
  ...{ tokenHash: "hash", collectionId: "pay_col_1", orderId: null, sessionId: null },
  ...{
    amount: "350.5",
    currency: "thb",
    origin: "admin",
    madeBy: "user_1",
    expiresAt: new Date("2999-01-01"),
  },
}

const aPayment = async (ledger: Ledger) => (await ledger.payments.create(aNewPayment(), new Date())).payment

const schema = () =>
  database.query(
    `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
       where table_schema = 'public'
     union all select tablename, indexname, indexdef, null, null from pg_indexes where schemaname = 'public'
     union all select conrelid::regclass::text, conname, pg_get_constraintdef(oid), null, null from pg_constraint
       where connamespace = 'public'::regnamespace
     order by 1, 2, 3`,
  )

it("every migration says which rows keep it from going back", () => {
  expect([...Object.keys(notUnderstood), ...free].sort()).toEqual(all.map(({ name }) => name).sort())
  for (const { name, up, down } of all.filter((one) => onlyIndexes.includes(one.name)))
    for (const statement of [...up, ...down])
      expect([name, statement]).toEqual([
        name,
        expect.stringMatching(/^(create|create unique|drop) index if (not )?exists /),
      ])
})

it("what the database keeps beside the rows is dropped, and made again from them", async () => {
  const kept = async () => [
    await database.query("select * from gateway_notification_count order by 1, 2"),
    await database.query("select * from gateway_turnover order by 1, 2"),
  ]
  const ledger = openLedger(database)
  for (const bodyHash of ["a", "b", "c"])
    await database.query(
      `insert into gateway_notification (id, provider_id, body_hash, verified, result, created_at, updated_at)
       values (?, 'pp_ksher_th', ?, ?, 'acted', now(), now())`,
      [`gnot_${bodyHash}`, bodyHash, bodyHash === "a"],
    )
  await ledger.notifications.foldCounts(new Date(0))
  const { id } = await aPayment(ledger)
  await ledger.payments.update(id, { paidAmount: 10_000, paidAt: new Date(0), channel: "card" })
  await ledger.payments.update(id, { refundedAmount: 4_000 })
  await ledger.turnovers.fold(10)
  const before = await kept()
  expect(before.map((rows) => rows.length)).toEqual([1, 2])
  for (const { up, down } of all.filter((one) => onlyKept.includes(one.name))) {
    for (const statement of down)
      expect(statement).toMatch(
        /^drop (trigger|function|index|table) if exists gateway_(alert|notification|report|turnover)_?|^alter table gateway_(notification drop column if exists code|operation drop column if exists sent_at)$/,
      )
    await run(down)
    await run(up)
  }
  expect(await kept()).toEqual(before)
})

it("every migration refuses to go back beside such a row, and changes nothing", async () => {
  const before = await schema()
  for (const { name, down } of all.filter((one) => !free.includes(one.name))) {
    await notUnderstood[name]?.(openLedger(database), database)
    const refusal = await run(down).catch((error: unknown) => error)
    expect({ name, refusal }).toMatchObject({ name, refusal: { code: raised } })
    expect({ name, schema: await schema() }).toEqual({ name, schema: before })
    await empty()
  }
})

it("goes back to the first version beside rows that it knows, and forward again", async () => {
  const { id } = await aPayment(openLedger(database))
  const newest = await schema()
  const [first, second] = all
  if (!first || !second) throw new Error("There is no migration to go back over.")
  await downTo(second.name)
  const oldest = await schema()
  expect(oldest).not.toEqual(newest)
  for (const { up } of all.slice(1)) await run(up)
  expect(await schema()).toEqual(newest)
  expect(await openLedger(database).payments.get(id)).toMatchObject({ id, state: "created" })

  await created.knex.raw("delete from gateway_payment")
  await downTo(first.name)
  expect(await schema()).toEqual([])
})

it("the schema that is gone back to is that of the first version", async () => {
  await downTo(all[1]?.name ?? "")
  const back = await schema()
  await created.knex.raw("drop schema public cascade; create schema public")
  await run(all[0]?.up ?? [])
  expect(await schema()).toEqual(back)
})
