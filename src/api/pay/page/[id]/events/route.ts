import { pageState } from "../../../../../services/host"
import { Listeners } from "../../../../live"
import { openedLink, page } from "../../../answer"

/** More than a shop has shoppers at its pages at a time, and few enough to look after. */
const listeners = new Listeners({ all: 200, each: 10 })

/** Tells a page when it is to be drawn anew, from the moment it asks. */
export const GET = page(async (req, res, plugin) => {
  const opened = await openedLink(req, plugin)
  // No content: the browser does not ask again.
  if (!opened || listeners.isFull(opened.link.id) || req.method === "HEAD") {
    res.status(opened ? 204 : 403).end()
    return
  }
  const { link } = opened
  await listeners.tell(link.id, res, {
    event: "state",
    look: () => pageState(plugin, link),
  })
})
