import { daysAfter, isTimeZone, isZoneName, localTime } from "../../../src/core"

it("reads day and time from the calendar and clock of a zone", () => {
  const moment = new Date("2026-11-27T20:05:00Z")
  expect(localTime(moment, "Asia/Bangkok")).toEqual({ day: "2026-11-28", time: "03:05" })
  expect(localTime(moment, "America/New_York")).toEqual({ day: "2026-11-27", time: "15:05" })
  expect(localTime(new Date("2026-11-27T17:00:00Z"), "Asia/Bangkok").time).toBe("00:00")
})

it("counts days of the calendar", () => {
  expect([daysAfter("2026-12-31", 1), daysAfter("2028-03-01", -1), daysAfter("2026-03-29", 0)]).toEqual([
    "2027-01-01",
    "2028-02-29",
    "2026-03-29",
  ])
})

it("takes what the runtime knows for a zone, and names alone where a database reads it", () => {
  expect(["Asia/Hong_Kong", "UTC", "Mars/Olympus", ""].map(isTimeZone)).toEqual([true, true, false, false])
  expect(["Asia/Hong_Kong", "UTC", "Mars/Olympus", "+07:00"].map(isZoneName)).toEqual([
    true,
    true,
    false,
    false,
  ])
})
