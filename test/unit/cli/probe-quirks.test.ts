import type { QuirkChanges } from "../../../src/sandbox"
import type { GneteQuirks, KsherQuirks } from "../../../src/sandbox/quirks"
import { aroundEach, expectAllReturned, expectTruth, probe, sandbox } from "./probing"

aroundEach()

describe("each answer of a gateway that its pages leave open is found out", () => {
  it.each<[QuirkChanges, Record<string, string>]>([
    [{ ksher: { repeatedRefund: "same_success" } }, { refund_number_twice: "same_refund" }],
    [{ ksher: { repeatedRefund: "error" } }, { refund_number_twice: "failure:KSHER_REFUND_NO_USED" }],
    [{ ksher: { partialRefundQueriesAs: "REFUND" } }, { state_after_part: "refunded" }],
    [{ ksher: { partialRefundQueriesAs: "SUCCESS" } }, { state_after_part: "paid" }],
    [{ ksher: { unknownRefund: "fail" } }, { list_before_refund: "not_supported:KSHER_REFUND_NOT_FOUND" }],
    [{ ksher: { unknownRefund: "empty_list" } }, { list_before_refund: "empty_list" }],
    [{ ksher: { repeatedOrderNo: "refused" } }, { unpaid_number_again: "failure:-7" }],
    [{ ksher: { repeatedOrderNo: "same_link" } }, { unpaid_number_again: "succeeded" }],
    [{ ksher: { wrongCaller: "code" } }, { wrong_key: "failure:-2" }],
    [{ ksher: { wrongCaller: "fail" } }, { wrong_key: "failure:KSHER_INVALID_MERCHANT" }],
    [{ ksher: { refundQueryLists: "all" } }, { list_without_number: "all" }],
    [{ ksher: { refundQueryLists: "asked" } }, { list_without_number: "all" }],
    [{ gnete: { stateAfterOpen: 0 } }, { state_unpaid: "0" }],
    [{ gnete: { stateAfterOpen: 1 } }, { state_unpaid: "1" }],
    [{ gnete: { refundBeforeSettlement: true } }, { refund_before_settlement: "taken" }],
    [{ gnete: { refundBeforeSettlement: false } }, { refund_before_settlement: "refused:9999" }],
    [{ gnete: { stateAfterCancel: 4 } }, { state_after_cancel: "reversed" }],
    [{ gnete: { stateAfterCancel: 2 } }, { state_after_cancel: "paid" }],
  ])("%j: %j", async (quirks, expected) => {
    await sandbox.setQuirks(quirks)
    const gateway = quirks.ksher ? "ksher" : "gnete"
    const { values, report } = await probe(gateway, { args: ["--yes", "--cancel"] })
    expect(values).toMatchObject(expected)
    expect(report.result).toBe("complete")
    await expectAllReturned()
  })
})

const ksherQuirks: { [Q in keyof KsherQuirks]: readonly KsherQuirks[Q][] } = {
  repeatedRefund: ["same_success", "error"],
  overRefund: ["refused", "paid"],
  partialRefundQueriesAs: ["REFUND", "SUCCESS"],
  webhookKey: ["V1", "V2"],
  closeReachesGatewayOrder: [false, true],
  jpyMinorUnits: [0, 2],
  repeatedOrderNo: ["refused", "same_link"],
  defaultExpireMinutes: [120, null],
  nativeExpireMinutes: [120, null],
  gatewayQueryNotFound: ["fail", "fail_of_16_keys", "code"],
  inProgressQueriesAs: ["USERPAYING", "PENDING", "NOTSURE"],
  unpaidNativeQueriesAs: ["NOTSURE", "NOTPAY", "USERPAYING", "PENDING"],
  lapsedNativeQueriesAs: ["CLOSED", "PENDING"],
  nativeExpireTime: ["ignored", "minutes", "seconds"],
  unpaidOrderQuery: ["full", "short"],
  refundQueryLists: ["all", "asked"],
  unknownRefund: ["fail", "empty_list"],
  pendingRefundState: ["REFUNDPROCESSING", "REFUNDFAIL"],
  refundSettlesAfterMs: [60_000, null],
  repeatedClose: ["success", "error"],
  closeWithoutChannel: ["refused", "taken"],
  lateWebhook: ["none", "sent"],
  invalidRequestCode: [-7, 1],
  strictProductName: [false, true],
  emptyPageFields: ["taken", "refused"],
  channelListMax: [null, 128],
  channelBelowMinimum: ["hidden", "refused"],
  promptPayNamed: ["promptpay", "promptpay2"],
  promptPayCode: [
    "right",
    "wrong_amount",
    "wrong_currency",
    "wrong_reference",
    "wrong_checksum",
    "other_layout",
  ],
  disagreeingNumbers: ["ksher_no_wins", "refused"],
  sha1Requests: [true, false],
  wrongCaller: ["code", "fail"],
  productNameMax: [50, 500],
  langInEnvelope: [false, true],
  settlementRangeDays: [31, null],
  transferOfWaiting: ["last", "each"],
  settlementAnswers: ["right", "no_lines"],
  repeatedPayout: ["refused", "paid_again"],
  pendingPayoutQueriesAs: ["NOTSURE", "absent"],
  payoutTotalFee: ["amount", "with_fee"],
}
const gneteQuirks: { [Q in keyof GneteQuirks]: readonly GneteQuirks[Q][] } = {
  like: ["pages", "jeepay"],
  stateAfterOpen: [1, 0],
  cancelAfterPartialRefund: [false, true],
  repeatedCancel: ["error", "same"],
  reversals: ["taken", "http404_json", "http404", "http405", "http501"],
  failedCancelNotifies: [false, true],
  stateAfterCancel: [4, 2],
  sameDayCutoff: [null, "00:00"],
  notifyEncoding: ["body", "query"],
  payDataTypeCase: ["payurl", "payUrl"],
  emptyClose: [false, true],
  closeInProgress: ["closed", "refused"],
  extraAnswerFields: [false, true],
  refundBeforeSettlement: [true, false],
  paidAfterClose: ["stays_6", "becomes_2"],
  createdRefundAnswers: ["state_0", "error"],
  consoleNotifies: [false, true],
  plusLost: [false, true],
  enforceLengths: [true, false],
  urlMax: [128, 256],
}
const valuesOf = (quirks: object): [string, unknown][] =>
  Object.entries(quirks).flatMap(([name, values]) =>
    (values as unknown[]).map((value): [string, unknown] => [name, value]),
  )

describe("whatever a gateway does where its pages are silent, the money comes back", () => {
  it.each(valuesOf(ksherQuirks))("Ksher, %s %j", async (name, value) => {
    await sandbox.setQuirks({ ksher: { [name]: value } })
    for (const more of [{}, { mode: "qr", channels: ["wechat"] }]) {
      const done = await probe("ksher", { more })
      await expectTruth(done)
      expect(done.report.result).not.toBe("held")
    }
  })

  it.each(valuesOf(gneteQuirks))("Gnete, %s %j", async (name, value) => {
    await sandbox.setQuirks({ gnete: { [name]: value } })
    for (const args of [["--yes"], ["--yes", "--cancel"]]) {
      const done = await probe("gnete", { args })
      await expectTruth(done)
      // Nothing goes back on the day of the payment: the next day, the same command returns it.
      if (done.report.result === "held") {
        expect([name, value, args.length]).toEqual(["refundBeforeSettlement", false, 1])
        await sandbox.setQuirks({ gnete: { refundBeforeSettlement: true } })
        expect((await probe("gnete", { directory: done.directory })).report.result).not.toBe("held")
      }
      await expectAllReturned()
    }
  })
})
