import { spawn } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { mutated, mutations, type Mutation } from "../test/simulation/mutations"
import { databaseEnv, databaseServer } from "./postgres"

/** As many schedules as the suite plays. */
const schedules = 2_000
const root = path.resolve(__dirname, "..")
const copied = [
  ...["src", "test", "scripts", "demo"],
  ...["package.json", "tsconfig.json", "tsconfig.test.json", "jest.config.js"],
]

interface Result {
  mutation: Mutation
  /** What the first seed, or the first test, that fails says; absent: none failed. */
  caught: string | undefined
  seconds: number
}

/**
 * `npm run mutations [-- word]`: makes one mistake after the other in a copy of the tree, and plays the suite's
 * schedules on it, written ones and seeds, until one fails, or the unit test that it names. A mistake that none notices is a hole in the
 * proof.
 */
async function main(words: readonly string[]): Promise<number> {
  const chosen = mutations.filter(({ name }) => words.every((word) => name.includes(word)))
  const server = await databaseServer()
  const tree = copyOfTheTree()
  try {
    const results: Result[] = []
    for (const mutation of chosen) {
      results.push(await tried(mutation, tree, databaseEnv(server)))
      print(lineOf(results.at(-1) as Result))
    }
    const survivors = results.filter(({ caught }) => caught === undefined)
    print(`${results.length - survivors.length} of ${results.length} caught`)
    return survivors.length || !results.length ? 1 : 0
  } finally {
    rmSync(tree, { recursive: true, force: true })
    await server.stop()
  }
}

function copyOfTheTree(): string {
  const tree = mkdtempSync(path.join(tmpdir(), "gateway-payments-mutations-"))
  for (const name of copied) cpSync(path.join(root, name), path.join(tree, name), { recursive: true })
  symlinkSync(path.join(root, "node_modules"), path.join(tree, "node_modules"))
  return tree
}

async function tried(mutation: Mutation, tree: string, env: Record<string, string>): Promise<Result> {
  const file = path.join(tree, mutation.file)
  const original = readFileSync(file, "utf8")
  const started = Date.now()
  writeFileSync(file, mutated(mutation, original))
  try {
    if (mutation.unit !== undefined) {
      const caught = firstFailedTest(await runUnit(tree, mutation.unit))
      return { mutation, caught, seconds: (Date.now() - started) / 1000 }
    }
    const flavour = mutation.flavour ? [`--${mutation.flavour}`] : []
    const known = mutation.seed
      ? firstFailure(await simulate(tree, env, mutation.seed, 1, ...flavour))
      : undefined
    const caught = known ?? firstFailure(await simulate(tree, env, 1, schedules, "--written", ...flavour))
    return { mutation, caught, seconds: (Date.now() - started) / 1000 }
  } finally {
    writeFileSync(file, original)
  }
}

/** A schedule that fails; code that does not run at all proves nothing, and is an error here. */
function firstFailure(output: string): string | undefined {
  if (!/^\d+ schedules in /m.test(output))
    throw new Error(`The simulation did not run:\n${output.slice(-2_000)}`)
  return /^(seed \d+|written): .*$/m.exec(output)?.[0]
}

/** A test that fails; a file that does not run at all proves nothing, and is an error here. */
function firstFailedTest(output: string): string | undefined {
  if (!/^Tests: .*\d+ total/m.test(output) || /^Tests: +0 total/m.test(output))
    throw new Error(`The unit test did not run:\n${output.slice(-2_000)}`)
  return /^ *✕ .*$/m.exec(output)?.[0].trim()
}

function simulate(
  tree: string,
  env: Record<string, string>,
  seed: number,
  count: number,
  ...more: string[]
): Promise<string> {
  const range = ["--seed", String(seed), "--schedules", String(count), ...more]
  return outputOf(tree, env, ["tsx", "test/simulation/run.ts", ...range, "--list", "--first"])
}

const runUnit = (tree: string, file: string): Promise<string> =>
  outputOf(tree, {}, ["jest", "--selectProjects", "unit", "--testPathPattern", file, "--verbose"])

/** What one of the package's tools says. */
function outputOf(
  tree: string,
  env: Record<string, string>,
  [tool, ...args]: [string, ...string[]],
): Promise<string> {
  const child = spawn(path.join(tree, "node_modules/.bin", tool), args, {
    cwd: tree,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", () => resolve(output))
  })
}

const lineOf = ({ mutation, caught, seconds }: Result): string =>
  `${mutation.name.padEnd(70)} ${`${seconds.toFixed(0)} s`.padStart(6)}  ${caught?.slice(0, 110) ?? "SURVIVES"}`

const print = (line: string) => process.stdout.write(`${line}\n`)

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    process.exit(1)
  },
)
