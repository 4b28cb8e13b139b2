import { states } from "../core/states"
import type { StorePaymentMethod } from "../types"
import type { Payment } from "./step"

/** Where the shop is, and what its store routes ask for. */
export interface ShopAddress {
  /** Medusa's address, such as `https://shop.example`. */
  backendUrl: string
  publishableKey: string
}

/** A request that was answered with a refusal, or not at all (`unreachable`). Nothing is said of the money: ask for the payment. */
export class StoreError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export const codeOf = (error: unknown): string => (error instanceof StoreError ? error.code : "unreachable")

/** A payment, and the server's clock against this one's in milliseconds. */
export interface Heard {
  payment: Payment
  ahead: number | null
}

/** What the payment methods are asked for; exactly one of the three. */
export type MethodsQuery =
  | { cart_id: string }
  | { payment_collection_id: string }
  | { region_id: string; currency: string; amount: number | string }

export class StoreApi {
  constructor(
    private readonly shop: ShopAddress,
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
    private readonly now: () => number = Date.now,
  ) {}

  async payment(sessionId: string, signal?: AbortSignal): Promise<Heard> {
    return this.#heard(await this.#ask(pathOf(sessionId), signal ? { signal } : {}))
  }

  async open(sessionId: string, channel: string | undefined): Promise<Heard> {
    const body = JSON.stringify(channel === undefined ? {} : { channel })
    return this.#heard(await this.#ask(`${pathOf(sessionId)}/open`, { method: "POST", body }))
  }

  async methods(query: MethodsQuery, signal: AbortSignal): Promise<StorePaymentMethod[]> {
    const words = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
    const response = await this.#ask(`/methods?${new URLSearchParams(words).toString()}`, { signal })
    const answer = (await jsonOf(response)) as { methods?: unknown } | null
    if (!Array.isArray(answer?.methods)) throw notUnderstood()
    return answer.methods as StorePaymentMethod[]
  }

  /** Each change of a payment, until the server ends it. Throws where it does not tell, and where the connection breaks. */
  async *events(sessionId: string, signal: AbortSignal): AsyncGenerator<Heard, void> {
    const response = await this.#ask(`${pathOf(sessionId)}/events`, {
      signal,
      headers: { accept: "text/event-stream" },
    })
    if (response.status !== 200 || !response.body) throw notUnderstood()
    const ahead = this.#ahead(response)
    const reader = response.body.getReader()
    const decoder = new TextDecoder()
    let text = ""
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const blocks = text.split("\n\n")
      text = blocks.pop() ?? ""
      for (const block of blocks) {
        const data = /^data: (.+)$/m.exec(block)?.[1]
        if (data) yield { payment: paymentIn(JSON.parse(data)), ahead }
      }
    }
  }

  async #heard(response: Response): Promise<Heard> {
    return { payment: paymentIn(await jsonOf(response)), ahead: this.#ahead(response) }
  }

  /** The header has whole seconds: half of one is nearer than none. */
  #ahead(response: Response): number | null {
    const date = Date.parse(response.headers.get("date") ?? "")
    return Number.isNaN(date) ? null : date + 500 - this.now()
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const { backendUrl, publishableKey } = this.shop
    let response: Response
    try {
      response = await this.fetcher(`${backendUrl.replace(/\/+$/, "")}/store/gateway-payments${path}`, {
        cache: "no-store",
        ...init,
        headers: {
          "x-publishable-api-key": publishableKey,
          ...(init.body === undefined ? {} : { "content-type": "application/json" }),
          ...(init.headers as Record<string, string> | undefined),
        },
      })
    } catch {
      throw new StoreError("unreachable", "The shop cannot be reached.")
    }
    if (response.ok) return response
    const { code, message } = ((await jsonOf(response).catch(() => null)) ?? {}) as Record<string, unknown>
    // A proxy or a server that is being restarted has no code of its own.
    throw new StoreError(
      typeof code === "string" && response.status < 500 ? code : "unreachable",
      typeof message === "string" ? message : `The shop answered with ${response.status}.`,
    )
  }
}

const pathOf = (sessionId: string): string => `/${encodeURIComponent(sessionId)}`

const notUnderstood = () => new StoreError("unreachable", "The shop's answer was not understood.")

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw notUnderstood()
  }
}

/** By hand: a library that parses would be larger than all of this. What is not understood changes nothing on the page. */
function paymentIn(answer: unknown): Payment {
  const payment = (answer as { gateway_payment?: Partial<Payment> } | null)?.gateway_payment
  const { session_id, state, expires_at = null } = payment ?? {}
  if (!session_id || !state || !states.includes(state)) throw notUnderstood()
  return {
    ...{ session_id, state, expires_at, action: usable(payment?.action) },
    // A shop with an older version of the plugin says nothing of it.
    returning: payment?.returning === true,
  }
}

/** An address is followed or shown only where it leads to another page or is a picture. */
function usable(action: Payment["action"] | undefined): Payment["action"] {
  if (!action) return null
  if (action.type === "redirect") return isWeb(action.url) ? action : null
  if ("content" in action && typeof action.content === "string") return action
  return "image" in action && isPicture(action.image) ? action : null
}

const isWeb = (url: unknown): boolean => typeof url === "string" && /^https?:\/\//i.test(url)
const isPicture = (url: unknown): boolean => isWeb(url) || /^data:image\//i.test(String(url))
