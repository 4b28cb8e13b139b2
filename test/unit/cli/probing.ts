import { readdirSync } from "node:fs"

import type { Report } from "../../../src/cli/doctor/probe/report"
import type { Terminal } from "../../../src/cli/run"
import { startSandbox, type Book, type Sandbox } from "../../../src/sandbox"
import { defaultQuirks } from "../../../src/sandbox/quirks"
import { systemTimer } from "../../../src/services/transport"
import { HeldCalls } from "../../support/held-calls"
import { folderWith, removeFolders, type } from "./terminal"

export type Name = "ksher" | "gnete"

export let sandbox: Sandbox
/** Orders of tests before this one. */
let earlier = new Set<string>()

/** One sandbox for the file, and each test with its own orders. */
export function aroundEach(): void {
  beforeAll(async () => {
    const held = new HeldCalls()
    systemTimer.start = held.timer
    sandbox = await startSandbox({ notifications: "manual", onHeld: held.onHeld })
    await likeliest()
  })
  afterAll(() => sandbox.stop())
  beforeEach(forgetOrders)
  afterEach(async () => {
    removeFolders()
    await sandbox.clearFaults()
    await sandbox.clearOutcomes()
    await likeliest()
  })
}

export const forgetOrders = async () => {
  earlier = new Set((await sandbox.books()).map(({ merchantOrderNo }) => merchantOrderNo))
}

/** But for the hour at which Gnete's day ends: these tests may run across it. */
const likeliest = () =>
  sandbox.setQuirks({
    ksher: { ...defaultQuirks.ksher },
    gnete: { ...defaultQuirks.gnete, sameDayCutoff: null },
  })

/** The gateways' notifications come to nothing at once. */
const nobody = "http://127.0.0.1:1"

export const options = (gateway: Name, more: object = {}) =>
  gateway === "ksher"
    ? {
        ...sandbox.ksher,
        channels: ["truemoney"],
        notifyBaseUrl: nobody,
        returnUrl: "https://shop.example/back",
        timeoutMs: 300,
        ...more,
      }
    : {
        ...sandbox.gnete,
        wayCodes: ["UP_OP"],
        notifyBaseUrl: nobody,
        timeoutMs: 300,
        ...more,
      }

export const books = async (): Promise<Book[]> =>
  (await sandbox.books()).filter(({ merchantOrderNo }) => !earlier.has(merchantOrderNo))

let waits = 0

/** A person with a phone: pays what is open whenever the probe waits; the gateways' time goes on meanwhile. */
export const payer = async (ms: number) => {
  // A probe that waits for ever fails, and does not hang.
  if (++waits > 60) throw new Error("The probe waits for ever.")
  const shown = (await books()).at(-1)
  if (shown?.state === "open") await sandbox.pay(shown.merchantOrderNo)
  else await sandbox.advance(ms)
}

interface Run {
  more?: object
  args?: string[]
  directory?: string
  terminal?: Partial<Terminal>
}

export const folderOf = (gateway: Name, more: object = {}) =>
  folderWith({ "options.json": JSON.stringify(options(gateway, more)) })

export const start = (gateway: Name, { more, args = ["--yes"], directory, terminal }: Run = {}) => {
  waits = 0
  return type(["doctor", "--probe", "--provider", gateway, "--options", "options.json", ...args], {
    directory: directory ?? folderOf(gateway, more),
    wait: payer,
    untilStopped: () => new Promise(() => undefined),
    ...terminal,
  })
}

/** The report as a program reads it, and what is in the folder afterwards. */
export async function probe(gateway: Name, run: Run = {}) {
  const directory = run.directory ?? folderOf(gateway, run.more)
  const spoken: string[] = []
  const { code, text } = await start(gateway, {
    ...run,
    directory,
    args: [...(run.args ?? ["--yes"]), "--json"],
    terminal: { err: (line) => spoken.push(line), ...run.terminal },
  })
  const report = JSON.parse(text) as Report
  const values = Object.fromEntries(
    report.answers.map(({ id, state, value }) => [id, value ?? state] as const),
  )
  return { code, report, values, spoken: spoken.join("\n"), directory, files: readdirSync(directory).sort() }
}

export const journals = (files: readonly string[]) => files.filter((file) => file.endsWith(".jsonl"))

/** Whatever a gateway made of it, no order has returned more than it took. */
export async function expectNoMoneyLost() {
  for (const { taken, returned, merchantOrderNo } of await books())
    expect([merchantOrderNo, returned]).toEqual([merchantOrderNo, Math.min(returned, taken)])
}
export async function expectAllReturned() {
  for (const { taken, returned, merchantOrderNo } of await books())
    expect([merchantOrderNo, returned]).toEqual([merchantOrderNo, taken])
}

/** Whether the report tells the truth about the money, and the exit code too. */
export async function expectTruth({ code, report, files }: Awaited<ReturnType<typeof probe>>) {
  await expectNoMoneyLost()
  const held = (await books()).reduce((sum, { taken, returned }) => sum + taken - returned, 0)
  const said = report.orders.reduce((sum, { paid, returned }) => sum + paid - returned, 0)
  expect(code).toBe({ complete: 0, incomplete: 1, held: 3 }[report.result])
  if (report.result !== "held") expect(held).toBe(0)
  expect(said).toBeGreaterThanOrEqual(held)
  // A journal stays as long as there is something to go on with.
  expect(journals(files).length).toBe(report.result === "held" ? 1 : 0)
}
