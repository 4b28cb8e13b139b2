import { PaymentProblem } from "../../../src/core"
import type { GatewayPayment, SettleDeps } from "../../../src/services/settlement"
import { refundOwed } from "../../../src/services/settlement/settling/owed-refunds"
import { anOperation, aPayment, now } from "./pictures"

const paid = { state: "paid", paidAmount: 10_000, capturedAt: now } as const
const tried = "The money is still owed to the shopper; it is tried again by itself."
const triedNoMore =
  "The money is still owed to the shopper. It is not tried again by itself: refund it here once the reason is gone, or return it by hand and record it."

const refused = {
  state: "refused",
  amount: 10_000,
  reason: "insufficient_funds",
  code: "BALANCE_NOT_ENOUGH",
  message: "Gnete refused it.",
} as const
const refusal = { reason: refused.reason, code: refused.code, message: refused.message }
const owed = { amount: "100.00", currency: "thb" }
const problem = { code: "refund_refused", message: "Gnete refused it." }

/** The order of a captured payment of THB 100.00 was cancelled, and the gateway refuses whatever it is asked for. */
async function refusedOnceMore(before: number, patch: Partial<GatewayPayment> = {}) {
  let payment = aPayment({ ...paid, ...patch })
  const operations = Array.from({ length: before }, (_, index) =>
    anOperation({ ...refused, id: `gpop_${index}` }),
  )
  let asked = 0
  const deps = {
    gateway: { name: "gnete" },
    policy: { latePayment: "refund" },
    clock: { now: () => now },
    log: { warn: () => undefined },
    emit: () => Promise.resolve(),
    host: {
      refund: () => {
        asked++
        operations.push(anOperation(refused))
        return Promise.reject(new PaymentProblem("not_allowed", "refund_refused", "Gnete refused it."))
      },
    },
    ledger: {
      operations: { ofPayment: () => Promise.resolve(operations) },
      payments: {
        get: () => Promise.resolve(payment),
        update: (_id: string, change: Partial<GatewayPayment>) =>
          Promise.resolve((payment = { ...payment, ...change })),
      },
    },
  } as unknown as SettleDeps
  const booked = { id: "pay_1", captured: "100", refunds: [] }
  const order = { id: "order_1", canceled: true }
  await refundOwed(payment, booked as never, order, deps)
  return { asked, code: payment.attentionCode, said: payment.attention, values: payment.attentionValues }
}

it("a refused return says that it is tried again, as long as it is, and which attempt it was", async () => {
  expect(await refusedOnceMore(10)).toEqual({
    asked: 1,
    code: "refund_refused",
    said: `Gnete refused it. ${tried}`,
    values: { why: "tried", problem, refusal, attempts: 11, most: 12, again: true, owed },
  })
})

it("the twelfth refusal says that it was the last one, and what a person can do", async () => {
  expect(await refusedOnceMore(11)).toEqual({
    asked: 1,
    code: "refund_refused",
    said: `Gnete refused it. ${triedNoMore}`,
    values: { why: "tried", problem, refusal, attempts: 12, most: 12, again: false, owed },
  })
})

it("after that nothing is asked, and the reason that was given stays", async () => {
  const stands = {
    attentionCode: "refund_refused",
    attention: "In whatever words.",
    attentionValues: { why: "tried", problem, refusal, attempts: 12, most: 12, again: false, owed },
  } as const
  const after = await refusedOnceMore(12, stands)
  expect(after).toEqual({
    asked: 0,
    code: "refund_refused",
    said: stands.attention,
    values: stands.attentionValues,
  })
})

it.each<[string, Partial<GatewayPayment>]>([
  ["a person has returned a part of it", {}],
  [
    "it was an admin who was refused last",
    {
      attentionCode: "refund_refused",
      attention: `Gnete refused it. ${tried}`,
      attentionValues: { why: "tried", problem, refusal, attempts: 11, most: 12, again: true, owed },
    },
  ],
  [
    "a release said so that kept its sentence alone",
    { attentionCode: "refund_refused", attention: `Gnete refused it. ${triedNoMore}` },
  ],
])("where %s, the rest stands under attention, and truly", async (_, patch) => {
  expect(await refusedOnceMore(12, patch)).toEqual({
    asked: 0,
    code: "refund_refused",
    said: `Gnete has refused to return the money 12 times. ${triedNoMore}`,
    values: { why: "too_often", gateway: "gnete", refusal, attempts: 12, most: 12, again: false, owed },
  })
})

it("what a person has dismissed is left as it is", async () => {
  expect(await refusedOnceMore(12, { settledBy: "outside" })).toEqual({
    asked: 0,
    code: null,
    said: null,
    values: null,
  })
})
