import { request } from "node:http"

import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { acknowledged, GneteCaller, HandClock, KsherCaller, refundFields, Shop } from "./support"

let sandbox: Sandbox
let ksher: KsherCaller
let gnete: GneteCaller

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  ksher = new KsherCaller(sandbox.ksher)
  gnete = new GneteCaller(sandbox.gnete)
})
afterEach(() => sandbox.stop())

const page = async () => (await fetch(sandbox.url)).text()

/** As a browser sends a form of the page that it got from `origin`. */
const send = (act: string, form: Record<string, string> = {}, origin: string | null = sandbox.url) =>
  fetch(`${sandbox.url}/desk/${act}`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(form),
    headers: origin === null ? {} : { origin },
  })

const token = async (number: string) => (await sandbox.book(number)).payUrl.split("/").at(-1) ?? ""

const paid = async (number: string) => {
  await (number.startsWith("A") ? ksher.open(number) : gnete.open(number))
  await sandbox.pay(number)
}

it("the next refund is refused: the balance is too low, and the one after it is not", async () => {
  await paid("B1")
  const answer = await send("refuse", { gateway: "gnete", outcome: "insufficient_balance" })
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"])
  expect(await page()).toContain("Gnete: the next refund is refused: the balance is too low")
  await gnete.call("refund/refundOrder", refundFields("B1", "R1", 100))
  expect(await sandbox.book("B1")).toMatchObject({ returned: 0 })
  expect(await page()).toContain("Nothing is planned.")
  await gnete.refund("B1", "R2", 100)
  expect(await sandbox.book("B1")).toMatchObject({ returned: 100 })
})

it("the next answer is lost, and what was asked for is done", async () => {
  await send("lose", { call: "ksher:gateway_order_query" })
  expect(await sandbox.faults()).toEqual([
    { gateway: "ksher", call: "gateway_order_query", kind: "timeout", when: "after", times: 1 },
  ])
  expect(await page()).toContain("Ksher gateway_order_query: the answer is lost, what was asked for is done")
})

it("all that is planned is undone", async () => {
  await send("lose", { call: "gnete:refund/refundOrder" })
  await send("refuse", { gateway: "gnete", outcome: "fail" })
  await sandbox.nextChannel({ call: "close", says: "declines" })
  expect(await page()).toContain("Gnete: the channel says declines to the next close")
  expect((await send("undo")).status).toBe(303)
  expect(await page()).toContain("Nothing is planned.")
  await paid("B1")
  await gnete.refund("B1", "R1", 100)
  expect(await sandbox.book("B1")).toMatchObject({ returned: 100 })
})

it("a refund in the console gives back what was typed, and no more than is left", async () => {
  await paid("A1")
  expect(await page()).toContain('value="100.00" aria-label="Amount to refund of order A1"')
  await send("refund", { token: await token("A1"), amount: "40.5" })
  expect(await sandbox.book("A1")).toMatchObject({ returned: 4_050 })
  expect(await page()).toContain("returned 40.50")
  const more = await send("refund", { token: await token("A1"), amount: "60" })
  expect([more.status, await more.text()]).toEqual([
    409,
    expect.stringContaining('role="alert">Only 5950 of order A1 is left to refund.'),
  ])
  expect(await sandbox.book("A1")).toMatchObject({ returned: 4_050 })
})

it.each(["", "0", "-1", "1e3", "1.005", "1,5", "ten"])("%j is no amount", async (amount) => {
  await paid("A1")
  const answer = await send("refund", { token: await token("A1"), amount })
  expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining("is no amount")])
  expect(await sandbox.book("A1")).toMatchObject({ returned: 0 })
})

it("a notification is sent again, and the page tells what the shop answered", async () => {
  const shop = await new Shop().start()
  shop.answer.body = acknowledged
  await ksher.open("A1", { mch_notify_url: shop.url })
  expect(await page()).not.toContain("/desk/resend")
  await sandbox.pay("A1")
  await sandbox.deliverNotifications()
  await send("resend", { token: await token("A1"), kind: "payment" })
  expect((await sandbox.notifications()).map(({ attempt, acknowledged: heard }) => [attempt, heard])).toEqual(
    [
      [1, true],
      [0, true],
    ],
  )
  expect(await page()).toMatch(/Ksher notifies: payment<\/b> A1<br>HTTP 200, acknowledged, sent by hand/)
  const none = await send("resend", { token: await token("A1"), kind: "cancel" })
  expect([none.status, await none.text()]).toEqual([
    409,
    expect.stringContaining("There is no cancel notification of order A1."),
  ])
  await shop.stop()
})

it("calls are shown with what was answered, the latest first, and nothing of them is markup", async () => {
  await gnete.open("B<1>")
  await ksher.call("order_query", { mch_order_no: "A9" })
  expect(await page()).toMatch(
    /03:00:00<\/time> <b>Ksher order_query<\/b> A9<br>answered [^]*<b>Gnete pay\/unifiedOrder<\/b> B&#60;1&#62;<br>answered 0 SUCCESS/,
  )
  expect(await page()).not.toContain("B<1>")
})

describe("who sends it", () => {
  const nothing = async () => expect(await sandbox.faults()).toEqual([])

  it.each([
    ["another site", "https://evil.example"],
    ["a frame of its own", "null"],
    ["another port of this machine", "http://127.0.0.1:1"],
    ["nobody, as a program does", null],
  ])("not %s", async (_, origin) => {
    expect((await send("lose", { call: "ksher:*" }, origin)).status).toBe(403)
    await nothing()
  })

  it("not a page whose own name was led to this machine: its origin is the host that it asks for", async () => {
    const { port } = new URL(sandbox.url)
    const host = `evil.example:${port}`
    const status = await new Promise((resolve, reject) => {
      const asked = request(
        `${sandbox.url}/desk/undo`,
        { method: "POST", headers: { host, origin: `http://${host}` } },
        (answer) => resolve(answer.resume().statusCode),
      )
      asked.once("error", reject).end()
    })
    expect(status).toBe(403)
  })

  it("a page that was opened by localhost or by figures", async () => {
    const { port } = new URL(sandbox.url)
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
      const host = `${name}:${port}`
      const status = await new Promise((resolve, reject) => {
        const asked = request(
          `${sandbox.url}/desk/undo`,
          { method: "POST", headers: { host, origin: `http://${host}` } },
          (answer) => resolve(answer.resume().statusCode),
        )
        asked.once("error", reject).end()
      })
      expect([name, status]).toEqual([name, 303])
    }
  })

  it("no other page shows it in a frame", async () => {
    const { headers } = await fetch(sandbox.url)
    expect(headers.get("content-security-policy")).toBe("frame-ancestors 'none'")
  })

  it.each([
    ["steal", {}, 404],
    ["constructor", {}, 404],
    ["refuse", { gateway: "visa", outcome: "fail" }, 409],
    ["refuse", { gateway: "ksher", outcome: "success" }, 409],
    ["lose", { call: "ksher:pay/close" }, 409],
    ["lose", {}, 409],
    ["refund", { token: "0", amount: "1" }, 409],
    ["resend", { token: "0", kind: "payment" }, 409],
  ])("%s %j is refused", async (act, form, status) => {
    expect((await send(act, form as Record<string, string>)).status).toBe(status)
    await nothing()
  })

  it("a form is not an address to go to", async () => {
    expect((await fetch(`${sandbox.url}/desk/undo`)).status).toBe(404)
  })
})

describe("the live page", () => {
  /** Reads what the sandbox says until it has said `count` times that something happened. */
  const hear = async () => {
    const ended = new AbortController()
    const response = await fetch(`${sandbox.url}/events`, { signal: ended.signal })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    return { type: response.headers.get("content-type"), next: () => reader.read(), end: () => ended.abort() }
  }

  it.each<[string, () => Promise<unknown>]>([
    ["a call", () => ksher.call("order_query", { mch_order_no: "A9" })],
    ["what a program does", () => sandbox.nextRefund({ gateway: "ksher", outcome: "fail" })],
    ["a form of the page", () => send("undo")],
  ])("hears of %s", async (_, happen) => {
    const events = await hear()
    expect(events.type).toBe("text/event-stream")
    await happen()
    expect((await events.next()).value).toBe("data: changed\n\n")
    events.end()
  })

  it("hears of a notification that was sent", async () => {
    const shop = await new Shop().start()
    await ksher.open("A1", { mch_notify_url: shop.url })
    const events = await hear()
    const heard = events.next()
    await sandbox.pay("A1")
    await heard
    await sandbox.deliverNotifications()
    expect((await events.next()).value).toBe("data: changed\n\n")
    events.end()
    await shop.stop()
  })

  it("is not called upon by its own reading", async () => {
    const events = await hear()
    await page()
    const heard = events.next()
    await send("undo")
    expect((await heard).value).toBe("data: changed\n\n")
    events.end()
  })
})
