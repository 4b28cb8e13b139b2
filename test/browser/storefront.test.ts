import type { Page } from "playwright-core"

import { nameless, picture, tabsThrough, useBrowser } from "./browser"
import { scan } from "./qr-on-screen"
import { theShop, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

const phone = { width: 390, height: 844, phone: true }
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const headed = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor()
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()

async function enter(screen = {}): Promise<Page> {
  const page = await tabs.open(screen)
  await page.goto(shop.storefrontUrl)
  await page.getByRole("button", { name: /^Buy/ }).waitFor()
  return page
}

let customers = 0

async function signUp(page: Page): Promise<void> {
  await page
    .getByRole("textbox", { name: "E-mail" })
    .fill(`customer-${Date.now()}-${customers++}@shop.example`)
  await page.getByRole("textbox", { name: "Password" }).fill("a long password")
  await press(page, "Create an account")
  await page.getByRole("heading", { name: "Sign in" }).waitFor({ state: "detached" })
}

async function buy(page: Page, payment: string, region = "TH"): Promise<void> {
  await page.getByRole("combobox", { name: "Deliver to" }).selectOption(region)
  await says(page, region === "TH" ? /THB\s350\.50/ : /HKD\s88\.40/)
  await press(page, "Buy Tea from the hills")
  await headed(page, "How do you want to pay?")
  await page.getByRole("radio", { name: payment, exact: true }).check()
  await press(page, "Pay")
}

async function payAt(page: Page, channel?: string): Promise<void> {
  await says(page, /Simulated (Ksher|Gnete)\. No real money moves here\./)
  if (channel) await page.getByRole("radio", { name: channel }).check()
  await press(page, "Pay now")
}

async function cancel(page: Page): Promise<void> {
  await press(page, "Cancel the order")
  await page.getByRole("dialog", { name: "Cancel this order?" }).waitFor()
  await press(page, "Yes, cancel it")
}

/** A browser says of every answer above 399 that something failed; here Medusa has made no order of an unpaid cart. */
function expectRefusedCompletion(...others: RegExp[]): void {
  const expected = [/status of 4\d\d .*\/store\/carts\/\w+\/complete/, ...others]
  expect(tabs.complaints().filter((one) => !expected.some((other) => other.test(one)))).toEqual([])
}

describe("the example shop", () => {
  it.each([
    ["TrueMoney", "TH", "THB"],
    ["TrueMoney (opened when you choose)", "TH", "THB"],
    ["UnionPay", "HK", "HKD"],
  ])("%s: from the product to the refund", async (payment, region, currency) => {
    const page = await enter({ width: 640, height: 420 })
    await signUp(page)
    await buy(page, payment, region)
    await payAt(page)
    await headed(page, "Thank you for your order")
    await says(page, "paid")
    await says(page, new RegExp(`${currency}\\s`))
    if (payment === "TrueMoney") await picture(page, "shop-order")
    await cancel(page)
    await headed(page, "Your order is cancelled")
    await says(page, "refunded: the money is on its way back to you")
    const books = await shop.sandbox.books()
    expect(books.at(-1)).toMatchObject({ currency, returned: books.at(-1)?.taken })
  })

  it("a QR code with its amount and the time left is paid with a phone, and the page goes on by itself", async () => {
    const page = await enter()
    await buy(page, "ShopeePay (QR code here)")
    await headed(page, "Scan to pay")
    await says(page, /THB\s350\.50/)
    expect(await page.getByRole("timer").textContent()).toMatch(/^\d+:\d\d$/)
    const code = page.getByRole("img", { name: "QR code to pay" })
    const mobile = await tabs.open(phone)
    await mobile.goto(await scan(code))
    await says(mobile, "THB 350.50")
    await payAt(mobile)
    await headed(page, "Thank you for your order")
  })

  it.each([
    ["TrueMoney", "TH", "ShopeePay (QR code here)"],
    ["UnionPay", "HK", "UnionPay (order now, pay later)"],
  ])("%s: a payment that fails leads to another choice", async (payment, region, other) => {
    const page = await enter()
    await buy(page, payment, region)
    await press(page, "Let the payment fail")
    await says(page, "The payment failed. Nothing was charged.")
    expectRefusedCompletion()
    await page.getByRole("radio", { name: other, exact: true }).check()
    await press(page, "Pay")
    await says(page, /Simulated Gnete|Scan to pay/)
    expectRefusedCompletion()
  })

  it("every page is there again after a reload, and the way back to the shop leads out", async () => {
    const page = await enter()
    await buy(page, "ShopeePay (QR code here)")
    const code = page.getByRole("img", { name: "QR code to pay" })
    const before = await scan(code)
    await page.reload()
    await headed(page, "Scan to pay")
    expectRefusedCompletion()
    expect(await scan(code)).toBe(before)
    const mobile = await tabs.open(phone)
    await mobile.goto(before)
    await payAt(mobile)
    await headed(page, "Thank you for your order")
    await page.reload()
    await headed(page, "Thank you for your order")
    await press(page, "Back to the shop")
    await headed(page, "Tea")
    await page.reload()
    await headed(page, "Tea")
  })

  it("another choice is made from the code, and the payment that was paid meanwhile is not asked for again", async () => {
    const page = await enter()
    await buy(page, "ShopeePay (QR code here)")
    await headed(page, "Scan to pay")
    await press(page, "Choose another payment")
    await says(page, "Please do not pay by the code")
    expectRefusedCompletion()
    await page.getByRole("radio", { name: "ShopeePay (QR code here)", exact: true }).check()
    await press(page, "Pay")
    await headed(page, "Scan to pay")
    // The page hears nothing while it is away; the shopper pays, and comes back to choose anew.
    await page.route(/gateway-payments\/payses/, () => undefined)
    await shop.sandbox.pay((await sessionOf(page)).slice("payses_".length))
    await page.unroute(/gateway-payments\/payses/)
    await page.getByRole("button", { name: "Choose another payment" }).click()
    await headed(page, "Thank you for your order")
    expectRefusedCompletion()
  })

  it.each(["refunded", "partially_refunded"])(
    "money that is %s before there was an order leads to another choice, after a reload too",
    async (state) => {
      const page = await enter()
      await buy(page, "ShopeePay (QR code here)")
      await headed(page, "Scan to pay")
      await page.route(/gateway-payments\/payses/, async (route) => {
        const response = await route.fetch()
        const { gateway_payment } = (await response.json()) as { gateway_payment: object }
        await route.fulfill({
          response,
          json: { gateway_payment: { ...gateway_payment, state, action: null } },
        })
      })
      await says(page, "An earlier payment arrived and could not be used.")
      await page.reload()
      await says(page, "An earlier payment arrived and could not be used.")
      await headed(page, "How do you want to pay?")
      expectRefusedCompletion()
    },
  )

  it("no other payment is opened while the gateway cannot say whether the first one is paid", async () => {
    const page = await enter()
    await buy(page, "ShopeePay (QR code here)")
    await headed(page, "Scan to pay")
    await shop.sandbox.fault({
      gateway: "ksher",
      call: "order_query",
      when: "before",
      kind: "http500",
      times: 999,
    })
    await press(page, "Choose another payment")
    await says(page, "It is not known yet whether your last payment has arrived.")
    await headed(page, "Scan to pay")
    await shop.sandbox.clearFaults()
    await press(page, "Choose another payment")
    await says(page, "Please do not pay by the code")
    expectRefusedCompletion()
  })

  it("an order is kept where the shopper thinks better of it", async () => {
    const page = await enter()
    await signUp(page)
    await buy(page, "TrueMoney")
    await payAt(page)
    await headed(page, "Thank you for your order")
    await press(page, "Cancel the order")
    await page.getByRole("dialog", { name: "Cancel this order?" }).waitFor()
    await press(page, "Keep the order")
    await press(page, "Cancel the order")
    await page.keyboard.press("Escape")
    await page.reload()
    await headed(page, "Thank you for your order")
    await says(page, "paid")
  })

  it("says at the sign-in what went wrong there, and takes Enter for the button", async () => {
    const page = await enter()
    await press(page, "Create an account")
    expect(
      await page.getByRole("textbox", { name: "E-mail" }).evaluate((one) => one.matches(":focus:invalid")),
    ).toBe(true)
    await page.getByRole("textbox", { name: "E-mail" }).fill("nobody@shop.example")
    await page.getByRole("textbox", { name: "Password" }).fill("not the password")
    await page.keyboard.press("Enter")
    const form = page.locator("form")
    await form.getByRole("alert").waitFor()
    expect(await form.getByRole("alert").textContent()).toMatch(/Invalid email or password/)
    expect(tabs.complaints().every((one) => one.includes("/auth/customer/emailpass"))).toBe(true)
  })

  it("who comes back unpaid may go on with the payment, or choose another", async () => {
    const page = await enter()
    await buy(page, "TrueMoney")
    await says(page, "Simulated Ksher")
    await page.goBack()
    await page.goto(`${shop.storefrontUrl}/checkout?session_id=${await sessionOf(page)}`)
    await says(page, "It has not arrived yet.")
    expectRefusedCompletion()
    await page.getByRole("button", { name: "Choose another payment" }).waitFor()
    await press(page, "Back to the payment")
    await payAt(page)
    await headed(page, "Thank you for your order")
  })

  it("an order may come first: its link is closed when it is cancelled unpaid", async () => {
    const page = await enter()
    await signUp(page)
    await buy(page, "TrueMoney (order now, pay later)")
    await says(page, "Simulated Ksher")
    const link = page.url()
    await page.goBack()
    await page.goto(`${shop.storefrontUrl}/checkout?session_id=${await sessionOf(page)}`)
    await headed(page, "Thank you for your order")
    await says(page, "waiting for payment")
    await cancel(page)
    await says(page, "closed, nothing was charged")
    await page.goto(link)
    await says(page, "closed")
    expect(await page.getByRole("button", { name: "Pay now" }).count()).toBe(0)
  })

  it("is reached by keyboard, and every control has a name", async () => {
    const page = await enter()
    expect(await nameless(page.locator("body"))).toEqual([])
    expect(await tabsThrough(page, page.getByRole("main"))).toBe(6)
    await page.getByRole("button", { name: "Buy Tea from the hills" }).focus()
    await page.keyboard.press("Enter")
    await headed(page, "How do you want to pay?")
    // The heading takes the focus: what comes next is the choice.
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    expect(await page.getByRole("radio").nth(1).isChecked()).toBe(true)
    expect(await nameless(page.locator("body"))).toEqual([])
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await says(page, /Simulated Ksher|Scan to pay/)
  })
})

/** What the page has stored for the way back. */
const sessionOf = (page: Page): Promise<string> =>
  page.evaluate(
    () => (JSON.parse(localStorage.getItem("checkout") ?? "{}") as { sessionId: string }).sessionId,
  )
