import { readdirSync } from "node:fs"
import path from "node:path"

import { PaymentProblem } from "../../../src/core"
import type { State } from "../../../src/core"
import { sayOfAccounts, type Accounts } from "../../../src/services/host/at-start"
import type { NewPayment } from "../../../src/services/ledger"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { folderWith, removeFolders, type } from "../../unit/cli/terminal"
import { openLedgerWorld, type LedgerWorld } from "../ledger/support"

const day = 24 * 60 * 60_000

let world: LedgerWorld
let sandbox: Sandbox
let hk: { providerId: string; account: string }
let th: { providerId: string; account: string }
beforeAll(async () => {
  world = await openLedgerWorld("accounts")
  sandbox = await startSandbox()
  hk = { providerId: "pp_gnete_hk", account: `${sandbox.gnete.mchNo}/${sandbox.gnete.appId}` }
  th = { providerId: "pp_ksher_th", account: sandbox.ksher.appid }
  await world.database.query("create table mikro_orm_migrations (name text)")
  const names = readdirSync(path.join(__dirname, "../../../src/migrations")).map(
    (file) => path.parse(file).name,
  )
  for (const name of names) await world.database.query("insert into mikro_orm_migrations values (?)", [name])
})
beforeEach(() => world.empty())
afterEach(removeFolders)
afterAll(async () => {
  await sandbox.stop()
  await world.close()
})

/** What a server logs when it has started with these entries. */
async function boots(
  entries: { providerId: string; account: string }[],
  supported = true,
): Promise<string[]> {
  const lines: string[] = []
  const log = (line: string) => void lines.push(line.replace("[gateway-payments] ", ""))
  const plugin = {
    ledger: world.ledger,
    providerIds: () =>
      supported
        ? Promise.resolve(entries.map(({ providerId }) => providerId))
        : Promise.reject(new PaymentProblem("unexpected_state", "medusa_unsupported", "Unsupported.")),
    depsOf: (providerId: string) => ({
      gateway: {
        name: providerId.includes("gnete") ? "gnete" : "ksher",
        account: entries.find((entry) => entry.providerId === providerId)!.account,
      },
    }),
  }
  await sayOfAccounts(plugin as unknown as Accounts, { info: log, warn: log, error: log }, world.clock)
  return lines
}

const shared = { notifyBaseUrl: "https://shop.example", returnUrl: "https://shop.example/back" }
const entry = (gateway: string, id: string, options: object) => ({
  resolve: `medusa-payment-ksher-gnete/providers/${gateway}`,
  id,
  options: { ...options, ...shared },
})
const hkEntry = () => entry("gnete", "hk", { ...sandbox.gnete, wayCodes: ["UP_OP"] })
const thEntry = () => entry("ksher", "th", { ...sandbox.ksher, channels: ["truemoney"] })

/** What `doctor` says of the accounts, and of Medusa, in a shop with these entries on this ledger. */
async function doctor(entries: object[], files: Record<string, string> = {}) {
  const modules = { payment: { options: { providers: entries } } }
  const { lines } = await type(["doctor"], {
    directory: folderWith({
      "medusa-config.js": `module.exports = ${JSON.stringify({ modules })}`,
      "node_modules/pg/index.js": `module.exports = require(${JSON.stringify(require.resolve("pg"))})`,
      ...files,
    }),
    env: { DATABASE_URL: world.url },
    now: () => world.clock.now(),
  })
  return { said: lines.filter((line) => /^\w+ +\S+ +accounts | medusa +version /.test(line)) }
}

const aPayment = (of: typeof hk, state: State, patch: Partial<NewPayment> = {}) =>
  world.aPayment(state, { ...of, gateway: of.providerId.includes("gnete") ? "gnete" : "ksher", ...patch })

/** It waits for nothing any more. */
const atRest = (id: string) => world.ledger.payments.update(id, { nextCheckAt: null })

it("a shop in order hears nothing of its accounts, however often it starts", async () => {
  await aPayment(hk, "paid")
  expect(await boots([hk, th])).toEqual([])
  expect(await boots([hk, th])).toEqual([])
  expect(await doctor([hkEntry(), thEntry()])).toMatchObject({
    said: [expect.stringMatching(/^ok +database +accounts /)],
  })
})

describe.each([
  ["Gnete", () => hk, () => th, () => thEntry(), () => hkEntry()],
  ["Ksher", () => th, () => hk, () => hkEntry(), () => thEntry()],
] as const)("at %s", (title, entryOf, other, otherEntry, ownEntry) => {
  it("an account that changed under the same id, with the payments that it holds up", async () => {
    const old = { ...entryOf(), account: "old/account" }
    await boots([old, other()])
    await aPayment(old, "pending")
    await atRest((await aPayment(old, "paid")).id)
    await atRest((await aPayment(old, "void")).id)
    expect(await boots([entryOf(), other()])).toEqual([
      expect.stringMatching(
        `^account_changed provider=${old.providerId}: .*${entryOf().account} now, and 2 payments of account old/account at ${title} `,
      ),
    ])
    const { said } = await doctor([ownEntry(), otherEntry()])
    expect(said).toEqual([
      expect.stringMatching(`^wrong +${old.providerId} +accounts +account_changed: .*2 payments`),
    ])
  })

  it("payments whose entry was removed", async () => {
    await boots([entryOf(), other()])
    await aPayment(entryOf(), "pending")
    expect(await boots([other()])).toEqual([
      expect.stringMatching(
        `^entry_removed provider=${entryOf().providerId}: .*1 payment of account .* at ${title} `,
      ),
    ])
    const { said } = await doctor([otherEntry()])
    expect(said).toEqual([
      expect.stringMatching(`^wrong +${entryOf().providerId} +accounts +entry_removed: `),
    ])
  })

  it("payments that do not open", async () => {
    for (let tries = 0; tries < 3; tries++)
      await world.ledger.facts.note(entryOf(), "not_opening", { detail: "9999" })
    expect(await boots([hk, th])).toEqual([
      expect.stringMatching(
        `^not_opening provider=${entryOf().providerId}: The last 3 payments .*${title}.*9999`,
      ),
    ])
    const { said } = await doctor([hkEntry(), thEntry()])
    expect(said).toEqual([
      expect.stringMatching(`^wrong +${entryOf().providerId} +accounts +not_opening: .*9999`),
    ])
    await world.ledger.facts.forget(entryOf(), "not_opening")
    expect(await boots([hk, th])).toEqual([])
  })
})

it("two payments that did not open are nothing to speak of", async () => {
  for (let tries = 0; tries < 2; tries++) await world.ledger.facts.note(hk, "not_opening", { detail: "9999" })
  expect(await boots([hk, th])).toEqual([])
})

it("an account without pay/cancel, for as long as that is believed", async () => {
  const expiresAt = new Date(world.clock.now().getTime() + day)
  await world.ledger.facts.note(hk, "no_reversal", { expiresAt })
  expect(await boots([hk, th])).toEqual([expect.stringMatching(/^no_reversal provider=pp_gnete_hk: Gnete /)])
  const { said } = await doctor([hkEntry(), thEntry()])
  expect(said).toEqual([expect.stringMatching(/^note +pp_gnete_hk +accounts +no_reversal: /)])
  world.clock.forward(day)
  expect(await boots([hk, th])).toEqual([])
})

it("old money of an account that is gone is spoken of for a year, and what is finished never", async () => {
  const old = { ...hk, account: "old/account" }
  await boots([old])
  await atRest((await aPayment(old, "paid")).id)
  await atRest((await aPayment(old, "refunded")).id)
  await atRest((await aPayment(old, "failed")).id)
  expect(await boots([hk])).toHaveLength(1)
  world.clock.forward(366 * day)
  expect(await boots([hk])).toEqual([])
})

it("an entry whose options are wrong is neither removed nor changed", async () => {
  await boots([hk, th])
  await aPayment(hk, "pending")
  const wrong = { ...hkEntry(), options: { ...hkEntry().options, appId: "" } }
  const { said } = await doctor([wrong, thEntry()])
  expect(said).toEqual([expect.stringMatching(/^ok +database +accounts /)])
})

describe("a Medusa that does not hand out its providers", () => {
  it("is said at boot, and no entry is called removed", async () => {
    await boots([hk, th])
    await aPayment(hk, "pending")
    expect(await boots([], false)).toEqual([
      expect.stringMatching(/^medusa_unsupported: This version of Medusa /),
    ])
  })

  const withMedusa = (version: string) => ({
    "node_modules/@medusajs/medusa/package.json": JSON.stringify({ name: "@medusajs/medusa", version }),
  })

  it.each(["2.20.9", "1.99.0", "3.0.0"])("is told by its version, %s", async (version) => {
    const { said } = await doctor([hkEntry()], withMedusa(version))
    expect(said[0]).toMatch(/^wrong +medusa +version +medusa_unsupported: /)
    expect(said[0]).toContain(version)
  })

  it.each(["2.21.0", "2.30.1", "2.21.2-preview-1"])("is none where it is %s", async (version) => {
    expect((await doctor([hkEntry()], withMedusa(version))).said[0]).toMatch(/^ok +medusa +version /)
  })
})

it("doctor changes nothing", async () => {
  await doctor([hkEntry(), thEntry()])
  expect(await world.database.query("select * from gateway_account_fact")).toEqual([])
})
