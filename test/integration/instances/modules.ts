import { randomBytes } from "node:crypto"

import { Redis } from "ioredis"

import type { SharedModules } from "../processes/process"

const locking = (name: string, options: object) => ({
  resolve: "@medusajs/medusa/locking",
  options: {
    providers: [{ resolve: `@medusajs/medusa/locking-${name}`, id: name, is_default: true, options }],
  },
})

/** What a shop without Redis has: Medusa's locks in PostgreSQL, events and workflows in each process. */
const postgres: SharedModules = { locking: locking("postgres", {}) }

const prefix = `gateway-payments-${randomBytes(6).toString("hex")}`

/** What docs/operating.md tells a shop with several instances to share, under keys that no other run has. */
function redis(redisUrl: string): SharedModules {
  const queues = { queueOptions: { prefix }, workerOptions: { prefix } }
  const caching = { resolve: "@medusajs/medusa/caching-redis", id: "redis", is_default: true }
  return {
    event_bus: { resolve: "@medusajs/medusa/event-bus-redis", options: { redisUrl, ...queues } },
    workflows: {
      resolve: "@medusajs/medusa/workflow-engine-redis",
      options: { redis: { redisUrl, ...queues } },
    },
    locking: locking("redis", { redisUrl, namespace: `${prefix}:lock:` }),
    caching: {
      resolve: "@medusajs/medusa/caching",
      options: { providers: [{ ...caching, options: { redisUrl, prefix: `${prefix}:` } }] },
    },
  }
}

const { REDIS_URL, CI } = process.env

if (CI && !REDIS_URL)
  throw new Error("REDIS_URL is missing: the continuous integration tests several instances on a Redis, too.")

/** Without REDIS_URL there is no Redis to test on, and the suite is that much shorter. */
export const ways: readonly (readonly [string, SharedModules])[] = [
  ["one PostgreSQL", postgres],
  ...(REDIS_URL ? [["one PostgreSQL and one Redis", redis(REDIS_URL)] as const] : []),
]

/** Leaves a Redis that others use as it was found. */
export async function sweepRedis(): Promise<void> {
  if (!REDIS_URL) return
  const client = new Redis(REDIS_URL)
  const keys = await client.keys(`${prefix}*`)
  if (keys.length) await client.del(...keys)
  await client.quit()
}
