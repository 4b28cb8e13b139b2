import { bookReturns } from "../../../src/services/settlement/settling/book-returns"
import type { PaymentPatch } from "../../../src/services/ledger"
import { aPayment } from "./pictures"

it.each([
  ["more went back than was paid", 101, "books_differ"],
  ["no more went back than was paid", 100, null],
])("nothing is left to enter, and %s", async (_, refundedAmount, attentionCode) => {
  let payment = aPayment({
    state: "refunded",
    paidAmount: 100,
    refundedAmount,
    attentionCode: "books_differ",
  })
  const update = (__: string, patch: PaymentPatch) =>
    Promise.resolve((payment = { ...payment, ...patch } as typeof payment))
  const deps = {
    ledger: {
      operations: { ofPayment: () => Promise.resolve([]) },
      payments: { get: () => Promise.resolve(payment), update },
    },
    host: { payment: () => Promise.resolve(undefined) },
    refundsHeld: () => Promise.resolve(new Set()),
  }
  await expect(bookReturns(payment, undefined, deps as never)).resolves.toBe(true)
  expect(payment.attentionCode).toBe(attentionCode)
})
