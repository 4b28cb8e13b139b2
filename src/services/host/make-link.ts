import { systemClock } from "../ledger"
import type { Ledger, NewPayLink, PayLink } from "../ledger"
import type { PluginOptions } from "../options/plugin"
import { hashOf, newToken } from "../pay-page"
import { hour } from "../settlement"

/** A link that was just made: its address is known now and never again. */
export interface MadeLink {
  link: PayLink
  url: string
  token: string
}

/** For whom a link is made, and what it asks for. */
export type LinkRequest = Pick<NewPayLink, "collectionId" | "orderId" | "amount" | "currency" | "origin"> &
  Partial<Pick<NewPayLink, "sessionId" | "madeBy">>

/** Makes a link to the pay page: the one place where tokens come from. */
export async function makeLink(
  { payLinks }: Pick<Ledger, "payLinks">,
  { linkHours, url }: Pick<PluginOptions["payPage"], "linkHours" | "url">,
  backend: string,
  request: LinkRequest,
): Promise<MadeLink> {
  const token = newToken()
  const expiresAt = new Date(systemClock.now().getTime() + linkHours * hour)
  const link = await payLinks.create({
    sessionId: null,
    madeBy: null,
    ...request,
    tokenHash: hashOf(token),
    expiresAt,
  })
  return { link, token, url: `${url ?? backend}${payPath}${token}` }
}

const payPath = "/pay/"

/** The token in an address of the page. */
export const tokenIn = (url: unknown): string | undefined =>
  typeof url === "string" && url.includes(payPath)
    ? url.slice(url.lastIndexOf(payPath) + payPath.length)
    : undefined
