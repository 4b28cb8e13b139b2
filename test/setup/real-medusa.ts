import { writeFileSync } from "node:fs"
import { createServer, type RequestListener, type Server } from "node:http"
import { createRequire } from "node:module"
import path from "node:path"
import type { MedusaContainer } from "@medusajs/framework/types"

import { makeApp } from "../../demo/app"
import { root } from "../../demo/processes"
import type * as Host from "../../src/services/host"
import type * as LedgerRoom from "../../src/services/ledger"
import type * as Settlement from "../../src/services/settlement"
import type * as Transport from "../../src/services/transport"
import { copyMigratedDatabase, type TestDatabase } from "./database"

/** What a suite asks for; the rest is as test/setup/medusa-config.js says. */
export interface MedusaWish {
  port: number
  /** Entries of the payment module, as medusa-config takes them. */
  providers: readonly object[]
  /** What a shop writes under `plugins`. */
  plugin: object
  /** Done to the database before Medusa boots on it. */
  prepare?: (knex: TestDatabase["knex"]) => Promise<unknown>
}

/** A Medusa in this process with the built plugin, on a database of its own. */
export interface RealMedusa {
  container: MedusaContainer
  plugin: Host.GatewayPayments
  /** What the plugin reads the time from. */
  clock: LedgerRoom.Clock
  /** What measures how long a call to a gateway may take. */
  timer: typeof Transport.systemTimer
  reconcile: typeof Settlement.reconcile
  /** Where Medusa and the plugin print. */
  console: Console
  /** Waits for the workflows that requests have left running. */
  quiet(): Promise<void>
  stop(): Promise<void>
}

// Node's own, not Jest's: what it loads stays loaded from one test file to the next.
const load = createRequire(__filename)
const built = path.join(root, ".medusa/server/src")
const configFile = "test/setup/medusa-config.js"

process.env.MEDUSA_DISABLE_TELEMETRY = "true"
process.env.LOG_LEVEL ??= "error"

/**
 * Boots a Medusa beside the tests, not inside of them. Jest gives each file a world of its own, in which Medusa would be
 * loaded, compiled and warmed up anew. Each boot has a database of its own, its own options, and the plugin's modules anew.
 */
export async function startMedusa({ port, providers, plugin, prepare }: MedusaWish): Promise<RealMedusa> {
  const database = await copyMigratedDatabase("medusa")
  await prepare?.(database.knex)
  Object.assign(process.env, {
    DATABASE_URL_OF_SHOP: database.url,
    PLUGIN_OPTIONS: JSON.stringify(plugin),
    GATEWAY_PROVIDERS: JSON.stringify(providers),
  })
  const app = makeApp(`tested-shop-${process.env.JEST_WORKER_ID ?? "1"}`, configFile)
  writeFileSync(path.join(app, "medusa-config.js"), `module.exports = require("../../${configFile}")\n`)
  forget([built, app, path.join(root, configFile), "event-bus-local"])
  const { container, listener, shutdown } = await boot(app, database)
  const server = await listen(listener, port)
  return {
    container,
    plugin: (part("services/host") as typeof Host).gatewayPayments(container),
    clock: (part("services/ledger") as typeof LedgerRoom).systemClock,
    timer: (part("services/transport") as typeof Transport).systemTimer,
    reconcile: (part("services/settlement") as typeof Settlement).reconcile,
    console,
    quiet: () =>
      load(
        "@medusajs/test-utils/dist/medusa-test-runner-utils/wait-workflow-executions",
      ).waitWorkflowExecutions(container),
    stop: async () => {
      await close(server)
      await shutdown()
      await database.drop()
    },
  }
}

/** A module that Medusa brings, as it has loaded it. */
export const loadAsMedusa = (module: string): unknown => load(module)

/** A module of the built plugin. */
const part = (name: string): unknown => load(path.join(built, name))

/**
 * What is loaded from these places is loaded again. A new Medusa has a plugin without a past; and all buses of one module share
 * an emitter, by which the subscribers of the Medusa before would hear of orders that are none of theirs.
 */
function forget(places: readonly string[]): void {
  for (const file of Object.keys(load.cache))
    if (places.some((place) => file.includes(place))) Reflect.deleteProperty(load.cache, file)
}

interface Booted {
  container: MedusaContainer
  listener: RequestListener
  shutdown(): Promise<void>
}

async function boot(app: string, { knex }: TestDatabase): Promise<Booted> {
  // Medusa's scheduler would run the job at every full minute, between a test's act and its look: a test runs it itself.
  // Three days off: a delay of more than 24 days overflows the timer of Medusa's scheduler, which then runs without a pause.
  const { config } = part("jobs/reconcile-gateway-payments") as { config: { schedule: string } }
  config.schedule = `0 0 * * ${(new Date().getUTCDay() + 3) % 7}`
  const framework = load("@medusajs/framework")
  const { asValue } = load("@medusajs/framework/awilix")
  const { ContainerRegistrationKeys } = load("@medusajs/framework/utils")
  const { MedusaModule } = load("@medusajs/framework/modules-sdk")
  // Of the Medusa before, both would still be there.
  MedusaModule.clearInstances()
  framework.container.register(ContainerRegistrationKeys.PG_CONNECTION, asValue(knex))

  const listener = load("express")()
  const from = process.cwd()
  // Medusa looks for a shop's plugins where the process is.
  process.chdir(app)
  try {
    const { container, shutdown } = await load("@medusajs/medusa/loaders/index").default({
      directory: app,
      expressApp: listener,
    })
    return { container, listener, shutdown }
  } finally {
    process.chdir(from)
  }
}

function listen(listener: RequestListener, port: number): Promise<Server> {
  const server = createServer(listener)
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
