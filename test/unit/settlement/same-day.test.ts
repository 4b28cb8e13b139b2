import fc from "fast-check"
import { businessDay, sameDay } from "../../../src/services/settlement/returns/same-day"
import type { Deps, GatewayPayment } from "../../../src/services/settlement"

const hongKong = { cutoff: "23:00", timeZone: "Asia/Hong_Kong" }
const at = (iso: string) => new Date(iso)

describe("the business day of a moment", () => {
  it.each([
    ["2026-03-30T00:00:00+08:00", "2026-03-30"],
    ["2026-03-30T22:59:59+08:00", "2026-03-30"],
    ["2026-03-30T23:00:00+08:00", "2026-03-31"],
    ["2026-03-30T23:59:59+08:00", "2026-03-31"],
    ["2026-12-31T23:00:00+08:00", "2027-01-01"],
    ["2028-02-28T23:00:00+08:00", "2028-02-29"],
  ])("with a cut-off at 23:00 in Hong Kong, %s belongs to %s", (moment, date) => {
    expect(businessDay(at(moment), hongKong)).toBe(date)
  })

  it.each([
    ["2026-03-30T00:14:59+08:00", "2026-03-30"],
    ["2026-03-30T00:15:00+08:00", "2026-03-31"],
  ])("with a cut-off shortly after midnight, %s belongs to %s", (moment, date) => {
    expect(businessDay(at(moment), { cutoff: "00:15", timeZone: "Asia/Hong_Kong" })).toBe(date)
  })

  // Germany: 29 March 2026 has 23 hours, 25 October has 25.
  it.each([
    ["2026-03-28T22:59:00+01:00", "23:00", "2026-03-28"],
    ["2026-03-28T23:30:00+01:00", "23:00", "2026-03-29"],
    ["2026-03-29T22:59:00+02:00", "23:00", "2026-03-29"],
    ["2026-03-29T23:00:00+02:00", "23:00", "2026-03-30"],
    ["2026-10-24T23:30:00+02:00", "23:00", "2026-10-25"],
    ["2026-10-25T00:30:00+02:00", "00:15", "2026-10-26"],
    ["2026-10-25T02:30:00+02:00", "02:00", "2026-10-26"],
    ["2026-10-25T02:30:00+01:00", "02:00", "2026-10-26"],
    ["2026-10-25T23:30:00+01:00", "23:00", "2026-10-26"],
  ])("in a zone with summer time, %s with a cut-off at %s belongs to %s", (moment, cutoff, date) => {
    expect(businessDay(at(moment), { cutoff, timeZone: "Europe/Berlin" })).toBe(date)
  })

  const time = fc.date({
    min: at("2024-01-01T00:00:00Z"),
    max: at("2030-01-01T00:00:00Z"),
    noInvalidDate: true,
  })
  const cutoff = fc
    .record({ hour: fc.nat(23), minute: fc.nat(59) })
    .map(({ hour, minute }) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`)
  const timeZone = fc.constantFrom(
    "Asia/Hong_Kong",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "UTC",
  )

  it("is the local date or the day after it", () => {
    fc.assert(
      fc.property(time, cutoff, timeZone, (moment, from, zone) => {
        const date = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(moment)
        const next = new Date(new Date(`${date}T00:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10)
        expect([date, next]).toContain(businessDay(moment, { cutoff: from, timeZone: zone }))
      }),
    )
  })

  it("never runs backwards but in the hour that a zone repeats", () => {
    fc.assert(
      fc.property(
        time,
        cutoff,
        timeZone,
        fc.integer({ min: 61, max: 2_000 }),
        (moment, from, zone, minutes) => {
          const rule = { cutoff: from, timeZone: zone }
          const later = new Date(moment.getTime() + minutes * 60_000)
          expect(businessDay(later, rule) >= businessDay(moment, rule)).toBe(true)
        },
      ),
    )
  })
})

describe("whether a payment may still be reversed", () => {
  const ask = (
    paidAt: string | null,
    now: string,
    rule: object | undefined = { enabled: true, ...hongKong },
  ) =>
    sameDay(
      { paidAt: paidAt === null ? null : at(paidAt) } as GatewayPayment,
      { policy: { sameDayCancel: rule }, clock: { now: () => at(now) } } as Deps,
    )

  it("until the cut-off after it was paid", () => {
    expect(ask("2026-03-30T11:00:00+08:00", "2026-03-30T22:59:59+08:00")).toBe(true)
    expect(ask("2026-03-30T11:00:00+08:00", "2026-03-30T23:00:00+08:00")).toBe(false)
  })

  it("one paid after the cut-off has the whole next day", () => {
    expect(ask("2026-03-30T23:30:00+08:00", "2026-03-31T22:59:00+08:00")).toBe(true)
    expect(ask("2026-03-30T22:59:00+08:00", "2026-03-30T23:01:00+08:00")).toBe(false)
  })

  it("not where it is switched off, has no rule, or nobody knows when it was paid", () => {
    const [paid, now] = ["2026-03-30T11:00:00+08:00", "2026-03-30T12:00:00+08:00"]
    expect(ask(paid, now, { enabled: false, ...hongKong })).toBe(false)
    expect(sameDay({ paidAt: at(paid) } as GatewayPayment, { policy: {} } as Deps)).toBe(false)
    expect(ask(null, now)).toBe(false)
  })
})
