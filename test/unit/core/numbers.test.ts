import fc from "fast-check"
import { merchantNumber, ulid } from "../../../src/core"

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const bytes = (value: number) => (length: number) => Buffer.alloc(length, value)

it("a ULID has 26 letters and digits without the ones that are mistaken for others", () => {
  fc.assert(
    fc.property(time, (now) => {
      expect(ulid(now)).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    }),
  )
})

it("ULIDs of different moments sort by time", () => {
  fc.assert(
    fc.property(time, time, fc.nat(255), fc.nat(255), (a, b, x, y) => {
      fc.pre(a !== b)
      expect(ulid(a, bytes(x)) < ulid(b, bytes(y))).toBe(a < b)
    }),
  )
})

it("carries the moment as the specification writes it", () => {
  // 2016-07-30T23:54:10.259Z begins 01ARZ3NDEK in the example of the ULID specification.
  expect(ulid(1469922850259, bytes(0))).toBe("01ARZ3NDEK0000000000000000")
})

it("ULIDs of one moment differ by their random half", () => {
  const made = new Set(Array.from({ length: 2_000 }, () => ulid(1_700_000_000_000)))
  expect(made.size).toBe(2_000)
})

it("a session id makes a number that both gateways take", () => {
  const number = ulid(1_700_000_000_000)
  expect(merchantNumber(`payses_${number}`, 30)).toBe(number)
  expect(merchantNumber(`payses_${number}`, 30)).toHaveLength(26)
})

it.each([
  ["payses_", 30, "nothing after the prefix"],
  [`payses_${"A".repeat(31)}`, 30, "one letter too long"],
  ["payses_01-02", 30, "a sign"],
  ["payses_a_b", 30, "a second prefix"],
  ["payses_é", 30, "a letter beyond ASCII"],
  ["payses_01\n", 30, "a line break"],
])("refuses %j (%s: %s)", (id, longest) => {
  expect(() => merchantNumber(id, longest)).toThrow(RangeError)
})

it("keeps different ids apart", () => {
  const id = fc.stringMatching(/^[0-9A-Za-z]{1,30}$/)
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(merchantNumber(`payses_${a}`, 30) === merchantNumber(`payses_${b}`, 30)).toBe(a === b)
    }),
  )
})
