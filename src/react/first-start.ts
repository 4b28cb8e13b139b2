import { isNavigation } from "./navigation"
import { nothingKnown, type Snapshot } from "./watch"

/** Starts the first payment, while there is none to follow: once at a time, and what goes wrong is said. Knows nothing of React. */
export class FirstStart {
  #snapshot = nothingKnown
  #listeners = new Set<() => void>()

  readonly snapshot = (): Snapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A second press while one is on its way does nothing: it would make a second session. */
  async startAnew(begin: () => unknown): Promise<void> {
    if (this.#snapshot.isBusy) return
    this.#set({ isBusy: true, error: null })
    try {
      await begin()
      this.#set({ isBusy: false })
    } catch (error) {
      const leads = isNavigation(error)
      this.#set({ isBusy: false, error: leads ? null : "not_started" })
      if (leads) throw error
    }
  }

  #set(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }
}
