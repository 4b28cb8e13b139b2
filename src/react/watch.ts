import { hasArrived, isDone, isHeld, stepOf, type Payment } from "./step"
import { codeOf, type Heard, type StoreApi } from "./api"
import { isNavigation } from "./navigation"

/** What is known of a payment at a moment. A new object for each change. */
export interface Snapshot {
  payment: Payment | null
  /** The server's clock against this one's, in milliseconds. */
  ahead: number
  error: string | null
  isBusy: boolean
  /** The shop has no such payment: the session is another provider's, or was never opened. */
  isUnknown: boolean
}

/** What came of asking the gateway. Only a sure `not_paid` lets another payment be started. */
export type CheckAnswer = "paid" | "not_paid" | "unknown"

export interface WatchOptions {
  /** The money is there. Called again while it throws or returns `false`, as long as the page and the money are there. */
  onPaid?: ((payment: Payment) => unknown) | undefined
  /** Has the gateway asked now: completing the cart does it. A throw counts as `unknown`. Never called beside `onPaid`. */
  check?: (() => CheckAnswer | Promise<CheckAnswer>) | undefined
  /** Go on until the money has gone back, as an order's page does. */
  isRefundAwaited?: boolean | undefined
}

export interface Clock {
  now(): number
  /** Resolves after so many milliseconds, or at once when the signal is given. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export const browserClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener("abort", end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal.addEventListener("abort", end)
      if (signal.aborted) end()
    }),
}

/** Between two connections: one that is cut at once is not made again at once. */
const soon = 1_000
/** Between two questions. */
const shortest = 3_000
const longest = 30_000

export const nothingKnown: Snapshot = {
  payment: null,
  ahead: 0,
  error: null,
  isBusy: false,
  isUnknown: false,
}

/** Follows one payment: by server events, or where those do not come through, by asking. Knows nothing of React. */
export class PaymentWatch {
  #snapshot = nothingKnown
  #options: WatchOptions = {}
  #listeners = new Set<() => void>()
  #running: AbortController | undefined
  /** The shop has been told that it is paid, or is being told. */
  #told: "no" | "telling" | "yes" = "no"
  #eventsFailed = 0
  #isStarting = false
  /** Two requests that complete a cart wait for each other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly sessionId: string,
    private readonly api: StoreApi,
    private readonly clock: Clock = browserClock,
  ) {}

  readonly snapshot = (): Snapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The server's time. */
  now(): number {
    return this.clock.now() + this.#snapshot.ahead
  }

  use(options: WatchOptions): void {
    this.#options = options
  }

  /** Begins, or begins anew where a page was asleep. Returns what ends it. */
  start(): () => void {
    this.#running?.abort()
    const running = new AbortController()
    this.#running = running
    this.#eventsFailed = 0
    void this.#run(running.signal)
    return () => running.abort()
  }

  /** Looks now. Resolves with whether the shop has answered. */
  async look(signal?: AbortSignal): Promise<boolean> {
    try {
      this.#hear(await this.api.payment(this.sessionId, signal))
      return true
    } catch (error) {
      const code = codeOf(error)
      if (!signal?.aborted)
        this.#set(code === "payment_unknown" ? { error: code, isUnknown: true } : { error: code })
      return false
    }
  }

  /** Has the gateway asked, then looks. */
  check(): Promise<boolean> {
    return this.#busy(async () => {
      if (await this.#isNone()) return false
      await this.#ask()
      return this.look()
    })
  }

  /** Opens a session that waits for a choice. Nothing is opened twice: the same choice gets the same link. */
  open(channel?: string): Promise<void> {
    return this.#busy(async () => {
      try {
        this.#hear(await this.api.open(this.sessionId, channel))
      } catch (error) {
        const code = codeOf(error)
        await this.look()
        // What went wrong is nothing to read once the money is there.
        if (!hasArrived(this.#step())) this.#set({ error: code })
      }
    })
  }

  /**
   * Starts another payment, unless the money of this one is there: that is asked first. Where there is no sure answer, nothing is started:
   * the shopper could pay twice. A second press while one is on its way does nothing.
   */
  async startAnew(begin: () => unknown): Promise<void> {
    if (this.#isStarting) return
    this.#isStarting = true
    try {
      await this.#busy(() => this.#startUnlessPaid(begin))
    } finally {
      this.#isStarting = false
    }
  }

  async #startUnlessPaid(begin: () => unknown): Promise<void> {
    if (!(await this.#isNone())) {
      const answer = await this.#ask()
      if (!(await this.look()) || isHeld(this.#step(), this.#waitsForMoney())) return
      // No order is made by money that goes back: the cart is not completed by it, and that says nothing sure.
      if (answer !== "not_paid" && (answer === "paid" || !this.#snapshot.payment?.returning)) {
        this.#set({ error: "not_confirmed" })
        return
      }
    }
    try {
      await begin()
    } catch (error) {
      if (isNavigation(error)) throw error
      this.#set({ error: "not_started" })
    }
  }

  /** Looked up before the gateway is asked: completing a cart by another provider's session could make an order of it. */
  async #isNone(): Promise<boolean> {
    if (!this.#snapshot.payment && !this.#snapshot.isUnknown) await this.look()
    return this.#snapshot.isUnknown
  }

  /** Without `check` there is nobody to ask: what the shop knows decides. */
  async #ask(): Promise<CheckAnswer> {
    const { check } = this.#options
    if (!check) return "not_paid"
    try {
      return await this.#inTurn(check)
    } catch (error) {
      // A page that leads on says so by a throw.
      if (!isNavigation(error)) return "unknown"
      this.#told = "yes"
      throw error
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pause = shortest
    while (!signal.aborted && !this.#isOver()) {
      if (this.#snapshot.payment && this.#eventsFailed < 2 && (await this.#listen(signal))) {
        await this.clock.wait(soon, signal)
        continue
      }
      const heard = await this.look(signal)
      pause = heard ? shortest : Math.min(pause * 2, longest)
      if (!this.#isOver() && (!heard || this.#eventsFailed > 0)) await this.clock.wait(pause, signal)
    }
  }

  /** Whether anything was heard. */
  async #listen(signal: AbortSignal): Promise<boolean> {
    let heard = false
    const done = new AbortController()
    const end = () => done.abort()
    signal.addEventListener("abort", end)
    try {
      for await (const one of this.api.events(this.sessionId, done.signal)) {
        heard = true
        this.#eventsFailed = 0
        this.#hear(one)
        if (signal.aborted || this.#isOver()) break
      }
    } catch {
      // Asking says why.
    } finally {
      signal.removeEventListener("abort", end)
      done.abort()
    }
    if (!heard) this.#eventsFailed++
    return heard
  }

  #isOver(): boolean {
    const { payment, isUnknown } = this.#snapshot
    if (isUnknown) return true
    if (!payment || this.#told === "telling") return false
    const isTold = !this.#options.onPaid || this.#told === "yes" || this.#step() !== "paid"
    return isTold && isDone(payment, this.#options.isRefundAwaited ?? false)
  }

  #waitsForMoney(): boolean {
    return this.#options.onPaid !== undefined
  }

  #step() {
    return stepOf(this.#snapshot.payment, this.now())
  }

  #hear({ payment, ahead }: Heard): void {
    const isTelling = this.#told === "telling" && payment.state === "paid"
    const error = isTelling ? this.#snapshot.error : null
    this.#set({ payment, ahead: ahead ?? this.#snapshot.ahead, error, isUnknown: false })
    if (this.#step() === "paid" && this.#told === "no" && this.#options.onPaid) void this.#tell(payment)
  }

  /** The order is made by it, and the shop may be busy: it is told until it has taken it. */
  async #tell(payment: Payment): Promise<void> {
    const signal = this.#running?.signal ?? AbortSignal.abort()
    this.#told = "telling"
    for (let pause = shortest; ; pause = Math.min(pause * 2, longest)) {
      try {
        const answer = await this.#inTurn(() => this.#isTold() || this.#options.onPaid?.(payment))
        if (answer !== false) break
      } catch (error) {
        if (isNavigation(error)) {
          this.#told = "yes"
          throw error
        }
      }
      this.#set({ error: "not_completed" })
      await this.clock.wait(pause, signal)
      if (signal.aborted) {
        this.#told = "no"
        return
      }
      // Given back meanwhile: no order is made by it any more.
      if (this.#step() !== "paid") {
        this.#told = "no"
        this.#set({ error: null })
        return
      }
    }
    this.#told = "yes"
    this.#set({ error: null })
  }

  #isTold(): boolean {
    return this.#told === "yes"
  }

  #inTurn<Result>(act: () => Result): Promise<Awaited<Result>> {
    const mine = this.#turn.then(async () => act())
    this.#turn = mine.catch(() => undefined)
    return mine as Promise<Awaited<Result>>
  }

  async #busy<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#set({ isBusy: true })
    try {
      return await act()
    } finally {
      this.#set({ isBusy: false })
    }
  }

  #set(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }
}
