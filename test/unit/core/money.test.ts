import fc from "fast-check"
import { formatMoney, money, sameMoney, toMajor, toMinor } from "../../../src/core"

const digits = fc.constantFrom(0, 2, 3)
const minor = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })

/** A decimal as its parts, so that its true value is known without any arithmetic on doubles. */
const decimal = fc.record({
  negative: fc.boolean(),
  whole: fc.stringMatching(/^\d{1,12}$/),
  fraction: fc.stringMatching(/^\d{0,8}$/),
})

const written = ({ negative, whole, fraction }: { negative: boolean; whole: string; fraction: string }) =>
  `${negative ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`

it("what is written in major units reads back as the same minor units", () => {
  fc.assert(
    fc.property(minor, digits, (amount, places) => {
      const back = toMinor(toMajor(amount, places), places)
      expect(back).toBe(amount === 0 ? 0 : amount)
    }),
  )
})

it("reads a decimal exactly, or refuses it: nothing is ever rounded", () => {
  fc.assert(
    fc.property(decimal, digits, (parts, places) => {
      const exact = BigInt(parts.whole + parts.fraction) * (parts.negative ? -1n : 1n)
      const scale = 10n ** BigInt(parts.fraction.length)
      const inMinor = exact * 10n ** BigInt(places)
      if (inMinor % scale === 0n) expect(BigInt(toMinor(written(parts), places))).toBe(inMinor / scale)
      else expect(() => toMinor(written(parts), places)).toThrow(/more decimals/)
    }),
  )
})

it("writes as many decimals as the currency has, and no others", () => {
  fc.assert(
    fc.property(minor, digits, (amount, places) => {
      const pattern = places === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${places}}$`)
      expect(toMajor(amount, places)).toMatch(pattern)
    }),
  )
})

it.each([
  ["350.5", 2, 35050],
  ["0.07", 2, 7],
  ["1.15", 2, 115],
  ["350.500", 2, 35050],
  ["100", 0, 100],
  ["100.00", 0, 100],
  ["-12.05", 2, -1205],
  ["007", 2, 700],
  ["1.005", 3, 1005],
])("%s with %i digits is %i", (major, places, expected) => {
  expect(toMinor(major, places)).toBe(expected)
})

it("has one zero, however it is written", () => {
  for (const zero of ["0", "-0", "0.00", "-0.00"]) expect(Object.is(toMinor(zero, 2), 0)).toBe(true)
})

it.each([
  "",
  " 1",
  "1 ",
  "1,5",
  "1e3",
  "+1",
  ".5",
  "5.",
  "0x10",
  "NaN",
  "Infinity",
  "--1",
  "1.2.3",
  "１",
  "1\n",
])("refuses %j, which is no plain decimal", (text) => {
  expect(() => toMinor(text, 2)).toThrow(RangeError)
})

it("refuses more than a double holds exactly", () => {
  expect(toMinor("90071992547409.91", 2)).toBe(Number.MAX_SAFE_INTEGER)
  expect(() => toMinor("90071992547409.92", 2)).toThrow(/too large/)
})

it("money is a whole number of minor units with a lower-case currency", () => {
  expect(money(12050, "THB")).toEqual({ minor: 12050, currency: "thb" })
  for (const wrong of [0.5, NaN, Infinity, 2 ** 53]) expect(() => money(wrong, "thb")).toThrow(RangeError)
})

it("equals only the same amount of the same currency", () => {
  expect(sameMoney(money(100, "THB"), money(100, "thb"))).toBe(true)
  expect(sameMoney(money(100, "thb"), money(101, "thb"))).toBe(false)
  expect(sameMoney(money(100, "thb"), money(100, "hkd"))).toBe(false)
})

it("reads to people as currency and major units", () => {
  expect(formatMoney(money(12050, "thb"), 2)).toBe("THB 120.50")
  expect(formatMoney(money(100, "jpy"), 0)).toBe("JPY 100")
})
