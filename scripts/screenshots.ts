import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import path from "node:path"

// The browser's tests take the pictures anyway; this time they are kept.
const root = path.resolve(__dirname, "..")
const folder = path.join(root, "docs/images")
mkdirSync(folder, { recursive: true })
const tests = spawn("npm", ["run", "--silent", "test:browser"], {
  cwd: root,
  env: { ...process.env, SCREENSHOTS: folder },
  stdio: "inherit",
  shell: process.platform === "win32",
})
tests.once("exit", (code) => (process.exitCode = code ?? 1))
