type Child = Node | string | undefined

/** An element with attributes and children; `undefined` leaves one out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== false) element.setAttribute(name, value === true ? "" : value)
  element.append(...children.filter((child) => child !== undefined))
  return element
}

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no #${id}.`)
  return element
}

/** Shows a view; its heading takes the focus, so that a screen reader starts there. */
export function show(title: string, ...children: Child[]): void {
  const heading = el("h1", { tabindex: "-1" }, title)
  byId("page").replaceChildren(heading, ...children.filter((child) => child !== undefined))
  heading.focus()
}

/** Said aloud by a screen reader, without moving the focus. */
export function say(sentence: string): void {
  byId("status").textContent = sentence
}

/** A button that does one thing at a time, and says so when that thing fails. */
export function action(label: string, act: () => Promise<void>, main = true): HTMLButtonElement {
  const button = el("button", { type: "button", ...(main ? { class: "main" } : {}) }, label)
  button.addEventListener("click", () => {
    button.disabled = true
    say("")
    act()
      .catch((error: unknown) => say(error instanceof Error ? error.message : "That did not work."))
      .finally(() => (button.disabled = false))
  })
  return button
}

export const facts = (rows: Record<string, string>): HTMLElement =>
  el("dl", {}, ...Object.entries(rows).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))

export const money = (amount: number, currency: string): string =>
  new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" }).format(amount)
