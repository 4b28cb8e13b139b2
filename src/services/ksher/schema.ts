import { z } from "zod"
import {
  currencyCode,
  isCode,
  isJsonObject,
  optionalReference,
  optionalText,
  reference,
  signedNumber,
  text,
  wholeNumber,
} from "../transport"
import { plainChannel } from "../../core"

/**
 * Both hosts' envelope. Only `data` is signed: an object, or a sentence from `cancel_order`; what it is beside a code
 * other than 0 is not documented and does not matter.
 */
export const envelope = z.object({
  code: text(8).pipe(
    z
      .string()
      .regex(/^-?\d{1,6}$/)
      .transform(Number),
  ),
  data: z.unknown().optional(),
  sign: z.unknown().optional(),
})
export type Envelope = z.output<typeof envelope>

/** What every signed `data` of a call on an order starts with. */
export const verdict = z.object({
  result: z.string().regex(/^[A-Z_]{1,32}$/),
  err_code: optionalText(64),
  nonce_str: optionalText(64),
})

/** Ksher's own time: naive, in the merchant's zone. Empty until there is one. */
const localTime = text(32)
  .pipe(z.string().regex(/^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)?$/))
  .optional()
  .refine((time) => !time || !Number.isNaN(momentOf(time, {})?.getTime()))

/** The account's own zone as Ksher told it, `+07:00`. Without it, that of the currency. */
export type Zone = string | undefined

/** Where a merchant of the currency is. Ksher's pages name the zone of Thailand only. */
const zones: Readonly<Record<string, string>> = { thb: "+07:00", myr: "+08:00", jpy: "+09:00", aed: "+04:00" }

function momentOf(
  time: string | undefined,
  { zone, currency }: { zone?: Zone; currency?: string | undefined },
): Date | undefined {
  const known = zone ?? zones[currency ?? ""] ?? "+07:00"
  return time ? new Date(`${time.replace(" ", "T")}${known}`) : undefined
}

const timed =
  (zone: Zone) =>
  <Data extends { time_end?: string | undefined; fee_type?: string | undefined }>(data: Data) => ({
    ...data,
    time_end: momentOf(data.time_end, { zone, currency: data.fee_type }),
  })

const channel = z
  .string()
  .regex(/^\w{0,32}$/)
  .optional()
  .transform((code) => (code ? plainChannel(code) : undefined))

/** gateway_pay. `pay_content` is where the browser goes. */
export const gatewayPayData = z.object({ pay_content: z.string().min(1).max(2048) })
export type KsherPaymentPage = z.output<typeof gatewayPayData>

/** cancel_order: a sentence instead of an object. */
export const cancelOrderData = z.string()

/**
 * gateway_order_query and its webhook: all keys are always there, empty where they do not apply. What says who paid
 * (`openid`, `cash_fee`, `attach`) is not read.
 */
const gatewayOrderFields = z.object({
  result: verdict.shape.result,
  appid: reference,
  mch_order_no: reference,
  pay_mch_order_no: optionalReference,
  ksher_order_no: optionalReference,
  channel,
  total_fee: wholeNumber,
  fee_type: currencyCode,
  time_end: localTime,
})
export const gatewayOrderData = (zone?: Zone) => gatewayOrderFields.transform(timed(zone))
export type KsherGatewayOrder = z.output<ReturnType<typeof gatewayOrderData>>

/** order_query. Its answer table is not published: what the quick_pay message shows, each field only if it is there. */
const orderFields = z.object({
  result: verdict.shape.result,
  err_code: verdict.shape.err_code,
  appid: optionalReference,
  mch_order_no: optionalReference,
  ksher_order_no: optionalReference,
  channel,
  total_fee: wholeNumber.optional(),
  fee_type: currencyCode.optional(),
  time_end: localTime,
})
export const orderData = (zone?: Zone) => orderFields.transform(timed(zone))
export type KsherOrder = z.output<ReturnType<typeof orderData>>

/** A PNG as Ksher draws its QR codes; the bound is thrice the largest seen. */
const pngDataUri = z
  .string()
  .max(96_000)
  .regex(/^data:image\/png;base64,iVBORw0KGgo[A-Za-z0-9+/]*={0,2}$/)
const qrText = optionalText(2048).refine((code) => code === undefined || isCode(code))

/** native_pay: the QR as text (`code_url`, `PaymentCode`), as a picture (`imgdat`), or both. */
export const nativePayData = z.object({
  appid: optionalReference,
  mch_order_no: reference,
  ksher_order_no: optionalReference,
  total_fee: wholeNumber,
  fee_type: currencyCode,
  code_url: qrText,
  PaymentCode: qrText,
  imgdat: z
    .union([pngDataUri, z.literal("")])
    .optional()
    .transform((uri) => uri || undefined),
})
export type KsherQr = z.output<typeof nativePayData>

/** order_close. */
export const orderCloseData = z.object({ appid: reference, mch_order_no: reference })
export type KsherClosed = z.output<typeof orderCloseData>

/** order_refund. */
const orderRefundFields = z.object({
  appid: reference,
  mch_order_no: reference,
  ksher_order_no: optionalReference,
  mch_refund_no: reference,
  ksher_refund_no: optionalReference,
  total_fee: wholeNumber,
  refund_fee: wholeNumber,
  fee_type: currencyCode,
  refund_time: localTime,
})
export const orderRefundData = (zone?: Zone) =>
  orderRefundFields.transform((data) => ({
    ...data,
    refund_time: momentOf(data.refund_time, { zone, currency: data.fee_type }),
  }))
export type KsherRefund = z.output<ReturnType<typeof orderRefundData>>

const refundRow = z.object({
  mch_refund_no: optionalReference,
  ksher_refund_no: optionalReference,
  mch_refund_fee: wholeNumber,
  refund_state: z.string().regex(/^\w{1,32}$/),
  refund_time: localTime,
})

/**
 * refund_query. The answer's own `refund_fee` does not add up in Ksher's example; only the rows count. An order
 * without refunds may leave the list out, but then the count must say so.
 */
const refundQueryFields = z
  .object({
    appid: optionalReference,
    mch_order_no: optionalReference,
    fee_type: currencyCode,
    refund_count: wholeNumber.optional(),
    refund_orders: z.array(refundRow).max(1000).optional(),
  })
  .refine((data) => data.refund_orders !== undefined || data.refund_count === 0)
export const refundQueryData = (zone?: Zone) =>
  refundQueryFields.transform((data) => ({
    ...data,
    refund_orders: (data.refund_orders ?? []).map((row) => ({
      ...row,
      refund_time: momentOf(row.refund_time, { zone, currency: data.fee_type }),
    })),
  }))
export type KsherRefunds = z.output<ReturnType<typeof refundQueryData>>

/** The only fields of `merchant_info` that its signature covers. */
export const signedOfMerchantInfo = ["account_type", "business_mode", "mch_id", "mobile", "nonce_str"]

/** Minor units; -1 is no limit. */
const limit = text(16)
  .pipe(
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  )
  .transform((value) => (value < 0 ? null : value))

const yesOrNo = z
  .enum(["Y", "N", ""])
  .optional()
  .transform((value) => (value ? value === "Y" : null))

const maybeCurrency = z
  .union([currencyCode, z.literal("")])
  .optional()
  .transform((code) => code || undefined)

const supportedChannel = z.object({
  pay_channel: z
    .string()
    .regex(/^\w{1,32}$/)
    .transform(plainChannel),
  single_order_limit: limit.nullish().transform((value) => value ?? null),
  day_sum_limit: limit.nullish().transform((value) => value ?? null),
  settlement_time_type: z
    .string()
    .regex(/^[\w+ -]{0,16}$/)
    .nullish()
    .transform((value) => value || null),
})

/**
 * merchant_info: what the account may do. Whatever else Ksher tells there, of people and banks among it, is left behind here and
 * reaches nothing.
 */
export const merchantInfoData = z.object({
  mch_appid: optionalReference,
  account_type: optionalText(32),
  mch_support_channel: z.array(supportedChannel).max(100).default([]),
  country_support_channel: z
    .array(z.string().regex(/^\w{1,32}$/))
    .max(200)
    .default([])
    .transform((codes) => codes.map(plainChannel)),
  allow_partial_refund: yesOrNo,
  time_zone: z
    .string()
    .regex(/^([+-]\d\d:\d\d)?$/)
    .optional()
    .transform((zone) => zone || undefined),
  price_fee_type: maybeCurrency,
  settlement_fee_type: maybeCurrency,
  mch_notify_url: optionalText(512),
})
export type KsherMerchantInfo = z.output<typeof merchantInfoData>

/** The signature of `get_settlement_info` covers everything but the lines. */
export const signedOfSettlementInfo = (data: unknown): string[] =>
  isJsonObject(data) ? Object.keys(data).filter((name) => name !== "settlement_data") : []

const calendarDay = z.iso.date()

/**
 * One line of get_settlement_info: what a channel earned, and what of it was transferred. Negative where more was refunded than
 * paid. No line is signed.
 */
const settlementLine = z
  .object({
    begin_date: calendarDay,
    end_date: calendarDay,
    pay_channel: z
      .string()
      .regex(/^\w{1,32}$/)
      .transform(plainChannel),
    settlement_amount: signedNumber,
    commission_fee: signedNumber,
    vat: signedNumber,
    settlement_date: z
      .union([calendarDay, z.literal("")])
      .optional()
      .transform((day) => day || undefined),
    transfer_amount: signedNumber,
    transfer_date: z
      .union([calendarDay, z.literal("")])
      .optional()
      .transform((day) => day || undefined),
  })
  .refine((line) => line.begin_date <= line.end_date)

/** get_settlement_info. A month has at most some hundred lines; more than this is no answer. */
export const settlementInfoData = z.object({
  begin_date: calendarDay,
  end_date: calendarDay,
  settlement_data: z.array(settlementLine).max(2_000),
})
export type KsherSettlementInfo = z.output<typeof settlementInfoData>

/** get_payout_balance. */
export const payoutBalanceData = z.object({ appid: reference, balance: signedNumber })
export type KsherPayoutBalance = z.output<typeof payoutBalanceData>

/** payout. The receiver's name is not read: nothing needs it, and it is a person's. */
export const payoutData = z.object({
  appid: reference,
  mch_order_no: reference,
  ksher_order_no: optionalReference,
  total_fee: wholeNumber,
  mdr: wholeNumber.optional(),
})
export type KsherPayout = z.output<typeof payoutData>

/** order_query_payout. Its answer is not published: as order_query's, and money is believed with account, number and an amount alone. */
const payoutOrderFields = z.object({
  appid: reference,
  mch_order_no: reference,
  ksher_order_no: optionalReference,
  channel,
  total_fee: wholeNumber,
  raw_total_fee: wholeNumber.optional(),
  mdr: wholeNumber.optional(),
  fee_type: z
    .union([currencyCode, z.literal("")])
    .optional()
    .transform((code) => code || undefined),
  time_end: localTime,
})
export const payoutOrderData = (zone?: Zone) => payoutOrderFields.transform(timed(zone))
export type KsherPayoutOrder = z.output<ReturnType<typeof payoutOrderData>>

/** What a webhook must carry to be about an order at all. Ksher sends one for successful payments only. */
export const notificationData = z.object({
  result: verdict.shape.result,
  appid: reference,
  mch_order_no: reference,
  ksher_order_no: optionalReference,
  total_fee: wholeNumber,
  fee_type: currencyCode,
})
