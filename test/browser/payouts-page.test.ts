import type { Page } from "playwright-core"

import { axeFindings, picture, useBrowser } from "./browser"
import { theShop, type Shop } from "./shop"

const tabs = useBrowser()
let shop: Shop
beforeAll(async () => {
  shop = await theShop()
})

async function openPayouts(): Promise<Page> {
  const page = await tabs.openAdmin(shop.url, "/gateway-payments/payouts", { height: 1400 })
  await page.getByRole("heading", { name: "Payouts" }).waitFor()
  await page.getByRole("region", { name: /^Gnete, account/ }).waitFor()
  return page
}

const gnete = (page: Page) => page.getByRole("region", { name: /^Gnete, account/ }).first()
const today = new Date().toISOString().slice(0, 10)
const file = (...rows: string[]) => ({
  name: "statement.csv",
  mimeType: "text/csv",
  buffer: Buffer.from(["Date,Amount,Fee", ...rows].join("\n")),
})

it("a statement is imported: a wrong row is named, and then the right file is taken once", async () => {
  const page = await openPayouts()
  const before = await gnete(page).getByRole("row").count()
  await gnete(page).getByRole("button", { name: "Import a statement" }).click()
  const drawer = page.getByRole("dialog")
  await drawer
    .getByLabel("File", { exact: true })
    .setInputFiles(file(`${today},12.00,0.10`, `${today},a lot,0.10`))
  await drawer.getByRole("button", { name: "Import", exact: true }).click()
  await drawer.getByText("This column is needed.").first().waitFor()
  await drawer.getByLabel("Day", { exact: true }).fill("Date")
  await drawer.getByLabel("Amount", { exact: true }).fill("Amount")
  await drawer.getByLabel("Fee (optional)").fill("Fee")
  await drawer.getByLabel("The file lists only what was transferred").click()
  await drawer.getByRole("button", { name: "Import", exact: true }).click()
  await drawer.getByText(/^Line 3: /).waitFor()
  expect(await axeFindings(page, "[role=dialog]")).toEqual([])

  await drawer.getByLabel("File", { exact: true }).setInputFiles(file(`${today},12.00,0.10`))
  await drawer.getByRole("button", { name: "Import", exact: true }).click()
  await page.getByText("1 rows added, 0 changed, 0 known already.").waitFor()
  await drawer.waitFor({ state: "detached" })
  await gnete(page).getByText("HKD 12.00").first().waitFor()
  expect(await gnete(page).getByRole("row").count()).toBeGreaterThan(before)
  await page.locator("[data-sonner-toast]").first().waitFor({ state: "detached" })
  await picture(gnete(page), "payouts")

  // What the columns mean is known the next time, and the same file adds nothing.
  await gnete(page).getByRole("button", { name: "Import a statement" }).click()
  expect(await drawer.getByLabel("Amount", { exact: true }).inputValue()).toBe("Amount")
  await drawer.getByLabel("File", { exact: true }).setInputFiles(file(`${today},12.00,0.10`))
  await drawer.getByRole("button", { name: "Import", exact: true }).click()
  await page.getByText("0 rows added, 0 changed, 1 known already.").waitFor()
  await drawer.waitFor({ state: "detached" })

  // What was read by the wrong columns is taken back, once a person has said so.
  await gnete(page).getByRole("button", { name: "Remove the imported rows" }).click()
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove the imported rows" }).click()
  await page.getByText("1 rows removed.").waitFor()
  await gnete(page).getByRole("button", { name: "Remove the imported rows" }).waitFor({ state: "detached" })
})

it("axe finds nothing on the page", async () => {
  const page = await openPayouts()
  expect(await axeFindings(page, "main")).toEqual([])
})
