import { defineConfig, Modules } from "@medusajs/framework/utils"

/**
 * The shop in which this package is developed and tested: its own sources stand in for an installed plugin.
 * How a real shop is configured is shown in medusa-config.example.js.
 *
 * | variable            | what                                                                     |
 * |---------------------|--------------------------------------------------------------------------|
 * | DATABASE_URL        | PostgreSQL; `tsx scripts/with-postgres.ts` brings one                    |
 * | GATEWAY_PROVIDERS   | JSON: `[{ "gateway": "ksher", "id": "th", "options": {} }]`              |
 * | PLUGIN_OPTIONS      | JSON: what a shop writes under `plugins`                                 |
 * | SHOP_REDIS_URL      | Redis for events, workflows and locks, as several instances need it      |
 * | MEDUSA_WORKER_MODE  | shared, server or worker                                                 |
 */
interface ProviderEntry {
  gateway: "ksher" | "gnete"
  id: string
  options: Record<string, unknown>
}

function providers() {
  const entries = JSON.parse(process.env.GATEWAY_PROVIDERS ?? "[]") as ProviderEntry[]
  return entries.map(({ gateway, id, options }) => ({ resolve: `./src/providers/${gateway}`, id, options }))
}

function redisModules(redisUrl: string) {
  const locking = {
    resolve: "@medusajs/medusa/locking-redis",
    id: "redis",
    is_default: true,
    options: { redisUrl },
  }
  const caching = {
    resolve: "@medusajs/medusa/caching-redis",
    id: "redis",
    is_default: true,
    options: { redisUrl },
  }
  return [
    { resolve: "@medusajs/medusa/event-bus-redis", options: { redisUrl } },
    { resolve: "@medusajs/medusa/workflow-engine-redis", options: { redis: { redisUrl } } },
    { resolve: "@medusajs/medusa/locking", options: { providers: [locking] } },
    { resolve: "@medusajs/medusa/caching", options: { providers: [caching] } },
  ]
}

const redisUrl = process.env.SHOP_REDIS_URL

export default defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    ...(redisUrl ? { redisUrl } : {}),
    workerMode: (process.env.MEDUSA_WORKER_MODE ?? "shared") as "shared" | "server" | "worker",
    http: {
      storeCors: "http://localhost:8000",
      adminCors: "http://localhost:9000",
      authCors: "http://localhost:8000,http://localhost:9000",
      jwtSecret: "only-for-development",
      cookieSecret: "only-for-development",
    },
  },
  admin: { disable: process.env.NODE_ENV === "test" },
  modules: [
    { resolve: "./src", options: JSON.parse(process.env.PLUGIN_OPTIONS ?? "{}") as Record<string, unknown> },
    {
      resolve: "@medusajs/medusa/payment",
      dependencies: ["gateway_payments", Modules.LOCKING],
      options: { providers: providers() },
    },
    ...(redisUrl ? redisModules(redisUrl) : []),
  ],
})
