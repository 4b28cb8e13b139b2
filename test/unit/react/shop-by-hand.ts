import type { Payment } from "../../../src/react/step"
import { StoreApi } from "../../../src/react/api"
import { PaymentWatch, type Clock, type WatchOptions } from "../../../src/react/watch"

export const start = Date.parse("2026-03-01T00:00:00.000Z")

export const payment = (change: Partial<Payment> = {}): Payment => ({
  session_id: "payses_1",
  state: "pending",
  action: { type: "redirect", url: "https://gateway.example/pay" },
  expires_at: new Date(start + 900_000).toISOString(),
  returning: false,
  ...change,
})

/** A shop's store routes in memory, and a clock that a test moves: whoever waits is woken by hand. */
export class ShopByHand {
  current: Payment = payment()
  /** `none`: as where too many listen. */
  events: "open" | "none" | "cut" = "open"
  isDown = false
  asked: string[] = []
  time = start
  /** Of the server against this clock. */
  ahead = 0
  waits: { ms: number; end: () => void }[] = []
  #streams: ReadableStreamDefaultController<Uint8Array>[] = []
  lookAnswer: () => Response = () => this.#answer({ gateway_payment: this.current })
  openAnswer: () => Response = () => this.#answer({ gateway_payment: this.current })

  readonly clock: Clock = {
    now: () => this.time,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => resolve()
        this.waits.push({ ms, end })
        signal.addEventListener("abort", end)
        if (signal.aborted) end()
      }),
  }

  watch(options: WatchOptions = {}): PaymentWatch {
    const shop = { backendUrl: "https://shop.example/", publishableKey: "pk_1" }
    const watch = new PaymentWatch("payses_1", new StoreApi(shop, this.fetch, this.clock.now), this.clock)
    watch.use(options)
    return watch
  }

  /** Everything that is on its way is there. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Wakes whoever waits, and returns how long they meant to. */
  async wake(): Promise<number[]> {
    const waits = this.waits.splice(0)
    for (const { ms, end } of waits) {
      this.time += ms
      end()
    }
    await this.settle()
    return waits.map(({ ms }) => ms)
  }

  async becomes(change: Partial<Payment>): Promise<void> {
    this.current = { ...this.current, ...change }
    for (const stream of this.#streams) stream.enqueue(this.#event())
    await this.settle()
  }

  refuse = (status: number, code: string): Response => this.#answer({ code, message: "No." }, status)

  readonly fetch: typeof fetch = async (url, init) => {
    const { pathname, search } = new URL(url as string)
    const key = new Headers(init?.headers).get("x-publishable-api-key")
    this.asked.push(
      `${init?.method ?? "GET"} ${pathname.replace("/store/gateway-payments", "")}${search} ${key}`,
    )
    if (this.isDown) throw new TypeError("fetch failed")
    if (pathname.endsWith("/open")) return this.openAnswer()
    if (!pathname.endsWith("/events")) return this.lookAnswer()
    if (this.events === "none") return new Response(null, { status: 204 })
    return this.#stream(init?.signal ?? undefined)
  }

  #stream(signal: AbortSignal | undefined): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        if (this.events === "cut") {
          controller.error(new Error("cut"))
          return
        }
        this.#streams.push(controller)
        controller.enqueue(this.#event())
        signal?.addEventListener("abort", () => {
          this.#streams = this.#streams.filter((one) => one !== controller)
          controller.error(signal.reason)
        })
      },
    })
    return new Response(body, { headers: this.#headers() })
  }

  get listeners(): number {
    return this.#streams.length
  }

  /** The server ends every stream, as it does after five minutes. */
  async endStreams(): Promise<void> {
    for (const stream of this.#streams.splice(0)) stream.close()
    await this.settle()
  }

  #event = () =>
    new TextEncoder().encode(
      `event: payment\ndata: ${JSON.stringify({ gateway_payment: this.current })}\n\n:\n\n`,
    )

  #headers = () => ({ date: new Date(this.time + this.ahead).toUTCString() })

  #answer(body: object, status = 200): Response {
    return new Response(JSON.stringify(body), { status, headers: this.#headers() })
  }
}
