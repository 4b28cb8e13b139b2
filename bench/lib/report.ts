import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"

/** One line of the result table. */
export interface Row {
  what: string
  against: string
  measured: string
  toReach: string
  /** `undefined`: printed, and nothing to reach. */
  reached?: boolean | undefined
}

export interface Result {
  rows: Row[]
  /** Every single figure the rows come from. */
  raw: Record<string, unknown>
}

const folder = path.resolve(__dirname, "../results")
const readme = path.resolve(__dirname, "../README.md")

export const machine = () => ({
  cores: os.availableParallelism(),
  memoryGb: Math.round(os.totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
})

export function save(name: string, result: Result): void {
  const file = {
    bench: name,
    measuredAt: new Date().toISOString(),
    load: os.loadavg(),
    machine: machine(),
    ...result,
  }
  const text = JSON.stringify(file, (_, value: unknown) => rounded(value), 2)
  // A series of figures on one line: a string of JSON holds no line break, so that nothing else looks like one.
  const lines = text.replace(/\[\n[-\d.e,\s]+\]/g, (series) => series.replace(/\s+/g, " "))
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, `${name}.json`), `${lines}\n`)
}

/** A clock's nanoseconds say nothing. */
const rounded = (value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toFixed(3)) : value

interface Saved extends Result {
  bench: string
  measuredAt: string
  load: number[]
  machine: ReturnType<typeof machine>
}

const saved = (): Saved[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Saved)

/** Puts the last result of every bench into the README, between the two marks. */
export function writeTable(order: readonly string[]): void {
  const results = saved().sort((a, b) => order.indexOf(a.bench) - order.indexOf(b.bench))
  const rows = results.flatMap((result) =>
    result.rows.map((row) => [
      row.what,
      row.against,
      row.measured,
      row.toReach,
      verdict(row),
      loadOf(result),
    ]),
  )
  const head = ["what", "against", "measured", "to reach", "", "load"]
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)
  const text = readFileSync(readme, "utf8")
  const [before, rest] = text.split("<!-- table -->\n")
  const after = rest?.split("<!-- end of table -->\n")[1]
  if (before === undefined || after === undefined) throw new Error("bench/README.md has lost its marks.")
  const table = `${machineLine(results)}\n\n${lines.join("\n")}\n`
  writeFileSync(readme, `${before}<!-- table -->\n${table}<!-- end of table -->\n${after}`)
}

const verdict = (row: Row): string =>
  row.reached === undefined ? "" : row.reached ? "reached" : "**missed**"
const loadOf = (result: Saved): string => (result.load[0] ?? 0).toFixed(1)

function machineLine(results: readonly Saved[]): string {
  const last = [...results].sort((a, b) => a.measuredAt.localeCompare(b.measuredAt)).at(-1)
  const { cores, memoryGb, node, platform } = last?.machine ?? machine()
  const when = last?.measuredAt.slice(0, 16).replace("T", " ") ?? ""
  return `${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}, PostgreSQL 16 without fsync on the same machine; last run ${when} UTC.`
}

const out = (line: string) => process.stdout.write(`${line}\n`)

export function print(rows: readonly Row[]): void {
  for (const row of rows) {
    const mark = row.reached === undefined ? " " : row.reached ? "✓" : "✗"
    out(`${mark} ${row.what}: ${row.measured} (to reach: ${row.toReach}; against ${row.against})`)
  }
}

/** What is going on, on a terminal; nothing in a pipe. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

export const ratio = (value: number): string => `${value.toFixed(2)}×`
export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
