import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"

import { root } from "./processes"

/**
 * A folder that Medusa takes for a shop which has installed this package: the dependencies are found above it, and the
 * package itself by a link, as npm would have put it there. An admin that was built in it before stays.
 */
export function makeApp(name: string, configFile = "demo/medusa-config.js"): string {
  const app = path.join(root, ".medusa", name)
  link(root, path.join(app, "node_modules/medusa-payment-ksher-gnete"))
  const manifest = {
    name,
    private: true,
    dependencies: { "@medusajs/medusa": "*", "medusa-payment-ksher-gnete": "*" },
  }
  writeFileSync(path.join(app, "package.json"), JSON.stringify(manifest))
  const config = path.join(root, configFile)
  if (!existsSync(config)) throw new Error(`${configFile} is missing.`)
  writeFileSync(path.join(app, "medusa-config.ts"), `module.exports = require(${JSON.stringify(config)})\n`)
  // Medusa builds no admin without one, and none that names no file.
  writeFileSync(path.join(app, "tsconfig.json"), JSON.stringify(tsconfig))
  return app
}

const tsconfig = {
  compilerOptions: { target: "ES2022", module: "Node16", moduleResolution: "Node16", types: ["node"] },
  files: ["medusa-config.ts"],
  "ts-node": { swc: true },
}

/** On Windows a link to a folder needs no rights only where it is a junction; elsewhere the word is ignored. */
export function link(target: string, from: string): void {
  rmSync(from, { recursive: true, force: true })
  mkdirSync(path.dirname(from), { recursive: true })
  symlinkSync(target, from, "junction")
}
