import { z } from "zod"
import {
  baseUrl,
  checkUnpaidOrder,
  isHttpUrl,
  readOptions,
  returnUrl,
  sharedHelp,
  sharedOptions,
  type SealingKey,
} from "../options/shared"
import { ksherHosts } from "./client"
import { parsePrivateKey, parsePublicKey, publishedKeys } from "./signature"
import { cleanProductName } from "./text"

/** Ksher publishes no limit for its return URLs; this is what browsers and proxies carry safely. */
const longestReturnUrl = 1024

/** Ksher's default lifetime of a link is not published, so one is always sent. */
const defaultExpireMinutes = 60

const pem = (parse: typeof parsePrivateKey) =>
  z.string().transform((text, ctx) => {
    try {
      return parse(text)
    } catch (error) {
      ctx.addIssue({
        code: "custom",
        message: `${(error as Error).message} Paste the whole PEM, BEGIN and END lines too.`,
      })
      return z.NEVER
    }
  })

const keysHelp =
  'give "1:" and 32 random bytes in base64, made by `openssl rand -base64 32`, from an environment variable; older keys follow after commas.'

/** `2:<base64>,1:<base64>`: the first seals, the others open what was sealed before. */
const sealingKeys = z.string().transform((text, ctx): SealingKey[] => {
  const keys = text.split(",").map((one) => {
    const [, version = "", coded = ""] = /^\s*(\w{1,16}):([A-Za-z0-9+/_-]{43}=?)\s*$/.exec(one) ?? []
    return { version, key: Buffer.from(coded, "base64") }
  })
  const isWrong = keys.some(({ version, key }) => version === "" || key.length !== 32 || isPattern(key))
  if (!isWrong && new Set(keys.map(({ version }) => version)).size === keys.length) return keys
  ctx.addIssue({ code: "custom", message: keysHelp })
  return z.NEVER
})

/** A key of one byte again and again was typed, and not made. */
const isPattern = (key: Buffer): boolean => new Set(key).size < 8

const shape = z.strictObject({
  appid: z.string().regex(/^[A-Za-z0-9]{1,32}$/),
  privateKey: pem(parsePrivateKey),
  mode: z.enum(["redirect", "qr"]).default("redirect"),
  channels: z.union([
    z.literal("auto"),
    z
      .array(z.string().regex(/^\w{1,32}$/))
      .min(1)
      .refine((channels) => new Set(channels).size === channels.length),
  ]),
  returnUrl: returnUrl(longestReturnUrl).optional(),
  failUrl: returnUrl(longestReturnUrl).optional(),
  shopUrl: z.string().max(longestReturnUrl).refine(isHttpUrl).optional(),
  productName: z
    .string()
    .refine((name) => cleanProductName(name) !== "")
    .optional(),
  language: z.enum(["en", "cn", "th"]).default("en"),
  expireMinutes: z.number().int().min(1).max(44_640).default(defaultExpireMinutes),
  qrExpireTime: z.number().int().min(1).max(44_640).optional(),
  instalments: z
    .record(
      z.string().regex(/^\w{1,32}_instal$/),
      z.strictObject({
        months: z
          .array(z.number().int().min(2).max(60))
          .min(1)
          .refine((months) => new Set(months).size === months.length),
        interest: z.enum(["shopper", "shop"]).default("shopper"),
      }),
    )
    .default({}),
  savedCards: z.boolean().default(false),
  payouts: z
    .strictObject({
      enabled: z.boolean().default(true),
      encryptionKey: sealingKeys,
      maxAmount: z.number().positive().max(2_000_000),
      release: z.enum(["automatic", "by_admin"]).default("by_admin"),
      sendAgain: z.boolean().default(false),
      linkHours: z.number().int().min(1).max(2160).default(168),
    })
    .optional(),
  operatorId: z
    .string()
    .regex(/^[\x21-\x7e]{1,32}$/)
    .optional(),
  deviceId: z
    .string()
    .regex(/^[\x21-\x7e]{1,32}$/)
    .optional(),
  signVersion: z.enum(["V1", "V2"]).default("V1"),
  publicKeys: z.array(pem(parsePublicKey)).min(1).optional(),
  minorUnits: z.strictObject({ jpy: z.union([z.literal(0), z.literal(2)]).optional() }).default({}),
  gatewayUrl: baseUrl.default(ksherHosts.gatewayUrl),
  apiUrl: baseUrl.default(ksherHosts.apiUrl),
  ...sharedOptions,
})

type Shape = Pick<z.output<typeof shape>, "instalments" | "channels" | "mode">

/** The options of the Ksher provider, as written in medusa-config. */
export const ksherOptions = shape
  .superRefine((options, ctx) => {
    checkUnpaidOrder(options, ctx)
    const stray = strayInstalments(options)
    if (stray !== undefined) ctx.addIssue({ code: "custom", path: ["instalments"], message: stray })
    if (options.savedCards && options.mode === "qr")
      ctx.addIssue({ code: "custom", path: ["savedCards"], message: pageOnly })
    if (options.mode === "redirect" && options.returnUrl === undefined)
      ctx.addIssue({
        code: "custom",
        path: ["returnUrl"],
        message:
          'mode "redirect" sends the shopper back there: paste a page of the storefront; {session_id} in it is filled in.',
      })
  })
  .transform((options) => ({
    ...options,
    failUrl: options.failUrl ?? options.returnUrl,
    shopUrl: options.shopUrl ?? new URL(options.returnUrl ?? options.notifyBaseUrl).origin,
    productName:
      options.productName ?? `Order at ${new URL(options.returnUrl ?? options.notifyBaseUrl).hostname}`,
    publicKeys: options.publicKeys ?? Object.values(publishedKeys).map(parsePublicKey),
  }))

const pageOnly =
  'Ksher\'s payment page has it, and a QR code has not: set mode to "redirect", or leave it out.'

function strayInstalments({ instalments, channels, mode }: Shape): string | undefined {
  const named = Object.keys(instalments)
  if (named.length > 0 && mode === "qr") return pageOnly
  const stray = channels === "auto" ? undefined : named.find((channel) => !channels.includes(channel))
  return stray === undefined
    ? undefined
    : `${stray} is not among the channels; add it there or leave it out here.`
}

export type KsherOptionsInput = z.input<typeof ksherOptions>
export type KsherOptions = z.output<typeof ksherOptions>

const url = "paste an address that starts with https://, without ? or #"
const help: Record<keyof KsherOptionsInput, string> = {
  appid: "paste the appid of merchant.ksher.net, such as mch35000.",
  privateKey: "paste the merchant's private key from merchant.ksher.net (.pem), BEGIN and END lines too.",
  mode: 'give "redirect" for Ksher\'s payment page or "qr" for a QR code in the shop.',
  channels:
    'list the channel codes of the contract, each once, such as ["promptpay", "truemoney"], or give "auto".',
  ...sharedHelp,
  returnUrl: "paste the storefront's page after paying; {session_id} in it is filled in.",
  failUrl: "paste the storefront's page after a failed payment; {session_id} in it is filled in.",
  shopUrl: "paste the address of the shop, such as https://shop.example.",
  productName: "give what the payer reads, in English letters, digits and spaces.",
  language: 'give "en", "cn" or "th".',
  expireMinutes: "give whole minutes from 1 to 44640.",
  qrExpireTime: "leave it out, or give the whole number that Ksher has told you.",
  instalments:
    'give months by channel, such as { ktc_instal: { months: [3, 6, 10], interest: "shop" } }; interest is "shopper" or "shop".',
  savedCards: "give true or false.",
  payouts: `leave it out, or give { encryptionKey, maxAmount: 1000, release: "by_admin" }: release is "by_admin" or "automatic", maxAmount whole or broken baht up to 2000000, linkHours whole hours from 1 to 2160. For encryptionKey ${keysHelp}`,
  operatorId: "give at most 32 characters without spaces.",
  deviceId: "give at most 32 characters without spaces.",
  signVersion: 'give "V1" or "V2".',
  publicKeys: "leave it out for Ksher's published keys, or list PEM public keys.",
  minorUnits: "give { jpy: 0 } or { jpy: 2 }, as Ksher has confirmed it for this merchant.",
  gatewayUrl: `leave it out for ${ksherHosts.gatewayUrl}, or ${url}.`,
  apiUrl: `leave it out for ${ksherHosts.apiUrl}, or ${url}.`,
}

/** Parses the provider's options. Throws OptionsError: one sentence that names the option and says what belongs there. */
export const readKsherOptions = (input: unknown): KsherOptions =>
  readOptions("Ksher", ksherOptions, help, input)
