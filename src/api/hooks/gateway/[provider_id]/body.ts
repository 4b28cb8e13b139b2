import type { IncomingMessage } from "node:http"

import { longestNotification } from "../../../../services/transport"

/**
 * The bytes as they came, at most 16 KB. Medusa's parsers answer 415 to a charset they do not know and drop the body of an
 * unknown content type, and a signature needs the very bytes: they are off for this route.
 */
export function readBody(req: IncomingMessage): Promise<Buffer | "too large" | "broken off"> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    req.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size > longestNotification) {
        chunks.length = 0
        resolve("too large")
      } else chunks.push(chunk)
    })
    req.once("end", () => resolve(Buffer.concat(chunks)))
    req.once("error", () => resolve("broken off"))
    req.once("close", () => resolve("broken off"))
  })
}
