/** Every gateway of this package. One more here, and the compiler names each place that has to know of it. */
export const gatewayNames = ["ksher", "gnete"] as const
export type GatewayName = (typeof gatewayNames)[number]

const titles: Readonly<Record<GatewayName, string>> = { ksher: "Ksher", gnete: "Gnete" }

/** As people write it, for sentences. */
export const titleOf = (gateway: GatewayName): string => titles[gateway]

export const isGatewayName = (name: unknown): name is GatewayName => gatewayNames.some((one) => one === name)

/** Whether a payment provider of Medusa's is this plugin's: `pp_ksher`, `pp_gnete_hk`. */
export const isOurs = (providerId: string): boolean =>
  gatewayNames.some((gateway) => providerId === `pp_${gateway}` || providerId.startsWith(`pp_${gateway}_`))

/** The id that Medusa gives a provider entry. */
export const providerIdOf = (gateway: GatewayName, entry: string | undefined): string =>
  `pp_${gateway}${entry ? `_${entry}` : ""}`

/** The gateway that a provider entry of medusa-config resolves to: `…/providers/ksher`, in whatever package or folder. */
export function gatewayOfEntry(resolve: unknown): GatewayName | undefined {
  const name = /providers\/(\w+)(?:\/index(?:\.[jt]s)?)?$/.exec(String(resolve))?.[1]
  return isGatewayName(name) ? name : undefined
}
