export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

interface Sleeper {
  until: number
  wake: () => void
}

/** The time of the sandbox: real time, or the caller's clock, plus whatever `advance()` added. */
export class SandboxClock implements Clock {
  private added = 0
  private readonly sleepers = new Set<Sleeper>()

  constructor(private readonly base: Clock = { now: () => Date.now() }) {}

  now(): number {
    return this.base.now() + this.added
  }

  /** Moves on to `time`; never back. */
  moveTo(time: number): void {
    this.added += Math.max(0, time - this.now())
    for (const sleeper of this.sleepers) {
      if (sleeper.until <= time) sleeper.wake()
    }
  }

  /** Ends when the time has come, be it by waiting or by `moveTo`. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.sleepers.delete(sleeper)
        resolve()
      }
      const sleeper = { until: this.now() + ms, wake }
      const timer = setTimeout(wake, ms)
      this.sleepers.add(sleeper)
    })
  }

  /** Wakes whoever sleeps, so that nothing keeps the process alive. */
  stop(): void {
    for (const sleeper of this.sleepers) sleeper.wake()
  }
}

/** `2021-03-30T18:04:01.525`: what a wall clock shows `offsetHours` east of Greenwich. */
export function wallClock(time: number, offsetHours: number): string {
  return new Date(time + offsetHours * 3_600_000).toISOString().slice(0, 23)
}

/** The digits of `wallClock`, `20210330180401525`, of which order numbers are made. */
export function wallDigits(time: number, offsetHours: number): string {
  return wallClock(time, offsetHours).replace(/\D/g, "")
}
