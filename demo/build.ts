import { existsSync, readdirSync, statSync } from "node:fs"
import path from "node:path"

import { link } from "./app"
import { kitBuild, medusa, pluginBuild, root } from "./processes"

/** Builds the plugin unless what was built is newer than every source. */
export async function buildIfStale(): Promise<boolean> {
  const built = path.join(root, ".medusa/server/src/index.js")
  if (existsSync(built) && statSync(built).mtimeMs > newest(path.join(root, "src"))) return false
  await pluginBuild().ended
  await kitBuild().ended
  return true
}

/** Builds Medusa's admin with the plugin's pages in it, and puts it where the shop serves it from. */
export async function buildAdminIfStale(app: string, env: Record<string, string>): Promise<boolean> {
  const built = path.join(app, ".medusa/admin/index.html")
  link(path.dirname(built), path.join(app, "public/admin"))
  if (existsSync(built) && statSync(built).mtimeMs > newestOfAdmin()) return false
  await medusa(["build", "--admin-only"], app, env).ended
  return true
}

/** The plugin's pages as they were built, and the Medusa that is installed. */
const newestOfAdmin = (): number =>
  Math.max(
    newest(path.join(root, ".medusa/server/src/admin")),
    statSync(path.join(root, "package-lock.json")).mtimeMs,
  )

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (latest, entry) =>
      entry.isFile() ? Math.max(latest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs) : latest,
    0,
  )
}
