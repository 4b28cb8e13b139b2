/** A resource and an operation of Medusa's own roles (its feature flag `rbac`). */
interface Permission {
  resource: string
  operation: "read" | "create" | "update"
}

const read: Permission = { resource: "payment", operation: "read" }
/** What may return money asks for what Medusa asks of its own refund route. */
const returnMoney: Permission = { resource: "refund", operation: "create" }
const askForMoney: Permission = { resource: "payment_collection", operation: "update" }
/** Statements change what is compared, and no payment. */
const keepBooks: Permission = { resource: "payment", operation: "update" }

const allow = (method: "GET" | "POST", matcher: string, permission: Permission) => ({
  matcher,
  methods: [method],
  policies: [permission],
})

const payments = "/admin/gateway-payments"

/**
 * What Medusa's roles must allow for each of the plugin's admin routes. A refresh is among those that may return money: what it
 * finds out can be owed.
 */
export const permissions = [
  allow("GET", payments, read),
  allow("GET", `${payments}/export`, read),
  allow("GET", `${payments}/totals`, read),
  allow("GET", `${payments}/providers`, read),
  allow("POST", `${payments}/providers/:id/check`, read),
  allow("GET", `${payments}/links`, read),
  allow("POST", `${payments}/links`, askForMoney),
  allow("POST", `${payments}/reconcile`, returnMoney),
  allow("GET", `${payments}/payouts`, read),
  allow("GET", `${payments}/payouts/payments`, read),
  allow("GET", `${payments}/payouts/export`, read),
  allow("GET", `${payments}/payouts/mapping`, read),
  allow("POST", `${payments}/payouts/mapping`, keepBooks),
  allow("POST", `${payments}/payouts/import`, keepBooks),
  allow("POST", `${payments}/payouts/forget`, keepBooks),
  allow("GET", `${payments}/:id`, read),
  allow("POST", `${payments}/:id/resolve`, returnMoney),
  allow("POST", `${payments}/:id/payout`, returnMoney),
  allow("POST", `${payments}/:id/sync`, returnMoney),
]
