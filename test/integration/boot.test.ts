import { readdirSync } from "node:fs"
import path from "node:path"

import { root } from "../../demo/processes"
import { freePort } from "../../scripts/free-port"
import { startSandbox, type Sandbox } from "../../src/sandbox"
import type { MedusaWish } from "../setup/real-medusa"
import { standardEntries, withOptions } from "./entries"

interface Log {
  error(line: string): void
}

let sandbox: Sandbox
let errors: string[]

beforeAll(async () => (sandbox = await startSandbox({ notifications: "manual", seed: 1 })))
afterAll(() => sandbox.stop())

beforeEach(() => {
  errors = []
  const { logger } = loadAsMedusa("@medusajs/framework/logger") as { logger: Log }
  jest.spyOn(logger, "error").mockImplementation((line) => void errors.push(line))
})
afterEach(() => jest.restoreAllMocks())

async function boot(wish: Partial<MedusaWish>) {
  const port = await freePort()
  const providers = standardEntries.map((entry) => withOptions(entry, port, sandbox))
  return startMedusa({ port, providers, plugin: {}, ...wish })
}

const own = () => errors.filter((line) => line.includes("[gateway-payments]"))

it("with a migration pending it says so once, and the job settles what it can all the same", async () => {
  const last = readdirSync(path.join(root, "src/migrations")).sort().at(-1)!.replace(".ts", "")
  const medusa = await boot({
    prepare: (knex) => knex.raw("delete from mikro_orm_migrations where name = ?", [last]),
  })
  try {
    expect(own()).toEqual([
      expect.stringMatching(/migrations_pending: One migration .* pending.*run npx medusa db:migrate\.$/),
    ])
    expect(await medusa.plugin.pendingMigrations()).toEqual([last])
    const knex = medusa.container.resolve("__pg_connection__")
    await knex.raw(
      `insert into gateway_pay_link (id, token_hash, collection_id, amount, currency_code, origin, expires_at, created_at)
       values ('gplink_old', 'old', 'pay_col_old', '1', 'thb', 'admin', '2020-01-01', '2020-01-01')`,
    )
    await runJob(medusa.container)
    expect(await medusa.plugin.ledger.payLinks.get("gplink_old")).toBeUndefined()
    expect(own()).toHaveLength(1)
  } finally {
    await medusa.stop()
  }
})

it("where no migration was applied it says so once, and the job does nothing", async () => {
  const medusa = await boot({
    prepare: (knex) =>
      knex.raw(
        "drop table gateway_payment cascade; delete from mikro_orm_migrations where name like 'Migration202611%'",
      ),
  })
  try {
    await runJob(medusa.container)
    expect(own()).toEqual([expect.stringMatching(/migrations_pending: \d+ migrations .* are pending/)])
  } finally {
    await medusa.stop()
  }
})

it("with everything in place it says nothing", async () => {
  const medusa = await boot({})
  try {
    expect(own()).toEqual([])
  } finally {
    await medusa.stop()
  }
})

function runJob(container: unknown): Promise<void> {
  const job = loadAsMedusa(path.join(root, ".medusa/server/src/jobs/reconcile-gateway-payments"))
  return (job as { default: (container: unknown) => Promise<void> }).default(container)
}
