import { AsyncLocalStorage } from "node:async_hooks"

import type { Random } from "./random"

/** Whoever waits at a gate: a process that may be killed or held up, or the world outside, which goes on. */
export interface Owner {
  readonly name: string
  alive: boolean
  /** Held up until then: a process that gets no time. Milliseconds. */
  heldUntil: number
}

export interface GateOptions {
  /** Not before so many milliseconds from now. */
  delay?: number
  /** What only happens when time comes to it; time is not moved on for its sake. */
  background?: boolean
}

interface Gate {
  owner: Owner
  label: string
  due: number
  background: boolean
  pass: () => Promise<void>
}

export interface Habits {
  /** How often the one who went last goes on: 0 for a shuffle, near 1 for long runs of one. */
  stickiness: number
  /** How often time runs ahead to the next deadline although somebody could still go on. */
  haste: number
}

/**
 * Lets exactly one strand of the program go on at a time and chooses which, so that a seed repeats an interleaving of
 * several processes. Every call that leaves a process waits at a gate here. Owns the time.
 */
export class Scheduler {
  readonly world: Owner = { name: "world", alive: true, heldUntil: 0 }
  readonly clock = { now: () => new Date(this.#now) }
  readonly trace: string[] = []
  /** Called before each step with the one made last; may kill. */
  beforeStep: (last: { owner: Owner; label: string } | undefined) => void = () => undefined
  steps = 0

  #now: number
  #gates: Gate[] = []
  #last: Gate | undefined

  constructor(
    readonly random: Random,
    start: Date,
    private readonly habits: Habits,
    private readonly tracing: boolean,
  ) {
    this.#now = start.getTime()
  }

  get now(): number {
    return this.#now
  }

  note(text: string): void {
    if (!this.tracing) return
    this.trace.push(`${new Date(this.#now).toISOString().slice(5, 23).replace("T", " ")}  ${text}`)
  }

  /** Waits until it is this caller's turn, then does `work`. A caller that is dead by then waits for ever. */
  gate<T>(
    owner: Owner,
    label: string,
    work: () => T | Promise<T>,
    { delay = 0, background = false }: GateOptions = {},
  ): Promise<T> {
    // The gate is passed by whoever runs the schedule; the work belongs to whoever stands before it.
    const asBefore = AsyncLocalStorage.snapshot()
    return new Promise<T>((resolve, reject) => {
      if (!owner.alive) return
      const pass = () => asBefore(async () => work()).then(resolve, reject)
      this.#gates.push({ owner, label, due: this.#now + delay, background, pass })
    })
  }

  /** What a process was about to do is never done; what waits for it is never told. */
  kill(owner: Owner): void {
    owner.alive = false
    this.#gates = this.#gates.filter((gate) => gate.owner !== owner)
  }

  /** Goes on until everybody waits for time to pass, or for good. */
  async untilQuiet(most: number): Promise<void> {
    for (let made = 0; made < most; made++) if (!(await this.step())) return
    throw new Error(`There is no end to it: ${most} steps and still ${this.#gates.length} waiting.`)
  }

  /** Goes on for at most `count` steps. */
  async forSteps(count: number): Promise<void> {
    for (let made = 0; made < count; made++) if (!(await this.step())) return
  }

  /** Lets time pass: whatever is due until then happens in its turn. */
  async pass(ms: number, most: number): Promise<void> {
    const end = this.#now + ms
    for (let made = 0; made < most; made++) {
      await this.untilQuiet(most)
      const next = this.#nextDue(this.#gates)
      if (next === undefined || next > end) break
      this.#now = Math.max(this.#now, next)
    }
    this.#now = Math.max(this.#now, end)
  }

  /** When the next thing happens by itself. */
  get nextBackground(): number | undefined {
    return this.#nextDue(this.#gates)
  }

  private async step(): Promise<boolean> {
    await drained()
    const gate = this.choose()
    if (!gate) return false
    this.steps++
    this.#now++
    this.beforeStep(this.#last)
    if (!this.#gates.includes(gate)) return true
    this.#gates.splice(this.#gates.indexOf(gate), 1)
    this.note(`${gate.owner.name}: ${gate.label}`)
    this.#last = gate
    await gate.pass()
    return true
  }

  private choose(): Gate | undefined {
    const ready = this.#gates.filter((gate) => this.#dueOf(gate) <= this.#now)
    const waiting = this.#gates.filter((gate) => !gate.background && this.#dueOf(gate) > this.#now)
    if (waiting.length && (!ready.length || this.random.chance(this.habits.haste))) {
      const next = this.#nextDue(waiting) ?? this.#now
      this.#now = Math.max(this.#now, next)
      return this.#gates.find((gate) => this.#dueOf(gate) <= this.#now && waiting.includes(gate))
    }
    if (!ready.length) return undefined
    return this.random.chance(this.habits.stickiness) ? ready.at(-1) : this.random.pick(ready)
  }

  #dueOf(gate: Gate): number {
    return Math.max(gate.due, gate.owner.heldUntil)
  }

  #nextDue(gates: readonly Gate[]): number | undefined {
    return gates.length ? Math.min(...gates.map((gate) => this.#dueOf(gate))) : undefined
  }
}

/** Everything that can go on without a gate has gone on. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve))
