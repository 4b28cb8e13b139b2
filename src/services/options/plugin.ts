import { z } from "zod"
import { readOptions } from "./shared"

const schema = z.strictObject({
  storefrontCancel: z
    .strictObject({
      enabled: z.boolean().default(true),
      withinMinutes: z.number().positive().optional(),
    })
    .prefault({}),
  notificationRetentionDays: z.number().int().min(1).max(3650).default(90),
})

const help = {
  storefrontCancel: "give { enabled: true } or { enabled: true, withinMinutes: 60 }.",
  notificationRetentionDays: "give whole days from 1 to 3650.",
}

/** What a shop writes under `plugins: [{ resolve, options }]`. */
export type PluginOptions = z.output<typeof schema>

/** Parses the plugin's options, or throws OptionsError with one sentence. */
export const readPluginOptions = (input: unknown): PluginOptions => {
  // Medusa adds keys of its own to what it hands a module.
  const own = Object.fromEntries(
    Object.entries(input ?? {}).filter(([key]) => key !== "database" && key !== "manager"),
  )
  return readOptions("plugin", schema, help, own)
}
