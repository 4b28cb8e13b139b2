import { randomBytes } from "node:crypto"
import path from "node:path"

import { makeApp } from "../../../demo/app"
import { freePort } from "../../../scripts/free-port"
import { answers, commandLine, root, run, type Running } from "../../../demo/processes"
import { environment, providers } from "../../../demo/running-shop"
import { seed, ShopClient, type Seeded, type Shopper } from "../../../demo/shop"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { fromKnex, openLedger, type Ledger } from "../../../src/services/ledger"
import { copyMigratedDatabase, type TestDatabase } from "../../setup/database"
import { CopyingShopper } from "../../support/cart-copies"
import { admin } from "../../../demo/migrated"

const folder = "test/integration/processes"

/** How far a request may come before the process dies, or seems to have died for that request alone. */
export interface Cut {
  flow: string
  after: number
  /** The whole process, there and then. */
  now?: boolean
}

export const following = ({ flow, after, now }: Partial<Cut> & { flow: string }): Record<string, string> => ({
  "x-flow": flow,
  ...(after === undefined ? {} : { "x-crash-after": String(after) }),
  ...(now ? { "x-crash": "now" } : {}),
})

/** A Medusa with the built plugin, as a process of its own that can be followed, killed and started again. */
export class MedusaProcess {
  readonly shop: ShopClient
  private running: Running | undefined
  private readonly steps = new Map<string, string[]>()
  private travelled = 0

  constructor(
    readonly url: string,
    private readonly app: string,
    private readonly env: Record<string, string>,
  ) {
    this.shop = new ShopClient(url)
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    Object.assign(this.env, env)
    const preload = path.join(root, folder, "flows.js")
    this.running = run(["--require", preload, commandLine, "start"], this.app, this.env, { messages: true })
    this.running.process.on("message", (message: { flow: string; what: string }) => {
      this.steps.set(message.flow, [...this.stepsOf(message.flow), message.what])
    })
    this.tellTheTime()
    await answers(`${this.url}/health`, this.running)
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.running?.stop()
  }

  /** Where it kills itself. */
  async died(): Promise<void> {
    await this.running?.ended
  }

  /** What a request that was followed has left behind so far, in order. */
  stepsOf(flow: string): string[] {
    return this.steps.get(flow) ?? []
  }

  /** Moves the plugin's clock; Medusa's own stays. */
  travel(ms: number): void {
    this.travelled += ms
    this.tellTheTime()
  }

  /** The plugin's clock. */
  now(): Date {
    return new Date(Date.now() + this.travelled)
  }

  private tellTheTime(): void {
    if (this.running?.process.connected) this.running.process.send({ travel: this.travelled })
  }

  /** The job, once, as Medusa's scheduler would run it. */
  async runJob(): Promise<void> {
    await this.shop.admin("post", "/admin/workflows-executions/job-reconcile-gateway-payments/run", {})
  }
}

/** Both gateways, a database, and a shop in it; the processes that serve it come and go. */
export interface Premises {
  sandbox: Sandbox
  database: TestDatabase
  /** Read as a second program would read it. */
  plugin: { ledger: Ledger }
  processes: MedusaProcess[]
  /** The first process, and a shopper in its storefront. */
  shop: ShopClient
  shopper: Shopper
  seeded: Seeded
  close(): Promise<void>
}

export interface PremisesOptions {
  instances?: number
  modules?: SharedModules
}

/** Entries of medusa-config's `modules`, for what several instances share. */
export type SharedModules = Record<string, object>

export const sharing = (modules: SharedModules): Record<string, string> => ({
  SHARED_MODULES: JSON.stringify(modules),
})

/** Copies a migrated database, starts the processes, and makes a shop that sells. */
export async function openPremises(name: string, options: PremisesOptions = {}): Promise<Premises> {
  const stops: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  }
  try {
    const database = await copyMigratedDatabase(name)
    stops.push(() => database.drop())
    const sandbox = await startSandbox({ notifications: "manual" })
    stops.push(() => sandbox.stop())
    const processes = await prepare(name, options, sandbox, database)
    stops.push(() => Promise.all(processes.map((one) => one.kill())))
    await Promise.all(processes.map((one) => one.start()))
    for (const one of processes) await one.shop.logIn(admin.email, admin.password)
    const [{ shop }] = processes as [MedusaProcess]
    const seeded = await seed(shop, providers)
    const plugin = { ledger: openLedger(fromKnex(database.knex)) }
    const shopper = new CopyingShopper(database.knex, shop, seeded)
    return { sandbox, database, plugin, processes, shop, shopper, seeded, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function prepare(
  name: string,
  { instances = 1, modules = {} }: PremisesOptions,
  sandbox: Sandbox,
  database: TestDatabase,
): Promise<MedusaProcess[]> {
  const app = makeApp(`${name}-shop`, `${folder}/medusa-config.js`)
  const ports = await Promise.all(Array.from({ length: instances }, freePort))
  const urls = ports.map((port) => `http://localhost:${port}`)
  const envs = ports.map((port) => ({
    // The gateways notify the first instance, as they would notify what balances the load.
    ...environment({ medusa: urls[0]!, storefront: "http://localhost:8000" }, sandbox, database.url),
    PORT: String(port),
    DEMO_ADMIN: "false",
    GNETE_CUTOFF: halfADayAway(),
    PAYOUT_KEY: payoutKey,
    ...sharing(modules),
  }))
  return urls.map((url, index) => new MedusaProcess(url, app, envs[index]!))
}

/** Every process opens what another has sealed. */
const payoutKey = `1:${randomBytes(32).toString("base64")}`

const halfADayAway = (): string => new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16)
