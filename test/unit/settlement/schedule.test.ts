import fc from "fast-check"
import { day, hour, minute, second } from "../../../src/services/settlement"
import { after, backOff, nextOf } from "../../../src/services/settlement/schedule"

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const checks = fc.nat(10_000)

it("waits at least its base, and never more than a quarter above the longest", () => {
  fc.assert(
    fc.property(checks, share, (count, random) => {
      const delay = backOff(count, minute, 6 * hour, () => random)
      expect(delay).toBeGreaterThanOrEqual(minute)
      expect(delay).toBeLessThanOrEqual(1.25 * 6 * hour)
      expect(Number.isInteger(delay)).toBe(true)
    }),
  )
})

it("doubles with every check until the longest is reached", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((count) => backOff(count, minute, 6 * hour, () => 0))
  expect(delays.map((delay) => delay / minute)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360])
})

it("spreads payments that began to wait together", () => {
  const delay = (random: number) => backOff(3, minute, hour, () => random)
  expect(delay(0)).toBe(8 * minute)
  expect(delay(0.5)).toBe(9 * minute)
})

it("finds the first moment that is still to come, or none", () => {
  const start = new Date("2026-03-30T03:00:00Z")
  const points = [hour, day, 3 * day]
  const at = (ms: number) => nextOf(start, points, new Date(start.getTime() + ms))
  expect(at(0)).toEqual(new Date(start.getTime() + hour))
  expect(at(hour)).toEqual(new Date(start.getTime() + day))
  expect(at(2 * day)).toEqual(new Date(start.getTime() + 3 * day))
  expect(at(3 * day)).toBeNull()
})

it("counts from the injected clock", () => {
  const clock = { now: () => new Date("2026-03-30T03:00:00Z") }
  expect(after({ clock }, 5 * second)).toEqual(new Date("2026-03-30T03:00:05Z"))
})
