import { ModuleKind, transpileModule } from "typescript"
import { existsSync } from "node:fs"
import path from "node:path"
import vm from "node:vm"

import * as gneteDoor from "../../../src/services/gnete"
import { readGneteOptions } from "../../../src/services/gnete"
import * as ksherDoor from "../../../src/services/ksher"
import { readKsherOptions } from "../../../src/services/ksher"
import { readPluginOptions } from "../../../src/services/options/plugin"
import * as sandboxDoor from "../../../src/sandbox"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { removeFolders, type } from "../cli/terminal"
import { blocks, destination, links, pages, read, root, type Block } from "./pages"

const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> }
const of = (...languages: string[]): [string, Block][] =>
  blocks
    .filter(({ language }) => languages.includes(language))
    .map((block) => [`${block.page}: ${block.text.split("\n")[0] ?? ""}`, block])

afterEach(removeFolders)

it("there are pages, and every block on them says its language", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md"]))
  expect(
    blocks.filter(
      ({ language }) => !["bash", "js", "json", "mermaid", "text", "ts", "yaml"].includes(language),
    ),
  ).toEqual([])
})

it.each(of("ts"))("%s is TypeScript that compiles", (_title, { text }) => {
  const { diagnostics } = transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { module: ModuleKind.ESNext },
  })
  expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([])
})

describe("every command", () => {
  const commands = of("bash").flatMap(([, { page, text }]) =>
    text
      .split("\n")
      .flatMap((line) => line.split("&&"))
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((command): [string, string] => [page, command]),
  )

  it.each(commands)("%s: %s", async (_page, command) => {
    const words = command.replace(/^([A-Z_]+=\S+ )+/, "").split(" ")
    expect(await isCommand(words)).toBe(true)
  })
})

const ownCommand = "medusa-payment-ksher-gnete"

async function isCommand(words: string[]): Promise<boolean> {
  const [program, first = "", second = ""] = words
  if (program === "npm" && first === "run") return second in scripts
  if (program === "npm") return ["ci", "test"].includes(first) || isInstall(first, second)
  if (program === "npx" && first === ownCommand) return understands(words.slice(2))
  if (program === "npx" && first === "medusa") return isMedusaCommand(second)
  if (program === "npx" && first === "jest") return true
  return program === ".ci/run" && existsSync(path.join(root, ".ci/run"))
}

const isInstall = (verb: string, name: string) =>
  verb === "install" && [ownCommand, "@opentelemetry/api"].includes(name)

const isMedusaCommand = (name: string) => ["db:migrate", "develop", "start", "build"].includes(name)

/** The options of our own commands are those that the command's help names. */
async function understands([command = "", ...args]: string[]): Promise<boolean> {
  const { code, text } = await type(command.startsWith("--") ? [command] : [command, "--help"])
  return code === 0 && args.filter((arg) => arg.startsWith("--")).every((arg) => text.includes(arg))
}

describe("every JSON block", () => {
  it.each(of("json"))("%s", (_name, { text }) => {
    expect(JSON.parse(text)).toBeDefined()
  })
})

/** A block is run as the body of an async function in which what a shop has at hand is there. */
describe("every JavaScript block runs", () => {
  let sandbox: Sandbox
  beforeAll(async () => (sandbox = await startSandbox()))
  afterAll(() => sandbox.stop())

  it.each(of("js"))("%s", async (_name, { text }) => {
    const printed: unknown[][] = []
    const module = { exports: {} as Config }
    const run = vm.runInThisContext(
      `(async ({ ${Object.keys(globals(sandbox, printed, module)).join(", ")} }) => {\n${withoutFence(text)}\n})`,
    ) as (given: object) => Promise<void>
    await run(globals(sandbox, printed, module))
    const entries = checkedEntries(module.exports)
    if (text.includes("providers:")) expect(entries).toBeGreaterThan(0)
    if (text.includes("console.log")) expect(printed.flat()).not.toContain(undefined)
  })
})

/** CommonJS as the page shows it; `import` of a page is the same door by the other name. */
const withoutFence = (text: string) =>
  text.replace(/^import \{ ([^}]+) \} from ("[^"]+")$/gm, "const { $1 } = require($2)")

interface Provider {
  resolve: string
  options: Record<string, unknown>
}
interface Config {
  plugins?: { resolve: string; options: unknown }[]
  modules?: { resolve: string; options: { providers?: Provider[] } }[]
}

function checkedEntries({ plugins = [], modules = [] }: Config): number {
  for (const { resolve, options } of plugins)
    if (resolve === ownCommand) expect(readPluginOptions(options)).toBeDefined()
  const providers = modules.flatMap(({ options }) => options.providers ?? [])
  for (const { resolve, options } of providers) {
    if (resolve === `${ownCommand}/providers/ksher`) expect(readKsherOptions(options)).toBeDefined()
    if (resolve === `${ownCommand}/providers/gnete`) expect(readGneteOptions(options)).toBeDefined()
  }
  return [...plugins, ...modules].length
}

function globals(sandbox: Sandbox, printed: unknown[][], module: object) {
  const doors: Record<string, unknown> = {
    [`${ownCommand}/ksher`]: ksherDoor,
    [`${ownCommand}/gnete`]: gneteDoor,
    [`${ownCommand}/sandbox`]: sandboxDoor,
    "@medusajs/framework/utils": { defineConfig: (config: unknown) => config },
  }
  return {
    module,
    require: (name: string) => {
      if (name in doors) return doors[name]
      throw new Error(`${name} is not a door of the package`)
    },
    defineConfig: (config: unknown) => config,
    console: { log: (...words: unknown[]) => printed.push(words) },
    process: {
      env: {
        BACKEND_URL: "https://shop.example",
        STOREFRONT_URL: "https://shop.example",
        KSHER_APPID: sandbox.ksher.appid,
        KSHER_PRIVATE_KEY: sandbox.ksher.privateKey,
        KSHER_SANDBOX_PUBLIC_KEY: sandbox.ksher.publicKeys[0],
        KSHER_SANDBOX_URL: sandbox.url,
        GNETE_MCH_NO: sandbox.gnete.mchNo,
        GNETE_APP_ID: sandbox.gnete.appId,
        GNETE_APP_SECRET: sandbox.gnete.appSecret,
        GNETE_SANDBOX_URL: sandbox.gnete.baseUrl,
        REDIS_URL: "redis://127.0.0.1:6379",
      },
    },
    location: { href: "" },
    draw: () => undefined,
    session: {
      id: "payses_01",
      data: { action: { type: "redirect", url: "https://gateway.example/pay" } },
    },
    cart: { id: "cart_01" },
    sdk: {
      client: { fetch: async () => ({ gateway_payment: { state: "paid" } }) },
      store: { cart: { complete: async () => undefined } },
    },
  }
}

describe("every link of the pages leads somewhere", () => {
  it.each(links.map(({ page, target }): [string, string] => [page, target]))("%s → %s", (page, target) => {
    const { exists, anchor, anchors } = destination(page, target)
    expect(exists).toBe(true)
    if (anchor !== undefined) expect(anchors).toContain(anchor)
  })
})
