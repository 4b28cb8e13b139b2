import { readFileSync } from "node:fs"
import path from "node:path"
import { z } from "zod"

const manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  peerDependencies: z.record(z.string(), z.string()).default({}),
})
type Manifest = z.output<typeof manifest>

/** The package's own, found from where this file lies: under src here, under .medusa/server/src once it is built. */
export function ownManifest(): Manifest {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const found = readManifest(path.join(folder, "package.json"))
    if (found?.name === "medusa-payment-ksher-gnete") return found
    if (folder === path.dirname(folder)) throw new Error("The package's own package.json was not found.")
  }
}

export function readManifest(file: string): Manifest | undefined {
  try {
    return manifest.safeParse(JSON.parse(readFileSync(file, "utf8"))).data
  } catch {
    return undefined
  }
}
