import { titleOf } from "./gateways"
import type { GatewayName } from "./gateways"

/** Payments in a row that the gateway answered alike and did not open. */
export interface NotOpening {
  /** `answerOf` each of them. */
  answer: string
  payments: number
  since: Date
  lastAt: Date
}

/** What shoppers or channels cause ends with the next payment; from this many in a row on, it is the configuration. */
export const tooManyInARow = 3

/** A provider entry of medusa-config, with the account that it has. */
export interface ConfiguredEntry {
  providerId: string
  gateway: GatewayName
  /** `undefined`: its options are wrong, and say so themselves. */
  account: string | undefined
}

/** Payments that wait for an end or hold money, of an account that no entry has now. */
export interface OrphanedPayments {
  providerId: string
  gateway: GatewayName
  account: string
  payments: number
}

/** What is known of a shop's accounts, looked up once. */
export interface AccountFindings {
  /** Medusa does not hand out its payment providers as this plugin expects. */
  medusaUnsupported: boolean
  entries: readonly ConfiguredEntry[]
  /** Entries whose gateway does not take the call that reverses a payment on its day. */
  withoutReversal: readonly ConfiguredEntry[]
  notOpening: readonly (ConfiguredEntry & NotOpening)[]
  orphaned: readonly OrphanedPayments[]
}

/** What the boot and `doctor` say of a shop's accounts. */
export interface AccountNotice {
  code: "medusa_unsupported" | "account_changed" | "entry_removed" | "not_opening" | "no_reversal"
  /** `undefined`: it is about the shop. */
  providerId?: string
  /** Payments are held up until somebody changes something; else it is good to know. */
  isUrgent: boolean
  sentence: string
}

export const medusaUnsupported =
  "This version of Medusa does not hand out its payment providers as this plugin expects: no payment can be settled or refunded, and no notification taken. Install a version that the peer dependencies of medusa-payment-ksher-gnete name."

const usualCauses: Record<GatewayName, string> = {
  ksher:
    "a returnUrl that is too long, a channel that the contract does not have, or an appid and privateKey of different accounts",
  gnete:
    "a returnUrl of more than 128 characters, a way code that the contract does not have, or credentials of Gnete's other host",
}

export const notOpeningSentence = (
  gateway: GatewayName,
  { answer, payments }: Pick<NotOpening, "answer" | "payments">,
): string =>
  `The last ${payments} payments did not open: ${titleOf(gateway)} gave each of them the same answer (${answer}). Usual causes: ${usualCauses[gateway]}. The next payment that opens ends this warning.`

export const noReversalSentence = (gateway: GatewayName): string =>
  `${titleOf(gateway)} does not take same-day reversals of this account: whole payments are refunded instead. It is tried again once a day; sameDayCancel: { enabled: false } leaves that out.`

/** What is to be said of the accounts, the most urgent first. */
export function accountNotices(found: AccountFindings): AccountNotice[] {
  return [
    ...(found.medusaUnsupported
      ? [{ code: "medusa_unsupported" as const, isUrgent: true, sentence: medusaUnsupported }]
      : []),
    ...found.orphaned.flatMap((payments) => orphanNotice(payments, found.entries)),
    ...found.notOpening.map((entry) => ({
      code: "not_opening" as const,
      providerId: entry.providerId,
      isUrgent: true,
      sentence: notOpeningSentence(entry.gateway, entry),
    })),
    ...found.withoutReversal.map(({ providerId, gateway }) => ({
      code: "no_reversal" as const,
      providerId,
      isUrgent: false,
      sentence: noReversalSentence(gateway),
    })),
  ]
}

function orphanNotice(orphaned: OrphanedPayments, entries: readonly ConfiguredEntry[]): AccountNotice[] {
  const { providerId, gateway, account, payments } = orphaned
  const entry = entries.find((one) => one.providerId === providerId)
  const held = `${payments} ${payments === 1 ? "payment" : "payments"} of account ${account} at ${titleOf(gateway)}`
  const until = "can neither be asked about nor refunded"
  if (!entry)
    return [
      {
        code: "entry_removed",
        providerId,
        isUrgent: true,
        sentence: `The entry is not configured any more, and ${held} ${until}. Configure it again, with that account.`,
      },
    ]
  if (entry.account === undefined || entry.account === account) return []
  return [
    {
      code: "account_changed",
      providerId,
      isUrgent: true,
      sentence: `The entry has account ${entry.account} now, and ${held} ${until}. Configure the old account again under this id, and give the new one an entry of its own.`,
    },
  ]
}
