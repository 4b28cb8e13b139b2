const integration = "test/integration/"
const scenarios = (...names: string[]) => names.map((name) => `${integration}scenarios/${name}.test.ts`)
const routes = [`${integration}routes.test.ts`, `${integration}answers.test.ts`, `${integration}security/`]
const page = [`${integration}pay-page.test.ts`]
const payouts = [`${integration}payouts.test.ts`, `${integration}answers.test.ts`]
const shopperPayouts = [`${integration}shopper-payouts.test.ts`, `${integration}answers.test.ts`]
const deaths = [`${integration}crash/`, `${integration}instances/`]

/**
 * Which tests in a real Medusa go through a place of the source. They run the built plugin, so no import leads from them to
 * it. Of all rows that fit, the one with the longest place is taken; a place without any is in `elsewhere`.
 */
export const touches: Readonly<Record<string, readonly string[]>> = {
  "src/": [integration],
  "src/api/": [...routes, ...scenarios("cancel", "one-at-a-time", "refunds")],
  "src/api/hooks/": [
    `${integration}notifications.test.ts`,
    `${integration}security/`,
    ...scenarios("notifications"),
  ],
  "src/api/store/": [...routes, ...scenarios("cancel", "on-demand", "one-at-a-time")],
  "src/api/live": [...page, `${integration}store-events.test.ts`],
  "src/api/store/gateway-payments/[session_id]/events/": [`${integration}store-events.test.ts`],
  "src/api/pay/": page,
  "src/api/payment-collection/": page,
  "src/api/refund/": shopperPayouts,
  "src/api/admin/gateway-payments/[id]/payout/": shopperPayouts,
  "src/services/refund-page/": shopperPayouts,
  "src/services/host/refund-": shopperPayouts,
  "src/services/settlement/shopper-payouts/": shopperPayouts,
  "src/services/ledger/shopper-payouts": shopperPayouts,
  "src/api/admin/gateway-payments/links/": page,
  "src/api/admin/gateway-payments/payouts/": payouts,
  "src/api/payout-views": payouts,
  "src/api/csv": [...payouts, `${integration}routes.test.ts`],
  "src/services/settlement/payout": payouts,
  "src/services/settlement/payouts/statement": payouts,
  "src/services/ledger/payouts": payouts,
  "src/drawing/": page,
  "src/services/pay-page/": page,
  "src/services/host/pay-": page,
  "src/services/host/make-link": page,
  "src/services/host/send-link": page,
  "src/services/ledger/pay-links": page,
  "src/subscribers/": [
    `${integration}orders.test.ts`,
    ...scenarios("order-changes", "cancel", "reconciliation"),
  ],
  "src/jobs/": [...scenarios("reconciliation", "late", "cancel"), ...deaths],
  "src/services/ksher/": [
    `${integration}orders.test.ts`,
    ...scenarios("refunds", "unknown-outcomes", "amounts", "currencies"),
  ],
  "src/services/gnete/": [
    `${integration}orders.test.ts`,
    ...scenarios("refunds", "unknown-outcomes", "amounts", "currencies"),
  ],
  "src/api/answers": [`${integration}answers.test.ts`],
  "src/api/requests": routes,
  "src/workflows/": [`${integration}workflows.test.ts`],
  "src/services/host/at-start": [`${integration}boot.test.ts`],
  "src/services/host/mounted": [`${integration}boot.test.ts`],
  "src/services/provider/plugin-entry": [`${integration}boot.test.ts`],
  "src/services/ledger/migrations": [`${integration}boot.test.ts`],
  "src/services/host/send-alert": [`${integration}alerts.test.ts`],
  "src/services/settlement/people/tell-people": [`${integration}alerts.test.ts`],
  "src/services/settlement/people/morning-report": [`${integration}alerts.test.ts`],
  "src/services/settlement/orders/cancel": [...scenarios("cancel", "one-at-a-time", "late"), ...deaths],
  "src/services/settlement/orders/order-lease": [...scenarios("cancel", "one-at-a-time"), ...deaths],
  "src/services/settlement/orders/enterable": scenarios("cancel", "one-at-a-time", "refunds"),
  "src/services/settlement/orders/unpaid": [...scenarios("unpaid-orders", "cancel"), ...deaths],
  "src/services/settlement/abandon": scenarios("cancel", "compensation", "order-changes"),
  "src/services/settlement/settling/close": scenarios("cancel", "compensation", "order-changes"),
  "src/services/settlement/open": [
    `${integration}statements.test.ts`,
    `${integration}orders.test.ts`,
    ...scenarios("on-demand", "compensation", "order-changes"),
  ],
  "src/services/settlement/settle": [
    `${integration}statements.test.ts`,
    ...scenarios("refunds", "reconciliation", "late"),
    ...deaths,
  ],
  "src/services/settlement/settling/abandonment": [
    `${integration}statements.test.ts`,
    ...scenarios("late", "order-changes", "reconciliation"),
  ],
  "src/services/settlement/settling/decide-abandonment": [
    `${integration}statements.test.ts`,
    ...scenarios("late", "order-changes", "reconciliation"),
  ],
  "src/services/settlement/orders/review": scenarios("late", "order-changes", "reconciliation"),
  "src/services/settlement/returns/rounding": scenarios("amounts", "refunds"),
  "src/services/settlement/notif": [
    `${integration}notifications.test.ts`,
    ...scenarios("notifications", "late"),
  ],
  "src/services/settlement/survey": [`${integration}routes.test.ts`, ...scenarios("reconciliation")],
  "src/services/settlement/people/carry-out": [
    `${integration}routes.test.ts`,
    ...scenarios("one-at-a-time", "unknown-outcomes"),
  ],
  "src/services/settlement/people/decid": [
    `${integration}routes.test.ts`,
    ...scenarios("one-at-a-time", "unknown-outcomes"),
  ],
}

/** No test in a real Medusa goes through these: unit, packed and browser tests do. */
export const elsewhere: readonly string[] = ["src/admin/", "src/cli/", "src/react/", "src/types/"]

/** Files and folders of tests in a real Medusa that a change of these files calls for. */
export function touchedBy(files: readonly string[]): string[] {
  const found = files.flatMap((file) => {
    if (elsewhere.some((place) => file.startsWith(place))) return []
    const places = Object.keys(touches).filter((place) => file.startsWith(place))
    const [longest] = places.sort((one, other) => other.length - one.length)
    return longest === undefined ? [] : (touches[longest] ?? [])
  })
  return [...new Set(found)].sort()
}
