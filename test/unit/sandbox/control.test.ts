import {
  sandboxControl,
  SandboxError,
  startSandbox,
  type Sandbox,
  type SandboxControl,
} from "../../../src/sandbox"
import { Ring } from "../../../src/sandbox/journal"
import { acknowledged, GneteCaller, HandClock, KsherCaller, Shop } from "./support"

let sandbox: Sandbox
let ksher: KsherCaller
let gnete: GneteCaller

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock() })
  ksher = new KsherCaller(sandbox.ksher)
  gnete = new GneteCaller(sandbox.gnete)
})
afterEach(() => sandbox.stop())

describe.each(["in process", "over HTTP"])("%s", (way) => {
  let control: SandboxControl

  beforeEach(() => {
    control = way === "over HTTP" ? sandboxControl(sandbox.url) : sandbox
  })

  it("pays, and says what the books hold then", async () => {
    await ksher.open("A1", { mch_notify_url: "http://127.0.0.1:9/ksher" })
    const book = await control.pay("A1", { channel: "promptpay" })
    const { pay_mch_order_no, ksher_order_no } = await ksher.query("A1")
    expect(book).toEqual({
      gateway: "ksher",
      account: sandbox.ksher.appid,
      merchantOrderNo: "A1",
      gatewayOrderNo: ksher_order_no,
      payOrderNo: pay_mch_order_no,
      channel: "promptpay",
      currency: "THB",
      minorUnits: 2,
      amount: 10_000,
      taken: 10_000,
      returned: 0,
      state: "paid",
      answers: "SUCCESS",
      notifyUrl: "http://127.0.0.1:9/ksher",
      payUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/pay\/[0-9a-f]{32}$/),
      refunds: [],
      cancels: [],
      createdAt: await control.now(),
      expiresAt: (await control.now()) + 7_200_000,
      paidAt: await control.now(),
    })
    expect(await control.book("A1")).toEqual(book)
    expect(await control.book(String(ksher_order_no))).toEqual(book)
    expect(await control.book(String(pay_mch_order_no))).toEqual(book)
  })

  it("keeps every order in its books, oldest first", async () => {
    await ksher.open("A1")
    await gnete.open("B1")
    await control.pay("B1")
    await gnete.refund("B1", "R1", 100)
    const [first, second] = await control.books()
    expect(first).toMatchObject({ gateway: "ksher", state: "open", gatewayOrderNo: "" })
    expect(second).toMatchObject({
      gateway: "gnete",
      account: sandbox.gnete.mchNo,
      returned: 100,
      refunds: [{ no: "R1", amount: 100, state: "success" }],
    })
    expect(second).not.toHaveProperty("payOrderNo")
  })

  it("refuses in words", async () => {
    await ksher.open("A1")
    await expect(control.pay("A9")).rejects.toThrow(new SandboxError("The sandbox has no order A9."))
    await expect(control.settleRefund("R9", "success")).rejects.toThrow("The sandbox has no refund R9.")
    await expect(control.settleCancel("C9", "success")).rejects.toThrow("The sandbox has no cancel C9.")
    await expect(control.pay("A1", { channel: "wechat" })).rejects.toThrow(
      /offered by truemoney, promptpay, card only/,
    )
    await expect(control.finish("A1")).rejects.toThrow(/Nobody is paying/)
    await expect(control.abandon("A1")).rejects.toThrow(/Nobody is paying/)
    await control.pay("A1")
    await expect(control.pay("A1")).rejects.toThrow(/paid already/)
    await expect(control.fail("A1")).rejects.toThrow(/paid already/)
  })

  it("refuses arguments and quirks that it does not know", async () => {
    await expect(control.pay("A1", { amount: 1.5 })).rejects.toThrow(/^pay: /)
    await expect(control.advance(-1)).rejects.toThrow(/^advance: /)
    const misspelt = { ksher: { partialRefundQueryAs: "REFUND" } } as object
    await expect(control.setQuirks(misspelt)).rejects.toThrow(/partialRefundQueryAs/)
  })

  it("setQuirks changes what it names, and nothing else", async () => {
    await control.setQuirks({ ksher: { nativeExpireMinutes: null } })
    await control.setQuirks({ ksher: { defaultExpireMinutes: 5 }, gnete: {} })
    await ksher.open("A1")
    await ksher.native("N1")
    const [link, native] = await control.books()
    expect(link?.expiresAt).toBe((await control.now()) + 300_000)
    expect(native?.expiresAt).toBeNull()
  })

  it("notes every call, without its signature", async () => {
    await ksher.open("A1")
    await gnete.open("B1")
    const [first, second] = await control.calls()
    expect(first).toMatchObject({
      n: 1,
      gateway: "ksher",
      call: "gateway_pay",
      request: { mch_order_no: "A1" },
    })
    expect(first?.request).not.toHaveProperty("sign")
    expect(second).toMatchObject({ n: 2, call: "pay/unifiedOrder", answer: { code: 0, msg: "SUCCESS" } })
    expect(await control.calls({ gateway: "gnete" })).toEqual([second])
    expect(await control.calls({ call: "gateway_pay" })).toEqual([first])
    expect(await control.calls({ orderNo: "B1", after: 1 })).toEqual([second])
    expect(await control.calls({ after: 2 })).toEqual([])
  })

  it("crafts with a field in the middle left out", async () => {
    await gnete.open("B1")
    await control.pay("B1")
    await gnete.refund("B1", "R1", 100)
    const { body } = await control.craftNotification("B1", undefined, "refund")
    expect(body).toContain("mchRefundNo=R1")
  })

  it("opens further merchants, who see only their own", async () => {
    const other = new KsherCaller(await control.addKsherMerchant({ appid: "mch12345", utcOffset: 9 }))
    await other.open("A1", { fee_type: "JPY", channel_list: "alipay" })
    await control.pay("A1")
    expect((await other.query("A1")).time_end).toBe("2026-03-30 12:00:00")
    expect(await ksher.query("A1")).toMatchObject({ result: "FAIL" })
    await expect(control.addKsherMerchant({ appid: "mch12345" })).rejects.toThrow(/already/)
    const gneteToo = new GneteCaller(await control.addGneteMerchant())
    expect((await gneteToo.open("A1")).mchOrderNo).toBe("A1")
    await expect(control.book("A1")).rejects.toThrow(/more than one order A1/)
  })

  it("filters the deliveries", async () => {
    const shop = await new Shop().start()
    shop.answer.body = acknowledged
    await ksher.open("A1", { mch_notify_url: shop.url })
    await gnete.open("B1", { notifyUrl: shop.url })
    await control.pay("A1")
    await control.pay("B1")
    await control.deliverNotifications()
    const numbers = async (...filter: Parameters<SandboxControl["notifications"]>) =>
      (await control.notifications(...filter)).map(({ orderNo }) => orderNo)
    expect((await numbers()).sort()).toEqual(["A1", "B1"])
    expect(await numbers({ acknowledged: true })).toEqual(["A1"])
    expect(await numbers({ gateway: "gnete", kind: "payment" })).toEqual(["B1"])
    expect(await numbers({ orderNo: "B1", kind: "refund" })).toEqual([])
    await shop.stop()
  })
})

describe("the door of the control", () => {
  const knock = async (path: string, init: RequestInit) => {
    const response = await fetch(`${sandbox.url}${path}`, init)
    return [response.status, await response.text()]
  }

  it.each([
    ["/control/steal", { method: "POST", body: "[]" }],
    ["/control/constructor", { method: "POST", body: "[]" }],
    ["/control/books", { method: "GET" }],
    ["/control/books", { method: "POST", body: "{}" }],
    ["/control/books", { method: "POST", body: "nothing" }],
    ["/control/book", { method: "POST", body: "[]" }],
    ["/control/book", { method: "POST", body: '["A1","A2"]' }],
  ])("%s %j is refused", async (path, init) => {
    expect(await knock(path, init)).toEqual([400, expect.stringMatching(/"message":"/)])
  })

  it("takes no arguments as an empty body, and null as one left out", async () => {
    expect(await knock("/control/books", { method: "POST" })).toEqual([200, '{"result":[]}'])
    expect(await knock("/control/calls", { method: "POST", body: "[null]" })).toEqual([200, '{"result":[]}'])
  })

  it.each(["/nowhere", "/ksher/api/KsherPay/order_reverse", "/gnete/api/transfer", "/pay", "/pay/0"])(
    "%s is nowhere",
    async (path) => {
      expect((await knock(path, {}))[0]).toBe(404)
    },
  )

  it("a body too long is no answer of a gateway", async () => {
    const long = { method: "POST", body: new URLSearchParams({ a: "x".repeat(1024 * 1024) }) }
    expect((await knock("/ksher/gateway/api/gateway_pay", long))[0]).toBe(500)
  })
})

it("a seed repeats numbers, tokens and secrets", async () => {
  const run = async () => {
    const seeded = await startSandbox({ seed: 7, clock: new HandClock(), notifications: "manual" })
    await new GneteCaller(seeded.gnete).open("B1")
    const { payUrl, gatewayOrderNo } = await seeded.book("B1")
    await seeded.stop()
    return [
      seeded.gnete.appSecret,
      seeded.gnete.mchNo,
      seeded.ksher.appid,
      new URL(payUrl).pathname,
      gatewayOrderNo,
    ]
  }
  expect(await run()).toEqual(await run())
})

it("starts with the quirks it is given, on the port it is given", async () => {
  const other = await startSandbox({ quirks: { gnete: { stateAfterOpen: 1 } }, notifications: "manual" })
  expect(await new GneteCaller(other.gnete).open("B1")).toMatchObject({ orderState: 1 })
  const port = Number(new URL(other.url).port)
  await expect(startSandbox({ port })).rejects.toThrow(/EADDRINUSE/)
  await other.stop()
  const again = await startSandbox({ port })
  expect(again.url).toBe(other.url)
  await again.stop()
})

it("the journal keeps the newest", () => {
  const ring = new Ring<number>(10)
  for (let i = 0; i < 37; i++) ring.push(i)
  expect(ring.all()).toEqual([27, 28, 29, 30, 31, 32, 33, 34, 35, 36])
})

it("runs on real time when no clock is given", async () => {
  const real = await startSandbox()
  const before = Date.now()
  const now = await real.now()
  expect(now).toBeGreaterThanOrEqual(before)
  await real.advance(3_600_000)
  expect(await real.now()).toBeGreaterThanOrEqual(before + 3_600_000)
  await real.stop()
})

describe("a page in a browser", () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${sandbox.url}/control/pay`, { method: "POST", body: '["A1"]', headers })

  beforeEach(() => ksher.open("A1", { mch_notify_url: "http://127.0.0.1:9/ksher" }))

  it.each([
    ["of another site", { origin: "https://evil.example", "content-type": "text/plain" }],
    ["in a frame of its own", { origin: "null", "content-type": "text/plain" }],
    ["whose name leads to this machine", { origin: "http://evil.example:9300" }],
    ["that sends JSON", { origin: "https://evil.example", "content-type": "application/json" }],
  ])("%s controls nothing", async (_, headers) => {
    const answer = await post(headers)
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { message: "The sandbox is controlled by programs, and not by a page in a browser." },
    ])
    expect(await sandbox.book("A1")).toMatchObject({ state: "open" })
  })

  it("asks in vain whether it may", async () => {
    const answer = await fetch(`${sandbox.url}/control/pay`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    })
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null])
  })

  it("is no program: that one pays", async () => {
    expect((await post({})).status).toBe(200)
  })
})
