import { readFileSync, readdirSync } from "node:fs"
import path from "node:path"

const medusa = path.resolve(__dirname, "../../../node_modules/@medusajs")

/**
 * Who in Medusa asks its payment module to refund or to cancel, directly or by another of these. Each has been read: what the
 * provider and the routes do about an open change, a cancelled order and a second request holds for all of them.
 */
const known = {
  // The admin's refund. It enters the transaction and the credit line after the provider has answered.
  "core-flows/payment/steps/refund-payment": "refunds",
  "core-flows/payment/workflows/refund-payment": "refunds",
  "medusa/api/admin/payments/[id]/refund/route": "refunds",
  // A cancelled order: its captured payments are refunded, its uncaptured ones cancelled, and then the credit line is entered.
  "core-flows/payment/steps/refund-payments": "refunds",
  "core-flows/payment/workflows/refund-payments": "refunds",
  "core-flows/order/workflows/payments/refund-captured-payments": "refunds",
  "core-flows/payment/steps/cancel-payment": "cancels",
  "core-flows/order/workflows/cancel-order": "both",
  "medusa/api/admin/orders/[id]/cancel/route": "both",
  // A cart that is paid and cannot be completed: there is no order, or it has no change.
  "core-flows/cart/workflows/refund-payment-recreate-payment-session": "refunds",
  "core-flows/cart/steps/compensate-payment-if-needed": "refunds",
  "core-flows/cart/workflows/complete-cart": "both",
  "core-flows/payment/steps/complete-cart-after-payment": "both",
  "core-flows/payment/workflows/process-payment": "both",
  "medusa/subscribers/payment-webhook": "both",
  "medusa/api/store/carts/[id]/complete/route": "both",
  // What cannot be authorized to its end is cancelled: of what is paid the provider says no, and of a link it moves no money.
  "core-flows/payment/steps/authorize-payment-session": "cancels",
  "core-flows/payment/workflows/authorize-payment-session-for-order": "cancels",
  "core-flows/order/workflows/mark-payment-collection-as-paid": "cancels",
  "medusa/api/admin/orders/[id]/payment-sessions/authorize/route": "cancels",
  // An order whose sum has changed: what is not captured is cancelled, which closes a link and moves no money.
  "core-flows/payment-collection/steps/cancel-payment": "cancels",
  "core-flows/payment-collection/workflows/cancel-payment-collection": "cancels",
  "core-flows/order/workflows/create-or-update-order-payment-collection": "cancels",
  "core-flows/order/workflows/order-edit/confirm-order-edit-request": "cancels",
  "core-flows/order/workflows/claim/confirm-claim-request": "cancels",
  "core-flows/order/workflows/exchange/confirm-exchange-request": "cancels",
  "core-flows/order/workflows/return/confirm-return-request": "cancels",
  "core-flows/order/workflows/return/confirm-receive-return-request": "cancels",
  "core-flows/draft-order/workflows/confirm-draft-order-edit": "cancels",
  "core-flows/draft-order/workflows/request-draft-order-edit": "cancels",
  "medusa/api/admin/order-edits/[id]/confirm/route": "cancels",
  "medusa/api/admin/claims/[id]/request/route": "cancels",
  "medusa/api/admin/exchanges/[id]/request/route": "cancels",
  "medusa/api/admin/returns/[id]/request/route": "cancels",
  "medusa/api/admin/returns/[id]/receive/confirm/route": "cancels",
  "medusa/api/admin/draft-orders/[id]/edit/confirm/route": "cancels",
  "medusa/api/admin/draft-orders/[id]/edit/request/route": "cancels",
} as const

interface Source {
  name: string
  text: string
  exported: string[]
}

function sourcesOf(pack: string): Source[] {
  const root = path.join(medusa, pack, "dist")
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js") && !/(^|\/)index\.js$/.test(file) && !file.includes("__tests__"))
    .map((file) => {
      // What a comment shows is no call.
      const text = readFileSync(path.join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "")
      const exported = [...text.matchAll(/^exports\.(\w+) = /gm)].map(([, name = ""]) => name)
      return { name: `${pack}/${file.slice(0, -3)}`, text, exported }
    })
}

const sources = ["core-flows", "medusa"].flatMap(sourcesOf)

/** Files that call the payment module's method, and those that use what these export, and so on. */
function callersOf(method: string): Set<string> {
  const direct = new RegExp(`\\.${method}\\(`)
  const found = sources.filter(({ text }) => direct.test(text))
  // It grows while it is gone through.
  for (const { exported } of found) {
    const names = exported.filter((one) => /(Step|Workflow)$/.test(one)).join("|")
    const ids = exported.filter((one) => one.endsWith("WorkflowId")).join("|")
    const used = [
      ...(names ? [new RegExp(`\\b(${names})(\\)\\(|\\.runAsStep)`)] : []),
      ...(ids ? [new RegExp(`\\.run\\((\\w+\\.)?(${ids})\\b`)] : []),
    ]
    found.push(
      ...sources.filter((one) => !found.includes(one) && used.some((pattern) => pattern.test(one.text))),
    )
  }
  return new Set(found.map(({ name }) => name))
}

it("Medusa refunds and cancels payments from these places and no others", () => {
  const [refunds, cancels] = [callersOf("refundPayment"), callersOf("cancelPayment")]
  const all = [...new Set([...refunds, ...cancels])].sort()
  const found = all.map((name) => [
    name,
    refunds.has(name) ? (cancels.has(name) ? "both" : "refunds") : "cancels",
  ])
  expect(Object.fromEntries(found)).toEqual(known)
})
