import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from "node:fs"
import path from "node:path"
import { z } from "zod"

import { answer, plan, step, type Answer, type Done, type Plan, type Probe, type Step } from "./steps"

/** One line of the file: what the probe is about, a step that is about to be sent, what came of it, or a process that goes on. */
const entry = z.union([
  z.object({ plan }),
  z.object({ at: z.iso.datetime(), step }),
  z.object({ answer }),
  z.object({ resumedAt: z.iso.datetime() }),
])
type Entry = z.infer<typeof entry>

const prefix = "ksher-gnete-probe"
const own = (providerId: string, pid: number): string => `${prefix}.${providerId}.${pid}.jsonl`

/**
 * What a probe has done, in a file of the folder it runs in. Each step is on the disk before it is sent, so that whoever comes after a
 * dead process asks about the same numbers. The file carries the number of the process that owns it, and is taken over by its name:
 * of two that try, one succeeds.
 */
export class Journal {
  readonly #file: string
  #probe: Probe

  private constructor(file: string, probe: Probe) {
    this.#file = file
    this.#probe = probe
  }

  get probe(): Probe {
    return this.#probe
  }

  static begin(directory: string, plan: Plan): Journal {
    const file = path.join(directory, own(plan.providerId, process.pid))
    const journal = new Journal(file, { plan, done: [], run: 0 })
    closeSync(openSync(file, "wx", 0o600))
    journal.#write({ plan })
    syncFolder(directory)
    return journal
  }

  /** Takes over a probe that was found. Throws a sentence where another process was quicker. */
  static goOn(directory: string, { file, plan }: FoundProbe, now: Date): Journal {
    const taken = path.join(directory, own(plan.providerId, process.pid))
    try {
      renameSync(file, taken)
    } catch (error) {
      throw new Error("Another process has just taken this probe over.", { cause: error })
    }
    const text = wholeLines(readFileSync(taken, "utf8"))
    truncateSync(taken, Buffer.byteLength(text))
    const journal = new Journal(taken, probeOf(text))
    journal.#write({ resumedAt: now.toISOString() })
    journal.#probe = { ...journal.#probe, run: journal.#probe.run + 1 }
    syncFolder(directory)
    return journal
  }

  /** Before it is sent. */
  begun(step: Step, now: Date): void {
    const at = now.toISOString()
    this.#write({ at, step })
    this.#probe = { ...this.#probe, done: [...this.#probe.done, { step, at, run: this.#probe.run }] }
  }

  answered(answer: Answer): void {
    this.#write({ answer })
    this.#probe = { ...this.#probe, done: withAnswer(this.#probe.done, answer) }
  }

  /** The money is back and the report is written: there is nothing to go on with. */
  remove(): void {
    unlinkSync(this.#file)
  }

  #write(line: Entry): void {
    const file = openSync(this.#file, "a")
    try {
      writeSync(file, `${JSON.stringify(line)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }
}

export interface FoundProbe {
  file: string
  plan: Plan
  probe: Probe
  /** The process that owns it, where that is still alive. */
  owner: number | undefined
}

/** The unfinished probe of an entry; throws a sentence where its file cannot be read. */
export function findProbe(directory: string, providerId: string): FoundProbe | undefined {
  const named = new RegExp(`^${prefix}\\.${providerId}\\.(\\d+)\\.jsonl$`)
  const [found] = readdirSync(directory).flatMap((name) => {
    const pid = named.exec(name)?.[1]
    return pid === undefined ? [] : [{ file: path.join(directory, name), pid: Number(pid) }]
  })
  if (!found) return undefined
  const text = wholeLines(readFileSync(found.file, "utf8"))
  // The process died before its plan was on the disk, and had sent nothing.
  if (text === "") {
    unlinkSync(found.file)
    return undefined
  }
  const probe = probeOf(text)
  const owner = found.pid !== process.pid && isAlive(found.pid) ? found.pid : undefined
  return { file: found.file, plan: probe.plan, probe, owner }
}

/** A line without its end was not on the disk yet, and its step was not sent. */
const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf("\n") + 1)

function probeOf(text: string): Probe {
  const entries = text
    .split("\n")
    .filter((line) => line !== "")
    .map(parsed)
  const [first] = entries
  if (!first || !("plan" in first)) throw new Error(unreadable)
  let run = 0
  let done: Done[] = []
  for (const line of entries.slice(1)) {
    if ("resumedAt" in line) run += 1
    else if ("step" in line) done.push({ step: line.step, at: line.at, run })
    else if ("answer" in line) done = withAnswer(done, line.answer)
  }
  return { plan: first.plan, done, run }
}

const withAnswer = (done: readonly Done[], answer: Answer): Done[] =>
  done.map((one, at) => (at === done.length - 1 ? { ...one, answer } : one))

const unreadable =
  "The file of the unfinished probe cannot be read: look up the orders that it names in the gateway's console, and move it away."

function parsed(line: string): Entry {
  try {
    return entry.parse(JSON.parse(line))
  } catch (error) {
    throw new Error(unreadable, { cause: error })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** A new name is on the disk with its folder. Windows keeps names without being asked, and opens no folder. */
function syncFolder(directory: string): void {
  if (process.platform === "win32" || !existsSync(directory)) return
  const folder = openSync(directory, "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
