import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import path from "node:path"

// The browser's tests, which take the pictures anyway, keep them this time.
const root = path.resolve(__dirname, "..")
const folder = path.join(root, "docs/images")
mkdirSync(folder, { recursive: true })
const jest = path.join(root, "node_modules/jest/bin/jest.js")
const args = ["--experimental-vm-modules", "--no-warnings", jest, "--selectProjects", "browser", "-i"]
const env = { ...process.env, SCREENSHOTS: folder }
const tests = spawn(process.execPath, args, { cwd: root, env, stdio: "inherit" })
tests.once("exit", (code) => (process.exitCode = code ?? 1))
