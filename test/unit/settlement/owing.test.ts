import { operationStates, states, type AttentionCode } from "../../../src/core"
import { owing, unconfirmedOf } from "../../../src/services/settlement"
import { aPayment, anOperation, now } from "./pictures"

const next = new Date(now.getTime() + 60_000)
const cancelled = { id: "order_1", canceled: true }
const standing = { id: "order_1", canceled: false }
const paid = aPayment({ state: "paid", paidAmount: 35_050, nextCheckAt: next })
const held = (...refunds: [id: string, amount: string][]) => ({
  id: "pay_1",
  sessionId: "payses_1",
  collectionId: "pay_col_1",
  captured: "350.50",
  refunds: refunds.map(([id, amount]) => ({ id, amount, createdAt: now })),
})
const refusal = (refundId: string | null = null) =>
  anOperation({ state: "refused", amount: 35_050, refundId })

describe("what is owed", () => {
  it("of a cancelled order is all that it holds, with how often it was refused and when it is tried next", () => {
    expect(owing(paid, [refusal(), refusal()], held(), cancelled)).toEqual({
      amount: 35_050,
      attempts: 2,
      mostAttempts: 12,
      nextTryAt: next,
    })
  })

  it("is told also after a part of it was recorded", () => {
    const recorded = anOperation({ amount: 10_000, outside: true, byHand: "other" })
    const part = owing(paid, [refusal(), recorded], held(), cancelled)
    expect(part).toMatchObject({ amount: 25_050, attempts: 1, nextTryAt: next })
  })

  it("has no next try once the gateway has refused it twelve times, or never can", () => {
    const often = Array.from({ length: 12 }, () => refusal())
    expect(owing(paid, often, held(), cancelled)).toMatchObject({ attempts: 12, nextTryAt: null })
    const unable = { ...paid, attentionCode: "refund_unsupported" as const }
    expect(owing(unable, [], held(), cancelled)).toMatchObject({ amount: 35_050, nextTryAt: null })
  })

  it("of an order that stands is what Medusa holds a refund for that nothing carries", () => {
    expect(owing(paid, [], held(), standing)).toBeNull()
    expect(owing(paid, [refusal("ref_1")], held(["ref_1", "30.00"]), standing)).toMatchObject({
      amount: 3_000,
      attempts: 1,
    })
  })

  it("is nothing while the refund is in doubt or on its way: nothing of it is tried beside that", () => {
    for (const state of ["sent", "unknown", "pending"] as const)
      expect(owing(paid, [anOperation({ state, amount: 35_050 })], held(), cancelled)).toBeNull()
  })

  it("is late money that nobody has booked, unless it is held for a decision", () => {
    const late = aPayment({ state: "paid_late", paidAmount: 10_000, nextCheckAt: next })
    expect(owing(late, [], undefined, undefined)).toMatchObject({ amount: 10_000, attempts: 0 })
    expect(owing({ ...late, attentionCode: "late_held" }, [], undefined, undefined)).toBeNull()
  })

  it("is nothing of what is paid and not captured yet, nor of what a person has dismissed", () => {
    expect(owing(paid, [], undefined, undefined)).toBeNull()
    const dismissed = { ...paid, dismissed: [{ refundId: null, amount: 35_050 }] }
    expect(owing(dismissed, [], held(), cancelled)).toBeNull()
  })
})

describe("what the gateway has not confirmed", () => {
  const of = (
    state: (typeof states)[number],
    operations: object[],
    attentionCode: AttentionCode | null = null,
  ) =>
    unconfirmedOf(
      { state, attentionCode },
      operations.map((one) => anOperation(one)),
    )

  it.each(operationStates)("of a return that is %s", (state) => {
    const expected = state === "sent" || state === "unknown" ? "refund" : null
    expect(of("paid", [{ kind: "refund", state }])).toBe(expected)
    expect(of("paid", [{ kind: "cancel", state }])).toBe(expected)
  })

  it.each(states)("of a close of a payment that is %s", (state) => {
    const isOver = ["paid", "paid_late", "partially_refunded", "refunded", "void"].includes(state)
    expect(of(state, [{ kind: "close", state: "unknown" }])).toBe(isOver ? null : "close")
  })

  it("stays as long as it stands under attention for that", () => {
    expect(of("paid", [{ kind: "refund", state: "pending" }], "refund_unknown")).toBe("refund")
    expect(of("pending", [], "close_failed")).toBe("close")
    expect(of("paid", [], "no_order")).toBeNull()
    expect(of("paid", [])).toBeNull()
  })
})
