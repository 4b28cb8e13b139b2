import { SandboxError } from "../errors"
import type { World } from "../world"

/** What a shop configures to reach the simulated Gnete. */
export interface GneteCredentials {
  mchNo: string
  appId: string
  appSecret: string
  /** Stands for https://api-pay.gnete.com.hk */
  baseUrl: string
}

export interface GneteMerchantOptions {
  /** Another app of this merchant: it shares the merchant's order numbers. With `appId`, of any number. */
  mchNo?: string | undefined
  /** Made where not given. */
  appId?: string | undefined
  appSecret?: string | undefined
  /** Way codes of the app; all where not given. */
  wayCodes?: string[] | undefined
  /** False: switched off in the console. */
  enabled?: boolean | undefined
}

export interface GneteApp {
  readonly mchNo: string
  readonly appId: string
  readonly appSecret: string
  readonly wayCodes: string[] | undefined
  readonly enabled: boolean
}

/** Opens an app, of a new merchant or of the one named. */
export async function addGneteMerchant(
  world: World,
  options: GneteMerchantOptions = {},
): Promise<GneteCredentials> {
  const known = [...world.gneteApps.values()].some(({ mchNo }) => mchNo === options.mchNo)
  if (options.mchNo && !options.appId && !known)
    throw new SandboxError(`There is no Gnete merchant ${options.mchNo}.`)
  const app: GneteApp = {
    mchNo: options.mchNo ?? `M16218734${world.serial(5)}`,
    appId: options.appId ?? world.random.hex(24),
    appSecret: options.appSecret ?? world.random.text(128),
    wayCodes: options.wayCodes,
    enabled: options.enabled ?? true,
  }
  world.gneteApps.set(app.appId, app)
  const { mchNo, appId, appSecret } = app
  return { mchNo, appId, appSecret, baseUrl: `${world.url}/gnete` }
}
