import type { Entry, Shop } from "./entries"
import { note, ok, wrong, type Finding, type Result } from "./finding"

/** What of the shop's configuration decides whether the plugin hears, is heard, and works in several instances. */
export function checkShop(shop: Shop, inProduction: boolean): Finding[] {
  if (!shop.isWhole) return []
  return [
    ...shop.strange.map((resolve) => ({ about: "plugin", check: "providers", ...strangeProvider(resolve) })),
    { about: "medusa", check: "CORS", ...storefrontCors(shop.storeCors, shop.entries) },
    { about: "medusa", check: "worker mode", ...workerMode(shop.workerMode) },
    { about: "medusa", check: "instances", ...sharedModules(shop, inProduction) },
  ]
}

const strangeProvider = (resolve: string): Result =>
  wrong(
    `${resolve} is no provider of this package: write medusa-payment-ksher-gnete/providers/ksher or …/gnete.`,
  )

/** A storefront in a browser may ask Medusa from its own address alone. */
function storefrontCors(storeCors: string | undefined, entries: readonly Entry[]): Result {
  const allowed = (storeCors ?? "").split(",").map((one) => one.trim())
  const missing = [...new Set(entries.flatMap(storefrontOf))].filter(
    (origin) => !allowed.some((one) => allows(one, origin)),
  )
  if (!missing.length) return ok("The storefront's address is in storeCors.")
  return note(
    `${missing.join(", ")} is not in projectConfig.http.storeCors: a storefront there cannot ask for its payments from a browser.`,
  )
}

function storefrontOf({ options }: Entry): string[] {
  const { returnUrl } = (options ?? {}) as { returnUrl?: unknown }
  if (typeof returnUrl !== "string") return []
  const plain = returnUrl.replaceAll(/[{}]/g, "")
  return URL.canParse(plain) ? [new URL(plain).origin] : []
}

/** As Medusa reads its list: an address, or a pattern between slashes. */
function allows(entry: string, origin: string): boolean {
  const pattern = /^\/(.+)\/([a-z]*)$/.exec(entry)
  if (!pattern) return entry === "*" || entry === origin
  try {
    return new RegExp(pattern[1] ?? "", pattern[2]).test(origin)
  } catch {
    return false
  }
}

function workerMode(mode: string | undefined): Result {
  switch (mode) {
    case "server":
      return note(
        'workerMode is "server": the job runs in another instance, so that at least one must be "worker" or "shared".',
      )
    case "worker":
      return note(
        'workerMode is "worker": this instance takes no notifications; another must be "server" or "shared".',
      )
    default:
      return ok('workerMode is "shared": this instance takes notifications and runs the job.')
  }
}

const kinds = [
  { name: "events", shared: /event-bus-redis/ },
  { name: "workflows", shared: /workflow-engine-redis/ },
  { name: "locks", shared: /locking-(redis|postgres)/ },
]

/** Medusa keeps each of these in the memory of one process, unless a module of its own is configured. */
function sharedModules({ resolved, workerMode }: Shop, inProduction: boolean): Result {
  const own = kinds.filter(({ shared }) => !resolved.some((one) => shared.test(one))).map(({ name }) => name)
  if (!own.length) return ok("Events, workflows and locks are shared by all instances.")
  const said = `${sentenceStart(own.join(", "))} are kept in the memory of one process`
  const howTo = 'give Medusa the modules that docs/operating.md shows under "Several instances".'
  if (workerMode === "server" || workerMode === "worker")
    return wrong(`${said}, and workerMode "${workerMode}" needs several: ${howTo}`)
  return inProduction
    ? note(`${said}: for a second instance ${howTo}`)
    : ok(`${said}: enough for one instance.`)
}

const sentenceStart = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
