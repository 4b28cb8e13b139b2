import { hasChannel, money, titleOf, toMajor, ulid } from "../../core"
import type { KnownAccount } from "../../core"
import { day, notOpening, noticesOf, readAccount, recallAccount } from "../settlement"
import type { SettleDeps } from "../settlement"
import { inProduction } from "./accounts"
import type { GatewayPayments } from "./application"

/** How a provider entry is configured and when its gateway was last heard of. No secret: of the account only the number. */
export async function providerCard(plugin: Pick<GatewayPayments, "depsOf">, id: string) {
  const deps = plugin.depsOf(id)
  const { gateway, policy, notifyUrl, ledger, clock } = deps
  const lately = new Date(clock.now().getTime() - day)
  const heard = await ledger.notifications.summary(id, lately)
  const failing = await notOpening(deps)
  return {
    id,
    gateway: gateway.name,
    account_hint: gateway.account,
    mode: gateway.offer.mode,
    channels: gateway.offer.channels,
    completion: policy.completion,
    late_payment: policy.latePayment,
    notification_url: notifyUrl,
    last_notification_at: heard.last,
    last_success_at: heard.lastActed,
    notifications_24h: heard.count,
    rejected_24h: heard.rejected,
    account: accountCard(deps, await recallAccount(deps)),
    not_opening: failing && {
      answer: failing.answer,
      payments: failing.payments,
      since: failing.since,
      last_at: failing.lastAt,
    },
  }
}

/** What the gateway says of the account, and when it said so. Limits in major units. */
function accountCard({ gateway, notifyUrl }: SettleDeps, known: KnownAccount | undefined) {
  if (!known) return null
  const { info, readAt } = known
  const decimals = gateway.digits(info.currency ?? "")
  const major = (minor: number | null) =>
    minor === null || "problem" in decimals ? null : Number(toMajor(minor, decimals.digits))
  return {
    read_at: readAt,
    type: info.kind,
    currency_code: info.currency,
    time_zone: info.timeZone,
    partial_refunds: info.partialRefunds,
    channels: info.channels.map((one) => ({
      channel: one.channel,
      order_limit: major(one.orderLimit),
      day_limit: major(one.dayLimit),
      settles: one.settles,
    })),
    missing_channels: gateway.offer.channels.filter((channel) => hasChannel(info, channel) === false),
    notices: noticesOf(info, { gateway, notifyUrl }, inProduction()),
  }
}

/**
 * Asks about an order that cannot exist. That the gateway says so, signed, proves address, account and both keys; nothing
 * is opened or changed.
 */
export async function testConnection(
  plugin: GatewayPayments,
  id: string,
): Promise<{ ok: boolean; code?: string; message: string }> {
  const deps = plugin.depsOf(id)
  const { gateway, clock } = deps
  const answer = await gateway.query({
    number: ulid(clock.now().getTime()),
    amount: money(1, gateway.probeCurrency),
    mode: gateway.offer.mode,
  })
  if (answer.kind === "refused") return { ok: false, code: answer.reason, message: answer.message }
  if (answer.kind !== "succeeded")
    return { ok: false, code: "code" in answer ? answer.code : answer.kind, message: answer.message }
  // Whoever tests the connection wants to see the account as it is now; without an answer the card keeps what it had.
  await readAccount(deps, { production: inProduction(), news: true })
  return { ok: true, message: `${titleOf(gateway.name)} answers, and its signature verifies.` }
}
