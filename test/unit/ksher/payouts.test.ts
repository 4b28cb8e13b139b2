import { readFileSync } from "node:fs"
import path from "node:path"

import { createKsherGateway, KsherClient } from "../../../src/services/ksher"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { HeldCalls } from "../../support/held-calls"
import { HandClock } from "../sandbox/support"
import { json, ScriptedServer } from "../transport/scripted-server"
import { answer, code, fail, ksherPem, merchantPem, notSure, signData, thb } from "./peer"

interface Vector {
  name: string
  envelope: { data: Record<string, unknown> }
}
const { vectors } = JSON.parse(
  readFileSync(path.join(__dirname, "../../vectors/ksher-account.json"), "utf8"),
) as { vectors: Vector[] }
const example = vectors.find(({ name }) => name === "payout")!.envelope

const receiver = { type: "mobile", number: "0812345678" } as const
const noon = Date.parse("2026-11-28T12:00:00+07:00")

describe("by what Ksher publishes", () => {
  let server: ScriptedServer
  beforeAll(async () => (server = await ScriptedServer.start()))
  afterEach(() => {
    server.reset()
  })
  afterAll(() => server.stop())

  const own = (appid = "mch29989", publicKeys?: string[]) => ({
    ...{ appid, privateKey: merchantPem, apiUrl: server.url, gatewayUrl: server.url },
    ...(publicKeys && { publicKeys }),
  })
  const options = {
    channels: ["promptpay"],
    notifyBaseUrl: "https://shop.example",
    returnUrl: "https://shop.example/back",
  }
  const payoutsAt = (now: number) =>
    createKsherGateway({ ...own("mch1", [ksherPem]), ...options }, { now: () => new Date(now) }).gateway
      .shopperPayouts
  const request = {
    ...{ mch_order_no: "20210110121104", total_fee: 100, fee_type: "THB" },
    ...({ receiver_type: "PROMPTPAY_MSISDN", receiver_no: "0812345678" } as const),
  }
  const order = { number: "N1", amount: thb(100), receiver }
  const paid = {
    appid: "mch1",
    mch_order_no: "N1",
    total_fee: 100,
    mdr: 260,
    ksher_order_no: "K1",
    nonce_str: "n",
    result: "SUCCESS",
  }

  it("Ksher's signed example is read, without the name of who received it", async () => {
    server.will(json(example))
    const read = await new KsherClient(own()).payout(request)
    expect(read).toEqual({
      kind: "succeeded",
      value: {
        ...{ appid: "mch29989", mch_order_no: "20210110121104", ksher_order_no: "80020220112175206651966" },
        ...{ total_fee: 100, mdr: 260 },
      },
    })
    const [call] = server.calls
    expect(call!.path).toBe("/KsherPay/payout")
    const sent = Object.fromEntries(new URLSearchParams(call!.body))
    expect(sent).toMatchObject({ ...request, total_fee: "100", channel: "payout", appid: "mch29989" })
    expect(Object.keys(sent)).not.toContain("operator_id")
  })

  it.each(["total_fee", "mch_order_no", "appid", "mdr", "receiver_name", "result"])(
    "with another %s it is not signed by Ksher, and says nothing",
    async (name) => {
      server.will(json({ ...example, data: { ...example.data, [name]: "SUCCESS2" } }))
      expect(await new KsherClient(own()).payout(request)).toMatchObject({
        kind: "unknown",
        code: "bad_signature",
      })
    },
  )

  it.each([{ total_fee: 101 }, { mch_order_no: "another" }])(
    "an answer about something else than %p says nothing",
    async (changes) => {
      server.will(json(example))
      const read = await new KsherClient(own()).payout({ ...request, ...changes })
      expect(read).toMatchObject({ kind: "unknown", code: "answer_mismatch" })
    },
  )

  it.each([
    [
      { type: "mobile", number: "0812345678" } as const,
      { receiver_type: "PROMPTPAY_MSISDN", receiver_no: "0812345678" },
    ],
    [
      { type: "national_id", number: "1101700230678" } as const,
      { receiver_type: "PROMPTPAY_NATID", receiver_no: "1101700230678" },
    ],
    [
      { type: "bank", bank: "004", number: "1234567890" } as const,
      { receiver_type: "BANK", receiver_no: "1234567890", receiver_bank_code: "004" },
    ],
  ])("%p is sent as %p", async (to, fields) => {
    server.will(answer(paid))
    expect(await payoutsAt(noon).send({ ...order, receiver: to })).toEqual({
      kind: "succeeded",
      value: { gatewayNo: "K1", fee: 260 },
    })
    const sent = Object.fromEntries(new URLSearchParams(server.calls[0]!.body))
    expect(sent).toMatchObject({ ...fields, total_fee: "100", fee_type: "THB", mch_order_no: "N1" })
    expect("receiver_bank_code" in sent).toBe(to.type === "bank")
  })

  it.each([
    ["a failure that no page documents", fail("KSHER_ANYTHING"), { kind: "unknown", answered: true }],
    ["a failure without a code", fail(), { kind: "unknown", answered: true }],
    ["a system error", fail("KSHER_SYSTEMERROR"), { kind: "unknown", code: "KSHER_SYSTEMERROR" }],
    ["not sure", notSure, { kind: "unknown", code: "NOTSURE" }],
    ["a success without its amount", answer({ ...paid, total_fee: "" }), { kind: "unknown" }],
    ["another result", answer({ ...paid, result: "CLOSED" }), { kind: "unknown", code: "CLOSED" }],
  ])("%s never counts as refused", async (_, reply, expected) => {
    server.will(reply)
    const outcome = await payoutsAt(noon).send(order)
    expect(outcome).toMatchObject(expected)
    if (!("answered" in expected)) expect(outcome).not.toHaveProperty("answered")
  })

  it.each([
    ["of its own", code(1)],
    ["of its own, beside data that Ksher has not signed", code(-1, { result: "FAIL", err_code: "KSHER_X" })],
  ])(
    "an envelope with a code %s is no failure that Ksher has signed: it may have been paid",
    async (_, reply) => {
      const client = new KsherClient(own("mch1", [ksherPem]))
      const refund = {
        mch_order_no: "N1",
        mch_refund_no: "R1",
        total_fee: 100,
        refund_fee: 100,
        fee_type: "THB",
      }
      for (const ask of [
        () => client.payout(request),
        () => client.orderQueryPayout({ mch_order_no: "N1" }),
      ]) {
        server.will(reply)
        const outcome = await ask()
        expect(outcome.kind).toBe("unknown")
        expect(outcome).not.toHaveProperty("answered")
      }
      // A refund that was done all the same shows in the order, and one that was not has to end.
      server.will(reply)
      expect(await client.orderRefund(refund)).toMatchObject({ kind: "unknown", answered: true })
    },
  )

  it("a code of its own beside a failure that Ksher has signed is one", async () => {
    const data = { result: "FAIL", err_code: "KSHER_X", nonce_str: "n" }
    server.will(json({ code: 1, msg: "", data, sign: signData(data) }))
    expect(await payoutsAt(noon).send(order)).toMatchObject({ kind: "unknown", answered: true })
  })

  it.each([
    "promptpay",
    "promptpay2",
    "bbl_promptpay",
    "scb_easy",
    "bbl_deeplink",
    "bbl_ibs",
    "baybank_deeplink",
    "kplus",
  ])("%s came from an account, and can be paid out to one", (channel) => {
    const { gateway } = createKsherGateway({ ...own("mch1"), ...options })
    expect(gateway.channelFacts(channel)).toMatchObject({ refund: false, paysOut: true })
  })

  it.each(["card", "scb_instal", "ktc_instal", "ktccard", "alipay", "truemoney", "one_of_a_later_page"])(
    "%s is never paid out",
    (channel) => {
      const { gateway } = createKsherGateway({ ...own("mch1"), ...options })
      expect(gateway.channelFacts(channel).paysOut).toBe(false)
    },
  )

  it("nothing is sent above Ksher's maximum, in other money, or without a number", async () => {
    for (const changes of [
      { amount: thb(200_000_001) },
      { amount: thb(0) },
      { amount: thb(1.5) },
      { amount: { minor: 100, currency: "myr" } },
      { number: "" },
      { receiver: { type: "mobile", number: "021234567" } as const },
      { number: "n".repeat(33) },
    ])
      expect(await payoutsAt(noon).send({ ...order, ...changes })).toMatchObject({
        kind: "refused",
        reason: "invalid",
      })
    expect(server.calls).toEqual([])
  })

  const found = {
    ...paid,
    channel: "payout",
    fee_type: "THB",
    raw_total_fee: 100,
    time_end: "2026-11-28 12:00:01",
  }
  it.each([
    ["the amount", {}, 100],
    ["the amount, the fee being part of total_fee", { total_fee: 360 }, 100],
  ])("a query believes %s", async (_, changes, minor) => {
    server.will(answer({ ...found, ...changes }))
    expect(await payoutsAt(noon).query({ number: "N1", amount: thb(minor) })).toEqual({
      kind: "succeeded",
      value: { gatewayNo: "K1", fee: 260, at: new Date("2026-11-28T12:00:01+07:00") },
    })
    expect(Object.fromEntries(new URLSearchParams(server.calls[0]!.body))).toMatchObject({
      mch_order_no: "N1",
      channel: "payout",
    })
  })

  it.each([
    [
      "another amount",
      answer({ ...found, total_fee: 101, raw_total_fee: 101 }),
      { kind: "unknown", code: "answer_mismatch" },
    ],
    ["another currency", answer({ ...found, fee_type: "MYR" }), { kind: "unknown", code: "answer_mismatch" }],
    [
      "a payment of that number",
      answer({ ...found, channel: "promptpay" }),
      { kind: "unknown", code: "answer_mismatch" },
    ],
    [
      "another number",
      answer({ ...found, mch_order_no: "N2" }),
      { kind: "unknown", code: "answer_mismatch" },
    ],
    ["another account", answer({ ...found, appid: "mch2" }), { kind: "unknown", code: "answer_mismatch" }],
    [
      "a state that no page documents",
      answer({ ...found, result: "PAYERROR" }),
      { kind: "unknown", code: "PAYERROR" },
    ],
    ["another failure", fail("KSHER_ANYTHING"), { kind: "unknown" }],
    ["nothing of that number", fail("KSHER_INVALID_ORDER_NO"), { kind: "refused", reason: "absent" }],
  ])("of %s it says no more than it knows", async (_, reply, expected) => {
    server.will(reply)
    expect(await payoutsAt(noon).query({ number: "N1", amount: thb(100) })).toMatchObject(expected)
  })

  it("a balance below zero is one, and a balance of another account is none", async () => {
    const balance = { appid: "mch1", balance: -5, nonce_str: "n", result: "SUCCESS" }
    server.will(answer(balance))
    expect(await payoutsAt(noon).balance()).toEqual({ kind: "succeeded", value: -5 })
    server.will(answer({ ...balance, appid: "mch2" }))
    expect(await payoutsAt(noon).balance()).toMatchObject({ kind: "unknown", code: "answer_mismatch" })
    server.will(fail("KSHER_ANYTHING"))
    expect(await payoutsAt(noon).balance()).toMatchObject({ kind: "unknown" })
  })
})

describe("at the simulated Ksher", () => {
  const clock = new HandClock(noon)
  let sandbox: Sandbox
  const { timer, onHeld } = new HeldCalls()
  beforeAll(async () => (sandbox = await startSandbox({ clock, seed: 3, onHeld })))
  afterAll(() => sandbox.stop())

  const open = async (payoutBalance: number | null = 100_000) => {
    const account = await sandbox.addKsherMerchant({ payoutBalance })
    const { gateway } = createKsherGateway(
      {
        ...account,
        channels: ["promptpay"],
        notifyBaseUrl: "https://shop.example",
        returnUrl: "https://shop.example/back",
      },
      { now: () => new Date(clock.now()), timer },
    )
    const order = { number: `N${account.appid}`, amount: thb(20_000), receiver }
    return {
      payouts: gateway.shopperPayouts,
      order,
      made: async () => (await sandbox.payouts()).filter((one) => one.appid === account.appid),
    }
  }

  it("a payout leaves the balance with its fee, and is known by its number", async () => {
    const { payouts, order, made } = await open()
    expect(await payouts.query(order)).toMatchObject({ kind: "refused", reason: "absent" })
    expect(await payouts.send(order)).toMatchObject({ kind: "succeeded", value: { fee: 260 } })
    expect(await payouts.balance()).toEqual({ kind: "succeeded", value: 79_740 })
    expect(await payouts.query(order)).toMatchObject({ kind: "succeeded", value: { fee: 260 } })
    await sandbox.setQuirks({ ksher: { payoutTotalFee: "with_fee" } })
    expect(await payouts.query(order)).toMatchObject({ kind: "succeeded", value: { fee: 260 } })
    await sandbox.setQuirks({ ksher: { payoutTotalFee: "amount" } })
    expect(await made()).toMatchObject([{ amount: 20_000, receiverNo: "0812345678", state: "success" }])
  })

  it.each(["timeout", "reset", "http500", "empty", "garbage", "bad_signature", "notsure"] as const)(
    "%s after it was made: asked, it is found, and it was made once",
    async (kind) => {
      const { payouts, order, made } = await open()
      await sandbox.fault({ gateway: "ksher", call: "payout", kind, when: "after" })
      expect(await payouts.send(order)).toMatchObject({ kind: "unknown" })
      expect(await payouts.query(order)).toMatchObject({ kind: "succeeded" })
      expect(await made()).toHaveLength(1)
    },
  )

  it("under way, nothing sure is said of it until it has ended", async () => {
    const { payouts, order } = await open()
    await sandbox.nextPayout({ outcome: "in_progress" })
    expect(await payouts.send(order)).toMatchObject({ kind: "unknown", code: "NOTSURE" })
    for (const pendingPayoutQueriesAs of ["NOTSURE", "PENDING"] as const) {
      await sandbox.setQuirks({ ksher: { pendingPayoutQueriesAs } })
      expect(await payouts.query(order)).toMatchObject({ kind: "unknown", code: pendingPayoutQueriesAs })
    }
    await sandbox.settlePayout(order.number, "success")
    expect(await payouts.query(order)).toMatchObject({ kind: "succeeded" })
    await sandbox.setQuirks({ ksher: { pendingPayoutQueriesAs: "NOTSURE" } })
  })

  it.each([
    ["fail", "KSHER_RECEIVER_INVALID"],
    ["insufficient_balance", "KSHER_BALANCE_NOT_ENOUGH"],
  ] as const)("%s: answered, and unknown by its number", async (outcome, code) => {
    const { payouts, order, made } = await open()
    await sandbox.nextPayout({ outcome })
    expect(await payouts.send(order)).toMatchObject({ kind: "unknown", code, answered: true })
    expect(await payouts.query(order)).toMatchObject({ kind: "refused", reason: "absent" })
    expect(await made()).toEqual([])
  })

  it("a number that was used is refused, answered as before, or paid again: nobody knows", async () => {
    const times = { refused: 1, same_success: 1, paid_again: 2 } as const
    for (const repeatedPayout of ["refused", "same_success", "paid_again"] as const) {
      const { payouts, order, made } = await open()
      await sandbox.setQuirks({ ksher: { repeatedPayout } })
      await payouts.send(order)
      const again = await payouts.send(order)
      expect(again.kind).toBe(repeatedPayout === "refused" ? "unknown" : "succeeded")
      expect(await made()).toHaveLength(times[repeatedPayout])
    }
    await sandbox.setQuirks({ ksher: { repeatedPayout: "refused" } })
  })

  it("in the closed hours Ksher takes none", async () => {
    const { payouts, order, made } = await open()
    clock.set(noon + 14.5 * 3_600_000)
    expect(await payouts.send(order)).toMatchObject({ kind: "unknown", answered: true })
    expect(await made()).toEqual([])
    clock.set(noon + 15 * 3_600_000)
    expect(await payouts.send(order)).toMatchObject({ kind: "succeeded" })
  })

  it("an account without the contract can do none of it", async () => {
    const { payouts, order } = await open(null)
    for (const outcome of [await payouts.balance(), await payouts.send(order), await payouts.query(order)])
      expect(outcome).toMatchObject({ kind: "unknown", code: "KSHER_CHANNEL_NOT_SUPPORTED" })
  })
})
