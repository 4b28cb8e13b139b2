import fc from "fast-check"
import {
  addMajor,
  formatMoney,
  lessMajor,
  money,
  roundToMinor,
  sameMoney,
  toMajor,
  toMinor,
} from "../../../src/core"

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

it("reads a decimal exactly, or refuses it", () => {
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

it("rounds what Medusa keeps to the nearest minor unit, half away from zero", () => {
  fc.assert(
    fc.property(decimal, digits, (parts, places) => {
      const size = BigInt(parts.whole + parts.fraction)
      const scale = 10n ** BigInt(parts.fraction.length)
      const rounded = BigInt(Math.abs(roundToMinor(written(parts), places)))
      const [twiceOff, half] = [2n * (rounded * scale - size * 10n ** BigInt(places)), scale]
      // Above by at most a half, below by less.
      expect(twiceOff <= half && twiceOff > -half).toBe(true)
      if (rounded > 0n) expect(roundToMinor(written(parts), places) < 0).toBe(parts.negative)
    }),
  )
})

it("adds and takes off decimals exactly", () => {
  fc.assert(
    fc.property(decimal, decimal, decimal, (a, b, c) => {
      const [x, y, z] = [written(a), written(b), written(c)]
      expect(lessMajor(addMajor(x, y, z), y, z)).toBe(addMajor(x))
      const inSmallest = ({ negative, whole, fraction }: typeof a) =>
        BigInt(whole + fraction.padEnd(8, "0")) * (negative ? -1n : 1n)
      const [sign = "", first = "", rest = ""] = /^(-?)(\d+)\.?(\d*)$/.exec(addMajor(x, y))?.slice(1) ?? []
      expect(inSmallest({ negative: sign === "-", whole: first, fraction: rest })).toBe(
        inSmallest(a) + inSmallest(b),
      )
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

it.each([
  ["375.035", 2, 37504],
  ["375.0349999999999999999", 2, 37503],
  ["-375.035", 2, -37504],
  ["306.6875", 2, 30669],
  ["0.005", 2, 1],
  ["0.0049", 2, 0],
  ["-0.0049", 2, 0],
  ["374.5", 0, 375],
  ["374.4999", 0, 374],
  ["0.5", 0, 1],
  ["12.3455", 3, 12346],
  ["12.3454", 3, 12345],
  ["350.5", 2, 35050],
  ["350", 3, 350000],
])("%s is rounded, with %i digits, to %i", (major, places, expected) => {
  expect(Object.is(roundToMinor(major, places), expected)).toBe(true)
})

it.each([
  [["0.1", "0.2"], "0.3"],
  [["187.515", "187.52"], "375.035"],
  [["1.50", "-1.5"], "0"],
  [[], "0"],
])("%j add up to %s", (majors, sum) => {
  expect(addMajor(...majors)).toBe(sum)
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
  expect(() => roundToMinor(text, 2)).toThrow(RangeError)
  expect(() => addMajor(text, "1")).toThrow(RangeError)
})

it("refuses more than a double holds exactly", () => {
  expect(toMinor("90071992547409.91", 2)).toBe(Number.MAX_SAFE_INTEGER)
  expect(() => toMinor("90071992547409.92", 2)).toThrow(/too large/)
  expect(() => roundToMinor("90071992547409.915", 2)).toThrow(/too large/)
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
