import type { IncomingMessage } from "node:http"

import { longestNotification } from "../../../../services/transport"

/** Both gateways send theirs in one piece. Node's own limit for a request is five minutes, and each open one costs a socket. */
const longestMs = 10_000

export type Unread = "too large" | "too slow" | "broken off"

/**
 * The bytes as they came, at most 16 KB and for ten seconds. Medusa's parsers answer 415 to a charset they do not know and drop the
 * body of an unknown content type, and a signature needs the very bytes: they are off for this route.
 */
export function readBody(req: IncomingMessage, withinMs: number = longestMs): Promise<Buffer | Unread> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let size = 0
    const end = (body: Buffer | Unread) => {
      clearTimeout(late)
      req.off("data", collect)
      // What still comes is thrown away until the connection is closed.
      req.resume()
      chunks = []
      resolve(body)
    }
    const collect = (chunk: Buffer) => {
      size += chunk.length
      if (size > longestNotification) end("too large")
      else chunks.push(chunk)
    }
    const late = setTimeout(() => end("too slow"), withinMs)
    req.on("data", collect)
    req.once("end", () => end(Buffer.concat(chunks)))
    req.once("error", () => end("broken off"))
    req.once("close", () => end("broken off"))
  })
}
