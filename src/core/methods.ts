import { hasChannel, largestPayment, type AccountInfo } from "./account-info"
import type { ChannelFacts, Gateway, Instalments } from "./gateway"
import { money, roundToMinor } from "./money"
import { plainChannel, wayOf, type Device, type Names, type Way, type WayKind } from "./ways"

/** What the shopper holds, as far as it is known: it decides what is shown first. */
export type AskingDevice = Exclude<Device, "any">

/** Why a way to pay is not available. Stable: a storefront has a sentence for each. */
export const unavailableReasons = [
  "other_currency",
  "not_on_account",
  "below_minimum",
  "above_limit",
  "phone_only",
] as const
export type UnavailableReason = (typeof unavailableReasons)[number]

/** One way to pay, of one provider entry. Amounts in minor units of `digits` decimals. */
export interface PaymentMethod {
  providerId: string
  /** What the storefront sends to choose it: Ksher's channel, Gnete's way code. */
  channel: string
  kind: WayKind
  name: Names
  available: boolean
  reason: UnavailableReason | null
  /** `null`: the gateway does not take the currency. */
  minimum: number | null
  /** `null`: none is known. */
  maximum: number | null
  digits: number
  refunds: "whole" | "part" | "none"
  device: Device
  /** `null`: paid at once. */
  instalments: Instalments | null
}

/** A provider entry that the region offers. */
export interface Offering {
  providerId: string
  gateway: Pick<Gateway, "offer" | "digits" | "channelFacts" | "instalments">
  /** What the gateway says of the account, where that is known and not too old. */
  account?: AccountInfo | undefined
}

export interface Wanted {
  /** Major units, plain decimal. */
  amount: string
  currency: string
  device: AskingDevice
}

/** Every way to pay, the best for the asking device first. Pure: what it says is advice, and decides nothing about money. */
export function methodsOf(offerings: readonly Offering[], wanted: Wanted): PaymentMethod[] {
  const all = offerings.flatMap((offering) =>
    oneOfEachPair(offering.gateway.offer.channels, wanted.device).map(({ channel, way }) =>
      methodOf(offering, channel, way, wanted),
    ),
  )
  const place = (method: PaymentMethod) => placeOf(method, wanted.device)
  return all
    .map((method, index) => ({ method, index, place: place(method) }))
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .map(({ method }) => method)
}

/** Codes with their ways. Of a pair the one for the asking device stands for both, and works on any. */
function oneOfEachPair(channels: readonly string[], device: AskingDevice): { channel: string; way: Way }[] {
  const all = channels.map((channel) => ({ channel, way: wayOf(channel) }))
  const others = (way: Way) => all.filter((one) => one.way.pair === way.pair && one.way.device !== way.device)
  return all.flatMap(({ channel, way }) => {
    if (way.pair === undefined || others(way).length === 0) return [{ channel, way }]
    return way.device === device ? [{ channel, way: { ...way, device: "any" as const } }] : []
  })
}

function methodOf(
  { providerId, gateway, account }: Offering,
  channel: string,
  way: Way,
  wanted: Wanted,
): PaymentMethod {
  const decimals = gateway.digits(wanted.currency)
  const facts = gateway.channelFacts(channel, wanted.currency)
  const taken = "digits" in decimals && (way.currency ?? wanted.currency) === wanted.currency
  const digits = "digits" in decimals ? decimals.digits : 0
  const maximum = account && taken ? largestPayment(account, plainChannel(channel), wanted.currency) : null
  const amount = roundToMinor(wanted.amount, digits)
  const reason = taken
    ? whyNot({
        has: account && hasChannel(account, plainChannel(channel)),
        amount,
        minimum: facts.minimum,
        maximum,
        misplaced: way.device === "phone" && wanted.device !== "phone",
      })
    : "other_currency"
  return {
    providerId,
    channel,
    kind: way.kind,
    name: way.name,
    available: reason === null,
    reason,
    minimum: taken ? facts.minimum : null,
    maximum,
    digits,
    refunds: refundsOf(facts, account),
    device: way.device,
    instalments: gateway.instalments?.(channel, money(amount, wanted.currency)) ?? null,
  }
}

interface Judged {
  has: boolean | undefined
  amount: number
  minimum: number
  maximum: number | null
  misplaced: boolean
}

function whyNot({ has, amount, minimum, maximum, misplaced }: Judged): UnavailableReason | null {
  if (has === false) return "not_on_account"
  if (amount < minimum) return "below_minimum"
  if (maximum !== null && amount > maximum) return "above_limit"
  return misplaced ? "phone_only" : null
}

function refundsOf(
  { refund, partialRefund }: ChannelFacts,
  account: AccountInfo | undefined,
): PaymentMethod["refunds"] {
  if (!refund) return "none"
  return partialRefund && account?.partialRefunds !== false ? "part" : "whole"
}

/** On a phone an app is one touch away, and a code on the own screen is hard to read; on a desktop it is the other way round. */
const order: Readonly<Record<AskingDevice, readonly WayKind[]>> = {
  phone: ["bank_app", "wallet", "card", "qr", "pay_later", "instalments"],
  desktop: ["qr", "wallet", "card", "pay_later", "instalments", "bank_app"],
}

/** What cannot be chosen comes last, and before it what is meant for the other device. */
function placeOf({ available, device, kind }: PaymentMethod, asking: AskingDevice): number {
  const group = available ? (device === "any" || device === asking ? 0 : 1) : 2
  return group * order[asking].length + order[asking].indexOf(kind)
}
