import type { MedusaRequest } from "@medusajs/framework/http"

/**
 * Whether the server of a request takes no more connections. It waits for the answers that are under way: one that goes on for
 * minutes keeps it from stopping in order. Node leaves the server on each of its sockets, and does not declare it.
 */
export function isStopping(req: Pick<MedusaRequest, "socket">): boolean {
  const { server } = req.socket as { server?: { listening?: boolean } }
  return server?.listening === false
}
