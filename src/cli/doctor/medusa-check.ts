import { createRequire } from "node:module"
import path from "node:path"

import { medusaUnsupported } from "../../core"
import { ownManifest, readManifest } from "../manifest"
import { ok, wrong, type Result } from "./finding"

const medusa = "@medusajs/medusa"

/** Whether the shop's Medusa is one that this plugin is made for; `undefined` where none is installed. */
export function checkMedusa(directory: string): Result | undefined {
  const version = installed(directory)
  if (version === undefined) return undefined
  const wanted = ownManifest().peerDependencies[medusa] ?? ""
  if (isWithin(version, wanted)) return ok(`Medusa ${version} is within ${wanted}.`)
  return wrong(
    `medusa_unsupported: Medusa ${version} is installed, and ${wanted} is needed. ${medusaUnsupported}`,
  )
}

function installed(directory: string): string | undefined {
  try {
    const manifest = createRequire(path.join(directory, "package.json")).resolve(`${medusa}/package.json`)
    return readManifest(manifest)?.version
  } catch {
    return undefined
  }
}

/** A range of the one kind that this package writes: `^2.21.0`. */
function isWithin(version: string, range: string): boolean {
  const [major = 0, minor = 0, patch = 0] = numbersOf(range)
  const [hasMajor = 0, hasMinor = 0, hasPatch = 0] = numbersOf(version)
  return hasMajor === major && (hasMinor > minor || (hasMinor === minor && hasPatch >= patch))
}

const numbersOf = (text: string): number[] => (/\d+\.\d+\.\d+/.exec(text)?.[0] ?? "").split(".").map(Number)
