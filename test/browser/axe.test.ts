import type { Page } from "playwright-core"

import { asAdmin, axeFindings, useBrowser, type Screen } from "./browser"
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

const says = (page: Page, text: string) => page.getByRole("main").getByText(text).first().waitFor()

describe.each(screens)("axe finds nothing %s", (_, screen) => {
  it.each(ours)("on %s", async (_name, address, said, part) => {
    const page = await tabs.open(screen)
    await asAdmin(page, shop.url, address())
    await says(page, said)
    await page.waitForLoadState("networkidle")
    expect(await findings(page, part)).toEqual([])
  })

  it("on the panel of an order", async () => {
    const page = await tabs.open(screen)
    await asAdmin(page, shop.url, `/orders/${order.id}`)
    const heading = page.getByRole("heading", { name: "Gateway payments" })
    await heading.waitFor()
    const panel = page.locator("main div", { has: heading }).last().locator("..")
    await panel.getByText("Needs attention").first().waitFor()
    await panel.evaluate((one) => one.setAttribute("data-looked-at", ""))
    expect(await findings(page, "[data-looked-at]")).toEqual([])
  })
})

it("axe finds nothing in the drawer in which a person decides", async () => {
  const page = await tabs.open({ height: 1200 })
  await asAdmin(page, shop.url, `/gateway-payments/${paymentId}`)
  await page
    .getByRole("button", { name: /^Resolve/ })
    .first()
    .click()
  await page.getByRole("dialog").waitFor()
  expect(await findings(page, "[role=dialog]")).toEqual([])
})
