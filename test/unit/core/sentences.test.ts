import { formatMajor, sentenceOf, withDecimals, type AttentionCode } from "../../../src/core"
import { attentions } from "../../support/attentions"

const said = (code: AttentionCode, at = 0): string => {
  const one = attentions.filter((attention) => attention.code === code)[at]
  if (!one) throw new Error(`There is no sample ${at} of ${code}.`)
  return sentenceOf(one)
}

it.each(attentions.map((attention, at) => [attention.code, at, attention] as const))(
  "%s (%d) is a sentence, and money is written in one way",
  (_code, _at, attention) => {
    const sentence = sentenceOf(attention)
    expect(sentence).toMatch(/^\w.*\.$/s)
    expect(sentence).not.toMatch(/undefined|null|\[object|NaN|\.\./)
    expect(sentence.replaceAll(/THB \d+\.\d\d/g, "")).not.toMatch(/thb|\d\.\d\d/i)
  },
)

it("no two of them say the same", () => {
  const sentences = attentions.map(sentenceOf)
  expect(new Set(sentences).size).toBe(sentences.length)
})

it("says what a person has to know, with every amount", () => {
  expect(said("amount_mismatch")).toBe(
    "The gateway says THB 40.00 where THB 120.50 was asked for. Nothing was captured: compare order ORDER1 in the gateway's console.",
  )
  expect(said("amount_mismatch", 1)).toContain('The gateway says "paid", and no amount, where THB 120.50')
  expect(said("not_captured", 1)).toContain(
    "has paid THB 120.50, and Medusa has not completed the cart (The cart is gone.).",
  )
  expect(said("refund_unknown", 1)).toContain(
    "Gnete has not said whether cancel REFUND1 of THB 40.00 went through (sent: It timed out; asked since: It timed out again).",
  )
  expect(said("refund_unknown", 2)).toContain("(sent: It is accepted; asked since: pending)")
  expect(said("refund_refused")).toBe(
    "Ksher refused it. The money is still owed to the shopper; it is tried again by itself.",
  )
  expect(said("refund_refused", 2)).toMatch(
    /^Ksher has refused to return the money 12 times\. .* not tried again by itself/,
  )
  expect(said("books_differ")).toContain("THB 120.50 went back for THB 40.00 paid on order ORDER1.")
  expect(said("notification_failed", 1)).toContain(
    "about return REFUND1 of order ORDER1 could not be acted on 8 times (It is busy).",
  )
})

it.each([
  ["40", 2, "40.00"],
  ["40.5", 2, "40.50"],
  ["40.50", 2, "40.50"],
  ["100.005", 2, "100.005"],
  ["1200", 0, "1200"],
  ["1200.00", 0, "1200"],
])("%s with %d decimals is written %s", (major, digits, written) => {
  expect(withDecimals(major, digits)).toBe(written)
  expect(formatMajor(written, "thb")).toBe(`THB ${written}`)
})
