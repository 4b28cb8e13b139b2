import { titleOf, wayOf } from "../../core"
import type { GatewayName, Notice, PaymentAction, PaymentMethod } from "../../core"
import { html, Markup } from "./html"
import type { Language } from "./language"
import { script, securityPolicy, style } from "./looks"
import { qrPicture } from "./qr"
import { texts } from "./texts"
import type { Texts } from "./texts"
import type { PageView, Refusal } from "./view"

/** What a page is made of. Nothing in it is about the customer. */
export interface PageContent {
  language: Language
  shop: string
  /** Major units, rounded to what the currency has. */
  amount: string
  currency: string
  view: PageView
  /** Those that can be chosen now, the best first. */
  methods: readonly PaymentMethod[]
  /** What the page's own forms carry. */
  proof: string
  /** Changes when the page is to be drawn anew. */
  state: string
  notice: Notice | null
  /** The shopper has just chosen: a page of the gateway's is gone on to without another press. */
  isChosen: boolean
  /** Where the shop is; absent: nowhere to go back to. */
  backUrl?: string | undefined
  now: Date
}

/** A page, and what the browser may load for it. */
export interface DrawnPage {
  status: number
  body: string
  policy: string
}

/** Seconds after which a page without JavaScript is loaded again. */
const refreshEvery = 12

export function drawPage(content: PageContent): DrawnPage {
  const { view, language } = content
  const words = texts[language]
  const live = view.kind === "choose" || view.kind === "opening" || view.kind === "pay"
  const onwards = onwardsOf(content)
  return drawn({
    language,
    title: words.title,
    main: html`<main
      data-state="${content.state}"
      ${live ? new Markup(' data-live="1"') : null}
      ${onwards ? new Markup(' data-onwards="1"') : null}
    >
      ${headOf(content, words)}
      ${content.notice && live ? html`<p class="note" role="alert">${words.notice[content.notice]}</p>` : null}
      ${bodyOf(content, words)}
    </main>`,
    refresh: view.kind === "pay" || view.kind === "opening",
    onwards,
    picture: pictureOf(view),
    status: 200,
  })
}

/** Why there is no page: the link is not known here, or not any more. */
export const drawUnknown = (language: Language): DrawnPage =>
  drawMessage(language, 403, texts[language].refused.unknown)

export const drawProblem = (language: Language): DrawnPage =>
  drawMessage(language, 500, texts[language].problem)

/** Why a link of Medusa's own, by its ids, leads to nothing. */
export const drawRefusal = (language: Language, why: Refusal): DrawnPage =>
  drawMessage(language, 410, texts[language].refused[why])

const drawMessage = (
  language: Language,
  status: number,
  { title, text }: { title: string; text: string },
): DrawnPage =>
  drawPlain({
    language,
    title: texts[language].title,
    main: html`<main>
      <h1>${title}</h1>
      <p>${text}</p>
    </main>`,
    status,
  })

interface Drawing {
  language: Language
  title: string
  main: Markup
  refresh: boolean
  /** Where the browser goes by itself. */
  onwards: string | undefined
  picture: string | undefined
  status: number
}

/** A page of its own that asks nothing by itself: it has no picture, and is not loaded anew. */
export const drawPlain = (plain: Pick<Drawing, "language" | "title" | "main" | "status">): DrawnPage =>
  drawn({ ...plain, refresh: false, onwards: undefined, picture: undefined })

/** Style and script stand there to the letter: the browser compares them with their hashes. */
function drawn({ language, title, main, refresh, onwards, picture, status }: Drawing): DrawnPage {
  const next = onwards === undefined ? String(refreshEvery) : `1;url=${onwards}`
  const again = html`<noscript><meta http-equiv="refresh" content="${next}" /></noscript>`
  const body = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        ${refresh ? again : null} ${new Markup(`<style>${style}</style>`)}
      </head>
      <body>
        ${main} ${new Markup(`<script>${script}</script>`)}
      </body>
    </html>`
  return { status, body: body.text, policy: securityPolicy(picture) }
}

/**
 * The gateway's page, where the shopper has just chosen it. Who comes back to this page stays on it, and who is to be warned of an earlier
 * code reads that first.
 */
function onwardsOf({ view, isChosen }: PageContent): string | undefined {
  if (!isChosen || view.kind !== "pay" || view.isEarlierOpen) return undefined
  const { action } = view.payment
  return action.type === "redirect" ? webAddress(action.url) || undefined : undefined
}

function headOf(content: PageContent, words: Texts): Markup | null {
  if (content.view.kind === "refused") return null
  const heading = words.payTo.replace("{shop}", () => content.shop)
  return html`<h1>${heading}</h1>
    <p class="amount">${amountIn(content)}</p>`
}

function amountIn({ amount, currency, language }: PageContent): string {
  const format = new Intl.NumberFormat(language, { style: "currency", currency: currency.toUpperCase() })
  return format.format(Number(amount))
}

function bodyOf(content: PageContent, words: Texts): Markup {
  const { view } = content
  switch (view.kind) {
    case "choose":
      return html`${earlierOf(view, words)}
        ${view.tried ? html`<p class="note" role="status">${words.tried[view.tried]}</p>` : null}
        <h2>${words.choose}</h2>
        ${choiceOf(content, words)}`
    case "opening":
      return html`<p class="waiting" role="status">${words.opening}</p>
        ${refreshLink(words)}`
    case "pay":
      return payOf(content, view, words)
    case "paid":
      return html`<h2>${words.paid}</h2>
        <p role="status">${words.paidText}</p>
        ${backLink(content, words)}`
    case "refused":
      return html`<h1>${words.refused[view.why].title}</h1>
        <p>${words.refused[view.why].text}</p>
        ${backLink(content, words)}`
  }
}

function choiceOf({ methods, proof, language }: PageContent, words: Texts): Markup {
  if (!methods.length) return html`<p>${words.none}</p>`
  const buttons = methods.map(
    ({ providerId, channel, name }) =>
      html`<li><button name="method" value="${providerId} ${channel}">${name[language]}</button></li>`,
  )
  return html`<form method="post">
    <input type="hidden" name="proof" value="${proof}" />
    <ul>
      ${buttons}
    </ul>
  </form>`
}

type PayView = Extract<PageView, { kind: "pay" }>

/** Stands there for as long as it is so, whatever the shopper did last. */
const earlierOf = ({ isEarlierOpen }: { isEarlierOpen: boolean }, words: Texts): Markup | null =>
  isEarlierOpen ? html`<p class="note" role="note">${words.earlier}</p>` : null

function payOf(content: PageContent, view: PayView, words: Texts): Markup {
  const { payment } = view
  const { language } = content
  const method = nameOf(payment, language)
  return html`${earlierOf(view, words)}
    ${onwardsOf(content) ? html`<p role="status">${words.onwards.replace("{method}", () => method)}</p>` : null}
    ${actionOf(payment.action, method, words)}
    ${payment.expiresAt ? timeLeft(payment.expiresAt, content.now, words) : null}
    <p class="soft waiting" role="status">${words.waiting}</p>
    ${refreshLink(words)}
    ${
      content.methods.length
        ? html`<details>
            <summary>${words.other}</summary>
            ${choiceOf(content, words)}
          </details>`
        : null
    }`
}

function actionOf(action: PaymentAction, method: string, words: Texts): Markup {
  if (action.type === "redirect")
    return html`<p>
      <a class="button act" href="${webAddress(action.url)}" rel="noreferrer"
        >${words.open.replace("{method}", () => method)}</a
      >
    </p>`
  const picture = "content" in action ? qrPicture(action.content) : webAddress(action.image)
  return html`<p>${words.scan.replace("{method}", () => method)}</p>
    <figure><img src="${picture}" alt="${words.code}" width="272" height="272" /></figure>
    <p>
      <a class="button plain" href="${picture}" download="payment-qr.png" rel="noreferrer">${words.save}</a>
    </p>`
}

/** A gateway's address is put into a page only where it leads to another page or is a picture. */
const webAddress = (url: string): string => (/^(https?:\/\/|data:image\/)/i.test(url) ? url : "")

function timeLeft(until: Date, now: Date, words: Texts): Markup {
  const ms = Math.max(0, until.getTime() - now.getTime())
  const [before = "", after = ""] = words.left.split("{time}")
  return html`<p class="soft">${before}<time data-until="${ms}">${clockOf(ms)}</time>${after}</p>`
}

/** `14:59`, or `2:05:00`. */
function clockOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const two = (number: number) => String(number).padStart(2, "0")
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** Loads the page again, also where no script runs. */
const refreshLink = (words: Texts): Markup =>
  html`<p><a class="button plain" href="?">${words.refresh}</a></p>`

const backLink = ({ backUrl }: PageContent, words: Texts): Markup | null =>
  backUrl
    ? html`<p><a class="button act" href="${webAddress(backUrl)}" rel="noreferrer">${words.back}</a></p>`
    : null

function nameOf(
  {
    askedChannel,
    channel,
    gateway,
  }: { askedChannel: string | null; channel: string | null; gateway: GatewayName },
  language: Language,
): string {
  const code = askedChannel ?? channel
  return code && !code.includes(",") ? wayOf(code).name[language] : titleOf(gateway)
}

const pictureOf = (view: PageView): string | undefined =>
  view.kind === "pay" && "image" in view.payment.action ? view.payment.action.image : undefined
