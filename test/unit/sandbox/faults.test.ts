import { request } from "node:http"

import { sandboxControl, startSandbox, type Fault, type Sandbox } from "../../../src/sandbox"
import {
  GneteCaller,
  gneteSign,
  HandClock,
  KsherCaller,
  ksherVerifies,
  refundFields,
  type Json,
} from "./support"

let sandbox: Sandbox
const held: number[] = []
let ksher: KsherCaller
let gnete: GneteCaller

beforeEach(async () => {
  held.length = 0
  const onHeld = (ms: number) => void held.push(ms)
  sandbox = await startSandbox({ notifications: "manual", clock: new HandClock(), onHeld })
  ksher = new KsherCaller(sandbox.ksher)
  gnete = new GneteCaller(sandbox.gnete)
  await ksher.open("A1")
  await sandbox.pay("A1", { channel: "truemoney" })
  await gnete.open("B1")
  await sandbox.pay("B1")
})
afterEach(() => sandbox.stop())

async function ksherRefund(): Promise<Response> {
  const { pay_mch_order_no } = await ksher.query("A1")
  const fields = {
    mch_order_no: pay_mch_order_no,
    total_fee: 10_000,
    refund_fee: 100,
    fee_type: "THB",
    mch_refund_no: "R1",
  }
  return ksher.post("order_refund", ksher.signed(fields))
}

const gneteRefund = () => gnete.post("refund/refundOrder", gnete.signed(refundFields("B1", "R1", 100)))

type Common = Pick<Fault, "kind" | "when" | "code" | "message">

const gateways = {
  ksher: {
    order: "A1",
    refund: ksherRefund,
    fault: (fault: Common): Fault => ({ gateway: "ksher", call: "order_refund", ...fault }),
  },
  gnete: {
    order: "B1",
    refund: gneteRefund,
    fault: (fault: Common): Fault => ({ gateway: "gnete", call: "refund/refundOrder", ...fault }),
  },
}

const both = ["ksher", "gnete"] as const
const moments = ["before", "after"] as const
const cases = both.flatMap((gateway) => moments.map((when) => [gateway, when] as const))

const returned = async (order: string) => (await sandbox.book(order)).returned

describe.each(cases)("%s, %s", (name, when) => {
  const { order, refund, fault } = gateways[name]
  const moved = when === "after" ? 100 : 0

  afterEach(async () => {
    expect(await returned(order)).toBe(moved)
    expect(await sandbox.faults()).toEqual([])
    const [call] = await sandbox.calls({
      gateway: name,
      call: name === "ksher" ? "order_refund" : "refund/refundOrder",
    })
    expect(call?.fault?.when).toBe(when)
  })

  it("timeout: no answer comes; the client gives up", async () => {
    await sandbox.fault(fault({ kind: "timeout", when }))
    const controller = new AbortController()
    const url =
      name === "ksher" ? ksher.url("order_refund") : `${sandbox.gnete.baseUrl}/api/refund/refundOrder`
    const { pay_mch_order_no } = await ksher.query("A1")
    const fields =
      name === "ksher"
        ? ksher.signed({
            mch_order_no: pay_mch_order_no,
            total_fee: 10_000,
            refund_fee: 100,
            fee_type: "THB",
            mch_refund_no: "R1",
          })
        : gnete.signed(refundFields("B1", "R1", 100))
    const body = new URLSearchParams(Object.entries(fields).map(([key, value]) => [key, String(value)]))
    const waiting = fetch(url, { method: "POST", body, signal: controller.signal })
    const givenUp = expect(waiting).rejects.toThrow(/abort/)
    await arrived(name)
    expect(held).toEqual([Infinity])
    controller.abort()
    await givenUp
  })

  it("reset: the connection breaks", async () => {
    await sandbox.fault(fault({ kind: "reset", when }))
    await expect(refund()).rejects.toThrow(/fetch failed/)
  })

  it("http500: an error page", async () => {
    await sandbox.fault(fault({ kind: "http500", when }))
    const response = await refund()
    expect([response.status, response.headers.get("content-type")]).toEqual([500, "text/html"])
  })

  it("empty: nothing in it", async () => {
    await sandbox.fault(fault({ kind: "empty", when }))
    const response = await refund()
    expect([response.status, await response.text()]).toEqual([200, ""])
  })

  it("garbage: no JSON", async () => {
    await sandbox.fault(fault({ kind: "garbage", when }))
    await expect((await refund()).json()).rejects.toThrow(/JSON/)
  })

  it("bad_signature: well formed and wrong", async () => {
    await sandbox.fault(fault({ kind: "bad_signature", when }))
    const answer = (await (await refund()).json()) as Json & { data: Json }
    expect(answer.code).toBe(0)
    if (name === "ksher") {
      expect(answer.sign).toMatch(/^[0-9a-f]{128}$/)
      expect(ksherVerifies(answer, sandbox.ksher.publicKeys[0] ?? "")).toBe(false)
    } else {
      expect(answer.sign).toMatch(/^[0-9A-F]{32}$/)
      expect(answer.sign).not.toBe(gneteSign(answer.data, sandbox.gnete.appSecret))
    }
  })

  it("notsure: the gateway does not know", async () => {
    await sandbox.fault(fault({ kind: "notsure", when }))
    const answer = (await (await refund()).json()) as Json
    if (name === "ksher") {
      expect(answer).toMatchObject({ code: 0, data: { result: "NOTSURE" } })
      expect(ksherVerifies(answer, sandbox.ksher.publicKeys[0] ?? "")).toBe(true)
    } else expect(answer).toEqual({ code: 9999, msg: "系统异常" })
  })

  it("refuse: in the words given", async () => {
    await sandbox.fault(
      fault({ kind: "refuse", when, code: name === "ksher" ? "KSHER_X" : 5004, message: "no" }),
    )
    const answer = (await (await refund()).json()) as Json
    if (name === "ksher") {
      expect(answer.data).toMatchObject({ result: "FAIL", err_code: "KSHER_X", err_msg: "no" })
    } else expect(answer).toEqual({ code: 5004, msg: "no" })
  })
})

/** Resolves when the call is in the journal. */
async function arrived(gateway: "ksher" | "gnete"): Promise<void> {
  const call = gateway === "ksher" ? "order_refund" : "refund/refundOrder"
  while ((await sandbox.calls({ gateway, call })).length === 0)
    await new Promise((resolve) => setImmediate(resolve))
}

describe.each(both)("%s, delay", (name) => {
  const { order, refund, fault } = gateways[name]

  it.each(moments)(
    "%s: the answer waits for the clock, and so does what was asked for only before",
    async (when) => {
      await sandbox.fault({ ...fault({ kind: "delay", when }), delayMs: 3_600_000 })
      const answer = refund()
      await arrived(name)
      expect(held).toEqual([3_600_000])
      expect(await returned(order)).toBe(when === "after" ? 100 : 0)
      await sandbox.advance(3_600_000)
      expect((await answer).status).toBe(200)
      expect(await returned(order)).toBe(100)
    },
  )
})

it("the link host's calls are unsure and refuse in their own form", async () => {
  await sandbox.fault({ gateway: "ksher", call: "*", kind: "notsure", when: "before", times: 4 })
  expect(await ksher.call("gateway_order_query", { mch_order_no: "A1" })).toMatchObject({
    data: { result: "NOTSURE", mch_order_no: "A1", ksher_order_no: "", total_fee: 10_000 },
  })
  expect(await ksher.call("gateway_order_query", { mch_order_no: "no" })).toMatchObject({
    data: { result: "NOTSURE" },
  })
  expect(await ksher.call("cancel_order", { mch_order_no: "A1" })).toMatchObject({ code: -6 })
  expect(await ksher.open("A2")).toMatchObject({ code: 0, data: { result: "NOTSURE" } })
  await sandbox.fault({ gateway: "ksher", call: "*", kind: "refuse", when: "before", times: 2 })
  expect(await ksher.open("A2")).toMatchObject({ code: -7 })
  expect(await ksher.call("cancel_order", { mch_order_no: "A1" })).toMatchObject({ code: -6 })
  await sandbox.fault({ gateway: "ksher", call: "gateway_pay", kind: "refuse", when: "before", code: 1 })
  expect(await ksher.open("A2")).toMatchObject({ code: 1 })
})

it("an unsigned answer has no signature to spoil", async () => {
  await ksher.open("A2")
  await sandbox.fault({ gateway: "ksher", call: "cancel_order", kind: "bad_signature", when: "after" })
  expect(await ksher.call("cancel_order", { mch_order_no: "A2" })).toMatchObject({
    code: 0,
    data: "取消成功",
  })
})

it("faults are used up one by one, only by their own call and order", async () => {
  await ksher.open("A2")
  await sandbox.fault({
    gateway: "ksher",
    call: "gateway_order_query",
    kind: "http500",
    when: "before",
    times: 2,
  })
  await sandbox.fault({
    gateway: "ksher",
    call: "gateway_order_query",
    kind: "empty",
    when: "before",
    orderNo: "A2",
  })
  const ask = async (number: string) => {
    const response = await ksher.post("gateway_order_query", ksher.signed({ mch_order_no: number }))
    return response.status === 500 ? "500" : (await response.text()) === "" ? "empty" : "answer"
  }
  expect((await gnete.query("B1")).state).toBe(2)
  expect(await ask("A1")).toBe("500")
  expect((await sandbox.faults()).map(({ kind, times }) => [kind, times])).toEqual([
    ["http500", 1],
    ["empty", 1],
  ])
  expect([await ask("A1"), await ask("A1"), await ask("A2"), await ask("A2")]).toEqual([
    "500",
    "answer",
    "empty",
    "answer",
  ])
  await sandbox.fault({ gateway: "gnete", call: "*", kind: "reset", when: "before", times: 9 })
  for (const orderNo of ["A1", "A2"])
    await sandbox.fault({ gateway: "ksher", call: "*", kind: "http500", when: "before", orderNo })
  await sandbox.clearFaults("A1")
  expect((await sandbox.faults()).map(({ orderNo }) => orderNo)).toEqual([undefined, "A2"])
  await sandbox.clearFaults()
  expect(await sandbox.faults()).toEqual([])
  expect((await gnete.query("B1")).state).toBe(2)
})

it.each([
  { gateway: "ksher", call: "refund", kind: "reset", when: "before" },
  { gateway: "ksher", call: "pay/query", kind: "reset", when: "before" },
  { gateway: "gnete", call: "pay/query", kind: "slow", when: "before" },
  { gateway: "gnete", call: "pay/query", kind: "reset", when: "during" },
  { gateway: "gnete", call: "pay/query", kind: "reset", when: "before", times: 0 },
  { gateway: "gnete", call: "pay/query", kind: "reset", when: "before", delay: 1 },
])("a fault that could never happen is refused: %j", async (wrong) => {
  const response = await fetch(`${sandbox.url}/control/fault`, {
    method: "POST",
    body: JSON.stringify([wrong]),
  })
  expect(response.status).toBe(400)
  expect(((await response.json()) as { message: string }).message).toMatch(/^fault: /)
})

it("stop() does not wait for clients that wait", async () => {
  const other = await startSandbox({ notifications: "manual" })
  const control = sandboxControl(other.url)
  await control.fault({ gateway: "gnete", call: "pay/query", kind: "timeout", when: "before" })
  const broken = new Promise((resolve) => {
    request(`${other.url}/gnete/api/pay/query`).on("error", resolve).end()
  })
  while ((await control.calls()).length === 0) await new Promise((resolve) => setImmediate(resolve))
  await other.stop()
  expect(await broken).toMatchObject({ code: "ECONNRESET" })
})
