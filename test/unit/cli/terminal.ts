import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { run, type Terminal } from "../../../src/cli/run"

const folders: string[] = []

/** A folder with these files, which goes away with `removeFolders`. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "shop-"))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Runs a command as a person would, and gives back what they saw. */
export async function type(args: readonly string[], terminal: Partial<Terminal> = {}) {
  const lines: string[] = []
  const out = (line: string) => lines.push(...line.split("\n"))
  const code = await run(args, {
    out,
    err: out,
    env: {},
    isColoured: false,
    directory: folderWith({}),
    now: () => new Date(),
    isInteractive: false,
    ask: () => Promise.resolve(undefined),
    wait: () => Promise.resolve(),
    untilStopped: () => Promise.resolve(),
    ...terminal,
  })
  return { code, lines, text: lines.join("\n") }
}
