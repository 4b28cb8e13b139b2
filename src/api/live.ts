import { setTimeout as after } from "node:timers/promises"

import type { MedusaResponse } from "@medusajs/framework/http"

import { liveFor } from "../services/host"
import { isStopping } from "./stopping"

/** How many are told of changes at a time. Whoever is one too many asks from time to time instead. */
export interface LiveLimits {
  /** Of all together: each costs one look-up every two seconds. */
  all: number
  /** Of one payment or link: its shopper's tabs and devices. */
  each: number
}

/** Those who are told of changes, within limits. */
export class Listeners {
  readonly #counts = new Map<string, number>()

  constructor(private readonly limits: LiveLimits) {}

  isFull(of: string): boolean {
    const all = [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
    return all >= this.limits.all || (this.#counts.get(of) ?? 0) >= this.limits.each
  }

  /**
   * Tells one listener by server events, until it is gone, its server stops, or five minutes are over. `look` returns the data of the next event; the
   * same data is not sent again where `onlyChanges` is set.
   */
  async tell(of: string, res: MedusaResponse, told: Told): Promise<void> {
    this.#count(of, 1)
    const gone = new AbortController()
    res.on("close", () => gone.abort())
    if (res.destroyed) gone.abort()
    try {
      open(res)
      let before: string | undefined
      const goesOn = () => !gone.signal.aborted && !isStopping(res.req)
      for (let waited = 0; goesOn() && waited < liveFor.longest; waited += liveFor.every) {
        const data = await told.look()
        // A line that says nothing shows each side that the other is still there.
        res.write(told.onlyChanges && data === before ? ":\n\n" : `event: ${told.event}\ndata: ${data}\n\n`)
        before = data
        await after(liveFor.every, undefined, { signal: gone.signal, ref: false }).catch(() => undefined)
      }
    } finally {
      this.#count(of, -1)
      res.end()
    }
  }

  #count(of: string, more: 1 | -1): void {
    const count = (this.#counts.get(of) ?? 0) + more
    if (count > 0) this.#counts.set(of, count)
    else this.#counts.delete(of)
  }
}

interface Told {
  event: string
  look(): Promise<string>
  onlyChanges?: boolean
}

function open(res: MedusaResponse): void {
  res.setHeader("Content-Type", "text/event-stream")
  // A proxy that collects or compresses what it passes on would keep it to itself.
  res.setHeader("Cache-Control", "no-store, no-transform")
  res.setHeader("X-Accel-Buffering", "no")
  res.flushHeaders()
}
