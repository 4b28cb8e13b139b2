import { z } from "zod"

import { isZoneName, languages } from "../../core"
import { baseUrl, readOptions, returnUrl } from "./shared"

/** What Medusa's admin draws in its feed. */
export const feedTemplate = "admin-ui"

const report = z
  .strictObject({
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .default("08:00"),
    timeZone: z
      .string()
      .refine(isZoneName, 'report.timeZone is a name of the time zone database, "Asia/Bangkok" say.'),
    channel: z.string().min(1).default("feed"),
    to: z.string().default(""),
    template: z.string().min(1).optional(),
  })
  .refine(({ channel, to }) => channel === "feed" || to !== "", "report.to says who gets the report.")
  .transform((given) => ({
    ...given,
    template: given.template ?? (given.channel === "feed" ? feedTemplate : "gateway-payments-report"),
  }))

const payoutBooks = z.strictObject({
  since: z.iso.date(),
  byChannel: z.boolean().default(false),
  graceDays: z.number().int().min(0).max(30).default(3),
})

const schema = z.strictObject({
  storefrontCancel: z
    .strictObject({
      enabled: z.boolean().default(true),
      withinMinutes: z.number().positive().optional(),
    })
    .prefault({}),
  notificationRetentionDays: z.number().int().min(1).max(3650).default(90),
  alerts: z
    .strictObject({
      feed: z.boolean().default(true),
      language: z.enum(languages).default("en"),
      channels: z
        .array(
          z.strictObject({
            channel: z.string().min(1),
            to: z.string().min(1),
            template: z.string().min(1).default("gateway-payments-alert"),
          }),
        )
        .max(10)
        .default([]),
      report: report.optional(),
    })
    .prefault({}),
  payPage: z
    .strictObject({
      url: baseUrl.optional(),
      returnUrl: returnUrl(1024).optional(),
      linkHours: z.number().int().min(1).max(2160).default(72),
      channel: z.string().min(1).default("email"),
      template: z.string().min(1).default("gateway-payments-link"),
    })
    .prefault({}),
  payoutBooks: payoutBooks.nullable().default(null),
})

const help = {
  storefrontCancel: "give { enabled: true } or { enabled: true, withinMinutes: 60 }.",
  alerts:
    'give { feed: true, language: "en", channels: [{ channel: "email", to: "shop@shop.example" }], report: { time: "08:00", timeZone: "Asia/Bangkok" } }; the languages are en, th, zh-CN and zh-TW.',
  payPage:
    'give { linkHours: 72, returnUrl: "https://shop.example/thanks" }; url is where shoppers reach this backend, linkHours whole hours from 1 to 2160.',
  payoutBooks:
    'give { since: "2026-01-01" }, the first day to compare; byChannel is true or false, graceDays whole days from 0 to 30.',
  notificationRetentionDays: "give whole days from 1 to 3650.",
}

/** What a shop writes under `plugins: [{ resolve, options }]`. */
export type PluginOptions = z.output<typeof schema>
export type ReportOption = z.output<typeof report>
/** Who is told, and over which channel of Medusa's Notification module. */
export type Recipient = PluginOptions["alerts"]["channels"][number]

/** Parses the plugin's options, or throws OptionsError with one sentence. */
export const readPluginOptions = (input: unknown): PluginOptions => {
  // Medusa adds keys of its own to what it hands a module.
  const own = Object.fromEntries(
    Object.entries(input ?? {}).filter(([key]) => key !== "database" && key !== "manager"),
  )
  return readOptions("plugin", schema, help, own)
}
