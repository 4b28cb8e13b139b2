import { readFileSync } from "node:fs"
import path from "node:path"

import type { KsherOptionsInput } from "../../../src/services/ksher"
import { createKsherGateway } from "../../../src/services/ksher"
import { readAtStart, readDueAccounts, type ReadDeps } from "../../../src/services/host/accounts"
import { providerCard } from "../../../src/services/host/provider-card"
import { observeCalls } from "../../../src/services/observability"
import { readAccount, recallAccount, recentInfo, type Deps } from "../../../src/services/settlement"
import { requireChannels } from "../../../src/services/settlement/accounts/account-info"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { Exporter } from "../../support/exporter"
import { json, ScriptedServer } from "../../unit/transport/scripted-server"
import { openLedgerWorld, type LedgerWorld } from "../ledger/support"

const hour = 3_600_000

let world: LedgerWorld
let sandbox: Sandbox
const lines: string[] = []
const note = (line: string) => void lines.push(line)
const log = { info: note, warn: note, error: note }

beforeAll(async () => {
  world = await openLedgerWorld("account_info")
  sandbox = await startSandbox()
})
beforeEach(async () => {
  lines.length = 0
  await world.empty()
})
afterAll(async () => {
  await sandbox.stop()
  await world.close()
})

/** What one instance of Medusa has of an entry. */
function entry(options: Partial<KsherOptionsInput> = {}, ledger = world.ledger) {
  const input = {
    ...sandbox.ksher,
    channels: ["truemoney"],
    notifyBaseUrl: "https://shop.example",
    returnUrl: "https://shop.example/back",
    ...options,
  }
  const { gateway, policy } = createKsherGateway(input, { onCall: observeCalls(log) })
  return {
    providerId: "pp_ksher_th",
    gateway,
    policy,
    notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
    ledger,
    clock: world.clock,
    log,
  }
}
const pluginOf = (deps: ReadDeps) => ({
  providerIds: () => Promise.resolve([deps.providerId]),
  depsOf: () => deps,
})
const asked = async () => (await sandbox.calls({ call: "merchant_info" })).length

describe("the signed example", () => {
  const { vectors } = JSON.parse(
    readFileSync(path.join(__dirname, "../../vectors/ksher-account.json"), "utf8"),
  ) as { vectors: { name: string; envelope: { data: Record<string, unknown> } }[] }
  const { envelope } = vectors.find(({ name }) => name === "merchant_info")!

  const texts = (value: unknown): string[] =>
    typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [String(value)]
  const personal = ["mobile", "mch_name", "contact", "bank_info", "bd_info", "agency_info", "operator_list"]
  const secrets = [...personal, "rigist_time"]
    .flatMap((name) => texts(envelope.data[name]))
    .filter((text) => text.length > 4 && text !== envelope.data.mch_id)

  it("of its people and banks nothing reaches a log, the ledger, the admin or a span", async () => {
    const exporter = new Exporter().start()
    const server = await ScriptedServer.start()
    server.will(json(envelope))
    const deps = entry({ appid: "mch28811", apiUrl: server.url, publicKeys: undefined })
    await readAtStart(pluginOf(deps), log)
    await server.stop()

    const ledger = await world.database.query("select * from gateway_account_fact")
    const card = await providerCard({ depsOf: () => deps } as never, "pp_ksher_th")
    const spans = exporter.spans()
    const counts = await exporter.counts()
    await exporter.stop()
    expect(ledger).toEqual([expect.objectContaining({ fact: "account_info" })])
    expect(card.account).toMatchObject({ type: "formal", partial_refunds: false, time_zone: "+07:00" })
    expect(spans).toEqual([expect.objectContaining({ name: expect.stringContaining("merchant_info") })])
    expect(secrets).toEqual(expect.arrayContaining(["shhhh123456", "XXXXTHBK", "0000000000", "A SHOP"]))
    for (const place of [lines, ledger, card, spans, counts, deps.gateway])
      for (const secret of secrets) expect(JSON.stringify(place)).not.toContain(secret)
  })
})

it("is kept with its age, and another instance has it without asking", async () => {
  const first = entry()
  await readAccount(first, { production: false })
  const readAt = world.clock.now()
  world.clock.forward(hour)
  const second = entry({}, world.other)
  const before = await asked()
  await recallAccount(second)
  expect(second.gateway.known).toEqual({ info: first.gateway.known?.info, readAt })
  expect(await asked()).toBe(before)
})

it("is read again after a day, by one of the instances, and hides nothing after a week", async () => {
  const first = entry()
  const second = entry({}, world.other)
  await readDueAccounts(pluginOf(first), log)
  const before = await asked()
  world.clock.forward(23 * hour)
  await readDueAccounts(pluginOf(first), log)
  await readDueAccounts(pluginOf(second), log)
  expect(await asked()).toBe(before)
  world.clock.forward(2 * hour)
  await readDueAccounts(pluginOf(first), log)
  await readDueAccounts(pluginOf(second), log)
  expect(await asked()).toBe(before + 1)
  world.clock.forward(6 * 24 * hour)
  expect(recentInfo(first.gateway.known, first)).toBeDefined()
  world.clock.forward(24 * hour)
  expect(recentInfo(first.gateway.known, first)).toBeUndefined()
})

describe('channels: "auto"', () => {
  const auto = (ledger = world.ledger) => ({ ...entry({ channels: "auto" }, ledger) }) as unknown as Deps

  it("asks once, where nothing is known yet; then memory and the ledger do", async () => {
    const before = await asked()
    const first = auto()
    await requireChannels(first)
    await requireChannels(first)
    expect(first.gateway.offer.channels).toContain("truemoney")
    await requireChannels(auto(world.other))
    expect(await asked()).toBe(before + 1)
  })

  it("without an answer nothing is opened, and nothing was sent", async () => {
    await sandbox.fault({ gateway: "ksher", call: "merchant_info", kind: "http500", when: "before" })
    await expect(requireChannels(auto())).rejects.toMatchObject({ code: "open_not_sent" })
  })
})

it("one that gives no answer keeps what was known, and is asked once an hour", async () => {
  const deps = entry()
  await readAccount(deps, { production: false })
  const { known } = deps.gateway
  world.clock.forward(25 * hour)
  await sandbox.fault({ gateway: "ksher", call: "merchant_info", kind: "http500", when: "before", times: 2 })
  const before = await asked()
  await readDueAccounts(pluginOf(deps), log)
  await readDueAccounts(pluginOf(deps), log)
  expect([await asked(), deps.gateway.known]).toEqual([before + 1, known])
  world.clock.forward(hour)
  await readDueAccounts(pluginOf(deps), log)
  expect([await asked(), deps.gateway.known]).toEqual([before + 2, known])
  await sandbox.clearFaults()
})

it("what is wrong with it is said at each start, and afterwards only when it is news", async () => {
  const other = await sandbox.addKsherMerchant({ channels: ["truemoney", "airpay"] })
  const deps = entry({ ...other, channels: ["truemoney", "promptpay"] })
  const said = () => lines.splice(0).filter((line) => line.includes("channels_missing"))
  await readAtStart(pluginOf(deps), log)
  expect(said()).toEqual([expect.stringContaining("does not have promptpay at Ksher")])
  world.clock.forward(25 * hour)
  await readDueAccounts(pluginOf(deps), log)
  expect(said()).toEqual([])
  await sandbox.changeKsherMerchant(other.appid, {
    channels: ["airpay"],
    limits: { airpay: { order: 5_000 } },
  })
  world.clock.forward(25 * hour)
  await readDueAccounts(pluginOf(deps), log)
  expect(said()).toEqual([expect.stringContaining("does not have truemoney, promptpay at Ksher")])
  expect(deps.gateway.known?.info.channels).toEqual([
    { channel: "airpay", orderLimit: 5_000, dayLimit: null, settles: "T+1" },
  ])
})
