import { readFileSync } from "node:fs"
import path from "node:path"
import { GneteClient, readGneteNotification } from "../../../src/services/gnete"
import { says, ScriptedServer } from "../transport/scripted-server"

interface Exchange {
  name: string
  call: string
  request: Record<string, unknown> | string
  status: number
  answer: string
}

/** What a running Jeepay answered, of which Gnete's gateway is a fork. Its credentials are made up. */
const run = JSON.parse(readFileSync(path.join(__dirname, "../../vectors/jeepay-run.json"), "utf8")) as {
  merchant: { mchNo: string; appId: string; appSecret: string }
  exchanges: Exchange[]
  notifications: { name: string; contentType: string; body: string }[]
}

/*
 * How a person reads each of the answers, in the order in which they were given. Written by hand:
 * - "system error" and words that nobody documents leave it open whether something was done;
 * - a refund in state 0 may have moved money, one in state 1 will, one in state 3 has not;
 * - a link that is empty is no link.
 */
const readings: readonly (readonly [name: string, reading: string])[] = [
  ["create, UP_OP", "opened with a link"],
  ["create, ALI_H5", "opened with a link"],
  ["create, WX_H5", "opened with a link"],
  ["create, ALI_QR", "opened with a code"],
  ["create, YSF_QR", "opened with a code"],
  ["create, WX_QR as image", "opened with a picture"],
  ["create without appId", "refused: invalid"],
  ["create without reqTime", "refused: invalid"],
  ["create without version", "refused: invalid"],
  ["create without mchOrderNo", "refused: invalid"],
  ["create without wayCode", "refused: invalid"],
  ["create without amount", "refused: invalid"],
  ["create without subject", "refused: invalid"],
  ["create without body", "refused: invalid"],
  ["create without sign", "refused: invalid"],
  ["create, subject of 65", "unknown"],
  ["create, body of 257", "unknown"],
  ["create, amount 0", "refused: invalid"],
  ["create, amount as text", "opened with a link"],
  ["create, amount 12.5", "refused: credentials"],
  ["create, amount abc", "unknown"],
  ["create, currency hkd", "opened with a link"],
  ["create, currency THB", "opened with a link"],
  ["create, unknown merchant", "refused: credentials"],
  ["create, app of another merchant", "refused: credentials"],
  ["create, app that is switched off", "refused: credentials"],
  ["create, signType md5", "opened with a link"],
  ["create, reqTime 1", "opened with a link"],
  ["create, notifyUrl ftp", "refused: invalid"],
  ["create, returnUrl ftp", "refused: invalid"],
  ["create, wayCode not of this app", "refused: not_supported"],
  ["create, mchOrderNo of 31", "opened with a link"],
  ["create, mchOrderNo of 65", "unknown"],
  ["create, expiredTime -5", "opened with a link"],
  ["create, extParam of 129", "unknown"],
  ["create, notifyUrl of 128", "opened with a link"],
  ["create, returnUrl of 129", "unknown"],
  ["create, an unknown field, signed", "refused: credentials"],
  ["create, an unknown field, not signed", "opened with a link"],
  ["create, sign in lower case", "opened with a link"],
  ["create, as a form", "opened with a link"],
  ["create, number used before", "refused: duplicate"],
  ["query after it, the channel confirms at once", "paid 12050 hkd"],
  ["create, the channel declines", "declined"],
  ["query after it, the channel declines", "failed 12050 hkd"],
  ["query after it, the channel is in an unknown state", "paying 12050 hkd"],
  ["create, the channel answers with an error of its own", "opened without a link"],
  ["query after it, the channel answers with an error of its own", "paying 12050 hkd"],
  ["query after it, the channel system error", "created 12050 hkd"],
  ["create, the channel throws", "unknown"],
  ["query after it, the channel throws", "created 12050 hkd"],
  ["query after it, the channel throws 'unknown'", "paying 12050 hkd"],
  ["create, the channel throws 'system error'", "unknown"],
  ["query after it, the channel throws 'system error'", "created 12050 hkd"],
  ["query after it, the channel says nothing", "created 12050 hkd"],
  ["create, the channel gives no link", "opened without a link"],
  ["query after it, the channel gives no link", "paying 12050 hkd"],
  ["query after it, the channel gives a form", "paying 12050 hkd"],
  ["query, body is not JSON", "refused: invalid"],
  ["query, body is empty", "refused: invalid"],
  ["query, body is a number", "refused: invalid"],
  ["query, body is null", "unknown"],
  ["query, open", "paying 12050 hkd"],
  ["query, absent", "refused: absent"],
  ["query, no number", "refused: invalid"],
  ["query, wrong sign", "refused: credentials"],
  ["close, open", "taken in"],
  ["query, closed", "closed 12050 hkd"],
  ["close, closed", "refused: already_closed"],
  ["refund, paid after close", "refused: wrong_state"],
  ["close, paid", "refused: already_closed"],
  ["close, absent", "refused: absent"],
  ["close, the channel waits", "unknown"],
  ["query after it, close, the channel waits", "paying 12050 hkd"],
  ["close, the channel is in an unknown state", "unknown"],
  ["close, the channel refuses", "unknown"],
  ["query after it, close, the channel refuses", "paying 12050 hkd"],
  ["close, the channel refuses without a word", "unknown"],
  ["close, the channel throws", "unknown"],
  ["query after it, close, the channel throws", "paying 12050 hkd"],
  ["close, the channel says nothing", "unknown"],
  ["close, the channel answers with an error of its own", "unknown"],
  ["query after it, close, the channel answers with an error of its own", "paying 12050 hkd"],
  ["close, the channel system error", "unknown"],
  ["no such call in Jeepay: pay/cancel", "unknown"],
  ["no such call in Jeepay: cancel/query", "unknown"],
  ["refund, part", "refunded 1000"],
  ["query, partly refunded", "paid 12050 hkd"],
  ["refund, number used before", "unknown"],
  ["refund, more than is left", "refused: exceeds_balance"],
  ["query, refunded whole", "refunded whole 12050 hkd"],
  ["refund, nothing left", "refused: wrong_state"],
  ["close, refunded", "refused: already_closed"],
  ["refund, absent", "refused: absent"],
  ["refund, no number", "refused: invalid"],
  ["refund, without mchRefundNo", "refused: invalid"],
  ["refund, without currency", "refused: invalid"],
  ["refund, without refundReason", "refused: invalid"],
  ["refund, amount 0", "refused: invalid"],
  ["refund, reason of 257", "unknown"],
  ["refund, notifyUrl ftp", "refused: invalid"],
  ["refund, currency THB", "refunded 1000"],
  ["refund, an unknown field, signed", "refused: credentials"],
  ["refund, the channel declines", "not refunded 1000"],
  ["refund query after it, the channel declines", "not refunded 1000"],
  ["refund again, new number, the channel declines", "refunded 1000"],
  ["refund, the channel waits", "being refunded 1000"],
  ["refund query after it, the channel waits", "being refunded 1000"],
  ["refund again, new number, the channel waits", "refused: in_progress"],
  ["refund, the channel is in an unknown state", "being refunded 1000"],
  ["refund query after it, the channel is in an unknown state", "being refunded 1000"],
  ["refund again, new number, the channel is in an unknown state", "refused: in_progress"],
  ["refund, the channel answers with an error of its own", "being refunded 1000"],
  ["refund query after it, the channel answers with an error of its own", "being refunded 1000"],
  ["refund again, new number, the channel answers with an error of its own", "refused: in_progress"],
  ["refund, the channel system error", "perhaps refunded 1000"],
  ["refund query after it, the channel system error", "perhaps refunded 1000"],
  ["refund again, new number, the channel system error", "refunded 1000"],
  ["refund, the channel throws 'system error'", "unknown"],
  ["refund query after it, the channel throws 'system error'", "perhaps refunded 1000"],
  ["refund again, new number, the channel throws 'system error'", "refunded 1000"],
  ["refund, the channel throws 'unknown'", "being refunded 1000"],
  ["refund query after it, the channel throws 'unknown'", "being refunded 1000"],
  ["refund again, new number, the channel throws 'unknown'", "refused: in_progress"],
  ["refund, the channel throws", "unknown"],
  ["refund query after it, the channel throws", "perhaps refunded 1000"],
  ["refund again, new number, the channel throws", "refunded 1000"],
  ["refund, the channel says nothing", "perhaps refunded 1000"],
  ["refund query after it, the channel says nothing", "perhaps refunded 1000"],
  ["refund again, new number, the channel says nothing", "refunded 1000"],
  ["refund query, absent", "refused: absent"],
  ["refund query, no number", "refused: invalid"],
]

/** The states, in words. */
const ofPayment = ["created", "paying", "paid", "failed", "cancelled", "refunded whole", "closed"]
const ofRefund = ["perhaps refunded", "being refunded", "refunded", "not refunded", "perhaps refunded"]
const kinds: Record<string, string> = { payurl: "a link", codeurl: "a code", codeimgurl: "a picture" }

interface Value {
  orderState?: number
  state?: number
  payDataType?: string
  payData?: string
  amount?: number
  currency?: string
  refundAmount?: number
}

function inWords(call: string, value: Value): string {
  if (call === "pay/close") return "taken in"
  if (call.startsWith("refund/")) return `${ofRefund[value.state ?? -1] ?? "?"} ${value.refundAmount ?? "?"}`
  if (call === "pay/query")
    return `${ofPayment[value.state ?? -1] ?? "?"} ${value.amount ?? "?"} ${value.currency ?? "?"}`
  if (value.orderState === 3) return "declined"
  if (value.orderState !== 0 && value.orderState !== 1) return `opened in state ${String(value.orderState)}`
  return value.payData === undefined
    ? "opened without a link"
    : `opened with ${kinds[value.payDataType?.toLowerCase() ?? ""] ?? "?"}`
}

/** Asks as the recorded request did, as far as the client lets anybody: what it adds or leaves out, it signs itself. */
function ask(client: GneteClient, { call, request }: Exchange) {
  const fields = (typeof request === "string" ? {} : request) as never
  const { payOrderId, mchOrderNo, mchRefundNo } = fields as Record<string, string | undefined>
  switch (call) {
    case "pay/unifiedOrder":
      return client.unifiedOrder({ subject: "", body: "", ...(fields as object) } as never)
    case "pay/query":
      return client.payQuery({ payOrderId, mchOrderNo })
    case "pay/close":
      return client.payClose({ payOrderId, mchOrderNo })
    case "pay/cancel":
      return client.payCancel({ payOrderId })
    case "cancel/query":
      return client.cancelQuery({ cancelOrderId: "C1" })
    case "refund/refundOrder":
      return client.refundOrder({ refundReason: "", ...(fields as object) } as never)
    default:
      return client.refundQuery({ mchRefundNo })
  }
}

describe("what a running Jeepay answered is read as a person reads it", () => {
  let server: ScriptedServer
  let client: GneteClient
  beforeAll(async () => {
    server = await ScriptedServer.start()
    client = new GneteClient({ ...run.merchant, baseUrl: server.url })
  })
  afterAll(() => server.stop())

  it("all of it", () => {
    expect(readings.map(([name]) => name)).toEqual(run.exchanges.map(({ name }) => name))
  })

  it.each(readings.map(([name, reading], at) => [name, reading, at] as const))(
    "%s: %s",
    async (_, reading, at) => {
      const exchange = run.exchanges[at] as Exchange
      server.will(says(exchange.answer, exchange.status, { "content-type": "application/json" }))
      const read = await ask(client, exchange)
      const words =
        read.kind === "succeeded"
          ? inWords(exchange.call, read.value)
          : read.kind === "refused"
            ? `refused: ${read.reason}`
            : read.kind
      expect(words).toBe(reading)
    },
  )
})

/** How a person reads the notifications. The one that an ampersand has cut is genuine, and cannot be told from a forged one. */
const heard: readonly (readonly [name: string, reading: string])[] = [
  ["payment", "verified: payment T1795744145695, state 2, 12050 hkd"],
  ["payment after close", "verified: payment T1795744145698, state 2, 12050 hkd"],
  ["refund", "verified: refund F1795744145710, state 2, 1000 hkd"],
  ["refund that failed", "verified: refund F1795744145743, state 3, 1000 hkd"],
  ["payment, text: Thai", "verified: payment T1795744145787, state 2, 12050 hkd"],
  ["payment, text: Chinese", "verified: payment T1795744145788, state 2, 12050 hkd"],
  ["payment, text: percent", "verified: payment T1795744145790, state 2, 12050 hkd"],
  ["payment, text: plus", "verified: payment T1795744145791, state 2, 12050 hkd"],
  ["payment, text: ampersand", "not verified: payment T1795744145793, state 2, 12050 hkd"],
  ["payment, text: braces", "verified: payment T1795744145794, state 2, 12050 hkd"],
]

describe("what it notified", () => {
  it("all of it", () => {
    expect(heard.map(([name]) => name)).toEqual(run.notifications.map(({ name }) => name))
  })

  it.each(heard.map(([name, reading], at) => [name, reading, at] as const))("%s: %s", (_, reading, at) => {
    const { body, contentType } = run.notifications[at] ?? { body: "", contentType: "" }
    const said = readGneteNotification(
      { body: Buffer.from(body), contentType, query: "" },
      run.merchant.appSecret,
    )
    if (!said.readable) throw new Error(said.reason)
    expect(said.account).toBe(`${run.merchant.mchNo}/${run.merchant.appId}`)
    const number = said.about === "payment" ? said.number : said.refundNumber
    expect(
      `${said.verified ? "verified" : "not verified"}: ${said.about} ${number ?? "?"}, state ${said.state}, ${said.amount?.minor ?? "?"} ${said.amount?.currency ?? "?"}`,
    ).toBe(reading)
  })
})
