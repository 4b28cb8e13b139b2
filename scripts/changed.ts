import { execFileSync, spawn } from "node:child_process"
import path from "node:path"

import { touchedBy } from "./touches"

const root = path.join(__dirname, "..")
const runner = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js"]

/** What these change, every test may rest on. */
const everything = /^(test\/setup\/|jest\.config\.js$|package(-lock)?\.json$|tsconfig)/

/**
 * `npm run test:changed`, or `npm run test:changed -- <commit>`: all unit tests, and of the others those that a change since
 * that commit touches. Without one: since this branch left main, and on main itself what is not committed yet.
 */
function main([since = startOfBranch(), ...args]: string[]): void {
  const files = changedSince(since)
  if (!files.length) return console.log(`Nothing has changed since ${since}.`)
  const suites = files.some((file) => everything.test(file)) ? ["test/"] : suitesOf(files)
  console.log(
    `${files.length} files changed since ${since}. Beside test/unit these run:\n  ${suites.join("\n  ")}`,
  )
  const projects = ["--selectProjects", "unit", "integration", "simulation"]
  const child = spawn(process.execPath, [...runner, ...projects, ...args, "--", "test/unit/", ...suites], {
    cwd: root,
    stdio: "inherit",
  })
  child.on("close", (code) => (process.exitCode = code ?? 1))
}

/** Beside the unit tests: what imports a changed file, and what goes through it in a real Medusa. */
export const suitesOf = (files: readonly string[]): string[] =>
  [...new Set([...importing(files), ...touchedBy(files)])].sort()

function importing(files: readonly string[]): string[] {
  const code = files.filter((file) => /\.(ts|tsx|js)$/.test(file))
  if (!code.length) return []
  const projects = ["--selectProjects", "integration", "simulation"]
  const listed = run(process.execPath, [...runner, ...projects, "--listTests", "--findRelatedTests", ...code])
  return lines(listed)
    .filter((line) => path.isAbsolute(line))
    .map((file) => path.relative(root, file).replaceAll("\\", "/"))
}

function startOfBranch(): string {
  for (const main of ["origin/main", "main"])
    try {
      return run("git", ["merge-base", "HEAD", main]).trim()
    } catch {
      // A clone need not have it.
    }
  return "HEAD"
}

/** Committed or not; what was deleted touches whoever imported it, and that file has changed as well. */
function changedSince(commit: string): string[] {
  const changed = run("git", ["diff", "--name-only", "--diff-filter=d", commit])
  const added = run("git", ["ls-files", "--others", "--exclude-standard"])
  return [...lines(changed), ...lines(added)]
}

const run = (program: string, args: string[]): string =>
  execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })

const lines = (text: string): string[] => text.split("\n").filter(Boolean)

if (require.main === module) main(process.argv.slice(2))
