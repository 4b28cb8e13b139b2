import { attentionCodes, doubts, unreachable } from "../../../src/core"
import type { AttentionCode } from "../../../src/core"
import { decideRaise } from "../../../src/services/settlement/attention"
import { aPayment } from "./pictures"

const sum = { amount: "100.00", currency: "thb" }
const waits = { why: "no_link", number: "1", amount: sum, gateway: "ksher" } as const
const changing = { change: "edit", number: "1", amount: sum } as const

describe("a refund that waits for the shopper", () => {
  const standing = (code: AttentionCode) =>
    aPayment({ attentionCode: code, attention: "Look.", attentionValues: null })

  it.each(attentionCodes.filter((code) => code !== "payout_waits"))(
    "is not told in the place of %s: neither is told again and again",
    (code) => {
      expect(decideRaise(standing(code), "payout_waits", waits)).toBeUndefined()
    },
  )

  it("is told where nothing stands, and told anew where it waits for something else", () => {
    expect(decideRaise(aPayment(), "payout_waits", waits)).toMatchObject({ isNews: true })
    const told = { ...standing("payout_waits"), attentionValues: waits }
    expect(decideRaise(told, "payout_waits", waits)).toBeUndefined()
    expect(decideRaise(told, "payout_waits", { ...waits, why: "release" })).toMatchObject({ isNews: true })
  })

  it("is told with the others of its payment: anew where one is more or waits for something else, and not where one is less", () => {
    const other = { why: "release", number: "2", amount: sum } as const
    const both = { ...waits, others: [other] }
    const told = { ...standing("payout_waits"), attentionValues: waits }
    expect(decideRaise(told, "payout_waits", both)).toMatchObject({ isNews: true })
    const toldBoth = { ...standing("payout_waits"), attentionValues: both }
    expect(decideRaise(toldBoth, "payout_waits", waits)).toMatchObject({ isNews: false })
    expect(decideRaise(toldBoth, "payout_waits", { ...other, gateway: "ksher" })).toMatchObject({
      isNews: false,
      patch: { attentionValues: { number: "2" } },
    })
    const changed = { ...waits, others: [{ ...other, why: "balance" as const }] }
    expect(decideRaise(toldBoth, "payout_waits", changed)).toMatchObject({ isNews: true })
  })

  it("makes room for whatever else there is", () => {
    const told = { ...standing("payout_waits"), attentionValues: waits }
    expect(decideRaise(told, "order_changing", changing)).toMatchObject({ isNews: true })
    expect([doubts.has("payout_waits"), unreachable.has("payout_waits")]).toEqual([false, false])
  })
})
