import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"

import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { KsherClient, parsePublicKey, readKsherNotification } from "../../../src/services/ksher"
import { removeFolders, type } from "./terminal"

let sandbox: Sandbox
let shop: Server
let heard: { body: string; contentType: string | undefined }[]
let answer: { status: number; body: string }

beforeAll(async () => {
  sandbox = await startSandbox({ notifications: "manual" })
  shop = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk: Buffer) => (body += chunk.toString()))
    request.on("end", () => {
      heard.push({ body, contentType: request.headers["content-type"] })
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve))
})
afterAll(async () => {
  await sandbox.stop()
  await new Promise((resolve) => shop.close(resolve))
})
beforeEach(() => {
  heard = []
  answer = { status: 200, body: '{"result":"SUCCESS","msg":"OK"}' }
})
afterEach(removeFolders)

let count = 0

async function order(): Promise<string> {
  const mch_order_no = `T${++count}`
  const opened = await new KsherClient(sandbox.ksher).gatewayPay({
    mch_order_no,
    total_fee: 12_050,
    fee_type: "THB",
    channel_list: "truemoney",
    mch_redirect_url: "https://shop.example/paid",
    mch_redirect_url_fail: "https://shop.example/failed",
    refer_url: "https://shop.example",
    product_name: "Two cups",
    mch_notify_url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/hooks/gateway/pp_ksher_th`,
  })
  expect(opened.kind).toBe("succeeded")
  return mch_order_no
}

const trigger = (...args: string[]) => type(["trigger", ...args, "--sandbox", sandbox.url])
function verified(): boolean[] {
  const keys = sandbox.ksher.publicKeys.map(parsePublicKey)
  return heard.map(({ body, contentType }) => {
    const reading = readKsherNotification({ body: Buffer.from(body), contentType, query: "" }, keys)
    return reading.readable && reading.verified
  })
}

it("paid: the latest order is paid, and the shop is sent a notification that verifies", async () => {
  const no = await order()
  const { code, text } = await trigger("paid")
  expect([code, text]).toEqual([
    0,
    expect.stringMatching(/The payment notification was sent to .*acknowledged\./),
  ])
  expect(verified()).toEqual([true])
  expect(await sandbox.book(no)).toMatchObject({ taken: 12_050 })
})

it("a shop that does not take it: said with its answer, and with code 1", async () => {
  await order()
  answer = { status: 404, body: "Cannot POST" }
  const { code, text } = await trigger("paid")
  expect([code, text]).toEqual([1, expect.stringMatching(/which answered 404: Cannot POST/)])
})

it("again, refunded and failed", async () => {
  const no = await order()
  await trigger("paid", no)
  expect((await trigger("again", no)).text).toMatch(/acknowledged/)
  expect(heard.map(({ body }) => body)).toEqual([heard[0]?.body, heard[0]?.body])
  expect((await trigger("refunded", no)).text).toBe(`${no}: 12050 of 12050 minor units (THB) are returned.`)
  const other = await order()
  expect((await trigger("failed", other)).code).toBe(0)
  expect(await sandbox.book(other)).toMatchObject({ taken: 0 })
})

it("forged: the shop has to refuse it", async () => {
  await trigger("paid", await order())
  heard = []
  answer = { status: 401, body: '{"result":"FAIL","msg":"forged"}' }
  expect((await trigger("forged")).code).toBe(0)
  expect(verified()).toEqual([false])
  answer = { status: 200, body: '{"result":"SUCCESS","msg":"OK"}' }
  expect(await trigger("forged")).toMatchObject({
    code: 1,
    text: expect.stringMatching(/it must answer 401/),
  })
})

it("fault: the next call goes wrong, and the sandbox refuses what it does not know", async () => {
  await trigger(
    "fault",
    "--gateway",
    "ksher",
    "--call",
    "order_refund",
    "--kind",
    "timeout",
    "--when",
    "after",
  )
  expect(await sandbox.faults()).toMatchObject([{ call: "order_refund", kind: "timeout", when: "after" }])
  await sandbox.clearFaults()
  await expect(
    trigger("fault", "--gateway", "ksher", "--call", "order_refund", "--kind", "rain"),
  ).rejects.toThrow()
  expect(await sandbox.faults()).toEqual([])
})

it("says what there is to trigger, and where no sandbox answers", async () => {
  await expect(trigger("rain")).rejects.toThrow(/paid, failed, refunded, again, forged, fault/)
  await expect(type(["trigger", "paid", "--sandbox", "http://127.0.0.1:9"])).rejects.toThrow(
    "No sandbox answers at http://127.0.0.1:9: start one, or give its address.",
  )
})

it("takes no key: a real one cannot be used by accident", async () => {
  const { text } = await type(["trigger", "--help"])
  expect(text).not.toMatch(/--(key|private|secret|appid)/i)
  await expect(trigger("paid", "--privateKey", "x")).rejects.toThrow(/privateKey/)
})
