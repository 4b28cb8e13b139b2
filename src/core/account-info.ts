import { titleOf, type GatewayName } from "./gateways"

/** One channel that the account has. Limits in minor units of the account's currency; `null`: none. */
export interface AccountChannel {
  channel: string
  /** The largest single payment. */
  orderLimit: number | null
  /** The most that the channel takes in a day. */
  dayLimit: number | null
  /** When its money is paid out, in the gateway's words: `T+1`. */
  settles: string | null
}

/**
 * What the gateway says that an account may do. Most of it is not signed: it advises and hides, and is never the reason why money
 * moves, is refused or is confirmed. `null`: not said.
 */
export interface AccountInfo {
  kind: "test" | "formal" | null
  /** Empty where the gateway has not said which. */
  channels: readonly AccountChannel[]
  /** Channels that the gateway knows in the account's country. Of any other it says nothing. */
  countryChannels: readonly string[]
  partialRefunds: boolean | null
  /** `+07:00`. */
  timeZone: string | null
  currency: string | null
  /** In which its money is paid out. */
  settlementCurrency: string | null
  /** A notification address that is registered at the gateway. */
  notifyUrl: string | null
}

/** The account as it was last read. */
export interface KnownAccount {
  info: AccountInfo
  readAt: Date
}

/** Whether the account has a channel; `undefined` where the gateway says nothing about it. */
export function hasChannel(info: AccountInfo, channel: string): boolean | undefined {
  if (info.channels.some((one) => one.channel === channel)) return true
  return info.channels.length > 0 && info.countryChannels.includes(channel) ? false : undefined
}

/** The largest single payment: one above what the channel takes in a whole day cannot pass either. */
export function largestPayment(info: AccountInfo, channel: string, currency: string): number | null {
  if (info.currency !== null && info.currency !== currency) return null
  const found = info.channels.find((one) => one.channel === channel)
  const limits = [found?.orderLimit, found?.dayLimit].flatMap((limit) => limit ?? [])
  return limits.length ? Math.min(...limits) : null
}

/** What is to be said of an account that was read, for the log, `doctor` and whoever reads the provider's card. */
export interface InfoNotice {
  code: "test_account" | "channels_missing" | "notify_url_differs"
  sentence: string
}

export interface InfoEntry {
  gateway: GatewayName
  account: string
  /** The channels that the entry names. */
  channels: readonly string[]
  notifyUrl: string
  /** Shoppers pay here, and do not only try. */
  production: boolean
}

/** What a shop should know of its account. Pure. */
export function infoNotices(info: AccountInfo, entry: InfoEntry): InfoNotice[] {
  const title = titleOf(entry.gateway)
  const missing = entry.channels.filter((channel) => hasChannel(info, channel) === false)
  const notices: (InfoNotice | false)[] = [
    info.kind === "test" &&
      entry.production && {
        code: "test_account",
        sentence: `${title} calls account ${entry.account} a test account, and this shop runs in production. Configure the formal account.`,
      },
    missing.length > 0 && {
      code: "channels_missing",
      sentence: `The account does not have ${missing.join(", ")} at ${title}: shoppers see that as not available. Take it out of the option channels, or have ${title} open it.`,
    },
    info.notifyUrl !== null &&
      info.notifyUrl !== entry.notifyUrl && {
        code: "notify_url_differs",
        sentence: `${title} has another notification address registered for the account (at ${hostOf(info.notifyUrl)}). Each payment names ${entry.notifyUrl}; have the registered one changed if notifications do not arrive.`,
      },
  ]
  return notices.filter((notice) => notice !== false)
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "an unreadable address")
