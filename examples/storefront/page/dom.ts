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

/** A button that does one thing at a time. What goes wrong is said beside it. */
export function action(label: string, act: () => Promise<void>, main = true): HTMLButtonElement {
  const button = el("button", { type: "button", ...(main ? { class: "main" } : {}) }, label)
  button.addEventListener("click", () => void attempt(button, act))
  return button
}

/** Does what a button is for, and shows beside it why that did not work. */
export async function attempt(button: HTMLButtonElement, act: () => Promise<void>): Promise<void> {
  if (button.nextElementSibling?.matches("[role=alert]")) button.nextElementSibling.remove()
  button.disabled = true
  say("")
  try {
    await act()
  } catch (error) {
    const sentence = error instanceof Error ? error.message : "That did not work."
    button.after(el("p", { role: "alert" }, sentence))
  } finally {
    button.disabled = false
  }
}

/** Asks before something is done that cannot be undone. Escape and the second button leave everything as it is. */
export function ask(question: string, text: string, yes: string, no: string): Promise<boolean> {
  const dialog = el(
    "dialog",
    { "aria-labelledby": "question" },
    el("h2", { id: "question" }, question),
    el("p", {}, text),
    el(
      "form",
      { method: "dialog" },
      el("button", { value: "yes", class: "main" }, yes),
      el("button", { value: "no", autofocus: true }, no),
    ),
  )
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove()
      resolve(dialog.returnValue === "yes")
    })
  })
}

/** Counts down to a moment, until `signal` ends it. */
export function countdown(until: Date, signal: AbortSignal): HTMLElement {
  const time = el("time", { role: "timer", "aria-live": "off" })
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1000))
    time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
  }
  tick()
  const timer = setInterval(tick, 1000)
  signal.addEventListener("abort", () => clearInterval(timer))
  return time
}

export const facts = (rows: Record<string, string | Node>): HTMLElement =>
  el("dl", {}, ...Object.entries(rows).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))

export const money = (amount: number, currency: string): string =>
  new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" }).format(amount)
