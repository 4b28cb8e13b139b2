import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { z } from "zod"

import { gatewayNames, gatewayOfEntry, isGatewayName, providerIdOf } from "../../core"
import type { GatewayName } from "../../core"

/** One provider entry of the shop, its options not yet checked. */
export interface Entry {
  providerId: string
  gateway: GatewayName
  options: unknown
}

export interface Shop {
  entries: Entry[]
  /** What stands under `plugins` for this package; undefined where nothing does, or where no medusa-config was read. */
  plugin?: { options?: unknown } | undefined
  /** The channels that Medusa's Notification module has providers for; null: no such module, or no medusa-config was read. */
  notificationChannels: string[] | null
  databaseUrl?: string | undefined
  databaseSchema?: string | undefined
  storeCors?: string | undefined
  workerMode?: string | undefined
  /** What the modules and the locking providers resolve to. */
  resolved: string[]
  /** Providers that resolve into this package, and to nothing in it. */
  strange: string[]
  /** These are all the entries there are: what is missing among them was removed. */
  isWhole: boolean
}

const packageName = "medusa-payment-ksher-gnete"

const provider = z.looseObject({
  resolve: z.unknown().optional(),
  id: z.string().optional(),
  options: z.unknown().optional(),
})
const hostModule = z.looseObject({
  resolve: z.unknown().optional(),
  options: z.looseObject({ providers: z.array(provider).optional() }).optional(),
})
/** What is read of a medusa-config: `modules` is a list as it is written, and a record once defineConfig was over it. */
const medusaConfig = z.looseObject({
  modules: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).default([]),
  plugins: z.array(z.unknown()).default([]),
  projectConfig: z
    .looseObject({
      databaseUrl: z.string().optional(),
      databaseSchema: z.string().optional(),
      workerMode: z.string().optional(),
      http: z.looseObject({ storeCors: z.string().optional() }).optional(),
    })
    .default({}),
})
const plugin = z.looseObject({ resolve: z.string(), options: z.unknown().optional() })

/** The shop's own medusa-config, run as Medusa runs it. Throws a sentence where it cannot be found or run. */
export function shopOf(directory: string, file?: string): Shop {
  const found = file === undefined ? configIn(directory) : path.resolve(directory, file)
  const config = medusaConfig.parse(load(found, directory))
  const modules = Object.values(config.modules)
  const entries = modules.flatMap(entriesOf)
  const resolved = modules.flatMap(resolvesOf)
  const strange = resolved.filter(isStrange)
  if (!entries.length && !strange.length)
    throw new Error(
      `${found} has no payment provider that resolves to ${packageName}/providers/ksher or …/gnete: add one, as the README shows.`,
    )
  return {
    entries,
    plugin: config.plugins
      .map((one) => plugin.safeParse(typeof one === "string" ? { resolve: one } : one).data)
      // A plugin under development is named by its folder.
      .find((one) => one && path.basename(one.resolve) === packageName),
    notificationChannels: notificationChannels(config.modules),
    databaseUrl: config.projectConfig.databaseUrl,
    databaseSchema: config.projectConfig.databaseSchema,
    storeCors: config.projectConfig.http?.storeCors,
    workerMode: config.projectConfig.workerMode,
    resolved,
    strange,
    isWhole: true,
  }
}

/** A shop without Medusa: one entry, its options as a JSON file. */
export function shopOfOptions(gateway: string, file: string, directory: string): Shop {
  if (!isGatewayName(gateway))
    throw new Error(`--provider is ${gatewayNames.join(" or ")}, not "${gateway}".`)
  const found = path.resolve(directory, file)
  if (!existsSync(found))
    throw new Error(`There is no file ${found}: give --options the provider's options as JSON.`)
  const options = parsed(readFileSync(found, "utf8"), file)
  const entries = [{ providerId: providerIdOf(gateway, undefined), gateway, options }]
  return { entries, notificationChannels: null, resolved: [], strange: [], isWhole: false }
}

/** The parser's own message quotes the text, and with it a key: it goes no further. */
function parsed(text: string, file: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (value === undefined) throw new Error(`${file} is not JSON.`)
  return value
}

function entriesOf(candidate: unknown): Entry[] {
  const { data } = hostModule.safeParse(candidate)
  return (data?.options?.providers ?? []).flatMap(({ resolve, id, options }) => {
    const gateway = gatewayOfEntry(resolve)
    return gateway ? [{ providerId: providerIdOf(gateway, id), gateway, options }] : []
  })
}

const notificationPackages: readonly unknown[] = ["@medusajs/medusa/notification", "@medusajs/notification"]
const notificationModule = z.looseObject({
  disable: z.literal(false).optional(),
  options: z
    .looseObject({
      providers: z
        .array(
          z.looseObject({ options: z.looseObject({ channels: z.array(z.string()).default([]) }).optional() }),
        )
        .default([]),
      cloud: z.unknown().optional(),
    })
    .optional(),
})
const named = z.looseObject({ key: z.unknown().optional(), resolve: z.unknown().optional() })

/** A list holds the module under its package or its key, a record under its key. */
function notificationChannels(modules: readonly unknown[] | Record<string, unknown>): string[] | null {
  const candidate: unknown = Array.isArray(modules)
    ? modules.find((one) => {
        const { data } = named.safeParse(one)
        return data?.key === "notification" || notificationPackages.includes(data?.resolve)
      })
    : (modules as Record<string, unknown>).notification
  const { data } = notificationModule.safeParse(candidate)
  if (!data) return null
  const served = (data.options?.providers ?? []).flatMap(({ options }) => options?.channels ?? [])
  // Medusa's own cloud sends mail where no other provider does.
  return data.options?.cloud ? [...served, "email"] : served
}

function resolvesOf(candidate: unknown): string[] {
  const { data } = hostModule.safeParse(candidate)
  const providers = (data?.options?.providers ?? []).map(({ resolve }) => resolve)
  return [data?.resolve, ...providers].filter((one) => typeof one === "string")
}

const isStrange = (resolve: string): boolean =>
  resolve.startsWith(`${packageName}/`) && gatewayOfEntry(resolve) === undefined

function configIn(directory: string): string {
  const found = ["medusa-config.ts", "medusa-config.js", "medusa-config.cjs"]
    .map((name) => path.join(directory, name))
    .find((file) => existsSync(file))
  if (found !== undefined) return found
  throw new Error(
    "There is no medusa-config here: run this in the shop's backend, or give --config <file>, or --provider and --options.",
  )
}

function load(file: string, directory: string): unknown {
  const require = createRequire(path.join(directory, "package.json"))
  if (file.endsWith(".ts")) registerTypeScript(require)
  let loaded: unknown
  try {
    loaded = require(file)
  } catch (error) {
    throw new Error(`${file} could not be run: ${(error as Error).message.split("\n")[0] ?? ""}`, {
      cause: error,
    })
  }
  const door = loaded as { default?: unknown } | null
  return door?.default ?? loaded
}

/** What a shop in TypeScript has at hand to run it; Medusa's own starter comes with ts-node. */
const typeScriptLoaders = ["tsx/cjs", "ts-node/register/transpile-only", "@swc-node/register"]

function registerTypeScript(require: NodeJS.Require): void {
  for (const loader of typeScriptLoaders) {
    try {
      require(loader)
      return
    } catch {
      // Not installed here: the next one.
    }
  }
  throw new Error(
    "medusa-config.ts needs tsx or ts-node, and the shop has neither: install one, or build the shop and give --config .medusa/server/medusa-config.js.",
  )
}
