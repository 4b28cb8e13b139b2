import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Timer } from "../../../src/services/transport"

export interface Call {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export type Reply = (call: Call, response: ServerResponse, socket: Socket) => void

/** An HTTP server on 127.0.0.1 that answers each call with the next reply it was given, and notes the calls. */
export class ScriptedServer {
  readonly calls: Call[] = []
  readonly #replies: Reply[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<ScriptedServer> {
    const scripted = new ScriptedServer()
    await new Promise<void>((resolve) => scripted.#server.listen(0, "127.0.0.1", resolve))
    return scripted
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  will(...replies: Reply[]): void {
    this.#replies.push(...replies)
  }

  /** Forgets calls and replies of an earlier test. */
  reset(): void {
    this.calls.length = 0
    this.#replies.length = 0
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const call: Call = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    }
    this.calls.push(call)
    const reply = this.#replies.shift() ?? says("no reply was scripted", 501)
    reply(call, response, request.socket)
  }
}

export const says =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Reply =>
  (_call, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

export const json = (value: unknown): Reply =>
  says(JSON.stringify(value), 200, { "content-type": "application/json" })

export const reset: Reply = (_call, _response, socket) => socket.resetAndDestroy()

/** For a client that gives up on nothing. */
export const neverUp: Timer = () => () => undefined

/** For a client whose time is up when its call has arrived. */
export const upOnArrival =
  (server: { will(reply: Reply): void }): Timer =>
  (_ms, giveUp) => {
    server.will(giveUp)
    return () => undefined
  }
