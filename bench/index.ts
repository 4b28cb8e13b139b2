import { print, progress, save, writeTable, type Result } from "./lib/report"

/** One file each, loaded when it runs: a bench that measures imports or memory wants a process without the others. */
const benches: Record<string, () => Promise<Result>> = {
  signatures: async () => (await import("./signatures.js")).run(),
  notifications: async () => (await import("./notifications.js")).run(),
  refund: async () => (await import("./refund.js")).run(),
  ledger: async () => (await import("./ledger.js")).run(),
  reconcile: async () => (await import("./reconcile.js")).run(),
  boot: async () => (await import("./boot.js")).run(),
  package: async () => (await import("./package.js")).run(),
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => !(name in benches))
  if (unknown.length)
    throw new Error(`There is no bench ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`)
  for (const name of asked.length ? asked : Object.keys(benches)) {
    progress(`${name} …`)
    const result = await benches[name]!()
    progress("")
    save(name, result)
    print(result.rows)
    writeTable(Object.keys(benches))
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
