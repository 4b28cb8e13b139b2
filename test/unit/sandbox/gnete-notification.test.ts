import { startSandbox, type Delivery, type Sandbox } from "../../../src/sandbox"
import { GneteCaller, gneteSign, HandClock, Shop, type Json } from "./support"

const hour = 3_600_000

let sandbox: Sandbox
let gnete: GneteCaller
let shop: Shop

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  gnete = new GneteCaller(sandbox.gnete)
  shop = await new Shop().start()
})
afterEach(async () => {
  await sandbox.stop()
  await shop.stop()
})

const fieldsOf = (body: string): Json => Object.fromEntries(new URLSearchParams(body))

function verified(delivery: Delivery | undefined): Json {
  const { sign, ...fields } = fieldsOf(delivery?.body ?? "")
  expect(sign).toBe(gneteSign(fields, sandbox.gnete.appSecret))
  return fields
}

const texts = (data: Json) =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]))

async function paid(number: string, fields: Json = {}): Promise<void> {
  await gnete.open(number, { notifyUrl: `${shop.url}/pay`, ...fields })
  await sandbox.pay(number)
}

it("tells of a payment with the query's fields and the time, as a form", async () => {
  await paid("B1", { extParam: "payses01" })
  const reqTime = String(await sandbox.now())
  const [delivery] = await sandbox.deliverNotifications()
  expect(delivery).toMatchObject({ kind: "payment", attempt: 1, acknowledged: true, url: `${shop.url}/pay` })
  expect(shop.received[0]?.contentType).toBe("application/x-www-form-urlencoded;charset=UTF-8")
  expect(verified(delivery)).toEqual({ ...texts(await gnete.query("B1")), reqTime })
})

it("tells of a payment after the close as state 2, while the query says 6", async () => {
  await gnete.open("B1", { notifyUrl: shop.url })
  await gnete.call("pay/close", { mchOrderNo: "B1" })
  await sandbox.pay("B1", { force: true })
  expect(verified((await sandbox.deliverNotifications())[0])).toMatchObject({ state: "2", mchOrderNo: "B1" })
  expect((await gnete.query("B1")).state).toBe(6)
})

it("tells of refunds done and failed, at the refund's own address, without the order's number", async () => {
  await paid("B1")
  await sandbox.deliverNotifications()
  const toRefunds = { notifyUrl: `${shop.url}/refund` }
  await gnete.refund("B1", "R1", 100, toRefunds)
  await sandbox.nextRefund({ gateway: "gnete", outcome: "fail" })
  await gnete.refund("B1", "R2", 100, toRefunds)
  await sandbox.nextRefund({ gateway: "gnete", outcome: "in_progress" })
  await gnete.refund("B1", "R3", 100, toRefunds)
  const sent = await sandbox.deliverNotifications()
  expect(sent.map(({ kind, url }) => [kind, url])).toEqual(Array(2).fill(["refund", `${shop.url}/refund`]))
  const done = verified(sent[0])
  const asked = await gnete.data("refund/query", { mchRefundNo: "R1" })
  expect(done).toEqual({ ...texts(asked), reqTime: String(await sandbox.now()) })
  expect(done).not.toHaveProperty("mchOrderNo")
  expect(verified(sent[1])).toMatchObject({ mchRefundNo: "R2", state: "3" })

  await sandbox.settleRefund("R3", "success")
  expect(verified((await sandbox.deliverNotifications())[0])).toMatchObject({ mchRefundNo: "R3", state: "2" })
})

it("tells of a cancel by its own number and payOrderId only", async () => {
  await paid("B1")
  await sandbox.deliverNotifications()
  const { cancelOrderId } = await gnete.data("pay/cancel", {
    mchOrderNo: "B1",
    notifyUrl: `${shop.url}/cancel`,
    extParam: "x1",
  })
  const [delivery] = await sandbox.deliverNotifications()
  expect(delivery?.kind).toBe("cancel")
  const fields = verified(delivery)
  expect(Object.keys(fields).sort()).toEqual(
    [
      "appId",
      "cancelOrderId",
      "channelOrderNo",
      "createdAt",
      "currency",
      "extraParam",
      "mchNo",
      "payAmount",
      "payOrderId",
      "reqTime",
      "state",
      "successTime",
    ].sort(),
  )
  expect(fields).toMatchObject({ cancelOrderId, state: "2", payAmount: "10000", extraParam: "x1" })
})

it.each([false, true])("tells of a failed cancel: %s, by quirk", async (told) => {
  await sandbox.setQuirks({ gnete: { failedCancelNotifies: told } })
  await paid("B1")
  await sandbox.deliverNotifications()
  await sandbox.nextCancel({ outcome: "fail" })
  await gnete.data("pay/cancel", { mchOrderNo: "B1", notifyUrl: shop.url })
  expect(await sandbox.deliverNotifications()).toHaveLength(told ? 1 : 0)
})

it("tells of nothing else: no failure, close, expiry, nor without an address", async () => {
  for (const number of ["B1", "B2", "B3"]) await gnete.open(number, { notifyUrl: shop.url })
  await sandbox.fail("B1")
  await gnete.call("pay/close", { mchOrderNo: "B2" })
  await sandbox.advance(3 * hour)
  await gnete.query("B3")
  await gnete.open("B4")
  await sandbox.pay("B4")
  await gnete.refund("B4", "R1", 100)
  await gnete.open("B5", { notifyUrl: shop.url })
  await sandbox.advance(hour)
  expect(await sandbox.notifications()).toEqual([])
})

it.each([false, true])("tells of the console's refunds and cancels: %s, by quirk", async (told) => {
  await sandbox.setQuirks({ gnete: { consoleNotifies: told } })
  await paid("B1")
  await paid("B2")
  await sandbox.deliverNotifications()
  await sandbox.refundInConsole("B1", 100)
  await sandbox.cancelInConsole("B2")
  const kinds = (await sandbox.deliverNotifications()).map(({ kind }) => kind)
  expect(kinds.sort()).toEqual(told ? ["cancel", "refund"] : [])
})

it.each([
  [200, "success", true],
  [200, "SUCCESS", true],
  [500, "success", true],
  [200, "OK", false],
  [200, "success\n", false],
  [200, '"success"', false],
  [200, '{"code":0}', false],
  [200, "", false],
])("%i %j acknowledges: %s", async (status, body, acknowledged) => {
  shop.answer = { status, body }
  await paid("B1")
  expect(await sandbox.deliverNotifications()).toMatchObject([{ status, acknowledged }])
})

it("sends the same bytes six times at its delays, and hours later by hand", async () => {
  shop.answer.body = "OK"
  await paid("B1")
  await sandbox.advance(10 * hour)
  await sandbox.resendNotification("B1")
  await sandbox.advance(10 * hour)
  const sent = await sandbox.notifications()
  const gaps = sent.slice(1).map(({ at }, i) => (at - (sent[i]?.at ?? 0)) / 1000)
  expect(gaps.slice(0, 5)).toEqual([30, 60, 90, 120, 150])
  expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 0])
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
})

describe("the wire", () => {
  it("cuts a value at its first &, and breaks its own sign by it", async () => {
    await paid("B1", { subject: "A&B shop" })
    const { sign, ...fields } = fieldsOf((await sandbox.deliverNotifications())[0]?.body ?? "")
    expect(fields.subject).toBe("A")
    expect(sign).toBe(gneteSign({ ...fields, subject: "A&B shop" }, sandbox.gnete.appSecret))
    expect(sign).not.toBe(gneteSign(fields, sandbox.gnete.appSecret))
  })

  it.each(["+", "%", "=", "#", '"', ";", "{}", "中文", " "])("carries %j", async (text) => {
    await paid("B1", { subject: `A${text}B` })
    expect(verified((await sandbox.deliverNotifications())[0]).subject).toBe(`A${text}B`)
  })

  it("loses + in older versions, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { plusLost: true } })
    await paid("B1", { subject: "A+B" })
    expect(fieldsOf((await sandbox.deliverNotifications())[0]?.body ?? "").subject).toBe("A B")
  })

  it("takes the address's own parameters along, unsigned, and posts to the bare path", async () => {
    await paid("B1", { notifyUrl: `${shop.url}/pay?shop=7` })
    await sandbox.deliverNotifications()
    expect(shop.received[0]?.path).toBe("/pay")
    const { shop: own, sign, ...fields } = fieldsOf(shop.received[0]?.body ?? "")
    expect(own).toBe("7")
    expect(sign).toBe(gneteSign(fields, sandbox.gnete.appSecret))
  })

  it("sends an empty value as such", async () => {
    await paid("B1", { extParam: "" })
    expect((await sandbox.deliverNotifications())[0]?.body).toMatch(/(^|&)extParam=(&|$)/)
  })

  it("puts the fields behind the address in older versions, by quirk", async () => {
    await sandbox.setQuirks({ gnete: { notifyEncoding: "query" } })
    await paid("B1")
    const [delivery] = await sandbox.deliverNotifications()
    expect(shop.received[0]?.body).toBe("")
    const { sign, ...fields } = fieldsOf(delivery?.url.split("?")[1] ?? "")
    expect(fields).toMatchObject({ mchOrderNo: "B1", state: "2" })
    expect(sign).toBe(gneteSign(fields, sandbox.gnete.appSecret))
  })
})

describe("forgeries", () => {
  it("are validly signed, with fields changed or left out", async () => {
    await paid("B1")
    await gnete.refund("B1", "R1", 100)
    await sandbox.nextCancel({ outcome: "created" })
    const payment = await sandbox.craftNotification("B1", { amount: 1, subject: "A&B", wayCode: null })
    const { sign, ...fields } = fieldsOf(payment.body)
    expect(fields).toMatchObject({ amount: "1", subject: "A&B" })
    expect(fields).not.toHaveProperty("wayCode")
    expect(sign).toBe(gneteSign(fields, sandbox.gnete.appSecret))
    const refund = await sandbox.craftNotification("B1", { refundAmount: 9_999 }, "refund")
    expect(fieldsOf(refund.body)).toMatchObject({ refundAmount: "9999", mchRefundNo: "R1" })
    await expect(sandbox.craftNotification("B1", {}, "cancel")).rejects.toThrow(/nothing to send/)
  })
})
