import { copyFileSync, readFileSync } from "node:fs"
import path from "node:path"

import { medusaBooks, seed, ShopClient, Shopper } from "../../demo/shop"
import { startSandbox, type Sandbox } from "../../src/sandbox"
import { environmentOf } from "../../src/sandbox/command"
import { createEmptyDatabase, type TestDatabase } from "../setup/database"
import { exceptions, filesOf, scripts, unused, type Kind } from "./blocks"
import { shopCommands, step } from "./readme"
import { freePort } from "../../scripts/free-port"
import { manifestOf, Project, repository, type Running, tarball } from "./project"

const { name, devDependencies: versions } = manifestOf(repository)

/** Another Medusa than the one this package is developed with: the oldest its peers allow, or `latest`. */
const { MEDUSA_VERSION } = process.env

const pick = (...names: string[]) =>
  Object.fromEntries(
    names.map((each) => [each, (each.startsWith("@medusajs/") && MEDUSA_VERSION) || versions[each]!]),
  )

const manifest = {
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
}

/** The versions that this package is developed with: npm takes what the shop needs, and looks nothing up. */
function lock(): Record<string, string> {
  if (MEDUSA_VERSION) return {}
  const own = JSON.parse(readFileSync(path.join(repository, "package-lock.json"), "utf8")) as {
    packages: object
  }
  const packages = { ...own.packages, "": manifest }
  return { "package-lock.json": JSON.stringify({ ...own, name: manifest.name, packages }) }
}

/** A shop as `create-medusa-app` makes it, with the plugin and both gateways in its configuration. */
const shop = {
  "package.json": JSON.stringify(manifest),
  ...lock(),
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
}

/** What the README says to paste. */
const { config } = step("2. Configure")

/** What the sandbox prints for the shop's .env, and what the README has the shop add to it. */
const environment = (simulated: Sandbox, databaseUrl: string) => ({
  DATABASE_URL: databaseUrl,
  JWT_SECRET: "packed",
  COOKIE_SECRET: "packed",
  BACKEND_URL: "https://shop.example",
  STOREFRONT_URL: "https://shop.example",
  ...environmentOf(simulated),
})

const cli = "node_modules/@medusajs/cli/cli.js"

let sandbox: Sandbox
let project: Project
let database: TestDatabase
let env: Record<string, string>

const typed: string[] = []

/** Types what a page says. The package is not published where the tests run: its file stands in for its name. */
async function type(line: string) {
  typed.push(line)
  const file = `./${path.basename(tarball())}`
  return project.type(
    line
      .replace(new RegExp(`^npm install ${name}(@latest)?$`), `npm install ${file}`)
      .replace(/^npm install /, "npm install --prefer-offline --no-audit --no-fund "),
    env,
  )
}

const medusa = (...args: string[]) => project.run(process.execPath, [cli, ...args], env)

beforeAll(async () => {
  project = new Project(shop)
  copyFileSync(tarball(), project.path(path.basename(tarball())))
  database = await createEmptyDatabase("packed")
  sandbox = await startSandbox({ notifications: "manual" })
  env = environment(sandbox, database.url)
})

afterAll(async () => {
  await sandbox.stop()
  await database.drop()
  project.remove()
})

describe("the README, step by step", () => {
  const [install = ""] = step("1. Install").commands
  const [simulate = ""] = step("3. Start the sandbox").commands
  const [doctor = ""] = step("4. Check").commands
  const [migrate = ""] = step("5. Migrate").commands
  const [develop = ""] = step("6. Start").commands

  it("1. installs: the package is among the dependencies", async () => {
    expect(await type(install)).toMatchObject({ code: 0 })
    expect(manifestOf(project.folder).dependencies).toHaveProperty(name)
  }, 600_000)

  it("3. starts the sandbox: it prints the lines to paste, with every name that the pasted config reads", async () => {
    typed.push(simulate)
    // On a port that is free, whatever else runs on this machine.
    const line = simulate.replace(/--port \d+$/, "--port 0")
    const running = await project.start(line.split(" "), /Control: POST/)
    const read = [...config.matchAll(/process\.env\.((?:KSHER|GNETE)_\w+)/g)].map(
      ([, variable = ""]) => variable,
    )
    expect(read.length).toBeGreaterThan(5)
    for (const variable of read) expect(running.output).toMatch(new RegExp(`^${variable}=\\S`, "m"))
    await running.stop()
  })

  it("4. checks: the migrations are still pending, and everything else is in order", async () => {
    project.write("medusa-config.ts", config)
    const { code, text } = await type(doctor)
    const lines = text.split("\n").filter((line) => /^(ok|note|wrong|skipped) /.test(line))
    expect(lines.filter((line) => !line.startsWith("ok"))).toEqual([
      // The README's block has no `http`, and the address of its example is nobody's.
      expect.stringMatching(/^note +medusa +CORS /),
      expect.stringMatching(/^skipped +pp_ksher_th +route /),
      expect.stringMatching(/^skipped +pp_gnete_hk +route /),
      expect.stringMatching(/^wrong +database +migrations +Pending: .*npx medusa db:migrate$/),
    ])
    expect(lines.map((line) => line.split(/ +/)[2])).toEqual(
      expect.arrayContaining(["options", "keys", "notifications", "clock", "query", "migrations"]),
    )
    expect(code).toBe(1)
  })

  it("5. migrates: the module is named, and the doctor has nothing left to say", async () => {
    const migrated = await type(migrate)
    expect(migrated.text).toContain("gateway_payments")
    expect(migrated.code).toBe(0)
    expect(await type(doctor)).toEqual({ code: 0, text: expect.stringMatching(/Nothing to fix\.\n$/) })
  })

  it("does not start without the plugins entry, and the doctor says why", async () => {
    project.write("medusa-config.ts", config.replace(/plugins: \[[^]*?\n {2}\],\n/, ""))
    const notUnderPlugins = /medusa-payment-ksher-gnete is not under plugins in medusa-config/
    const port = { PORT: String(await freePort()) }
    const running = await project.start(develop.split(" "), notUnderPlugins, { ...env, ...port })
    expect(running.output).not.toContain("Server is ready")
    await running.stop()
    expect(await type(doctor)).toEqual({ code: 1, text: expect.stringMatching(notUnderPlugins) })
    project.write("medusa-config.ts", config)
  })

  it("6. starts: the log says where notifications are expected", async () => {
    typed.push(develop)
    const port = { PORT: String(await freePort()) }
    const running = await project.start(develop.split(" "), /Server is ready on port/, { ...env, ...port })
    expect(running.output).toContain(
      "notify_url provider=pp_ksher_th: notifications are expected at https://shop.example/hooks/gateway/pp_ksher_th",
    )
    await running.stop()
  })

  it("asks a gateway itself: of several entries the person names one, and until then nothing is sent", async () => {
    const probe = "npx medusa-payment-ksher-gnete doctor --probe"
    expect(shopCommands).toContain(probe)
    const entries = /Name the entry to probe with --entry: pp_ksher_th, pp_gnete_hk/
    expect(await type(probe)).toEqual({ code: 2, text: expect.stringMatching(entries) })
  })

  it("and whatever else the pages tell a shop to type", async () => {
    for (const command of shopCommands.filter((each) => !typed.includes(each)))
      expect([command, await type(command)]).toEqual([command, expect.objectContaining({ code: 0 })])
  })
})

describe("every door of the export map", () => {
  // The admin's is for Medusa's bundler, which asks for no types and fills in the backend's address.
  const doors = Object.keys(manifestOf(repository).exports)
    .filter((door) => door !== "./admin")
    .map((door) => door.slice(1).replace("*", "gateway-payments"))

  it.each(doors)("opens %s for require and for import", async (door) => {
    const required = `console.log(typeof require("${name}${door}"))`
    expect(await project.run(process.execPath, ["--eval", required])).toBe("object\n")
    const how = door.endsWith(".json") ? `, { with: { type: "json" } }` : ""
    const imported = `console.log(typeof await import("${name}${door}"${how}))`
    expect(
      await project.run(process.execPath, ["--no-warnings", "--input-type=module", "--eval", imported]),
    ).toBe("object\n")
  })

  it.each([
    ["Node16", "Node16"],
    ["ESNext", "bundler"],
  ])("has types for module %s with %s resolution", async (module, resolution) => {
    const lines = doors.map((door, index) => [
      `import * as door${index} from "${name}${door}"`,
      `export { door${index} }`,
      `// @ts-expect-error A door whose types were not found would let every name through.`,
      `import { noSuchName as none${index} } from "${name}${door}"`,
    ])
    project.write("doors.ts", lines.flat().join("\n"))
    const compiler = "node_modules/typescript/bin/tsc"
    const flags = ["--noEmit", "--module", module, "--moduleResolution", resolution, "--resolveJsonModule"]
    await project.run(process.execPath, [compiler, "-p", ".", ...flags])
    project.delete("doors.ts")
  })
})

describe("every block of code on the pages", () => {
  const kinds: Kind[] = ["module", "commonjs"]
  const compiler = "node_modules/typescript/bin/tsc"
  const folder = (kind: Kind) => `blocks-${kind}`

  beforeAll(() => {
    for (const kind of kinds)
      for (const [file, text] of Object.entries(filesOf(kind))) project.write(`${folder(kind)}/${file}`, text)
  })
  afterAll(() => kinds.forEach((kind) => project.delete(folder(kind))))

  it("has no exception, and no name of a shop, that no page needs", () => {
    expect(unused()).toEqual([])
  })

  describe.each(kinds)("in a project of type %s", (kind) => {
    it("compiles", async () => {
      await project.run(process.execPath, [compiler, "-p", folder(kind)])
    })

    it("would not compile with a name that the package does not have, nor with what is said to need no types", async () => {
      const wrong = { "wrong.ts": `export { noSuchName } from "${name}/ksher"\n`, ...exceptions() }
      for (const [file, text] of Object.entries(wrong)) project.write(`${folder(kind)}/${file}`, text)
      const said = await project.type(`${process.execPath} ${compiler} -p ${folder(kind)} --noEmit`)
      expect(said.text).toMatch(/wrong\.ts.*error TS2305.*noSuchName/)
      const refused = [...said.text.matchAll(/^\S*?([\w-]+\.tsx?)\(.*error TS/gm)].map(
        ([, file = ""]) => file,
      )
      expect([...new Set(refused)].sort()).toEqual(Object.keys(wrong).sort())
      for (const file of Object.keys(wrong)) project.delete(`${folder(kind)}/${file}`)
    })

    it.each(scripts.map((script) => script.name))("runs: %s", async (script) => {
      const file = `./${folder(kind)}/out/${script}.js`
      const inFunction = ["--eval", `require(${JSON.stringify(file)}).block()`]
      const printed = await project.run(process.execPath, kind === "module" ? [file] : inFunction, {
        ...env,
        KSHER_SANDBOX_URL: sandbox.url,
        KSHER_SANDBOX_PUBLIC_KEY: sandbox.ksher.publicKeys[0]!,
        GNETE_SANDBOX_URL: sandbox.gnete.baseUrl,
      })
      expect(printed).toMatch(/\S/)
      expect(printed).not.toContain("undefined")
    })
  })
})

describe("a shop that installed it", () => {
  let server: Running | undefined
  let address: string

  beforeAll(async () => {
    await medusa("build")
    const port = await freePort()
    address = `http://localhost:${port}`
    // The build is a program of its own, which a shop starts in its folder.
    const start = [process.execPath, project.path(cli), "start", "--port", String(port)]
    server = await project.start(start, /Server is ready on port/, env, ".medusa/server")
  }, 600_000)

  afterAll(() => server?.stop())

  it("has the package's tables", async () => {
    const { rows } = await database.knex.raw<{ rows: { table_name: string }[] }>(
      "select table_name from information_schema.tables where table_name like 'gateway_%' order by 1",
    )
    expect(rows.map((row) => row.table_name)).toEqual([
      "gateway_account_fact",
      "gateway_alert",
      "gateway_decision",
      "gateway_notification",
      "gateway_notification_count",
      "gateway_operation",
      "gateway_order",
      "gateway_pay_link",
      "gateway_payment",
      "gateway_report",
      "gateway_settlement",
      "gateway_settlement_fetch",
      "gateway_shopper_payout",
      "gateway_statement_mapping",
      "gateway_turnover",
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
