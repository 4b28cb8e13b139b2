import { languages, reportDue, reportLines, reportText } from "../../../src/core"
import type { Counted, Waiting } from "../../../src/core"

const plan = { time: "08:00", timeZone: "Asia/Bangkok" }

it.each<[string, string, string | null, string | undefined]>([
  ["before the hour", "2026-11-28T00:59:59Z", "2026-11-26", undefined],
  ["at the hour", "2026-11-28T01:00:00Z", "2026-11-26", "2026-11-27"],
  ["where none was ever sent", "2026-11-28T01:00:00Z", null, "2026-11-27"],
  ["later on the same day, where it was sent", "2026-11-28T09:00:00Z", "2026-11-27", undefined],
  ["in the evening, where the shop stood still all day", "2026-11-28T16:59:00Z", "2026-11-26", "2026-11-27"],
  ["past midnight there, before the hour", "2026-11-28T17:00:00Z", "2026-11-27", undefined],
  ["past midnight there, where the evening missed it", "2026-11-28T17:30:00Z", "2026-11-26", "2026-11-27"],
  ["before the hour, where none was ever sent", "2026-11-28T00:30:00Z", null, undefined],
  ["after a week of standing still: one day alone", "2026-12-05T02:00:00Z", "2026-11-27", "2026-12-04"],
  ["across the end of a year", "2027-01-01T01:00:00Z", "2026-12-30", "2026-12-31"],
])("%s", (_, now, last, due) => {
  expect(reportDue(new Date(now), last, plan)).toBe(due)
})

it("each day is reported once, also where clocks change", () => {
  const berlin = { time: "02:30", timeZone: "Europe/Berlin" }
  const reported: string[] = []
  // The clocks go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00: half past two is missing, or comes twice.
  for (const start of ["2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z"]) {
    const days: string[] = []
    for (let count = 0; count < 5 * 24 * 6; count++) {
      const now = new Date(new Date(start).getTime() + count * 600_000)
      const due = reportDue(now, days.at(-1) ?? null, berlin)
      if (due) days.push(due)
    }
    reported.push(...days)
  }
  expect(reported).toEqual([
    ...["2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30"],
    ...["2026-10-22", "2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26"],
  ])
})

const key = { gateway: "ksher", channel: "truemoney", currency: "thb", digits: 2 } as const
const counted = (patch: Partial<Counted> = {}): Counted => ({
  ...key,
  ...{ payments: 2, taken: 30_000, refunds: 1, returned: 5_050 },
  ...patch,
})
const waiting = (patch: Partial<Waiting> = {}): Waiting => ({
  ...key,
  kind: "owed",
  amount: 4_000,
  ...patch,
})

it("makes one line of what several entries took over a channel, and of what waits there", () => {
  const hongKong = { gateway: "gnete", channel: null, currency: "hkd", digits: 2 } as const
  const lines = reportLines(
    [counted(), counted(), counted({ ...hongKong, refunds: 0, returned: 0 })],
    [
      waiting(),
      waiting({ amount: 100 }),
      waiting({ kind: "late", amount: 700 }),
      waiting({ ...hongKong, kind: "stuck", amount: 0 }),
    ],
  )
  expect(lines).toEqual([
    {
      ...hongKong,
      ...{ payments: 2, taken: 30_000, refunds: 0, returned: 0 },
      ...{ owedPayments: 0, owed: 0, latePayments: 0, late: 0, stuckPayments: 1 },
    },
    {
      ...key,
      ...{ payments: 4, taken: 60_000, refunds: 2, returned: 10_100 },
      ...{ owedPayments: 2, owed: 4_100, latePayments: 1, late: 700, stuckPayments: 0 },
    },
  ])
})

it("says what there is, and nothing of what there is not", () => {
  const lines = reportLines(
    [counted({ refunds: 0, returned: 0 }), counted({ channel: "xx_new", currency: "jpy", digits: 0 })],
    [waiting(), waiting({ channel: null, kind: "stuck", amount: 0 })],
  )
  expect(reportText({ day: "2026-11-27", lines, isCut: false, unread: 0 }, "en")).toEqual({
    title: "Gateway payments of 2026-11-27",
    description: [
      "Ksher, channel not known: payments that a person has to look at: 1.",
      "Ksher, TrueMoney: taken THB 300.00 (2), still owed to shoppers THB 40.00 (1).",
      "Ksher, xx_new: taken JPY 30000 (2), returned JPY 5050 (1).",
    ].join("\n"),
  })
})

it.each(languages)("says every part in %s, a quiet day, and what was not counted", (language) => {
  const lines = reportLines([counted()], [waiting(), waiting({ kind: "late" }), waiting({ kind: "stuck" })])
  const { title, description } = reportText({ day: "2026-11-27", lines, isCut: true, unread: 3 }, language)
  expect(title).toContain("2026-11-27")
  const [line, unread, more, ...rest] = description.split("\n")
  expect(unread).toContain("3")
  expect([line?.match(/THB [\d.]+/g), Boolean(more), rest]).toEqual([
    ["THB 300.00", "THB 50.50", "THB 40.00", "THB 40.00"],
    true,
    [],
  ])
  const quiet = reportText({ day: "2026-11-27", lines: [], isCut: false, unread: 0 }, language).description
  expect(quiet).not.toBe("")
  // A day of which not all is known is not called quiet.
  const unknown = reportText({ day: "2026-11-27", lines: [], isCut: false, unread: 1 }, language).description
  expect(unknown).not.toContain(quiet)
  expect(`${title} ${description} ${quiet}`).not.toMatch(/[{}]|undefined/)
})

it.each(languages)("%s: a shop that keeps payout books reads how many days are open", (language) => {
  const text = (openPayouts?: number) =>
    reportText({ day: "2026-11-27", lines: [], isCut: false, unread: 0, openPayouts }, language).description
  const [none, explained, open] = [text(), text(0), text(17)]
  expect(explained).toContain(none)
  expect(open).toContain(none)
  expect(new Set([none, explained, open]).size).toBe(3)
  expect(open).toContain("17")
  expect(explained).not.toMatch(/[{}]/)
})
