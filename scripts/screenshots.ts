import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import path from "node:path"

// The tests in a browser take the pictures anyway; this time they are kept.
const root = path.resolve(__dirname, "..")
const folder = path.join(root, "docs/images")
mkdirSync(folder, { recursive: true })

const taken = (suite: string) =>
  new Promise<number>((resolve) => {
    const tests = spawn("npm", ["run", "--silent", suite], {
      cwd: root,
      env: { ...process.env, SCREENSHOTS: folder },
      stdio: "inherit",
      shell: process.platform === "win32",
    })
    tests.once("exit", (code) => resolve(code ?? 1))
  })

async function main(): Promise<void> {
  for (const suite of ["test:browser", "test:nextjs"])
    process.exitCode = (await taken(suite)) || process.exitCode || 0
}

void main()
