/** Text that is markup already: everything else is escaped where it is put into a page. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | null | false | readonly Part[]

/** Markup with values in it. Whatever is no markup itself is escaped; null and false leave nothing. */
export const html = (strings: TemplateStringsArray, ...values: readonly Part[]): Markup =>
  new Markup(strings.reduce((text, next, at) => text + markupOf(values[at - 1] ?? null) + next))

function markupOf(part: Part): string {
  if (part === null || part === false) return ""
  if (part instanceof Markup) return part.text
  if (typeof part === "string" || typeof part === "number") return escaped(String(part))
  return part.map(markupOf).join("")
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"'`]/g, (letter) => `&#${letter.charCodeAt(0)};`)
