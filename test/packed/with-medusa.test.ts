import { medusaBooks, seed, ShopClient, Shopper } from "../../demo/shop"
import { startSandbox, type Sandbox } from "../../src/sandbox"
import { createEmptyDatabase, type TestDatabase } from "../setup/database"
import { freePort, manifestOf, Project, repository, type Running, tarball } from "./project"

const { name, devDependencies: versions } = manifestOf(repository)

/** Another Medusa than the one this package is developed with: the oldest its peers allow, or `latest`. */
const { MEDUSA_VERSION } = process.env

const pick = (...names: string[]) =>
  Object.fromEntries(
    names.map((each) => [each, (each.startsWith("@medusajs/") && MEDUSA_VERSION) || versions[each]!]),
  )

/** A shop as `create-medusa-app` makes it, with the plugin and both gateways in its configuration. */
const shop = {
  "package.json": JSON.stringify({
    name: "shop",
    version: "1.0.0",
    private: true,
    dependencies: pick("@medusajs/admin-sdk", "@medusajs/cli", "@medusajs/framework", "@medusajs/medusa"),
    devDependencies: pick(
      "@swc/core",
      "@types/node",
      "@types/react",
      "react",
      "react-dom",
      "ts-node",
      "typescript",
      "vite",
    ),
  }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "ES2021",
      module: "Node16",
      moduleResolution: "Node16",
      esModuleInterop: true,
      skipLibCheck: true,
      strict: true,
      rootDir: ".",
      outDir: ".medusa/server",
      types: ["node"],
    },
    include: ["**/*.ts"],
    exclude: ["node_modules", ".medusa"],
    "ts-node": { swc: true },
  }),
  "medusa-config.ts": `
import { defineConfig, Modules } from "@medusajs/framework/utils"

const providers = JSON.parse(process.env.PROVIDERS ?? "[]") as { resolve: string; id: string; options: object }[]

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: { storeCors: "*", adminCors: "*", authCors: "*", jwtSecret: "packed", cookieSecret: "packed" },
  },
  plugins: [{ resolve: "${name}", options: { notificationRetentionDays: 30 } }],
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      dependencies: ["gateway_payments", Modules.LOCKING],
      options: { providers },
    },
  ],
})
`,
}

const providers = ({ ksher, gnete }: Sandbox) => {
  const addresses = {
    notifyBaseUrl: "https://shop.example",
    returnUrl: "https://shop.example/paid/{session_id}",
  }
  return [
    {
      resolve: `${name}/providers/ksher`,
      id: "th",
      options: { ...ksher, ...addresses, channels: ["truemoney"] },
    },
    {
      resolve: `${name}/providers/gnete`,
      id: "hk",
      options: { ...gnete, ...addresses, wayCodes: ["UP_OP"] },
    },
  ]
}

const cli = "node_modules/@medusajs/cli/cli.js"

let sandbox: Sandbox
let project: Project
let database: TestDatabase
let env: Record<string, string>

const medusa = (...args: string[]) => project.run(process.execPath, [cli, ...args], env)

beforeAll(async () => {
  project = new Project(shop)
  database = await createEmptyDatabase("packed")
  sandbox = await startSandbox({ notifications: "manual" })
  env = { DATABASE_URL: database.url, PROVIDERS: JSON.stringify(providers(sandbox)) }
  await project.install(tarball())
}, 600_000)

afterAll(async () => {
  await sandbox.stop()
  await database.drop()
  project.remove()
})

const doors = ["", "/providers/ksher", "/providers/gnete", "/workflows", "/modules/gateway-payments"]

it.each(doors)("opens %s for require and for import", async (door) => {
  const required = `console.log(typeof require("${name}${door}"))`
  expect(await project.run(process.execPath, ["--eval", required])).toBe("object\n")
  const imported = `console.log(typeof await import("${name}${door}"))`
  expect(await project.run(process.execPath, ["--input-type=module", "--eval", imported])).toBe("object\n")
})

it("types its doors for a shop's own code", async () => {
  const lines = doors.map(
    (door, index) => `import * as door${index} from "${name}${door}"\nexport { door${index} }`,
  )
  project.write("doors.ts", lines.join("\n"))
  await project.run(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."])
})

describe("a shop that installed it", () => {
  let server: Running | undefined
  let address: string

  beforeAll(async () => {
    await medusa("db:migrate")
    await medusa("build")
    const port = await freePort()
    address = `http://localhost:${port}`
    // The build is a program of its own, which a shop starts in its folder.
    const start = [project.path(cli), "start", "--port", String(port)]
    server = await project.start(start, /Server is ready on port/, env, ".medusa/server")
  }, 600_000)

  afterAll(() => server?.stop())

  it("has the package's tables", async () => {
    const { rows } = await database.knex.raw<{ rows: { table_name: string }[] }>(
      "select table_name from information_schema.tables where table_name like 'gateway_%' order by 1",
    )
    expect(rows.map((row) => row.table_name)).toEqual([
      "gateway_notification",
      "gateway_operation",
      "gateway_payment",
    ])
  })

  it("knows both providers", async () => {
    const { rows } = await database.knex.raw<{ rows: { id: string }[] }>(
      "select id from payment_provider where is_enabled order by 1",
    )
    expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining(["pp_gnete_hk", "pp_ksher_th"]))
  })

  it("says at boot where the gateways' notifications are expected", () => {
    expect(server?.output).toContain("https://shop.example/hooks/gateway/pp_ksher_th")
    expect(server?.output).toContain("https://shop.example/hooks/gateway/pp_gnete_hk")
  })

  it("refuses a notification that nobody signed", async () => {
    const data = {
      appid: sandbox.ksher.appid,
      fee_type: "THB",
      ksher_order_no: "90020200101000000000001",
      mch_order_no: "ORDER1",
      result: "SUCCESS",
      total_fee: 100,
    }
    const answer = await fetch(`${address}/hooks/gateway/pp_ksher_th`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ code: 0, data, msg: "OK", sign: "00", status_code: "", status_msg: "" }),
    })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ result: "FAIL" })
  })

  it("takes, refunds and cancels an order on each gateway, and the books agree", async () => {
    const login = { email: "admin@shop.example", password: "supersecret" }
    await medusa("user", "--email", login.email, "--password", login.password)
    const client = new ShopClient(address)
    await client.logIn(login.email, login.password)
    const shopper = new Shopper(client, await seed(client, { thb: ["pp_ksher_th"], hkd: ["pp_gnete_hk"] }))
    for (const [currency, provider] of [
      ["thb", "pp_ksher_th"],
      ["hkd", "pp_gnete_hk"],
    ] as const) {
      const cart = await shopper.fillCart(currency)
      const session = await shopper.choose(cart, provider)
      await sandbox.pay(session.number)
      const { orderId = "" } = await shopper.complete(cart)
      const { payments } = await medusaBooks(client, orderId)
      await client.admin("post", `/admin/payments/${payments[0]!.id}/refund`, { amount: 30 })
      expect(await sandbox.book(session.number)).toMatchObject({ returned: 3000 })
      await client.admin("post", `/admin/orders/${orderId}/cancel`)
      const there = await sandbox.book(session.number)
      expect(there.returned).toBe(there.taken)
      expect(await medusaBooks(client, orderId)).toMatchObject({
        status: "canceled",
        captured: there.taken / 100,
        refunded: there.taken / 100,
        transactions: 0,
      })
    }
  })

  it("serves the admin", async () => {
    const page = await fetch(`${address}/app`)
    expect(page.status).toBe(200)
  })
})
