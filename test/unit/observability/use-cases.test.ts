import { PaymentProblem } from "../../../src/core"
import {
  abandon,
  act,
  authorize,
  cancel,
  open,
  receive,
  reconcile,
  reconcileAll,
  decideByHand,
  settle,
  type Deps,
  type GatewayPayment,
  type ReconcileDeps,
  type SettleDeps,
} from "../../../src/services/settlement"
import { raise } from "../../../src/services/settlement/attention"
import { refund } from "../../../src/services/settlement/traced"
import { Exporter } from "../../support/exporter"

let exporter: Exporter
beforeEach(() => (exporter = new Exporter().start()))
afterEach(() => exporter.stop())

const at = new Date("2026-11-22T00:00:00Z")
const payment = { id: "gpay_1", gateway: "ksher", state: "paid", attentionCode: null } as GatewayPayment

/** A shop whose ledger is empty, and whose payments are busy: enough for each use case to come to an end. */
const deps = {
  providerId: "pp_ksher_th",
  gateway: {
    name: "ksher",
    offer: { mode: "redirect", channels: ["card"] },
    digits: () => ({ problem: "Ksher takes THB." }),
    readNotification: () => ({ readable: false, reason: "It is empty." }),
  },
  clock: { now: () => at },
  wait: () => Promise.resolve(),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  emit: () => Promise.resolve(),
  policy: { completion: "pay_first", latePayment: "refund" },
  ledger: {
    payments: {
      ofSession: () => Promise.resolve(undefined),
      of: () => Promise.resolve(undefined),
      update: () => Promise.resolve(payment),
      wake: () => Promise.resolve(payment),
      claimDue: () => Promise.resolve([]),
      dueEntries: () => Promise.resolve([]),
      unsettledAfter: () => Promise.resolve([]),
      besideChange: () => Promise.resolve([]),
    },
    leases: { take: () => Promise.resolve(undefined) },
    reservations: { openOfOrders: async () => [] },
    notifications: {
      claimDue: () => Promise.resolve([]),
      dueEntries: () => Promise.resolve([]),
      prune: () => Promise.resolve(0),
    },
    orders: { claimDueCancels: () => Promise.resolve([]) },
  },
} as unknown as SettleDeps

const request = {
  sessionId: "payses_1",
  collectionId: null,
  amount: "1",
  currency: "usd",
  channel: undefined,
}

it.each<[string, string, (deps: SettleDeps) => Promise<unknown>]>([
  ["open", "currency_unsupported", (its: Deps) => open(request, its)],
  ["authorize", "payment_unknown", (its) => authorize("payses_1", its)],
  [
    "refund",
    "payment_unknown",
    (its) => refund({ of: { sessionId: "payses_1" }, amount: 1, refundId: null }, its),
  ],
  ["cancel", "paid_cannot_be_cancelled", (its) => cancel(payment, its)],
  [
    "resolve",
    "resolve_invalid",
    (its) =>
      decideByHand(
        payment,
        { action: "refund", version: 1, note: " ", by: "user_1", key: null },
        its,
        async () => "answer",
      ),
  ],
  ["settle", "busy", (its) => settle("gpay_1", its)],
])("%s that ends in a problem is a failed span with its code: %s", async (name, code, work) => {
  await expect(work(deps)).rejects.toThrow(PaymentProblem)
  expect(exporter.spans()).toEqual([
    {
      name: `gateway_payments.${name}`,
      attributes: { gateway: "ksher", provider: "pp_ksher_th", outcome: code },
      failed: true,
    },
  ])
})

it.each<[string, string, () => Promise<unknown>]>([
  ["notify", "unreadable", () => receive({ body: Buffer.from(""), contentType: "", query: "" }, deps)],
  ["act", "done", () => act({ id: "n", paymentId: null } as Parameters<typeof act>[0], deps)],
  ["abandon", "done", () => abandon(payment, "session_deleted", deps)],
])("%s is a span that says what became of it: %s", async (name, outcome, work) => {
  await work()
  expect(exporter.spans()).toMatchObject([{ name: `gateway_payments.${name}`, attributes: { outcome } }])
})

it("a run of the job is one span, and so is a comparison that an admin asks for", async () => {
  const job = {
    ...deps,
    now: () => at,
    eachStrayRefund: () => Promise.resolve(),
    depsOf: () => deps,
  } as unknown as ReconcileDeps
  await reconcile(job, { batch: 1, concurrency: 1, budgetMs: 1 })
  expect(await reconcileAll(job, true, 1000)).toEqual({ changes: [], complete: true, not_visible: [] })
  expect(exporter.spans()).toEqual([
    { name: "gateway_payments.reconcile", attributes: { outcome: "done" }, failed: false },
    { name: "gateway_payments.compare", attributes: { outcome: "done" }, failed: false },
  ])
})

it("attention is counted when it is raised, by its code", async () => {
  await raise(payment, "no_order", { paid: { amount: "100.00", currency: "thb" } }, deps)
  expect(await exporter.counts()).toEqual([
    { name: "gateway_payments.attention", attributes: { gateway: "ksher", code: "no_order" }, value: 1 },
  ])
})
