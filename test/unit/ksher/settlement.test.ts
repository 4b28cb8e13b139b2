import { readFileSync } from "node:fs"
import path from "node:path"

import { createKsherGateway, KsherClient } from "../../../src/services/ksher"
import { json, ScriptedServer } from "../transport/scripted-server"
import { merchantPem } from "./peer"

interface Vector {
  name: string
  envelope: { data: Record<string, unknown> & { settlement_data: Record<string, unknown>[] } }
}
const { vectors } = JSON.parse(
  readFileSync(path.join(__dirname, "../../vectors/ksher-account.json"), "utf8"),
) as { vectors: Vector[] }
const signed = vectors.find(({ name }) => name === "settlement_info")!.envelope
const changed = (changes: Record<string, unknown>) =>
  json({ ...signed, data: { ...signed.data, ...changes } })

let server: ScriptedServer
beforeAll(async () => (server = await ScriptedServer.start()))
afterEach(() => {
  server.reset()
})
afterAll(() => server.stop())

const own = () => ({ appid: "mch28811", privateKey: merchantPem, apiUrl: server.url, gatewayUrl: server.url })
const asked = { from: "2020-07-01", to: "2020-09-10" }
const settlements = () =>
  createKsherGateway({
    ...own(),
    channels: ["alipay"],
    notifyBaseUrl: "https://shop.example",
    returnUrl: "https://shop.example/back",
  }).gateway.settlements(asked)

it("names the account by mch_appid, and reads Ksher's signed example", async () => {
  server.will(json(signed))
  const request = { begin_date: asked.from, end_date: asked.to, pay_channel: "wechat" }
  const read = await new KsherClient(own()).getSettlementInfo(request)
  const [call] = server.calls
  expect(call!.path).toBe("/KsherPay/get_settlement_info")
  const sent = Object.fromEntries(new URLSearchParams(call!.body))
  expect(sent).toMatchObject({ ...request, mch_appid: "mch28811" })
  expect(Object.keys(sent)).not.toContain("appid")
  expect(read).toMatchObject({ kind: "succeeded", value: { begin_date: "2020-07-01" } })

  server.will(json(signed))
  expect(await settlements()).toMatchObject({
    kind: "succeeded",
    value: [
      { begin: "2020-08-18", end: "2020-08-18", channel: "wechat", amount: 10_780, fee: 0, vat: 0 },
      { amount: 2_940, settlesOn: "2020-08-20", transferred: 0, transferredOn: null },
      { amount: -2_939, fee: -57, vat: -4 },
    ],
  })
})

it("the lines are not signed, and a change of them is not noticed: nothing may rely on them", async () => {
  server.will(changed({ settlement_data: [] }))
  expect(await settlements()).toEqual({ kind: "succeeded", value: [] })
})

it.each(["begin_date", "end_date", "nonce_str", "another"])(
  "another %s is not signed by Ksher",
  async (name) => {
    server.will(changed({ [name]: "2020-07-02" }))
    expect(await settlements()).toMatchObject({ kind: "unknown", code: "bad_signature" })
  },
)

const [first] = signed.data.settlement_data
it.each([
  [{ settlement_amount: 1.5 }, "unreadable_answer"],
  [{ settlement_amount: "1e3" }, "unreadable_answer"],
  [{ settlement_amount: undefined }, "unreadable_answer"],
  [{ transfer_date: "tomorrow" }, "unreadable_answer"],
  [{ begin_date: "2020-13-01" }, "unreadable_answer"],
  [{ begin_date: "2020-08-19", end_date: "2020-08-18" }, "unreadable_answer"],
  [{ pay_channel: "a b" }, "unreadable_answer"],
  [{ begin_date: "2019-08-18", end_date: "2019-08-18" }, "answer_mismatch"],
])("a line with %p: none of the answer is taken", async (changes, code) => {
  server.will(changed({ settlement_data: [first, { ...first, ...changes }] }))
  expect(await settlements()).toMatchObject({ kind: "unknown", code })
})

it("the answer to another question is not taken", async () => {
  server.will(json(signed))
  const other = await new KsherClient(own()).getSettlementInfo({
    begin_date: "2020-07-01",
    end_date: "2020-07-31",
  })
  expect(other).toMatchObject({ kind: "unknown", code: "answer_mismatch" })
})
