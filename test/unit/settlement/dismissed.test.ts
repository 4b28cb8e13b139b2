import {
  dismissedAmount,
  dismissedRefunds,
  dismissedRest,
  dismissing,
  isDismissed,
  owedNow,
} from "../../../src/services/settlement/returns/dismissed"
import { nextCheck } from "../../../src/services/settlement/settling/next-check"
import { anOperation, aPayment, now } from "./pictures"

const paid = aPayment({ state: "paid", paidAmount: 10_000, capturedAt: now })
const held = (...amounts: [id: string, amount: string][]) => ({
  id: "pay_1",
  sessionId: "payses_1",
  collectionId: "pay_col_1",
  captured: "100",
  refunds: amounts.map(([id, amount]) => ({ id, amount, createdAt: now })),
})
const refused = (refundId: string | null, amount: number) =>
  anOperation({ id: `gpop_${refundId}`, state: "refused", refundId, amount })
const done = (refundId: string | null, amount: number) =>
  anOperation({ id: `gpop_${refundId}`, refundId, amount })
const standing = { id: "order_1", canceled: false }
const canceled = { id: "order_1", canceled: true }

describe("what is owed when a person dismisses", () => {
  it.each([
    ["an order that stands owes nothing but what Medusa holds a refund for", held(), [], standing, []],
    [
      "a refund of Medusa's that was refused",
      held(["ref_1", "30"]),
      [refused("ref_1", 3_000)],
      standing,
      [{ refundId: "ref_1", amount: 3_000 }],
    ],
    ["one that went back is not owed", held(["ref_1", "30"]), [done("ref_1", 3_000)], standing, []],
    [
      "of a cancelled order the rest as well",
      held(["ref_1", "30"]),
      [refused("ref_1", 3_000)],
      canceled,
      [
        { refundId: "ref_1", amount: 3_000 },
        { refundId: null, amount: 7_000 },
      ],
    ],
    [
      "what went back and is not in Medusa yet is taken off the rest",
      held(),
      [done(null, 2_000)],
      canceled,
      [{ refundId: null, amount: 8_000 }],
    ],
    [
      "late money that Medusa never captured, less what went back",
      undefined,
      [done(null, 2_500)],
      undefined,
      [{ refundId: null, amount: 7_500 }],
    ],
    ["nothing of what is gone altogether", undefined, [done(null, 10_000)], undefined, []],
  ])("%s", (_, booked, operations, order, owed) => {
    expect(owedNow(paid, operations, booked, order)).toEqual(owed)
  })
})

it.each([
  [
    ["0.005", "0.005"],
    [1, 0],
  ],
  [
    ["37.035", "37.035", "25.93"],
    [3704, 3703, 2593],
  ],
])("Medusa's fractions of a cent are rounded as a sum: %p", (amounts, owed) => {
  const booked = held(...amounts.map((amount, index): [string, string] => [`ref_${index}`, amount]))
  expect(owedNow(paid, [], booked, standing).map(({ amount }) => amount)).toEqual(owed)
})

describe("what was dismissed", () => {
  const dismissed = [
    { refundId: "ref_1", amount: 3_000 },
    { refundId: null, amount: 7_000 },
  ]
  const payment = { ...paid, dismissed }

  it("covers those refunds and that rest, and no other refund", () => {
    expect(["ref_1", "ref_2"].map((id) => isDismissed(payment, id))).toEqual([true, false])
    expect([dismissedRest(payment), dismissedAmount(payment, []), dismissedRefunds(payment, [])]).toEqual([
      7_000, 10_000, 3_000,
    ])
  })

  it("no longer counts where a person has returned it all the same", () => {
    const operations = [done("ref_1", 3_000)]
    expect([dismissedAmount(payment, operations), dismissedRefunds(payment, operations)]).toEqual([7_000, 0])
  })

  it("dismissed once more, the newer sum stands for the older", () => {
    expect(dismissing(payment, [{ refundId: null, amount: 5_000 }])).toEqual([
      { refundId: "ref_1", amount: 3_000 },
      { refundId: null, amount: 5_000 },
    ])
  })

  it("by a release that kept no sums, covers all there is", () => {
    const old = aPayment({ state: "paid", paidAmount: 10_000, settledBy: "outside" })
    expect([isDismissed(old, "ref_9"), dismissedRest(old), dismissedAmount(old, [])]).toEqual([
      true,
      10_000,
      10_000,
    ])
    const whole = { ...old, state: "refunded" as const }
    expect([isDismissed(whole, "ref_9"), dismissedRest(whole)]).toEqual([false, 0])
  })

  it("is not looked for every few hours; what is owed beside it is", () => {
    const deps = { clock: { now: () => now }, random: () => 0 }
    const day = 86_400_000
    const after = (owing: typeof payment) =>
      (nextCheck(owing, [], deps)?.getTime() ?? Infinity) - now.getTime()
    const owing = { ...payment, unwanted: "order_canceled" as const, paidAt: now }
    expect(after(owing)).toBe(day)
    expect(after({ ...owing, dismissed: dismissed.slice(0, 1) })).toBeLessThan(day / 4)
  })
})
