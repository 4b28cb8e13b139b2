/*
 * Makes `ledger-0.1.0.json`. It was made by running the code of 0.1.0 against its own simulated gateways and its own Medusa:
 *
 *     git worktree add --detach <checkout> 7cf3214 && (cd <checkout> && npm ci)
 *     DATABASE_URL=… npx tsx test/simulation/upgrade/make.ts <checkout>
 *
 * Nothing of today's runs the town but `town.ts` and `scenarios.ts`: they say what is done, and not how.
 */
import { createHash } from "node:crypto"
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import path from "node:path"

import { databaseEnv, databaseServer } from "../../../scripts/postgres"
import { migrationsIn, type PlainMigration } from "../../../scripts/migrations"
import { fromKnex, type Database, type GatewayPayment } from "../../../src/services/ledger"
import type { SettleDeps } from "../../../src/services/settlement"
import { createEmptyDatabase } from "../../setup/database"
import { file, load, reportsOf, rowsOf, type Dump } from "./dump"
import { scenarios, type DecideOf010 } from "./scenarios"
import { Town, type Code } from "./town"

interface Old {
  code: Code
  decide: DecideOf010
  migrations: PlainMigration[]
  commit: string
}

type ResolveOf010 = (
  payment: GatewayPayment,
  resolution: { action: string; amount?: string; note: string; by: string },
  deps: SettleDeps,
) => Promise<GatewayPayment>

async function oldCode(checkout: string): Promise<Old> {
  const of = (file: string): Promise<unknown> => import(path.join(checkout, file))
  const of010 = (await of("src/services/settlement/index.ts")) as Omit<
    Code["settlement"],
    "mirrorToSession"
  > & {
    mark: Code["settlement"]["mirrorToSession"]
    resolveByHand: ResolveOf010
  }
  const settlement: Code["settlement"] = { ...of010, mirrorToSession: of010.mark }
  const { resolveByHand } = of010
  const { openLedger } = (await of("src/services/ledger/index.ts")) as Pick<Code, "openLedger">
  const medusa = (await of("test/support/fake-medusa.ts")) as Code["medusa"]
  const gateway = (await of("test/support/model-gateway.ts")) as Code["gateway"]
  const { Random } = (await of("test/support/random.ts")) as Pick<Code, "Random">
  return {
    code: { openLedger, settlement, medusa, gateway, Random },
    decide: async (buyer, decision) =>
      resolveByHand(
        await buyer.payment(),
        { ...decision, note: "It was looked up.", by: "user_1" },
        buyer.town.deps(buyer.providerId),
      ),
    migrations: await migrationsIn(path.join(checkout, "src/migrations")),
    commit: execFileSync("git", ["rev-parse", "HEAD"], { cwd: checkout, encoding: "utf8" }).trim(),
  }
}

async function withTables<T>(old: Old, work: (database: Database) => Promise<T>): Promise<T> {
  const created = await createEmptyDatabase("upgrade")
  try {
    for (const { up } of old.migrations) for (const statement of up) await created.knex.raw(statement)
    return await work(fromKnex(created.knex))
  } finally {
    await created.drop()
  }
}

async function live(
  old: Old,
  database: Database,
): Promise<Omit<Dump, "payments"> & { names: Map<string, string> }> {
  const town = new Town(old.code, database)
  const names = new Map<string, string>()
  for (const [name, scenario] of Object.entries(scenarios)) {
    await scenario(town, old.decide)
    const strange = (await town.payments()).filter(({ number }) => !names.has(number))
    if (!strange.length) throw new Error(`"${name}" made no payment.`)
    // A cart that Medusa could not complete gets another session.
    strange.forEach(({ number }, at) => names.set(number, at ? `${name}: payment ${at + 1}` : name))
    town.mail = []
    town.fates.clear()
    town.forward(1_000)
  }
  const hashes = old.migrations.map(({ name, up }) => [
    name,
    createHash("sha256").update(up.join(";\n")).digest("hex"),
  ])
  return {
    made: "by make.ts, beside this file",
    version: "0.1.0",
    commit: old.commit,
    migrations: Object.fromEntries(hashes) as Dump["migrations"],
    surroundings: town.surroundings(),
    ledger: await rowsOf(database),
    names,
  }
}

async function main([checkout]: readonly string[]): Promise<void> {
  if (!checkout) throw new Error("Say where 0.1.0 is checked out.")
  const server = await databaseServer()
  Object.assign(process.env, databaseEnv(server))
  try {
    const old = await oldCode(path.resolve(checkout))
    const { names, ...made } = await withTables(old, (database) => live(old, database))
    const [said, end] = await withTables(old, async (database) => {
      await load(database, made.ledger)
      const town = Town.from(old.code, database, made.surroundings)
      const before = await reportsOf(town)
      await town.toRest()
      return [before, await reportsOf(town)]
    })
    const payments = [...names].map(([number, name]) => [
      number,
      { name, said: said.get(number), end: end.get(number) },
    ])
    write({ ...made, payments: Object.fromEntries(payments) as Dump["payments"] })
  } finally {
    await server.stop()
  }
}

/** A row in a line, so that it can be read. */
function write(dump: Dump): void {
  const json = (value: unknown, depth: number): string => {
    const isList = Array.isArray(value)
    if (depth === 0 || typeof value !== "object" || value === null) return JSON.stringify(value)
    const parts = isList
      ? value.map((one) => json(one, depth - 1))
      : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${json(one, depth - 1)}`)
    if (!parts.length) return isList ? "[]" : "{}"
    const [open, close] = isList ? "[]" : "{}"
    return `${open}\n${parts.join(",\n")}\n${close}`
  }
  const { surroundings, ledger, payments, ...head } = dump
  const { medusa, gateways, ...rest } = surroundings
  const parts = [
    ...Object.entries(head).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`),
    `"payments": ${json(payments, 1)}`,
    `"ledger": ${json(ledger, 2)}`,
    `"surroundings": {\n"medusa": ${json(medusa, 2)},\n"gateways": ${json(gateways, 2)},\n${Object.entries(
      rest,
    )
      .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
      .join(",\n")}\n}`,
  ]
  writeFileSync(file, `{\n${parts.join(",\n")}\n}\n`)
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    process.exit(1)
  },
)
