import type { KsherCall } from "../faults"
import type { KsherQuirks } from "../quirks"
import { channels, reaches, takes } from "./channels"
import type { KsherMerchant } from "./merchants"

export type Fields = Readonly<Record<string, string>>

interface CallFields {
  required: string[]
  /** Required by the table, and sent empty by Ksher's own programs. */
  mayBeEmpty?: string[]
  integers?: string[]
  addresses?: string[]
  /** Fields the SDK takes out because the call does not know them. */
  unsupported?: string[]
}

const common = ["nonce_str", "time_stamp", "sign"]

/** How a call names the account: one of them in its own way. */
export const accountField = (call: KsherCall): "appid" | "mch_appid" =>
  call === "get_settlement_info" ? "mch_appid" : "appid"

const calls: Record<KsherCall, CallFields> = {
  gateway_pay: {
    required: ["mch_order_no", "total_fee", "fee_type", "channel_list"],
    mayBeEmpty: ["mch_code", "mch_redirect_url", "mch_redirect_url_fail", "product_name", "refer_url"],
    integers: ["total_fee", "expire_time"],
    addresses: ["mch_redirect_url", "mch_redirect_url_fail", "mch_notify_url", "refer_url"],
  },
  gateway_order_query: { required: ["mch_order_no"], unsupported: ["operator_id"] },
  cancel_order: { required: ["mch_order_no"] },
  native_pay: {
    required: ["mch_order_no", "total_fee", "fee_type", "channel"],
    integers: ["total_fee"],
    addresses: ["notify_url", "redirect_url"],
  },
  order_query: { required: [], unsupported: ["operator_id"] },
  order_close: { required: [] },
  order_refund: {
    required: ["total_fee", "refund_fee", "fee_type", "mch_refund_no"],
    integers: ["total_fee", "refund_fee"],
  },
  refund_query: { required: [] },
  quick_pay: {
    required: ["mch_order_no", "total_fee", "fee_type", "auth_code"],
    integers: ["total_fee"],
    addresses: ["notify_url"],
  },
  merchant_info: { required: [] },
  get_settlement_info: { required: ["begin_date", "end_date"], unsupported: ["appid"] },
  get_payout_balance: { required: ["fee_type"] },
  payout: {
    required: ["mch_order_no", "total_fee", "fee_type", "channel", "receiver_type", "receiver_no"],
    integers: ["total_fee"],
  },
  order_query_payout: { required: ["mch_order_no", "channel"], unsupported: ["operator_id"] },
}

const lengths: Record<string, number> = {
  appid: 32,
  nonce_str: 32,
  time_stamp: 256,
  sign: 256,
  mch_order_no: 32,
  ksher_order_no: 32,
  channel_order_no: 64,
  mch_refund_no: 32,
  attach: 127,
}

/** What is wrong with the fields of a call, in words; undefined where nothing is. */
export function complaint(call: KsherCall, fields: Fields, quirks: KsherQuirks): string | undefined {
  const { required, mayBeEmpty = [], unsupported = [] } = calls[call]
  const whole = quirks.emptyPageFields === "refused" ? [...required, ...mayBeEmpty] : required
  const missing =
    [accountField(call), ...common, ...whole].find((name) => !fields[name]) ??
    mayBeEmpty.find((name) => !(name in fields))
  if (missing) return `${missing} is required`
  if (call === "order_close" && !fields.channel && quirks.closeWithoutChannel === "refused")
    return "channel is required"
  const unknown = unsupported.find((name) => name in fields)
  if (unknown) return `${unknown} is not supported here`
  const long = Object.keys(fields).find((name) => (fields[name] ?? "").length > (lengths[name] ?? Infinity))
  if (long) return `${long} is too long`
  return formComplaint(calls[call], fields)
}

function formComplaint({ integers = [], addresses = [] }: CallFields, fields: Fields): string | undefined {
  const uncounted = integers.find((name) => fields[name] && !/^[1-9]\d{0,11}$/.test(fields[name]))
  if (uncounted) return `${uncounted} must be a positive integer`
  const nowhere = addresses.find((name) => fields[name] && !isAddress(fields[name]))
  return nowhere && `${nowhere} must be an http(s) address`
}

const isAddress = (text: string) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text)

/** What is wrong with a new order beyond the form of its fields. */
export function orderComplaint(
  fields: Fields,
  wanted: string[],
  kind: "link" | "native",
  merchant: KsherMerchant,
  quirks: KsherQuirks,
): string | undefined {
  const feeType = fields.fee_type ?? ""
  const amount = Number(fields.total_fee)
  if (!merchant.feeTypes.includes(feeType)) return `fee_type ${feeType} is not supported`
  const oddYen = feeType === "JPY" && quirks.jpyMinorUnits === 2 && amount % 100 !== 0
  if (oddYen) return "total_fee has decimals of a yen"
  for (const channel of wanted) {
    const wrong = channelComplaint(channel, feeType, kind, merchant)
    if (wrong) return `channel ${channel} ${wrong}`
  }
  const times = instalmentTimes(fields)
  const reached = wanted.filter((channel) => reaches(channel, amount, feeType, times))
  const asked = quirks.channelBelowMinimum === "refused" ? wanted.length : 1
  if (reached.length < asked) return "total_fee is below the minimum"
  const longest = quirks.channelListMax ?? Infinity
  if (wanted.join(",").length > longest) return `channel_list is longer than ${longest}`
  return textComplaint(fields, wanted, kind, quirks)
}

const textComplaint = (fields: Fields, wanted: string[], kind: "link" | "native", quirks: KsherQuirks) =>
  kind === "link"
    ? (pageComplaint(fields, wanted) ?? productComplaint(fields.product_name ?? "", quirks))
    : productComplaint(fields.product ?? "", quirks)

function channelComplaint(
  channel: string,
  feeType: string,
  kind: "link" | "native",
  merchant: KsherMerchant,
) {
  const known = channels.get(channel)
  if (!known || (kind === "native" && !known.native)) return "is not supported"
  if (merchant.channels && !merchant.channels.includes(channel)) return "is not opened"
  return takes(channel, feeType, kind) ? undefined : `does not take ${feeType}`
}

/** Fields of the payment page: months are whole numbers of a listed instalment channel, and so is whose interest the merchant bears. */
function pageComplaint(fields: Fields, wanted: readonly string[]): string | undefined {
  const isListed = (channel: string) => channel.endsWith("_instal") && wanted.includes(channel)
  const { channel_instal_times_list: times, instal_fee_payer_merchant_channel_list: payers } = fields
  if (times !== undefined) {
    const months = Object.entries(parsed(times))
    const isMonths = (list: unknown) =>
      Array.isArray(list) && list.length > 0 && list.every((each) => Number.isInteger(each) && each > 1)
    if (months.length === 0 || !months.every(([channel, list]) => isListed(channel) && isMonths(list)))
      return "channel_instal_times_list must be months by listed channel, as JSON"
  }
  if (payers !== undefined && !payers.split(",").every(isListed))
    return "instal_fee_payer_merchant_channel_list must name listed instalment channels"
  if (fields.member_id !== undefined && !/^[\w-]{1,64}$/.test(fields.member_id))
    return "member_id is not valid"
  return undefined
}

/** The months offered to a payer at Krungsri. */
export function instalmentTimes(fields: Fields): number[] {
  const { kcc_instal: months } = parsed(fields.channel_instal_times_list ?? "")
  return Array.isArray(months) ? months.filter((each) => typeof each === "number") : []
}

function productComplaint(name: string, quirks: KsherQuirks): string | undefined {
  if (name.length > quirks.productNameMax) return `product name is longer than ${quirks.productNameMax}`
  if (quirks.strictProductName && !/^[ -~]*$/.test(name)) return "product name must be in English letters"
  if (quirks.strictProductName && /[+&/$%]/.test(name)) return "product name must not contain + & / $ %"
  return undefined
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // the field is optional and only its minimum depends on it
  }
}
