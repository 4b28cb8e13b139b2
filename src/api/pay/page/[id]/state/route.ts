import { pageState } from "../../../../../services/host"
import { openedLink, page } from "../../../answer"

/** Whether the page is to be drawn anew: for browsers that server events do not reach. */
export const GET = page(async (req, res, plugin) => {
  const opened = await openedLink(req, plugin)
  if (opened) res.json({ state: await pageState(plugin, opened.link) })
  else res.status(403).json({ state: null })
})
