import { databaseServer } from "../scripts/postgres"
import type { Sandbox, startSandbox as StartSandbox } from "../src/sandbox"
import { buildIfStale } from "./build"
import { makeApp } from "./app"
import { answers, freePort, medusa, root } from "./processes"
import { seed, ShopClient, Shopper, type Seeded } from "./shop"

export const login = { email: "admin@shop.example", password: "supersecret" }

export interface RunningShop {
  url: string
  shop: ShopClient
  shopper: Shopper
  seeded: Seeded
  sandbox: Sandbox
  stop(): Promise<void>
}

export const providers = {
  thb: ["pp_ksher_th", "pp_ksher_first", "pp_ksher_qr"],
  hkd: ["pp_gnete_hk", "pp_gnete_first"],
}

export interface ShopOptions {
  /** Serve Medusa's admin as well. */
  admin?: boolean
  port?: number
  sandboxPort?: number
  sandboxClock?: { now(): number }
  storefrontUrl?: string
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

async function start(
  options: ShopOptions,
  stops: (() => Promise<void>)[],
): Promise<Omit<RunningShop, "stop">> {
  const { say } = options
  const [built, database] = await Promise.all([buildIfStale(), databaseServer()])
  stops.push(() => database.stop())
  say(built ? "plugin built, PostgreSQL up" : "plugin is built, PostgreSQL up")
  // The built sandbox: what a shop gets from the package.
  const { startSandbox } = (await import(`${root}/.medusa/server/src/sandbox/index.js`)) as {
    startSandbox: typeof StartSandbox
  }
  const sandbox = await startSandbox({
    port: options.sandboxPort ?? 0,
    ...(options.sandboxClock ? { clock: options.sandboxClock } : {}),
  })
  stops.push(() => sandbox.stop())
  say(`both gateways simulated at ${sandbox.url}`)

  const port = options.port ?? (await freePort())
  const url = `http://localhost:${port}`
  const env = environment(options, url, port, sandbox, await newDatabase(database.url()))
  const app = makeApp("demo-shop")
  await medusa(["db:migrate"], app, env).ended
  say("database migrated")
  const server = medusa(options.admin ? ["develop"] : ["start"], app, env)
  stops.push(() => server.stop())
  await Promise.all([
    answers(`${url}/health`, server),
    medusa(["user", "-e", login.email, "-p", login.password], app, env).ended,
  ])
  const shop = new ShopClient(url)
  await shop.logIn(login.email, login.password)
  const seeded = await seed(shop, providers)
  say(`Medusa sells at ${url}`)
  return { url, shop, shopper: new Shopper(shop, seeded), seeded, sandbox }
}

function environment(
  options: ShopOptions,
  url: string,
  port: number,
  sandbox: Sandbox,
  databaseUrl: string,
): Record<string, string> {
  const storefront = options.storefrontUrl ?? "http://localhost:8000"
  return {
    NODE_ENV: options.admin ? "development" : "production",
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    BACKEND_URL: url,
    STOREFRONT_URL: storefront,
    STORE_CORS: storefront,
    ADMIN_CORS: url,
    AUTH_CORS: `${storefront},${url}`,
    JWT_SECRET: "only-for-the-demo",
    COOKIE_SECRET: "only-for-the-demo",
    MEDUSA_DISABLE_TELEMETRY: "true",
    LOG_LEVEL: "warn",
    DEMO_ADMIN: options.admin ? "true" : "false",
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

/** A database of its own, also on a server that was given. */
async function newDatabase(serverUrl: string): Promise<string> {
  const { Client } = (await import("pg")).default
  const name = `gateway_payments_demo_${process.pid}_${Date.now()}`
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database "${name}"`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
