import { z } from "zod"

import { PaymentProblem, infoNotices, titleOf } from "../../../core"
import type { AccountInfo, KnownAccount, Outcome } from "../../../core"
import { logLine } from "../../observability"
import { accountOf } from "./account"
import type { Deps } from "../deps"
import { day } from "../schedule"

type Reading = Pick<Deps, "providerId" | "gateway" | "notifyUrl" | "ledger" | "clock" | "log">

const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable()
const whole = nullable(z.number().int().nonnegative())

/** As the ledger keeps it. Another version may have written it: what does not fit is read again from the gateway. */
const stored = z.object({
  kind: nullable(z.enum(["test", "formal"])),
  channels: z.array(
    z.object({ channel: z.string(), orderLimit: whole, dayLimit: whole, settles: nullable(z.string()) }),
  ),
  countryChannels: z.array(z.string()),
  partialRefunds: nullable(z.boolean()),
  timeZone: nullable(z.string()),
  currency: nullable(z.string()),
  settlementCurrency: nullable(z.string()),
  notifyUrl: nullable(z.string()),
}) satisfies z.ZodType<AccountInfo>

/** Longer than this nobody has asked: it is shown with its age, and hides nothing any more. */
const believedMs = 7 * day

/** What is known of the account and recent enough to advise by. */
export const recentInfo = (
  known: KnownAccount | undefined,
  { clock }: Pick<Deps, "clock">,
): AccountInfo | undefined =>
  known && clock.now().getTime() - known.readAt.getTime() < believedMs ? known.info : undefined

/** What the ledger knows of the account, in memory from then on. */
export async function recallAccount(deps: Reading): Promise<KnownAccount | undefined> {
  const fact = await deps.ledger.facts.get(accountOf(deps), "account_info")
  const info = fact && stored.safeParse(parsed(fact.detail)).data
  if (!info) return undefined
  const known = { info, readAt: fact.seenAt }
  if (!deps.gateway.known || deps.gateway.known.readAt < known.readAt) deps.gateway.learn(known)
  return known
}

/** Asks the gateway what the account may do, keeps the answer, and says what is wrong with it where that is news. */
export async function readAccount(
  deps: Reading,
  { production, news = false }: { production: boolean; news?: boolean },
): Promise<Outcome<AccountInfo>> {
  const answer = await deps.gateway.readAccount()
  if (answer.kind !== "succeeded") return answer
  const detail = JSON.stringify(answer.value)
  const fact = await deps.ledger.facts.note(accountOf(deps), "account_info", { detail })
  deps.gateway.learn({ info: answer.value, readAt: fact.seenAt })
  if (news && fact.count > 1) return answer
  for (const { code, sentence } of noticesOf(answer.value, deps, production))
    deps.log.warn(logLine(code, { provider: deps.providerId }, sentence))
  return answer
}

export const noticesOf = (
  info: AccountInfo,
  { gateway, notifyUrl }: Pick<Deps, "gateway" | "notifyUrl">,
  production: boolean,
) =>
  infoNotices(info, {
    gateway: gateway.name,
    account: gateway.account,
    channels: gateway.offer.channels,
    notifyUrl,
    production,
  })

/** Whether the account is to be read again: once a day, by whichever instance comes first. */
export const isDue = (known: KnownAccount | undefined, { clock }: Pick<Deps, "clock">): boolean =>
  !known || clock.now().getTime() - known.readAt.getTime() >= day

/** Which channels there are is read from the account where the shop does not list them; without one nothing can be opened. */
export async function requireChannels(deps: Deps): Promise<void> {
  if (deps.gateway.offer.channels.length > 0) return
  await recallAccount(deps)
  if (deps.gateway.offer.channels.length > 0) return
  const answer = await readAccount(deps, { production: false, news: true })
  if (deps.gateway.offer.channels.length > 0) return
  const why = answer.kind === "succeeded" ? "It names none that can be used here." : answer.message
  throw new PaymentProblem(
    "not_allowed",
    "open_not_sent",
    `${titleOf(deps.gateway.name)} has not said which channels the account has: ${why} Nothing was sent; try again, or list them in the option channels.`,
  )
}

function parsed(detail: string | null): unknown {
  try {
    return JSON.parse(detail ?? "null")
  } catch {
    return undefined
  }
}
