import type { Instalments, Money } from "../../core"
import type { KsherOptions } from "./options"

type Wishes = KsherOptions["instalments"]

/** Krungsri takes ten months and more from THB 5,000 on. Source: Ksher's website (minimums). */
const longAtKrungsri = { channel: "kcc_instal", months: 10, minimum: 500_000, currency: "thb" }

const isInstalment = (channel: string): boolean => channel.endsWith("_instal")

const isLong = (channel: string, months: number): boolean =>
  channel === longAtKrungsri.channel && months >= longAtKrungsri.months

/** The months of a channel that an amount is enough for; `null` where the channel is paid at once. */
export function instalmentsOf(wishes: Wishes, channel: string, amount: Money): Instalments | null {
  if (!isInstalment(channel)) return null
  const wish = wishes[channel]
  if (!wish) return { months: null, interest: null }
  const isEnough = amount.currency !== longAtKrungsri.currency || amount.minor >= longAtKrungsri.minimum
  return {
    months: wish.months.filter((months) => isEnough || !isLong(channel, months)).sort((a, b) => a - b),
    interest: wish.interest,
  }
}

/** The smallest payment of a channel in satang, where its months ask for more than the channel does. */
export function leastOf(wishes: Wishes, channel: string, minimum: number): number {
  const months = wishes[channel]?.months
  const onlyLong = months?.every((each) => isLong(channel, each)) === true
  return onlyLong ? Math.max(minimum, longAtKrungsri.minimum) : minimum
}

/** What `gateway_pay` is told of them, for the channels that it offers. */
export function instalmentFields(
  wishes: Wishes,
  channels: readonly string[],
  amount: Money,
): { channel_instal_times_list?: string; instal_fee_payer_merchant_channel_list?: string } {
  const wished = channels.flatMap((channel) => {
    const found = wishes[channel] && instalmentsOf(wishes, channel, amount)
    return found?.months?.length ? [{ channel, months: found.months, interest: found.interest }] : []
  })
  if (wished.length === 0) return {}
  const byShop = wished.filter(({ interest }) => interest === "shop").map(({ channel }) => channel)
  return {
    channel_instal_times_list: JSON.stringify(
      Object.fromEntries(wished.map(({ channel, months }) => [channel, months])),
    ),
    ...(byShop.length > 0 && { instal_fee_payer_merchant_channel_list: byShop.join(",") }),
  }
}
