import { banks, receiverTypes } from "../../core"
import type { GivenReceiver, Receiver, ReceiverProblem } from "../../core"
import { drawPlain, html } from "../pay-page"
import type { DrawnPage, Language, Markup } from "../pay-page"
import { refundTexts } from "./texts"
import type { RefundTexts } from "./texts"

/** What a step of the page shows. Before the shopper has said who he is there is no amount and nothing else of the order. */
export type RefundView =
  | { step: "who"; isWrong: boolean }
  | { step: "where"; who: string; amount: Sum; given?: GivenReceiver; problem?: ReceiverProblem }
  | { step: "check"; who: string; amount: Sum; receiver: Receiver }
  | { step: "done" }

interface Sum {
  amount: string
  currency: string
}

export interface RefundPage {
  language: Language
  shop: string
  proof: string
  view: RefundView
}

export function drawRefundPage({ language, shop, proof, view }: RefundPage): DrawnPage {
  const words = refundTexts[language]
  const main = html`<main>
    <h1>${words.heading.replace("{shop}", () => shop)}</h1>
    ${bodyOf(view, { words, language, proof })}
  </main>`
  return drawPlain({ language, title: words.title, main, status: 200 })
}

/** The same for a link that was never made, is used up, or has expired. */
export const drawRefundMessage = (language: Language, which: "unknown" | "over" | "problem"): DrawnPage => {
  const { title, text } = refundTexts[language][which]
  const main = html`<main>
    <h1>${title}</h1>
    <p>${text}</p>
  </main>`
  const status = { unknown: 403, over: 410, problem: 500 }[which]
  return drawPlain({ language, title: refundTexts[language].title, main, status })
}

interface Drawing {
  words: RefundTexts
  language: Language
  proof: string
}

function bodyOf(view: RefundView, drawing: Drawing): Markup {
  const { words } = drawing
  switch (view.step) {
    case "who":
      return whoForm(view.isWrong, drawing)
    case "where":
      return whereForm(view, drawing)
    case "check":
      return checkForm(view, drawing)
    case "done":
      return html`<h2>${words.done}</h2>
        <p role="status">${words.doneText}</p>`
  }
}

/** Forms post to the page that they are on. */
const form = (step: string, proof: string, inner: Markup): Markup =>
  html`<form method="post" autocomplete="off">
    <input type="hidden" name="proof" value="${proof}" />
    <input type="hidden" name="step" value="${step}" />
    ${inner}
  </form>`

const hidden = (name: string, value: string): Markup =>
  html`<input type="hidden" name="${name}" value="${value}" />`

function whoForm(isWrong: boolean, { words, proof }: Drawing): Markup {
  return html`${isWrong ? html`<p class="note" role="alert">${words.wrong}</p>` : null}
    <p>${words.who}</p>
    ${form(
      "who",
      proof,
      html`<p>
          <label for="who">${words.whoLabel}</label>
          <input id="who" name="who" type="text" required maxlength="254" autocapitalize="none" />
        </p>
        <button class="act">${words.go}</button>`,
    )}`
}

function whereForm(
  { who, amount, given, problem }: Extract<RefundView, { step: "where" }>,
  { words, language, proof }: Drawing,
): Markup {
  const type = given?.type ?? "mobile"
  return html`<p class="amount">${amountIn(amount, language)}</p>
    <p>${words.amount.replace("{amount}", () => amountIn(amount, language))}</p>
    ${problem ? html`<p class="note" role="alert">${words.problems[problem]}</p>` : null}
    <h2>${words.where}</h2>
    ${form(
      "where",
      proof,
      html`${hidden("who", who)}
        <p>
          <label for="type">${words.kind}</label>
          <select id="type" name="type">
            ${receiverTypes.map((one) => option(one, words.kinds[one], one === type))}
          </select>
        </p>
        <p>
          <label for="bank">${words.bank}</label>
          <select id="bank" name="bank">
            ${option("", words.chooseBank, !given?.bank)}
            ${Object.entries(banks).map(([code, name]) => option(code, name, code === given?.bank))}
          </select>
        </p>
        <p>
          <label for="number">${words.number}</label>
          <input
            id="number"
            name="number"
            type="text"
            inputmode="numeric"
            required
            maxlength="32"
            value="${given?.number ?? ""}"
          />
        </p>
        <button class="act">${words.look}</button>`,
    )}`
}

const option = (value: string, name: string, isChosen: boolean): Markup =>
  isChosen
    ? html`<option value="${value}" selected>${name}</option>`
    : html`<option value="${value}">${name}</option>`

function checkForm(
  { who, amount, receiver }: Extract<RefundView, { step: "check" }>,
  { words, language, proof }: Drawing,
): Markup {
  const { type, number } = receiver
  const bank = receiver.type === "bank" ? receiver.bank : ""
  const account = `${words.kinds[type]} ${bank && banks[bank] ? `${banks[bank]} ` : ""}${number}`
  const fields = html`${hidden("who", who)}${hidden("type", type)}${hidden("bank", bank)}${hidden("number", number)}`
  const text = words.checkText
    .replace("{amount}", () => amountIn(amount, language))
    .replace("{account}", () => account)
  return html`<h2>${words.check}</h2>
    <p>${text}</p>
    ${form("confirm", proof, html`${fields}<button class="act">${words.confirm}</button>`)}
    ${form("change", proof, html`${fields}<button class="plain">${words.change}</button>`)}`
}

const amountIn = ({ amount, currency }: Sum, language: Language): string =>
  new Intl.NumberFormat(language, { style: "currency", currency: currency.toUpperCase() }).format(
    Number(amount),
  )
