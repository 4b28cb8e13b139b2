import { readFileSync } from "node:fs"
import path from "node:path"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { gneteSign, type Json } from "./support"

interface Exchange {
  name: string
  call: string
  request: Json | string
  status: number
  answer: string
  as?: "form"
}

/** What a running Jeepay answered, of which Gnete's gateway is a fork. Its credentials are made up. */
const run = JSON.parse(readFileSync(path.join(__dirname, "../../vectors/jeepay-run.json"), "utf8")) as {
  merchant: { mchNo: string; appId: string; appSecret: string }
  exchanges: Exchange[]
  notifications: { name: string; body: string }[]
}
const { mchNo, appId, appSecret } = run.merchant

let sandbox: Sandbox
let baseUrl: string
let count = 0

beforeEach(async () => {
  sandbox = await startSandbox({ notifications: "manual", quirks: { gnete: { like: "jeepay" } } })
  ;({ baseUrl } = await sandbox.addGneteMerchant({ mchNo, appId, appSecret }))
  await sandbox.addGneteMerchant({ mchNo: "M1700000002", appId: "60cc09bce4b0f1c0b83761d0", appSecret })
  await sandbox.addGneteMerchant({ mchNo, appId: "60cc09bce4b0f1c0b83761d1", appSecret, enabled: false })
})
afterEach(() => sandbox.stop())

const post = (call: string, body: string, type = "application/json") =>
  fetch(`${baseUrl}/api/${call}`, { method: "POST", headers: { "content-type": type }, body })

/** A request of the test's own, for the state before. */
async function ask(call: string, fields: Json): Promise<Json> {
  const whole = { mchNo, appId, reqTime: 1, version: "1.0", signType: "MD5", ...fields }
  const text = await (
    await post(call, JSON.stringify({ ...whole, sign: gneteSign(whole, appSecret) }))
  ).text()
  return text === "" ? {} : (JSON.parse(text) as Json)
}

type Answer = Omit<Parameters<Sandbox["nextChannel"]>[0], "call">

/** The state before a request: the `payOrderId` that it names is that of the order made here. */
type Before = (request: Json) => Promise<string>

const opened =
  (answer?: Answer): Before =>
  async ({ mchOrderNo = `S${++count}` }) => {
    if (answer) await sandbox.nextChannel({ call: "open", ...answer })
    await ask("pay/unifiedOrder", {
      mchOrderNo,
      wayCode: "UP_OP",
      amount: 12050,
      currency: "HKD",
      subject: "Tea",
      body: "Tea for two",
      notifyUrl: "http://127.0.0.1:9971/n",
    })
    return (await sandbox.book(String(mchOrderNo))).gatewayOrderNo
  }

const paid: Before = async () => {
  const payOrderId = await opened()({})
  await sandbox.pay(payOrderId)
  return payOrderId
}

const closed: Before = async () => {
  const payOrderId = await opened()({})
  await ask("pay/close", { payOrderId })
  return payOrderId
}

const paidAfterClose: Before = async (request) => {
  const payOrderId = await closed(request)
  await sandbox.pay(payOrderId, { force: true })
  return payOrderId
}

const refunding = (payOrderId: string, mchRefundNo: unknown, refundAmount: number) =>
  ask("refund/refundOrder", { payOrderId, mchRefundNo, refundAmount, currency: "HKD", refundReason: "cold" })

const refunded =
  (amount: number): Before =>
  async () => {
    const payOrderId = await paid({})
    await refunding(payOrderId, `R${++count}`, amount)
    return payOrderId
  }

/** The refund that the request asks about, or one before it under another number. */
const refundOf =
  (answer: Answer, which: "this" | "another"): Before =>
  async ({ mchRefundNo }) => {
    const payOrderId = await paid({})
    await sandbox.nextChannel({ call: "refund", ...answer })
    await refunding(payOrderId, which === "this" ? mchRefundNo : `R${++count}`, 1000)
    return payOrderId
  }

/** The channel's answer to the request itself. */
const saying =
  (call: "open" | "close" | "refund", answer: Answer, before: Before = async () => ""): Before =>
  async (request) => {
    const payOrderId = await before(request)
    await sandbox.nextChannel({ call, ...answer })
    return payOrderId
  }

const closedBy =
  (answer: Answer): Before =>
  async (request) => {
    const payOrderId = await opened()(request)
    await sandbox.nextChannel({ call: "close", ...answer })
    await ask("pay/close", { payOrderId })
    return payOrderId
  }

const declines: Answer = { says: "declines", code: "E1", message: "card declined" }
const refuses: Answer = { says: "declines", code: "NOT_ENOUGH", message: "balance" }
const apiError: Answer = { says: "api_error", code: "E2", message: "bad" }
const thrown = (says: "unknown" | "system_error", message = "x"): Answer => ({ says, thrown: true, message })

/** Set by hand from the name of each request. Of those that are not here, nothing was before. */
const before: Record<string, Before> = {
  "create, number used before": async (request) => {
    await opened()(request)
    return ""
  },
  "query after it, the channel confirms at once": opened({ says: "confirms" }),
  "create, the channel declines": saying("open", declines),
  "query after it, the channel declines": opened(declines),
  "query after it, the channel is in an unknown state": opened({ says: "unknown" }),
  "create, the channel answers with an error of its own": saying("open", apiError),
  "query after it, the channel answers with an error of its own": opened(apiError),
  "query after it, the channel system error": opened({ says: "system_error" }),
  "create, the channel throws": saying("open", { says: "exception" }),
  "query after it, the channel throws": opened({ says: "exception" }),
  "query after it, the channel throws 'unknown'": opened(thrown("unknown")),
  "create, the channel throws 'system error'": saying("open", thrown("system_error", "boom")),
  "query after it, the channel throws 'system error'": opened(thrown("system_error", "boom")),
  "query after it, the channel says nothing": opened({ says: "nothing" }),
  "create, the channel gives no link": saying("open", { says: "waits" }),
  "query after it, the channel gives no link": opened({ says: "waits" }),
  "query after it, the channel gives a form": opened(),
  "query, open": opened(),
  "close, open": opened(),
  "query, closed": closed,
  "close, closed": closed,
  "refund, paid after close": paidAfterClose,
  "close, paid": paid,
  "close, the channel waits": saying("close", { says: "waits" }, opened()),
  "query after it, close, the channel waits": closedBy({ says: "waits" }),
  "close, the channel is in an unknown state": saying("close", { says: "unknown" }, opened()),
  "close, the channel refuses": saying("close", { says: "declines", message: "cannot" }, opened()),
  "query after it, close, the channel refuses": closedBy({ says: "declines", message: "cannot" }),
  "close, the channel refuses without a word": saying("close", { says: "declines" }, opened()),
  "close, the channel throws": saying("close", { says: "exception" }, opened()),
  "query after it, close, the channel throws": closedBy({ says: "exception" }),
  "close, the channel says nothing": saying("close", { says: "nothing" }, opened()),
  "close, the channel answers with an error of its own": saying(
    "close",
    { says: "api_error", message: "api" },
    opened(),
  ),
  "query after it, close, the channel answers with an error of its own": closedBy({
    says: "api_error",
    message: "api",
  }),
  "close, the channel system error": saying("close", { says: "system_error", message: "sys" }, opened()),
  "refund, part": paid,
  "query, partly refunded": refunded(1000),
  "refund, number used before": refundOf({ says: "confirms" }, "this"),
  "refund, more than is left": refunded(1000),
  "query, refunded whole": refunded(12050),
  "refund, nothing left": refunded(12050),
  "close, refunded": refunded(12050),
  "refund, without mchRefundNo": paid,
  "refund, without currency": paid,
  "refund, without refundReason": paid,
  "refund, amount 0": paid,
  "refund, reason of 257": paid,
  "refund, notifyUrl ftp": paid,
  "refund, currency THB": paid,
  "refund, an unknown field, signed": paid,
}

/** Every answer of a channel to a refund: what is asked then, its query, and another refund under a new number. */
const ofRefund: Record<string, Answer> = {
  "the channel declines": refuses,
  "the channel waits": { says: "waits" },
  "the channel is in an unknown state": { says: "unknown" },
  "the channel answers with an error of its own": { says: "api_error" },
  "the channel system error": { says: "system_error", message: "x" },
  "the channel throws 'system error'": thrown("system_error"),
  "the channel throws 'unknown'": thrown("unknown"),
  "the channel throws": { says: "exception" },
  "the channel says nothing": { says: "nothing" },
}
for (const [what, answer] of Object.entries(ofRefund)) {
  before[`refund, ${what}`] = saying("refund", answer, paid)
  before[`refund query after it, ${what}`] = refundOf(answer, "this")
  before[`refund again, new number, ${what}`] = refundOf(answer, "another")
}

/** The request as it was sent, about the order made here. What was signed right is signed right again. */
function asSent(request: Json, payOrderId: string): Json {
  const { sign, ...fields } = request
  if (payOrderId === "" || fields.payOrderId === undefined) return request
  const mine = { ...fields, payOrderId }
  return sign === gneteSign(fields, appSecret)
    ? { ...mine, sign: gneteSign(mine, appSecret) }
    : { ...mine, sign }
}

/** Numbers, times and links; and the name of the channel, which was one for tests. */
const varying = new Set([
  "payOrderId",
  "mchOrderNo",
  "refundOrderId",
  "channelOrderNo",
  "createdAt",
  "successTime",
  "timestamp",
  "ifCode",
])

function alike(text: string): unknown {
  if (text === "") return ""
  const { sign, data, msg, ...rest } = JSON.parse(text) as Json & { data?: Json; msg?: string }
  const plain = Object.entries(data ?? {}).map(([name, value]) => [
    name,
    varying.has(name) ? "…" : name === "payData" && value !== "" ? "a link" : value,
  ])
  const frame = Object.entries(rest).map(([name, value]) => [name, varying.has(name) ? "…" : value])
  const java = rest.code === 10 || rest.code === 11
  return {
    ...Object.fromEntries(frame),
    ...(data && { data: Object.fromEntries(plain) as Json }),
    ...(msg !== undefined && { msg: java ? msg.split("[")[0] : msg }),
    signed: data === undefined ? sign : sign === gneteSign(data, appSecret),
  }
}

it("every state before is of a request that was made", () => {
  const names = run.exchanges.map(({ name }) => name)
  expect(Object.keys(before).filter((name) => !names.includes(name))).toEqual([])
})

it.each(run.exchanges.map((exchange) => [exchange.name, exchange] as const))(
  "answers as Jeepay did: %s",
  async (name, { call, request, status, answer, as }) => {
    const payOrderId = typeof request === "string" ? "" : await (before[name]?.(request) ?? "")
    const body = typeof request === "string" ? request : asSent(request, payOrderId)
    const response =
      typeof body === "string"
        ? await post(call, body)
        : as === "form"
          ? await post(
              call,
              new URLSearchParams(
                Object.entries(body).map(([field, value]) => [field, String(value)]),
              ).toString(),
              "application/x-www-form-urlencoded",
            )
          : await post(call, JSON.stringify(body))
    expect([response.status, alike(await response.text())]).toEqual([status, alike(answer)])
  },
)

describe("notifies as Jeepay did", () => {
  const fieldsOf = (body: string): Json => Object.fromEntries(new URLSearchParams(body))
  const sent = async (payOrderId: string, kind: "payment" | "refund") =>
    fieldsOf((await sandbox.resendNotification(payOrderId, kind)).body)
  const recorded = (name: string) => fieldsOf(run.notifications.find((one) => one.name === name)?.body ?? "")
  const names = (fields: Json) => Object.keys(fields).sort()

  it("of a payment", async () => {
    expect(names(await sent(await paid({}), "payment"))).toEqual(names(recorded("payment")))
  })

  it("of a payment after its close: neither the channel's number nor the time", async () => {
    const fields = await sent(await paidAfterClose({}), "payment")
    expect(names(fields)).toEqual(names(recorded("payment after close")))
    expect(fields.state).toBe("2")
  })

  it.each([
    ["refund", { says: "confirms" }],
    ["refund that failed", refuses],
  ] as const)("of a %s", async (name, answer) => {
    const payOrderId = await paid({})
    await sandbox.nextChannel({ call: "refund", ...answer })
    const notifyUrl = "http://127.0.0.1:9971/n"
    const asked = { mchRefundNo: "F1", refundAmount: 1000, currency: "HKD", refundReason: "cold" }
    await ask("refund/refundOrder", { payOrderId, notifyUrl, ...asked })
    const fields = await sent(payOrderId, "refund")
    expect(names(fields)).toEqual(names(recorded(name)))
    expect(fields.state).toBe(recorded(name).state)
  })
})
