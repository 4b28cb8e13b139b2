import { setTimeout as after } from "node:timers/promises"

import { liveFor, pageState } from "../../../../../services/host"
import { openedLink, page } from "../../../answer"

/** More than a shop has shoppers at its pages at a time, and few enough to look after. Others ask from time to time. */
const mostListeners = 200
let listeners = 0

/** Tells a page when it is to be drawn anew, from the moment it asks. */
export const GET = page(async (req, res, plugin) => {
  const opened = await openedLink(req, plugin)
  // No content: the browser does not ask again.
  if (!opened || listeners >= mostListeners) {
    res.status(opened ? 204 : 403).end()
    return
  }
  listeners++
  const gone = new AbortController()
  res.on("close", () => gone.abort())
  try {
    res.setHeader("Content-Type", "text/event-stream")
    // A proxy that collects or compresses what it passes on would keep it to itself.
    res.setHeader("Cache-Control", "no-store, no-transform")
    res.setHeader("X-Accel-Buffering", "no")
    res.flushHeaders()
    for (let waited = 0; !gone.signal.aborted && waited < liveFor.longest; waited += liveFor.every) {
      res.write(`event: state\ndata: ${await pageState(plugin, opened.link)}\n\n`)
      await after(liveFor.every, undefined, { signal: gone.signal, ref: false }).catch(() => undefined)
    }
  } finally {
    listeners--
    res.end()
  }
})
