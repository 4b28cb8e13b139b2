import type { Page } from "playwright-core"

import resources, { namespace } from "../../src/admin/i18n"
import { useBrowser } from "./browser"
import { paidOrder, paymentOf, theShop, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
let order: Awaited<ReturnType<typeof paidOrder>>
beforeAll(async () => {
  shop = await theShop()
  order = await paidOrder(shop, "pp_ksher_th", "promptpay")
})

const says = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor()
const languages = Object.entries(resources)

/** What is left of a sentence before and after what is filled in. */
const withoutValues = (text: string) => text.split(/\{\{\w+\}\}/).map((part) => part.trim())

const untranslated = /\b(list|state|facts|provider|reconcile|actions|numbers)\.[a-z_]+/

describe.each(languages)("in %s", (language, { [namespace]: texts }) => {
  it("the order's panel speaks the language of the admin", async () => {
    const page = await tabs.openAdmin(shop.url, `/orders/${order.id}`, { language, height: 2000 })
    for (const text of [texts.title, texts.state.paid, texts.channel.title, texts.facts.channel])
      await says(page, text)
    await page.getByRole("button", { name: texts.actions.sync, exact: true }).waitFor()
    await page.getByRole("button", { name: texts.actions.resolve, exact: true }).click()
    await says(page, texts.resolve.actions.record_refund)
    const [before = ""] = withoutValues(texts.timeline.paid)
    await page.getByText(before).first().waitFor()
  })

  it("the list and its cards do, too, and no sentence is missing", async () => {
    const payment = await paymentOf(shop, order)
    const page = await tabs.openAdmin(shop.url, `/gateway-payments?q=${payment.merchant_order_no}`, {
      language,
      height: 1400,
    })
    await page.getByRole("heading", { name: texts.title }).waitFor()
    // The mark in the menu is part of the name while a payment needs attention.
    await page.getByRole("link", { name: texts.menu }).first().waitFor()
    await page.getByRole("searchbox", { name: texts.list.search }).waitFor()
    for (const text of [texts.list.column_refunded, texts.list.export, texts.reconcile.title])
      await says(page, text)
    await page.getByRole("link", { name: payment.merchant_order_no }).waitFor()
    // A key that has no text is shown as it is.
    expect(await page.getByRole("main").innerText()).not.toMatch(untranslated)
  })

  it("the settings do, too", async () => {
    const page = await tabs.openAdmin(shop.url, "/settings/gateway-payments", { language, height: 1400 })
    await page.getByRole("link", { name: texts.settings, exact: true }).first().waitFor()
    for (const text of [texts.provider.configured_in_file, texts.provider.url, texts.provider.never])
      await says(page, text)
    expect(await page.getByRole("main").innerText()).not.toMatch(untranslated)
  })
})

it("follows the language that a person chooses in the admin", async () => {
  const page = await tabs.openAdmin(shop.url, "/settings/profile/edit")
  const drawer = page.getByRole("dialog")
  await drawer.getByRole("combobox").first().click()
  await page.getByRole("option", { name: "ไทย" }).click()
  await drawer.locator("button[type=submit]").click()
  await drawer.waitFor({ state: "hidden" })
  await page.goto(`${shop.url}/app/gateway-payments`)
  await page.getByRole("heading", { name: resources.th[namespace].title }).waitFor()
})
