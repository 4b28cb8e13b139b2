import { startSandbox, type Delivery, type Sandbox } from "../../../src/sandbox"
import { acknowledged, HandClock, KsherCaller, ksherVerifies, Shop, type Json } from "./support"

const hour = 3_600_000

let sandbox: Sandbox
let ksher: KsherCaller
let shop: Shop

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  ksher = new KsherCaller(sandbox.ksher)
  shop = await new Shop().start()
  shop.answer.body = acknowledged
})
afterEach(async () => {
  await sandbox.stop()
  await shop.stop()
})

const open = (number: string, fields: Json = {}) =>
  ksher.open(number, { mch_notify_url: `${shop.url}/ksher`, ...fields })

const parsed = (delivery: Delivery | undefined) => JSON.parse(delivery?.body ?? "null") as Json

it("tells of a payment with the query's own answer, as text", async () => {
  await open("A1")
  await sandbox.pay("A1")
  const [delivery] = await sandbox.deliverNotifications()
  expect(delivery).toMatchObject({
    orderNo: "A1",
    kind: "payment",
    attempt: 1,
    status: 200,
    acknowledged: true,
  })
  expect(shop.received).toEqual([
    { path: "/ksher", contentType: "text/plain;charset=utf-8", body: delivery?.body },
  ])
  const envelope = parsed(delivery)
  expect(Object.keys(envelope).sort()).toEqual(["code", "data", "message", "msg", "sign"])
  expect(envelope.data).toEqual(await ksher.query("A1"))
  expect(ksherVerifies(envelope, sandbox.ksher.publicKeys[0] ?? "")).toBe(true)
})

it("tells of a QR's payment in the envelope of the merchant API", async () => {
  await ksher.native("N1", { notify_url: `${shop.url}/ksher` })
  await sandbox.pay("N1")
  const envelope = parsed((await sandbox.deliverNotifications())[0])
  expect(envelope).toMatchObject({
    code: 0,
    msg: "ok",
    version: "3.0.0",
    data: { result: "SUCCESS", mch_order_no: "N1" },
  })
  expect(ksherVerifies(envelope, sandbox.ksher.publicKeys[0] ?? "")).toBe(true)
})

it("tells of nothing else: no failure, close, refund, nor without an address", async () => {
  await open("A1")
  await open("A2")
  await ksher.open("A3")
  await sandbox.fail("A1")
  await ksher.call("cancel_order", { mch_order_no: "A2" })
  await sandbox.pay("A3")
  await ksher.refund("A3", "R1", 10_000)
  await sandbox.advance(24 * hour)
  expect(await sandbox.notifications()).toEqual([])
})

it("tells of a saved QR paid after the close", async () => {
  await open("A1")
  await ksher.call("cancel_order", { mch_order_no: "A1" })
  await sandbox.pay("A1", { force: true })
  expect(parsed((await sandbox.deliverNotifications())[0])).toMatchObject({ data: { result: "SUCCESS" } })
})

it.each([
  [200, "OK"],
  [200, "success"],
  [200, ""],
  [200, '{"result":"FAIL","msg":"OK"}'],
  [200, '{"result":"SUCCESS"}'],
  [200, '{"result":"SUCCESS","msg":"OK","more":1}'],
  [200, "null"],
  [201, acknowledged],
  [500, acknowledged],
])("is not acknowledged by %i %j", async (status, body) => {
  shop.answer = { status, body }
  await open("A1")
  await sandbox.pay("A1")
  expect(await sandbox.deliverNotifications()).toMatchObject([{ status, answer: body, acknowledged: false }])
})

it("repeats the same bytes twelve times, at its delays, and then gives up", async () => {
  shop.answer.body = "OK"
  await open("A1")
  await sandbox.pay("A1")
  await sandbox.advance(100 * hour)
  const sent = await sandbox.notifications()
  const gaps = sent.slice(1).map(({ at }, i) => (at - (sent[i]?.at ?? 0)) / 1000)
  expect(gaps).toEqual([1, 2, 2, 10, 30, 60, 600, 3600, 10_800, 18_000, 28_800, 43_200])
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
  expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
})

it("stops when it is acknowledged", async () => {
  shop.answer.body = "OK"
  await open("A1")
  await sandbox.pay("A1")
  await sandbox.advance(1_000)
  shop.answer.body = acknowledged
  await sandbox.advance(100 * hour)
  expect((await sandbox.notifications()).map((each) => each.acknowledged)).toEqual([false, false, true])
})

it("a shop that is down is tried again", async () => {
  await open("A1", { mch_notify_url: "http://127.0.0.1:9/" })
  await sandbox.pay("A1")
  const [delivery] = await sandbox.deliverNotifications()
  expect(delivery).toMatchObject({ status: null, acknowledged: false })
  await sandbox.advance(1_000)
  expect(await sandbox.notifications()).toHaveLength(2)
})

it.each(["none", "sent"] as const)("a payment after two hours: %s, by quirk", async (quirk) => {
  await sandbox.setQuirks({ ksher: { lateWebhook: quirk, defaultExpireMinutes: null } })
  await open("A1")
  await open("A2")
  await sandbox.advance(2 * hour)
  await sandbox.pay("A1")
  await sandbox.advance(1)
  await sandbox.pay("A2")
  const told = (await sandbox.deliverNotifications()).map(({ orderNo }) => orderNo)
  const all = new Set([...told, ...(await sandbox.notifications()).map(({ orderNo }) => orderNo)])
  expect([...all].sort()).toEqual(quirk === "sent" ? ["A1", "A2"] : ["A1"])
})

it("signs by the key the quirk names", async () => {
  await sandbox.setQuirks({ ksher: { webhookKey: "V2" } })
  await open("A1")
  await sandbox.pay("A1")
  const envelope = parsed((await sandbox.deliverNotifications())[0])
  const [v1 = "", v2 = ""] = sandbox.ksher.publicKeys
  expect([ksherVerifies(envelope, v1), ksherVerifies(envelope, v2)]).toEqual([false, true])
})

it("can be held back, sent again by hand, and forged with a valid signature", async () => {
  await sandbox.holdNotifications(true)
  await open("A1")
  await sandbox.pay("A1")
  await sandbox.advance(hour)
  expect(await sandbox.notifications()).toEqual([])
  await sandbox.holdNotifications(false)
  const [first] = await sandbox.deliverNotifications()
  const again = await sandbox.resendNotification("A1")
  expect(again).toMatchObject({ attempt: 0, body: first?.body, acknowledged: true })
  await expect(sandbox.resendNotification("A1", "refund")).rejects.toThrow(/no refund notification/)

  const forged = await sandbox.craftNotification("A1", { total_fee: 1, attach: null })
  const envelope = JSON.parse(forged.body) as Json & { data: Json }
  expect(forged.contentType).toBe("text/plain;charset=utf-8")
  expect(envelope.data).toMatchObject({ total_fee: 1, mch_order_no: "A1" })
  expect(envelope.data).not.toHaveProperty("attach")
  expect(ksherVerifies(envelope, sandbox.ksher.publicKeys[0] ?? "")).toBe(true)
  await expect(sandbox.craftNotification("A1", {}, "refund")).rejects.toThrow(/nothing to send/)
})

it("sending by hand keeps the place in the schedule", async () => {
  shop.answer.body = "OK"
  await open("A1")
  await sandbox.pay("A1")
  await sandbox.resendNotification("A1")
  await sandbox.deliverNotifications()
  await sandbox.resendNotification("A1")
  await sandbox.advance(3_000)
  expect((await sandbox.notifications()).map(({ attempt }) => attempt)).toEqual([0, 1, 0, 2, 3])
})

it("sends by itself in auto mode", async () => {
  const auto = await startSandbox()
  const caller = new KsherCaller(auto.ksher)
  const told = new Promise<void>((resolve) => {
    shop.onReceived = resolve
  })
  await caller.open("A1", { mch_notify_url: shop.url })
  await auto.pay("A1")
  await told
  await auto.deliverNotifications()
  expect(await auto.notifications()).toMatchObject([{ orderNo: "A1", attempt: 1, acknowledged: true }])
  await auto.stop()
})
