import type { Page } from "playwright-core"

import { medusaBooks, type Answer } from "../../demo/shop"
import { axeFindings, useBrowser, type Screen } from "./browser"
import { paidOrder, paymentOf, theShop, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
let order: { id: string }
let paymentId: string

/** A payment that a person has to decide about: PromptPay returns nothing by API, and its order is cancelled. */
beforeAll(async () => {
  shop = await theShop()
  const placed = await paidOrder(shop, "pp_ksher_th", "promptpay")
  order = placed
  await shop.api.tryAdmin("post", `/admin/orders/${placed.id}/cancel`)
  paymentId = (await paymentOf(shop, placed)).id
})

const screens: [string, Partial<Screen>][] = [
  ["at a desk", { height: 2200 }],
  ["in the dark", { height: 2200, dark: true }],
  ["on a phone", { width: 390, height: 844, phone: true }],
]

/** What Medusa's own frame has of findings is Medusa's: only what this package draws is looked at. */
const ours: [name: string, address: () => string, said: string, part: string][] = [
  ["the desk", () => "/gateway-payments", "Gateway payments", "main"],
  ["the detail page", () => `/gateway-payments/${paymentId}`, "Needs attention", "main"],
  ["the provider settings", () => "/settings/gateway-payments", "Ksher", "main"],
]

/** The icon in Medusa's own search field. */
const theirs = /^role-img-alt: \.absolute\.bottom-0\.pointer-events-none$/
const findings = async (page: Page, part: string) =>
  (await axeFindings(page, part)).filter((one) => !theirs.test(one))

const says = (page: Page, text: string | RegExp) => page.getByRole("main").getByText(text).first().waitFor()

describe.each(screens)("axe finds nothing %s", (_, screen) => {
  it.each(ours)("on %s", async (_name, address, said, part) => {
    const page = await tabs.openAdmin(shop.url, address(), screen)
    await says(page, said)
    await page.waitForLoadState("networkidle")
    expect(await findings(page, part)).toEqual([])
  })

  it("on the panel of an order", async () => {
    const page = await tabs.openAdmin(shop.url, `/orders/${order.id}`, screen)
    const heading = page.getByRole("heading", { name: "Gateway payments" })
    await heading.waitFor()
    const panel = page.locator("main div", { has: heading }).last().locator("..")
    await panel.getByText("Needs attention").first().waitFor()
    await panel.evaluate((one) => one.setAttribute("data-looked-at", ""))
    expect(await findings(page, "[data-looked-at]")).toEqual([])
  })
})

it("axe finds nothing in the drawer in which a person decides", async () => {
  const page = await tabs.openAdmin(shop.url, `/gateway-payments/${paymentId}`, { height: 1200 })
  await page
    .getByRole("button", { name: /^Resolve/ })
    .first()
    .click()
  await page.getByRole("dialog").waitFor()
  expect(await findings(page, "[role=dialog]")).toEqual([])
})

/** An admin's refund of PromptPay, and the link to the page that asks the shopper for an account. */
async function refundLink(): Promise<{ id: string; url: string }> {
  const placed = await paidOrder(shop, "pp_ksher_hold", "promptpay")
  const { payments } = await medusaBooks(shop.api, placed.id)
  await shop.api.admin("post", `/admin/payments/${payments[0]?.id}/refund`, { amount: 350.5 })
  const { id } = await paymentOf(shop, placed)
  const { gateway_payment } = await shop.api.admin("get", `/admin/gateway-payments/${id}`)
  const { id: operation_id } = gateway_payment.operations.find((one: Answer) => one.kind === "payout")
  const made = await shop.api.admin("post", `/admin/gateway-payments/${id}/payout`, {
    ...{ action: "link", operation_id, link_id: null, given_at: null },
  })
  return { id, url: made.link.url }
}

it("axe finds nothing on the steps of the refund page, nor where an admin sees to it", async () => {
  const { id, url } = await refundLink()
  for (const [name, screen] of screens) {
    const page = await tabs.open(screen)
    const step = async (which: string, heading: string) => {
      await page.getByRole("heading", { name: heading }).waitFor()
      expect([name, which, await axeFindings(page)]).toEqual([name, which, []])
    }
    await page.goto(url)
    await step("who", "Refund from")
    await page.getByLabel(/^E-mail address/).fill("shopper@shop.example")
    await page.getByRole("button", { name: "Continue" }).click()
    await step("where", "Where may the money go?")
    await page.getByLabel("Number").fill("123")
    await page.getByRole("button", { name: "Look it over" }).click()
    await page.getByRole("alert").waitFor()
    await step("wrong", "Where may the money go?")
    await page.getByLabel("Number").fill("0812345678")
    await page.getByRole("button", { name: "Look it over" }).click()
    await step("check", "Is this right?")
    const desk = await tabs.openAdmin(shop.url, `/gateway-payments/${id}`, screen)
    await desk.getByRole("button", { name: "Copy link" }).waitFor()
    await desk.waitForLoadState("networkidle")
    expect(await findings(desk, "main")).toEqual([])
  }
})

it("a refund that was started here is taken back after a question, in which axe finds nothing, and its button goes", async () => {
  const { id } = await paymentOf(shop, await paidOrder(shop, "pp_ksher_hold", "promptpay"))
  const { version } = (await shop.api.admin("get", `/admin/gateway-payments/${id}`)).gateway_payment
  const asked = { action: "refund", note: "Not wanted any more.", version }
  await shop.api.admin("post", `/admin/gateway-payments/${id}/resolve`, asked)
  const desk = await tabs.openAdmin(shop.url, `/gateway-payments/${id}`, { height: 2200 })
  const button = desk.getByRole("main").getByRole("button", { name: "Take back" })
  await button.click()
  const question = desk.getByRole("alertdialog")
  await question.getByText("Take the refund back?").waitFor()
  expect(await findings(desk, "[role=alertdialog]")).toEqual([])
  await question.getByRole("button", { name: "Take back" }).click()
  await says(desk, /is not sent any more/)
  expect(await button.count()).toBe(0)
  const { gateway_payment: after } = await shop.api.admin("get", `/admin/gateway-payments/${id}`)
  expect(after).toMatchObject({ state: "paid", attention: null, owed: null })
})
