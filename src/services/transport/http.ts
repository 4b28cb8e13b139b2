import http from "node:http"
import https from "node:https"
import type { TLSSocket } from "node:tls"
import axios, { type AxiosInstance, type AxiosProxyConfig } from "axios"
import { notSent, unanswered, type NotSent, type Unknown } from "../../core"

/** The gateway's answer to one call, or why there is none. */
export type Exchange = { kind: "answered"; text: string } | Unknown | NotSent

/** Does `act` when `ms` milliseconds have passed, unless what it returns is called before. */
export type Timer = (ms: number, act: () => void) => () => void

/** Real time. */
export const systemTimer: { start: Timer } = {
  start: (ms, act) => {
    const running = setTimeout(act, ms)
    return () => {
      clearTimeout(running)
    }
  },
}

export interface HttpTransportOptions {
  /** The name people read in messages: `Ksher`. */
  gateway: string
  /** For the whole call: looking up, connecting, sending and the last byte of the answer. Milliseconds. */
  timeoutMs?: number | undefined
  /** `http://user:password@host:3128`. Default: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. */
  proxyUrl?: string | undefined
  /** What measures `timeoutMs`: real time where not given. */
  timer?: Timer | undefined
}

/** A proxy as axios takes it; https goes through it by a tunnel. */
function proxyOf(url: string): AxiosProxyConfig {
  const { protocol, hostname, port, username, password } = new URL(url)
  return {
    protocol,
    host: hostname,
    port: Number(port) || (protocol === "https:" ? 443 : 80),
    ...(username ? { auth: { username: decoded(username), password: decoded(password) } } : {}),
  }
}

/** A password may hold a per cent sign that stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const isProxied = (proxyUrl: string | undefined): boolean =>
  Boolean(proxyUrl ?? process.env.HTTPS_PROXY ?? process.env.https_proxy)

export const defaultTimeoutMs = 10_000
/** A QR image is some 20 kB; nothing a gateway says comes near this. */
const longestAnswer = 1024 * 1024
/** Shorter than servers keep an idle connection, so that a refund seldom meets one that is just being closed. */
const idleMs = 4_000

/**
 * POSTs to one gateway over kept-alive connections and tells apart a request that never left (`not_sent`) from one
 * that may have been carried out (`unknown`). Never retries, never follows a redirect, never throws.
 */
export class HttpTransport {
  readonly #gateway: string
  readonly #timeoutMs: number
  readonly #timer: Timer
  readonly #http: AxiosInstance

  constructor({
    gateway,
    timeoutMs = defaultTimeoutMs,
    proxyUrl,
    timer = (ms, act) => systemTimer.start(ms, act),
  }: HttpTransportOptions) {
    this.#gateway = gateway
    this.#timeoutMs = timeoutMs
    this.#timer = timer
    // A tunnel takes this for the time in which it has to be dug.
    const timeout = isProxied(proxyUrl) ? Math.max(timeoutMs, idleMs) : idleMs
    this.#http = axios.create({
      adapter: "http",
      ...(proxyUrl === undefined ? {} : { proxy: proxyOf(proxyUrl) }),
      httpAgent: new http.Agent({ keepAlive: true, timeout: idleMs }),
      httpsAgent: new https.Agent({ keepAlive: true, timeout }),
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      decompress: true,
      responseType: "arraybuffer",
      transformRequest: [(body: unknown) => body],
      transformResponse: [(body: unknown) => body],
      validateStatus: () => true,
    })
  }

  async post(url: string, body: string, headers: Record<string, string>): Promise<Exchange> {
    const watch = new ConnectionWatch()
    const giveUp = new AbortController()
    const callOff = this.#timer(this.#timeoutMs, () => {
      giveUp.abort()
    })
    try {
      const answer = await this.#http.post<Buffer>(url, Buffer.from(body, "utf8"), {
        headers: { ...headers, accept: "application/json" },
        signal: giveUp.signal,
        transport: watch,
      })
      return this.#read(answer.status, answer.data)
    } catch (error) {
      return this.#failure(error, giveUp.signal.aborted, watch.mayHaveLeft)
    } finally {
      callOff()
    }
  }

  #read(status: number, body: Buffer): Exchange {
    if (status !== 200)
      return unanswered(
        `http_${status}`,
        `${this.#gateway} answered HTTP ${status} and nothing that can be read.`,
      )
    if (body.length === 0) return unanswered("empty_answer", `${this.#gateway} answered with nothing.`)
    try {
      return { kind: "answered", text: new TextDecoder("utf-8", { fatal: true }).decode(body) }
    } catch {
      return unanswered("unreadable_answer", `${this.#gateway} answered with something that is not text.`)
    }
  }

  #failure(error: unknown, timedOut: boolean, mayHaveLeft: boolean): Unknown | NotSent {
    const code = timedOut ? "timeout" : errorCode(error)
    if (!mayHaveLeft) return notSent(code, `${this.#gateway} could not be reached (${code}).`)
    return timedOut
      ? unanswered(code, `${this.#gateway} did not answer within ${this.#timeoutMs / 1000} seconds.`)
      : unanswered(code, `The connection to ${this.#gateway} broke before its answer was complete (${code}).`)
  }
}

/**
 * Starts one request and notes whether its connection ever became usable. Until then Node holds the request back, so
 * a failure up to that point (name, route, refused port, certificate) is proof that the gateway has seen nothing.
 */
class ConnectionWatch {
  mayHaveLeft = false

  readonly request = (
    options: https.RequestOptions,
    onAnswer: (answer: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const secure = options.protocol === "https:"
    const request = (secure ? https : http).request(options, onAnswer)
    request.once("socket", (socket) => {
      // Anything not plainly still opening counts as open: a wrong "not sent" would send money twice.
      const opening = secure
        ? (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting === true
        : socket.connecting
      if (opening) socket.once(secure ? "secureConnect" : "connect", () => (this.mayHaveLeft = true))
      else this.mayHaveLeft = true
    })
    return request
  }
}

/** Only the code of a network error leaves this file: axios keeps the request, signature and all, in its errors. */
function errorCode(error: unknown): string {
  const code = axios.isAxiosError(error) ? error.code : undefined
  return code !== undefined && /^[A-Z][A-Z0-9_]{2,48}$/.test(code) ? code : "transport_error"
}
