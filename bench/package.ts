import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"

import { buildIfStale } from "../demo/build"
import { root } from "../demo/processes"
import { ms, progress, type Result, type Row } from "./lib/report"
import { median, rounds } from "./lib/statistics"

const entries = ["ksher", "gnete", "sandbox"]
const count = 5

/** A module's own loading time, in a process that has loaded nothing else. */
function importTime(request: string): number {
  const code = `const t = performance.now(); require(${JSON.stringify(request)}); process.stdout.write(String(performance.now() - t))`
  return Number(execFileSync(process.execPath, ["-e", code], { cwd: root, encoding: "utf8" }))
}

export async function run(): Promise<Result> {
  await buildIfStale()
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as { size: number; unpackedSize: number; entryCount: number }[]
  if (!packed) throw new Error("npm pack said nothing.")
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    dependencies: object
  }
  const dependencies = Object.keys(manifest.dependencies).sort().join(", ")
  const contenders: Record<string, () => number> = {
    ...Object.fromEntries(
      entries.map((entry) => [
        entry,
        () =>
          importTime(path.join(root, `.medusa/server/src/${entry === "sandbox" ? "" : "services/"}${entry}`)),
      ]),
    ),
    "axios and zod": () => importTime("axios") + importTime("zod"),
  }
  const measured = await rounds(count, contenders, (done) => progress(`package: round ${done} of ${count}`))
  const rows: Row[] = [
    {
      what: "runtime dependencies of its own",
      against: "–",
      measured: dependencies,
      toReach: "axios and zod",
      reached: dependencies === "axios, zod",
    },
    {
      what: "packed size",
      against: "–",
      measured: `${Math.round(packed.size / 1024)} KB packed, ${Math.round(packed.unpackedSize / 1024)} KB unpacked, ${packed.entryCount} files`,
      toReach: "printed",
    },
    {
      what: "import time",
      against: "axios and zod alone",
      measured: [...entries, "axios and zod"]
        .map((entry) => `${entry} ${ms(median(measured[entry] ?? []))}`)
        .join(", "),
      toReach: "printed",
    },
  ]
  return { rows, raw: { packed, importMilliseconds: measured } }
}
