import { setTimeout as after } from "node:timers/promises"

import { liveFor, pageState } from "../../../../../services/host"
import { isStopping } from "../../../../stopping"
import { openedLink, page } from "../../../answer"

/** More than a shop has shoppers at its pages at a time, and few enough to look after. Others ask from time to time. */
const mostListeners = 200
/** Of one link: its shopper's tabs and devices. */
const mostOfLink = 10
const listeners = new Map<string, number>()
const all = (): number => [...listeners.values()].reduce((sum, count) => sum + count, 0)

function listen(linkId: string, more: 1 | -1): void {
  const count = (listeners.get(linkId) ?? 0) + more
  if (count > 0) listeners.set(linkId, count)
  else listeners.delete(linkId)
}

/** Tells a page when it is to be drawn anew, from the moment it asks. */
export const GET = page(async (req, res, plugin) => {
  const opened = await openedLink(req, plugin)
  // No content: the browser does not ask again.
  const isFull = all() >= mostListeners || (listeners.get(opened?.link.id ?? "") ?? 0) >= mostOfLink
  if (!opened || isFull || req.method === "HEAD") {
    res.status(opened ? 204 : 403).end()
    return
  }
  listen(opened.link.id, 1)
  const gone = new AbortController()
  res.on("close", () => gone.abort())
  if (res.destroyed) gone.abort()
  const goesOn = (waited: number) => !gone.signal.aborted && waited < liveFor.longest && !isStopping(req)
  try {
    res.setHeader("Content-Type", "text/event-stream")
    // A proxy that collects or compresses what it passes on would keep it to itself.
    res.setHeader("Cache-Control", "no-store, no-transform")
    res.setHeader("X-Accel-Buffering", "no")
    res.flushHeaders()
    for (let waited = 0; goesOn(waited); waited += liveFor.every) {
      res.write(`event: state\ndata: ${await pageState(plugin, opened.link)}\n\n`)
      await after(liveFor.every, undefined, { signal: gone.signal, ref: false }).catch(() => undefined)
    }
  } finally {
    listen(opened.link.id, -1)
    res.end()
  }
})
