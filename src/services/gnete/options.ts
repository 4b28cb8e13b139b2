import { z } from "zod"

import { isTimeZone } from "../../core"
import {
  baseUrl,
  checkUnpaidOrder,
  readOptions,
  returnUrl,
  sharedHelp,
  sharedOptions,
} from "../options/shared"
import { gneteHost } from "./client"
import { cleanText, longestBody, longestRefundReason, longestSubject } from "./text"

const longestReturnUrl = 256
const longestChannelExtra = 256
/** Gnete's own default lifetime of an order. */
const defaultExpireSeconds = 7_200

const secret = /^[\x21-\x7e]{8,256}$/
const plain = (longest: number) => z.string().refine((text) => cleanText(text, longest) !== "")

const sameDayCancel = z.strictObject({
  enabled: z.boolean().default(true),
  /** When Gnete's day ends, by the clock of `timeZone`: UnionPay's does at 23:00 in Hong Kong. */
  cutoff: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default("23:00"),
  timeZone: z.string().refine(isTimeZone).default("Asia/Hong_Kong"),
})

const shape = z.strictObject({
  mchNo: z.string().regex(/^[A-Za-z0-9]{1,30}$/),
  appId: z.string().regex(/^[A-Za-z0-9]{1,24}$/),
  appSecret: z.string().regex(secret),
  wayCodes: z
    .array(z.string().regex(/^\w{1,30}$/))
    .min(1)
    .refine((codes) => new Set(codes).size === codes.length),
  channelExtra: z
    .record(
      z.string(),
      z
        .record(z.string(), z.unknown())
        .refine((extra) => JSON.stringify(extra).length <= longestChannelExtra),
    )
    .default({}),
  subject: plain(longestSubject).optional(),
  body: plain(longestBody).optional(),
  refundReason: plain(longestRefundReason).optional(),
  returnUrl: returnUrl(longestReturnUrl).optional(),
  expireSeconds: z.number().int().min(60).max(2_592_000).default(defaultExpireSeconds),
  sameDayCancel: sameDayCancel.default(() => sameDayCancel.parse({})),
  baseUrl: baseUrl.default(gneteHost),
  ...sharedOptions,
})

/** The options of the Gnete provider, as written in medusa-config. */
export const gneteOptions = shape
  .superRefine((options, ctx) => {
    checkUnpaidOrder(options, ctx)
    const stray = Object.keys(options.channelExtra).find((code) => !options.wayCodes.includes(code))
    if (stray !== undefined)
      ctx.addIssue({
        code: "custom",
        path: ["channelExtra"],
        message: `${/^\w{1,30}$/.test(stray) ? stray : "One of its keys"} is not among the wayCodes; add it there or leave it out here.`,
      })
  })
  .transform((options) => {
    const host = new URL(options.returnUrl ?? options.notifyBaseUrl).hostname
    return {
      ...options,
      subject: options.subject ?? `Order at ${host}`,
      body: options.body ?? options.subject ?? `Order at ${host}`,
      refundReason: options.refundReason ?? `Refund by ${host}`,
    }
  })

export type GneteOptionsInput = z.input<typeof gneteOptions>
export type GneteOptions = z.output<typeof gneteOptions>
export type SameDayCancel = GneteOptions["sameDayCancel"]

const help: Record<keyof GneteOptionsInput, string> = {
  mchNo: "paste the merchant number of Gnete's merchant console, such as M1621873433953.",
  appId: "paste the application id of Gnete's merchant console (24 characters).",
  appSecret: "paste the application's secret of Gnete's merchant console, without spaces.",
  wayCodes: 'list the payment methods of the contract, each once, such as ["UP_OP"].',
  channelExtra: `give an object per wayCode, such as { ALI_H5: { walletType: "HK" } }, each at most ${longestChannelExtra} characters as JSON.`,
  subject: "give what the payer reads; & is left out.",
  body: "give what the payer reads; & is left out.",
  refundReason: "give what the payer reads; & is left out.",
  ...sharedHelp,
  returnUrl: "paste the storefront's page after paying; {session_id} in it is filled in.",
  expireSeconds: "give whole seconds from 60 to 2592000.",
  sameDayCancel: 'give { enabled: true, cutoff: "23:00", timeZone: "Asia/Hong_Kong" }.',
  baseUrl: `leave it out for ${gneteHost}, or paste an address that starts with https://, without ? or #.`,
}

/** Parses the provider's options. Throws OptionsError: one sentence that names the option and says what belongs there. */
export const readGneteOptions = (input: unknown): GneteOptions =>
  readOptions("Gnete", gneteOptions, help, input)
