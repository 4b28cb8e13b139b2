import { Client } from "pg"
import type { Page } from "playwright-core"

import { nameless, picture, useBrowser } from "../browser/browser"
import { scan } from "../browser/qr-on-screen"
import { theShop, type Shop } from "../browser/shop"

const tabs = useBrowser()
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

const phone = { width: 390, height: 844, phone: true }
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const headed = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor()
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()

/** A browser says of every answer above 399 that something failed. Here none is expected to. */
const enter = async (screen = {}): Promise<Page> => {
  const page = await tabs.open(screen)
  await page.goto(shop.storefrontUrl)
  await headed(page, "Tea")
  return page
}

let customers = 0
async function signUp(page: Page): Promise<void> {
  await page.goto(`${shop.storefrontUrl}/account`)
  await page.getByRole("textbox", { name: "E-mail" }).fill(`next-${Date.now()}-${customers++}@shop.example`)
  await page.getByRole("textbox", { name: "Password" }).fill("a long password")
  await press(page, "Create an account")
  await headed(page, "Tea")
}

async function toPayment(page: Page, region = "TH"): Promise<void> {
  await press(page, `Add to cart: ${region}`)
  await headed(page, "Cart")
  await page.getByRole("link", { name: "Go to checkout" }).click()
  await headed(page, "Checkout")
  const mail = page.getByRole("textbox", { name: "E-mail" })
  if (!(await mail.inputValue())) await mail.fill("guest@shop.example")
  await press(page, "Continue to payment")
}

/** Opens a payment by one of the entries: several of them offer the same way to pay. */
async function choose(page: Page, method: string): Promise<void> {
  await page.locator(`input[type=radio][value="${method}"]`).check()
  await press(page, "Pay")
}

async function payAt(page: Page): Promise<void> {
  await says(page, /Simulated (Ksher|Gnete)\. No real money moves here\./)
  await press(page, "Pay now")
}

const code = (page: Page) => page.getByRole("img", { name: "QR code for this payment" })

async function execute(sql: string): Promise<void> {
  const client = new Client({ connectionString: shop.databaseUrl })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** Of the payment that was opened last, nobody waits for its end. */
const runOut = () =>
  execute(
    `update gateway_payment set expires_at = now() - interval '1 second' where id = (select id from gateway_payment order by created_at desc limit 1)`,
  )

/** By whom, where, and in what. A phone walks one of them: what differs there is the page. */
const ways = [
  ["pp_ksher_th truemoney", "TH", "THB"],
  ["pp_ksher_demand truemoney", "TH", "THB"],
  ["pp_gnete_hk UP_OP", "HK", "HKD"],
]

describe.each([
  ["desktop", {}],
  ["phone", phone],
])("the Next.js shop on a %s", (device, screen) => {
  it.each(device === "phone" ? ways.slice(0, 1) : ways)(
    "%s: from the product to the refund, by the gateway's page",
    async (method, region, currency) => {
      const page = await enter(screen)
      await signUp(page)
      await toPayment(page, region)
      await choose(page, method)
      await payAt(page)
      await headed(page, "Thank you for your order")
      await says(page, "Your payment has arrived.")
      await page.reload()
      await headed(page, "Thank you for your order")
      await press(page, "Cancel the order")
      await page.getByRole("dialog", { name: "Cancel this order?" }).waitFor()
      await press(page, "Keep the order")
      await press(page, "Cancel the order")
      await press(page, "Yes, cancel it")
      await headed(page, "Your order is cancelled")
      await says(page, "Your money is on its way back to you.")
      const books = await shop.sandbox.books()
      expect(books.at(-1)).toMatchObject({ currency, returned: books.at(-1)?.taken })
      await page.reload()
      await says(page, "Your money is on its way back to you.")
    },
  )

  it("a QR code with amount and time left is there again after a reload, and the page goes on once it is paid", async () => {
    const page = await enter(screen)
    await toPayment(page)
    expect(await nameless(page.locator("body"))).toEqual([])
    await choose(page, "pp_ksher_qr airpay")
    await code(page).waitFor()
    await says(page, /THB\s350\.50/)
    expect(await page.getByRole("timer").textContent()).toMatch(/^(\d+:)?\d+:\d\d$/)
    expect(await page.getByRole("link", { name: "Save the code" }).getAttribute("href")).toMatch(
      /^data:image\/png/,
    )
    expect(await nameless(page.locator("body"))).toEqual([])
    if (device === "phone") await picture(page, "kit-qr")
    const before = await scan(code(page))
    await page.reload()
    await code(page).waitFor()
    expect(await scan(code(page))).toBe(before)
    const other = await tabs.open(phone)
    await other.goto(before)
    await payAt(other)
    await headed(page, "Thank you for your order")
  })

  it("a code that ran out is taken off the page, and another try is paid", async () => {
    const page = await enter(screen)
    await toPayment(page)
    await choose(page, "pp_ksher_qr airpay")
    await code(page).waitFor()
    await runOut()
    await says(page, "The time for the last payment has run out. Please start again.")
    expect(await code(page).count()).toBe(0)
    await page.reload()
    await says(page, "The time for the last payment has run out. Please start again.")
    await page.locator(`input[type=radio][value="pp_ksher_qr airpay"]`).check()
    await press(page, "Try again")
    await code(page).waitFor()
    const other = await tabs.open(phone)
    await other.goto(await scan(code(page)))
    await payAt(other)
    await headed(page, "Thank you for your order")
  })

  it("who comes back from the gateway unpaid is led there again, and is not asked to pay what was paid", async () => {
    const page = await enter(screen)
    await toPayment(page)
    await choose(page, "pp_ksher_th truemoney")
    await says(page, /Simulated Ksher/)
    const gateway = page.url()
    await page.goBack()
    await says(page, "Waiting for your payment.")
    await page.getByRole("button", { name: "Pay", exact: true }).waitFor()
    // Another tab pays meanwhile: the page that waits goes on.
    const other = await tabs.open(phone)
    await other.goto(gateway)
    await payAt(other)
    await headed(page, "Thank you for your order")
  })

  it("a payment that failed at the gateway leads to another choice", async () => {
    const page = await enter(screen)
    await toPayment(page)
    await choose(page, "pp_ksher_th truemoney")
    await press(page, "Let the payment fail")
    await says(page, "The last payment did not go through, and nothing was paid by it. Please try again.")
    await page.locator(`input[type=radio][value="pp_ksher_qr airpay"]`).check()
    await press(page, "Try again")
    await code(page).waitFor()
  })
})
