import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import startDatabase from "./start-database"

/** Builds and packs the package once, as `npm publish` would, and says in PACKED_TARBALL where the file is. */
export default async function pack() {
  await startDatabase()
  const folder = mkdtempSync(path.join(os.tmpdir(), "gateway-payments-packed-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

  const root = path.resolve(__dirname, "../..")
  execFileSync("npm", ["pack", "--pack-destination", folder], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, MEDUSA_DISABLE_TELEMETRY: "true" },
  })
  const [tarball] = readdirSync(folder)
  if (!tarball) throw new Error("npm pack made no file")
  process.env.PACKED_TARBALL = path.join(folder, tarball)
}
