import { randomBytes } from "node:crypto"

import { serveStorefront } from "../examples/storefront/serve"
import { databaseServer, withDatabase } from "../scripts/postgres"
import type { Sandbox, startSandbox as StartSandbox } from "../src/sandbox"
import { makeApp } from "./app"
import { buildAdminIfStale, buildIfStale } from "./build"
import { createDatabase, admin, execute, exists, nameOfMigrated, placeOfMigrated } from "./migrated"
import { freePort } from "../scripts/free-port"
import { answers, medusa, root, type Running } from "./processes"
import { seed, ShopClient, Shopper, type Seeded } from "./shop"

export const login = admin

export interface RunningShop {
  url: string
  /** Where the gateways send a shopper back to; answered only with `pages`. */
  storefrontUrl: string
  databaseUrl: string
  shop: ShopClient
  shopper: Shopper
  seeded: Seeded
  sandbox: Sandbox
  /** Ends Medusa where it is, as a crash would, and starts it again with these changes of its environment. */
  restart(changes?: Record<string, string>): Promise<void>
  stop(): Promise<void>
}

export const providers = {
  thb: ["pp_ksher_th", "pp_ksher_first", "pp_ksher_qr", "pp_ksher_demand", "pp_ksher_page", "pp_ksher_hold"],
  hkd: ["pp_gnete_hk", "pp_gnete_first"],
}

export interface Ports {
  medusa: number
  sandbox: number
  storefront: number
}

export interface ShopOptions {
  /** Serve what people click through as well: Medusa's admin and the example storefront. */
  pages?: boolean
  /** Default: free ones. */
  ports?: Ports
  sandboxClock?: { now(): number }
  /** More of Medusa's environment. */
  environment?: Record<string, string>
  say: (line: string) => void
}

/** An embedded PostgreSQL, both simulated gateways, and a real Medusa with the built plugin: all of it, running. */
export async function runShop(options: ShopOptions): Promise<RunningShop> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    return { ...(await start(options, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Ctrl-C and its like end all of it. Someone who looked around as long as they liked ends it well. */
export function stopWhenTold(shop: RunningShop): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void shop.stop().finally(() => process.exit(process.exitCode ?? 130)))
}

async function start(
  options: ShopOptions,
  stops: (() => Promise<void>)[],
): Promise<Omit<RunningShop, "stop">> {
  const { say, pages = false } = options
  const [built, server] = await Promise.all([buildIfStale(), databaseServer(process.env, placeOfMigrated())])
  stops.push(() => server.stop())
  say(built ? "plugin built, PostgreSQL up" : "plugin is built, PostgreSQL up")
  const ports = options.ports ?? (await freePorts())
  const sandbox = await simulate(ports.sandbox, options.sandboxClock)
  stops.push(() => sandbox.stop())
  say(`both gateways simulated at ${sandbox.url}`)

  const database = await newDatabase(server.url())
  stops.push(database.drop)
  const at = {
    medusa: `http://localhost:${ports.medusa}`,
    storefront: `http://localhost:${ports.storefront}`,
  }
  const env = {
    ...environment(at, sandbox, database.url),
    DEMO_ADMIN: String(pages),
    PORT: String(ports.medusa),
    ...options.environment,
  }
  const app = makeApp("demo-shop")
  const migrated = async () => {
    if (database.isMigrated) return
    await medusa(["db:migrate"], app, env).ended
    await medusa(["user", "-e", login.email, "-p", login.password], app, env).ended
  }
  await Promise.all([migrated(), pages && buildAdminIfStale(app, env)])
  say(pages ? "database migrated, admin built" : "database migrated")

  let running: Running | undefined
  const restart = async (changes: Record<string, string> = {}) => {
    await running?.stop()
    running = medusa(["start"], app, { ...env, ...changes })
    await answers(`${at.medusa}/health`, running)
  }
  stops.push(async () => running?.stop())
  await restart()
  const shop = new ShopClient(at.medusa)
  await shop.logIn(login.email, login.password)
  const seeded = await seed(shop, providers)
  say(`Medusa sells at ${at.medusa}`)
  if (pages) {
    const { publishableKey } = shop
    const storefront = await serveStorefront({
      backendUrl: at.medusa,
      publishableKey,
      port: ports.storefront,
    })
    stops.push(() => storefront.stop())
  }
  return {
    url: at.medusa,
    storefrontUrl: at.storefront,
    databaseUrl: database.url,
    shop,
    shopper: new Shopper(shop, seeded),
    seeded,
    sandbox,
    restart,
  }
}

/** The built sandbox: what a shop gets from the package. */
async function simulate(port: number, clock?: { now(): number }): Promise<Sandbox> {
  const { startSandbox } = (await import(`${root}/.medusa/server/src/sandbox/index.js`)) as {
    startSandbox: typeof StartSandbox
  }
  return startSandbox({ port, ...(clock ? { clock } : {}) })
}

/** What demo/medusa-config.js and Medusa itself read, beside the port. */
export function environment(
  at: { medusa: string; storefront: string },
  sandbox: Sandbox,
  databaseUrl: string,
): Record<string, string> {
  return {
    NODE_ENV: "production",
    DATABASE_URL: databaseUrl,
    BACKEND_URL: at.medusa,
    STOREFRONT_URL: at.storefront,
    STORE_CORS: at.storefront,
    ADMIN_CORS: at.medusa,
    AUTH_CORS: `${at.storefront},${at.medusa}`,
    JWT_SECRET: "only-for-the-demo",
    COOKIE_SECRET: "only-for-the-demo",
    MEDUSA_DISABLE_TELEMETRY: "true",
    LOG_LEVEL: "warn",
    PAYOUT_KEY: `1:${randomBytes(32).toString("base64")}`,
    KSHER_APPID: sandbox.ksher.appid,
    KSHER_PRIVATE_KEY: sandbox.ksher.privateKey,
    KSHER_SANDBOX_PUBLIC_KEY: sandbox.ksher.publicKeys[0] ?? "",
    KSHER_SANDBOX_URL: sandbox.ksher.gatewayUrl.replace(/\/gateway$/, ""),
    GNETE_MCH_NO: sandbox.gnete.mchNo,
    GNETE_APP_ID: sandbox.gnete.appId,
    GNETE_APP_SECRET: sandbox.gnete.appSecret,
    GNETE_SANDBOX_URL: sandbox.gnete.baseUrl,
  }
}

async function freePorts(): Promise<Ports> {
  const [medusa, sandbox, storefront] = await Promise.all([freePort(), freePort(), freePort()])
  return { medusa, sandbox, storefront }
}

/**
 * A database of its own, also on a server that was given; there nothing of it stays. Where the tests have left one on the
 * server that Medusa has migrated, a copy of it.
 */
async function newDatabase(
  serverUrl: string,
): Promise<{ url: string; isMigrated: boolean; drop: () => Promise<void> }> {
  const name = `gateway_payments_demo_${process.pid}_${Date.now()}`
  const isMigrated = await exists(serverUrl, nameOfMigrated())
  await createDatabase(serverUrl, name, isMigrated ? nameOfMigrated() : undefined)
  return {
    url: withDatabase(new URL(serverUrl), name),
    isMigrated,
    drop: async () => {
      await execute(serverUrl, `drop database "${name}" with (force)`)
    },
  }
}
