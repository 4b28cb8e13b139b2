import { readFileSync } from "node:fs"
import type { Locator, Page } from "playwright-core"

import { medusaBooks, type Answer } from "../../demo/shop"
import { focused, nameless, picture, tabsThrough, useBrowser, withoutReload } from "./browser"
import { paidOrder, paymentOf, theShop, unpaidOrder, type Shop } from "./shop"

const tabs = useBrowser()
const pageSize = 20
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

async function openList(query = ""): Promise<Page> {
  const page = await tabs.openAdmin(shop.url, `/gateway-payments${query}`, { height: 1400 })
  await page.getByRole("heading", { name: "Gateway payments" }).waitFor()
  await page
    .getByRole("table", { name: "Gateway payments" })
    .or(page.getByText("No gateway payment"))
    .first()
    .waitFor()
  return page
}

const says = (part: Page | Locator, text: string | RegExp) => part.getByText(text).first().waitFor()
const rows = (page: Page) => page.getByRole("table", { name: "Gateway payments" }).locator("tbody tr")
const link = (page: Page, payment: Answer) =>
  page.getByRole("link", { name: `Details of payment ${payment.merchant_order_no}` })

/** Adds a filter, as everywhere in Medusa's admin: which one, then its value; Escape closes the choice. */
async function choose(page: Page, filter: string, option: string): Promise<void> {
  await page.getByRole("button", { name: "Add filter" }).click()
  await page.getByRole("menuitem", { name: filter, exact: true }).click()
  await page.getByRole("dialog").getByText(option, { exact: true }).click()
  await page.keyboard.press("Escape")
}

async function openSettings(): Promise<Page> {
  const page = await tabs.openAdmin(shop.url, "/settings/gateway-payments", { height: 1400 })
  await page.getByRole("heading", { name: "Gateways" }).waitFor()
  return page
}

/** Leaves the list with the one payment, and nothing else. */
async function showsOnly(page: Page, payment: Answer): Promise<void> {
  await link(page, payment).waitFor()
  await rows(page).nth(1).waitFor({ state: "detached" })
}

/** Of a payment that no call returns. */
async function orderUnderAttention() {
  const order = await paidOrder(shop, "pp_ksher_th", "promptpay")
  const fields = `/admin/orders/${order.id}?fields=*payment_collections.payments`
  const [collection] = (await shop.api.admin("get", fields)).order.payment_collections
  await shop.api.tryAdmin("post", `/admin/payments/${collection.payments[0].id}/refund`, { amount: 1 })
  return order
}

describe("the list", () => {
  it("is searched by the order, the beginning of a number, the amount, the channel and the e-mail", async () => {
    const order = await paidOrder(shop, "pp_ksher_th", "truemoney")
    await paidOrder(shop, "pp_gnete_hk")
    const payment = await paymentOf(shop, order)
    const { display_id, email } = (
      await shop.api.admin("get", `/admin/orders/${order.id}?fields=display_id,email`)
    ).order
    const page = await openList()
    const search = page.getByRole("searchbox", {
      name: "Search by order, e-mail, amount, channel, or the beginning of a number",
    })
    const finds = async (text: string) => {
      // Between two searches nothing is found, so that what is shown is what was asked for.
      await search.fill("nothing is called so")
      await says(page, "No gateway payment matches.")
      await search.fill(text)
      await page.waitForURL((url) => url.searchParams.get("q") === text)
      await link(page, payment).waitFor()
    }
    await withoutReload(page, async () => {
      for (const text of [
        `#${display_id}`,
        order.id,
        payment.merchant_order_no,
        payment.gateway_order_no,
        payment.merchant_order_no.slice(0, -1),
      ]) {
        await finds(text)
        await showsOnly(page, payment)
      }
      for (const text of [email, "350.50", "TrueMoney"]) await finds(text)
      await search.fill("")
      await rows(page).nth(1).waitFor()
    })
  })

  it("is filtered by gateway, by state, and by what needs attention", async () => {
    const promptpay = await orderUnderAttention()
    const waiting = await paymentOf(shop, await unpaidOrder(shop, "pp_gnete_first"))
    const attended = await paymentOf(shop, promptpay)
    const page = await openList()
    await choose(page, "Gateway", "Gnete")
    await link(page, waiting).waitFor()
    await link(page, attended).waitFor({ state: "hidden" })
    await choose(page, "State", "Waiting for the shopper")
    await rows(page).filter({ hasNotText: "Waiting for the shopper" }).first().waitFor({ state: "hidden" })
    await link(page, waiting).waitFor()
    expect(new Set(await rows(page).locator("td:nth-child(2)").allInnerTexts())).toEqual(
      new Set(["Waiting for the shopper"]),
    )
    await page.getByRole("button", { name: "Remove the filter State" }).click()
    await page.waitForURL((url) => !url.searchParams.has("state") && url.searchParams.has("gateway"))
    await page.getByRole("button", { name: "Clear search and filters" }).click()
    await choose(page, "Attention", "Needs attention")
    await link(page, attended).waitFor()
    await link(page, waiting).waitFor({ state: "hidden" })
    expect(await rows(page).filter({ hasNotText: "Needs attention" }).count()).toBe(0)
    expect(page.url()).toContain("attention=true")
  })

  it("the menu of every page has a mark while a payment needs attention, and none where nothing does", async () => {
    await orderUnderAttention()
    const asked = "/admin/gateway-payments?attention=true&limit=1"
    const answer = await shop.api.admin("get", asked)
    expect(answer.count).toBeGreaterThan(0)
    const page = await tabs.openAdmin(shop.url, "/products")
    const menu = page.getByRole("link", { name: /Gateway payments$/ })
    await menu.getByRole("img", { name: `Payments that a person has to look at: ${answer.count}` }).waitFor()
    expect(await nameless(menu)).toEqual([])
    await page.route(
      (url) => url.href.endsWith(asked),
      (route) => route.fulfill({ json: { ...answer, gateway_payments: [], count: 0, next_cursor: null } }),
    )
    const answered = page.waitForResponse((response) => response.url().endsWith(asked))
    await page.reload()
    await answered
    await menu.waitFor()
    await menu.getByRole("img", { name: "Payments that" }).waitFor({ state: "detached" })
  })

  it("is filtered by channel and by day, sorted, shows the columns that are wanted, and opens by a click on a row", async () => {
    const payment = await paymentOf(shop, await paidOrder(shop, "pp_ksher_th", "truemoney"))
    const page = await openList()
    await choose(page, "Opened", "Today")
    await page.waitForURL(/from=/)
    await link(page, payment).waitFor()
    const shared = await openList(`?from=${new Date(Date.now() + 86_400_000).toISOString()}`)
    await says(shared, "No gateway payment matches.")
    await choose(page, "Channel", "WeChat Pay (QR code)")
    await page.waitForURL(/channel=WX_QR/)
    await link(page, payment).waitFor({ state: "hidden" })
    await page.getByRole("button", { name: "Clear search and filters" }).click()
    await link(page, payment).waitFor()
    await page.getByRole("button", { name: "Opened" }).click()
    await page.waitForURL(/order=oldest/)
    await page.getByRole("button", { name: "Columns" }).click()
    await page.getByRole("menuitem", { name: "Refunded" }).click()
    await page.keyboard.press("Escape")
    await page.getByRole("columnheader", { name: "Refunded" }).waitFor({ state: "hidden" })
    await page.goto(`${shop.url}/app/gateway-payments?q=${payment.merchant_order_no}`)
    await rows(page).first().locator("td").nth(3).click()
    await page.getByRole("heading", { name: payment.merchant_order_no }).waitFor()
  })

  it("stands under what came in and went back", async () => {
    await paidOrder(shop, "pp_gnete_hk")
    const page = await openList()
    const totals = page.getByRole("region", { name: "Totals" })
    await says(totals.getByRole("table", { name: "Totals" }), "Gnete · UnionPay")
    await totals.getByRole("img", { name: /^HKD .* came in, in 30 days$/ }).waitFor()
    await page.getByRole("combobox", { name: "Period" }).click()
    await page.getByRole("option", { name: "Last 7 days" }).click()
    await totals.getByRole("img", { name: /^HKD .* came in, in 7 days$/ }).waitFor()
  })

  it("is handed out as a file", async () => {
    const payment = await paymentOf(shop, await paidOrder(shop, "pp_gnete_hk"))
    const page = await openList(`?q=${payment.merchant_order_no}`)
    await showsOnly(page, payment)
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ])
    expect(download.suggestedFilename()).toBe("gateway-payments.csv")
    const lines = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\r\n")
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(payment.merchant_order_no)
  })

  it("shows on a phone first how a payment stands", async () => {
    await orderUnderAttention()
    const page = await tabs.openAdmin(shop.url, "/gateway-payments?attention=true", { width: 390 })
    // The table draws its rows anew while it learns how wide it is: whichever row stands then is measured in the page itself.
    await page.waitForFunction((width) => {
      const all = Array.from(document.querySelectorAll("tbody tr:first-child *"))
      // The innermost of those that say so.
      const badge = all.filter((one) => one.textContent.trim() === "Needs attention").at(-1)
      const right = badge?.getBoundingClientRect().right ?? 0
      return right > 0 && right < width
    }, 390)
  })

  it("says of each payment how it stands, also in Chinese", async () => {
    const cart = await shop.shopper.fillCart("thb")
    // The second choice closes the first.
    await shop.shopper.choose(cart, "pp_ksher_th")
    await shop.shopper.choose(cart, "pp_ksher_th")
    await orderUnderAttention()
    await paidOrder(shop, "pp_gnete_hk")
    for (const [provider, amount] of [
      ["pp_ksher_th", 350.5],
      ["pp_gnete_hk", 30.05],
    ] as const) {
      const { payments } = await medusaBooks(shop.api, (await paidOrder(shop, provider)).id)
      await shop.api.admin("post", `/admin/payments/${payments[0]?.id}/refund`, { amount })
    }
    await unpaidOrder(shop, "pp_gnete_first")
    await paidOrder(shop, "pp_ksher_th", "airpay")
    const shows = async (language: "en" | "zhCN", name: string, states: string[]) => {
      const page = await tabs.openAdmin(shop.url, "/gateway-payments", { language, height: 900 })
      for (const state of states)
        await page.locator("tbody").getByText(state, { exact: true }).first().waitFor()
      await picture(page, name)
    }
    await shows("en", "payments", ["Paid", "Closed unpaid", "Partly refunded", "Refunded", "Needs attention"])
    await shows("zhCN", "payments-zhCN", ["已支付", "已关闭（未付款）", "部分退款", "已退款", "需要处理"])
  })

  it("is paged, and a page's address can be shared", async () => {
    const cart = await shop.shopper.fillCart("thb")
    const count = async () => (await shop.api.admin("get", "/admin/gateway-payments?limit=1")).count as number
    while ((await count()) <= pageSize) await shop.shopper.choose(cart, "pp_ksher_th")
    const all = await count()
    const page = await openList()
    await rows(page)
      .nth(pageSize - 1)
      .waitFor()
    expect(await rows(page).count()).toBe(pageSize)
    await says(page, `of ${Math.ceil(all / pageSize)} pages`)
    await page.getByRole("button", { name: "Next" }).click()
    await page.waitForURL(/page=2/)
    await says(page, `2 of ${Math.ceil(all / pageSize)} pages`)
    const shared = await openList("?page=2")
    await rows(shared).first().waitFor()
    expect(await rows(shared).count()).toBe(Math.min(all - pageSize, pageSize))
    await shared.getByRole("button", { name: "Prev" }).click()
    await rows(shared)
      .nth(pageSize - 1)
      .waitFor()
    // An address may name a page that there is not any more.
    const beyond = await openList("?page=99")
    await beyond.waitForURL((url) => Number(url.searchParams.get("page")) < 99)
    await rows(beyond).first().waitFor()
  })

  it("leads to a payment, and back", async () => {
    const payment = await paymentOf(shop, await paidOrder(shop, "pp_gnete_hk"))
    const page = await openList(`?q=${payment.merchant_order_no}`)
    await link(page, payment).click()
    await page.getByRole("heading", { name: payment.merchant_order_no }).waitFor()
    await says(page, "The shopper paid HKD 88.40.")
    await page.getByRole("link", { name: /Order #\d+/ }).waitFor()
    expect(await nameless(page.getByRole("region", { name: payment.merchant_order_no }))).toEqual([])
    await page.goBack()
    await showsOnly(page, payment)
  })

  it("and all on its page is reached by keyboard and named", async () => {
    const page = await openList()
    // A row that comes in late would stand between two controls that were counted without it.
    await rows(page).first().waitFor()
    // Their names come later, and are drawn anew: a focus that is there already would be lost.
    await rows(page)
      .getByRole("link", { name: /^Order #\d/ })
      .first()
      .waitFor()
    expect(await nameless(page.getByRole("main"))).toEqual([])
    expect(await tabsThrough(page, page.getByRole("main"))).toBeGreaterThan(10)
  })
})

describe("comparing with the gateways", () => {
  it("first says what differs, then puts it right", async () => {
    const order = await paidOrder(shop, "pp_ksher_th", "truemoney")
    await shop.sandbox.refundInConsole(order.session.number, 5050)
    const payment = await paymentOf(shop, order)
    const page = await openList()
    const report = page.getByRole("table", { name: "Compare with the gateways" })
    const difference = report.getByRole("row", { name: new RegExp(payment.merchant_order_no) })
    await withoutReload(page, async () => {
      await page.getByRole("button", { name: "Compare" }).click()
      await says(page, /Differences found: \d+\. Nothing has been changed\./)
      await says(difference, /refund.*at the gateway, not here/i)
      await picture(page.getByRole("region", { name: "Compare with the gateways" }), "compare")
      expect(await paymentOf(shop, order)).toMatchObject({ state: "paid", refunded_amount: 0 })
      await report
        .getByRole("button", { name: `Apply the correction to payment ${payment.merchant_order_no}` })
        .click()
      const question = page.getByRole("alertdialog", { name: "Apply this correction?" })
      await says(question, /No money goes back to a payer/)
      await question.getByRole("button", { name: "Cancel" }).click()
      expect(await paymentOf(shop, order)).toMatchObject({ refunded_amount: 0 })
      await report
        .getByRole("button", { name: `Apply the correction to payment ${payment.merchant_order_no}` })
        .click()
      await question.getByRole("button", { name: "Apply 1 correction" }).click()
      await says(page, "1 corrected, 0 being retried.")
      await says(rows(page).filter({ has: link(page, payment) }), "Partly refunded")
      await page.getByRole("button", { name: "Compare" }).click()
      await difference.waitFor({ state: "hidden" })
    })
    expect(await paymentOf(shop, order)).toMatchObject({ state: "partially_refunded", refunded_amount: 50.5 })
  })
})

describe("by keyboard alone", () => {
  it("the gateways are compared and a correction is applied, and the focus is never lost", async () => {
    const order = await paidOrder(shop, "pp_ksher_th", "truemoney")
    await shop.sandbox.refundInConsole(order.session.number, 1050)
    const { merchant_order_no } = await paymentOf(shop, order)
    const page = await openList()
    const panel = page.getByRole("region", { name: "Compare with the gateways" })
    const compare = panel.getByRole("button", { name: "Compare" })
    await compare.focus()
    await page.keyboard.press("Enter")
    const apply = panel.getByRole("button", { name: `Apply the correction to payment ${merchant_order_no}` })
    await apply.waitFor()
    await focused(compare)
    await apply.focus()
    await page.keyboard.press("Enter")
    const question = page.getByRole("alertdialog", { name: "Apply this correction?" })
    await focused(question.getByRole("button", { name: "Cancel" }))
    await page.keyboard.press("Tab")
    await focused(question.getByRole("button", { name: "Apply 1 correction" }))
    await page.keyboard.press("Enter")
    await says(page, "1 corrected, 0 being retried.")
    await focused(panel)
    expect(await paymentOf(shop, order)).toMatchObject({ state: "partially_refunded", refunded_amount: 10.5 })
  })
})

describe("a provider's card", () => {
  const card = (page: Page, id: string) =>
    page.getByRole("region", { name: "Gateways" }).locator(":scope > div > *", { hasText: id })

  it("says how it is configured, and what was heard of it", async () => {
    await paidOrder(shop, "pp_gnete_hk")
    const page = await openSettings()
    const hongKong = card(page, "pp_gnete_hk")
    await says(hongKong, "UnionPay, WeChat Pay (QR code)")
    await says(hongKong, "When it is paid")
    await says(card(page, "pp_gnete_first"), "Before it is paid")
    await says(card(page, "pp_ksher_qr"), "QR code")
    await says(hongKong, /^0 of \d+ \(0%\)$/)
    await picture(hongKong, "settings")
    expect(await hongKong.getByText("Never").count()).toBe(0)
    await hongKong.getByRole("button", { name: "Copy Notification URL" }).click()
    await says(hongKong, "Copied")
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `${shop.url}/hooks/gateway/pp_gnete_hk`,
    )
  })

  it("tests the connection with a query that changes nothing", async () => {
    const before = (await shop.sandbox.books()).length
    const page = await openSettings()
    const hongKong = card(page, "pp_gnete_hk")
    const test = hongKong.getByRole("button", { name: "Test the connection to pp_gnete_hk" })
    await test.focus()
    await page.keyboard.press("Enter")
    await says(hongKong, "The connection works.")
    await focused(test)
    // Whoever else asks at that moment does not use it up.
    await shop.sandbox.fault({
      ...{ gateway: "gnete", call: "pay/query", kind: "http500", when: "before", times: 999 },
    })
    await test.click()
    await says(hongKong, "The connection does not work.")
    await shop.sandbox.clearFaults()
    expect(await shop.sandbox.books()).toHaveLength(before)
  })

  it("warns of payments that do not open, with the usual causes, until one opens", async () => {
    const system_error = {
      gateway: "gnete",
      call: "pay/unifiedOrder",
      kind: "notsure",
      when: "before",
    } as const
    await shop.sandbox.fault({ ...system_error, times: 3 })
    for (let tries = 0; tries < 3; tries++)
      await expect(unpaidOrder(shop, "pp_gnete_first")).rejects.toThrow(/could not be opened/)
    const page = await openSettings()
    const warning = card(page, "pp_gnete_first").getByRole("alert")
    await says(warning, "Payments do not open")
    await says(warning, /^The last 3 payments, .* from Gnete: 9999$/)
    await says(warning, /returnUrl of more than 128 characters, a wayCode .* other host/)
    expect(await page.getByRole("alert").count()).toBe(1)

    await unpaidOrder(shop, "pp_gnete_first")
    await page.reload()
    await card(page, "pp_gnete_first").waitFor()
    expect(await page.getByRole("alert").count()).toBe(0)
  })
})
