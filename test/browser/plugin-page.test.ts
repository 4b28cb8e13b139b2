import { Client } from "pg"
import type { Page } from "playwright-core"

import type { Session } from "../../demo/shop"
import {
  axeFindings,
  nameless,
  picture,
  tabsThrough,
  useBrowser,
  withoutReload,
  type Screen,
} from "./browser"
import { scan } from "./qr-on-screen"
import { theShop, unpaidOrder, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

const phone = { width: 390, height: 844, phone: true }
const desk = { width: 1280, height: 900 }

/** A cart at the plugin's page, and the shopper in front of it. */
async function atThePage(screen: Partial<Screen>): Promise<{ page: Page; session: Session; url: string }> {
  const cart = await shop.shopper.fillCart("thb")
  const session = await shop.shopper.choose(cart, "pp_ksher_page")
  const page = await tabs.open(screen)
  const url = String(session.data.action.url)
  await page.goto(url)
  return { page, session, url }
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

/** axe finds nothing, it fits its screen, every control has a name and is reached by keyboard, and whatever is pressed is large enough for a thumb. */
async function expectUsable(page: Page, controls: number): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  expect(await nameless(page.locator("body"))).toEqual([])
  expect(await axeFindings(page, "html")).toEqual([])
  expect(await tabsThrough(page, page.locator("main"))).toBe(controls)
  for (const target of await page.locator("button:visible, a.button:visible").all())
    expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44)
}

describe.each([
  ["a phone", phone],
  ["a desktop", desk],
])("on %s", (name, screen) => {
  it("a code is chosen, scanned by another phone and paid, and the page says so by itself", async () => {
    const { page, session } = await atThePage(screen)
    await says(page, "How would you like to pay?")
    expect(page.url()).not.toContain(String(session.data.action.url).split("/").at(-1))
    await expectUsable(page, await page.getByRole("button").count())
    await press(page, "ShopeePay")
    const code = page.getByRole("img", { name: "QR code for this payment" })
    await says(page, /Time left: \d+:\d\d/)
    await page.getByText("Pay another way").click()
    await page.getByText("Pay another way").click()
    expect(await axeFindings(page, "html")).toEqual([])
    if (name === "a phone") await picture(page, "plugin-page", { fullPage: true })
    const saving = page.waitForEvent("download")
    await page.getByRole("link", { name: "Save the code" }).click()
    expect((await saving).suggestedFilename()).toBe("payment-qr.png")
    expect(await scan(code)).toContain("http")
    await shop.sandbox.pay(session.number)
    await says(page, "Your payment has arrived.")
    await expectUsable(page, 1)
    await page.getByRole("link", { name: "Back to the shop" }).click()
    await page.waitForURL((url) => url.href.startsWith(shop.storefrontUrl))
  })
})

it("another way to pay takes the place of the first, which cannot be paid any more", async () => {
  const { page, session } = await atThePage(phone)
  await press(page, "ShopeePay")
  await page.getByText("Pay another way").click()
  await press(page, "TrueMoney")
  expect(await shop.sandbox.book(session.number)).toMatchObject({ state: "closed" })
  await press(page, "Pay now")
  await page.waitForURL((url) => url.href.startsWith(shop.storefrontUrl))
  await page.goto(String(session.data.action.url))
  await says(page, "Your payment has arrived.")
})

it.each([
  ["by itself", true],
  ["by itself where no script runs", false],
])("the page goes on to the gateway's %s, and whoever comes back finds the button", async (_, javaScript) => {
  const { page, url } = await atThePage({ ...phone, javaScript })
  await press(page, "TrueMoney")
  await page.getByRole("button", { name: "Pay now" }).waitFor()
  expect(new URL(page.url()).origin).toBe(new URL(shop.sandboxUrl).origin)
  await page.goto(url)
  await page.getByRole("link", { name: "Open TrueMoney" }).waitFor()
  if (javaScript) expect(await axeFindings(page, "html")).toEqual([])
})

it("the first paint takes the page alone, of 60 KB at most, on the narrowest phone", async () => {
  const { page, url } = await atThePage({ width: 320, height: 568, phone: true })
  const asked: string[] = []
  const isFirst = new Promise<number>((known) =>
    page.on("response", (answer) => {
      asked.push(answer.request().resourceType())
      if (answer.status() === 200 && answer.request().isNavigationRequest())
        void answer.body().then((body) => known(body.length))
    }),
  )
  await page.goto(url, { waitUntil: "commit" })
  await says(page, "How would you like to pay?")
  expect(await isFirst).toBeLessThan(60 * 1024)
  // The address that was sent, the page, and what tells the page of changes.
  expect(asked.filter((kind) => kind !== "eventsource")).toEqual(["document", "document"])
  await expectUsable(page, await page.getByRole("button").count())
})

it("on a slow network a second press opens no second payment", async () => {
  const { page, session } = await atThePage(phone)
  const network = await page.context().newCDPSession(page)
  await network.send("Network.emulateNetworkConditions", {
    ...{ offline: false, latency: 800, downloadThroughput: 20_000, uploadThroughput: 10_000 },
  })
  const button = page.getByRole("button", { name: "ShopeePay", exact: true })
  await button.evaluate((one: HTMLButtonElement) => {
    one.click()
    one.click()
  })
  await page.getByRole("img", { name: "QR code for this payment" }).waitFor()
  const opened = await shop.sandbox.calls({ call: "native_pay" })
  const mine = opened.filter(({ request }) => Object.values(request).includes(session.number))
  expect(mine).toHaveLength(1)
})

it("without a network the code stays on the screen, and the page catches up once there is one", async () => {
  const { page, session } = await atThePage(phone)
  await press(page, "ShopeePay")
  const code = page.getByRole("img", { name: "QR code for this payment" })
  await code.waitFor()
  await page.context().setOffline(true)
  await shop.sandbox.pay(session.number)
  expect(await code.isVisible()).toBe(true)
  await page.context().setOffline(false)
  await says(page, "Your payment has arrived.")
  // The browser's own words about a network that was not there.
  expect(tabs.complaints().filter((one) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(one))).toEqual([])
})

it("two tabs of one link show the same, whichever of them is used", async () => {
  const { page, session, url } = await atThePage(desk)
  const other = await page.context().newPage()
  await other.goto(url)
  await withoutReload(page, () => says(page, "How would you like to pay?"))
  await press(other, "ShopeePay")
  await page.getByRole("img", { name: "QR code for this payment" }).waitFor()
  await shop.sandbox.pay(session.number)
  await Promise.all([says(page, "Your payment has arrived."), says(other, "Your payment has arrived.")])
})

it("without JavaScript a payment is chosen, shown and paid by forms and loading again", async () => {
  const { page, session } = await atThePage({ ...phone, javaScript: false })
  await press(page, "ShopeePay")
  await page.getByRole("img", { name: "QR code for this payment" }).waitFor()
  await shop.sandbox.pay(session.number)
  await page.getByRole("link", { name: "Check again" }).click()
  await says(page, "Your payment has arrived.")
})

it("where server events do not come through, the page asks", async () => {
  const { page, session } = await atThePage(phone)
  await page.route(/\/events$/, (route) => route.fulfill({ status: 204 }))
  await press(page, "ShopeePay")
  await page.getByRole("img", { name: "QR code for this payment" }).waitFor()
  await shop.sandbox.pay(session.number)
  await says(page, "Your payment has arrived.")
})

it.each([
  ["th", "เลือกวิธีชำระเงิน", "พร้อมเพย์"],
  ["zh-CN", "请选择付款方式", "PromptPay"],
  ["zh-HK", "請選擇付款方式", "PromptPay"],
  ["fr", "How would you like to pay?", "PromptPay"],
])("a browser that asks for %s gets its language", async (locale, heading, method) => {
  const { page } = await atThePage({ ...phone, dark: true, locale })
  await says(page, heading)
  await page.getByRole("button", { name: method, exact: true }).waitFor()
  await expectUsable(page, await page.getByRole("button").count())
})

it("an expired link says so, and offers nothing to pay", async () => {
  const { page, session, url } = await atThePage(phone)
  const client = new Client({ connectionString: shop.databaseUrl })
  await client.connect()
  await client.query("update gateway_pay_link set expires_at = now() where session_id = $1", [session.id])
  await client.end()
  await page.goto(url)
  await says(page, "This link has expired")
  expect(await page.getByRole("button").count()).toBe(0)
})

it("an admin copies the link of an order with something to pay, which says who made it", async () => {
  const order = await unpaidOrder(shop, "pp_ksher_first")
  const page = await tabs.openAdmin(shop.url, `/orders/${order.id}`, { height: 2200 })
  await press(page, "Copy payment link")
  await says(page, "Link of THB 350.50 made by admin@shop.example")
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(/\/pay\/[\w-]{32}$/)
  await says(page, "Nothing is sent: Medusa's Notification module has no provider for e-mail.")
  expect(await page.getByRole("button", { name: "Send payment link" }).isDisabled()).toBe(true)
  const shopper = await tabs.open(phone)
  await shopper.goto(link)
  await says(shopper, "THB 350.50")
})
