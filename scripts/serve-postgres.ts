import { databaseServer } from "./postgres"

/** An embedded PostgreSQL for several programs: says its address, and ends when it is told to. */
async function main(): Promise<void> {
  const server = await databaseServer({})
  const stop = () => void server.stop().then(() => process.exit())
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop)
  process.stdout.write(`${server.url()}\n`)
  // Its child keeps no process alive that waits for nothing.
  setInterval(() => undefined, 60_000)
}

void main()
