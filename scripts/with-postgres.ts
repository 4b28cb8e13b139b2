import { spawn } from "node:child_process"
import path from "node:path"
import { databaseEnv, databaseServer } from "./postgres"

/** Runs a command of node_modules/.bin with a PostgreSQL beside it: `tsx scripts/with-postgres.ts medusa db:migrate`. */
async function main([command, ...args]: string[]) {
  if (!command) throw new Error("Say which command to run.")
  const server = await databaseServer()
  const binary = path.join(__dirname, "../node_modules/.bin", command)
  const child = spawn(binary, args, {
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, ...databaseEnv(server), MEDUSA_DISABLE_TELEMETRY: "true" },
  })
  // Ctrl-C reaches the child as well; the server is stopped when the child has ended.
  process.on("SIGINT", () => undefined)
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.on("error", (error) => console.error(error.message))
  child.on("close", (code) => {
    process.exitCode = code ?? 1
    void server.stop()
  })
}

void main(process.argv.slice(2))
