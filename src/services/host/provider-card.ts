import { money, titleOf, ulid } from "../../core"
import { day, notOpening } from "../settlement"
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
    not_opening: failing && {
      answer: failing.answer,
      payments: failing.payments,
      since: failing.since,
      last_at: failing.lastAt,
    },
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
  const { gateway, clock } = plugin.depsOf(id)
  const currency = gateway.name === "gnete" ? "hkd" : "thb"
  const answer = await gateway.query({
    number: ulid(clock.now().getTime()),
    amount: money(1, currency),
    mode: gateway.offer.mode,
  })
  if (answer.kind === "refused") return { ok: false, code: answer.reason, message: answer.message }
  if (answer.kind !== "succeeded")
    return { ok: false, code: "code" in answer ? answer.code : answer.kind, message: answer.message }
  return { ok: true, message: `${titleOf(gateway.name)} answers, and its signature verifies.` }
}
