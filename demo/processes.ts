import { type ChildProcess, spawn } from "node:child_process"
import { createRequire } from "node:module"
import path from "node:path"

const require = createRequire(__filename)
export const commandLine = require.resolve("@medusajs/cli/cli.js")
export const root = path.resolve(__dirname, "..")

/** Medusa's own command line, in a shop's folder. `npx medusa` would leave a child behind when it is stopped. */
export function medusa(args: string[], app: string, env: Record<string, string>): Running {
  return run([commandLine, ...args], app, env)
}

export const pluginBuild = (): Running => run([commandLine, "plugin:build"], root, {})

/** What of the package a browser loads. Medusa's build empties the folder first. */
export const kitBuild = (): Running => run(["--import", "tsx", "scripts/build-react.ts"], root, {})

export interface Running {
  process: ChildProcess
  /** Resolves when it ends well; throws with what it printed otherwise. */
  ended: Promise<void>
  stop(): Promise<void>
}

export function run(
  args: string[],
  cwd: string,
  env: Record<string, string>,
  options: { messages?: boolean } = {},
): Running {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: options.messages ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"],
    detached: true,
  })
  let printed = ""
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      printed = (printed + chunk.toString("utf8")).slice(-20_000)
    })
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code, signal) => {
      if (code === 0 || signal === "SIGTERM" || signal === "SIGKILL") resolve()
      else
        reject(
          new Error(
            `${path.basename(args[0] ?? "")} ${args.slice(1).join(" ")} ended with ${code}\n${printed}`,
          ),
        )
    })
  })
  // Whoever waits sees it; nobody waiting is no reason to crash.
  ended.catch(() => undefined)
  // A group of its own, which hears no signal of the terminal, must not outlive this process.
  const killed = () => kill(child)
  process.once("exit", killed)
  child.once("exit", () => process.off("exit", killed))
  return { process: child, ended, stop: () => stop(child, ended) }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  kill(child)
  await ended.catch(() => undefined)
}

function kill(child: ChildProcess): void {
  if (child.exitCode !== null || child.pid === undefined) return
  try {
    process.kill(-child.pid, "SIGKILL")
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Waits for an address to answer, as long as the process that is to answer lives. */
export async function answers(url: string, running: Running, patienceMs = 240_000): Promise<void> {
  const until = Date.now() + patienceMs
  for (;;) {
    const outcome = await Promise.race([
      fetch(url).then(
        (response) => response.ok,
        () => false,
      ),
      running.ended.then(() => {
        throw new Error(`${url}: the process ended before it answered.`)
      }),
    ])
    if (outcome) return
    if (Date.now() > until) throw new Error(`${url} did not answer in time.`)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
