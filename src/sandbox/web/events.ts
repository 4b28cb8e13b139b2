import type { ServerResponse } from "node:http"

import type { World } from "../world"

/** Says each time that something has happened, and not what: whoever hears it reads the page anew. */
export function serveEvents({ changes }: World, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
  response.flushHeaders()
  const end = changes.watch(() => response.write("data: changed\n\n"))
  response.once("close", end)
}
