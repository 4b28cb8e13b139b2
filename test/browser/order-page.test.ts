import type { Locator, Page } from "playwright-core"

import { login } from "../../demo/running-shop"
import type { Answer } from "../../demo/shop"
import { looksNoMore } from "./attention-states"
import { focused, nameless, picture, tabsThrough, useBrowser, withoutReload } from "./browser"
import { longAgo, paidOrder, paymentOf, theShop, unpaidOrder, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

afterEach(() => shop.sandbox.clearFaults())

async function openOrder(order: { id: string }): Promise<{ page: Page; panel: Locator }> {
  const page = await tabs.openAdmin(shop.url, `/orders/${order.id}`, { height: 2200 })
  return { page, panel: await panelOf(page) }
}

/** The panel of this package on Medusa's order page. */
async function panelOf(page: Page): Promise<Locator> {
  const heading = page.getByRole("heading", { name: "Gateway payments" })
  await heading.waitFor()
  return page.locator("main div", { has: heading }).last().locator("..")
}

const says = (part: Page | Locator, text: string | RegExp) => part.getByText(text).first().waitFor()

/** The three dots of the page's first section have no name. */
async function cancelOrder(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("button").nth(1).click()
  await page.getByRole("menuitem", { name: "Cancel" }).click()
  await page.getByRole("alertdialog").getByRole("button", { name: "Continue" }).click()
}

/** Medusa's own refund form, opened as its menu does. */
async function refundInMedusa(page: Page, order: { id: string }, amount: string): Promise<void> {
  const { payments } = await orderOf(order)
  await page.evaluate((address) => {
    history.pushState(null, "", address)
    dispatchEvent(new PopStateEvent("popstate"))
  }, `/app/orders/${order.id}/refund?paymentId=${payments[0].id}`)
  const form = page.getByRole("dialog")
  await form.getByRole("textbox", { name: "Amount" }).fill(amount)
  await form.getByRole("button", { name: "Save" }).click()
  // Medusa's form has no title for a screen reader, and React says so.
  expect(tabs.complaints().filter((one) => !one.includes("DialogTitle"))).toEqual([])
}

async function orderOf(order: { id: string }): Promise<Answer> {
  const answer = await shop.api.admin("get", `/admin/orders/${order.id}?fields=*payment_collections.payments`)
  return answer.order.payment_collections[0]
}

it("a cancelled order shows that the money went back, without a reload", async () => {
  const order = await paidOrder(shop, "pp_ksher_th", "truemoney")
  const { page, panel } = await openOrder(order)
  await says(panel, "The shopper paid THB 350.50.")
  await withoutReload(page, async () => {
    await cancelOrder(page)
    await says(panel, "Ksher refunded THB 350.50.")
    await says(panel, "Credited back to the payer.")
  })
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ taken: 35050, returned: 35050 })
})

it("an order cancelled unpaid shows that its link is closed, without a reload", async () => {
  const order = await unpaidOrder(shop, "pp_ksher_first")
  const { page, panel } = await openOrder(order)
  await says(panel, "Waiting for the shopper")
  await withoutReload(page, async () => {
    await cancelOrder(page)
    await says(panel, "Closed unpaid")
    await says(panel, "The unpaid payment was closed at Ksher.")
  })
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ state: "closed" })
})

it("a partial refund shows what went back and what is left, without a reload", async () => {
  const order = await paidOrder(shop, "pp_gnete_hk")
  const { page, panel } = await openOrder(order)
  await withoutReload(page, async () => {
    await refundInMedusa(page, order, "30.05")
    await says(panel, "Gnete refunded HKD 30.05.")
    await says(panel, "Partly refunded")
    await panel.getByRole("button", { name: "Resolve" }).click()
    await says(page.getByRole("dialog"), /HKD\s58\.35 of HKD\s88\.40 can still be returned/)
  })
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ returned: 3005 })
})

it("a refund whose answer is lost comes under attention, is resolved by a person, and the page follows", async () => {
  const order = await paidOrder(shop, "pp_ksher_th", "airpay")
  const { id } = await paymentOf(shop, order)
  const { page, panel } = await openOrder(order)
  const { sandbox } = shop
  await sandbox.fault({ gateway: "ksher", call: "order_refund", when: "after", kind: "reset" })
  await sandbox.fault({ gateway: "ksher", call: "refund_query", when: "before", kind: "http500", times: 999 })
  await withoutReload(page, async () => {
    await refundInMedusa(page, order, "100")
    await says(page, /Ksher has not said whether refund .* Nothing is sent twice/)
    const refused = tabs.complaints()
    expect(refused.filter((one) => !/status of 400 .*\/refund|Ksher has not said/.test(one))).toEqual([])
    await page.keyboard.press("Escape")
    // Medusa asks whether what was entered may be lost.
    await page.getByRole("alertdialog").getByRole("button", { name: "Continue" }).click()
    await says(panel, /Ksher was asked to refund THB\s100\.00, and has not said whether it did/)
    await says(panel, "Refund not confirmed")

    await longAgo(shop, id, 2)
    await panel.getByRole("button", { name: "Refresh status" }).click()
    const notice = panel.getByRole("alert")
    await says(notice, "It is not known whether a refund went through")
    await says(notice, /Do not repeat the refund in the gateway's console/)
    await picture(panel, "order-attention")

    await panel.getByRole("button", { name: "Resolve" }).click()
    const drawer = page.getByRole("dialog")
    await drawer.getByRole("radio", { name: "It went through" }).click()
    await drawer.getByRole("textbox", { name: "Note" }).fill("Ksher's console shows it.")
    await page.locator("[data-sonner-toast]").first().waitFor({ state: "detached" })
    await page.setViewportSize({ width: 1100, height: 700 })
    await picture(page, "resolve")
    await drawer.getByRole("button", { name: "Resolve" }).click()
    await drawer.waitFor({ state: "hidden" })
    await notice.waitFor({ state: "hidden" })
    await says(panel, "Partly refunded")
    await says(panel, "Ksher refunded THB 100.00.")
  })
  expect(await sandbox.book(order.session.number)).toMatchObject({ returned: 10000 })
  expect(await paymentOf(shop, order)).toMatchObject({ refunded_amount: 100, attention: null })
})

it("what PromptPay cannot do is said before somebody tries, and money returned by hand is recorded", async () => {
  const order = await paidOrder(shop, "pp_ksher_th", "promptpay")
  const { page, panel } = await openOrder(order)
  await says(panel.getByRole("note"), /PromptPay payments cannot be refunded through Ksher/)
  await panel.getByRole("button", { name: "Resolve" }).click()
  const drawer = page.getByRole("dialog")
  expect(await drawer.getByRole("radio").count()).toBe(1)
  await drawer.getByRole("button", { name: "Resolve" }).click()
  await says(drawer.getByRole("alert").first(), "Choose a decision.")
  await drawer.getByRole("radio", { name: "Record a refund made outside" }).click()
  await says(drawer.getByRole("alert").first(), "Choose how the money was returned.")
  await drawer.getByRole("radio", { name: "Another way, such as a bank transfer" }).click()
  await says(drawer.getByRole("alert"), "A note is needed")
  await drawer.getByRole("textbox", { name: "Note" }).fill("By bank transfer on Tuesday.")
  await withoutReload(page, async () => {
    await drawer.getByRole("button", { name: /Record THB\s350\.50/ }).click()
    await says(panel, "A refund of THB 350.50 made outside this shop was entered.")
    await says(panel, `Decided by ${login.email}`)
    await panel.getByRole("note").waitFor({ state: "hidden" })
  })
  // Nothing is left to decide, and its button is gone: the focus stays at the payment.
  await focused(panel.getByRole("region", { name: order.session.number }))
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ returned: 0 })
})

it("a refused refund is told as what it is, with what is owed and the next try, and is retried only after a question", async () => {
  const order = await paidOrder(shop, "pp_ksher_th", "truemoney")
  const { number } = order.session
  const { payOrderNo = number } = await shop.sandbox.book(number)
  await shop.sandbox.fault({
    ...{ gateway: "ksher", call: "order_refund", kind: "refuse", when: "before", times: 999 },
    ...{ code: "KSHER_BALANCE_NOT_ENOUGH", orderNo: payOrderNo },
  })
  await shop.api.admin("post", `/admin/orders/${order.id}/cancel`)
  const { page, panel } = await openOrder(order)
  await says(panel, "Needs attention")
  await says(panel, /balance of this Ksher account does not cover it \(KSHER_BALANCE_NOT_ENOUGH\)/)
  await says(panel, /Still owed: THB\s350\.50/)
  await looksNoMore(shop, number)
  // The cancel has tried, and whoever heard of it; a run of the job may have tried as well.
  const { owed } = (
    await shop.api.admin("get", `/admin/gateway-payments/${(await paymentOf(shop, order)).id}`)
  ).gateway_payment
  expect(owed.attempts).toBeGreaterThanOrEqual(2)
  await says(panel, new RegExp(`^Attempt ${Number(owed.attempts) + 1} of 12: `))
  await panel.getByRole("button", { name: "Refresh status" }).click()
  await says(page, /The gateway was asked\. The payment is: Paid/)
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ returned: 0 })
  await panel.getByRole("button", { name: /Retry refund of THB\s350\.50/ }).click()
  const question = page.getByRole("alertdialog", { name: /Refund THB\s350\.50\?/ })
  await question.getByRole("button", { name: "Cancel" }).click()
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ returned: 0 })
  await looksNoMore(shop, number)
  await shop.sandbox.clearFaults(payOrderNo)
  await panel.getByRole("button", { name: /Retry refund/ }).click()
  await question.getByRole("button", { name: /Refund THB\s350\.50/ }).click()
  await says(panel, "Ksher refunded THB 350.50.")
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ returned: 35050 })
})

it("the numbers for the gateway's support are copied", async () => {
  const order = await paidOrder(shop, "pp_gnete_hk")
  const { page, panel } = await openOrder(order)
  for (const [button, number] of [
    ["Copy Merchant number", order.session.number],
    ["Copy Gateway number", (await paymentOf(shop, order)).gateway_order_no],
  ] as const) {
    await panel.getByRole("button", { name: button }).first().click()
    await says(panel, "Copied")
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(number)
  }
})

it("a keyboard and a screen reader reach everything", async () => {
  const order = await paidOrder(shop, "pp_ksher_th", "truemoney")
  const { page, panel } = await openOrder(order)
  expect(await nameless(panel)).toEqual([])
  expect(await tabsThrough(page, panel)).toBeGreaterThan(4)

  const refresh = panel.getByRole("button", { name: "Refresh status" })
  await refresh.focus()
  const asked = page.waitForResponse((answer) => answer.url().endsWith("/sync"))
  await page.keyboard.press("Enter")
  await asked
  await focused(refresh)

  const resolve = panel.getByRole("button", { name: "Resolve" })
  await resolve.focus()
  await page.keyboard.press("Enter")
  const drawer = page.getByRole("dialog", { name: /Resolve payment/ })
  await drawer.waitFor()
  expect(await nameless(drawer)).toEqual([])
  expect(await drawer.getByRole("radio", { checked: true }).count()).toBe(0)
  await drawer.getByRole("radio", { name: "Record a refund made outside" }).focus()
  // Radix chooses what takes the focus while the key is down.
  await page.keyboard.down("ArrowUp")
  await drawer.getByRole("radio", { name: "Refund at the gateway", checked: true }).waitFor()
  await page.keyboard.up("ArrowUp")
  await page.keyboard.press("Tab")
  await focused(drawer.getByRole("textbox", { name: "Amount in THB" }))
  await page.keyboard.press("Tab")
  await page.keyboard.type("In cash.")
  await page.keyboard.press("Tab")
  await page.keyboard.press("Tab")
  const refund = drawer.getByRole("button", { name: /Refund THB\s350\.50/ })
  await focused(refund)
  await page.keyboard.press("Enter")
  const question = page.getByRole("alertdialog", { name: /Refund THB\s350\.50\?/ })
  await says(question, /Ksher is asked to credit THB\s350\.50 back to the payer/)
  await page.keyboard.press("Escape")
  await question.waitFor({ state: "hidden" })
  await focused(refund)
  expect(await shop.sandbox.book(order.session.number)).toMatchObject({ returned: 0 })
  await page.keyboard.press("Escape")
  await drawer.waitFor({ state: "hidden" })
  await focused(resolve)
})

it("neither a secret nor anything about the payer is on the page", async () => {
  const order = await paidOrder(shop, "pp_gnete_hk")
  const { panel } = await openOrder(order)
  await says(panel, "The shopper paid")
  const text = await panel.innerHTML()
  for (const word of ["sign", "openid", "PRIVATE", "appSecret", "mobile"]) expect(text).not.toContain(word)
})
