import { print, progress, save, writeTable, type Result } from "./lib/report"

/** One file each, loaded when it runs: a bench that measures imports or memory wants a process without the others. */
const benches: Record<string, () => Promise<Result>> = {
  signatures: async () => (await import("./signatures.js")).run(),
  notifications: async () => (await import("./notifications.js")).run(),
  flood: async () => (await import("./flood.js")).run(),
  checkout: async () => (await import("./checkout.js")).run(),
  refund: async () => (await import("./refund.js")).run(),
  ledger: async () => (await import("./ledger.js")).run(),
  reconcile: async () => (await import("./reconcile.js")).run(),
  boot: async () => (await import("./boot.js")).run(),
  package: async () => (await import("./package.js")).run(),
}

/** Only where they are asked for: they take an hour, or a disk. */
const byName: Record<string, () => Promise<Result>> = {
  "large-ledger": async () => (await import("./large-ledger.js")).run(),
  day: async () => (await import("./day.js")).run(),
  outage: async () => (await import("./outage.js")).run(),
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2)
  const all = { ...benches, ...byName }
  const unknown = asked.filter((name) => !(name in all))
  if (unknown.length)
    throw new Error(`There is no bench ${unknown.join(", ")}. There are: ${Object.keys(all).join(", ")}.`)
  for (const name of asked.length ? asked : Object.keys(benches)) {
    progress(`${name} …`)
    const result = await all[name]!()
    progress("")
    save(name, result)
    print(result.rows)
    writeTable(Object.keys(all))
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
