import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { freePort } from "../../scripts/free-port"
import { ShopClient, seed, type Currency, type PlacedOrder, type Seeded, type Shopper } from "../../demo/shop"
import { startSandbox, type Sandbox } from "../../src/sandbox"
import type { GatewayPayments } from "../../src/services/host"
import type { ReconcileReport } from "../../src/services/settlement/reconcile"
import { admin } from "../../demo/migrated"
import type { RealMedusa } from "../setup/real-medusa"
import { CopyingShopper, type Knex } from "../support/cart-copies"
import { HeldCalls } from "../support/held-calls"
import { standardEntries, withOptions, type ProviderEntry } from "./entries"

export * from "./books"
export * from "./entries"

export interface World {
  container: MedusaContainer
  plugin: GatewayPayments
  sandbox: Sandbox
  /** The calls that the sandbox holds up: the plugin gives up on those that are held for longer than `timeoutMs`. */
  held: HeldCalls
  shop: ShopClient
  shopper: Shopper
  seeded: Seeded
  /** Where Medusa and the plugin print. */
  console: Console
  /** Waits for the workflows that requests have left running. */
  quiet: () => Promise<void>
}

let medusa: RealMedusa

/** A real Medusa with this plugin's sources and both simulated gateways, for the tests in `suite`. */
export function inRealMedusa(
  suite: (world: World) => void,
  options: { entries?: ProviderEntry[]; plugin?: object; timeoutMs?: number } = {},
): void {
  const { entries = standardEntries, plugin = {}, timeoutMs = 1_500 } = options
  const world = {} as World

  beforeAll(async () => {
    world.held = new HeldCalls()
    world.sandbox = await startSandbox({
      onHeld: world.held.onHeld,
      notifications: "manual",
      seed: 1,
      quirks: { gnete: { sameDayCutoff: null } },
    })
    const port = await freePort()
    const providers = entries.map((entry) =>
      withOptions({ ...entry, options: { timeoutMs, ...entry.options } }, port, world.sandbox),
    )
    medusa = await startMedusa({ port, providers, plugin })
    medusa.timer.start = world.held.timer
    const { container, console } = medusa
    Object.assign(world, { container, console, plugin: medusa.plugin, quiet: () => medusa.quiet() })
    world.shop = new ShopClient(`http://localhost:${port}`)
    await world.shop.logIn(admin.email, admin.password)
    const sold: Partial<Record<Currency, string[]>> = {}
    for (const { gateway, id, currency = gateway === "ksher" ? "thb" : "hkd" } of entries)
      (sold[currency] ??= []).push(`pp_${gateway}_${id}`)
    world.seeded = await seed(world.shop, sold)
    const database = container.resolve<Knex>(ContainerRegistrationKeys.PG_CONNECTION)
    world.shopper = new CopyingShopper(database, world.shop, world.seeded)
  })
  // What a test has left running is none of the next one's.
  afterEach(() => medusa.quiet())
  afterAll(async () => {
    jest.restoreAllMocks()
    await medusa.stop()
    await world.sandbox.stop()
  })

  suite(world)
}

let travelled = 0

/** Moves the plugin's clock; Medusa's own stays. */
export function travel(ms: number): void {
  travelled += ms
  medusa.clock.now = () => new Date(Date.now() + travelled)
}

export function backToThePresent(): void {
  travelled = 0
  medusa.clock.now = () => new Date()
}

/** One run of the job, `ms` from now. */
export async function runJob(world: World, ms = 0): Promise<ReconcileReport> {
  travel(ms)
  const report = await medusa.reconcile(
    { ...world.plugin.reconcileDeps(), now: () => medusa.clock.now() },
    { batch: 50, concurrency: 4, budgetMs: 60_000 },
  )
  await world.plugin.tidy()
  return report
}

/** Shopper chooses, pays at the gateway, and the shop completes the cart. */
export async function paidOrder(
  world: World,
  providerId: string,
  options: {
    channel?: string
    data?: Record<string, unknown>
    quantity?: number
    customerToken?: string
  } = {},
): Promise<PlacedOrder> {
  const cart = await world.shopper.fillCart(providerId.includes("gnete") ? "hkd" : "thb", options)
  const session = await world.shopper.choose(cart, providerId, options.data)
  await world.sandbox.pay(session.number, options.channel ? { channel: options.channel } : {})
  const done = await world.shopper.complete(cart)
  if (!done.orderId) throw new Error(`The cart was not completed: ${done.error}`)
  return { id: done.orderId, cart, session }
}

/** Shopper chooses, and the order exists before it is paid. */
export async function unpaidOrder(
  world: World,
  providerId: string,
  customerToken?: string,
): Promise<PlacedOrder> {
  const cart = await world.shopper.fillCart(providerId.includes("gnete") ? "hkd" : "thb", {
    ...(customerToken ? { customerToken } : {}),
  })
  const session = await world.shopper.choose(cart, providerId)
  const done = await world.shopper.complete(cart)
  if (!done.orderId) throw new Error(`The order was not placed: ${done.error}`)
  return { id: done.orderId, cart, session }
}
