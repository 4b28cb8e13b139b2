import { z } from "zod"

import type { PluginOptions } from "../../services/options/plugin"
import type { Shop } from "./entries"
import { note, type Finding } from "./finding"

const leadsToPage = z.looseObject({ checkout: z.literal("page") })
const namesPage = z.looseObject({ payPage: z.looseObject({}) })

/** No look from here shows what a proxy writes down, so a shop with the page is reminded of it. */
export function checkPayPage({ entries, plugin }: Shop, { payPage }: PluginOptions): Finding[] {
  const isOn =
    entries.some(({ options }) => leadsToPage.safeParse(options).success) ||
    namesPage.safeParse(plugin?.options).success
  if (!isOn) return []
  const { linkHours } = payPage
  const text = `A pay page's link has its token in the address that is opened first. Leave paths under /pay/ out of the logs of your proxy, or keep those logs no longer than a link lasts (${linkHours} hours).`
  return [{ about: "plugin", check: "pay page", ...note(text) }]
}
