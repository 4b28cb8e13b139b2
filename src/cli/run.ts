import { runSandboxCommand } from "../sandbox"
import { runDoctorCommand } from "./doctor/command"
import { ownManifest } from "./manifest"
import { runReplayCommand } from "./replay"
import { runTriggerCommand } from "./trigger"

/** What a command sees of the machine it runs on. */
export interface Terminal {
  out: (line: string) => void
  err: (line: string) => void
  env: Readonly<Record<string, string | undefined>>
  /** Whether `out` shows colours. */
  isColoured: boolean
  /** Where the person typed the command: the shop. */
  directory: string
  now: () => Date
  /** Whether somebody is there who can be asked. */
  isInteractive: boolean
  /** What the person types; undefined where they leave. */
  ask: (question: string) => Promise<string | undefined>
  wait: (ms: number) => Promise<unknown>
  /** Resolves when the person wants a running command to end. */
  untilStopped: () => Promise<unknown>
}

const help = `Ksher and Gnete payments for Medusa.

  medusa-payment-ksher-gnete doctor    checks what a shop has configured, and says what to fix
  medusa-payment-ksher-gnete sandbox   starts both gateways, simulated
  medusa-payment-ksher-gnete trigger   has a running sandbox notify a running shop, or fail its next call
  medusa-payment-ksher-gnete replay    acts on a stored notification once more
  medusa-payment-ksher-gnete --version

Each command says more with --help.`

/** Runs one command to its end and says with which code the process exits. Throws a sentence for the person who typed it. */
export async function run([command, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  switch (command) {
    case "doctor":
      return runDoctorCommand(args, terminal)
    case "sandbox":
      return sandbox(args, terminal)
    case "trigger":
      return runTriggerCommand(args, terminal)
    case "replay":
      return runReplayCommand(args, terminal)
    case "--version":
    case "-v":
      terminal.out(ownManifest().version)
      return 0
    case "--help":
    case "-h":
    case "help":
      terminal.out(help)
      return 0
    case undefined:
      terminal.out(help)
      return 1
    default:
      terminal.err(`There is no command "${command}".`)
      terminal.out(help)
      return 1
  }
}

async function sandbox(args: string[], terminal: Terminal): Promise<number> {
  const running = await runSandboxCommand(args, terminal.out)
  if (!running) return 0
  await terminal.untilStopped()
  await running.stop()
  return 0
}
