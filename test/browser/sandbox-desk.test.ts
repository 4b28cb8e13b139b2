import type { Page } from "playwright-core"

import { startSandbox, type Sandbox } from "../../src/sandbox"
import { GneteCaller, KsherCaller } from "../unit/sandbox/support"
import { focused, nameless, picture, tabsThrough, useBrowser, withoutReload } from "./browser"

const tabs = useBrowser()
let sandbox: Sandbox
let gnete: GneteCaller
beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual" })
  gnete = new GneteCaller(sandbox.gnete)
})
afterEach(() => sandbox.stop())

async function openDesk(): Promise<Page> {
  const page = await tabs.open()
  await page.goto(sandbox.url)
  await page.getByRole("heading", { name: "Payments" }).waitFor()
  return page
}

const paid = async (number: string) => {
  // Nobody hears there: what is sent has no answer.
  await gnete.open(number, { notifyUrl: "http://127.0.0.1:9/gnete" })
  await sandbox.pay(number)
}

it("uses the whole width, and shows payments, calls and plans as they come", async () => {
  const page = await openDesk()
  expect((await page.getByRole("main").boundingBox())?.width).toBeGreaterThan(1_200)
  await withoutReload(page, async () => {
    await gnete.open("B1")
    await page.getByRole("row", { name: /B1 Gnete HKD 100\.00 waiting for payment/ }).waitFor()
    await page.getByRole("log").getByText("Gnete pay/unifiedOrder").waitFor()
    await sandbox.pay("B1")
    await page.getByRole("row", { name: /B1 Gnete HKD 100\.00 paid/ }).waitFor()
    await sandbox.fault({ gateway: "gnete", call: "pay/query", kind: "reset", when: "before" })
    await page.getByText("Gnete pay/query: reset, what was asked for is not done").waitFor()
    await sandbox.clearFaults()
    await page.getByText("Nothing is planned.").waitFor()
  })
})

it("shows both gateways beside each other: what is open, paid and returned, and what is planned", async () => {
  const ksher = new KsherCaller(sandbox.ksher)
  await ksher.open("T1001")
  await sandbox.pay("T1001")
  await ksher.open("T1002")
  await paid("H1003")
  await paid("H1004")
  await sandbox.refundInConsole("H1003", 4_000)
  await sandbox.nextRefund({ gateway: "ksher", outcome: "insufficient_balance" })
  const page = await openDesk()
  for (const row of [
    /1001 Ksher THB .* paid/,
    /1002 Ksher .* waiting/,
    /1003 Gnete .* returned 40\.00/,
    /1004 Gnete .* paid/,
  ])
    await page.getByRole("row", { name: row }).waitFor()
  await page.getByText("Ksher: the next refund is refused: the balance is too low").waitFor()
  await page.getByRole("log").getByText("Ksher gateway_pay").first().waitFor()
  await picture(page.getByRole("main"), "sandbox")
})

it("looks by itself where the browser takes no server-sent events", async () => {
  const page = await tabs.open()
  await page.addInitScript(() => Reflect.deleteProperty(window, "EventSource"))
  await page.goto(sandbox.url)
  await gnete.open("B1")
  await page.getByRole("row", { name: /B1/ }).waitFor()
})

it("leaves alone what a person is at, until they are done", async () => {
  await paid("B1")
  const page = await openDesk()
  const amount = page.getByRole("textbox", { name: "Amount to refund of order B1" })
  await amount.fill("12.3")
  await withoutReload(page, async () => {
    await sandbox.refundInConsole("B1", 4_000)
    await gnete.open("B2")
    await page.getByRole("row", { name: /B2/ }).waitFor()
    await focused(amount)
    expect(await amount.inputValue()).toBe("12.3")
    await page.getByRole("button", { name: "Undo all that is planned" }).focus()
    await page.getByRole("row", { name: /B1.*returned 40\.00/ }).waitFor()
  })
})

it("is worked by mouse", async () => {
  await paid("B1")
  const page = await openDesk()
  await page.getByRole("combobox", { name: "The next refund at" }).selectOption("Gnete")
  await page.getByRole("button", { name: "Plan it" }).click()
  await page.getByText("Gnete: the next refund is refused: the balance is too low").waitFor()
  await page.getByRole("combobox", { name: "The next answer to" }).selectOption("Gnete refund/refundOrder")
  await page.getByRole("button", { name: "Lose it" }).click()
  await page.getByText("Gnete refund/refundOrder: the answer is lost").waitFor()
  await page.getByRole("button", { name: "Undo all that is planned" }).click()
  await page.getByText("Nothing is planned.").waitFor()
  await page.getByRole("textbox", { name: "Amount to refund of order B1" }).fill("12.30")
  await page.getByRole("button", { name: "Refund order B1 in the console" }).click()
  await page.getByText("returned 12.30").waitFor()
  await page.getByRole("button", { name: "Send the notification of order B1 again" }).click()
  await page.getByRole("log").getByText("sent by hand").waitFor()
  await page.getByRole("textbox", { name: "Amount to refund of order B1" }).fill("1000")
  await page.getByRole("button", { name: "Refund order B1 in the console" }).click()
  await page.getByRole("alert").getByText("Only 8770 of order B1 is left to refund.").waitFor()
  // What the browser says of the answer that refused it.
  expect(tabs.complaints()).toEqual([expect.stringContaining("409")])
})

it("is worked by keyboard: Tab leads through every control, each of which has a name, and Enter sends", async () => {
  await paid("B1")
  const page = await openDesk()
  const desk = page.getByRole("main")
  expect(await nameless(desk)).toEqual([])
  expect(await tabsThrough(page, desk)).toBeGreaterThan(8)
  await page.getByRole("textbox", { name: "Amount to refund of order B1" }).focus()
  await page.keyboard.type("30")
  await page.keyboard.press("Enter")
  await page.getByText("returned 30.00").waitFor()
  await page.getByRole("combobox", { name: "The next refund at" }).focus()
  await page.keyboard.type("G")
  for (let stop = 0; stop < 2; stop++) await page.keyboard.press("Tab")
  await focused(page.getByRole("button", { name: "Plan it" }))
  await page.keyboard.press("Enter")
  await page.getByText("Gnete: the next refund is refused: the balance is too low").waitFor()
})
