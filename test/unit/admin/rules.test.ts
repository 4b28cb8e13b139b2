import { daysAgo, filteringOf, stillEmpty, viewOf } from "../../../src/admin/rules/list-filters"
import {
  asParams,
  filtersOf,
  lastPage,
  pageOf,
  readView,
  rowsAtLeast,
} from "../../../src/admin/rules/list-view"
import {
  amountAtStake,
  amountLeft,
  asResolution,
  channelLimit,
  firstDraft,
  isMoving,
  problemsOf,
  resolutionsOf,
  retriable,
  sightOf,
  type ResolutionDraft,
} from "../../../src/admin/rules/payment"
import { byChannel, byDay, lastDays } from "../../../src/admin/rules/totals"
import type { Total } from "../../../src/admin/api/schema"
import { operation, payment } from "./payments"

const owed = { id: "ref_1", amount: 100, created_at: "2026-03-01T08:00:00.000Z" }

describe("what is left of a payment", () => {
  it("is what was paid less what went back, is on its way, or is in doubt", () => {
    const operations = (["succeeded", "pending", "unknown", "sent"] as const).map((state) =>
      operation({ state, amount: 50.1 }),
    )
    expect(amountLeft(payment({ operations }))).toBe(150.1)
  })

  it("is not touched by what was refused or never sent, nor by a close", () => {
    const operations = [
      operation({ state: "refused" }),
      operation({ state: "not_sent" }),
      operation({ kind: "close", amount: null }),
    ]
    expect(amountLeft(payment({ operations }))).toBe(350.5)
  })

  it("is never less than nothing", () => {
    expect(amountLeft(payment({ operations: [operation({ amount: 400 })] }))).toBe(0)
  })

  it("has no decimals where the currency has none", () => {
    const yen = payment({ currency_code: "jpy", paid_amount: 1200, operations: [operation({ amount: 200 })] })
    expect(firstDraft(yen).amount).toBe("1000")
  })
})

describe("what a person may decide", () => {
  it("of a paid payment: refund it, or record what was returned another way", () => {
    expect(resolutionsOf(payment())).toEqual(["refund", "record_refund"])
  })

  it("of a PromptPay payment: only record", () => {
    const capabilities = { refund: false, partial_refund: false }
    expect(resolutionsOf(payment({ capabilities }))).toEqual(["record_refund"])
  })

  it("beside a part that waits for the shopper: that it went through, and what is done about the rest", () => {
    const waiting = (amount: number) => operation({ kind: "payout", state: "pending", amount })
    expect(resolutionsOf(payment({ operations: [waiting(100)] }))).toEqual([
      "went_through",
      "refund",
      "record_refund",
    ])
    expect(resolutionsOf(payment({ operations: [waiting(350.5)] }))).toEqual(["went_through"])
  })

  it("under attention: also dismiss", () => {
    expect(resolutionsOf(payment({ attention: "Look." }))).toContain("dismiss")
  })

  it("of an unpaid payment: nothing, and under attention dismiss", () => {
    expect(resolutionsOf(payment({ state: "pending", paid_amount: 0 }))).toEqual([])
    expect(resolutionsOf(payment({ state: "void", paid_amount: 0, attention: "Look." }))).toEqual(["dismiss"])
  })

  it("of a refund in doubt: nothing while the gateway is about to answer, and what was found once it is under attention", () => {
    const operations = [operation({ state: "unknown" })]
    expect(resolutionsOf(payment({ operations }))).toEqual([])
    expect(resolutionsOf(payment({ operations, attention: "Look." }))).toEqual([
      "went_through",
      "did_not",
      "dismiss",
    ])
  })

  it("of a refund that is accepted and not finished: another refund, and what was found once nobody knows of it", () => {
    const operations = [operation({ state: "pending" })]
    expect(resolutionsOf(payment({ operations }))).toEqual(["refund", "record_refund"])
    const unknown = { attention: "Look.", attention_code: "refund_unknown" }
    expect(resolutionsOf(payment({ operations, ...unknown }))).toEqual(["went_through", "did_not", "dismiss"])
    const held = { attention: "Look.", attention_code: "late_held" }
    expect(resolutionsOf(payment({ operations, ...held }))).toContain("refund")
  })

  it("of a payment that is all in Medusa's books: the refund whose money is still owed", () => {
    const all = { operations: [operation({ amount: 350.5, state: "refused" })], owed_refunds: [owed] }
    expect(resolutionsOf(payment(all))).toEqual(["refund", "record_refund"])
  })

  it("is never suggested: each choice moves money, books it or ends something", () => {
    for (const one of [payment(), payment({ attention: "Look." }), payment({ owed_refunds: [owed] })]) {
      expect(firstDraft(one)).toMatchObject({ action: null, how: null, refund: null })
      expect(problemsOf(firstDraft(one), one).action).toBe("action_missing")
      expect(asResolution({ ...firstDraft(one), note: "Seen." }, one, 4)).toBeUndefined()
    }
  })
})

describe("money that a decision moves", () => {
  const draft = (facts: Partial<ResolutionDraft>): ResolutionDraft => ({
    ...{ action: "refund", how: null, refund: null, amount: "120.50", note: "" },
    ...facts,
  })

  it("is said with its amount before it moves, as far as it is known", () => {
    expect(amountAtStake(draft({}), payment())).toBe(120.5)
    expect(amountAtStake(draft({ amount: "a" }), payment())).toBeUndefined()
    expect(amountAtStake(draft({ action: null }), payment())).toBeUndefined()
    expect(amountAtStake(draft({ action: "dismiss" }), payment({ attention: "Look." }))).toBeUndefined()
    expect(amountAtStake(draft({ refund: "ref_1" }), payment({ owed_refunds: [owed] }))).toBe(100)
    const doubtful = payment({ attention: "Look.", operations: [operation({ state: "unknown" })] })
    expect(amountAtStake(draft({ action: "did_not" }), doubtful)).toBe(100)
  })

  it("may be retried now where it is tried by itself, and not beside a doubt", () => {
    const due = { amount: 10, attempts: 3, most_attempts: 12, next_try_at: "2026-03-01T08:00:00.000Z" }
    expect(retriable(payment({ owed: due }))).toBe(true)
    expect(retriable(payment({ owed: due, unconfirmed: "refund" }))).toBe(false)
    expect(retriable(payment({ owed: { ...due, next_try_at: null } }))).toBe(false)
    expect(retriable(payment())).toBe(false)
  })
})

describe("what a channel cannot do", () => {
  const none = { refund: false, partial_refund: false }

  it("is said before the shopper has paid, and after", () => {
    expect(channelLimit(payment({ state: "pending", capabilities: none }))).toBe("no_refund")
    expect(channelLimit(payment({ capabilities: none }))).toBe("no_refund")
    expect(channelLimit(payment({ capabilities: { refund: true, partial_refund: false } }))).toBe(
      "whole_only",
    )
  })

  it("is not said where nothing can be owed any more, or nothing is known", () => {
    expect(channelLimit(payment({ state: "refunded", capabilities: none }))).toBeNull()
    expect(channelLimit(payment({ state: "void", capabilities: none }))).toBeNull()
    expect(channelLimit(payment({ capabilities: undefined }))).toBeNull()
  })
})

describe("a draft", () => {
  const draft = (amount: string): ResolutionDraft => ({
    action: "refund",
    how: null,
    refund: null,
    amount,
    note: "Agreed by phone.",
  })

  it.each([
    ["", "amount_missing"],
    ["12,50", "amount_form"],
    ["1 000", "amount_form"],
    ["-5", "amount_form"],
    ["1e3", "amount_form"],
    ["1.005", "amount_decimals"],
    ["0", "amount_range"],
    ["350.51", "amount_range"],
  ])("of the amount %j is %s", (amount, problem) => {
    expect(problemsOf(draft(amount), payment()).amount).toBe(problem)
  })

  it.each(["350.5", "350.50", "0.01", " 100 "])("of the amount %j is good", (amount) => {
    expect(problemsOf(draft(amount), payment())).toEqual({})
  })

  it("of a part is refused for a channel that refunds whole payments only, unless it is recorded", () => {
    const whole = payment({ capabilities: { refund: true, partial_refund: false } })
    expect(problemsOf(draft("100"), whole).amount).toBe("whole_only")
    expect(problemsOf({ ...draft("100"), action: "record_refund", how: "other" }, whole)).toEqual({})
  })

  it("needs a note that is not too long", () => {
    expect(problemsOf({ ...draft("1"), note: "  " }, payment()).note).toBe("note_missing")
    expect(problemsOf({ ...draft("1"), note: "x".repeat(1001) }, payment()).note).toBe("note_long")
  })

  it("is sent as the person saw the payment", () => {
    expect(asResolution(draft(" 100 "), payment(), 4)).toEqual({
      action: "refund",
      version: 4,
      amount: "100",
      note: "Agreed by phone.",
    })
  })

  it("of what was returned outside says how", () => {
    const recorded = { ...draft("100"), action: "record_refund" as const }
    expect(problemsOf(recorded, payment()).how).toBe("how_missing")
    expect(asResolution(recorded, payment(), 4)).toBeUndefined()
    expect(asResolution({ ...recorded, how: "console" }, payment(), 4)).toMatchObject({ how: "console" })
  })

  it("of what waits for the shopper and went through says how, and of what was sent does not", () => {
    const waiting = payment({ operations: [operation({ kind: "payout", state: "pending", amount: 100 })] })
    const ended = { ...draft(""), action: "went_through" as const }
    expect(problemsOf(ended, waiting).how).toBe("how_missing")
    expect(asResolution({ ...ended, how: "other" }, waiting, 4)).toMatchObject({ how: "other" })
    const doubtful = payment({ operations: [operation({ state: "unknown" })], attention: "Look." })
    expect(asResolution({ ...ended, how: "other" }, doubtful, 4)).not.toHaveProperty("how")
  })

  it("names the refund that Medusa holds, or says that it is another one", () => {
    const owing = payment({ owed_refunds: [owed] })
    expect(problemsOf(draft("100"), owing).refund).toBe("refund_missing")
    expect(problemsOf({ ...draft("100"), refund: "ref_gone" }, owing).refund).toBe("refund_missing")
    expect(asResolution({ ...draft("1"), refund: "ref_1" }, owing, 4)).toEqual({
      action: "refund",
      version: 4,
      refund_id: "ref_1",
      note: "Agreed by phone.",
    })
    expect(asResolution({ ...draft("1"), refund: "new" }, owing, 4)).toMatchObject({ amount: "1" })
  })

  it("to dismiss needs and sends no amount", () => {
    const dismissal = { ...draft("no number"), action: "dismiss" as const, note: " Seen. " }
    const held = payment({ attention: "Look." })
    expect(problemsOf(dismissal, held)).toEqual({})
    expect(asResolution(dismissal, held, 4)).toEqual({ action: "dismiss", version: 4, note: "Seen." })
  })

  it("about a refund in doubt names it, and sends no amount: it is decided as it was sent", () => {
    const doubtful = payment({ operations: [operation({ state: "unknown" })], attention: "Look." })
    const found = { ...draft("1"), action: "went_through" as const }
    expect(asResolution(found, doubtful, 4)).toEqual({
      action: "went_through",
      version: 4,
      operation_id: "gop_1",
      note: "Agreed by phone.",
    })
  })

  it("of an older state is chosen anew: what is no longer offered is not sent", () => {
    const doubtful = payment({ operations: [operation({ state: "unknown" })] })
    expect(problemsOf(draft("100"), doubtful).action).toBe("action_missing")
    expect(asResolution(draft("100"), doubtful, 4)).toBeUndefined()
  })

  it("is sent under a key of its own, of every opened form", () => {
    const [first, second] = [sightOf(payment()), sightOf(payment())]
    expect(first).toEqual({ version: 4, key: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(second.key).not.toBe(first.key)
  })
})

describe("a payment is looked at again", () => {
  it("while the shopper may pay, or an operation runs", () => {
    expect(isMoving(payment({ state: "pending" }))).toBe(true)
    expect(isMoving(payment({ operations: [operation({ state: "pending" })] }))).toBe(true)
  })

  it("and not once all is settled", () => {
    expect(isMoving(payment({ operations: [operation()] }))).toBe(false)
  })
})

describe("the list's address", () => {
  it("says what is searched, filtered and paged, and is read back", () => {
    const view = { q: "01ORDER", gateway: "ksher", state: ["paid"], attention: "true", page: 2 }
    expect(readView(asParams(view))).toEqual(view)
  })

  it("can hold all that narrows it, and where its page begins", () => {
    const view = {
      q: "350.50",
      gateway: "ksher",
      state: ["paid", "void"],
      channel: ["promptpay"],
      attention: "true",
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-12-01T00:00:00.000Z",
      oldest: true,
      page: 3,
      cursor: "abc",
    }
    expect(readView(asParams(view))).toEqual(view)
    expect(filtersOf(view)).toEqual({
      q: "350.50",
      gateway: "ksher",
      state: ["paid", "void"],
      channel: ["promptpay"],
      attention: "true",
      created_from: view.from,
      created_to: view.to,
      order: "created_at",
    })
    expect(pageOf(view, 20)).toEqual({ limit: 20, cursor: "abc" })
    // The first page begins nowhere else.
    expect(readView(asParams({ page: 0, cursor: "abc" }))).toEqual({ page: 0 })
  })

  it("asks without a cursor for what the server skips to, and no further", () => {
    expect(pageOf({ page: 2 }, 20)).toEqual({ limit: 20, offset: 40 })
    expect(pageOf({ page: 25_000 }, 20)).toEqual({ limit: 20, offset: 10_000 })
  })

  it("has another page where the server says so, however far it counted", () => {
    expect(rowsAtLeast({ page: 600 }, 20, { count: 10_000, next_cursor: "more" })).toBe(12_021)
    expect(rowsAtLeast({ page: 0 }, 20, { count: 20, next_cursor: null })).toBe(20)
    expect([0, 1, 20, 21, 30].map((count) => lastPage(count, 20))).toEqual([0, 0, 0, 1, 1])
  })

  it("is empty for the first page of everything", () => {
    expect(asParams({ page: 0 }).toString()).toBe("")
    expect(readView(new URLSearchParams())).toEqual({ page: 0 })
  })

  it("leaves out what makes no sense", () => {
    const params = new URLSearchParams("gateway=paypal&state=lost&attention=maybe&page=-3&q=%20")
    expect(readView(params)).toEqual({ page: 0 })
  })
})

describe("the filters of Medusa's table", () => {
  const times = { $gte: "2026-11-01T00:00:00.000Z", $lte: "2026-11-30T12:00:00.000Z" }

  it("narrow the list where they have a value, and the list has them back", () => {
    const filtering = { gateway: "gnete", state: ["paid"], channel: ["UP_OP"], attention: "true" }
    expect(viewOf(filtering)).toMatchObject(filtering)
    expect(filteringOf({ page: 0, ...viewOf(filtering) })).toEqual(filtering)
    expect(stillEmpty(filtering)).toEqual([])
  })

  it("stand there without a value while a person chooses, and narrow nothing", () => {
    const filtering = { gateway: null, state: [], channel: undefined, created_at: null }
    expect(stillEmpty(filtering)).toEqual(["gateway", "state", "channel", "created_at"])
    expect(asParams({ page: 0, ...viewOf(filtering) }).toString()).toBe("")
  })

  it("mean the last day with all its hours", () => {
    const { from, to } = viewOf({ created_at: times })
    expect(from).toBe(times.$gte)
    const end = new Date(to!)
    expect([end.getHours(), end.getMinutes(), end > new Date(times.$lte)]).toEqual([0, 0, true])
    const shown = filteringOf({ page: 0, from, to }).created_at as typeof times
    expect(viewOf({ created_at: shown })).toMatchObject({ from, to })
  })

  it("count days back from the beginning of today", () => {
    const now = new Date(2026, 10, 27, 15, 30)
    expect(daysAgo(0, now).$gte).toBe(new Date(2026, 10, 27).toISOString())
    expect(daysAgo(7, now).$gte).toBe(new Date(2026, 10, 20).toISOString())
  })
})

describe("totals", () => {
  const total = (day: string, patch: Partial<Total> = {}): Total => ({
    ...{ day, provider_id: "pp_ksher_th", gateway: "ksher", channel: "promptpay", currency_code: "thb" },
    ...{ payments: 1, taken: 0.1, refunds: 0, returned: 0 },
    ...patch,
  })
  const totals = [
    total("2026-11-26"),
    total("2026-11-26", { provider_id: "pp_ksher_qr", taken: 0.2, refunds: 1, returned: 0.3 }),
    total("2026-11-27", { channel: "card", taken: 500 }),
    total("2026-11-27", { gateway: "gnete", channel: null, currency_code: "hkd", taken: 88.4 }),
  ]

  it("are those of a gateway, a channel and a currency, to the minor unit, the largest first", () => {
    expect(
      byChannel(totals).map((one) => [
        one.gateway,
        one.channel,
        one.currency,
        one.payments,
        one.taken,
        one.returned,
      ]),
    ).toEqual([
      ["gnete", null, "hkd", 1, 88.4, 0],
      ["ksher", "card", "thb", 1, 500, 0],
      ["ksher", "promptpay", "thb", 2, 0.3, 0.3],
    ])
    expect(byChannel([])).toEqual([])
  })

  it("have every day, also one without a payment", () => {
    const { days } = lastDays(3, new Date(2026, 10, 27, 23, 59))
    expect(days).toEqual(["2026-11-25", "2026-11-26", "2026-11-27"])
    expect(byDay(totals, days)).toEqual([
      {
        currency: "hkd",
        days: days.map((day, index) => ({ day, taken: index === 2 ? 88.4 : 0, returned: 0 })),
      },
      {
        currency: "thb",
        days: days.map((day, index) => ({ day, taken: [0, 0.3, 500][index], returned: [0, 0.3, 0][index] })),
      },
    ])
  })

  it("of the last days begin with the first of them and end with today, where the person is", () => {
    const { days, from, to } = lastDays(92, new Date(2026, 2, 1, 0, 0))
    expect([days.length, days.at(-1), new Set(days).size]).toEqual([92, "2026-03-01", 92])
    expect([from, to]).toEqual([new Date(2025, 10, 30).toISOString(), new Date(2026, 2, 2).toISOString()])
  })
})
