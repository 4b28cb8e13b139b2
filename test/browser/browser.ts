import { accessSync, constants } from "node:fs"
import path from "node:path"
import axe, { type AxeResults } from "axe-core"
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core"

import { login } from "../../demo/running-shop"

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

export interface Screen {
  width: number
  height: number
  phone?: boolean
  /** Medusa's code of the admin's language. */
  language?: string
  /** What the browser asks pages for. */
  locale?: string
  dark?: boolean
  javaScript?: boolean
}

const desk: Screen = { width: 1280, height: 900 }

export interface Tabs {
  /** A page of a person's own, with cookies and storage of its own. */
  open(screen?: Partial<Screen>): Promise<Page>
  /**
   * A page of Medusa's admin, and an admin who is logged in there. Once a test has left it, the next one sits down at it, with nothing in
   * it: a new one has Medusa's admin compiled again, for five seconds of a processor.
   */
  openAdmin(url: string, address: string, screen?: Partial<Screen>): Promise<Page>
  /** What pages have complained about so far. Whatever a test does not ask for here fails it. */
  complaints(): string[]
}

/** A browser for the tests of one file. */
export function useBrowser(): Tabs {
  let browser: Browser
  const contexts: BrowserContext[] = []
  const desks: AdminDesk[] = []
  const heard: string[] = []
  const complaints = () => heard.splice(0)

  beforeAll(async () => {
    browser = await chromium.launch({ ...whichBrowser(), args: flags })
  })
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    const left = desks.splice(0)
    await Promise.all(left.map(leave))
    desks.push(...left.filter(({ page }) => !page.isClosed()))
    expect(complaints()).toEqual([])
  })
  afterAll(() => browser.close())

  const listened = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage()
    page.on("pageerror", (error) => heard.push(error.message))
    page.on("console", (message) => {
      if (message.type() === "error") heard.push(`${message.text()} ${message.location().url}`)
    })
    return page
  }
  const newDesk = async (screen: Screen): Promise<AdminDesk> => {
    const made = {
      kind: kindOf(screen),
      page: await listened(await openContext(browser, screen)),
      isTaken: true,
    }
    desks.push(made)
    return made
  }

  return {
    complaints,
    open: async (wanted = {}) => {
      const context = await openContext(browser, { ...desk, ...wanted })
      contexts.push(context)
      return listened(context)
    },
    openAdmin: async (url, address, wanted = {}) => {
      const screen = { ...desk, ...wanted }
      const free = desks.find((one) => !one.isTaken && one.kind === kindOf(screen))
      const { page } = free ? await take(free, screen) : await newDesk(screen)
      await asAdmin(page, url, address)
      return page
    },
  }
}

/** A page that tests use one after the other. */
interface AdminDesk {
  kind: string
  page: Page
  isTaken: boolean
}

/** What a page is made with and keeps. */
const kindOf = ({ phone, locale, javaScript }: Screen): string =>
  JSON.stringify({ phone, locale, javaScript })

async function take(one: AdminDesk, { width, height, dark, language }: Screen): Promise<AdminDesk> {
  one.isTaken = true
  await one.page.setViewportSize({ width, height })
  await one.page.emulateMedia({ colorScheme: dark ? "dark" : "light" })
  await chooseLanguage(one.page.context(), language)
  return one
}

/**
 * Nothing of one test is there for the next: what the page has kept, its session, and what a test has put before its network. The page
 * goes before its session does: an open one asks again every few seconds, and would be refused.
 */
async function leave(one: AdminDesk): Promise<void> {
  const { page } = one
  if (page.isClosed()) return page.context().close()
  if (!one.isTaken) return
  await page.unrouteAll({ behavior: "ignoreErrors" })
  await Promise.all(
    page
      .context()
      .pages()
      .filter((other) => other !== page)
      .map((other) => other.close()),
  )
  await page.evaluate(() => {
    localStorage.clear()
    sessionStorage.clear()
  })
  await page.goto("about:blank")
  await page.context().clearCookies()
  one.isTaken = false
}

async function openContext(
  browser: Browser,
  { width, height, phone, language, locale, dark, javaScript }: Screen,
) {
  const context = await browser.newContext({
    viewport: { width, height },
    ...(phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
    locale: locale ?? "en-GB",
    timezoneId: "Asia/Hong_Kong",
    reducedMotion: "reduce",
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: javaScript ?? true,
    permissions: ["clipboard-read", "clipboard-write"],
  })
  context.setDefaultTimeout(60_000)
  await chooseLanguage(context, language)
  return context
}

/** Where Medusa's admin keeps the language a person has chosen. */
async function chooseLanguage(context: BrowserContext, language: string | undefined): Promise<void> {
  if (language) await context.addCookies([{ name: "lng", value: language, domain: "localhost", path: "/" }])
}

/** CHROMIUM_PATH, else a Chromium on the path, else the Chrome that the system has. */
function whichBrowser(): { executablePath: string } | { channel: string } {
  const names = [process.env.CHROMIUM_PATH ?? "", "chromium", "chromium-browser", "google-chrome"]
  const folders = (process.env.PATH ?? "").split(path.delimiter)
  const files = names.flatMap((name) =>
    path.isAbsolute(name) ? [name] : name ? folders.map((folder) => path.join(folder, name)) : [],
  )
  const executablePath = files.find(isExecutable)
  return executablePath ? { executablePath } : { channel: "chrome" }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** An admin who is logged in, on a page of the admin. */
async function asAdmin(page: Page, url: string, address: string): Promise<void> {
  const { request } = page.context()
  const answer = await request.post(`${url}/auth/user/emailpass`, { data: login })
  const { token } = (await answer.json()) as { token: string }
  await request.post(`${url}/auth/session`, { headers: { authorization: `Bearer ${token}` } })
  await page.goto(`${url}/app${address}`)
}

/** What is done in between must change the page that is there, not load it again. */
export async function withoutReload(page: Page, act: () => Promise<void>): Promise<void> {
  await page.evaluate(() => (document.documentElement.dataset.stayed = "yes"))
  await act()
  expect(await page.locator("html[data-stayed]").count()).toBe(1)
}

/**
 * What axe finds wrong in a part of a page, or in all of it: the rule, and where. It is evaluated and not loaded, so that the page's own
 * policy stands.
 */
export async function axeFindings(page: Page, part = "body"): Promise<string[]> {
  if (!(await page.evaluate("typeof axe === 'object'"))) {
    await page.evaluate(axe.source)
    await page.evaluate(comeToRest)
  }
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify(part)}, { resultTypes: ["violations"] })`,
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`))
}

/** Colours jump to their last value: nobody has to read one in the middle of a change, and axe may look at just that moment. */
const comeToRest = () => {
  const still = new CSSStyleSheet()
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }")
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]
}

const control = /^\s*- '?(button|link|textbox|searchbox|combobox|radio|checkbox|option|dialog|table)\b(?! ")/

/** Controls that a screen reader has no name for. */
export async function nameless(part: Locator): Promise<string[]> {
  return (await part.ariaSnapshot()).split("\n").filter((line) => control.test(line))
}

/** Of a group of radios Tab knows the chosen one. */
const stops = ["a[href]", "button:enabled", "input:not([type=radio])", "input:checked", "select", "textarea"]

/** Tab leads through every control of a part, in the order in which they are seen. */
export async function tabsThrough(page: Page, part: Locator): Promise<number> {
  const [first, ...others] = await part.locator(stops.map((stop) => `${stop}:visible`).join()).all()
  await first!.focus()
  let here = first!
  for (const next of others) {
    for (let stop = 0; stop < (await stopsWithin(here)); stop++) await page.keyboard.press("Tab")
    await focused(next)
    here = next
  }
  return others.length + 1
}

/** Chromium stops at the day, the month and the year of a date, and at its calendar. */
const stopsWithin = async (control: Locator): Promise<number> =>
  (await control.getAttribute("type")) === "date" ? 4 : 1

/** Waits for the focus: a dialog gives it back a moment after it is gone. */
export const focused = (one: Locator): Promise<void> => one.and(one.page().locator(":focus")).waitFor()

/** Written where `npm run screenshots` asked for pictures. Otherwise it only proves that one can be taken. */
export async function picture(
  what: Page | Locator,
  name: string,
  options: { fullPage?: boolean } = {},
): Promise<void> {
  const folder = process.env.SCREENSHOTS
  await what.screenshot({
    ...options,
    animations: "disabled",
    caret: "hide",
    ...(folder ? { path: path.join(folder, `${name}.png`) } : {}),
  })
}
