import { randomBytes } from "node:crypto"
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"

import { buildIfStale } from "../../demo/build"
import { freePort } from "../../scripts/free-port"
import { answers, medusa, root, type Running } from "../../demo/processes"
import { providers } from "../../demo/running-shop"
import { seed, ShopClient, Shopper, type Seeded } from "../../demo/shop"
import { databaseServer, withDatabase } from "../../scripts/postgres"
import type { Sandbox, startSandbox as StartSandbox } from "../../src/sandbox"
import { ModulesSdkUtils } from "@medusajs/framework/utils"

export type Knex = ReturnType<typeof ModulesSdkUtils.createPgConnection>

export const connect = (url: string): Knex =>
  ModulesSdkUtils.createPgConnection({
    clientUrl: url,
    schema: "public",
    driverOptions: {},
    pool: { min: 1, max: 20 },
  })

/** Stops what was started, last first, also where starting broke off. */
export class Stops {
  private readonly steps: (() => Promise<unknown>)[] = []
  private stopped: Promise<void> | undefined
  add(step: () => Promise<unknown>): void {
    this.steps.push(step)
  }
  run(): Promise<void> {
    return (this.stopped ??= this.stopAll())
  }
  private async stopAll(): Promise<void> {
    for (const step of [...this.steps].reverse()) await step()
  }
}

/** Also where somebody breaks the bench off: a Medusa in a process group of its own would outlive it. */
export async function whileRunning<T>(work: (stops: Stops) => Promise<T>): Promise<T> {
  const stops = new Stops()
  const breakOff = () => void stops.run().finally(() => process.exit(130))
  for (const signal of signals) process.on(signal, breakOff)
  try {
    return await work(stops)
  } finally {
    for (const signal of signals) process.off(signal, breakOff)
    await stops.run()
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** A database of its own on the server that DATABASE_URL names, or on an embedded one. */
export async function newDatabase(stops: Stops): Promise<string> {
  const server = await databaseServer()
  stops.add(() => server.stop())
  const name = `gateway_payments_bench_${process.pid}_${randomBytes(4).toString("hex")}`
  const knex = connect(server.url())
  await knex.raw(`create database "${name}"`)
  await knex.destroy()
  return withDatabase(new URL(server.url()), name)
}

/** A shop's folder with this package linked into it, the bare route, and the bench's configuration. */
function makeApp(name: string): string {
  const app = path.join(root, ".medusa", name)
  rmSync(app, { recursive: true, force: true })
  mkdirSync(path.join(app, "node_modules"), { recursive: true })
  symlinkSync(root, path.join(app, "node_modules/medusa-payment-ksher-gnete"), "dir")
  writeFileSync(
    path.join(app, "package.json"),
    JSON.stringify({ name, private: true, dependencies: { "@medusajs/medusa": "*" } }),
  )
  const requiring = (file: string) =>
    `module.exports = require(${JSON.stringify(path.join(root, "bench/shop", file))})\n`
  writeFileSync(path.join(app, "medusa-config.js"), requiring("medusa-config.js"))
  for (const [route, file] of [
    ["insert", "bare-route.js"],
    ["process", "process-route.js"],
  ] as const) {
    mkdirSync(path.join(app, `src/api/bench/${route}`), { recursive: true })
    writeFileSync(path.join(app, `src/api/bench/${route}/route.js`), requiring(file))
  }
  return app
}

export interface BenchApp {
  app: string
  env: Record<string, string>
  url: string
  databaseUrl: string
  sandbox: Sandbox
}

/** A migrated database and a shop's folder, ready to boot with or without the plugin. */
export async function prepare(stops: Stops): Promise<BenchApp> {
  await buildIfStale()
  const databaseUrl = await newDatabase(stops)
  const { startSandbox } = (await import(`${root}/.medusa/server/src/sandbox/index.js`)) as {
    startSandbox: typeof StartSandbox
  }
  const sandbox = await startSandbox({ notifications: "manual" })
  stops.add(() => sandbox.stop())
  const port = await freePort()
  const url = `http://localhost:${port}`
  const app = makeApp("bench-shop")
  const env = environment(url, port, sandbox, databaseUrl)
  await medusa(["db:migrate"], app, env).ended
  return { app, env, url, databaseUrl, sandbox }
}

export async function boot(
  shop: BenchApp,
  env: Record<string, string> = {},
): Promise<{ running: Running; ms: number }> {
  const start = performance.now()
  const running = medusa(["start"], shop.app, { ...shop.env, ...env })
  await answers(`${shop.url}/health`, running)
  return { running, ms: performance.now() - start }
}

export interface BenchShop extends BenchApp {
  running: Running
  knex: Knex
  shop: ShopClient
  shopper: Shopper
  seeded: Seeded
}

/** Medusa's own provider, which authorizes whatever it is asked for. */
export const manual = "pp_system_default"

export const login = { email: "admin@shop.example", password: "supersecret" }

/** A real Medusa that sells, with the built plugin and both simulated gateways. */
export async function openShop(stops: Stops, env: Record<string, string> = {}): Promise<BenchShop> {
  const prepared = await prepare(stops)
  const knex = connect(prepared.databaseUrl)
  stops.add(() => knex.destroy())
  await knex.raw(
    "create table bench_notification (id text primary key, hash text unique, body text not null, created_at timestamptz not null default now())",
  )
  const { running } = await boot(prepared, env)
  stops.add(() => running.stop())
  await medusa(["user", "-e", login.email, "-p", login.password], prepared.app, prepared.env).ended
  const shop = new ShopClient(prepared.url)
  await shop.logIn(login.email, login.password)
  const hkd = [...providers.hkd, manual]
  const seeded = await seed(shop, { ...providers, hkd })
  return { ...prepared, running, knex, shop, shopper: new Shopper(shop, seeded), seeded }
}

function environment(
  url: string,
  port: number,
  sandbox: Sandbox,
  databaseUrl: string,
): Record<string, string> {
  return {
    NODE_ENV: "production",
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    BACKEND_URL: url,
    STOREFRONT_URL: "http://localhost:8000",
    ADMIN_CORS: url,
    JWT_SECRET: "only-for-the-bench",
    COOKIE_SECRET: "only-for-the-bench",
    MEDUSA_DISABLE_TELEMETRY: "true",
    LOG_LEVEL: "warn",
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
