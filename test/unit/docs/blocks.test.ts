import { JsxEmit, ModuleKind, transpileModule } from "typescript"
import { execFile } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import vm from "node:vm"

import * as gneteDoor from "../../../src/services/gnete"
import { readGneteOptions } from "../../../src/services/gnete"
import * as ksherDoor from "../../../src/services/ksher"
import { readKsherOptions } from "../../../src/services/ksher"
import { readPluginOptions } from "../../../src/services/options/plugin"
import * as sandboxDoor from "../../../src/sandbox"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import type { Step } from "../../../src/react/step"
import { sentenceOf, textsOf } from "../../../src/react/texts"
import { removeFolders, type } from "../cli/terminal"
import { blocks, commands, destination, links, pages, read, root, type Block } from "./pages"

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
      ({ language }) =>
        !["bash", "diff", "js", "json", "mermaid", "text", "ts", "tsx", "yaml"].includes(language),
    ),
  ).toEqual([])
})

/** What the compiler has against a text by itself. */
const faults = (text: string) =>
  transpileModule(text, {
    fileName: "block.tsx",
    reportDiagnostics: true,
    compilerOptions: { module: ModuleKind.ESNext, jsx: JsxEmit.ReactJSX },
  }).diagnostics?.map(({ messageText }) => messageText)

it.each(of("ts", "tsx"))("%s is TypeScript that compiles", (_title, { text }) => {
  expect(faults(text)).toEqual([])
})

/** A part of a file: statements, or members of an object. */
const asParts = (text: string) => [text, `() => {${text}\n}`, `({${text}\n})`]

it.each(of("diff"))("%s compiles before and after", (_title, { text }) => {
  const lines = text.split("\n")
  expect(lines.filter((line) => line && !/^[ +-]/.test(line))).toEqual([])
  for (const sign of ["-", "+"]) {
    const side = lines
      .filter((line) => line.startsWith(" ") || line.startsWith(sign))
      .map((line) => line.slice(1))
    expect(asParts(side.join("\n")).some((part) => faults(part)?.length === 0)).toBe(true)
  }
})

it("what a page imports of the kit is there", () => {
  const kit = read("src/react/index.ts")
  const named = of("tsx").flatMap(([, { text }]) =>
    [...text.matchAll(/import \{([^}]+)\} from "medusa-payment-ksher-gnete\/react"/g)].flatMap(
      ([, names = ""]) => names.split(",").map((name) => name.trim()),
    ),
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => name && !new RegExp(`\\b${name}\\b`).test(kit))).toEqual([])
})

it("the table of steps says what the kit says", () => {
  const table = read("docs/storefront.md")
  for (const [step, state] of Object.entries(stepsByState)) {
    const row = table.split("\n").find((line) => line.startsWith(`| \`${step}\` | \`${state}\``))
    expect(row).toContain(sentenceOf(step as Step, textsOf("en")))
  }
})

const stepsByState = {
  choose: "unopened",
  opening: "created",
  pay: "pending",
  failed: "failed",
  expired: "void",
  paid: "paid",
  part_returned: "partially_refunded",
  returned: "refunded",
  late: "paid_late",
}

describe("every command that a page names is run", () => {
  const named = [...new Map(commands.map(({ page, command }) => [command, page]))]

  it.each(named)("%s, of %s", async (command) => {
    const [program = "", ...words] = command.replace(/^([A-Z_]+=\S+ )+/, "").split(" ")
    if (program === "npx" && words[0] === ownCommand) expect(await understands(words.slice(1))).toBe(true)
    expect(whoRuns(program, words)).not.toBe("nobody")
  })
})

const ownCommand = "medusa-payment-ksher-gnete"
const steps = read(".ci/run")
const isStep = (script: string) => new RegExp(`npm run --silent ${script}(?![\\w:-])`).test(steps)

/** Continuous integration, a test that types what the pages say in a shop, or one of the tests of this file. */
function whoRuns(program: string, [first = "", second = "", ...more]: string[]): string {
  if (program === ".ci/run") return workflowsRun(".ci/run") ? "the workflows" : "nobody"
  if (program === "npx" && first === "tsx")
    return existsSync(path.join(root, second)) ? "the browser's tests" : "nobody"
  // `test/packed/with-medusa.test.ts` types every one of them in a new shop, except jest, which is the shop's own.
  if (program === "npx" || (program === "npm" && first === "install")) return "the packed package's tests"
  // Their setup makes the file.
  if (program === "npm" && first === "pack") return "the packed package's tests"
  if (program !== "npm") return "nobody"
  if (first === "ci" || first === "test")
    return steps.includes(`npm ${first}`) ? "continuous integration" : "nobody"
  if (first !== "run" || !(second in scripts)) return "nobody"
  if (isStep(second))
    return more.includes("--stay") && !read("demo/index.ts").includes('"--stay"')
      ? "nobody"
      : "continuous integration"
  if (second === "screenshots") return isStep("test:browser") ? "the browser's tests" : "nobody"
  if (/^test:(unit|integration|simulation)$/.test(second))
    return scripts.test?.includes(second.replace("test:", "")) ? "npm test" : "nobody"
  if (second in elsewhere) return existsSync(path.join(root, elsewhere[second] ?? "")) ? "a test" : "nobody"
  return ranHere.includes(second) ? "this file" : "nobody"
}

/** Commands for more of what a suite does anyway: the same code, from a script. */
const elsewhere: Record<string, string> = {
  simulate: "test/simulation/schedules/suite.ts",
  "test:changed": "test/unit/scripts/changed.test.ts",
  mutations: "test/unit/guarantees/mutations.test.ts",
  screenshots: "test/browser/browser.ts",
}

const workflowsRun = (command: string) =>
  ["ci", "release"].every((name) => read(`.github/workflows/${name}.yml`).includes(`run: ${command}`))

/** The options of our own commands are those that the command's help names. */
async function understands([command = "", ...args]: string[]): Promise<boolean> {
  const { code, text } = await type(command.startsWith("--") ? [command] : [command, "--help"])
  return code === 0 && args.filter((arg) => arg.startsWith("--")).every((arg) => text.includes(arg))
}

/** What would take hours, or measures this machine: here with as little as it takes to see that it works. */
const ranHere = ["fuzz", "bench"]
const tsx = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["--import", "tsx", ...args], { cwd: root, maxBuffer: 2 ** 24 })

it("npm run fuzz takes the number of inputs and the seed", async () => {
  const { stdout } = await tsx("scripts/fuzz.ts", "--inputs", "40", "--seed", "7")
  expect(stdout).toMatch(/^40 inputs, seed 7$/m)
  expect(stdout).toMatch(/no crash, no wrong acceptance/)
})

it("npm run bench knows every bench that the pages name", async () => {
  const said = await tsx("bench/index.ts", "nothing").then(
    () => "",
    (error: unknown) => (error as { stderr: string }).stderr,
  )
  const known = /There are: (.*)\./.exec(said)?.[1]?.split(", ")
  const asked = commands.flatMap(
    ({ command }) => /^npm run bench -- (.*)/.exec(command)?.[1]?.split(" ") ?? [],
  )
  expect(asked.length).toBeGreaterThan(0)
  expect(known).toEqual(expect.arrayContaining(asked))
})

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
  text
    .replace(/^export /gm, "")
    .replace(/^import \{ ([^}]+) \} from ("[^"]+")$/gm, "const { $1 } = require($2)")

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

it("the shortest integration is the example that a test runs", () => {
  const example = read("examples/pay-page/pay.mjs")
  expect(example.trim().split("\n")).toHaveLength(5)
  for (const page of ["README.md", "README.zh-CN.md", "docs/pay-page.md", "docs/zh/pay-page.md"])
    expect([page, read(page).includes(`\`\`\`js\n${example}\`\`\``)]).toEqual([page, true])
})

it("every picture of docs/images is shown on a page, and is small", () => {
  const folder = path.join(root, "docs/images")
  const shown = links.map(({ page, target }) => path.join(path.dirname(page), target))
  for (const file of readdirSync(folder)) {
    expect(shown).toContain(path.join("docs/images", file))
    expect([file, statSync(path.join(folder, file)).size < 300_000]).toEqual([file, true])
  }
})

it.each(["README.md", "README.zh-CN.md"])(
  "%s installs the file that npm pack makes of this version",
  (page) => {
    const { name, version } = JSON.parse(read("package.json")) as { name: string; version: string }
    const files = [...read(page).matchAll(/[\w.-]+\.tgz/g)].map(([file]) => file)
    expect([...new Set(files)]).toEqual([`${name}-${version}.tgz`])
  },
)

it("llms.txt names pages that are there", () => {
  const named = [...read("llms.txt").matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((target) => !existsSync(path.join(root, target)))).toEqual([])
})

describe("every link of the pages leads somewhere", () => {
  it.each(links.map(({ page, target }): [string, string] => [page, target]))("%s → %s", (page, target) => {
    const { exists, anchor, anchors } = destination(page, target)
    expect(exists).toBe(true)
    if (anchor !== undefined) expect(anchors).toContain(anchor)
  })
})
