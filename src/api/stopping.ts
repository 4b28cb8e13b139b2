import type { MedusaRequest } from "@medusajs/framework/http"

/**
 * Whether the server that a request came to takes no more connections: it waits for the answers that are under way, and one that
 * goes on for minutes would keep it from stopping in order. Node leaves the server on each of its sockets, and does not declare it.
 */
export function isStopping(req: Pick<MedusaRequest, "socket">): boolean {
  const { server } = req.socket as { server?: { listening?: boolean } }
  return server?.listening === false
}
