import { doubtReport } from "../../../src/services/settlement/settling/gateway-reports"
import { isLeftOut, leftOut } from "../../../src/services/settlement/returns/dismissed"
import type { Operation } from "../../../src/services/settlement"
import { aPayment, anOperation, now } from "./pictures"

const minute = 60_000
const hour = 60 * minute
const ago = (ms: number) => new Date(now.getTime() - ms)

const told = (patch: Partial<Operation>): boolean => {
  const operation = anOperation({ amount: 5_000, state: "unknown", ...patch })
  const picture = { payment: aPayment({ state: "paid" }), operations: [operation], now }
  return doubtReport({ ...picture, gateway: { name: "ksher" } }).raise !== undefined
}

describe("what stays in doubt is told after an hour", () => {
  it.each([
    ["refund", 59 * minute, false],
    ["refund", hour, true],
    ["cancel", 59 * minute, false],
    ["cancel", hour, true],
  ] as const)("a %s that was written and sent %i ms ago: %s", (kind, ms, expected) => {
    expect(told({ kind, createdAt: ago(ms) })).toBe(expected)
  })

  it.each([
    [59 * minute, false],
    [hour, true],
  ])("a payout that waited for a week, and was sent %i ms ago: %s", (ms, expected) => {
    expect(told({ kind: "payout", createdAt: ago(7 * 24 * hour), sentAt: ago(ms) })).toBe(expected)
  })
})

describe("a return that counted as not made, and went through beside another", () => {
  const twice = anOperation({
    ...{ kind: "payout", amount: 1_000, state: "succeeded", reason: "after_all", number: "PAYOUT1" },
  })
  const other = anOperation({ id: "gpop_2", kind: "payout", amount: 1_000, state: "succeeded" })
  const payment = (patch = {}) => aPayment({ state: "partially_refunded", paidAmount: 5_000, ...patch })
  const report = (seen = payment(), operations: readonly Operation[] = [twice, other]) =>
    doubtReport({ payment: seen, operations, now, gateway: { name: "ksher" } })
  const values = { why: "returned_twice", gateway: "ksher", number: "PAYOUT1" }

  it("is told until a person dismisses it", () => {
    expect(report().raise).toMatchObject({ code: "books_differ", values })
    const told = payment({ attentionCode: "books_differ", attentionValues: values })
    expect(report(told).raise).toMatchObject({ code: "books_differ", values })
    const dismissed = [{ refundId: null, amount: 0, operationId: twice.id, twice: true as const }]
    expect(report(payment({ dismissed })).raise).toBeUndefined()
  })

  it.each([
    ["more went back than was paid", payment({ paidAmount: 1_500 })],
    ["Medusa could not enter a return", payment({ attentionCode: "books_differ", attentionValues: null })],
    ["the gateway contradicts itself", payment({ attentionCode: "contradiction" })],
  ])("waits where %s", (_, seen) => {
    expect(report(seen).raise).toBeUndefined()
  })

  it("is not left out of Medusa's books by that", () => {
    const told = payment({ attentionCode: "books_differ", attentionValues: values })
    const seen = leftOut(told, [twice, other])
    expect(seen).toEqual([{ refundId: null, amount: 0, operationId: twice.id, twice: true }])
    expect(isLeftOut(payment({ dismissed: seen }), twice.id)).toBe(false)
  })
})
