import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"

import { root } from "./processes"

/**
 * A folder that Medusa takes for a shop which has installed this package: the dependencies are found above it, and the
 * package itself by a link, as npm would have put it there.
 */
export function makeApp(name: string): string {
  const app = path.join(root, ".medusa", name)
  rmSync(app, { recursive: true, force: true })
  mkdirSync(path.join(app, "node_modules"), { recursive: true })
  symlinkSync(root, path.join(app, "node_modules/medusa-payment-ksher-gnete"), "dir")
  const manifest = {
    name,
    private: true,
    dependencies: { "@medusajs/medusa": "*", "medusa-payment-ksher-gnete": "*" },
  }
  writeFileSync(path.join(app, "package.json"), JSON.stringify(manifest))
  const config = path.join(root, "demo/medusa-config.js")
  if (!existsSync(config)) throw new Error("demo/medusa-config.js is missing.")
  writeFileSync(path.join(app, "medusa-config.js"), `module.exports = require(${JSON.stringify(config)})\n`)
  return app
}
