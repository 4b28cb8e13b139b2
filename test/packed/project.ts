import { type ChildProcess, execFile, spawn } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { promisify } from "node:util"

const execute = promisify(execFile)

export const repository = path.resolve(__dirname, "../..")

/** Where a door of the export map leads, by who asks for it. */
type Door = string | { [condition: string]: Door }

export const targetsOf = (door: Door): string[] =>
  typeof door === "string" ? [door] : Object.values(door).flatMap(targetsOf)

interface Manifest {
  name: string
  exports: Record<string, Door>
  bin: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  peerDependencies: Record<string, string>
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest
}

/** A folder of its own outside the repository, where nothing of the repository's node_modules can be found. */
export class Project {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), "gateway-payments-project-"))

  constructor(files: Record<string, string>) {
    chmodSync(this.folder, 0o755)
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts)
  }

  write(name: string, text: string) {
    mkdirSync(path.dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  delete(name: string) {
    rmSync(this.path(name), { recursive: true })
  }

  /** Runs to its end. Rejects with all it printed where it fails. */
  async run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
    try {
      const { stdout } = await execute(command, args, this.options(env))
      return stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      throw new Error(`${command} ${args.join(" ")}\n${stdout}\n${stderr}`, { cause: error })
    }
  }

  /** A line as a person types it, and how it ended. */
  async type(line: string, env: Record<string, string> = {}): Promise<{ code: number; text: string }> {
    const [command = "", ...args] = line.split(" ")
    try {
      const { stdout, stderr } = await execute(command, args, this.options(env))
      return { code: 0, text: stdout + stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, text: stdout + stderr }
    }
  }

  install(...packages: string[]): Promise<string> {
    return this.run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages])
  }

  /** Starts what does not end by itself, and resolves when it has printed `sign`. */
  async start(line: string[], sign: RegExp, env: Record<string, string> = {}, cwd = "."): Promise<Running> {
    const options = { ...this.options(env), cwd: this.path(cwd) }
    const [command = "", ...args] = line
    // In a group of its own, which is stopped as a whole: npx and `medusa develop` start others.
    const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    const running = new Running(child)
    await running.printed(sign)
    return running
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }

  private options(env: Record<string, string>) {
    return { cwd: this.folder, env: { ...outsideJest(), ...env }, maxBuffer: 64 * 1024 * 1024 }
  }
}

export class Running {
  output = ""

  constructor(private readonly child: ChildProcess) {
    process.once("exit", () => {
      if (this.runs) this.signal("SIGKILL")
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text))
    }
  }

  printed(sign: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (sign.test(this.output)) resolve()
        // `medusa develop` outlives the server that it could not start.
        else if (this.output.includes("Error starting server")) reject(new Error(this.output))
      }
      this.child.stdout?.on("data", look)
      this.child.stderr?.on("data", look)
      this.child.once("exit", (code) => reject(new Error(`It ended with code ${code}:\n${this.output}`)))
      this.child.once("error", reject)
    })
  }

  async stop(): Promise<void> {
    if (!this.runs) return
    const ended = new Promise((resolve) => this.child.once("exit", resolve))
    this.signal("SIGTERM")
    await ended
  }

  private get runs(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  private signal(name: NodeJS.Signals): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, name)
  }
}

export function tarball(): string {
  const file = process.env.PACKED_TARBALL
  if (!file) throw new Error("PACKED_TARBALL is missing: run npm run test:packed.")
  return file
}

/** A person's shell: without what jest and npm say to the programs they start. */
function outsideJest(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(package|lifecycle|execpath|node_execpath|command)|npm_config_local_prefix|JEST_|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { ...Object.fromEntries(kept), MEDUSA_DISABLE_TELEMETRY: "true", CI: "true" }
}
