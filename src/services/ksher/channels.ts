import { plainChannel, type ChannelFacts } from "../../core"

/** What Ksher's pages say of a channel, in minor units of the baht where the minimum is above one. */
const facts = (refund: boolean, refundQuery: boolean, close: boolean, minimum = 1): ChannelFacts => ({
  refund,
  // The pages name no channel that refunds only whole: it is the merchant's contract that decides, and Ksher answers.
  partialRefund: refund,
  paysOut: false,
  refundQuery,
  close,
  minimum,
})

/** PromptPay and the bank apps: the money came from a bank account, and is in no refund list. It can be paid out to one. */
const fromAccount = (minimum: number): ChannelFacts => ({
  ...facts(false, false, false, minimum),
  paysOut: true,
})

const baht = 100

/**
 * Sources: order_refund (channel list), refund_query (note), kiosk_c_scan_b (table), order_close (channel list),
 * website (minimums). PromptPay returns nothing by API; the bank apps are in no refund list.
 */
const table: Readonly<Record<string, ChannelFacts>> = {
  promptpay: fromAccount(1 * baht),
  alipay: facts(true, false, true),
  alipayplus: facts(true, false, true),
  wechat: facts(true, true, true),
  linepay: facts(true, true, false),
  airpay: facts(true, true, true),
  truemoney: facts(true, true, false),
  atome: facts(true, true, false, 20 * baht),
  card: facts(true, true, false),
  ktc_instal: facts(true, true, false, 3_000 * baht),
  kbank_instal: facts(true, true, false, 3_000 * baht),
  kcc_instal: facts(true, true, false, 3_000 * baht),
  kfc_instal: facts(true, true, false, 3_000 * baht),
  scb_instal: facts(false, false, false, 3_000 * baht),
  scb_easy: fromAccount(20 * baht),
  bbl_deeplink: fromAccount(20 * baht),
  bbl_ibs: fromAccount(20 * baht),
  baybank_deeplink: fromAccount(20 * baht),
  kplus: fromAccount(20 * baht),
  ktccard: facts(true, true, false),
  ktbcard: facts(true, true, true),
  bbl_promptpay: fromAccount(1 * baht),
}

/** A channel of a later page than ours: nothing is refused early, the gateway's answer decides. */
const unlisted = facts(true, true, false)

export function factsOf(channel: string): ChannelFacts {
  const code = plainChannel(channel)
  return (Object.hasOwn(table, code) ? table[code] : undefined) ?? unlisted
}

/** The channels that native_pay draws a QR code of. Source: kiosk_c_scan_b. */
const native: readonly string[] = [
  "promptpay",
  "truemoney",
  "alipay",
  "alipayplus",
  "wechat",
  "linepay",
  "airpay",
]

export const isNative = (channel: string): boolean => native.includes(plainChannel(channel))

/** The channels that refund_query may be told; of any other it is asked without one. Source: refund_query. */
const namedInRefundQuery: readonly string[] = [
  "wechat",
  "alipay",
  "linepay",
  "airpay",
  "promptpay",
  "truemoney",
]

export const nameForRefundQuery = (channel: string | undefined): string | undefined =>
  channel !== undefined && namedInRefundQuery.includes(channel) ? channel : undefined

/**
 * Of a payment whose channel is not known: what some of the channels can do, and the smallest minimum. A payout goes to a bank account,
 * and must not return what may have been paid in instalments: each of them has to be paid out.
 */
export function factsOfAny(channels: readonly string[]): ChannelFacts {
  const all = channels.map(factsOf)
  return {
    refund: all.some((one) => one.refund),
    partialRefund: all.some((one) => one.partialRefund),
    paysOut: all.length > 0 && all.every((one) => one.paysOut),
    refundQuery: all.some((one) => one.refundQuery),
    close: all.some((one) => one.close),
    minimum: Math.min(...all.map((one) => one.minimum), ...(all.length ? [] : [1])),
  }
}
