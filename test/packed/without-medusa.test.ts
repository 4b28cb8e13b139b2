import { isBuiltin } from "node:module"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { manifestOf, Project, repository, targetsOf, tarball } from "./project"

const { name, bin } = manifestOf(repository)

let project: Project
let installed: string

beforeAll(async () => {
  project = new Project({
    "package.json": JSON.stringify({ name: "empty", version: "1.0.0", private: true }),
  })
  installed = project.path("node_modules", name)
  await project.install(tarball())
})

afterAll(() => project.remove())

const doors: Record<string, string[]> = {
  ksher: ["KsherClient", "signKsherRequest", "verifyKsherData"],
  gnete: ["GneteClient", "signGnete", "verifyGnete"],
  sandbox: ["startSandbox"],
}

it("brings axios, csv-parse, csv-stringify, uqr and zod, and nothing of Medusa", () => {
  const modules = readdirSync(project.path("node_modules"))
  expect(modules).toEqual(expect.arrayContaining(["axios", "csv-parse", "csv-stringify", "uqr", "zod"]))
  expect(modules).not.toContain("@medusajs")
  expect(modules).not.toContain("react")
})

it("has behind every door of its export map what the map says", () => {
  const { exports } = manifestOf(installed)
  const targets = Object.values(exports).flatMap(targetsOf)
  const missing = targets.filter(
    (target) => !existsSync(path.join(installed, target.replace("*", "gateway-payments"))),
  )
  expect(targets.length).toBeGreaterThan(0)
  expect(missing).toEqual([])
})

it("holds no tests, no demo, and only maps that carry their sources", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter(
    (file) => !file.startsWith("node_modules"),
  )
  expect(
    files.filter(
      (file) =>
        /(^|\/)(test|bench|demo|examples|scripts)(\/|$)|\.tsx?$/.test(file) && !file.endsWith(".d.ts"),
    ),
  ).toEqual([])
  const maps = files.filter((file) => file.endsWith(".map"))
  const hollow = maps.filter((file) => {
    const { sources, sourcesContent } = JSON.parse(readFileSync(path.join(installed, file), "utf8")) as {
      sources: string[]
      sourcesContent?: string[]
    }
    return sources.length !== sourcesContent?.length
  })
  expect(hollow).toEqual([])
})

it("names in its types no package that a shop need not have", () => {
  const { dependencies, peerDependencies } = manifestOf(installed)
  const known = [...Object.keys(dependencies), ...Object.keys(peerDependencies)]
  const types = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".d.ts"),
  )
  const named = types.flatMap((file) =>
    [...readFileSync(path.join(installed, file), "utf8").matchAll(/(?:from |import\()"([^."][^"]*)"/g)]
      .map(([, from = ""]) => from)
      .filter((from) => !isBuiltin(from) && !known.some((one) => from === one || from.startsWith(`${one}/`)))
      .map((from) => `${file}: ${from}`),
  )
  expect(types.length).toBeGreaterThan(0)
  expect(named).toEqual([])
})

describe.each(Object.entries(doors))("%s", (door, names) => {
  it("opens for require", async () => {
    const script = `const door = require("${name}/${door}"); console.log(${names.map((each) => `typeof door.${each}`).join(", ")})`
    expect(await project.run(process.execPath, ["--eval", script])).toBe(
      `${names.map(() => "function").join(" ")}\n`,
    )
  })

  it("opens for import, by name", async () => {
    const script = `import { ${names.join(", ")} } from "${name}/${door}"; console.log(${names.map((each) => `typeof ${each}`).join(", ")})`
    expect(await project.run(process.execPath, ["--input-type=module", "--eval", script])).toBe(
      `${names.map(() => "function").join(" ")}\n`,
    )
  })

  it.each([
    ["Node16", "Node16"],
    ["ESNext", "bundler"],
    ["CommonJS", "node10"],
  ])("has types for module %s with %s resolution", async (module, resolution) => {
    const file = `${door}-${resolution}.ts`
    project.write(
      file,
      `import { ${names.join(", ")} } from "${name}/${door}"\nexport const proof: Function[] = [${names.join(", ")}]\n// @ts-expect-error A door whose types were not found would let every name through.\nimport { noSuchName } from "${name}/${door}"\n`,
    )
    const compiler = path.join(repository, "node_modules/typescript/bin/tsc")
    const types = path.join(repository, "node_modules/@types")
    const flags = [
      "--noEmit",
      "--strict",
      "--esModuleInterop",
      "--target",
      "es2022",
      "--types",
      "node",
      "--typeRoots",
      types,
    ]
    await project.run(process.execPath, [
      compiler,
      ...flags,
      "--module",
      module,
      "--moduleResolution",
      resolution,
      file,
    ])
  })
})

describe("the command-line tool", () => {
  const command = Object.keys(bin)[0]!

  it("says what it can do", async () => {
    const help = await project.run("npx", ["--no-install", command, "--help"])
    expect(help).toMatch(/sandbox/)
  })

  it("starts the sandbox, which prints the options to paste", async () => {
    const sandbox = await project.start(
      ["npx", "--no-install", command, "sandbox", "--port", "0"],
      /Control: POST/,
    )
    expect(sandbox.output).toMatch(/gatewayUrl/)
    await sandbox.stop()
  })
})
