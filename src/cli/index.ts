#!/usr/bin/env node
import { run } from "./run"

const { stdout, env } = process

// Who reads our output, as in `doctor | head`, has seen enough.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

run(process.argv.slice(2), {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  env,
  isColoured: stdout.isTTY && !env.NO_COLOR,
  directory: process.cwd(),
  now: () => new Date(),
  untilStopped: () =>
    new Promise((resolve) => {
      process.once("SIGINT", resolve)
      process.once("SIGTERM", resolve)
    }),
}).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(2)
  },
)
