import { nameless, picture, tabsThrough, useBrowser } from "./browser"
import { scan } from "./qr-on-screen"
import { paymentOf, theShop, unpaidOrder, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

const phone = { width: 390, height: 844, phone: true }

async function openPayPage(provider: string) {
  const order = await unpaidOrder(shop, provider)
  const page = await tabs.open(phone)
  await page.goto((await shop.sandbox.book(order.session.number)).payUrl)
  return { order, page }
}

it.each([
  ["Ksher", "pp_ksher_first", "THB 350.50"],
  ["Gnete", "pp_gnete_first", "HKD 88.40"],
])("%s's fits a phone, and says that it is a simulation", async (gateway, provider, amount) => {
  const { page } = await openPayPage(provider)
  await page.getByText(`Simulated ${gateway}. No real money moves here.`).waitFor()
  await page.getByText(amount).waitFor()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBe(0)
  for (const target of await page.locator("button, label").all())
    expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44)
  if (gateway === "Ksher") await picture(page, "pay-page", { fullPage: true })
})

it("its QR code is scanned by another phone, which pays", async () => {
  const { order, page } = await openPayPage("pp_ksher_first")
  const code = page.getByRole("img", { name: "QR code of this payment" })
  const other = await tabs.open(phone)
  await other.goto(await scan(code))
  await other.getByRole("button", { name: "Pay now" }).click()
  await other.waitForURL((url) => url.href.startsWith(shop.storefrontUrl))
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ taken: 35050 })
})

it("is reached by keyboard, and every control has a name", async () => {
  const { order, page } = await openPayPage("pp_ksher_first")
  expect(await nameless(page.locator("body"))).toEqual([])
  expect(await tabsThrough(page, page.locator("main"))).toBe(4)
  await page.getByRole("radio").first().focus()
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Enter")
  await page.waitForURL((url) => url.href.startsWith(shop.storefrontUrl))
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ state: "paid", channel: "airpay" })
})

it("a code that was saved is paid although the order was cancelled, and the money goes back by itself", async () => {
  const { order, page } = await openPayPage("pp_ksher_first")
  await page.getByRole("button", { name: "Save the QR code" }).click()
  const saved = await scan(page.getByRole("img", { name: "Saved QR code" }))
  await shop.api.admin("post", `/admin/orders/${order.id}/cancel`)
  const { id } = await paymentOf(shop, order)
  const admin = await tabs.openAdmin(shop.url, `/gateway-payments/${id}`)
  await admin.getByText("Closed unpaid").waitFor()
  await page.goto(saved)
  await page.getByRole("button", { name: "Pay now" }).click()
  await page.waitForURL((url) => url.href.startsWith(shop.storefrontUrl))
  await admin.getByRole("button", { name: "Refresh status" }).click()
  // The notification has it returned; asking only shows it.
  await admin.getByText("Ksher refunded THB 350.50.").waitFor()
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ taken: 35050, returned: 35050 })
})
