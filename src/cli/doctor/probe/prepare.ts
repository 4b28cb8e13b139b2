import { createHash, generateKeyPairSync } from "node:crypto"

import { toMinor, ulid, type Gateway, type GatewayName } from "../../../core"
import { readKsherOptions } from "../../../services/ksher"
import { OptionsError } from "../../../services/options/shared"
import type { Entry, Shop } from "../entries"
import { subjectOf, type Subject } from "../gateway-checks"
import type { Hands } from "./perform"
import type { Plan } from "./steps"

/** What the person chose on the command line. */
export interface Wishes {
  entry?: string | undefined
  channel?: string | undefined
  currency?: string | undefined
  amount?: string | undefined
  cancel: boolean
}

/** The one entry that is probed. Throws a sentence where that is not said. */
export function entryOf({ entries }: Shop, wanted: string | undefined): Entry {
  const ids = entries.map(({ providerId }) => providerId)
  const found = wanted === undefined && entries.length === 1 ? entries[0] : undefined
  const entry = found ?? entries.find(({ providerId }) => providerId === wanted)
  if (entry) return entry
  throw new Error(`Name the entry to probe with --entry: ${ids.join(", ")}.`)
}

/** Throws one sentence where the options of the entry do not hold. */
export function readSubject(entry: Entry): Subject {
  try {
    return subjectOf(entry).subject
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    throw new Error(`${error.message} Run doctor without --probe first.`, { cause: error })
  }
}

/** Channels that are read from the account are known after this; it also says whether the account refunds in part. */
export async function readAccount({ gateway }: Subject, now: Date): Promise<{ partialRefunds: boolean }> {
  const answer = await gateway.readAccount()
  if (answer.kind === "not_sent")
    throw new Error(`${answer.message} Nothing was sent. Run doctor without --probe first.`)
  if (answer.kind !== "succeeded") return { partialRefunds: true }
  gateway.learn({ info: answer.value, readAt: now })
  return { partialRefunds: answer.value.partialRefunds !== false }
}

/** Which order is made and what is asked of it: from what is known of the channel. Throws a sentence where none can be made. */
export function planOf(
  { entry, gateway }: Pick<Subject, "entry" | "gateway">,
  wishes: Wishes,
  account: { partialRefunds: boolean },
  now: Date,
): Plan {
  const channel = channelOf(gateway, wishes.channel)
  const currency = (wishes.currency ?? gateway.probeCurrency).toLowerCase()
  const units = gateway.digits(currency)
  if ("problem" in units) throw new Error(units.problem)
  const facts = gateway.channelFacts(channel, currency)
  const inPart = facts.refund && facts.partialRefund && account.partialRefunds
  const amount = amountOf(wishes.amount, units.digits, Math.max(facts.minimum, inPart ? 2 : 1))
  const { mode } = gateway.offer
  return {
    ...{ providerId: entry.providerId, gateway: gateway.name },
    ...{ account: masked(gateway.account), accountMark: markOf(gateway) },
    ...{ mode, channel, currency, digits: units.digits, amount },
    part: inPart ? Math.floor(amount / 2) : null,
    refunds: facts.refund,
    tells: facts.refundQuery,
    lists: gateway.listsRefunds && facts.refundQuery,
    closes: facts.close || (gateway.name === "ksher" && mode === "redirect"),
    reverses: wishes.cancel && gateway.name === "gnete",
    numbers: { unpaid: ulid(now.getTime()), paid: ulid(now.getTime()), cancelled: ulid(now.getTime()) },
    startedAt: now.toISOString(),
  }
}

/** The first that answers the most. */
function channelOf(gateway: Gateway, wanted: string | undefined): string {
  const { channels } = gateway.offer
  if (wanted !== undefined) {
    const chosen = gateway.chooseChannel(wanted)
    if ("problem" in chosen) throw new Error(chosen.problem)
    return wanted
  }
  const facts = (channel: string) => gateway.channelFacts(channel)
  const found =
    channels.find((channel) => facts(channel).refund && facts(channel).refundQuery) ??
    channels.find((channel) => facts(channel).refund) ??
    channels[0]
  if (found === undefined) throw new Error("The account has no channel that can be used here.")
  return found
}

function amountOf(wanted: string | undefined, digits: number, smallest: number): number {
  if (wanted === undefined) return smallest
  let amount: number
  try {
    amount = toMinor(wanted, digits)
  } catch (error) {
    throw new Error(`--amount: ${(error as Error).message}`, { cause: error })
  }
  if (amount < smallest) throw new Error(`--amount is below the smallest payment of the channel.`)
  return amount
}

/** Enough for its owner to know it by: `mch…05`. */
export const masked = (account: string): string =>
  account
    .split("/")
    .map((part) => (part.length > 6 ? `${part.slice(0, 3)}…${part.slice(-2)}` : `${part.slice(0, 1)}…`))
    .join("/")

export const markOf = ({ account }: Pick<Gateway, "account">): string =>
  createHash("sha256").update(account).digest("hex").slice(0, 16)

/** The same account in other forms: what only Ksher has. */
export const otherForms: Readonly<
  Record<GatewayName, (entry: Entry) => Pick<Hands, "signedV2" | "stranger">>
> = {
  gnete: () => ({ signedV2: [], stranger: undefined }),
  ksher: (entry) => {
    const options = entry.options as Record<string, unknown>
    const withOptions = (changes: Record<string, unknown>) =>
      subjectOf({ ...entry, options: { ...options, ...changes } }).subject.gateway
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
    return {
      stranger: withOptions({ privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString() }),
      signedV2: readKsherOptions(options)
        .publicKeys.map((key) => ({ key, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 }))
        .sort((a, b) => b.bits - a.bits)
        .map(({ key, bits }) => ({
          bits,
          gateway: withOptions({
            signVersion: "V2",
            publicKeys: [key.export({ type: "spki", format: "pem" }).toString()],
          }),
        })),
    }
  },
}
