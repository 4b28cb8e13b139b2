import { existsSync, readdirSync, statSync } from "node:fs"
import path from "node:path"

import { pluginBuild, root } from "./processes"

/** Builds the plugin unless what was built is newer than every source. */
export async function buildIfStale(): Promise<boolean> {
  const built = path.join(root, ".medusa/server/src/index.js")
  if (existsSync(built) && statSync(built).mtimeMs > newest(path.join(root, "src"))) return false
  await pluginBuild().ended
  return true
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (latest, entry) =>
      entry.isFile() ? Math.max(latest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs) : latest,
    0,
  )
}
