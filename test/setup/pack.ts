import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { buildIfStale } from "../../demo/build"
import startDatabase from "./start-database"

/** Packs the package once, built as `npm publish` would build it, and says in PACKED_TARBALL where the file is. */
export default async function pack() {
  await Promise.all([startDatabase(), buildIfStale()])
  const folder = mkdtempSync(path.join(os.tmpdir(), "gateway-payments-packed-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

  const root = path.resolve(__dirname, "../..")
  // What was built is newer than every source: the package's script would build it once more.
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, MEDUSA_DISABLE_TELEMETRY: "true" },
  })
  const [tarball] = readdirSync(folder)
  if (!tarball) throw new Error("npm pack made no file")
  process.env.PACKED_TARBALL = path.join(folder, tarball)
}
