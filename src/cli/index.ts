#!/usr/bin/env node
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"

import { run } from "./run"

const { stdin, stdout, stderr, env } = process

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
  isInteractive: stdin.isTTY && stderr.isTTY,
  ask,
  wait: (ms) => setTimeout(ms),
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

/** On stderr: stdout may be a file. Ctrl-C and Ctrl-D are no answer. */
function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: stdin, output: stderr })
  return new Promise((resolve) => {
    lines.once("close", () => resolve(undefined))
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}
