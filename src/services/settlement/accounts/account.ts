import { PaymentProblem, noReversalSentence, notOpeningSentence, titleOf, tooManyInARow } from "../../../core"
import type { AccountFindings, ConfiguredEntry, NotOpening, OrphanedPayments } from "../../../core"
import type { AccountFact, AccountKey, Clock, GatewayPayment, Ledger } from "../../ledger"
import { logLine } from "../../observability"
import { isOutOfReach, raise, setBack } from "../attention"
import type { Deps } from "../deps"
import { after, day, hour } from "../schedule"

/** Entries change only when Medusa starts again. Whoever has put one back and does not want to wait asks by hand. */
const lookAgainMs = hour

type Saying = Pick<Deps, "ledger" | "log" | "emit" | "clock">

/**
 * Throws where the entry has another account than the one that the payment was opened with: whatever the gateway said of the
 * order would be said of somebody else's.
 */
export function requireOwnAccount(payment: GatewayPayment, { gateway }: Pick<Deps, "gateway">): void {
  if (payment.account === gateway.account) return
  throw new PaymentProblem(
    "not_allowed",
    "account_changed",
    `The shop's account at ${titleOf(gateway.name)} has changed since payment ${payment.number} was opened. Nothing was asked of the gateway and nothing was sent: configure the old account again, and give the new one an entry of its own.`,
  )
}

/** As `requireOwnAccount`, and the payment says so. Once the account is back, what stood before about the payment stands again. */
export async function requireReach(payment: GatewayPayment, deps: Deps): Promise<GatewayPayment> {
  // Nothing is at any account yet.
  if (payment.openedAt === null) return payment
  if (payment.account === deps.gateway.account)
    return isOutOfReach(payment) ? setBack(payment, deps) : payment
  const { providerId: provider, gateway } = deps
  const accounts = { account: payment.account, now: gateway.account }
  await raise(payment, "account_changed", { provider, gateway: gateway.name, ...accounts }, deps)
  await lookAgainLater(payment, deps)
  requireOwnAccount(payment, deps)
  return payment
}

/** The entry that the payment was opened with is not configured any more: nobody can ask about it. */
export async function noteRemovedEntry(payment: GatewayPayment, deps: Saying): Promise<void> {
  if (payment.openedAt !== null) await raiseEntryRemoved(payment, deps)
  await lookAgainLater(payment, deps)
}

async function raiseEntryRemoved(payment: GatewayPayment, deps: Saying): Promise<void> {
  const { providerId: provider, gateway, account } = payment
  await raise(payment, "entry_removed", { provider, gateway, account }, deps)
}

const lookAgainLater = ({ id }: GatewayPayment, deps: Saying): Promise<GatewayPayment> =>
  deps.ledger.payments.update(id, { nextCheckAt: after(deps, lookAgainMs) })

/** The account that the entry has now. */
export const accountOf = ({ providerId, gateway }: Pick<Deps, "providerId" | "gateway">): AccountKey => ({
  providerId,
  account: gateway.account,
})

/** Tried again once a day: the gateway may get the call, and a reversal costs the shop no fee. */
const withoutReversalMs = day

/** The gateway does not take the call that reverses a payment: whole payments are refunded for a while, and it is said once. */
export async function noteNoReversal(deps: Deps): Promise<void> {
  const expiresAt = after(deps, withoutReversalMs)
  const { count } = await deps.ledger.facts.note(accountOf(deps), "no_reversal", { expiresAt })
  if (count > 1) return
  const sentence = noReversalSentence(deps.gateway.name)
  deps.log.warn(logLine("no_reversal", { provider: deps.providerId }, sentence))
}

/** The gateway answered, and a payment did not open. Whoever counts the one too many says so, on whichever instance. */
export async function noteNotOpened(answer: string, deps: Deps): Promise<void> {
  const { count } = await deps.ledger.facts.note(accountOf(deps), "not_opening", { detail: answer })
  if (count !== tooManyInARow) return
  const sentence = notOpeningSentence(deps.gateway.name, { answer, payments: count })
  deps.log.warn(logLine("not_opening", { provider: deps.providerId, code: answer }, sentence))
}

/** What the last payments of the entry came to, where too many did not open. */
export async function notOpening(
  deps: Pick<Deps, "ledger" | "providerId" | "gateway">,
): Promise<NotOpening | null> {
  return notOpeningOf(await deps.ledger.facts.get(accountOf(deps), "not_opening"))
}

const notOpeningOf = (fact: AccountFact | undefined): NotOpening | null =>
  fact && fact.count >= tooManyInARow
    ? { answer: fact.detail ?? "", payments: fact.count, since: fact.since, lastAt: fact.seenAt }
    : null

/** Refunds of older payments are rare, and a warning that never ends is not read. */
const refundableMs = 365 * day

/** What is known of the accounts of these entries, and of payments whose account none of them has. Writes nothing. */
export async function accountFindings(
  entries: readonly ConfiguredEntry[],
  medusaUnsupported: boolean,
  { ledger, clock }: { ledger: Pick<Ledger, "facts" | "payments">; clock: Clock },
): Promise<AccountFindings> {
  const facts = await ledger.facts.all()
  const entryOf = (fact: AccountFact) =>
    entries.find(({ providerId, account }) => providerId === fact.providerId && account === fact.account)
  const known = facts.flatMap((fact) => {
    const entry = entryOf(fact)
    return entry ? [{ ...entry, fact }] : []
  })
  const since = new Date(clock.now().getTime() - refundableMs)
  const orphaned: OrphanedPayments[] = []
  for (const fact of facts.filter((one) => one.fact === "in_use" && !entryOf(one))) {
    const held = await ledger.payments.heldBy(fact, since)
    if (held) orphaned.push({ providerId: fact.providerId, account: fact.account, ...held })
  }
  return {
    medusaUnsupported,
    entries,
    orphaned,
    withoutReversal: known.filter(({ fact }) => fact.fact === "no_reversal"),
    notOpening: known.flatMap(({ fact, ...entry }) => {
      const failing = fact.fact === "not_opening" ? notOpeningOf(fact) : null
      return failing ? [{ ...entry, ...failing }] : []
    }),
  }
}

/** Notes which account each entry has, so that it is known once another one stands there. */
export async function noteInUse(
  entries: readonly ConfiguredEntry[],
  ledger: Pick<Ledger, "facts">,
): Promise<void> {
  for (const { providerId, account } of entries)
    if (account !== undefined) await ledger.facts.note({ providerId, account }, "in_use")
}
