import fc from "fast-check"

import {
  compareBooks,
  daysAfter,
  daysOfMonth,
  feeRate,
  fetchSteps,
  isFetchDue,
  type Books,
  type MovedInHour,
  type SettlementLine,
} from "../../../src/core"

const thb = { currency: "thb", digits: 2 }
const line = (changes: Partial<SettlementLine> = {}) => ({
  ...thb,
  ...{ begin: "2026-11-02", end: "2026-11-02", channel: "promptpay", reference: "" },
  ...{ amount: 100_000, fee: 2_000, vat: 140, settlesOn: "2026-11-03", transferred: 0, transferredOn: null },
  ...changes,
})
const moved = (changes: Partial<MovedInHour> = {}): MovedInHour => ({
  ...thb,
  ...{ day: "2026-11-02", hour: 12, channel: "promptpay", paid: 100_000, returned: 0 },
  ...changes,
})
const compared = (books: Partial<Books>) =>
  compareBooks({
    ...{ lines: [], moved: [], covered: [{ from: "2026-11-01", to: "2026-11-30" }] },
    ...{ today: "2026-11-20", graceDays: 3 },
    ...books,
  })
const stateOf = (books: Partial<Books>) => compared(books).days.map(({ state }) => state)
const paid = { transferred: 97_860, transferredOn: "2026-11-03" }

it("a day that agrees and was transferred is explained", () => {
  expect(compared({ lines: [line(paid)], moved: [moved()] }).days).toEqual([
    {
      ...thb,
      ...{ begin: "2026-11-02", end: "2026-11-02", channel: "promptpay" },
      ...{ paid: 100_000n, returned: 0n, settled: 100_000n, fee: 2_000n, vat: 140n },
      ...{ settlesOn: "2026-11-03", transferred: 97_860n, transferredOn: "2026-11-03", state: "transferred" },
      ...{ difference: 0n, missing: 0n, isExplained: true, isOpen: false },
    },
  ])
})

it.each([
  ["one minor unit less came in", { moved: [moved({ paid: 99_999 })], lines: [line(paid)] }, -1n],
  ["one minor unit more went back", { moved: [moved({ returned: 1 })], lines: [line(paid)] }, -1n],
  ["the gateway knows a payment that the ledger does not", { lines: [line(paid)] }, -100_000n],
  ["the gateway has not settled the day", { moved: [moved()] }, 100_000n],
])("%s: not explained, and open", (_name, books, difference) => {
  expect(compared(books).days).toEqual([
    expect.objectContaining({ difference, isExplained: false, isOpen: true }),
  ])
})

it("there is time for a day that is not settled yet, and of a day nobody asked about nothing is said", () => {
  const lately = { moved: [moved()], today: "2026-11-05" }
  expect(compared(lately).days).toEqual([expect.objectContaining({ state: "unlisted", isOpen: false })])
  expect(compared({ moved: [moved()], covered: [] }).days).toEqual([])
})

describe("the money of a day", () => {
  it.each([
    [
      "is expected until its time and the days of grace are over",
      { lines: [line()], today: "2026-11-06" },
      ["expected"],
    ],
    ["is late after that", { lines: [line()], today: "2026-11-07" }, ["late"]],
    ["waits while a channel has less than 100 THB", { lines: [line({ amount: 12_139 })] }, ["waiting"]],
    ["does not wait with 100 THB", { lines: [line({ amount: 12_140 })] }, ["late"]],
    [
      "does not wait in a currency without a known minimum",
      { lines: [line({ amount: 2_500, ...{ currency: "myr" } })] },
      ["late"],
    ],
    ["is short by one minor unit", { lines: [line({ ...paid, transferred: 97_859 })] }, ["short"]],
    ["is more than it comes to", { lines: [line({ ...paid, transferred: 97_861 })] }, ["more"]],
  ] as const)("%s", (_name, books, states) => {
    expect(stateOf(books)).toEqual(states)
  })

  const next = { begin: "2026-11-03", end: "2026-11-03", settlesOn: "2026-11-04" }
  it("comes with a later transfer, or waits beside it", () => {
    const small = line({ amount: 5_000, fee: 0, vat: 0 })
    const together = line({ ...next, transferred: 102_860, transferredOn: "2026-11-04" })
    expect(stateOf({ lines: [small, together] })).toEqual(["transferred", "transferred"])
    const alone = { ...together, transferred: 97_860 }
    expect(stateOf({ lines: [small, alone] })).toEqual(["transferred", "waiting"])
  })

  it("below zero comes out of the next transfer, and a short one may be made up for", () => {
    const back = line({ amount: -2_939, fee: -57, vat: -4 })
    const after = line({ ...next, transferred: 94_982, transferredOn: "2026-11-04" })
    expect(stateOf({ lines: [back, after] })).toEqual(["transferred", "transferred"])
    const short = line({ ...paid, transferred: 90_000 })
    const made = line({ ...next, transferred: 105_720, transferredOn: "2026-11-04" })
    expect(stateOf({ lines: [short, made] })).toEqual(["transferred", "transferred"])
  })
})

describe("what a gateway says in other ways", () => {
  it("money that waited is late only once the sale that brought enough is late", () => {
    const waited = line({
      amount: 5_000,
      fee: 0,
      vat: 0,
      begin: "2026-11-01",
      end: "2026-11-01",
      settlesOn: "2026-11-02",
    })
    const enough = line({ begin: "2026-11-15", end: "2026-11-15", settlesOn: "2026-11-18" })
    const books = { lines: [waited, enough], moved: [] }
    expect(stateOf({ ...books, today: "2026-11-20" })).toEqual(["expected", "expected"])
    expect(stateOf({ ...books, today: "2026-11-22" })).toEqual(["late", "late"])
  })

  it("of single payments one that is still to come leaves the day open, and calls nothing short", () => {
    const sent = line({ ...paid, reference: "A" })
    const kept = line({ reference: "B", settlesOn: "2026-11-18" })
    expect(stateOf({ lines: [sent, kept], moved: [] })).toEqual(["expected"])
    expect(stateOf({ lines: [sent, { ...kept, ...paid }], moved: [] })).toEqual(["transferred"])
    // Both in one transfer, which stands at the first of them.
    const both = { ...sent, transferred: 2 * 97_860 }
    expect(stateOf({ lines: [both, { ...kept, reference: "B" }], moved: [] })).toEqual(["transferred"])
    expect(stateOf({ lines: [{ ...sent, transferred: 90_000 }, kept], moved: [] })).toEqual(["short"])
  })

  it("a line that names no channel is of all channels of its currency", () => {
    const lines = [line({ ...paid, channel: "" })]
    const takings = [
      moved({ channel: "promptpay", paid: 60_000 }),
      moved({ channel: "card", paid: 40_000 }),
      { ...moved({ channel: "card", paid: 5 }), currency: "jpy", digits: 0 },
    ]
    expect(compared({ lines, moved: takings }).days).toEqual([
      expect.objectContaining({ channel: "", paid: 100_000n, difference: 0n, isExplained: true }),
      expect.objectContaining({ channel: "card", currency: "jpy", paid: 5n }),
    ])
  })

  it("a channel that nobody asked about is not called open", () => {
    const covered = [{ from: "2026-11-01", to: "2026-11-30", channel: "promptpay" }]
    const takings = [moved(), moved({ channel: "card" })]
    expect(compared({ covered, moved: takings }).days.map(({ channel }) => channel)).toEqual(["promptpay"])
  })
})

it("of one channel's books another channel or currency explains nothing", () => {
  const books = { lines: [line(paid)], moved: [moved({ channel: "truemoney" }), moved({ currency: "myr" })] }
  expect(compared(books).days.map(({ isExplained }) => isExplained)).toEqual([false, false, false])
})

const hours = fc.array(
  fc.record({
    day: fc.integer({ min: 0, max: 40 }).map((days) => daysAfter("2026-10-05", days)),
    hour: fc.integer({ min: 0, max: 23 }),
    paid: fc.integer({ min: 1, max: 10 ** 9 }),
    returned: fc.integer({ min: 0, max: 10 ** 6 }),
  }),
  { minLength: 1, maxLength: 80 },
)

/** What a gateway whose days end at `cutOff` settles of this. */
function settledAt(cutOff: number, all: readonly MovedInHour[]): ReturnType<typeof line>[] {
  const sums = new Map<string, number>()
  for (const one of all) {
    const shifted = cutOff <= 24 && one.hour >= cutOff ? 1 : cutOff > 24 && one.hour < cutOff - 24 ? -1 : 0
    const day = daysAfter(one.day, shifted)
    sums.set(day, (sums.get(day) ?? 0) + one.paid - one.returned)
  }
  return [...sums].map(([day, amount]) =>
    line({
      ...{ begin: day, end: day, settlesOn: daysAfter(day, 1), amount, fee: 0, vat: 0 },
      ...{ transferred: amount, transferredOn: daysAfter(day, 1) },
    }),
  )
}

it("whatever the cut-off hour is: it is learnt right or not at all, and where it is learnt every day is explained", () => {
  fc.assert(
    fc.property(hours, fc.integer({ min: 13, max: 36 }), (given, cutOff) => {
      const all = given.map((one) => moved(one))
      const { days, cutOffs } = compared({ lines: settledAt(cutOff, all), moved: all, today: "2027-01-01" })
      for (const { from, to } of cutOffs) {
        expect(from <= cutOff && cutOff <= to).toBe(true)
        expect(days.filter(({ isExplained }) => !isExplained)).toEqual([])
      }
    }),
  )
})

it("a shop that sells at every hour shows the cut-off hour after some days", () => {
  const all = Array.from({ length: 24 * 5 }, (_, at) =>
    moved({ day: daysAfter("2026-11-02", Math.floor(at / 24)), hour: at % 24, paid: 10_000 + at }),
  )
  for (const cutOff of [16, 23, 24, 26]) {
    const { cutOffs, days } = compared({ lines: settledAt(cutOff, all), moved: all })
    expect(cutOffs).toEqual([expect.objectContaining({ channel: "promptpay", from: cutOff, to: cutOff })])
    expect(days.every(({ isExplained }) => isExplained)).toBe(true)
  }
})

it("money is neither lost nor made: what the days hold is what the hours and the lines hold", () => {
  const amounts = fc.integer({ min: -(10 ** 12) + 1, max: 10 ** 12 - 1 })
  const lines = fc.array(fc.record({ amount: amounts, fee: amounts, vat: amounts, transferred: amounts }), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(hours, lines, (given, more) => {
      const all = given.map((one) => moved(one))
      const own = more.map((one, at) => {
        const day = daysAfter("2026-10-05", at % 25)
        return line({ ...one, begin: day, end: day, transferredOn: one.transferred ? day : null })
      })
      const { days } = compared({
        lines: own,
        moved: all,
        covered: [{ from: "2026-01-01", to: "2027-01-01" }],
      })
      const sum = (of: (day: (typeof days)[number]) => bigint) => days.reduce((so, one) => so + of(one), 0n)
      expect(sum((day) => day.paid)).toBe(all.reduce((so, one) => so + BigInt(one.paid), 0n))
      expect(sum((day) => day.settled ?? 0n)).toBe(own.reduce((so, one) => so + BigInt(one.amount), 0n))
      for (const day of days) {
        expect(day.difference).toBe(day.paid - day.returned - (day.settled ?? 0n))
        if (day.isExplained) expect(day.difference).toBe(0n)
        if (day.isOpen) expect(day.isExplained).toBe(false)
      }
    }),
  )
})

it.each([
  [2_000n, 100_000n, "2.000"],
  [57n, 2_939n, "1.939"],
  [-57n, -2_939n, "1.939"],
  [1n, 3n, "33.333"],
  [0n, 5n, "0.000"],
  [1n, 0n, null],
])("the rate of a fee of %s on %s is %s", (fee, amount, rate) => {
  expect(feeRate(fee, amount)).toBe(rate)
})

describe("the back-fill", () => {
  it("asks month by month, the newest first, for no day in the future and none before the books begin", () => {
    const steps = fetchSteps("2026-01-15", "2026-03-10", [])
    expect(steps.map(({ month }) => month)).toEqual(["2026-03", "2026-02", "2026-01"])
    expect(steps.map(({ month }) => daysOfMonth(month, "2026-01-15", "2026-03-10"))).toEqual([
      { from: "2026-03-01", to: "2026-03-10" },
      { from: "2026-02-01", to: "2026-02-28" },
      { from: "2026-01-15", to: "2026-01-31" },
    ])
    expect(fetchSteps("2026-03-01", "2026-03-10", ["card", "wechat"])).toHaveLength(2)
  })

  const step = { month: "2026-03", channel: "" }
  const at = (time: string) => new Date(`2026-03-10T${time}Z`)
  const state = { ...step, answeredAt: at("00:00"), triedAt: at("00:00"), failures: 0, isOpen: false }
  const whole = { ...state, answeredAt: new Date("2026-04-02T00:00Z") }
  it.each([
    ["never asked", undefined, "00:01", "2026-03-10", true],
    ["answered a while ago", state, "05:59", "2026-03-10", false],
    ["answered six hours ago", state, "06:00", "2026-03-10", true],
    ["of an old month that was not over when it was asked about", state, "23:00", "2026-06-10", true],
    ["of an old month", whole, "23:00", "2026-06-10", false],
    ["of an old month whose money is under way", { ...whole, isOpen: true }, "23:00", "2026-06-10", true],
    ["not answered", { ...state, answeredAt: null, failures: 1 }, "00:01", "2026-03-10", false],
    ["not answered, after a pause", { ...state, answeredAt: null, failures: 1 }, "00:02", "2026-03-10", true],
    ["not answered for long", { ...state, failures: 90 }, "05:59", "2026-03-10", false],
    ["not answered for long, after six hours", { ...state, failures: 90 }, "06:00", "2026-03-10", true],
  ] as const)("%s", (_name, known, now, today, due) => {
    expect(isFetchDue(known, step, new Date(`${today}T${now}Z`), today)).toBe(due)
  })
})
