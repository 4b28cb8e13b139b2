import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { GneteCaller, gneteSign, HandClock, KsherCaller, type Json } from "./support"

let sandbox: Sandbox
let ksher: KsherCaller
let gnete: GneteCaller

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  ksher = new KsherCaller(sandbox.ksher)
  gnete = new GneteCaller(sandbox.gnete)
})
afterEach(() => sandbox.stop())

const get = async (url: string) => (await fetch(url)).text()

const press = (url: string, button: string, form: Record<string, string> = {}) =>
  fetch(`${url}/${button}`, { method: "POST", body: new URLSearchParams(form), redirect: "manual" })

const payUrl = async (number: string) => (await sandbox.book(number)).payUrl

it("says that it is a simulation, what is to be paid, and by what", async () => {
  const { data } = await ksher.open("A1", { total_fee: 35_050 })
  const html = await get(String((data as Json).pay_content))
  expect(html).toContain("Simulated Ksher. No real money moves here.")
  expect(html).toContain("THB 350.50")
  expect(html).toContain('<meta name="viewport" content="width=device-width')
  expect(html).toContain("<legend>Pay with</legend>")
  for (const channel of ["truemoney", "promptpay", "card"]) expect(html).toContain(`value="${channel}"`)
  expect(html).toContain('role="img" aria-label="QR code of this payment"')
  expect(html).not.toContain("<script")
})

it("offers only channels whose minimum is reached", async () => {
  await ksher.open("A1", { total_fee: 1_999, channel_list: "atome,truemoney" })
  const html = await get(await payUrl("A1"))
  expect(html).toContain('value="truemoney"')
  expect(html).not.toContain('value="atome"')
})

it("shows what others wrote as text", async () => {
  await gnete.open("<b>1</b>")
  const html = await get(await payUrl("<b>1</b>"))
  expect(html).not.toContain("<b>")
  expect(html).toContain("&#60;b&#62;1")
})

it("Pay takes the money by the channel chosen and leads back to the shop with the order's number", async () => {
  await ksher.open("A1")
  const response = await press(await payUrl("A1"), "pay", { channel: "promptpay" })
  expect(response.status).toBe(303)
  expect(response.headers.get("location")).toBe("https://shop.example/paid?lang=en&mch_order_no=A1")
  expect(await sandbox.book("A1")).toMatchObject({ taken: 10_000, channel: "promptpay" })
})

it("Fail leads to the shop's other address", async () => {
  await ksher.open("A1")
  const response = await press(await payUrl("A1"), "fail")
  expect(response.headers.get("location")).toBe("https://shop.example/failed?mch_order_no=A1")
  expect((await ksher.query("A1")).result).toBe("PAYERROR")
  expect(await get(await payUrl("A1"))).toContain("Pay now")
})

it("Gnete leads back with signed fields", async () => {
  const { payData } = await gnete.open("B1", { returnUrl: "https://shop.example/done?lang=en" })
  const response = await press(String(payData), "pay")
  const back = new URL(response.headers.get("location") ?? "")
  const { lang, sign, ...fields } = Object.fromEntries(back.searchParams)
  expect(lang).toBe("en")
  expect(fields).toMatchObject({ mchOrderNo: "B1", state: "2", amount: "10000" })
  expect(sign).toBe(gneteSign(fields, sandbox.gnete.appSecret))

  await gnete.open("B2", { returnUrl: "https://shop.example/done" })
  const failed = await press(await payUrl("B2"), "fail")
  expect(new URL(failed.headers.get("location") ?? "").searchParams.get("state")).toBe("3")
  expect(await get(await payUrl("B2"))).not.toContain("Pay now")
})

it("without an address of the shop's it shows its own page", async () => {
  await gnete.open("B1")
  const response = await press(await payUrl("B1"), "pay")
  const html = await get(`${sandbox.url}${response.headers.get("location") ?? ""}`)
  expect(html).toContain("<dt>State</dt><dd>paid</dd>")
  expect(html).not.toContain("Pay now")
})

it("a saved QR is paid also after the order was closed", async () => {
  await ksher.open("A1")
  const page = await payUrl("A1")
  const saved = await (await press(page, "save")).text()
  expect(saved).toContain(`href="${new URL(page).pathname}/saved"`)
  expect(saved).toContain('aria-label="Saved QR code"')
  await ksher.call("cancel_order", { mch_order_no: "A1" })
  expect(await get(page)).not.toContain("Pay now")
  expect((await press(page, "pay")).status).toBe(409)

  expect(await get(`${page}/saved`)).toContain("Pay now")
  expect((await press(page, "pay", { saved: "1" })).status).toBe(303)
  expect((await ksher.query("A1")).result).toBe("SUCCESS")
})

it("a second payment is refused in words", async () => {
  await ksher.open("A1")
  const page = await payUrl("A1")
  await press(page, "pay")
  const again = await press(page, "pay")
  expect(again.status).toBe(409)
  expect(await again.text()).toContain('role="alert">Order A1 is paid already.')
})

it("the sandbox's own address lists the payments, newest first, and leads to each", async () => {
  expect(await get(sandbox.url)).toContain("None yet.")
  await ksher.open("A1", { total_fee: 35_050 })
  await gnete.open("B<1>")
  await press(await payUrl("A1"), "pay")
  const html = await get(sandbox.url)
  expect(html).toContain("Simulated Ksher and Gnete. No real money moves here.")
  expect(html).toMatch(
    /B&#60;1&#62;<\/a><br>Gnete[^]*waiting for payment[^]*A1<\/a><br>Ksher[^]*THB 350\.50[^]*paid/,
  )
  for (const number of ["A1", "B<1>"])
    expect(html).toContain(`href="${new URL(await payUrl(number)).pathname}"`)
})

it("what is no button and no page is nowhere", async () => {
  await ksher.open("A1")
  const page = await payUrl("A1")
  for (const button of ["steal", "constructor", "saved"]) expect((await press(page, button)).status).toBe(404)
  expect((await fetch(`${page}/pay`)).status).toBe(404)
})
