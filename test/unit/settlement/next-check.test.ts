import { states } from "../../../src/core"
import type { OperationState, PayoutWait } from "../../../src/core"
import { day, hour, minute } from "../../../src/services/settlement"
import { nextCheck } from "../../../src/services/settlement/settling/next-check"
import { anOperation, aPayment, now } from "./pictures"

const clock = { now: () => now }
const next = (payment = aPayment(), operations = [anOperation({ kind: "open" })], random = 0) =>
  nextCheck(payment, operations, { clock, random: () => random })
const inMs = (date: Date | null) => (date === null ? null : date.getTime() - now.getTime())
const refund = (state: OperationState, amount = 10_000) => anOperation({ kind: "refund", state, amount })

describe("a payment that may still be paid", () => {
  it("is asked about after two minutes, then less and less often, at most every quarter of an hour", () => {
    const waits = [0, 1, 2, 3, 4, 9].map((checks) => inMs(next(aPayment({ state: "pending", checks }))))
    expect(waits).toEqual([2, 4, 8, 15, 15, 15].map((minutes) => minutes * minute))
  })

  it("is looked at the moment it expires", () => {
    const expiresAt = new Date(now.getTime() + 90_000)
    expect(next(aPayment({ state: "pending", expiresAt }))).toEqual(expiresAt)
  })

  it("is not waited for to expire where nobody wants it any more", () => {
    const expiresAt = new Date(now.getTime() + 90_000)
    expect(inMs(next(aPayment({ state: "pending", expiresAt, unwanted: "session_deleted" })))).toBe(
      2 * minute,
    )
  })

  it("is tried to be closed at least every hour once it is unwanted", () => {
    expect(inMs(next(aPayment({ state: "pending", checks: 30, unwanted: "order_canceled" })))).toBe(hour)
  })

  it("that never was opened, and that nobody can pay, is forgotten", () => {
    expect(next(aPayment({ state: "failed", action: null }))).toBeNull()
  })

  it("that failed while its answer was lost is closed all the same", () => {
    expect(inMs(next(aPayment({ state: "failed", action: null, unwanted: "open_lost" })))).toBe(2 * minute)
  })

  it("that failed can be paid again on its page, and is asked about", () => {
    expect(inMs(next(aPayment({ state: "failed" })))).toBe(2 * minute)
  })
})

describe("a closed payment", () => {
  it("is looked at an hour, a day and three days after it would have expired, since a saved QR may be paid", () => {
    const at = (ago: number) => new Date(now.getTime() - ago)
    const expired = (ago: number) =>
      inMs(next(aPayment({ state: "void", createdAt: at(ago + 2 * hour), expiresAt: at(ago) })))
    expect([0, hour, day, 3 * day].map(expired)).toEqual([hour, day - hour, 2 * day, null])
  })

  it("that was a QR code is looked at for a month: how long one lives that nobody closed is not published", () => {
    const expired = (ago: number) => {
      const at = (before: number) => new Date(now.getTime() - before)
      return inMs(
        next(aPayment({ state: "void", mode: "qr", createdAt: at(ago + hour), expiresAt: at(ago) })),
      )
    }
    expect([3 * day, 7 * day, 30 * day].map(expired)).toEqual([4 * day, 23 * day, null])
  })

  it("is looked at before that an hour after it was made, also where no notification comes", () => {
    const expiresAt = new Date(now.getTime() + 2 * hour)
    expect(inMs(next(aPayment({ state: "void", expiresAt })))).toBe(hour)
  })
})

describe("a paid payment", () => {
  const paid = (patch = {}) =>
    aPayment({ state: "paid", paidAmount: 10_000, paidAt: now, capturedAt: now, ...patch })

  it("that Medusa holds is looked at a day, a week and a month later, for what happens in the gateway's console", () => {
    const after = (ago: number) => inMs(next(paid({ paidAt: new Date(now.getTime() - ago) })))
    expect([0, day, 7 * day, 30 * day].map(after)).toEqual([day, 6 * day, 23 * day, null])
  })

  it("that Medusa has not captured is due in minutes", () => {
    expect(inMs(next(paid({ capturedAt: null })))).toBe(minute)
  })

  it("of a cancelled order is due until nothing of it is left", () => {
    const cancelled = paid({ unwanted: "order_canceled" })
    expect(inMs(next(cancelled))).toBe(minute)
    expect(inMs(next(cancelled, [refund("succeeded", 4_000)]))).toBe(minute)
    expect(inMs(next(cancelled, [refund("succeeded", 10_000)]))).toBe(day)
  })

  it.each(["late_held", "refund_unsupported"] as const)(
    "under attention %s waits for a person",
    (attentionCode) => {
      expect(inMs(next(paid({ capturedAt: null, state: "paid_late", attentionCode })))).toBe(day)
    },
  )

  it("with a refund in doubt is asked about after a minute, at most six hours apart", () => {
    for (const state of ["sent", "unknown"] as const) {
      expect(inMs(next(paid(), [refund(state)]))).toBe(minute)
      expect(inMs(next(paid({ checks: 50 }), [refund(state)]))).toBe(6 * hour)
    }
  })

  it("with a refund the gateway has accepted is asked about after five minutes", () => {
    expect(inMs(next(paid(), [refund("pending")]))).toBe(5 * minute)
  })
})

describe("a refunded payment", () => {
  it("gets one more look, for what Medusa may not have written, and is then at rest", () => {
    expect(inMs(next(aPayment({ state: "refunded", checks: 0 })))).toBe(2 * minute)
    expect(next(aPayment({ state: "refunded", checks: 1 }))).toBeNull()
  })
})

it("is never due in the past, whatever a payment is", () => {
  const patches = [{}, { unwanted: "order_canceled" as const }, { expiresAt: new Date(now.getTime() - day) }]
  for (const state of states)
    for (const patch of patches)
      for (const operations of [[], [refund("unknown")], [refund("pending")], [refund("succeeded")]])
        expect(inMs(next(aPayment({ state, ...patch }), operations)) ?? 1).toBeGreaterThan(0)
})

it("spreads what came up together", () => {
  const unsettled = aPayment({ state: "pending" })
  expect(inMs(next(unsettled, [], 0.5))).toBe(2 * minute * 1.125)
})

describe("a payout whose account is named", () => {
  const given = [anOperation({ kind: "payout", state: "pending", amount: 100, attempts: 0, reason: "given" })]
  const paid = (patch = {}) => aPayment({ state: "paid", paidAmount: 10_000, checks: 30, ...patch })
  const one = { number: given[0]!.number, amount: { amount: "1.00", currency: "thb" } }
  const told = (why: PayoutWait) => ({
    attentionCode: "payout_waits",
    attentionValues: { ...one, why, gateway: "ksher" },
  })
  const toldBeside = (why: PayoutWait) => ({
    attentionCode: "payout_waits",
    attentionValues: { ...one, number: "other", why: "no_link", gateway: "ksher", others: [{ ...one, why }] },
  })
  const inConsole = anOperation({ kind: "payout", state: "succeeded", amount: 100, byHand: "console" })

  it.each([
    ["nothing that is told", paid(), hour / 2],
    ["the balance", paid(told("balance")), hour / 2],
    ["an answer of the gateway", paid(told("unsent")), hour / 2],
    ["an admin", paid(told("release")), 6 * hour],
    ["somebody who looks into the console", paid({ returnedUnsaid: true }), 6 * hour],
    ["the balance, beside one that waits for a link", paid(toldBeside("balance")), hour / 2],
    ["an admin, beside one that waits for a link", paid(toldBeside("release")), 6 * hour],
  ])("and that waits for %s", (_, payment, longest) => {
    expect(inMs(next(payment, given))).toBe(longest)
  })

  it.each([
    ["an answer that the gateway never gives", paid(told("unsent")), 6 * hour],
    ["the balance", paid(told("balance")), hour / 2],
  ])("and that waits for %s, since a part went back in the console", (_, payment, longest) => {
    expect(inMs(next(payment, [...given, inConsole]))).toBe(longest)
  })
})

describe("a refund that counts as refused without the gateway's own word", () => {
  const settledAt = new Date(now.getTime() - 2 * hour)
  const paidAt = new Date(now.getTime() - 40 * day)
  const later = (reason: string) =>
    inMs(next(aPayment({ state: "paid", paidAt }), [anOperation({ state: "refused", reason, settledAt })]))

  it("is asked about later, however long ago the payment was", () => {
    expect(later("by_hand")).toBe(day - 2 * hour)
    expect(later("undocumented")).toBe(day - 2 * hour)
  })

  it("that the gateway declined is not", () => {
    expect(later("declined")).toBeNull()
  })
})
