import type { Timer } from "../../src/services/transport/http"

/**
 * The time that a call may take, measured by what the simulated gateway does: a call that is held up for longer is given up at once,
 * and no other, however busy the machine is.
 */
export class HeldCalls {
  readonly #waiting = new Set<{ ms: number; giveUp: () => void }>()
  readonly #watchers = new Set<() => void>()

  /** For the plugin's client, instead of real time. */
  readonly timer: Timer = (ms, giveUp) => {
    const call = { ms, giveUp }
    this.#waiting.add(call)
    return () => this.#waiting.delete(call)
  }

  /** For the sandbox. */
  readonly onHeld = (heldMs: number): void => {
    for (const { ms, giveUp } of this.#waiting) if (heldMs > ms) giveUp()
    for (const hear of this.#watchers) hear()
    this.#watchers.clear()
  }

  /** Ends when the gateway holds up the next call. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve))
  }
}
