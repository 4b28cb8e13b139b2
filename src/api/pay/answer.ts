import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

import { gatewayPayments, pageBase } from "../../services/host"
import type { GatewayPayments, MadeLink } from "../../services/host"
import { logLine, wordsOf } from "../../services/observability"
import { drawProblem, hashOf, isProof, isToken, languageOf } from "../../services/pay-page"
import type { DrawnPage, Language } from "../../services/pay-page"

type Link = MadeLink["link"]

/** A path of this backend, as a browser asks for it. A backend behind a path of the shop's keeps that path. */
function behind(base: string, path: string): string {
  const prefix = URL.canParse(base) ? new URL(base).pathname.replace(/\/+$/, "") : ""
  return `${prefix}${path}`
}

/** Where a page is: the id says which one, and the cookie that it may be seen. */
const pagePath = (base: string, id: string): string => behind(base, `/pay/page/${id}`)

const hour = 3_600_000

const cookieName = "gateway_pay"

/** A link that this browser has opened, with its token. */
export interface OpenedLink {
  link: Link
  token: string
}

type Handler = (req: MedusaRequest, res: MedusaResponse, plugin: GatewayPayments) => Promise<unknown>

/** Answers with a page, or says in the shopper's language that something went wrong. */
export const pageOr =
  (problem: (language: Language) => DrawnPage) =>
  (handler: Handler) =>
  async (req: MedusaRequest, res: MedusaResponse): Promise<void> => {
    closeUp(res)
    try {
      await handler(req, res, gatewayPayments(req.scope))
    } catch (error) {
      req.scope.resolve(ContainerRegistrationKeys.LOGGER).error(logLine("page_failed", {}, wordsOf(error)))
      if (res.headersSent) res.end()
      else send(res, problem(languageFor(req)))
    }
  }

export const page = pageOr(drawProblem)

/** Nobody keeps a page, frames it, or learns its address from it. */
function closeUp(res: MedusaResponse): void {
  res.setHeader("Cache-Control", "no-store")
  res.setHeader("Referrer-Policy", "no-referrer")
  res.setHeader("X-Content-Type-Options", "nosniff")
  res.setHeader("X-Frame-Options", "DENY")
  res.setHeader("X-Robots-Tag", "noindex, nofollow")
}

export function send(res: MedusaResponse, { status, body, policy }: DrawnPage): void {
  res.setHeader("Content-Security-Policy", policy)
  res.setHeader("Vary", "Accept-Language, Cookie")
  res.status(status).type("html").send(body)
}

export const languageFor = (req: MedusaRequest): Language => languageOf(req.headers["accept-language"])

/**
 * Swaps a token for a cookie and goes on to the page: what stands in an address is written to logs and histories. The cookie comes
 * back from the gateway's page as well, and never with another site's forms.
 */
export async function swapToken(
  req: MedusaRequest,
  res: MedusaResponse,
  plugin: GatewayPayments,
  { cookie, token, page: to, expires }: { cookie: string; token: string; page: string; expires: Date },
): Promise<void> {
  const base = await pageBase(plugin)
  const path = behind(base, to)
  const secure = req.secure || base.startsWith("https:")
  res.cookie(cookie, token, { path, httpOnly: true, sameSite: "lax", secure, expires })
  res.redirect(303, path)
}

/** Opens the page of a link. */
export function enter(
  req: MedusaRequest,
  res: MedusaResponse,
  plugin: GatewayPayments,
  { link, token }: Pick<MadeLink, "link" | "token">,
): Promise<void> {
  // Who comes too late is told so.
  const expires = new Date(Math.max(link.expiresAt.getTime(), Date.now()) + hour)
  return swapToken(req, res, plugin, { cookie: cookieName, token, page: `/pay/page/${link.id}`, expires })
}

/** The link of the page's address, where this browser holds its token. */
export async function openedLink(
  req: MedusaRequest,
  plugin: GatewayPayments,
): Promise<OpenedLink | undefined> {
  const token = tokenOf(req, cookieName)
  const link = token === undefined ? undefined : await plugin.ledger.payLinks.ofToken(hashOf(token))
  return token !== undefined && link?.id === req.params.id && link ? { link, token } : undefined
}

/** The token that a cookie of this name holds. */
export function tokenOf(req: MedusaRequest, cookie: string): string | undefined {
  const held = (req.headers.cookie ?? "")
    .split(";")
    .map((one) => one.trim().split("="))
    .find(([name]) => name === cookie)?.[1]
  return held !== undefined && isToken(held) ? held : undefined
}

/**
 * Whether a form comes from the page itself. The cookie does not come with another site's; a browser that says where a form is from is
 * listened to; and the page has put a proof of the token into it.
 */
export function isOwnForm(req: MedusaRequest, token: string): boolean {
  const site = req.headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin") return false
  const { origin } = req.headers
  // A page that sends no referrer sends no origin with its forms either, but the word "null".
  if (origin !== undefined && origin !== "null" && hostOf(origin) !== req.headers.host) return false
  return isProof((req.body as { proof?: unknown } | undefined)?.proof, token)
}

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined

/** `null`: what the shopper chose is open. */
export async function backToPage(
  res: MedusaResponse,
  plugin: GatewayPayments,
  id: string,
  notice: string | null,
): Promise<void> {
  const path = pagePath(await pageBase(plugin), id)
  res.redirect(303, `${path}?${notice === null ? "chosen=1" : `notice=${notice}`}`)
}
