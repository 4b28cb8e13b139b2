import { owedNow } from "../../../src/services/settlement/dismissed"
import type { HostPayment } from "../../../src/services/settlement/host"
import { aPayment, now } from "./pictures"

const booked = (...amounts: string[]): HostPayment =>
  ({
    captured: "100",
    refunds: amounts.map((amount, index) => ({ id: `ref_${index}`, amount, createdAt: now })),
  }) as unknown as HostPayment

describe("what is owed when a person dismisses it", () => {
  const payment = aPayment({ state: "paid", paidAmount: 10_000 })
  const amounts = (...refunds: string[]) =>
    owedNow(payment, [], booked(...refunds), undefined).map(({ amount }) => amount)

  it.each([
    [["12.5"], [1250]],
    [
      ["0.005", "0.005"],
      [1, 0],
    ],
    [
      ["37.035", "37.035", "25.93"],
      [3704, 3703, 2593],
    ],
  ])("Medusa's fractions are rounded as a sum: %p", (refunds, owed) => {
    expect(amounts(...refunds)).toEqual(owed)
  })

  it("all that came in, where Medusa never captured it", () => {
    expect(owedNow(payment, [], undefined, undefined)).toEqual([{ refundId: null, amount: 10_000 }])
  })
})
