import type { MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"
import { createUserAccountWorkflow } from "@medusajs/medusa/core-flows"
import { medusaIntegrationTestRunner } from "@medusajs/test-utils"

import { freePort } from "../../demo/processes"
import { ShopClient, Shopper, seed, type PlacedOrder } from "../../demo/shop"
import { startSandbox, type Sandbox } from "../../src/sandbox"
import { gatewayPayments, type GatewayPayments } from "../../src/services/host"
import { systemClock } from "../../src/services/ledger"
import { reconcile, type ReconcileReport } from "../../src/services/settlement"
import { standardEntries, withOptions, type ProviderEntry } from "./entries"

export * from "./books"
export * from "./entries"

// Between two tests the runner cuts every connection to put the database back, also those of subscribers that still
// work. Each test makes orders of its own: the database is left as it is.
jest.mock("@medusajs/test-utils/dist/medusa-test-runner-utils/postgres-template", () => ({
  ...jest.requireActual("@medusajs/test-utils/dist/medusa-test-runner-utils/postgres-template"),
  restorePostgresDatabaseFromTemplate: () => Promise.resolve(),
}))

// Medusa's scheduler would run the job at every full minute, between a test's act and its look: a test runs it itself.
jest.mock("../../src/jobs/reconcile-gateway-payments", () => ({
  ...jest.requireActual<object>("../../src/jobs/reconcile-gateway-payments"),
  // Three days off: a delay of more than 24 days overflows the timer of Medusa's scheduler, which then runs without a pause.
  config: {
    name: "reconcile-gateway-payments",
    schedule: `0 0 * * ${(new Date().getUTCDay() + 3) % 7}`,
  },
}))

export interface World {
  container: MedusaContainer
  plugin: GatewayPayments
  sandbox: Sandbox
  shop: ShopClient
  shopper: Shopper
}

export const admin = { email: "admin@shop.example", password: "supersecret" }

/** A real Medusa with this plugin's sources and both simulated gateways, for the tests in `suite`. */
export function inRealMedusa(
  suite: (world: World) => void,
  options: { entries?: ProviderEntry[]; plugin?: object; timeoutMs?: number } = {},
): void {
  // Long enough for a busy machine to answer in, and what each call costs that the sandbox leaves without an answer.
  const { entries = standardEntries, plugin = {}, timeoutMs = 1_500 } = options
  const world = {} as World

  beforeAll(async () => {
    world.sandbox = await startSandbox({
      notifications: "manual",
      seed: 1,
      quirks: { gnete: { sameDayCutoff: null } },
    })
    const port = await freePort()
    process.env.PORT = String(port)
    process.env.PLUGIN_OPTIONS = JSON.stringify(plugin)
    process.env.GATEWAY_PROVIDERS = JSON.stringify(
      entries.map((entry) =>
        withOptions({ ...entry, options: { timeoutMs, ...entry.options } }, port, world.sandbox),
      ),
    )
    world.shop = new ShopClient(`http://localhost:${port}`)
  })
  afterAll(async () => {
    jest.restoreAllMocks()
    await world.sandbox.stop()
  })

  medusaIntegrationTestRunner({
    inApp: true,
    disableAutoTeardown: true,
    testSuite: ({ getContainer }: { getContainer: () => MedusaContainer }) => {
      beforeAll(async () => {
        world.container = getContainer()
        world.plugin = gatewayPayments(world.container)
        await makeAdmin(world.container)
        await world.shop.logIn(admin.email, admin.password)
        const ids = (gateway: string) =>
          entries.filter((entry) => entry.gateway === gateway).map((entry) => `pp_${gateway}_${entry.id}`)
        world.shopper = new Shopper(
          world.shop,
          await seed(world.shop, { thb: ids("ksher"), hkd: ids("gnete") }),
        )
      })
      suite(world)
    },
  } as never)
}

async function makeAdmin(container: MedusaContainer): Promise<void> {
  const auth = container.resolve(Modules.AUTH)
  const { authIdentity, error } = await auth.register("emailpass", { body: admin })
  if (!authIdentity) throw new Error(error)
  await createUserAccountWorkflow(container).run({
    input: { authIdentityId: authIdentity.id, userData: { email: admin.email } },
  })
}

let travelled = 0
const realNow = systemClock.now.bind(systemClock)

/** Moves the plugin's clock; Medusa's own stays. */
export function travel(ms: number): void {
  travelled += ms
  systemClock.now = () => new Date(realNow().getTime() + travelled)
}

export function backToThePresent(): void {
  travelled = 0
  systemClock.now = realNow
}

/** One run of the job, `ms` from now. */
export async function runJob(world: World, ms = 0): Promise<ReconcileReport> {
  travel(ms)
  return reconcile(
    { ...world.plugin.reconcileDeps(), now: () => systemClock.now() },
    { batch: 50, concurrency: 4, budgetMs: 60_000 },
  )
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
