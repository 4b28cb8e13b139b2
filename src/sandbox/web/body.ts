import type { IncomingMessage } from "node:http"

const biggest = 1024 * 1024

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > biggest) throw new RangeError("the body is too long")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

/** The fields of a form or a query string; of a repeated name the last one counts. */
export function readForm(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}
