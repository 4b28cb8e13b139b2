import { z } from "zod"
import { currencyCode, optionalReference, optionalText, reference, text, wholeNumber } from "../transport"

/** `data` is signed; an error has neither `data` nor `sign`, only a code and a text in Chinese. */
export const envelope = z.object({
  code: text(8).pipe(
    z
      .string()
      .regex(/^\d{1,6}$/)
      .transform(Number),
  ),
  msg: z.unknown().optional(),
  data: z.unknown().optional(),
  sign: z.unknown().optional(),
})
export type Envelope = z.output<typeof envelope>

/** Epoch milliseconds; some of Gnete's examples print seconds. */
const time = text(16)
  .pipe(z.string().regex(/^(\d{10}|\d{13})?$/))
  .optional()
  .transform((digits) => (digits ? new Date(Number(digits.padEnd(13, "0"))) : undefined))

/** The channel's own code for why. It decides nothing, and one in another form is left out. */
const channelCode = z
  .string()
  .regex(/^\w[\w.]{0,63}$/)
  .optional()
  .catch(undefined)

const state = wholeNumber.pipe(z.number().max(9))
const account = { mchNo: reference, appId: reference }

/** pay/unifiedOrder. The state is called `orderState` here and `state` everywhere else. */
export const unifiedOrderData = z.object({
  payOrderId: optionalReference,
  mchOrderNo: optionalReference,
  orderState: state,
  payDataType: optionalText(32),
  payData: optionalText(8192),
  errCode: optionalText(128),
})
export type GneteNewOrder = z.output<typeof unifiedOrderData>

/** pay/query, and the payment notification. What says who paid (`clientIp`, `extParam`) is not read. */
export const payOrderData = z.object({
  ...account,
  payOrderId: reference,
  mchOrderNo: reference,
  wayCode: z
    .string()
    .regex(/^\w{0,32}$/)
    .optional()
    .transform((code) => code || undefined),
  amount: wholeNumber,
  currency: currencyCode,
  state,
  successTime: time,
})
export type GneteOrder = z.output<typeof payOrderData>

/** pay/close: `{}`, signed. */
export const payCloseData = z.object({})
export type GneteClosed = z.output<typeof payCloseData>

/** pay/cancel. cancelOrderId is the only name a reversal has. */
export const payCancelData = z.object({ cancelOrderId: reference, state })
export type GneteCancel = z.output<typeof payCancelData>

/** cancel/query, and the cancel notification, which names no merchant order. */
export const cancelQueryData = z.object({
  ...account,
  cancelOrderId: reference,
  payOrderId: optionalReference,
  payAmount: wholeNumber.optional(),
  currency: currencyCode.optional(),
  state,
  successTime: time,
})
export type GneteCancelOrder = z.output<typeof cancelQueryData>

/** refund/refundOrder. */
export const refundOrderData = z.object({
  refundOrderId: optionalReference,
  mchRefundNo: reference,
  refundAmount: wholeNumber,
  state,
  errCode: channelCode,
})
export type GneteRefund = z.output<typeof refundOrderData>

/** refund/query, and the refund notification, which names no merchant order. */
export const refundQueryData = z.object({
  ...account,
  refundOrderId: optionalReference,
  payOrderId: optionalReference,
  mchRefundNo: reference,
  refundAmount: wholeNumber,
  currency: currencyCode,
  state,
  errCode: channelCode,
  successTime: time,
})
export type GneteRefundOrder = z.output<typeof refundQueryData>
