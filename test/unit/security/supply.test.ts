import { readFileSync, readdirSync } from "node:fs"
import path from "node:path"

const read = (file: string) =>
  JSON.parse(readFileSync(path.join(__dirname, "../../..", file), "utf8")) as unknown
const manifest = read("package.json") as Manifest
const { packages } = read("package-lock.json") as Record<"packages", Record<string, Locked>>

interface Manifest {
  dependencies: Record<string, string>
  optionalDependencies?: unknown
  bundleDependencies?: unknown
  bundledDependencies?: unknown
  scripts: Record<string, string>
  files: string[]
}

interface Locked {
  version: string
  resolved?: string
  integrity?: string
  license?: string
  hasInstallScript?: boolean
  bin?: unknown
  dependencies?: Record<string, string>
}

/** Where node finds `name` from within `from`. */
function place(name: string, from: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const candidate = `${folder ? `${folder}/` : ""}node_modules/${name}`
    if (packages[candidate]) return candidate
    if (!folder) throw new Error(`${name} is not in the lock file.`)
  }
}

/** What `npm install` of this package brings into a shop that has nothing. */
function brought(names: string[], from = "", found = new Map<string, Locked>()): Map<string, Locked> {
  for (const name of names) {
    const at = place(name, from)
    const locked = packages[at]
    if (!locked || found.has(at)) continue
    found.set(at, locked)
    brought(Object.keys(locked.dependencies ?? {}), at, found)
  }
  return found
}

/** axios, what its forms, redirects and proxies need, csv-parse, csv-stringify, uqr, and zod. */
const known =
  "axios follow-redirects form-data asynckit combined-stream delayed-stream es-set-tostringtag es-errors get-intrinsic async-function async-generator-function call-bind-apply-helpers function-bind es-define-property es-object-atoms generator-function get-proto dunder-proto gopd has-symbols hasown math-intrinsics has-tostringtag mime-types mime-db https-proxy-agent agent-base debug ms proxy-from-env csv-parse csv-stringify uqr zod".split(
    " ",
  )

const tree = brought(Object.keys(manifest.dependencies))
const nameOf = (at: string) => at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length)

it("the package brings axios, csv-parse, csv-stringify, uqr, zod and what axios needs, and a new name among them is looked at first", () => {
  expect(Object.keys(manifest.dependencies)).toEqual(["axios", "csv-parse", "csv-stringify", "uqr", "zod"])
  expect([...tree.keys()].map(nameOf).filter((name) => !known.includes(name))).toEqual([])
  expect(manifest.bundleDependencies ?? manifest.bundledDependencies).toBeUndefined()
  expect(manifest.optionalDependencies).toBeUndefined()
})

it("each of them is pinned by its hash, is free to use, and runs nothing when installed", () => {
  expect(tree.size).toBeGreaterThan(2)
  for (const [at, locked] of tree) {
    expect([at, locked.integrity]).toEqual([at, expect.stringMatching(/^sha512-/)])
    expect([at, locked.license]).toEqual([
      at,
      expect.stringMatching(/^(MIT|ISC|BSD-[23]-Clause|Apache-2\.0)$/),
    ])
    expect([at, locked.hasInstallScript ?? false]).toEqual([at, false])
  }
})

it("the lock file names no registry: whoever clones it installs from the one that is configured, by the hashes here", () => {
  const locked = Object.entries(packages).filter(([at]) => at !== "")
  expect(locked.length).toBeGreaterThan(tree.size)
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([at]) => at)).toEqual([])
  expect(locked.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([at]) => at)).toEqual(
    [],
  )
})

it("the published package runs nothing when it is installed, and holds nothing but what was built", () => {
  for (const hook of [
    "preinstall",
    "install",
    "postinstall",
    "prepare",
    "prepublish",
    "preuninstall",
    "postuninstall",
  ])
    expect(manifest.scripts).not.toHaveProperty(hook)
  expect(manifest.files).toEqual([
    ".medusa/server/src",
    "medusa-config.example.js",
    "CHANGELOG.md",
    "llms.txt",
  ])
  expect(manifest.scripts).toMatchObject({ prepack: "npm run build" })
})

it("the lock file belongs to this manifest", () => {
  expect(packages[""]?.dependencies).toEqual(manifest.dependencies)
  expect(packages[""]?.hasInstallScript).toBeUndefined()
})

const workflows = readdirSync(path.join(__dirname, "../../../.github/workflows")).map((file) => ({
  file,
  text: readFileSync(path.join(__dirname, "../../../.github/workflows", file), "utf8"),
}))

/** The jobs of a workflow, each as the text of its file. */
const jobsOf = (text: string): string[] =>
  text
    .slice(text.indexOf("\njobs:\n") + 7)
    .split(/^(?= {2}[\w-]+:$)/m)
    .filter((job) => job.includes("steps:"))

it("the job that may publish runs nothing of this repository and no install script", () => {
  const publishing = workflows
    .flatMap(({ text }) => jobsOf(text))
    .filter((job) => job.includes("id-token: write"))
  expect(publishing).toHaveLength(1)
  const [job = ""] = publishing
  expect(job).not.toMatch(/actions\/checkout|npm ci|npm run|\.ci\/run/)
  const npm = job.match(/npm (install|publish)\b.*/g) ?? []
  expect(npm).toHaveLength(2)
  expect(npm.filter((command) => !command.includes("--ignore-scripts"))).toEqual([])
  expect(job).toMatch(/npm@\d+\.\d+\.\d+$/m)
  expect(job).toMatch(/sha256sum --check/)
})

it("no workflow gives every job more than the right to read, and each action is pinned by its commit", () => {
  for (const { file, text } of workflows) {
    expect([file, text.slice(0, text.indexOf("\njobs:"))]).toEqual([
      file,
      expect.stringMatching(/^permissions:\n {2}contents: read$/m),
    ])
    const actions = text.match(/uses: .*/g) ?? []
    expect(actions.length).toBeGreaterThan(0)
    expect(actions.filter((action) => !/@[0-9a-f]{40} # v\d/.test(action))).toEqual([])
  }
})
