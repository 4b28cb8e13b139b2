import type { GatewayName } from "./books"
import type { Fault } from "./faults"

/** One call to a gateway, as it came and as it was answered. */
export interface Call {
  n: number
  gateway: GatewayName
  call: string
  /** The parameters, without their signature. */
  request: Record<string, unknown>
  /** The JSON answered; null where none was, or not yet. */
  answer: unknown
  fault?: Pick<Fault, "kind" | "when">
  at: number
}

export interface CallFilter {
  gateway?: GatewayName
  call?: string
  /** Calls that carry this number in one of their fields. */
  orderNo?: string
  /** Calls after this `n`. */
  after?: number
}

/** Keeps the newest entries, so that a long simulation does not fill the memory. */
export class Ring<T> {
  private entries: T[] = []

  constructor(private readonly size = 10_000) {}

  push(entry: T): T {
    this.entries.push(entry)
    // Cut in halves: cutting one by one would move the whole ring at every call.
    if (this.entries.length >= 2 * this.size) this.entries = this.entries.slice(-this.size)
    return entry
  }

  all(): T[] {
    return this.entries.slice(-this.size)
  }
}

export class Journal {
  private readonly ring = new Ring<Call>()
  private count = 0

  open(call: Omit<Call, "n" | "answer">): Call {
    this.count += 1
    return this.ring.push({ n: this.count, ...call, answer: null })
  }

  calls(filter: CallFilter = {}): Call[] {
    const { gateway, call, orderNo, after = 0 } = filter
    return this.ring
      .all()
      .filter(
        (each) =>
          each.n > after &&
          (gateway === undefined || each.gateway === gateway) &&
          (call === undefined || each.call === call) &&
          (orderNo === undefined || Object.values(each.request).includes(orderNo)),
      )
  }
}
