import { z } from "zod"

/** What Ksher's pages leave open. Each default is the likeliest answer; a client has to live with the others too. */
export interface KsherQuirks {
  /** Repeating a `mch_refund_no` that succeeded: the same success again (default), or FAIL. */
  repeatedRefund: "same_success" | "error"
  /** A refund of more than is left: refused (default), or paid all the same. The pages promise nothing. */
  overRefund: "refused" | "paid"
  /** What queries say of a partly refunded order. Default REFUND: Ksher's own demo says "refunded" covers both. */
  partialRefundQueriesAs: "REFUND" | "SUCCESS"
  /** Which key signs webhooks. Default V1; the V2 commit of the SDK speaks of answers only. */
  webhookKey: "V1" | "V2"
  /** Whether `order_close` by `pay_mch_order_no` kills the QR that a closed link left behind. Default false. */
  closeReachesGatewayOrder: boolean
  /** Decimals of JPY in `total_fee`: 0 (default): ¥100 is `100`; 2: it is `10000`, and odd sums are refused. */
  jpyMinorUnits: 0 | 2
  /** `gateway_pay` with a number that exists unpaid: refused (default), or the same link again. */
  repeatedOrderNo: "refused" | "same_link"
  /** Minutes after which a link without `expire_time` closes; null: never. Default 120, as long as Ksher polls. */
  defaultExpireMinutes: number | null
  /** Minutes after which a native QR closes; null: never. Default 120. */
  nativeExpireMinutes: number | null
  /** `gateway_order_query` of an unknown number: signed FAIL (default), FAIL among the usual 16 keys, or code -3. */
  gatewayQueryNotFound: "fail" | "fail_of_16_keys" | "code"
  /** What queries say while a card payment waits for its OTP. Default USERPAYING. */
  inProgressQueriesAs: "USERPAYING" | "PENDING" | "NOTSURE"
  /** What `order_query` says of an unpaid QR. Default NOTSURE, as the gateway says of links. */
  unpaidNativeQueriesAs: "NOTSURE" | "NOTPAY" | "USERPAYING" | "PENDING"
  /** What it says of one whose time is over: CLOSED (default), or PENDING for good, which has been seen. */
  lapsedNativeQueriesAs: "CLOSED" | "PENDING"
  /**
   * How a QR takes `expire_time` (PromptPay) and `tmn_expire_time` (TrueMoney), which no page shows: not at all (default), in minutes, or
   * in seconds.
   */
  nativeExpireTime: "ignored" | "minutes" | "seconds"
  /** Shape of that answer: all keys (default), or the short one of `quick_pay` with `err_code`. */
  unpaidOrderQuery: "full" | "short"
  /** `refund_query` lists every refund of the order (default, as in the one real message), or the one asked for. */
  refundQueryLists: "all" | "asked"
  /** `refund_query` with nothing to list: FAIL (default), or SUCCESS with an empty list. */
  unknownRefund: "fail" | "empty_list"
  /** `refund_state` of a refund under way. Only REFUNDSUCCESS has been seen. Default REFUNDPROCESSING. */
  pendingRefundState: string
  /** Milliseconds after which a NOTSURE refund succeeds by itself; null: only by settleRefund(). Default 60000. */
  refundSettlesAfterMs: number | null
  /** `order_close` of a closed order: SUCCESS (default), or FAIL. */
  repeatedClose: "success" | "error"
  /** `order_close` that names no channel: refused (default, as its table says), or taken, since Ksher's Go SDK cannot send one. */
  closeWithoutChannel: "refused" | "taken"
  /** A payment later than two hours after creation: no webhook (default, as documented), or one all the same. */
  lateWebhook: "none" | "sent"
  /** `code` for a malformed `gateway_pay` request; only 1 (already paid) is known. Default -7. */
  invalidRequestCode: number
  /** Refuse `+&/$%` and non-English letters in product names, which Ksher asks to avoid. Default false: its own SDKs send Thai. */
  strictProductName: boolean
  /** Empty code, name and addresses in `gateway_pay`: taken (default), as Ksher's own examples send them, or refused. */
  emptyPageFields: "taken" | "refused"
  /** Longest `channel_list`. Its table says 128, Ksher's own examples have up to 201. Default null: no limit. */
  channelListMax: number | null
  /** A channel in it whose minimum is above the amount: hidden from the payer (default), or the whole order refused. */
  channelBelowMinimum: "hidden" | "refused"
  /** What answers call a payment by PromptPay: `promptpay` (default), or `promptpay2`, as Ksher's own report does. */
  promptPayNamed: "promptpay" | "promptpay2"
  /** The text of a PromptPay code: right (default), or one that must not be shown, or one in a layout that nobody knows. */
  promptPayCode:
    "right" | "wrong_amount" | "wrong_currency" | "wrong_reference" | "wrong_checksum" | "other_layout"
  /** Order numbers that disagree: a right `ksher_order_no` wins (default), as Ksher's own plugins rely on, or refused. */
  disagreeingNumbers: "ksher_no_wins" | "refused"
  /** Whether requests may be signed with SHA-1 too. Default true: Ksher's released WooCommerce plugin does. */
  sha1Requests: boolean
  /** An appid or key that is not known: an unsigned code (default), or a signed FAIL. No SDK records the answer. */
  wrongCaller: "code" | "fail"
  /** Longest product name. No limit is published; the official WooCommerce plugin cuts at 50, the default. */
  productNameMax: number
  /** Whether answers of the link host carry `"lang":""`, as one page shows and the real messages do not. */
  langInEnvelope: boolean
  /** Longest range of `get_settlement_info` in days; null: no limit. Not documented. Default 31. */
  settlementRangeDays: number | null
  /** How a transfer shows money that waited for the minimum: in one sum on the last day (default), or on each of the days. */
  transferOfWaiting: "last" | "each"
  /** What `get_settlement_info` tells: right (default), or lines that nothing may come of, none of them being signed. */
  settlementAnswers: "right" | "no_lines" | "other_days" | "no_amounts"
  /** A number of `payout` that has been used: refused (default), answered as the first time, or paid once more. Not documented. */
  repeatedPayout: "refused" | "same_success" | "paid_again"
  /** What `order_query_payout` says of a payout under way: NOTSURE (default), PENDING, or that it knows none. */
  pendingPayoutQueriesAs: "NOTSURE" | "PENDING" | "absent"
  /** `total_fee` in that answer: the amount alone (default), or with the fee, `raw_total_fee` being the amount. */
  payoutTotalFee: "amount" | "with_fee"
}

/** What Gnete's pages leave open. */
export interface GneteQuirks {
  /**
   * Where Gnete's pages and Jeepay, of which it is a fork, differ: the pages (default), or what a running Jeepay answered: its texts,
   * lengths and checks, and no `pay/cancel`.
   */
  like: "pages" | "jeepay"
  /** State of a fresh order: 1 (default), as where the channel is asked at once, or 0. */
  stateAfterOpen: 0 | 1
  /** Whether a partly refunded payment can still be cancelled (what is left goes back). Default false. */
  cancelAfterPartialRefund: boolean
  /** A second cancel of a cancelled payment: error (default), or the first one's answer. */
  repeatedCancel: "error" | "same"
  /** Whether the host has `pay/cancel` and `cancel/query` at all: taken (default), or how it answers without them. */
  reversals: "taken" | "http404_json" | "http404" | "http405" | "http501"
  /** Whether a failed cancel notifies too. Default false: "when successfully cancelled". */
  failedCancelNotifies: boolean
  /** State of a cancelled payment in its query. Default 4. */
  stateAfterCancel: 4 | 2
  /** `HH:mm` in UTC+8 at which the next business day starts, after which cancel is refused; null: no limit. */
  sameDayCutoff: string | null
  /** Where a notification carries its fields: form body (default), or the query string of older versions. */
  notifyEncoding: "body" | "query"
  /** Spelling of the pay data type for a link: the code's `payurl` (default), or the pages' `payUrl`. */
  payDataTypeCase: "payurl" | "payUrl"
  /** Whether closing a state 1 order answers an empty body, as it does where the channel cannot close. */
  emptyClose: boolean
  /** What the channel says when a state 1 order is closed: closed (default), or refused with its own words. */
  closeInProgress: "closed" | "refused"
  /** Whether answers carry signed fields no page mentions. Default false. */
  extraAnswerFields: boolean
  /** Whether a payment can be refunded before it is settled, that is on its own business day. Default true. */
  refundBeforeSettlement: boolean
  /** The query of an order paid after it was closed: stays 6 (default), or becomes 2 in the end. */
  paidAfterClose: "stays_6" | "becomes_2"
  /** Reply to a refund stuck in state 0: code 0 with that state (default), or 9999. */
  createdRefundAnswers: "state_0" | "error"
  /** Whether refunds and cancels made in Gnete's console notify the payment's address. Default false. */
  consoleNotifies: boolean
  /** Whether `+` becomes a space in notifications, as it probably did from 2022-11 to 2024-06. Default false. */
  plusLost: boolean
  /** Whether the published string lengths are enforced. Default true. */
  enforceLengths: boolean
  /** Longest address in `unifiedOrder`: the newer page says 256, the older 128, the default. */
  urlMax: 128 | 256
}

export interface Quirks {
  ksher: KsherQuirks
  gnete: GneteQuirks
}

export interface QuirkChanges {
  ksher?: Partial<KsherQuirks>
  gnete?: Partial<GneteQuirks>
}

/** The likeliest gateway. */
export const defaultQuirks: Readonly<{ [G in keyof Quirks]: Readonly<Quirks[G]> }> = {
  ksher: {
    repeatedRefund: "same_success",
    overRefund: "refused",
    partialRefundQueriesAs: "REFUND",
    webhookKey: "V1",
    closeReachesGatewayOrder: false,
    jpyMinorUnits: 0,
    repeatedOrderNo: "refused",
    defaultExpireMinutes: 120,
    nativeExpireMinutes: 120,
    gatewayQueryNotFound: "fail",
    inProgressQueriesAs: "USERPAYING",
    unpaidNativeQueriesAs: "NOTSURE",
    lapsedNativeQueriesAs: "CLOSED",
    nativeExpireTime: "ignored",
    unpaidOrderQuery: "full",
    refundQueryLists: "all",
    unknownRefund: "fail",
    pendingRefundState: "REFUNDPROCESSING",
    refundSettlesAfterMs: 60_000,
    repeatedClose: "success",
    closeWithoutChannel: "refused",
    lateWebhook: "none",
    invalidRequestCode: -7,
    strictProductName: false,
    emptyPageFields: "taken",
    channelListMax: null,
    channelBelowMinimum: "hidden",
    promptPayNamed: "promptpay",
    promptPayCode: "right",
    disagreeingNumbers: "ksher_no_wins",
    sha1Requests: true,
    wrongCaller: "code",
    productNameMax: 50,
    langInEnvelope: false,
    settlementRangeDays: 31,
    transferOfWaiting: "last",
    settlementAnswers: "right",
    repeatedPayout: "refused",
    pendingPayoutQueriesAs: "NOTSURE",
    payoutTotalFee: "amount",
  },
  gnete: {
    like: "pages",
    stateAfterOpen: 1,
    cancelAfterPartialRefund: false,
    repeatedCancel: "error",
    reversals: "taken",
    failedCancelNotifies: false,
    stateAfterCancel: 4,
    sameDayCutoff: "23:00",
    notifyEncoding: "body",
    payDataTypeCase: "payurl",
    emptyClose: false,
    closeInProgress: "closed",
    extraAnswerFields: false,
    refundBeforeSettlement: true,
    paidAfterClose: "stays_6",
    createdRefundAnswers: "state_0",
    consoleNotifies: false,
    plusLost: false,
    enforceLengths: true,
    urlMax: 128,
  },
}

const minutes = z.number().int().positive().nullable()

const ksherChanges = z
  .strictObject({
    repeatedRefund: z.enum(["same_success", "error"]),
    overRefund: z.enum(["refused", "paid"]),
    partialRefundQueriesAs: z.enum(["REFUND", "SUCCESS"]),
    webhookKey: z.enum(["V1", "V2"]),
    closeReachesGatewayOrder: z.boolean(),
    jpyMinorUnits: z.union([z.literal(0), z.literal(2)]),
    repeatedOrderNo: z.enum(["refused", "same_link"]),
    defaultExpireMinutes: minutes,
    nativeExpireMinutes: minutes,
    gatewayQueryNotFound: z.enum(["fail", "fail_of_16_keys", "code"]),
    inProgressQueriesAs: z.enum(["USERPAYING", "PENDING", "NOTSURE"]),
    unpaidNativeQueriesAs: z.enum(["NOTSURE", "NOTPAY", "USERPAYING", "PENDING"]),
    lapsedNativeQueriesAs: z.enum(["CLOSED", "PENDING"]),
    nativeExpireTime: z.enum(["ignored", "minutes", "seconds"]),
    unpaidOrderQuery: z.enum(["full", "short"]),
    refundQueryLists: z.enum(["all", "asked"]),
    unknownRefund: z.enum(["fail", "empty_list"]),
    pendingRefundState: z.string(),
    refundSettlesAfterMs: z.number().int().nonnegative().nullable(),
    repeatedClose: z.enum(["success", "error"]),
    closeWithoutChannel: z.enum(["refused", "taken"]),
    lateWebhook: z.enum(["none", "sent"]),
    invalidRequestCode: z.number().int(),
    strictProductName: z.boolean(),
    emptyPageFields: z.enum(["taken", "refused"]),
    channelListMax: z.number().int().positive().nullable(),
    channelBelowMinimum: z.enum(["hidden", "refused"]),
    promptPayNamed: z.enum(["promptpay", "promptpay2"]),
    promptPayCode: z.enum([
      "right",
      "wrong_amount",
      "wrong_currency",
      "wrong_reference",
      "wrong_checksum",
      "other_layout",
    ]),
    disagreeingNumbers: z.enum(["ksher_no_wins", "refused"]),
    sha1Requests: z.boolean(),
    wrongCaller: z.enum(["code", "fail"]),
    productNameMax: z.number().int().positive(),
    langInEnvelope: z.boolean(),
    settlementRangeDays: z.number().int().positive().nullable(),
    transferOfWaiting: z.enum(["last", "each"]),
    settlementAnswers: z.enum(["right", "no_lines", "other_days", "no_amounts"]),
    repeatedPayout: z.enum(["refused", "same_success", "paid_again"]),
    pendingPayoutQueriesAs: z.enum(["NOTSURE", "PENDING", "absent"]),
    payoutTotalFee: z.enum(["amount", "with_fee"]),
  } satisfies Record<keyof KsherQuirks, z.ZodType>)
  .partial()

const gneteChanges = z
  .strictObject({
    like: z.enum(["pages", "jeepay"]),
    stateAfterOpen: z.union([z.literal(0), z.literal(1)]),
    cancelAfterPartialRefund: z.boolean(),
    repeatedCancel: z.enum(["error", "same"]),
    reversals: z.enum(["taken", "http404_json", "http404", "http405", "http501"]),
    failedCancelNotifies: z.boolean(),
    stateAfterCancel: z.union([z.literal(4), z.literal(2)]),
    sameDayCutoff: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:mm")
      .nullable(),
    notifyEncoding: z.enum(["body", "query"]),
    payDataTypeCase: z.enum(["payurl", "payUrl"]),
    emptyClose: z.boolean(),
    closeInProgress: z.enum(["closed", "refused"]),
    extraAnswerFields: z.boolean(),
    refundBeforeSettlement: z.boolean(),
    paidAfterClose: z.enum(["stays_6", "becomes_2"]),
    createdRefundAnswers: z.enum(["state_0", "error"]),
    consoleNotifies: z.boolean(),
    plusLost: z.boolean(),
    enforceLengths: z.boolean(),
    urlMax: z.union([z.literal(128), z.literal(256)]),
  } satisfies Record<keyof GneteQuirks, z.ZodType>)
  .partial()

/** What `setQuirks` and the `quirks` option take. Unknown names are refused: a misspelt quirk would test nothing. */
export const quirkChanges: z.ZodType<QuirkChanges> = z.strictObject({
  ksher: ksherChanges.optional(),
  gnete: gneteChanges.optional(),
})

/** Every quirk, those in `changes` changed. */
export function makeQuirks(changes: QuirkChanges = {}): Quirks {
  const quirks: Quirks = { ksher: { ...defaultQuirks.ksher }, gnete: { ...defaultQuirks.gnete } }
  changeQuirks(quirks, changes)
  return quirks
}

/** Changes the quirks in place: whoever holds them sees the new answer. */
export function changeQuirks(quirks: Quirks, changes: QuirkChanges): void {
  const { ksher, gnete } = quirkChanges.parse(changes)
  Object.assign(quirks.ksher, ksher)
  Object.assign(quirks.gnete, gnete)
}
